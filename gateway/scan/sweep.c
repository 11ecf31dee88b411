/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep.c - the engine of every day: one look at the text for all rules, PCRE2 only where it pays.
 *
 *     block -> [kernel: places a bucket holds at] -> [exact rows: signatures that hold] ->
 *     stretches of starts, by signature -> [each rule: search in them, judge] -> findings
 *
 * Every match starts in the stretch of a signature of its rule. With more text to come, the last
 * places count as held by whatever could still hold there, and bytes that can lead up to a place
 * not yet seen are a stretch, too; a search in them is partial, and a rule that has to wait stays
 * open from there on. Design and proof: docs/decisions/14.
 */
#include "scan/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "rule/sieve.h"
#include "scan/context.h"

enum {
    AHEAD = SG_SIGNATURE_BYTES - 1, /* bytes of a signature from its place on */
    CHAINS = 2 * SG_SIEVE_MOST,     /* of stretches: a signature's, and a rule's own */
    STRETCHES = 5 * SG_SIEVE_MOST,
    NONE = UINT16_MAX,
    JUDGING = 50 /* what to judge a match counts as work */
};

/* Starts at which one rule is to be searched: offsets in the window. */
struct stretch {
    size_t first, last;
    uint16_t next;
};

/* Stretches of a signature, by start. */
struct chain {
    uint16_t head, tail;
};

struct sg_sweep {
    _Alignas(64) uint8_t before[64]; /* its last byte is the one before the block */
    uint8_t block[SG_KERNEL_BLOCK + SG_KERNEL_SLACK];
    uint64_t hits[SG_KERNEL_BLOCK / 64];
    struct chain chains[CHAINS];          /* by signature, then by rule */
    uint64_t touched[SG_SIEVE_MOST / 64]; /* rules that have stretches */
    uint64_t waiting[SG_SIEVE_MOST / 64]; /* rules that wait for what follows the window */
    size_t n_waiting;
    struct stretch stretches[STRETCHES];
    size_t n;
};

/* One advance of a run over a window. */
struct pass {
    struct sg_engine_run *run;
    const struct sg_window *window;
    const struct sg_sieve *sieve;
    struct sg_sweep *sweep;
    size_t floor; /* starts before it were decided by earlier windows, but for open rules */
};

/* --- memory -------------------------------------------------------------------------------- */

static void forget(struct sg_sweep *sweep)
{
    memset(sweep->chains, 0xFF, sizeof sweep->chains);
    memset(sweep->touched, 0, sizeof sweep->touched);
    memset(sweep->waiting, 0, sizeof sweep->waiting);
    sweep->n = sweep->n_waiting = 0;
}

enum scrubgate_status sg_sweep_new(struct sg_sweep **sweep)
{
    size_t size = (sizeof **sweep + 63) / 64 * 64;
    *sweep = aligned_alloc(64, size);
    if (*sweep == NULL)
        return SCRUBGATE_ENOMEM;
    forget(*sweep);
    return SCRUBGATE_OK;
}

void sg_sweep_free(struct sg_sweep *sweep)
{
    if (sweep == NULL)
        return;
    sg_wipe(sweep, offsetof(struct sg_sweep, hits)); /* where text has been */
    free(sweep);
}

/* --- stretches ----------------------------------------------------------------------------- */

/* The starts first … last are to be searched for the chain's rule. Chains grow upwards: a stretch
 * that touches the one before it becomes part of it. */
static void add_stretch(struct sg_sweep *sweep, size_t chain, uint32_t rule, size_t first,
                        size_t last)
{
    struct chain *own = &sweep->chains[chain];
    if (own->head != NONE) {
        struct stretch *tail = &sweep->stretches[own->tail];
        if (first <= tail->last + 1) {
            tail->first = first < tail->first ? first : tail->first;
            tail->last = last > tail->last ? last : tail->last;
            return;
        }
    }
    assert(sweep->n < STRETCHES);
    uint16_t made = (uint16_t)sweep->n++;
    sweep->stretches[made] = (struct stretch){first, last, NONE};
    if (own->head == NONE)
        own->head = made;
    else
        sweep->stretches[own->tail].next = made;
    own->tail = made;
    sweep->touched[rule / 64] |= UINT64_C(1) << rule % 64;
}

/* How many bytes before the place are in the set, at most `most`. */
static size_t led_by(const struct sg_set *set, struct sg_bytes text, size_t place, size_t most)
{
    size_t len = 0;
    most = most < place ? most : place;
    while (len < most && sg_set_has(set, text.data[place - 1 - len]))
        len++;
    return len;
}

/* The signature holds at the place. */
static void hold(struct pass *pass, size_t signature, size_t place)
{
    const struct sg_sieve_entry *entry = &pass->sieve->entries[signature];
    size_t first = place;
    if (entry->max_before > 0) {
        size_t lead = led_by(&entry->before, pass->window->text, place, entry->max_before);
        if (lead < entry->min_before)
            return;
        first -= lead;
    }
    add_stretch(pass->sweep, signature, entry->rule, first, place - entry->min_before);
}

/* A place at or beyond `end` may be led up to from before it. */
static void hold_led(struct pass *pass, size_t signature, size_t end)
{
    const struct sg_sieve_entry *entry = &pass->sieve->entries[signature];
    size_t lead = led_by(&entry->before, pass->window->text, end, entry->max_before);
    if (lead > 0)
        add_stretch(pass->sweep, signature, entry->rule, end - lead, end - 1);
}

/* --- the exact rows ------------------------------------------------------------------------ */

/* The classes of the positions around a place, wherever the text begins and ends. */
static void classes_at(const struct pass *pass, size_t place, unsigned classes[SG_SIGNATURE_BYTES])
{
    const struct sg_window *window = pass->window;
    const struct sg_sieve *sieve = pass->sieve;
    for (size_t k = 0; k < SG_SIGNATURE_BYTES; k++) {
        if (place + k == 0)
            classes[k] = window->base == 0 ? sieve->outside : sieve->unknown;
        else if (place + k - 1 < window->text.len)
            classes[k] = sieve->classes[window->text.data[place + k - 1]];
        else
            classes[k] = window->last ? sieve->outside : sieve->unknown;
    }
}

/* Which signatures of one word of the rows hold. Most places fail at one of the first positions. */
static inline uint64_t rows_hold(const struct sg_sieve *sieve, size_t word, uint64_t held,
                                 const unsigned classes[SG_SIGNATURE_BYTES])
{
    const size_t position = (size_t)(sieve->unknown + 1) * sieve->words;
    const uint64_t *row = sieve->rows + word;
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES && held != 0; k += 4) {
        for (unsigned i = k; i < k + 4; i++, row += position)
            held &= row[classes[i] * sieve->words];
    }
    return held;
}

static void look_at(struct pass *pass, size_t place)
{
    unsigned classes[SG_SIGNATURE_BYTES];
    const struct sg_sieve *sieve = pass->sieve;
    struct sg_bytes text = pass->window->text;
    if (place > 0 && place + AHEAD <= text.len) {
        for (size_t k = 0; k < SG_SIGNATURE_BYTES; k++)
            classes[k] = sieve->classes[text.data[place - 1 + k]];
    } else {
        classes_at(pass, place, classes);
    }
    for (size_t word = 0; word < sieve->words; word++) {
        uint64_t held = rows_hold(sieve, word, pass->run->active->signatures[word], classes);
        for (; held != 0; held &= held - 1)
            hold(pass, word * 64 + (size_t)__builtin_ctzll(held), place);
    }
}

/* --- one rule ------------------------------------------------------------------------------ */

/* The chain of the rule whose first stretch starts first, or NULL. */
static struct chain *lowest_chain(struct sg_sweep *sweep, const struct sg_sieve *sieve,
                                  uint32_t rule)
{
    struct sg_sieve_range range = sieve->rules[rule];
    struct chain *own = &sweep->chains[SG_SIEVE_MOST + rule];
    struct chain *lowest = own->head == NONE ? NULL : own;
    for (uint32_t s = range.first; s < range.first + range.n; s++) {
        struct chain *chain = &sweep->chains[s];
        if (chain->head != NONE && (lowest == NULL || sweep->stretches[chain->head].first <
                                                          sweep->stretches[lowest->head].first))
            lowest = chain;
    }
    return lowest;
}

static bool has_bit(const uint64_t *bits, size_t i)
{
    return (bits[i / 64] >> i % 64 & 1) != 0;
}

/* Takes what a search may have cost from what the message may cost. */
static enum scrubgate_status spend(struct sg_engine_run *run, uint64_t units)
{
    if (run->work == NULL)
        return SCRUBGATE_OK;
    if (*run->work < units)
        return sg_matcher_refuse(run->matcher, "the message takes too much work");
    *run->work -= units;
    return SCRUBGATE_OK;
}

/* Searches one stretch from *from on, which moves behind what is decided. True in *waits when the
 * rule has to wait for more text at *from. */
static enum scrubgate_status search_stretch(struct pass *pass, const struct sg_rule *rule,
                                            struct stretch stretch, size_t *from, bool *waits)
{
    struct sg_engine_run *run = pass->run;
    const struct sg_window *window = pass->window;
    if (*from < stretch.first)
        *from = stretch.first;
    while (*from <= stretch.last) {
        struct sg_span hit;
        enum sg_match match;
        struct sg_finding finding;
        struct sg_context_result result;
        enum scrubgate_status rc =
            sg_pattern_search_within(rule->pattern, run->matcher, window->text, *from, stretch.last,
                                     window->last, &match, &hit);
        size_t end = rc < 0 || match == SG_MATCH_NONE ? stretch.last : hit.start;
        if (rc >= 0)
            rc = spend(run, (uint64_t)(end - *from + 1) * rule->cost + JUDGING);
        if (rc < 0)
            return rc;
        *from = end + (match == SG_MATCH_NONE);
        *waits = match == SG_MATCH_PARTIAL;
        if (match != SG_MATCH_FOUND)
            return SCRUBGATE_OK;
        rc = sg_context_judge(rule, run->level, run->matcher, window, hit, &finding, &result);
        *waits = rc >= 0 && result.verdict == SG_CONTEXT_UNDECIDED;
        if (rc < 0 || *waits)
            return rc;
        *from = result.verdict == SG_CONTEXT_ACCEPT ? hit.end : hit.start + 1;
        if (result.verdict == SG_CONTEXT_ACCEPT)
            rc = run->found(run->ctx, &finding, window);
        if (rc < 0)
            return rc;
    }
    return SCRUBGATE_OK;
}

/* Searches all stretches of a rule, by start, and empties its chains. */
static enum scrubgate_status search_rule(struct pass *pass, const struct sg_rule *rule)
{
    struct sg_sweep *sweep = pass->sweep;
    struct sg_progress *progress = &pass->run->progress;
    const uint64_t base = pass->window->base, bit = UINT64_C(1) << rule->index % 64;
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t from = pass->floor;
    const bool waited = has_bit(sweep->waiting, rule->index);
    bool waits = waited;
    if (progress->begun && !waited) {
        uint64_t next = progress->next[rule->index];
        if (has_bit(progress->open, rule->index) || next > base + from)
            from = (size_t)(next - base);
        progress->open[rule->index / 64] &= ~bit;
    }
    struct chain *chain = lowest_chain(sweep, pass->sieve, rule->index);
    for (; chain != NULL; chain = lowest_chain(sweep, pass->sieve, rule->index)) {
        struct stretch stretch = sweep->stretches[chain->head];
        chain->head = stretch.next;
        if (rc < 0 || waits)
            continue;
        rc = search_stretch(pass, rule, stretch, &from, &waits);
    }
    if (waits && !waited) {
        sweep->waiting[rule->index / 64] |= bit;
        sweep->n_waiting++;
    }
    if (progress->begun && !waited)
        progress->next[rule->index] = base + from;
    return rc;
}

static enum scrubgate_status search_touched(struct pass *pass)
{
    struct sg_sweep *sweep = pass->sweep;
    const struct scrubgate_ruleset *set = pass->run->set;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t word = 0; word < (set->n_rules + 63) / 64; word++) {
        for (; sweep->touched[word] != 0; sweep->touched[word] &= sweep->touched[word] - 1) {
            size_t index = word * 64 + (size_t)__builtin_ctzll(sweep->touched[word]);
            rc = search_rule(pass, set->rules[index]);
            if (rc >= 0)
                continue;
            pass->run->culprit = set->rules[index];
            return rc;
        }
    }
    sweep->n = 0;
    return rc;
}

/* --- blocks -------------------------------------------------------------------------------- */

/* All places before `end` have been looked at since `start`: searches what they gave. */
static enum scrubgate_status settle(struct pass *pass, size_t start, size_t end)
{
    const struct sg_active *active = pass->run->active;
    const struct sg_window *window = pass->window;
    for (size_t i = 0; i < active->n_everywhere && end > start; i++) {
        uint32_t rule = active->everywhere[i]->index;
        add_stretch(pass->sweep, SG_SIEVE_MOST + rule, rule, start, end - 1);
    }
    bool at_end = end == window->text.len;
    for (size_t i = 0; i < active->n_led && !(at_end && window->last); i++) {
        /* Within the window only a rule of several signatures could else take its starts out of
         * order: those of one signature rise with its places. */
        uint32_t rule = pass->sieve->entries[active->led[i]].rule;
        if (at_end || pass->sieve->rules[rule].n > 1)
            hold_led(pass, active->led[i], end);
    }
    return search_touched(pass);
}

/* Out of line, or the compiler copies by the word. */
__attribute__((noinline)) static void copy(uint8_t *to, const uint8_t *from, size_t len)
{
    memcpy(to, from, len);
}

/* Copies the block and what surrounds it, zero standing for outside. */
static const uint8_t *fill_block(struct pass *pass, size_t start, size_t end)
{
    struct sg_sweep *sweep = pass->sweep;
    struct sg_bytes text = pass->window->text;
    size_t room = end - start + SG_KERNEL_SLACK;
    size_t len = room < text.len - start ? room : text.len - start;
    sweep->before[63] = start == 0 ? 0 : text.data[start - 1];
    copy(sweep->block, text.data + start, len);
    memset(sweep->block + len, 0, room - len);
    return sweep->block;
}

/* Places whose signatures reach beyond what is at hand: only the exact rows know "unknown". */
static void hit_all(uint64_t *hits, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        hits[i / 64] |= UINT64_C(1) << i % 64;
}

/* Looks at the places start … end - 1. */
static enum scrubgate_status sweep_block(struct pass *pass, size_t start, size_t end)
{
    struct sg_sweep *sweep = pass->sweep;
    const struct sg_window *window = pass->window;
    const size_t n_places = end - start, most = STRETCHES - 3 * SG_SIEVE_MOST;
    enum scrubgate_status rc = SCRUBGATE_OK;
    (void)pass->run->kernel->sieve(pass->sieve, fill_block(pass, start, end), n_places,
                                   sweep->hits);
    if (!window->last && end + AHEAD > window->text.len) {
        size_t sure = window->text.len > AHEAD ? window->text.len - AHEAD + 1 : 0;
        hit_all(sweep->hits, sure > start ? sure - start : 0, n_places);
    }
    size_t settled = start;
    for (size_t word = 0; word < (n_places + 63) / 64; word++) {
        for (uint64_t hits = sweep->hits[word]; hits != 0 && rc >= 0; hits &= hits - 1) {
            size_t place = start + word * 64 + (size_t)__builtin_ctzll(hits);
            if (sweep->n > most && place > settled) {
                rc = settle(pass, settled, place);
                settled = place;
            }
            if (rc >= 0)
                look_at(pass, place);
        }
    }
    return rc < 0 ? rc : settle(pass, settled, end);
}

/* Rules that waited are searched again from where they did. */
static void reopen(struct pass *pass)
{
    const struct sg_progress *progress = &pass->run->progress;
    for (size_t word = 0; word < (progress->n_rules + 63) / 64; word++) {
        for (uint64_t open = progress->open[word]; open != 0; open &= open - 1) {
            uint32_t rule = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(open);
            size_t from = (size_t)(progress->next[rule] - pass->window->base);
            add_stretch(pass->sweep, SG_SIEVE_MOST + rule, rule, from, pass->floor - 1);
        }
    }
}

/* What waits now is open; the earliest of it bounds what is decided. */
static uint64_t close_pass(struct pass *pass)
{
    struct sg_progress *progress = &pass->run->progress;
    struct sg_sweep *sweep = pass->sweep;
    uint64_t lowest = pass->window->base + pass->window->text.len;
    progress->decided = lowest;
    for (size_t word = 0; sweep->n_waiting > 0 && word < (progress->n_rules + 63) / 64; word++) {
        progress->open[word] = sweep->waiting[word];
        for (; sweep->waiting[word] != 0; sweep->waiting[word] &= sweep->waiting[word] - 1) {
            size_t rule = word * 64 + (size_t)__builtin_ctzll(sweep->waiting[word]);
            lowest = progress->next[rule] < lowest ? progress->next[rule] : lowest;
            sweep->n_waiting--;
        }
    }
    return lowest;
}

static enum scrubgate_status advance(struct sg_engine_run *run, const struct sg_window *window,
                                     uint64_t *frontier)
{
    struct sg_progress *progress = &run->progress;
    struct pass pass = {.run = run,
                        .window = window,
                        .sieve = run->set->sieve,
                        .sweep = run->sweep,
                        .floor = (size_t)(progress->decided - window->base)};
    enum scrubgate_status rc = SCRUBGATE_OK;
    const size_t len = window->text.len;
    if (!window->last || progress->decided > 0 || len > SG_KERNEL_BLOCK)
        sg_progress_track(progress);
    if (progress->begun)
        reopen(&pass);
    if (pass.floor == len)
        rc = search_touched(&pass);
    for (size_t start = pass.floor; start < len && rc >= 0; start += SG_KERNEL_BLOCK) {
        size_t left = len - start;
        rc = sweep_block(&pass, start, start + (left < SG_KERNEL_BLOCK ? left : SG_KERNEL_BLOCK));
    }
    if (rc < 0)
        forget(run->sweep);
    else
        *frontier = close_pass(&pass);
    if (window->last) /* the next text may be another message's */
        sg_wipe(run->sweep->block, len < sizeof run->sweep->block ? len : sizeof run->sweep->block);
    return rc;
}

const struct sg_engine sg_engine_sweep = {"sweep", advance};
