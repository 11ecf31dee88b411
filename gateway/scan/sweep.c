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

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "rule/sieves.h"
#include "rule/signature_quota.h"
#include "scan/block.h"
#include "scan/context.h"
#include "scan/stretch.h"
#include "scan/vicinity.h"

enum {
    ROOM = 3 * SG_SIEVE_MOST, /* stretches that one place and what settles it may add */
    JUDGING = 50              /* what to judge a match counts as work */
};

struct sg_sweep {
    struct sg_block block;
    struct sg_hits hits;
    struct sg_vicinity vicinity;
    uint64_t waiting[SG_SIEVE_MOST / 64]; /* rules that wait for what follows the window */
    size_t n_waiting;
    struct sg_stretches stretches;
};

/* One advance of a run over a window. */
struct pass {
    struct sg_engine_run *run;
    const struct sg_window *window;
    const struct sg_active_part *part; /* what is being looked for: rules with a gate, or without */
    const uint64_t *wanted;            /* of its signatures those worth a look here */
    size_t only;                       /* the word they all are in; SG_BLOCK_WORDS: several */
    struct sg_sweep *sweep;
    size_t floor; /* starts before it were decided by earlier windows, but for open rules */
};

/* --- memory -------------------------------------------------------------------------------- */

static void forget(struct sg_sweep *sweep)
{
    sg_stretches_clear(&sweep->stretches);
    memset(sweep->waiting, 0, sizeof sweep->waiting);
    sweep->n_waiting = 0;
}

enum scrubgate_status sg_sweep_new(struct sg_sweep **sweep)
{
    size_t size = (sizeof **sweep + 63) / 64 * 64;
    *sweep = aligned_alloc(64, size);
    if (*sweep == NULL)
        return SCRUBGATE_ENOMEM;
    memset(*sweep, 0, offsetof(struct sg_sweep, stretches));
    forget(*sweep);
    return SCRUBGATE_OK;
}

void sg_sweep_wipe(struct sg_sweep *sweep)
{
    sg_block_clear(&sweep->block, true);
}

void sg_sweep_free(struct sg_sweep *sweep)
{
    if (sweep == NULL)
        return;
    sg_wipe(&sweep->block, sizeof sweep->block); /* where text has been */
    free(sweep);
}

/* --- stretches ----------------------------------------------------------------------------- */

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
    const struct sg_sieve_entry *entry = &pass->part->sieve->entries[signature];
    const struct sg_window *window = pass->window;
    size_t lead = 0;
    if (entry->max_before > 0)
        lead = led_by(&entry->before, window->text, place, entry->max_before);
    if (lead < entry->min_before ||
        !sg_quotas_hold(entry->quotas, window->text, place, window->last))
        return;
    sg_stretches_add(&pass->sweep->stretches, pass->part->first + signature, entry->part,
                     place - lead, place - entry->min_before);
}

/* A place at or beyond `end` may be led up to from before it. */
static void hold_led(struct pass *pass, size_t signature, size_t end)
{
    const struct sg_sieve_entry *entry = &pass->part->sieve->entries[signature];
    size_t lead = led_by(&entry->before, pass->window->text, end, entry->max_before);
    if (lead > 0)
        sg_stretches_add(&pass->sweep->stretches, pass->part->first + signature, entry->part,
                         end - lead, end - 1);
}

static void look_at(struct pass *pass, size_t place)
{
    uint64_t held[SG_BLOCK_WORDS];
    const struct sg_sieve *sieve = pass->part->sieve;
    if (!sg_block_rows(sieve, pass->window, place, pass->wanted, pass->only, held))
        return;
    const bool several = pass->only == SG_BLOCK_WORDS;
    const size_t end = several ? sieve->words : pass->only + 1;
    for (size_t word = several ? 0 : pass->only; word < end; word++) {
        for (; held[word] != 0; held[word] &= held[word] - 1)
            hold(pass, word * 64 + (size_t)__builtin_ctzll(held[word]), place);
    }
}

/* --- one rule ------------------------------------------------------------------------------ */

static bool has_bit(const uint64_t *bits, size_t i)
{
    return (bits[i / 64] >> i % 64 & 1) != 0;
}

/* The starts first … last that a search is paid for: those before the floor were, when they were
 * new. So what a text may cost does not depend on how it was cut. */
static uint64_t count_starts(const struct pass *pass, size_t first, size_t last)
{
    size_t from = first > pass->floor ? first : pass->floor;
    return last < from ? 0 : last - from + 1;
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
                                            struct sg_stretch stretch, size_t *from, bool *waits)
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
            rc = spend(run, count_starts(pass, *from, end) * (rule->cost + JUDGING));
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

/* Whether a word that the rule cannot do without may stand near the stretch. */
static bool gate_opens(struct pass *pass, const struct sg_rule *rule, struct sg_stretch stretch)
{
    const struct sg_gate *gate = &rule->gate;
    if (gate->n == 0)
        return true;
    size_t first = stretch.first > gate->before ? stretch.first - gate->before : 0;
    return sg_vicinity_has(&pass->sweep->vicinity, pass->run, pass->window, gate->number, first,
                           stretch.last + gate->after);
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
    const struct sg_active_part *part = &pass->run->active->part[rule->sieve];
    struct sg_sieve_range range = part->sieve->parts[rule->index];
    range.first += (uint32_t)part->first;
    struct sg_chain *chain = sg_stretches_lowest(&sweep->stretches, range, rule->index);
    for (; chain != NULL; chain = sg_stretches_lowest(&sweep->stretches, range, rule->index)) {
        struct sg_stretch stretch = sweep->stretches.list[chain->head];
        chain->head = stretch.next;
        if (rc < 0 || waits || !gate_opens(pass, rule, stretch))
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
    struct sg_stretches *stretches = &pass->sweep->stretches;
    const struct scrubgate_ruleset *set = pass->run->set;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t word = 0; word < (set->n_rules + 63) / 64; word++) {
        uint64_t touched = stretches->touched[word];
        stretches->touched[word] = 0;
        for (; touched != 0; touched &= touched - 1) {
            size_t index = word * 64 + (size_t)__builtin_ctzll(touched);
            rc = search_rule(pass, set->rules[index]);
            if (rc >= 0)
                continue;
            pass->run->culprit = set->rules[index];
            return rc;
        }
    }
    stretches->n = 0;
    return rc;
}

/* --- blocks -------------------------------------------------------------------------------- */

/* All places before `end` have been looked at for the pass's part: searches what they gave. */
static enum scrubgate_status settle(struct pass *pass, size_t end)
{
    const struct sg_active_part *part = pass->part;
    const struct sg_window *window = pass->window;
    bool at_end = end == window->text.len;
    for (size_t i = 0; i < part->n_led && !(at_end && window->last); i++) {
        /* Within the window only a rule of several signatures could else take its starts out of
         * order: those of one signature rise with its places. */
        uint32_t rule = part->sieve->entries[part->led[i]].part;
        if (at_end || part->sieve->parts[rule].n > 1)
            hold_led(pass, part->led[i], end);
    }
    return search_touched(pass);
}

/* The word that all bits of the row are in; SG_BLOCK_WORDS: there are more. */
static size_t only_word(const uint64_t *row, size_t words)
{
    size_t only = 0, n = 0;
    for (size_t word = 0; word < words; word++) {
        only = row[word] != 0 ? word : only;
        n += row[word] != 0;
    }
    return n > 1 ? SG_BLOCK_WORDS : only;
}

/* Looks for the rules of one part at the places start … end - 1. */
static enum scrubgate_status sweep_part(struct pass *pass, const struct sg_active_part *part,
                                        const uint64_t *wanted, size_t start, size_t end)
{
    struct sg_sweep *sweep = pass->sweep;
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t settled = start;
    pass->part = part;
    pass->wanted = wanted;
    pass->only = only_word(wanted, part->sieve->words);
    sg_block_sieve(&sweep->block, &sweep->hits, pass->run->kernel, part->sieve, wanted,
                   pass->window, start, end);
    for (size_t word = 0; word < (end - start + 63) / 64; word++) {
        for (uint64_t hits = sweep->hits.words[word]; hits != 0 && rc >= 0; hits &= hits - 1) {
            size_t place = start + word * 64 + (size_t)__builtin_ctzll(hits);
            if (sg_stretches_room(&sweep->stretches) < ROOM && place > settled) {
                sg_progress_track(&pass->run->progress);
                rc = settle(pass, place);
                settled = place;
            }
            if (rc >= 0)
                look_at(pass, place);
        }
    }
    return rc < 0 ? rc : settle(pass, end);
}

/* Those of what the places of the block have around them. */
static uint64_t traits_of(const struct sg_window *window, size_t start, size_t end)
{
    const struct sg_bytes text = window->text;
    size_t from = start > 0 ? start - 1 : 0, to = end + SG_BLOCK_AHEAD;
    if (to > text.len && !window->last)
        return SG_TRAITS_ANY; /* who knows what comes */
    to = to < text.len ? to : text.len;
    bool whole = window->base == 0 && start == 0 && end == text.len;
    return sg_traits_of((struct sg_bytes){text.data + from, to - from}, whole);
}

/* The signatures of a gated kind that may count in the block, a word of their gates standing near
 * it. False: none does. */
static bool gates_open(struct pass *pass, unsigned kind, size_t start, size_t end,
                       const uint64_t *wanted, uint64_t *open)
{
    const struct sg_sieves *sieves = pass->run->set->sieves;
    size_t first = start > sieves->before ? start - sieves->before : 0;
    return sg_vicinity_open(&pass->sweep->vicinity, pass->run, pass->window, first,
                            end - 1 + sieves->after, kind, wanted, open);
}

static enum scrubgate_status sweep_block(struct pass *pass, size_t start, size_t end)
{
    const struct sg_active *active = pass->run->active;
    uint64_t possible[SG_BLOCK_WORDS], open[SG_BLOCK_WORDS];
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < active->n_everywhere; i++) {
        uint32_t rule = active->everywhere[i]->index;
        sg_stretches_add(&pass->sweep->stretches, SG_SIEVE_MOST + rule, rule, start, end - 1);
    }
    if (active->n_everywhere > 0)
        rc = search_touched(pass);
    const uint64_t traits = traits_of(pass->window, start, end);
    for (unsigned kind = 0; kind < SG_SIEVES && rc >= 0; kind++) {
        const struct sg_active_part *part = &active->part[kind];
        if (part->n_rules == 0 ||
            !sg_sieve_possible(part->sieve, part->signatures, traits, possible))
            continue;
        if (!sg_sieve_is_gated(kind))
            rc = sweep_part(pass, part, possible, start, end);
        else if (gates_open(pass, kind, start, end, possible, open))
            rc = sweep_part(pass, part, open, start, end);
    }
    return rc;
}

/* Rules that waited are searched again from where they did. */
static void reopen(struct pass *pass)
{
    const struct sg_progress *progress = &pass->run->progress;
    for (size_t word = 0; word < (progress->n_rules + 63) / 64; word++) {
        for (uint64_t open = progress->open[word]; open != 0; open &= open - 1) {
            uint32_t rule = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(open);
            size_t from = (size_t)(progress->next[rule] - pass->window->base);
            sg_stretches_add(&pass->sweep->stretches, SG_SIEVE_MOST + rule, rule, from,
                             pass->floor - 1);
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
                        .sweep = run->sweep,
                        .part = run->active->part,
                        .floor = (size_t)(progress->decided - window->base)};
    enum scrubgate_status rc = SCRUBGATE_OK;
    const size_t len = window->text.len;
    sg_vicinity_begin(&run->sweep->vicinity);
    if (!window->last || progress->decided > 0 || len > SG_KERNEL_BLOCK)
        sg_progress_track(progress);
    if (progress->begun)
        reopen(&pass);
    if (progress->begun)
        rc = search_touched(&pass);
    for (size_t start = pass.floor; start < len && rc >= 0; start += SG_KERNEL_BLOCK) {
        size_t left = len - start;
        rc = sweep_block(&pass, start, start + (left < SG_KERNEL_BLOCK ? left : SG_KERNEL_BLOCK));
    }
    if (rc < 0)
        forget(run->sweep);
    else
        *frontier = close_pass(&pass);
    /* The next text may be another message's. */
    sg_block_clear(&run->sweep->block, window->last || rc < 0);
    return rc;
}

const struct sg_engine sg_engine_sweep = {"sweep", advance};
