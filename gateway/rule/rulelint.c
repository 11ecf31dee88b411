/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rulelint.c - search texts made to hurt a rule, and refuse it when they do.
 *
 *     one byte    aaaaaaaa!           for every set of the pattern, as long as a match can look
 *     two bytes   abababab!           every pair of them
 *     a repeat    prefix aaaaaaaa!    what leads to a repeat, then it, then what ends it wrongly
 *     everything  longest match !     every repeat at its most
 *
 * PCRE2 counts steps anew at each start, so a text somewhat longer than a match shows the worst.
 * What the tree alone proves to be cheap is tried on nothing.
 */
#include "rule/rulelint.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "rule/syntax_tree.h"

enum {
    MOST_UNITS = 1000, /* a tenth of the match limit */
    PROVED_UNITS = 64, /* a bound proved from the tree stands for the cost up to here */
    MOST_SETS = 32,
    MOST_BYTES = 12,
    MOST_REPEATS = 64,
    MOST_TEXT = 512 * 1024, /* bytes searched in all */
    FEW = 8,                /* of one byte are no pump: 256 ways at most */
    PAIR_LONGEST = 2048,
    SHORT = 128, /* what is far from too much on so many bytes is tried on no more */
    SHORTEST = 64
};

struct lint {
    const char *key; /* of the rule: "match", "unless" ... */
    const struct sg_pattern *pattern;
    struct sg_matcher *matcher;
    struct scrubgate_fault *fault;
    struct sg_tree tree;
    const struct sg_set *sets[MOST_SETS];
    size_t n_sets;
    uint8_t bytes[MOST_BYTES]; /* one in each set, and one in each two that share bytes */
    size_t n_bytes;
    unsigned often[MOST_BYTES]; /* at most so many of them are in a match */
    const struct sg_node *repeats[MOST_REPEATS];
    size_t n_repeats;
    size_t room;     /* how long a text shows the worst */
    uint8_t stopper; /* a byte the pattern has in no set, if there is one */
    uint32_t units;  /* the texts so far fit in so many */
    size_t searched; /* bytes so far */
    struct sg_buf text;
};

/* --- what the pattern is made of ----------------------------------------------------------------
 */

static void collect(struct lint *l, const struct sg_node *node)
{
    bool known = false;
    for (size_t i = 0; node->kind == SG_NODE_SET && i < l->n_sets; i++)
        known = known || sg_set_equal(l->sets[i], &node->u.set);
    if (node->kind == SG_NODE_SET && !known && l->n_sets < MOST_SETS)
        l->sets[l->n_sets++] = &node->u.set;
    if (node->kind == SG_NODE_REPEAT && node->u.repeat.min < node->u.repeat.max &&
        l->n_repeats < MOST_REPEATS)
        l->repeats[l->n_repeats++] = node;
    for (const struct sg_node *child = node->child; child != NULL; child = child->next)
        collect(l, child);
}

static uint8_t pick_stopper(const struct lint *l)
{
    static const char candidates[] = "!#~%;\x01"
                                     "0a";
    for (size_t i = 0; candidates[i] != '\0'; i++) {
        bool used = false;
        for (size_t s = 0; s < l->n_sets; s++)
            used = used || sg_set_has(l->sets[s], (uint8_t)candidates[i]);
        if (!used)
            return (uint8_t)candidates[i];
    }
    return (uint8_t)candidates[0];
}

/* A byte of the set, a usual one when it has any. */
static uint8_t pick(const struct sg_set *set)
{
    static const char usual[] = "a0A ";
    for (size_t i = 0; usual[i] != '\0'; i++) {
        if (sg_set_has(set, (uint8_t)usual[i]))
            return (uint8_t)usual[i];
    }
    return (uint8_t)sg_set_first(set);
}

static void add_byte(struct lint *l, uint8_t byte)
{
    if (l->n_bytes < MOST_BYTES && memchr(l->bytes, byte, l->n_bytes) == NULL)
        l->bytes[l->n_bytes++] = byte;
}

/* What both sets take can be taken in two ways: one of those bytes must be tried. */
static void add_shared_byte(struct lint *l, const struct sg_set *a, const struct sg_set *b)
{
    struct sg_set both = {{0}};
    for (size_t i = 0; i < 4; i++)
        both.words[i] = a->words[i] & b->words[i];
    bool tried = sg_set_count(&both) == 0;
    for (size_t i = 0; i < l->n_bytes && !tried; i++)
        tried = sg_set_has(&both, l->bytes[i]);
    if (!tried)
        add_byte(l, pick(&both));
}

static void pick_bytes(struct lint *l)
{
    for (size_t i = 0; i < l->n_sets; i++)
        add_byte(l, pick(l->sets[i]));
    for (size_t a = 0; a < l->n_sets; a++) {
        for (size_t b = a + 1; b < l->n_sets; b++)
            add_shared_byte(l, l->sets[a], l->sets[b]);
    }
}

/* How many of each byte a match can have: each set counts as often as its repeats let it. */
static void count(struct lint *l, const struct sg_node *node, unsigned times)
{
    for (size_t i = 0; node->kind == SG_NODE_SET && i < l->n_bytes; i++) {
        if (l->often[i] <= FEW && sg_set_has(&node->u.set, l->bytes[i]))
            l->often[i] += times;
    }
    if (node->kind == SG_NODE_REPEAT && times <= FEW)
        times *= node->u.repeat.max;
    for (const struct sg_node *child = node->child; child != NULL; child = child->next)
        count(l, child, times);
}

/* --- samples: texts the pattern would take ------------------------------------------------------
 */

struct sampler {
    struct lint *l;
    const struct sg_node
        *target; /* the repeat to pump, then stop; NULL: every repeat at its most */
    bool done;
    struct sg_span groups[SG_TREE_GROUPS + 1];
};

static enum scrubgate_status sample(struct sampler *s, const struct sg_node *node);

static bool within(const struct sg_node *node, const struct sg_node *target)
{
    bool found = node == target;
    for (const struct sg_node *child = node->child; child != NULL && !found; child = child->next)
        found = within(child, target);
    return found;
}

static enum scrubgate_status sample_repeat(struct sampler *s, const struct sg_node *node)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    bool pumped = s->target == NULL || s->target == node;
    unsigned n = pumped ? node->u.repeat.max : node->u.repeat.min;
    if (n == 0 && within(node, s->target))
        n = 1;
    for (unsigned i = 0; i < n && !s->done && s->l->text.len < s->l->room && rc >= 0; i++)
        rc = sample(s, node->child);
    s->done = s->done || s->target == node;
    return rc;
}

static enum scrubgate_status sample_alt(struct sampler *s, const struct sg_node *node)
{
    const struct sg_node *chosen = node->child;
    for (const struct sg_node *child = node->child; child != NULL && s->target != NULL;
         child = child->next) {
        if (within(child, s->target)) {
            chosen = child;
            break;
        }
    }
    return sample(s, chosen);
}

static enum scrubgate_status sample_ref(struct sampler *s, const struct sg_node *node)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_span span = s->groups[node->u.ref.group];
    for (size_t i = span.start; i < span.end && rc >= 0; i++)
        rc = sg_buf_add_byte(&s->l->text, s->l->text.data[i]);
    return rc;
}

static enum scrubgate_status sample(struct sampler *s, const struct sg_node *node)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_buf *text = &s->l->text;
    if (s->done)
        return rc;
    switch (node->kind) {
    case SG_NODE_SET:
        return sg_buf_add_byte(text, pick(&node->u.set));
    case SG_NODE_SEQ:
        for (const struct sg_node *child = node->child; child != NULL && rc >= 0;
             child = child->next)
            rc = sample(s, child);
        return rc;
    case SG_NODE_ALT:
        return sample_alt(s, node);
    case SG_NODE_REPEAT:
        return sample_repeat(s, node);
    case SG_NODE_CAPTURE: {
        size_t start = text->len;
        rc = sample(s, node->child);
        s->groups[node->u.group] = (struct sg_span){start, text->len};
        return rc;
    }
    case SG_NODE_ATOMIC:
        return sample(s, node->child);
    case SG_NODE_LOOK: /* takes no bytes, unless what hurts is in it */
        return s->target != NULL && within(node, s->target) ? sample(s, node->child) : rc;
    case SG_NODE_REF:
        return sample_ref(s, node);
    case SG_NODE_POINT:
        return rc;
    }
    return rc;
}

/* --- the text that hurts, for people ------------------------------------------------------------
 */

/* How far from `at` on a unit of `period` bytes goes on; 0 when too short to be worth saying. */
static size_t repeated(struct sg_bytes text, size_t at, size_t period)
{
    size_t end = at + period;
    while (end < text.len && text.data[end] == text.data[end - period])
        end++;
    size_t len = (end - at) / period * period;
    return end <= text.len && len >= 8 * period ? len : 0;
}

static enum scrubgate_status add_quoted(struct sg_buf *out, struct sg_bytes text, const char *close)
{
    enum scrubgate_status rc = sg_buf_add_byte(out, '"');
    for (size_t i = 0; i < text.len && rc >= 0; i++) {
        uint8_t c = text.data[i];
        if (c < ' ' || c >= 0x7F)
            rc = sg_buf_addf(out, "\\x%02X", (unsigned)c);
        else if (c == '"' || c == '\\')
            rc = sg_buf_addf(out, "\\%c", c);
        else
            rc = sg_buf_add_byte(out, c);
    }
    return rc < 0 ? rc : sg_buf_add_text(out, close);
}

/* The text as its parts: "key=", 81 x "a", "!". Cut when it grows long. */
static enum scrubgate_status add_parts(struct sg_buf *out, struct sg_bytes text)
{
    enum { LONGEST_PARTS = 160, LONGEST_PERIOD = 12, LONGEST_PLAIN = 32 };
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t limit = out->len + LONGEST_PARTS;
    for (size_t at = 0, plain = 0; at < text.len && rc >= 0 && out->len < limit;) {
        size_t period = 1, len = 0;
        while (period <= LONGEST_PERIOD && (len = repeated(text, at, period)) == 0)
            period++;
        if (len == 0 && ++at < text.len && at - plain < LONGEST_PLAIN)
            continue;
        if (at > plain)
            rc = add_quoted(out, (struct sg_bytes){text.data + plain, at - plain}, "\"");
        if (rc >= 0 && at > plain && len > 0)
            rc = sg_buf_add_text(out, ", ");
        if (rc >= 0 && len > 0)
            rc = sg_buf_addf(out, "%zu x ", len / period);
        if (rc >= 0 && len > 0)
            rc = add_quoted(out, (struct sg_bytes){text.data + at, period}, "\"");
        at += len;
        plain = at;
        if (rc >= 0 && at < text.len)
            rc = sg_buf_add_text(out, out->len < limit ? ", " : ", ...");
    }
    return rc;
}

/* Shows the text that costs too much. */
static enum scrubgate_status refuse(struct lint *l)
{
    enum { SHOWN = 40 };
    struct sg_bytes text = sg_buf_bytes(&l->text);
    struct sg_bytes start = {text.data, text.len < SHOWN ? text.len : SHOWN};
    struct sg_buf attack;
    sg_buf_init(&attack, 0);
    enum scrubgate_status rc = add_quoted(&attack, start, text.len > SHOWN ? "...\"" : "\"");
    if (rc >= 0)
        rc = sg_buf_addf(&attack, " (%zu bytes: ", text.len);
    if (rc >= 0)
        rc = add_parts(&attack, text);
    if (rc >= 0)
        rc = sg_buf_add(&attack, ")", sizeof ")");
    if (rc < 0)
        goto out;
    sg_fault_set(l->fault, NULL, 0, 0,
                 "%s takes over %d matching steps (a tenth of the match limit, which is all that a "
                 "rule may take) on %s: make its repeats shorter, or possessive as in {1,9}+",
                 l->key, MOST_UNITS, (const char *)attack.data);
    rc = SCRUBGATE_EINVAL;
out:
    sg_buf_fini(&attack);
    return rc;
}

/* --- judging ------------------------------------------------------------------------------------
 */

/* So many rules, so many bytes: what would take seconds to try is refused, however cheap. */
static enum scrubgate_status search(struct lint *l, uint32_t units, bool *fits)
{
    l->searched += l->text.len;
    if (l->searched > MOST_TEXT) {
        sg_fault_set(l->fault, NULL, 0, 0,
                     "%s has too many long repeats to be tried on texts made to hurt it: make them "
                     "shorter or fewer",
                     l->key);
        return SCRUBGATE_EINVAL;
    }
    *fits = sg_pattern_fits(l->pattern, l->matcher, sg_buf_bytes(&l->text), units);
    return SCRUBGATE_OK;
}

/*
 * Searches l->text, ended by what fits nowhere. The bytes behind that keep PCRE2 from seeing at
 * once that some required byte is missing. l->units grows, by half each time and to `most`, until
 * the text fits.
 */
static enum scrubgate_status judge(struct lint *l, uint32_t most, bool *fits)
{
    uint32_t units = l->units < most ? l->units : most;
    enum scrubgate_status rc = sg_buf_add_byte(&l->text, l->stopper);
    if (rc >= 0)
        rc = sg_buf_add(&l->text, l->bytes, l->n_bytes);
    if (rc >= 0)
        rc = sg_buf_add_byte(&l->text, l->stopper);
    if (rc >= 0)
        rc = search(l, units, fits);
    while (rc >= 0 && !*fits && units < most) {
        units += units / 2 + 1;
        units = units < most ? units : most;
        rc = search(l, units, fits);
    }
    if (rc >= 0 && *fits && units > l->units)
        l->units = units;
    return rc;
}

/* As judge, for a text of `room` bytes that a and b take turns in. */
static enum scrubgate_status pump(struct lint *l, uint8_t a, uint8_t b, size_t room, uint32_t most,
                                  bool *fits)
{
    sg_buf_clear(&l->text);
    enum scrubgate_status rc = sg_buf_reserve(&l->text, room + l->n_bytes + 2);
    for (size_t i = 0; i < room && rc >= 0; i++)
        rc = sg_buf_add_byte(&l->text, i % 2 == 0 ? a : b);
    return rc < 0 ? rc : judge(l, most, fits);
}

/* What takes on a short text a quarter of what it may at most, by its length, is in no danger on
 * the long one. */
static enum scrubgate_status pump_bytes(struct lint *l, uint8_t a, uint8_t b)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t room = a != b && l->room > PAIR_LONGEST ? PAIR_LONGEST : l->room;
    bool fits = false;
    if (room > SHORT)
        rc = pump(l, a, b, SHORT, (uint32_t)(MOST_UNITS * SHORT / room / 4), &fits);
    if (rc >= 0 && !fits)
        rc = pump(l, a, b, room, MOST_UNITS, &fits);
    return rc < 0 || fits ? rc : refuse(l);
}

static enum scrubgate_status pump_repeat(struct lint *l, const struct sg_node *target)
{
    struct sampler s = {.l = l, .target = target};
    bool fits = false;
    sg_buf_clear(&l->text);
    enum scrubgate_status rc = sample(&s, l->tree.root);
    if (rc >= 0)
        rc = judge(l, MOST_UNITS, &fits);
    return rc < 0 || fits ? rc : refuse(l);
}

static enum scrubgate_status pump_all(struct lint *l)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t a = 0; a < l->n_bytes && rc >= 0; a++) {
        for (size_t b = a; b < l->n_bytes && rc >= 0; b++) {
            if (l->often[a] > FEW && l->often[b] > FEW)
                rc = pump_bytes(l, l->bytes[a], l->bytes[b]);
        }
    }
    for (size_t i = 0; i < l->n_repeats && rc >= 0; i++)
        rc = pump_repeat(l, l->repeats[i]);
    return rc < 0 ? rc : pump_repeat(l, NULL);
}

enum scrubgate_status sg_rulelint_cost(const struct sg_pattern *pattern, const char *key,
                                       struct sg_matcher *matcher, unsigned *cost,
                                       struct scrubgate_fault *fault)
{
    struct lint l = {.key = key, .pattern = pattern, .matcher = matcher, .fault = fault};
    const struct sg_extent *extent = sg_pattern_extent(pattern);
    enum scrubgate_status rc = sg_tree_parse(&l.tree, sg_pattern_text(pattern), NULL, fault);
    if (rc < 0)
        return rc;
    uint64_t proved = sg_tree_work(&l.tree);
    l.units = 1;
    if (proved <= (cost == NULL ? MOST_UNITS : PROVED_UNITS)) {
        l.units = (uint32_t)proved;
        goto out;
    }
    if (cost == NULL)
        l.units = MOST_UNITS; /* only whether it is too much */
    l.room = extent->behind + extent->max + extent->ahead + SHORTEST;
    collect(&l, l.tree.root);
    pick_bytes(&l);
    count(&l, l.tree.root, 1);
    l.stopper = pick_stopper(&l);
    rc = pump_all(&l);
out:
    if (rc >= 0 && cost != NULL)
        *cost = l.units;
    sg_buf_fini(&l.text);
    sg_tree_fini(&l.tree);
    return rc;
}
