/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sieve_looks.c - the sieve's coarse form that asks for the halves of bytes.
 *
 *     signatures -> buckets -> groups of 8 -> [two looks at each position, then without those that
 *     keep too few places out] -> looks
 *
 * A look more costs its time at every byte, a look less lets places through, each of which costs
 * the exact rows' time. How often is counted in the sample; a set of fewer looks lets through what
 * more do, so no choice can miss a place. With how many groups it does best is found the same way.
 */
#include "rule/sieve_looks.h"

#include <stdlib.h>
#include <string.h>

#include "rule/buckets.h"

enum {
    GROUP = 8,        /* buckets */
    PART = 12 * 1024, /* bytes of the sample */
    PASSES = 3,       /* over the looks, each dropping dearer ones */
    LOOK = 12,        /* picoseconds of a byte, measured */
    GROUP_MORE = 20,
    HIT = 9000 /* of a place let through */
};

/*
 *      kind                                 kind
 *   0  @, A to F, `, a to f               8  0 to 4
 *   1  : to ?                             9  5 to 9
 *   2  G to K, g to k                    10  % to +
 *   3  0x00 to 0x1F                      11  blank to $
 *   4  0x80 to 0xFF                      14  , to /
 *   5  P to V, p to v                    15  Z to _, z to 0x7F
 *   6  L to O, l to o
 *   7  W to Y, w to y
 */
const uint8_t sg_sieve_kinds[3][16] = {
    {3, 3, 11, 8, 0, 5, 0, 5, 4, 4, 4, 4, 4, 4, 4, 4},
    {0, 0, 5, 9, 6, 10, 6, 10, 0, 0, 0, 0, 0, 0, 0, 0},
    {0, 0, 0, 0, 0, 1, 1, 3, 3, 3, 11, 11, 15, 15, 15, 15},
};

/* What is at hand while the looks of a group are chosen. */
struct bench {
    struct sg_buckets *buckets;
    size_t n;                        /* words: 8 places of the sample, a byte of buckets each */
    uint8_t *half[2];                /* of the sample's bytes: low half, kind */
    uint64_t *held[SG_SIEVE_LOOKS];  /* what each look leaves */
    uint64_t *later[SG_SIEVE_LOOKS]; /* what it and all behind it leave together */
    uint64_t *kept;                  /* what those before it leave */
    uint8_t tables[SG_SIEVE_LOOKS][16];
    bool used[SG_SIEVE_LOOKS];
    uint64_t *memory;
};

/* Look 2 k asks for the low half at position k, look 2 k + 1 for the kind. */
static unsigned half_of(unsigned look, unsigned byte)
{
    return look % 2 == 0 ? byte & 15 : sg_sieve_kind((uint8_t)byte);
}

/* So much of the sample tells looks apart; all of it would take longer. */
static struct sg_bytes part(void)
{
    struct sg_bytes text = sg_sample_text();
    text.len = text.len < PART ? text.len : PART;
    return text;
}

static enum scrubgate_status init(struct bench *bench, struct sg_sample *sample)
{
    const struct sg_bytes text = part();
    enum scrubgate_status rc =
        sg_buckets_new(&bench->buckets, sample, SG_SIEVE_GROUPS * GROUP, true);
    if (rc < 0)
        return rc;
    bench->n = (text.len + 7) / 8;
    const size_t padded = bench->n + SG_SIGNATURE_BYTES / 8; /* what is behind the end: zero */
    bench->memory = calloc(2 * padded + (2 * SG_SIEVE_LOOKS + 1) * bench->n, sizeof *bench->memory);
    if (bench->memory == NULL)
        return SCRUBGATE_ENOMEM;
    uint64_t *next = bench->memory;
    for (unsigned i = 0; i < 2; i++, next += padded) {
        bench->half[i] = (uint8_t *)next;
        for (size_t k = 0; k < text.len; k++)
            bench->half[i][k] = (uint8_t)half_of(i, text.data[k]);
    }
    for (unsigned i = 0; i < SG_SIEVE_LOOKS; i++, next += 2 * bench->n) {
        bench->held[i] = next;
        bench->later[i] = next + bench->n;
    }
    bench->kept = next;
    return SCRUBGATE_OK;
}

static void fini(struct bench *bench)
{
    sg_buckets_free(bench->buckets);
    free(bench->memory);
}

/* The tables of 8 buckets from `first` on. */
static void fill_tables(struct bench *bench, size_t first)
{
    memset(bench->tables, 0, sizeof bench->tables);
    for (size_t i = 0; i < GROUP; i++) {
        const struct sg_bucket *bucket = sg_buckets_at(bench->buckets, first + i);
        for (unsigned look = 0; bucket != NULL && look < SG_SIEVE_LOOKS; look++) {
            for (unsigned byte = 0; byte < 256; byte++) {
                if (sg_set_has(&bucket->at[look / 2], byte))
                    bench->tables[look][half_of(look, byte)] |= (uint8_t)(1U << i);
            }
        }
    }
}

/* What the look leaves of the sample's places. False when that is all of all buckets there are. */
static bool hold(struct bench *bench, unsigned look)
{
    const uint8_t *table = bench->tables[look], *half = bench->half[look % 2] + look / 2;
    uint8_t *held = (uint8_t *)bench->held[look];
    uint8_t all = 0, always = 0xFF;
    for (unsigned i = 0; i < 16; i++) {
        all |= table[i];
        always &= table[i];
    }
    if (all == always && all != 0)
        return false;
    for (size_t i = 0; i < bench->n * 8; i++)
        held[i] = table[half[i]];
    return true;
}

/* Places of the word at which some bucket is left. */
static unsigned count(uint64_t held)
{
    held |= held >> 4;
    held |= held >> 2;
    held |= held >> 1;
    return (unsigned)((held & UINT64_C(0x0101010101010101)) * UINT64_C(0x0101010101010101) >> 56);
}

/* Places that the looks used so far let through. */
static size_t count_all(const struct bench *bench)
{
    size_t sum = 0;
    for (size_t i = 0; i < bench->n; i++)
        sum += bench->kept[i] == 0 ? 0 : count(bench->kept[i]);
    return sum;
}

/* Drops, one after another, looks without which no more than `most` places more are let through.
 * Leaves in `kept` what is let through in the end. */
static void drop_looks(struct bench *bench, size_t most)
{
    const uint64_t *behind = NULL;
    for (unsigned look = SG_SIEVE_LOOKS; look-- > 0;) {
        for (size_t i = 0; i < bench->n && bench->used[look]; i++)
            bench->later[look][i] =
                bench->held[look][i] & (behind == NULL ? UINT64_MAX : behind[i]);
        behind = bench->used[look] ? bench->later[look] : behind;
    }
    memset(bench->kept, 0xFF, bench->n * sizeof *bench->kept);
    for (unsigned look = 0; look < SG_SIEVE_LOOKS; look++) {
        if (!bench->used[look])
            continue;
        unsigned next = look + 1;
        while (next < SG_SIEVE_LOOKS && !bench->used[next])
            next++;
        size_t more = 0;
        for (size_t i = 0; i < bench->n && more <= most; i++) {
            uint64_t without = bench->kept[i];
            if (without != 0 && next < SG_SIEVE_LOOKS)
                without &= bench->later[next][i];
            if (without != 0)
                more += count(without) - count(without & bench->held[look][i]);
        }
        bench->used[look] = more > most;
        for (size_t i = 0; i < bench->n && bench->used[look]; i++)
            bench->kept[i] &= bench->held[look][i];
    }
}

/* Chooses the looks of 8 buckets from `first` on; what they cost per byte, in picoseconds. */
static uint64_t choose(struct bench *bench, size_t first, struct sg_sieve_looks *looks)
{
    const size_t len = part().len;
    const size_t most = len * LOOK / HIT; /* places that cost as much as a look */
    fill_tables(bench, first);
    for (unsigned look = 0; look < SG_SIEVE_LOOKS; look++)
        bench->used[look] = hold(bench, look);
    for (unsigned pass = PASSES; pass-- > 0;)
        drop_looks(bench, most >> 2 * pass);
    looks->n = 0;
    for (unsigned look = 0; look < SG_SIEVE_LOOKS; look++) {
        if (!bench->used[look] && (look + 1 < SG_SIEVE_LOOKS || looks->n > 0))
            continue;
        struct sg_sieve_look *own = &looks->list[looks->n++];
        own->at = (uint16_t)(look / 2 + (look % 2 == 0 ? 0 : SG_SIEVE_APART));
        memcpy(own->table, bench->tables[look], 16);
        memcpy(own->table + 16, bench->tables[look], 16);
    }
    return looks->n * LOOK + GROUP_MORE + (len == 0 ? 0 : count_all(bench) * HIT / len);
}

/* Tries fewer and fewer groups, and keeps the cheapest. */
static void add_groups(struct sg_sieve *sieve, struct bench *bench)
{
    static const unsigned tried[] = {4, 2, 1};
    struct sg_sieve_looks looks[SG_SIEVE_GROUPS];
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        const unsigned groups = tried[i];
        uint64_t sum = 0;
        sg_buckets_shrink(bench->buckets, groups * GROUP);
        if (groups > 1 && sg_buckets_at(bench->buckets, (groups - 1) * GROUP) == NULL)
            continue; /* fewer will do */
        memset(looks, 0, sizeof looks);
        for (unsigned group = 0; group < groups; group++)
            sum += choose(bench, group * GROUP, &looks[group]);
        if (sum >= least)
            break; /* fewer will not do */
        least = sum;
        sieve->nibble_groups = groups;
        memcpy(sieve->looks, looks, sizeof looks);
    }
}

enum scrubgate_status sg_sieve_add_looks(struct sg_sieve *sieve,
                                         const struct sg_signature *const *signatures, size_t n,
                                         struct sg_sample *sample)
{
    struct bench bench = {.n = 0};
    enum scrubgate_status rc = init(&bench, sample);
    for (size_t s = 0; s < n && rc >= 0; s++)
        rc = sg_buckets_add(bench.buckets, signatures[s]);
    if (rc >= 0)
        add_groups(sieve, &bench);
    fini(&bench);
    return rc;
}
