/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signature_quota.c - how many bytes of a kind must stand in the run behind a place?
 *
 * Every byte that a match takes for some items is one that they can take, so the match's part lies
 * in the run of such bytes, and the run has at least what the items cannot do without.
 */
#include "rule/signature_quota.h"

#include "rule/signature_walk.h"

enum {
    MOST_SKIPPED = 8, /* bytes between the place and a run */
    MOST_KINDS = 16,  /* sets of the pattern that are counted */
    LONGEST = 255,    /* of a run: nobody looks further */
    SHORT = 32,       /* a run that can be followed whatever it is of */
    LEAST_MOST = 64   /* what may be asked for: more is refused no better */
};

/* A long run of nearly any bytes ends too late to be worth following. */
static const double too_many = 0.9;
/* How often what is asked may hold, at most, by the shares of bytes. */
static const double rare = 0.5, rarest = 1e-12;

struct kinds {
    const struct sg_set *sets[MOST_KINDS];
    size_t n;
};

/* --- what is counted ----------------------------------------------------------------------------
 */

/* The sets of what the node cannot do without. A tree bounds the depth. */
static void list_kinds(struct kinds *kinds, const struct sg_node *node)
{
    bool known = kinds->n == MOST_KINDS;
    if (node->kind == SG_NODE_LOOK || (node->kind == SG_NODE_REPEAT && node->u.repeat.min == 0))
        return;
    if (node->kind != SG_NODE_SET) {
        for (const struct sg_node *child = node->child; child != NULL; child = child->next)
            list_kinds(kinds, child);
        return;
    }
    for (size_t i = 0; i < kinds->n && !known; i++)
        known = sg_set_equal(kinds->sets[i], &node->u.set);
    if (!known)
        kinds->sets[kinds->n++] = &node->u.set;
}

static uint64_t least(uint64_t n)
{
    return n < LEAST_MOST ? n : LEAST_MOST;
}

/* How many bytes of the set the node takes at least. */
static uint64_t count(const struct sg_node *node, const struct sg_set *set)
{
    uint64_t n = 0;
    switch (node->kind) {
    case SG_NODE_SET:
        return sg_set_within(&node->u.set, set) ? 1 : 0;
    case SG_NODE_SEQ:
        for (const struct sg_node *child = node->child; child != NULL; child = child->next)
            n = least(n + count(child, set));
        return n;
    case SG_NODE_ALT:
        n = LEAST_MOST;
        for (const struct sg_node *child = node->child; child != NULL && n > 0;
             child = child->next) {
            uint64_t way = count(child, set);
            n = way < n ? way : n;
        }
        return n;
    case SG_NODE_REPEAT:
        return node->u.repeat.min == 0 ? 0 : least(count(node->child, set) * node->u.repeat.min);
    case SG_NODE_CAPTURE:
    case SG_NODE_ATOMIC:
    case SG_NODE_REF:
        return count(node->child, set);
    case SG_NODE_LOOK:
    case SG_NODE_POINT:
        break;
    }
    return 0;
}

/* --- how often it would hold --------------------------------------------------------------------
 */

static double share(const struct sg_set *set, const double shares[256])
{
    double sum = 0;
    for (unsigned byte = 0; byte < 256; byte++)
        sum += sg_set_has(set, byte) ? shares[byte] : 0;
    return sum;
}

/* As if each byte stood for itself. */
static double chance(uint64_t n, double of, double run)
{
    double one = of / (of + 1 - run), all = 1;
    for (; n > 0 && all > rarest; n--)
        all *= one;
    return all > rarest ? all : rarest;
}

/* --- the choice ---------------------------------------------------------------------------------
 */

struct wanted {
    struct sg_set run, of;
    uint64_t least, skip, most;
    double chance;
};

struct finder {
    struct wanted list[SG_SIGNATURE_QUOTAS]; /* the n found so far */
    size_t n;
    double shares_of[MOST_KINDS];
    struct kinds kinds;
};

static bool overlap(const struct sg_set *a, const struct sg_set *b)
{
    uint64_t both = 0;
    for (size_t i = 0; i < 4; i++)
        both |= a->words[i] & b->words[i];
    return both != 0;
}

/* The best first, and of those that count the same bytes only the best: one knows little more than
 * the other. */
static void keep(struct finder *f, const struct wanted *now)
{
    size_t n = 0, i;
    if (now->chance >= rare)
        return;
    for (i = 0; i < f->n; i++) {
        if (overlap(&f->list[i].of, &now->of) && f->list[i].chance <= now->chance)
            return;
    }
    for (i = 0; i < f->n; i++) {
        if (!overlap(&f->list[i].of, &now->of))
            f->list[n++] = f->list[i];
    }
    f->n = n < SG_SIGNATURE_QUOTAS ? n + 1 : n;
    for (i = n; i > 0 && f->list[i - 1].chance > now->chance; i--) {
        if (i < SG_SIGNATURE_QUOTAS)
            f->list[i] = f->list[i - 1];
    }
    if (i < SG_SIGNATURE_QUOTAS)
        f->list[i] = *now;
}

/* All stretches that begin with items[0], so many bytes behind the place. */
static void try_stretches(struct finder *f, const struct sg_item *items, size_t n, uint64_t skip,
                          const double shares[256])
{
    struct wanted now = {.skip = skip};
    uint64_t shortest = 0, counts[MOST_KINDS] = {0};
    for (size_t i = 0; i < n; i++) {
        uint64_t min, max;
        sg_walk_length(items[i].node, &min, &max);
        if (max == 0)
            continue;
        sg_walk_bytes(items[i].node, &now.run);
        double run = share(&now.run, shares);
        shortest += min * items[i].min; /* the pattern is no longer than SG_PATTERN_LONGEST */
        now.most += max * items[i].max;
        if (now.most > SHORT && run > too_many)
            return;
        bool told = shortest == now.most && skip + now.most < SG_SIGNATURE_BYTES; /* by positions */
        for (size_t k = 0; k < f->kinds.n; k++) {
            const struct sg_set *kind = f->kinds.sets[k];
            counts[k] = least(counts[k] + count(items[i].node, kind) * items[i].min);
            if (counts[k] == 0 || told)
                continue;
            now.of = *kind;
            now.least = counts[k];
            now.chance = chance(counts[k], f->shares_of[k], run);
            keep(f, &now);
        }
    }
}

static struct sg_quota quota_of(const struct wanted *wanted)
{
    struct sg_quota quota = {.least = (uint16_t)wanted->least,
                             .skip = (uint16_t)wanted->skip,
                             .most = wanted->most < LONGEST ? (uint16_t)wanted->most : LONGEST,
                             .open = wanted->most > LONGEST};
    for (unsigned byte = 0; byte < 256; byte++) {
        if (sg_set_has(&wanted->run, byte))
            quota.kinds[byte] = sg_set_has(&wanted->of, byte) ? 2 : 1;
    }
    return quota;
}

void sg_quotas_find(struct sg_quota *quotas, const struct sg_item *items, size_t n,
                    const double shares[256])
{
    struct finder f = {.n = 0};
    uint64_t skip = 0;
    for (size_t i = 0; i < n; i++) {
        if (items[i].min > 0)
            list_kinds(&f.kinds, items[i].node);
    }
    for (size_t k = 0; k < f.kinds.n; k++)
        f.shares_of[k] = share(f.kinds.sets[k], shares);
    for (size_t i = 0; i < n && skip <= MOST_SKIPPED; i++) {
        uint64_t min, max;
        sg_walk_length(items[i].node, &min, &max);
        if (max > 0 || i == 0)
            try_stretches(&f, items + i, n - i, skip, shares);
        if (min != max || items[i].min != items[i].max)
            break;
        skip += max * items[i].max;
    }
    for (size_t i = 0; i < SG_SIGNATURE_QUOTAS; i++)
        quotas[i] = i < f.n ? quota_of(&f.list[i]) : (struct sg_quota){.least = 0};
}

/* --- in a text ----------------------------------------------------------------------------------
 */

static bool quota_holds(const struct sg_quota *quota, struct sg_bytes text, size_t place, bool last)
{
    const size_t first = place + quota->skip;
    size_t missing = quota->least, end = first + quota->most;
    if (end > text.len)
        end = text.len;
    for (size_t i = first; i < end; i++) {
        unsigned kind = quota->kinds[text.data[i]];
        if (kind == 0)
            return false;
        missing -= kind >> 1;
        if (missing == 0)
            return true;
    }
    if (first + quota->most > text.len)
        return !last; /* the text's end came first */
    return quota->open;
}

bool sg_quotas_hold(const struct sg_quota *quotas, struct sg_bytes text, size_t place, bool last)
{
    for (size_t i = 0; i < SG_SIGNATURE_QUOTAS && quotas[i].least > 0; i++) {
        if (!quota_holds(&quotas[i], text, place, last))
            return false;
    }
    return true;
}
