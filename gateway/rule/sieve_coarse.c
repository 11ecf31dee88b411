/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sieve_coarse.c - the sieve's coarse tables, in the forms that kernels run.
 *
 *     signatures -> [long ones apart] -> buckets -> table of bytes -> plain
 *                                                                  -> by symbol
 *                                                                  -> chains
 *
 * Each form is made from the buckets' table (for each position and byte, the buckets that it can
 * be in) by giving a byte also what its likes are given. So a form lets through at least what the
 * table does, and that at least what the rows do. With how many groups of buckets a form does best
 * is found by running it over the sample.
 */
#include "rule/sieve_coarse.h"

#include <stdlib.h>
#include <string.h>

#include "rule/buckets.h"

enum {
    GROUP = 8,    /* buckets */
    PLAIN = 64,   /* buckets of the plain form */
    SYMBOLS = 64, /* that of bytes which are not ASCII among them */
    PAIR = 2      /* buckets of the long signatures */
};

enum { FORMS = 3 }; /* with 1, 2 and 4 groups of buckets */

/* In picoseconds, measured: of a byte, and of a place let through. */
struct costs {
    unsigned byte[FORMS], hit;
};
static const struct costs fold_costs = {{160, 210, 330}, 8000},
                          chain_costs = {{1500, 1900, 2400}, 25000};

/* Which buckets a byte can be in at a position, bit by bit. */
struct table {
    uint64_t at[SG_SIEVE_STEPS][256];
};

/* Bytes of the folded form that are told apart no more. */
struct symbol {
    uint64_t at[SG_SIEVE_STEPS]; /* the buckets of all of them */
    uint64_t seen;               /* how often they stand in the sample, and once each */
};

/* What is at hand while the tables are made. */
struct bench {
    struct sg_sieve *sieve;
    struct sg_buckets *buckets;  /* of the signatures that are not long */
    struct sg_bucket head, tail; /* of those that are */
    struct table table;
    uint64_t seen[256]; /* how often a byte stands in the sample, and once more */
    uint8_t order[128]; /* ASCII, the most frequent first */
    struct symbol symbols[SYMBOLS];
    unsigned n_symbols;
    uint8_t symbol[256];
};

/* --- the table of bytes --- */

static void set_bucket(struct table *table, const struct sg_bucket *bucket, size_t i)
{
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        for (size_t byte = 0; byte < 256; byte++)
            table->at[step][byte] |= (bucket->at[step].words[byte / 64] >> byte % 64 & 1) << i;
    }
}

/* At most so many buckets, with those of the long signatures. */
static void fill_table(struct bench *bench, size_t most)
{
    const struct sg_bucket *bucket;
    const bool paired = bench->sieve->paired;
    bench->table = (struct table){{{0}}};
    sg_buckets_shrink(bench->buckets, paired ? most - PAIR : most);
    for (size_t i = 0; (bucket = sg_buckets_at(bench->buckets, i)) != NULL; i++)
        set_bucket(&bench->table, bucket, paired && i >= SG_SIEVE_TAIL ? i + PAIR : i);
    if (paired) {
        set_bucket(&bench->table, &bench->head, SG_SIEVE_HEAD);
        set_bucket(&bench->table, &bench->tail, SG_SIEVE_TAIL);
    }
}

static uint64_t held_at(const struct table *table, const uint8_t *text)
{
    uint64_t held = table->at[0][text[0]];
    for (size_t step = 1; step < SG_SIEVE_STEPS && held != 0; step++)
        held &= table->at[step][text[step]];
    return held;
}

/* What a form costs per byte that gives to bytes the buckets in the table. */
static uint64_t cost(const struct bench *bench, const struct costs *costs, unsigned form)
{
    const struct sg_bytes text = sg_sample_text();
    const uint64_t head = UINT64_C(1) << SG_SIEVE_HEAD, tail = UINT64_C(1) << SG_SIEVE_TAIL;
    uint64_t hits = 0;
    for (size_t i = 0; i + 2 * SG_SIEVE_STEPS <= text.len; i++) {
        uint64_t held = held_at(&bench->table, text.data + i);
        if (held != 0 && bench->sieve->paired) {
            bool both = (held & head) != 0 &&
                        (held_at(&bench->table, text.data + i + SG_SIEVE_STEPS) & tail) != 0;
            held = both ? held : held & ~(head | tail);
        }
        hits += held != 0;
    }
    return costs->byte[form] + (text.len == 0 ? 0 : hits * costs->hit / text.len);
}

/* --- by symbol --- */

static void count_bytes(struct bench *bench)
{
    const struct sg_bytes text = sg_sample_text();
    for (unsigned byte = 0; byte < 256; byte++)
        bench->seen[byte] = 1;
    for (size_t i = 0; i < text.len; i++)
        bench->seen[text.data[i]]++;
    for (unsigned byte = 0; byte < 128; byte++) {
        unsigned at = byte;
        for (; at > 0 && bench->seen[bench->order[at - 1]] < bench->seen[byte]; at--)
            bench->order[at] = bench->order[at - 1];
        bench->order[at] = (uint8_t)byte;
    }
}

/* How often a bucket would be given to a byte that is not its own, were the byte of the symbol. */
static uint64_t harm(const struct symbol *symbol, const struct symbol *byte)
{
    uint64_t sum = 0;
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        const uint64_t a = symbol->at[step], b = byte->at[step];
        if (a != b) {
            sum += (unsigned)__builtin_popcountll(a & ~b) * byte->seen;
            sum += (unsigned)__builtin_popcountll(b & ~a) * symbol->seen;
        }
    }
    return sum;
}

/* Alike bytes are one symbol; when those are used up, the rarer bytes join where they do the least
 * harm. */
static void fold_byte(struct bench *bench, unsigned byte)
{
    struct symbol alone = {.seen = bench->seen[byte]};
    unsigned best = 0;
    uint64_t least = UINT64_MAX;
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++)
        alone.at[step] = bench->table.at[step][byte];
    for (unsigned i = 0; i < bench->n_symbols && least > 0; i++) {
        uint64_t sum = harm(&bench->symbols[i], &alone);
        if (sum < least) {
            least = sum;
            best = i;
        }
    }
    if (least > 0 && bench->n_symbols < SYMBOLS - 1) {
        best = bench->n_symbols++;
        bench->symbols[best] = (struct symbol){.seen = 0};
    }
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++)
        bench->symbols[best].at[step] |= alone.at[step];
    bench->symbols[best].seen += alone.seen;
    bench->symbol[byte] = (uint8_t)best;
}

static void close_symbols(struct bench *bench)
{
    bench->n_symbols = 0;
    for (unsigned i = 0; i < 128; i++)
        fold_byte(bench, bench->order[i]);
    const unsigned high = bench->n_symbols++;
    bench->symbols[high] = (struct symbol){.seen = 0};
    for (unsigned byte = 128; byte < 256; byte++) {
        bench->symbol[byte] = (uint8_t)high;
        for (size_t step = 0; step < SG_SIEVE_STEPS; step++)
            bench->symbols[high].at[step] |= bench->table.at[step][byte];
    }
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        for (unsigned byte = 0; byte < 256; byte++)
            bench->table.at[step][byte] = bench->symbols[bench->symbol[byte]].at[step];
    }
}

static void set_symbols(struct bench *bench, unsigned groups)
{
    struct sg_sieve *sieve = bench->sieve;
    memset(sieve->symbols, 0, sizeof sieve->symbols);
    sieve->fold_groups = groups;
    memcpy(sieve->fold, bench->symbol, sizeof sieve->fold);
    sieve->high = bench->symbol[255];
    for (unsigned group = 0; group < groups; group++) {
        for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
            for (unsigned i = 0; i < bench->n_symbols; i++)
                sieve->symbols[group][step][i] =
                    (uint8_t)(bench->symbols[i].at[step] >> group * GROUP);
        }
    }
}

/* --- all forms --- */

static void set_chains(struct sg_sieve *sieve, unsigned chains, const struct table *table)
{
    /* A tail says nothing of the place it holds at. */
    const uint64_t asked = sieve->paired ? ~(UINT64_C(1) << SG_SIEVE_TAIL) : UINT64_MAX;
    memset(sieve->chain, 0, sizeof sieve->chain);
    sieve->chains = chains;
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        for (size_t byte = 0; byte < 256; byte++) {
            const uint64_t missed = ~(table->at[step][byte] & asked);
            for (unsigned i = 0; i < chains; i++)
                sieve->chain[byte][i] |= (missed >> i * GROUP & 0xFF) << step * GROUP;
        }
    }
}

/* Tries the forms with fewer and fewer buckets, and keeps the cheapest. */
static void add_forms(struct bench *bench)
{
    uint64_t least_chains = UINT64_MAX, least = UINT64_MAX;
    count_bytes(bench);
    fill_table(bench, PLAIN);
    memcpy(bench->sieve->plain, bench->table.at, sizeof bench->sieve->plain);
    for (unsigned i = FORMS; i-- > 0;) {
        const unsigned groups = 1U << i;
        fill_table(bench, groups * GROUP);
        uint64_t sum = cost(bench, &chain_costs, i);
        if (sum < least_chains) {
            least_chains = sum;
            set_chains(bench->sieve, groups, &bench->table);
        }
        close_symbols(bench);
        sum = cost(bench, &fold_costs, i);
        if (sum < least) {
            least = sum;
            set_symbols(bench, groups);
        }
    }
}

/* --- long signatures --- */

/* Places of the sample where the first `steps` positions of the signature hold. */
static enum scrubgate_status count_places(struct sg_sample *sample,
                                          const struct sg_signature *signature, size_t places[2])
{
    const uint64_t *rows[SG_SIGNATURE_BYTES];
    const size_t words = sg_sample_words(sample);
    places[0] = places[1] = 0;
    for (size_t k = 0; k < SG_SIGNATURE_BYTES; k++) {
        rows[k] = sg_sample_row(sample, &signature->at[k]);
        if (rows[k] == NULL)
            return SCRUBGATE_ENOMEM;
    }
    for (size_t i = 0; i + 1 < words; i++) {
        uint64_t held = rows[0][i];
        for (size_t k = 1; k < SG_SIGNATURE_BYTES && held != 0; k++) {
            if (k == SG_SIEVE_STEPS)
                places[0] += (unsigned)__builtin_popcountll(held);
            held &= rows[k][i] >> k | rows[k][i + 1] << (64 - k);
        }
        places[1] += (unsigned)__builtin_popcountll(held);
    }
    return SCRUBGATE_OK;
}

/* Its first steps hold at more than 1 place of 500, and few of those are places where all does. */
static bool is_long(struct sg_sample *sample, const size_t places[2])
{
    return places[0] * 500 > sg_sample_words(sample) * 64 && places[1] * 4 < places[0];
}

static enum scrubgate_status add_signatures(struct bench *bench,
                                            const struct sg_signature *const *signatures, size_t n,
                                            struct sg_sample *sample)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t s = 0; s < n && rc == SCRUBGATE_OK; s++) {
        size_t places[2];
        rc = count_places(sample, signatures[s], places);
        if (rc == SCRUBGATE_OK && is_long(sample, places)) {
            bench->sieve->paired = true;
            sg_bucket_join(&bench->head, signatures[s], 0);
            sg_bucket_join(&bench->tail, signatures[s], SG_SIEVE_STEPS);
        } else if (rc == SCRUBGATE_OK) {
            rc = sg_buckets_add(bench->buckets, signatures[s]);
        }
    }
    return rc;
}

enum scrubgate_status sg_sieve_add_coarse(struct sg_sieve *sieve,
                                          const struct sg_signature *const *signatures, size_t n,
                                          struct sg_sample *sample)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct bench *bench = calloc(1, sizeof *bench);
    if (bench == NULL)
        goto out;
    bench->sieve = sieve;
    rc = sg_buckets_new(&bench->buckets, sample, PLAIN, false);
    if (rc < 0)
        goto out;
    rc = add_signatures(bench, signatures, n, sample);
    if (rc < 0)
        goto out;
    add_forms(bench);
out:
    if (bench != NULL)
        sg_buckets_free(bench->buckets);
    free(bench);
    return rc;
}
