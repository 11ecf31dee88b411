/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strata.c - who is on duty now, and how likely routing alone is to choose each.
 */
#include "collusion/strata.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collusion/mark.h"

enum { SLOTS = 2 * SG_STRATA_AGENTS, MEMBER_SLOTS = 2 * SG_STRATA_MEMBERS };
static const uint64_t minute_ms = 60000, step_ms = 5 * 60000;
static const double break_h = 1.5;     /* a longer pause is no duty */
static const double fresh_h = 0.75;    /* surely on duty */
static const double fade_h = 2.0;      /* half as likely so long after that */
static const double idle = 0.10;       /* of one who was not seen today */
static const double away_h = 24 * 7.5; /* longer: has left */
static const double half_life_h = 30 * 24;

/* An agent in a queue. */
struct member {
    uint32_t next; /* of the queue's: 1 + number; 0: the last */
    uint16_t queue, agent;
    uint64_t last_ms;
    double tickets, hours; /* that halve in 30 days */
};

struct queue {
    uint64_t mark;
    uint32_t first; /* member: 1 + number */
    uint32_t n;
    uint64_t summed_ms;
    double sum, on_duty, tickets, hours; /* of all members, as of then */
    struct sg_quantiles waiting, handling;
};

struct sg_strata_table {
    struct queue queues[SG_STRATA_MOST];
    uint64_t agents[SG_STRATA_AGENTS]; /* marks */
    uint32_t agent_slots[SLOTS];       /* 1 + number */
    struct member members[SG_STRATA_MEMBERS];
    uint32_t member_slots[MEMBER_SLOTS];
    uint64_t n_queues, n_agents, n_members;
};

enum scrubgate_status sg_strata_init(struct sg_strata *strata)
{
    strata->table = calloc(1, sizeof *strata->table);
    return strata->table == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

void sg_strata_fini(struct sg_strata *strata)
{
    free(strata->table);
    strata->table = NULL;
}

/* --- numbers --- */

uint16_t sg_strata_queue(struct sg_strata *strata, uint64_t mark)
{
    struct sg_strata_table *table = strata->table;
    for (uint16_t i = 0; i < table->n_queues; i++)
        if (table->queues[i].mark == mark)
            return i;
    if (table->n_queues == SG_STRATA_MOST)
        return SG_STRATA_NONE;
    table->queues[table->n_queues].mark = mark;
    return (uint16_t)table->n_queues++;
}

/* The agent's slot, or the free one that would be. Half of the slots are always free. */
static size_t slot_of(const struct sg_strata_table *table, uint64_t mark)
{
    size_t at = mark % SLOTS;
    while (table->agent_slots[at] != 0 && table->agents[table->agent_slots[at] - 1] != mark)
        at = (at + 1) % SLOTS;
    return at;
}

uint16_t sg_strata_known(const struct sg_strata *strata, uint64_t mark)
{
    const uint32_t number = strata->table->agent_slots[slot_of(strata->table, mark)];
    return number == 0 ? SG_STRATA_NONE : (uint16_t)(number - 1);
}

uint16_t sg_strata_agent(struct sg_strata *strata, uint64_t mark)
{
    struct sg_strata_table *table = strata->table;
    const size_t at = slot_of(table, mark);
    if (table->agent_slots[at] != 0)
        return (uint16_t)(table->agent_slots[at] - 1);
    if (table->n_agents == SG_STRATA_AGENTS)
        return SG_STRATA_NONE;
    table->agents[table->n_agents++] = mark;
    table->agent_slots[at] = (uint32_t)table->n_agents;
    return (uint16_t)(table->n_agents - 1);
}

uint64_t sg_strata_mark(const struct sg_strata *strata, uint16_t agent)
{
    assert(agent < strata->table->n_agents);
    return strata->table->agents[agent];
}

uint64_t sg_strata_agents(const struct sg_strata *strata)
{
    return strata->table->n_agents;
}

/* NULL: not there, and, when it is to be made, no room. */
static struct member *member_of(struct sg_strata_table *table, uint16_t queue, uint16_t agent,
                                bool make)
{
    const uint64_t mark = sg_mark_pair(table->agents[agent], table->queues[queue].mark);
    size_t at = mark % MEMBER_SLOTS;
    for (; table->member_slots[at] != 0; at = (at + 1) % MEMBER_SLOTS) {
        struct member *member = &table->members[table->member_slots[at] - 1];
        if (member->queue == queue && member->agent == agent)
            return member;
    }
    if (!make || table->n_members == SG_STRATA_MEMBERS)
        return NULL;
    struct member *member = &table->members[table->n_members++];
    *member = (struct member){.next = table->queues[queue].first, .queue = queue, .agent = agent};
    table->member_slots[at] = (uint32_t)table->n_members;
    table->queues[queue].first = (uint32_t)table->n_members;
    table->queues[queue].n++;
    return member;
}

/* --- shares --- */

static double hours_since(uint64_t then, uint64_t now)
{
    return now > then ? (double)(now - then) / (60.0 * (double)minute_ms) : 0;
}

static double presence(const struct member *member, uint64_t ms)
{
    const double gap = hours_since(member->last_ms, ms);
    if (gap > away_h)
        return 0;
    if (gap <= fresh_h)
        return 1;
    const double late = (gap - fresh_h) / fade_h;
    const double here = 1 / (1 + late * late);
    return here > idle ? here : idle;
}

/* Tickets an hour: the queue's; and an agent's, of one who is hardly known about as many. */
static double usual_rate(const struct queue *queue)
{
    return (queue->tickets + 1) / (queue->hours + 1);
}

static double rate(double usual, const struct member *member)
{
    return (member->tickets + 2 * usual) / (member->hours + 2);
}

/* Every five minutes for all; who takes a ticket is added by itself. */
static void sum_up(struct sg_strata_table *table, struct queue *queue, uint64_t ms)
{
    if (queue->summed_ms / step_ms == ms / step_ms && queue->summed_ms != 0)
        return;
    const double usual = usual_rate(queue);
    double tickets = 0, hours = 0, sum = 0, on_duty = 0;
    for (uint32_t i = queue->first; i != 0; i = table->members[i - 1].next) {
        const struct member *member = &table->members[i - 1];
        const double here = presence(member, ms);
        sum += here > 0 ? here * rate(usual, member) : 0;
        on_duty += here;
        tickets += member->tickets;
        hours += member->hours;
    }
    queue->sum = sum;
    queue->on_duty = on_duty;
    queue->tickets = tickets;
    queue->hours = hours;
    queue->summed_ms = ms;
}

void sg_strata_take(struct sg_strata *strata, uint16_t number, uint16_t agent, uint64_t ms,
                    double weight)
{
    struct sg_strata_table *table = strata->table;
    if (number == SG_STRATA_NONE || agent == SG_STRATA_NONE)
        return;
    struct queue *queue = &table->queues[number];
    struct member *member = member_of(table, number, agent, true);
    if (member == NULL)
        return;
    sum_up(table, queue, ms);
    const double gap = hours_since(member->last_ms, ms);
    const double before =
        member->last_ms == 0 ? 0 : presence(member, ms) * rate(usual_rate(queue), member);
    const double there = member->last_ms == 0 ? 0 : presence(member, ms);
    const double left = exp2(-fmin(gap, away_h * 4) / half_life_h);
    member->tickets = member->tickets * left + weight;
    member->hours = member->hours * left + (gap < break_h ? gap : break_h / 2) * weight;
    member->last_ms = ms;
    queue->sum += rate(usual_rate(queue), member) - before;
    queue->on_duty += 1 - there;
}

double sg_strata_share(struct sg_strata *strata, uint16_t number, uint16_t agent, uint64_t ms)
{
    struct sg_strata_table *table = strata->table;
    if (number == SG_STRATA_NONE || agent == SG_STRATA_NONE)
        return 1; /* nothing is known: whoever comes was to be expected */
    struct queue *queue = &table->queues[number];
    const struct member *member = member_of(table, number, agent, false);
    sum_up(table, queue, ms);
    const double usual = (queue->tickets + 1) / (queue->hours + 1);
    const double own =
        member == NULL ? idle * usual : fmax(presence(member, ms), idle) * rate(usual, member);
    const double sum = fmax(queue->sum, own) + idle * usual;
    return own / sum;
}

double sg_strata_on_duty(struct sg_strata *strata, uint16_t number, uint64_t ms)
{
    if (number == SG_STRATA_NONE)
        return 0;
    sum_up(strata->table, &strata->table->queues[number], ms);
    return strata->table->queues[number].on_duty;
}

struct sg_quantiles *sg_strata_waiting(struct sg_strata *strata, uint16_t number)
{
    return number == SG_STRATA_NONE ? NULL : &strata->table->queues[number].waiting;
}

struct sg_quantiles *sg_strata_handling(struct sg_strata *strata, uint16_t number)
{
    return number == SG_STRATA_NONE ? NULL : &strata->table->queues[number].handling;
}

/* --- both shards', and on disk --- */

/*
 * Hours that count for a ticket, of one who takes x tickets in the time of a break: a gap counts as
 * long as it is, or as half a break when it is longer (sg_strata_take), and gaps are exponential.
 */
static double hours_each(double x)
{
    return x < 1e-6 ? break_h / 2 : break_h * ((1 - exp(-x) * (1 + x)) / x + exp(-x) / 2);
}

static double pace_of(const struct member *member)
{
    const double each = member->hours / member->tickets;
    double low = 0, high = 200; /* hours_each falls */
    if (each >= break_h / 2)
        return 0;
    for (int i = 0; i < 40; i++) {
        const double middle = (low + high) / 2;
        *(hours_each(middle) > each ? &low : &high) = middle;
    }
    return low;
}

/*
 * Who saw a part of somebody's tickets saw longer gaps between them. What one shard would have
 * counted of all follows from how quick the agent looked to each; not quite the sum of both, for
 * the first gap of a shift is the same to all. At least what one saw, at most what both did.
 */
static double hours_of_both(const struct member *a, const struct member *b)
{
    const double first_gaps = 0.9;
    if (a->tickets <= 0 || b->tickets <= 0)
        return a->hours + b->hours;
    const double hours =
        (a->tickets + b->tickets) * hours_each(first_gaps * (pace_of(a) + pace_of(b)));
    return fmin(fmax(hours, fmax(a->hours, b->hours)), a->hours + b->hours);
}

static void fade(struct member *member, uint64_t ms)
{
    const double left = exp2(-fmin(hours_since(member->last_ms, ms), away_h * 4) / half_life_h);
    member->tickets *= left;
    member->hours *= left;
}

void sg_strata_merge(struct sg_strata *into, const struct sg_strata *other,
                     struct sg_strata_numbers *numbers)
{
    const struct sg_strata_table *from = other->table;
    memset(numbers, 0xff, sizeof *numbers); /* none */
    for (size_t i = 0; i < from->n_agents; i++)
        numbers->agents[i] = sg_strata_agent(into, from->agents[i]);
    for (size_t i = 0; i < from->n_queues; i++) {
        const uint16_t number = sg_strata_queue(into, from->queues[i].mark);
        numbers->queues[i] = number;
        if (number == SG_STRATA_NONE)
            continue;
        into->table->queues[number].summed_ms = 0;
        sg_quantiles_merge(&into->table->queues[number].waiting, &from->queues[i].waiting);
        sg_quantiles_merge(&into->table->queues[number].handling, &from->queues[i].handling);
    }
    for (size_t i = 0; i < from->n_members; i++) {
        const struct member *member = &from->members[i];
        const uint16_t queue = numbers->queues[member->queue];
        const uint16_t agent = numbers->agents[member->agent];
        struct member *to = queue == SG_STRATA_NONE || agent == SG_STRATA_NONE
                                ? NULL
                                : member_of(into->table, queue, agent, true);
        if (to == NULL)
            continue;
        struct member more = *member;
        const uint64_t ms = more.last_ms > to->last_ms ? more.last_ms : to->last_ms;
        if (to->last_ms != 0)
            fade(to, ms);
        fade(&more, ms);
        to->hours = hours_of_both(to, &more);
        to->tickets += more.tickets;
        to->last_ms = ms;
    }
}

enum scrubgate_status sg_strata_save(const struct sg_strata *strata, struct sg_state_sink *to)
{
    return sg_state_put_table(to, strata->table, sizeof *strata->table);
}

static bool is_count(double value)
{
    return value >= 0 && value < INFINITY;
}

static bool sound_quantiles(const struct sg_quantiles *quantiles)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < SG_QUANTILES_BUCKETS; i++)
        total += quantiles->counts[i];
    return total == quantiles->total && total < SG_QUANTILES_MOST;
}

static bool sound_queue(const struct queue *queue, uint64_t members)
{
    return queue->first <= members && is_count(queue->tickets) && is_count(queue->hours) &&
           isfinite(queue->sum) && isfinite(queue->on_duty) && sound_quantiles(&queue->waiting) &&
           sound_quantiles(&queue->handling);
}

static bool sound(const struct sg_strata_table *table)
{
    bool sound = table->n_queues <= SG_STRATA_MOST && table->n_agents <= SG_STRATA_AGENTS &&
                 table->n_members <= SG_STRATA_MEMBERS;
    /* As many slots as numbers: some are free, and looking for one ends. */
    size_t used = 0;
    for (size_t i = 0; i < SLOTS && sound; i++) {
        sound = table->agent_slots[i] <= table->n_agents;
        used += table->agent_slots[i] != 0;
    }
    sound = sound && used == table->n_agents;
    used = 0;
    for (size_t i = 0; i < MEMBER_SLOTS && sound; i++) {
        sound = table->member_slots[i] <= table->n_members;
        used += table->member_slots[i] != 0;
    }
    sound = sound && used == table->n_members;
    for (size_t i = 0; i < table->n_queues && sound; i++)
        sound = sound_queue(&table->queues[i], table->n_members);
    /* A list goes to older members only: it ends. */
    for (size_t i = 0; i < table->n_members && sound; i++)
        sound = table->members[i].next <= i && table->members[i].queue < table->n_queues &&
                table->members[i].agent < table->n_agents && is_count(table->members[i].tickets) &&
                is_count(table->members[i].hours);
    return sound;
}

void sg_strata_load(struct sg_strata *strata, struct sg_state *state)
{
    sg_state_take_table(state, strata->table, sizeof *strata->table);
    if (!sound(strata->table))
        state->bad = true;
}
