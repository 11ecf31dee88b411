/* SPDX-License-Identifier: Apache-2.0 */
/*
 * company.c - which agents somebody met, and how odd that is.
 */
#include "collusion/company.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "collusion/strata.h"

enum { WAYS = 4, HALF_LIFE = 30 * 24 * 60 /* minutes */ };
static const uint64_t minute_ms = 60000;
static const double habit = 0.5;
/* Honest customers come back to whom they know, too: so often beyond routing. */
static const double sticky = 0.03;

_Static_assert(sizeof(struct sg_company_record) == 64, "a line of the cache");

enum scrubgate_status sg_company_init(struct sg_company *company, size_t n)
{
    assert(n >= WAYS && (n & (n - 1)) == 0);
    *company = (struct sg_company){.records = calloc(n, sizeof *company->records), .n = n};
    return company->records == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

void sg_company_fini(struct sg_company *company)
{
    free(company->records);
    *company = (struct sg_company){.records = NULL};
}

static void fade(struct sg_company_record *record, uint32_t minute)
{
    if (minute <= record->minute)
        return;
    /* A day or less apart makes hardly a difference, and is most of what comes. */
    const float left = exp2f(-(float)(minute - record->minute) / HALF_LIFE);
    record->evidence *= left;
    record->haste *= left;
    record->minute = minute;
}

static size_t bucket_of(const struct sg_company *company, uint64_t mark)
{
    return mark & (company->n - 1) & ~(uint64_t)(WAYS - 1);
}

void sg_company_fetch(const struct sg_company *company, uint64_t mark)
{
    for (size_t i = 0; i < WAYS; i++)
        __builtin_prefetch(&company->records[bucket_of(company, mark) + i], 1);
}

static struct sg_company_record *place(struct sg_company *company, size_t bucket, uint32_t tag)
{
    struct sg_company_record *oldest = &company->records[bucket];
    for (size_t i = 0; i < WAYS; i++) {
        struct sg_company_record *record = &company->records[bucket + i];
        if (record->tag == tag)
            return record;
        if (record->tag == 0 || (oldest->tag != 0 && record->minute < oldest->minute))
            oldest = record;
    }
    *oldest = (struct sg_company_record){.tag = tag};
    return oldest;
}

struct sg_company_record *sg_company_find(struct sg_company *company, uint64_t mark, uint64_t ms)
{
    const uint32_t tag = (uint32_t)(mark >> 32) | 1, minute = (uint32_t)(ms / minute_ms);
    struct sg_company_record *record = place(company, bucket_of(company, mark), tag);
    if (record->minute == 0)
        record->minute = minute;
    fade(record, minute);
    return record;
}

/* --- a meeting --- */

static void halve(struct sg_company_record *record)
{
    for (size_t i = 0; i < SG_COMPANY_AGENTS; i++)
        record->counts[i] /= 2;
}

/* Of a facet, what one customer brings again and again counts once. */
static void learn(struct sg_company_record *record, uint16_t agent, uint16_t by, bool shared)
{
    size_t at = 0;
    for (size_t i = 0; i < SG_COMPANY_AGENTS; i++) {
        if (record->counts[i] > 0 && record->agents[i] == agent) {
            at = i;
            break;
        }
        if (record->counts[i] < record->counts[at])
            at = i;
    }
    if (record->counts[at] > 0 && record->agents[at] == agent) {
        if (shared && record->by[at] == by)
            return;
        if (record->counts[at] == UINT8_MAX)
            halve(record);
        record->counts[at]++;
    } else if (record->counts[at] > 1) { /* full of better known ones: they get rarer */
        record->counts[at]--;
        return;
    } else {
        record->agents[at] = agent;
        record->counts[at] = 1;
    }
    record->by[at] = by;
}

struct sg_meeting sg_company_meet(struct sg_company_record *record, uint16_t agent,
                                  uint64_t customer, double p, bool shared)
{
    const uint16_t by = (uint16_t)(customer >> 16);
    double seen = 0, all = 0;
    for (size_t i = 0; i < SG_COMPANY_AGENTS; i++) {
        const bool own = shared && record->counts[i] > 0 && record->by[i] == by;
        const double count = record->counts[i] - own;
        all += count;
        if (record->counts[i] > 0 && record->agents[i] == agent)
            seen = count;
    }
    if (all > 0) {
        const double back = seen / all;
        const double ratio = ((1 - habit) * p + habit * back) / ((1 - sticky) * p + sticky * back);
        record->evidence = (float)fmax(0, (double)record->evidence + log10(ratio));
    }
    learn(record, agent, by, shared);
    record->customers |= UINT64_C(1) << (customer & 63);
    return (struct sg_meeting){(double)record->evidence, seen, all};
}

double sg_company_customers(const struct sg_company_record *record)
{
    unsigned set = 0;
    for (uint64_t bits = record->customers; bits != 0; bits &= bits - 1)
        set++;
    return set == 64 ? 256 : -64 * log((64 - set) / 64.0);
}

/* --- both shards', and on disk --- */

static void add(struct sg_company_record *into, const struct sg_company_record *other,
                const uint16_t *numbers)
{
    into->evidence += other->evidence;
    into->haste += other->haste;
    into->customers |= other->customers;
    for (size_t i = 0; i < SG_COMPANY_AGENTS; i++) {
        const uint16_t agent = numbers[other->agents[i]];
        for (unsigned n = 0; n < other->counts[i] && agent != SG_STRATA_NONE; n++)
            learn(into, agent, other->by[i], false);
    }
}

void sg_company_merge(struct sg_company *into, const struct sg_company *other,
                      const uint16_t *numbers)
{
    assert(into->n == other->n);
    for (size_t i = 0; i < other->n; i++) {
        struct sg_company_record more = other->records[i];
        if (more.tag == 0)
            continue;
        struct sg_company_record *to = place(into, i & ~(size_t)3, more.tag);
        if (to->minute == 0)
            to->minute = more.minute;
        fade(to, more.minute);
        fade(&more, to->minute);
        add(to, &more, numbers);
    }
}

enum scrubgate_status sg_company_save(const struct sg_company *company, struct sg_state_sink *to)
{
    return sg_state_put_records(to, company->records, company->n, sizeof *company->records);
}

void sg_company_load(struct sg_company *company, struct sg_state *state)
{
    sg_state_take_table(state, company->records, company->n * sizeof *company->records);
    for (size_t i = 0; i < company->n && !state->bad; i++) {
        const struct sg_company_record *record = &company->records[i];
        state->bad = !(record->evidence >= 0 && record->evidence < INFINITY) ||
                     !(record->haste >= 0 && record->haste < INFINITY);
        for (size_t j = 0; j < SG_COMPANY_AGENTS; j++)
            state->bad = state->bad || record->agents[j] >= SG_STRATA_AGENTS;
    }
}
