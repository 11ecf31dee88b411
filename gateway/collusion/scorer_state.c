/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scorer_state.c - what a scorer knows: saved, loaded, merged with another's.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collusion/scorer_parts.h"

enum { VERSION = 6 };

static const size_t tickets_size = SG_SCORER_TICKETS * sizeof(struct sg_scorer_ticket);
static const size_t own_size = SG_STRATA_AGENTS * sizeof(struct sg_scorer_own);
static const size_t standings_size = SG_STRATA_AGENTS * sizeof(struct sg_scorer_standing);

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static enum scrubgate_status put_numbers(const struct sg_scorer *scorer, struct sg_state_sink *to)
{
    const uint64_t numbers[] = {
        scorer->check, scorer->now_ms,   scorer->strange,           scorer->strange_ms,
        scorer->seen,  scorer->crowd_ms, bits_of(scorer->threshold)};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && rc >= 0; i++)
        rc = sg_state_put_u64(to, numbers[i]);
    return rc;
}

/* What numbers agents stands last: all that names one by its number was saved before. */
static enum scrubgate_status put_all(const struct sg_scorer *scorer, struct sg_state_sink *to)
{
    enum scrubgate_status rc = put_numbers(scorer, to);
    if (rc >= 0)
        rc = sg_panes_save(&scorer->panes, to);
    if (rc >= 0)
        rc = sg_frequency_save(&scorer->frequency, to);
    if (rc >= 0)
        rc = sg_company_save(&scorer->customers, to);
    if (rc >= 0)
        rc = sg_company_save(&scorer->facets, to);
    if (rc >= 0)
        rc = sg_near_duplicates_save(&scorer->at_agents, to);
    if (rc >= 0)
        rc = sg_near_duplicates_save(&scorer->in_queues, to);
    if (rc >= 0)
        rc = sg_burst_save(&scorer->burst, to);
    if (rc >= 0)
        rc = sg_rekeyed_save(&scorer->rekeyed, to);
    if (rc >= 0)
        rc = sg_state_put_records(to, scorer->tickets, SG_SCORER_TICKETS, sizeof *scorer->tickets);
    if (rc >= 0)
        rc = sg_state_put_records(to, scorer->own, SG_STRATA_AGENTS, sizeof *scorer->own);
    if (rc >= 0)
        rc = sg_state_put_records(to, scorer->standings, SG_STRATA_AGENTS,
                                  sizeof *scorer->standings);
    return rc < 0 ? rc : sg_strata_save(&scorer->strata, to);
}

enum scrubgate_status sg_scorer_write(const struct sg_scorer *scorer,
                                      enum scrubgate_status (*take)(void *ctx,
                                                                    struct sg_bytes piece),
                                      void *ctx)
{
    struct sg_state_sink sink = {.take = take, .ctx = ctx};
    enum scrubgate_status rc = sg_state_begin(&sink, VERSION);
    if (rc >= 0)
        rc = put_all(scorer, &sink);
    if (rc >= 0)
        rc = sg_state_seal(&sink);
    sg_state_fini(&sink);
    return rc;
}

static enum scrubgate_status append(void *ctx, struct sg_bytes piece)
{
    return sg_buf_add_bytes(ctx, piece);
}

enum scrubgate_status sg_scorer_save(const struct sg_scorer *scorer, struct sg_buf *out)
{
    return sg_scorer_write(scorer, append, out);
}

static bool sound(const struct sg_scorer *scorer)
{
    bool sound = isfinite(scorer->threshold);
    for (size_t i = 0; i < SG_SCORER_TICKETS && sound; i++) {
        const struct sg_scorer_ticket *ticket = &scorer->tickets[i];
        sound = (ticket->queue < SG_STRATA_MOST || ticket->queue == SG_STRATA_NONE) &&
                (ticket->agent < SG_STRATA_AGENTS ||
                 (ticket->agent == SG_STRATA_NONE && !ticket->judged));
        for (size_t j = 0; j < SG_SCORER_JUDGED; j++)
            sound = sound && isfinite(ticket->weights[j]);
    }
    for (size_t i = 0; i < SG_STRATA_AGENTS && sound; i++)
        sound = isfinite(scorer->standings[i].score);
    return sound;
}

/* False: kept under another key. */
static bool take_numbers(struct sg_scorer *scorer, struct sg_state *state)
{
    const bool same_key = sg_state_take_u64(state) == scorer->check;
    scorer->now_ms = sg_state_take_u64(state);
    scorer->strange = sg_state_take_u64(state);
    scorer->strange_ms = sg_state_take_u64(state);
    scorer->seen = sg_state_take_u64(state);
    scorer->crowd_ms = sg_state_take_u64(state);
    const uint64_t bits = sg_state_take_u64(state);
    memcpy(&scorer->threshold, &bits, sizeof bits);
    return same_key;
}

enum scrubgate_status sg_scorer_load(struct sg_scorer **out, const struct sg_scorer_config *config,
                                     struct sg_bytes text)
{
    struct sg_scorer *scorer = NULL;
    struct sg_state state;
    *out = NULL;
    enum scrubgate_status rc = sg_state_open(&state, text, VERSION);
    if (rc >= 0)
        rc = sg_scorer_new(&scorer, config);
    if (rc < 0)
        return rc;
    const bool same_key = take_numbers(scorer, &state);
    sg_panes_load(&scorer->panes, &state);
    sg_frequency_load(&scorer->frequency, &state);
    sg_company_load(&scorer->customers, &state);
    sg_company_load(&scorer->facets, &state);
    sg_near_duplicates_load(&scorer->at_agents, &state);
    sg_near_duplicates_load(&scorer->in_queues, &state);
    sg_burst_load(&scorer->burst, &state);
    sg_rekeyed_load(&scorer->rekeyed, &state);
    sg_state_take_table(&state, scorer->tickets, tickets_size);
    sg_state_take_table(&state, scorer->own, own_size);
    sg_state_take_table(&state, scorer->standings, standings_size);
    sg_strata_load(&scorer->strata, &state);
    if (!same_key || !sg_state_ended(&state) || !sound(scorer)) {
        sg_scorer_free(scorer);
        return SCRUBGATE_EMALFORMED;
    }
    *out = scorer;
    return SCRUBGATE_OK;
}

/* What agents showed of themselves: the other's last, as if it had come now. */
static void merge_own(struct sg_scorer *into, const struct sg_scorer *other, const uint16_t *agents)
{
    for (size_t i = 0; i < SG_STRATA_AGENTS; i++)
        for (unsigned facet = 0; facet < SG_FACETS && agents[i] != SG_STRATA_NONE; facet++)
            for (unsigned j = 0; j < SG_SCORER_OWN; j++)
                sg_scorer_learn_own(&into->own[agents[i]], facet, other->own[i].facets[facet][j]);
}

/* Tickets that are still open stay with their shard. */
enum scrubgate_status sg_scorer_merge(struct sg_scorer *into, const struct sg_scorer *other)
{
    if (into->check != other->check)
        return SCRUBGATE_EINVAL;
    struct sg_strata_numbers *numbers = malloc(sizeof *numbers);
    if (numbers == NULL)
        return SCRUBGATE_ENOMEM;
    sg_strata_merge(&into->strata, &other->strata, numbers);
    sg_panes_merge(&into->panes, &other->panes);
    sg_frequency_merge(&into->frequency, &other->frequency);
    sg_company_merge(&into->customers, &other->customers, numbers->agents);
    sg_company_merge(&into->facets, &other->facets, numbers->agents);
    /* At an agent, texts are told apart by queue; in a queue, by agent. */
    sg_near_duplicates_merge(&into->at_agents, &other->at_agents, numbers->agents, numbers->queues,
                             SG_STRATA_MOST);
    sg_near_duplicates_merge(&into->in_queues, &other->in_queues, numbers->queues, numbers->agents,
                             SG_STRATA_AGENTS);
    sg_burst_merge(&into->burst, &other->burst);
    merge_own(into, other, numbers->agents);
    sg_scorer_merge_standings(into, other, numbers->agents);
    sg_rekeyed_merge(&into->rekeyed, &other->rekeyed);
    if (other->now_ms > into->now_ms)
        into->now_ms = other->now_ms;
    into->seen += other->seen;
    free(numbers);
    return SCRUBGATE_OK;
}
