/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buckets.c - which signatures share a bucket of the sieve's coarse stage.
 *
 *     signature -> [rows of the sample, one per position] -> a bucket -> [the two that cost least
 *     together become one] -> ...
 *
 * Places of the sample are looked at 64 at a time, in words picked evenly from all of it. A bucket
 * keeps for each position the picked places where the byte there is in its set, so what two would
 * do together is their rows' OR, and over all positions the AND of that. Pairs are many and most
 * of them bad: a pair is first measured at a few places, and at more only when it still seems to
 * be the cheapest.
 */
#include "rule/buckets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    PICKED = 256, /* words of places looked at, at most */
    GLANCE = 16,  /* of them at first */
    MOST = 64,    /* buckets */
    HALVES = 16   /* that a low half or a kind can be */
};

struct slot {
    struct sg_bucket bucket;
    uint64_t expected; /* of it alone, see glance */
    uint32_t told;     /* bit i: row i is not all ones */
    uint64_t rows[][PICKED];
};

/* Of making one of two: what is known so far is never more than it costs. */
struct price {
    uint64_t cost;
    size_t seen; /* words */
};

struct sg_buckets {
    struct sg_sample *sample;
    size_t most, n, n_picked;
    size_t positions, n_rows;                  /* with halves: rows of low halves, then of kinds */
    struct sg_set lows[HALVES], kinds[HALVES]; /* the bytes of each */
    size_t picked[PICKED];
    uint64_t covered[PICKED];            /* places where some bucket holds */
    struct price prices[MOST + 1][MOST]; /* [a][b] with a > b */
    size_t best[MOST + 1];               /* of a: the b < a it is cheapest with */
    struct slot *slots[MOST + 1];        /* one too many, before two become one */
};

/* Evenly from the sample, and its first GLANCE evenly too. */
static void pick_words(struct sg_buckets *buckets)
{
    const size_t words = sg_sample_words(buckets->sample);
    const size_t n = words < PICKED ? words : PICKED, rounds = (n + GLANCE - 1) / GLANCE;
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = round; i < n; i += rounds)
            buckets->picked[buckets->n_picked++] = i * words / n;
    }
}

enum scrubgate_status sg_buckets_new(struct sg_buckets **buckets, struct sg_sample *sample,
                                     size_t most, bool halves)
{
    assert(most >= 1 && most <= MOST);
    struct sg_buckets *made = calloc(1, sizeof *made);
    *buckets = made;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->sample = sample;
    made->most = most;
    made->positions = halves ? SG_SIGNATURE_BYTES : SG_SIEVE_STEPS;
    made->n_rows = halves ? 2 * made->positions : made->positions;
    for (unsigned byte = 0; byte < 256; byte++) {
        sg_set_add(&made->lows[byte & 15], byte, byte);
        sg_set_add(&made->kinds[sg_sieve_kind((uint8_t)byte)], byte, byte);
    }
    pick_words(made);
    return SCRUBGATE_OK;
}

void sg_buckets_free(struct sg_buckets *buckets)
{
    if (buckets == NULL)
        return;
    for (size_t i = 0; i < buckets->n; i++)
        free(buckets->slots[i]);
    free(buckets);
}

/* Spelt out: without the processor's own instruction the compiler calls a function for it. */
static unsigned count(uint64_t bits)
{
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)(bits * UINT64_C(0x0101010101010101) >> 56);
}

/* The same of GLANCE words together: each byte of the sum has room for what they can add up to. */
static unsigned count_glance(const uint64_t words[GLANCE])
{
    uint64_t sum = 0;
    for (size_t i = 0; i < GLANCE; i++) {
        uint64_t bits = words[i];
        bits -= bits >> 1 & UINT64_C(0x5555555555555555);
        bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
        sum += (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    }
    sum = (sum & UINT64_C(0x00FF00FF00FF00FF)) + (sum >> 8 & UINT64_C(0x00FF00FF00FF00FF));
    return (unsigned)(sum * UINT64_C(0x0001000100010001) >> 48);
}

static void narrow(uint64_t *restrict part, const uint64_t *restrict a, const uint64_t *restrict b)
{
    for (size_t i = 0; i < GLANCE; i++)
        part[i] &= a[i] | b[i];
}

/* Where a and b as one would hold, of GLANCE words: by the first and by the last positions. */
static void look(const struct sg_buckets *buckets, const struct slot *a, const struct slot *b,
                 size_t word, uint64_t first[GLANCE], uint64_t last[GLANCE])
{
    const size_t half = SG_SIEVE_STEPS / 2;
    memset(first, 0xFF, GLANCE * sizeof *first);
    memset(last, 0xFF, GLANCE * sizeof *last);
    for (uint32_t told = a->told & b->told; told != 0; told &= told - 1) {
        const size_t row = (size_t)__builtin_ctz(told);
        narrow(row % buckets->positions < half ? first : last, a->rows[row] + word,
               b->rows[row] + word);
    }
}

/* The places, times those at a glance, where a bucket would hold if the first positions were not
 * related to the last. */
static uint64_t expect(const uint64_t first[GLANCE], const uint64_t last[GLANCE])
{
    return (uint64_t)count_glance(first) * count_glance(last);
}

/* What one more GLANCE of words adds to a price: places where a bucket would hold and none does. */
static void add_places(const struct sg_buckets *buckets, const uint64_t first[GLANCE],
                       const uint64_t last[GLANCE], struct price *price)
{
    for (size_t i = 0; i < GLANCE; i++) {
        uint64_t more = first[i] & last[i] & ~buckets->covered[price->seen + i];
        if (more != 0)
            price->cost += (uint64_t)count(more) * 64 * GLANCE;
    }
    price->seen += GLANCE;
}

static void measure(const struct sg_buckets *buckets, const struct slot *a, const struct slot *b,
                    size_t end, struct price *price)
{
    uint64_t first[GLANCE], last[GLANCE];
    while (price->seen < end) {
        look(buckets, a, b, price->seen, first, last);
        add_places(buckets, first, last, price);
    }
}

/* Most pairs cost nothing in the sample, however long it is: what is to be expected tells them
 * apart. */
static struct price glance(const struct sg_buckets *buckets, const struct slot *a,
                           const struct slot *b)
{
    uint64_t first[GLANCE], last[GLANCE];
    look(buckets, a, b, 0, first, last);
    uint64_t apart = a->expected + b->expected, both = expect(first, last);
    struct price price = {both > apart ? (both - apart) * PICKED / GLANCE : 0, 0};
    add_places(buckets, first, last, &price);
    return price;
}

static struct price *price_of(struct sg_buckets *buckets, size_t a, size_t b)
{
    return a > b ? &buckets->prices[a][b] : &buckets->prices[b][a];
}

static void find_best(struct sg_buckets *buckets, size_t a)
{
    size_t best = 0;
    for (size_t b = 1; b < a; b++) {
        if (buckets->prices[a][b].cost < buckets->prices[a][best].cost)
            best = b;
    }
    buckets->best[a] = best;
}

/* The slot has new rows: where it holds, and what it costs with each other. */
static void settle(struct sg_buckets *buckets, size_t at)
{
    struct slot *slot = buckets->slots[at];
    for (size_t word = 0; word < PICKED; word += GLANCE) {
        uint64_t first[GLANCE], last[GLANCE];
        look(buckets, slot, slot, word, first, last);
        if (word == 0)
            slot->expected = expect(first, last);
        for (size_t i = 0; i < GLANCE; i++)
            buckets->covered[word + i] |= first[i] & last[i];
    }
    for (size_t other = 0; other < buckets->n; other++) {
        if (other != at)
            *price_of(buckets, at, other) = glance(buckets, slot, buckets->slots[other]);
    }
    for (size_t a = 1; a < buckets->n; a++)
        find_best(buckets, a);
}

/* The pair of a and best[a] that is cheapest as far as known. */
static size_t find_cheapest(const struct sg_buckets *buckets)
{
    size_t cheapest = 1;
    uint64_t least = UINT64_MAX;
    for (size_t a = 1; a < buckets->n; a++) {
        uint64_t cost = buckets->prices[a][buckets->best[a]].cost;
        if (cost < least) {
            least = cost;
            cheapest = a;
        }
    }
    return cheapest;
}

/* The last slot takes the place of the one that is gone. */
static void drop(struct sg_buckets *buckets, size_t gone)
{
    size_t last = --buckets->n;
    free(buckets->slots[gone]);
    buckets->slots[gone] = buckets->slots[last];
    for (size_t other = 0; other < last; other++) {
        if (other != gone)
            *price_of(buckets, gone, other) = buckets->prices[last][other];
    }
}

static void merge_cheapest(struct sg_buckets *buckets)
{
    size_t a, b;
    for (;;) {
        a = find_cheapest(buckets);
        b = buckets->best[a];
        struct price *price = &buckets->prices[a][b];
        if (price->seen >= buckets->n_picked)
            break;
        measure(buckets, buckets->slots[a], buckets->slots[b],
                price->seen > GLANCE ? PICKED : 4 * GLANCE, price);
        find_best(buckets, a);
    }
    struct slot *kept = buckets->slots[b];
    const struct slot *gone = buckets->slots[a];
    for (size_t k = 0; k < SG_SIGNATURE_BYTES; k++)
        sg_set_join(&kept->bucket.at[k], &gone->bucket.at[k]);
    kept->told &= gone->told;
    for (size_t row = 0; row < buckets->n_rows; row++) {
        for (size_t i = 0; i < PICKED && (kept->told >> row & 1) != 0; i++)
            kept->rows[row][i] |= gone->rows[row][i];
    }
    drop(buckets, a); /* b < a: it stays where it is */
    settle(buckets, b);
}

void sg_bucket_join(struct sg_bucket *bucket, const struct sg_signature *signature, size_t first)
{
    for (size_t k = first; k < SG_SIGNATURE_BYTES; k++) {
        sg_set_join(&bucket->at[k - first], &signature->at[k]);
        if ((signature->outside >> k & 1) != 0)
            sg_set_add(&bucket->at[k - first], 0, 0);
    }
}

/* The picked words of the set's row of the sample, moved so that a place's bit tells of the byte
 * `position` behind it. */
static enum scrubgate_status pick(const struct sg_buckets *buckets, const struct sg_set *set,
                                  size_t position, uint64_t *picked)
{
    const size_t words = sg_sample_words(buckets->sample);
    const uint64_t *row = sg_sample_row(buckets->sample, set);
    if (row == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < buckets->n_picked; i++) {
        size_t at = buckets->picked[i];
        uint64_t next = position > 0 && at + 1 < words ? row[at + 1] << (64 - position) : 0;
        picked[i] = row[at] >> position | next;
    }
    return SCRUBGATE_OK;
}

static bool meet(const struct sg_set *a, const struct sg_set *b)
{
    return ((a->words[0] & b->words[0]) | (a->words[1] & b->words[1]) |
            (a->words[2] & b->words[2]) | (a->words[3] & b->words[3])) != 0;
}

/* The row of the bytes that share their half with a byte of the set. */
static enum scrubgate_status pick_halves(const struct sg_buckets *buckets, struct slot *slot,
                                         const struct sg_set *set,
                                         const struct sg_set halves[HALVES], size_t row)
{
    struct sg_set wide = {{0}};
    size_t n = 0;
    for (size_t i = 0; i < HALVES; i++) {
        if (meet(set, &halves[i])) {
            sg_set_join(&wide, &halves[i]);
            n++;
        }
    }
    if (n == HALVES)
        return SCRUBGATE_OK;
    slot->told |= UINT32_C(1) << row;
    return pick(buckets, &wide, row % buckets->positions, slot->rows[row]);
}

static enum scrubgate_status fill_rows(const struct sg_buckets *buckets, struct slot *slot,
                                       const struct sg_signature *signature)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t k = 0; k < buckets->positions && rc >= 0; k++) {
        /* Without byte 0 for outside: the sample has none, and its row of that set already. */
        const struct sg_set *set = &signature->at[k];
        if (buckets->n_rows > buckets->positions) {
            rc = pick_halves(buckets, slot, set, buckets->lows, k);
            if (rc >= 0)
                rc = pick_halves(buckets, slot, set, buckets->kinds, buckets->positions + k);
        } else if (sg_set_count(set) < 256) {
            slot->told |= UINT32_C(1) << k;
            rc = pick(buckets, set, k, slot->rows[k]);
        }
    }
    return rc;
}

enum scrubgate_status sg_buckets_add(struct sg_buckets *buckets,
                                     const struct sg_signature *signature)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct slot *slot = calloc(1, sizeof *slot + buckets->n_rows * sizeof *slot->rows);
    if (slot == NULL)
        goto out;
    sg_bucket_join(&slot->bucket, signature, 0);
    rc = fill_rows(buckets, slot, signature);
    if (rc < 0)
        goto out;
    buckets->slots[buckets->n++] = slot;
    slot = NULL;
    settle(buckets, buckets->n - 1);
    sg_buckets_shrink(buckets, buckets->most);
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
