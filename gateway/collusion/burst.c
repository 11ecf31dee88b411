/* SPDX-License-Identifier: Apache-2.0 */
/*
 * burst.c - how much busier a pair is now than it used to be.
 */
#include "collusion/burst.h"

#include <math.h>
#include <stdlib.h>

#include "collusion/mark.h"

enum { ROWS = 2, WIDTH = 1024, PART = ROWS * WIDTH, PARTS = 3, BUCKETS = PARTS * PART };
static const float keep = 0.5F;         /* of a tick's count in the next one */
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
    const float left = passed == 1 ? keep : ldexpf(1, passed < 64 ? -(int)passed : -64);
    if (bucket->score < threshold)
        bucket->sum += bucket->now * (1 - left) / (1 - keep);
    else if (bucket->tick > 1)
        bucket->sum *= (float)(tick - 1) / (float)(bucket->tick - 1);
    bucket->now *= left;
    bucket->tick = tick;
}

static float judge(struct sg_burst_bucket *part, uint64_t mark, uint32_t tick)
{
    struct sg_burst_bucket *found[ROWS];
    float now = INFINITY, sum = INFINITY;
    for (unsigned row = 0; row < ROWS; row++) {
        found[row] = &part[(size_t)row * WIDTH + (sg_mark_row(mark, row) & (WIDTH - 1))];
        bring(found[row], tick);
        found[row]->now += 1;
        now = fminf(now, found[row]->now);
        sum = fminf(sum, found[row]->sum);
    }
    float score = 0;
    if (sum > 0 && tick > 1) {
        const float odd = now + sum - now * (float)tick;
        score = odd * odd / (sum * (float)(tick - 1));
    }
    for (unsigned row = 0; row < ROWS; row++)
        found[row]->score = score;
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
    return (double)fmaxf(pair, fmaxf(from, to));
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

enum scrubgate_status sg_burst_save(const struct sg_burst *burst, struct sg_buf *out)
{
    enum scrubgate_status rc = sg_state_put_u64(out, burst->tick);
    if (rc >= 0)
        rc = sg_state_put_u64(out, burst->last);
    return rc < 0 ? rc : sg_state_put_table(out, burst->buckets, BUCKETS * sizeof *burst->buckets);
}

void sg_burst_load(struct sg_burst *burst, struct sg_state *state)
{
    burst->tick = (uint32_t)sg_state_take_u64(state);
    burst->last = sg_state_take_u64(state);
    sg_state_take_table(state, burst->buckets, BUCKETS * sizeof *burst->buckets);
    /* Nothing may be newer than now: what is passed is a difference. */
    for (size_t i = 0; i < BUCKETS; i++)
        if (burst->buckets[i].tick > burst->tick)
            state->bad = true;
}
