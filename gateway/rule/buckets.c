/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buckets.c - which signatures share a bucket of the sieve's coarse stage.
 *
 *     signature -> [rows of the sample, one per position] -> a bucket -> [the two that cost least
 *     together become one] -> ...
 *
 * Places of the sample are looked at 64 at a time, in words picked evenly from all of it. A bucket
 * keeps for each position the picked places where the byte there is in its set, so what two would
 * do together is their rows' OR, and over all positions the AND of that.
 */
#include "rule/buckets.h"

#include <assert.h>
#include <stdlib.h>

enum {
    PICKED = 64,                /* words of places looked at */
    ROWS = 2 * SG_SIEVE_STEPS,  /* with halves: low ones, then high ones */
    SLOTS = SG_BUCKETS_MOST + 1 /* the one too many, before two become one */
};

struct slot {
    struct sg_bucket bucket;
    uint64_t rows[ROWS][PICKED];
    uint64_t expected; /* places, were its first and its last positions not related: << 12 */
};

struct sg_buckets {
    struct sg_sample *sample;
    bool halves;
    size_t n, n_rows, n_picked;
    size_t picked[PICKED];
    uint64_t half_rows[2][16][SG_SIEVE_STEPS][PICKED]; /* of each low half and each high half */
    uint64_t covered[PICKED];                          /* places where some bucket holds */
    uint64_t costs[SLOTS][SLOTS];                      /* of making one of two; [a][b] with a > b */
    struct slot *slots[SLOTS];
};

/* The picked words of a row of the sample, moved so that a place's bit tells of the byte `step`
 * behind it. */
static void pick(const struct sg_buckets *buckets, const uint64_t *row, size_t step,
                 uint64_t picked[PICKED])
{
    const size_t words = sg_sample_words(buckets->sample);
    for (size_t i = 0; i < buckets->n_picked; i++) {
        size_t at = buckets->picked[i];
        uint64_t next = step > 0 && at + 1 < words ? row[at + 1] << (64 - step) : 0;
        picked[i] |= row[at] >> step | next;
    }
}

static enum scrubgate_status add_half_rows(struct sg_buckets *buckets)
{
    for (unsigned half = 0; half < 32; half++) {
        struct sg_set set = {{0}};
        for (unsigned other = 0; other < 16; other++) {
            unsigned byte = half < 16 ? other << 4 | half : (half & 15) << 4 | other;
            sg_set_add(&set, byte, byte);
        }
        const uint64_t *row = sg_sample_row(buckets->sample, &set);
        if (row == NULL)
            return SCRUBGATE_ENOMEM;
        for (size_t step = 0; step < SG_SIEVE_STEPS; step++)
            pick(buckets, row, step, buckets->half_rows[half / 16][half & 15][step]);
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_buckets_new(struct sg_buckets **buckets, struct sg_sample *sample,
                                     bool halves)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *buckets = NULL;
    struct sg_buckets *made = calloc(1, sizeof *made);
    if (made == NULL)
        goto out;
    const size_t words = sg_sample_words(sample);
    made->sample = sample;
    made->halves = halves;
    made->n_rows = halves ? ROWS : SG_SIEVE_STEPS;
    made->n_picked = words < PICKED ? words : PICKED;
    for (size_t i = 0; i < made->n_picked; i++)
        made->picked[i] = i * words / made->n_picked;
    rc = halves ? add_half_rows(made) : SCRUBGATE_OK;
    if (rc < 0)
        goto out;
    *buckets = made;
    made = NULL;
out:
    sg_buckets_free(made);
    return rc;
}

void sg_buckets_free(struct sg_buckets *buckets)
{
    if (buckets == NULL)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        free(buckets->slots[i]);
    free(buckets);
}

static void fill_half_rows(const struct sg_buckets *buckets, struct slot *slot, size_t step)
{
    const struct sg_set *set = &slot->bucket.at[step];
    unsigned halves[2] = {0, 0}; /* bit h: it is the low or high half of a byte of the set */
    for (unsigned byte = 0; byte < 256; byte++) {
        if (sg_set_has(set, byte)) {
            halves[0] |= 1U << (byte & 15);
            halves[1] |= 1U << (byte >> 4);
        }
    }
    for (size_t which = 0; which < 2; which++) {
        uint64_t *row = slot->rows[which * SG_SIEVE_STEPS + step];
        for (size_t half = 0; half < 16; half++) {
            const uint64_t *more = buckets->half_rows[which][half][step];
            for (size_t i = 0; (halves[which] >> half & 1) != 0 && i < PICKED; i++)
                row[i] |= more[i];
        }
    }
}

static unsigned count(uint64_t bits)
{
    /* Spelt out: without a processor's own instruction the compiler would call a slow function. */
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)(bits * UINT64_C(0x0101010101010101) >> 56);
}

struct measure {
    uint64_t hits[PICKED];
    uint64_t expected;
};

/* What a and b are together; a may be b. */
static void join(const struct sg_buckets *buckets, const struct slot *a, const struct slot *b,
                 struct measure *measure)
{
    uint64_t first[PICKED], last[PICKED];
    uint64_t n_first = 0, n_last = 0;
    for (size_t i = 0; i < PICKED; i++) {
        first[i] = ~UINT64_C(0);
        last[i] = ~UINT64_C(0);
    }
    for (size_t row = 0; row < buckets->n_rows; row++) {
        uint64_t *part = row % SG_SIEVE_STEPS < SG_SIEVE_STEPS / 2 ? first : last;
        for (size_t i = 0; i < PICKED; i++)
            part[i] &= a->rows[row][i] | b->rows[row][i];
    }
    for (size_t i = 0; i < PICKED; i++) {
        measure->hits[i] = first[i] & last[i];
        n_first += count(first[i]);
        n_last += count(last[i]);
    }
    measure->expected = n_first * n_last;
}

/*
 * What it costs to make one of the two: places at which a bucket would hold and none does now.
 * Most pairs have none in the sample; what they would have were the first half of the positions
 * not related to the last tells them apart.
 */
static uint64_t cost(const struct sg_buckets *buckets, const struct slot *a, const struct slot *b)
{
    struct measure both;
    uint64_t more = 0;
    join(buckets, a, b, &both);
    for (size_t i = 0; i < PICKED; i++)
        more += count(both.hits[i] & ~buckets->covered[i]);
    uint64_t apart = a->expected + b->expected;
    return more * (64 * PICKED) + (both.expected > apart ? both.expected - apart : 0);
}

/* The slot has new rows: its own measure, and what it costs with each other. */
static void settle(struct sg_buckets *buckets, size_t at)
{
    struct slot *slot = buckets->slots[at];
    struct measure alone;
    join(buckets, slot, slot, &alone);
    slot->expected = alone.expected;
    for (size_t i = 0; i < PICKED; i++)
        buckets->covered[i] |= alone.hits[i];
    for (size_t other = 0; other < buckets->n; other++) {
        if (other != at)
            buckets->costs[at > other ? at : other][at > other ? other : at] =
                cost(buckets, slot, buckets->slots[other]);
    }
}

/* The last slot takes the place of the one that is gone. */
static void drop(struct sg_buckets *buckets, size_t gone)
{
    size_t last = --buckets->n;
    free(buckets->slots[gone]);
    buckets->slots[gone] = buckets->slots[last];
    buckets->slots[last] = NULL;
    for (size_t other = 0; other < last; other++) {
        if (other != gone)
            buckets->costs[gone > other ? gone : other][gone > other ? other : gone] =
                buckets->costs[last][other];
    }
}

static void merge_cheapest(struct sg_buckets *buckets)
{
    size_t a = 1, b = 0;
    for (size_t i = 1; i < buckets->n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (buckets->costs[i][j] < buckets->costs[a][b]) {
                a = i;
                b = j;
            }
        }
    }
    struct slot *kept = buckets->slots[b];
    const struct slot *gone = buckets->slots[a];
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++)
        sg_set_join(&kept->bucket.at[step], &gone->bucket.at[step]);
    for (size_t row = 0; row < buckets->n_rows; row++) {
        for (size_t i = 0; i < PICKED; i++)
            kept->rows[row][i] |= gone->rows[row][i];
    }
    drop(buckets, a); /* b < a: it stays where it is */
    settle(buckets, b);
}

enum scrubgate_status sg_buckets_add(struct sg_buckets *buckets,
                                     const struct sg_signature *signature)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct slot *slot = calloc(1, sizeof *slot);
    if (slot == NULL)
        goto out;
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        /* Byte 0 joins after the row is asked for: the sample has none, and knows the set. */
        const uint64_t *row = sg_sample_row(buckets->sample, &signature->at[step]);
        if (row == NULL)
            goto out;
        slot->bucket.at[step] = signature->at[step];
        if ((signature->outside >> step & 1) != 0)
            sg_set_add(&slot->bucket.at[step], 0, 0);
        if (buckets->halves)
            fill_half_rows(buckets, slot, step);
        else
            pick(buckets, row, step, slot->rows[step]);
    }
    buckets->slots[buckets->n++] = slot;
    slot = NULL;
    settle(buckets, buckets->n - 1);
    sg_buckets_shrink(buckets, SG_BUCKETS_MOST);
    rc = SCRUBGATE_OK;
out:
    free(slot);
    return rc;
}

void sg_buckets_shrink(struct sg_buckets *buckets, size_t most)
{
    assert(most >= 1);
    while (buckets->n > most)
        merge_cheapest(buckets);
}

const struct sg_bucket *sg_buckets_at(const struct sg_buckets *buckets, size_t i)
{
    return i < buckets->n ? &buckets->slots[i]->bucket : NULL;
}
