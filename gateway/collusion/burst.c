/* SPDX-License-Identifier: Apache-2.0 */
/*
 * burst.c - how much busier a pair is now than it used to be.
 */
#include "collusion/burst.h"

#include <math.h>
#include <stdlib.h>

#include "collusion/mark.h"

enum { ROWS = 2, WIDTH = 1024, PART = ROWS * WIDTH, PARTS = 3, BUCKETS = PARTS * PART };
/* Of a tick's count in the next one a half is left, and so on. */
static const float halves[] = {1.0F,     0x1p-1F,  0x1p-2F,  0x1p-3F,  0x1p-4F,  0x1p-5F,
                               0x1p-6F,  0x1p-7F,  0x1p-8F,  0x1p-9F,  0x1p-10F, 0x1p-11F,
                               0x1p-12F, 0x1p-13F, 0x1p-14F, 0x1p-15F, 0x1p-16F, 0};
enum { HALVES = sizeof halves / sizeof halves[0] };
static const float threshold = 1000.0F; /* a score above it is a burst */

struct sg_burst_bucket {
    float now, sum, score;
    uint32_t tick;
};

enum scrubgate_status sg_burst_init(struct sg_burst *burst)
{
    *burst = (struct sg_burst){.buckets = calloc(BUCKETS, sizeof *burst->buckets), .tick = 1};
    return burst->buckets == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

void sg_burst_fini(struct sg_burst *burst)
{
    free(burst->buckets);
    *burst = (struct sg_burst){.buckets = NULL};
}

/* All ticks since it was last looked at, in one step: a quiet bucket's counts fade into its sum, a
 * burst's sum grows as if each tick had been like the mean before it. */
static void bring(struct sg_burst_bucket *bucket, uint32_t tick)
{
    const uint32_t passed = tick - bucket->tick;
    if (passed == 0)
        return;
    const float left = halves[passed < HALVES ? passed : HALVES - 1];
    if (bucket->score < threshold)
        bucket->sum += bucket->now * 2 * (1 - left);
    else if (bucket->tick > 1)
        bucket->sum *= (float)(tick - 1) / (float)(bucket->tick - 1);
    bucket->now *= left;
    bucket->tick = tick;
}

static struct sg_burst_bucket *count(struct sg_burst_bucket *row, uint32_t place, uint32_t tick)
{
    struct sg_burst_bucket *bucket = &row[place & (WIDTH - 1)];
    bring(bucket, tick);
    bucket->now += 1;
    return bucket;
}

static float judge(struct sg_burst_bucket *part, uint64_t mark, uint32_t tick)
{
    struct sg_burst_bucket *a = count(part, sg_mark_row(mark, 0), tick);
    struct sg_burst_bucket *b = count(part + WIDTH, sg_mark_row(mark, 1), tick);
    const float now = a->now < b->now ? a->now : b->now;
    const float sum = a->sum < b->sum ? a->sum : b->sum;
    float score = 0;
    if (sum > 0 && tick > 1) {
        const float odd = now + sum - now * (float)tick;
        score = odd * odd / (sum * (float)(tick - 1));
    }
    a->score = b->score = score;
    return score;
}

double sg_burst_add(struct sg_burst *burst, uint64_t source, uint64_t target, uint64_t clock)
{
    if (burst->last == 0)
        burst->last = clock;
    if (clock > burst->last) { /* time that nobody saw counts, too */
        const uint64_t passed = clock - burst->last;
        burst->tick += (uint32_t)(passed < UINT32_MAX / 2 - burst->tick ? passed : 1);
        burst->last = clock;
    }
    const float pair = judge(burst->buckets, sg_mark_pair(source, target), burst->tick);
    const float from = judge(burst->buckets + PART, source, burst->tick);
    const float to = judge(burst->buckets + 2 * PART, target, burst->tick);
    const float ends = from > to ? from : to;
    return (double)(pair > ends ? pair : ends);
}

void sg_burst_merge(struct sg_burst *into, const struct sg_burst *other)
{
    if (other->tick > into->tick) {
        into->tick = other->tick;
        into->last = other->last;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        struct sg_burst_bucket *to = &into->buckets[i], more = other->buckets[i];
        bring(to, into->tick);
        bring(&more, into->tick);
        to->now += more.now;
        to->sum += more.sum;
        to->score = fmaxf(to->score, more.score);
    }
}

enum scrubgate_status sg_burst_save(const struct sg_burst *burst, struct sg_state_sink *to)
{
    /* The clock last: no bucket that was saved is ahead of it. */
    enum scrubgate_status rc =
        sg_state_put_records(to, burst->buckets, BUCKETS, sizeof *burst->buckets);
    if (rc >= 0)
        rc = sg_state_put_u64(to, burst->tick);
    return rc < 0 ? rc : sg_state_put_u64(to, burst->last);
}

void sg_burst_load(struct sg_burst *burst, struct sg_state *state)
{
    sg_state_take_table(state, burst->buckets, BUCKETS * sizeof *burst->buckets);
    burst->tick = (uint32_t)sg_state_take_u64(state);
    burst->last = sg_state_take_u64(state);
    /* Nothing may be newer than now: what is passed is a difference. */
    for (size_t i = 0; i < BUCKETS; i++)
        if (burst->buckets[i].tick > burst->tick || !isfinite(burst->buckets[i].now) ||
            !isfinite(burst->buckets[i].sum) || !isfinite(burst->buckets[i].score))
            state->bad = true;
}
