/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sieve.c - the signatures of all rules as tables: which places of a text can belong to a match?
 *
 *     rules -> entries -> classes of bytes -> rows                           exact
 *          \-> buckets -> one table of bytes -> as it is, halves, symbols    coarse
 *
 * Each coarse form is made from the buckets' plain table (for each position and byte, the buckets
 * that it can be in) by giving a byte also what its likes are given. So a form lets through at
 * least what the plain table does, and that at least what the rows do. With how many groups of
 * buckets a form does best is found by running it over the sample.
 */
#include "rule/sieve.h"

#include <stdlib.h>
#include <string.h>

#include "rule/buckets.h"

/* What the buckets say of a byte at a position; bit b: it can be in bucket b. */
struct table {
    uint64_t at[SG_SIEVE_STEPS][256];
};

enum {
    BUCKETS = 8, /* of a group */
    SYMBOLS = 64 /* of the folded form, the one of bytes that are not ASCII among them */
};

/* In picoseconds, measured: a hit is looked up in the rows; a byte costs so much with 1, 2 and 4
 * groups. */
enum { HIT_COST = 8000 };
static const unsigned nibble_costs[] = {110, 160, 260}, fold_costs[] = {100, 140, 230};

static bool has(const struct sg_set *set, unsigned byte)
{
    return (set->words[byte / 64] >> byte % 64 & 1) != 0;
}

/* --- exact --- */

static size_t count_signatures(struct sg_rule *const *rules, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n && sum <= SG_SIEVE_MOST; i++)
        sum += rules[i]->everywhere ? 0 : rules[i]->n_signatures;
    return sum;
}

static enum scrubgate_status add_entries(struct sg_sieve *sieve, struct sg_rule *const *rules,
                                         size_t n, const struct sg_signature **signatures)
{
    const size_t most = count_signatures(rules, n);
    if (most > SG_SIEVE_MOST)
        return SCRUBGATE_ELIMIT;
    sieve->entries = calloc(most + 1, sizeof *sieve->entries);
    sieve->rules = calloc(n + 1, sizeof *sieve->rules);
    if (sieve->entries == NULL || sieve->rules == NULL)
        return SCRUBGATE_ENOMEM;
    sieve->n_rules = n;
    for (size_t i = 0; i < n; i++) {
        sieve->rules[i].first = (uint32_t)sieve->n;
        sieve->rules[i].n = rules[i]->everywhere ? 0 : (uint32_t)rules[i]->n_signatures;
        for (size_t k = 0; k < sieve->rules[i].n; k++) {
            const struct sg_signature *signature = &rules[i]->signatures[k];
            signatures[sieve->n] = signature;
            sieve->entries[sieve->n++] = (struct sg_sieve_entry){
                (uint32_t)i, signature->min_before, signature->max_before, signature->before};
        }
    }
    return SCRUBGATE_OK;
}

/* Parts each class into its bytes that are in the set and those that are not. */
static unsigned split_classes(uint8_t classes[256], unsigned n, const struct sg_set *set)
{
    unsigned sizes[256] = {0}, inside[256] = {0}, parted[256];
    for (unsigned byte = 0; byte < 256; byte++) {
        sizes[classes[byte]]++;
        inside[classes[byte]] += has(set, byte);
    }
    const unsigned before = n;
    for (unsigned class = 0; class < before; class ++)
        parted[class] = inside[class] > 0 && inside[class] < sizes[class] ? n++ : class;
    for (unsigned byte = 0; byte < 256; byte++) {
        if (has(set, byte))
            classes[byte] = (uint8_t)parted[classes[byte]];
    }
    return n;
}

static void classify(struct sg_sieve *sieve, const struct sg_signature *const *signatures)
{
    unsigned n = 1;
    const struct sg_set *last = NULL; /* runs of one set are common */
    for (size_t s = 0; s < sieve->n; s++) {
        for (unsigned k = 0; k < SG_SIGNATURE_BYTES && n < 256; k++) {
            const struct sg_set *set = &signatures[s]->at[k];
            if (last == NULL || memcmp(set, last, sizeof *set) != 0)
                n = split_classes(sieve->classes, n, set);
            last = set;
        }
    }
    sieve->outside = n;
    sieve->unknown = n + 1;
}

static enum scrubgate_status add_rows(struct sg_sieve *sieve,
                                      const struct sg_signature *const *signatures)
{
    const size_t words = sieve->n == 0 ? 1 : (sieve->n + 63) / 64, n = sieve->unknown + 1;
    unsigned member[256]; /* a byte of each class */
    sieve->words = words;
    sieve->rows = calloc(SG_SIGNATURE_BYTES * n * words, sizeof *sieve->rows);
    if (sieve->rows == NULL)
        return SCRUBGATE_ENOMEM;
    for (unsigned byte = 0; byte < 256; byte++)
        member[sieve->classes[byte]] = byte;
    for (size_t s = 0; s < sieve->n; s++) {
        const uint64_t bit = UINT64_C(1) << s % 64;
        for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++) {
            uint64_t *rows = sieve->rows + k * n * words + s / 64;
            for (unsigned class = 0; class < sieve->outside; class ++)
                rows[class * words] |= has(&signatures[s]->at[k], member[class]) ? bit : 0;
            rows[sieve->outside * words] |= (signatures[s]->outside >> k & 1) != 0 ? bit : 0;
            rows[sieve->unknown * words] |= bit;
        }
    }
    return SCRUBGATE_OK;
}

/* --- coarse --- */

static void fill_table(struct table *table, const struct sg_buckets *buckets)
{
    const struct sg_bucket *bucket;
    *table = (struct table){{{0}}};
    for (size_t i = 0; (bucket = sg_buckets_at(buckets, i)) != NULL; i++) {
        for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
            for (unsigned byte = 0; byte < 256; byte++)
                table->at[step][byte] |= (uint64_t)has(&bucket->at[step], byte) << i;
        }
    }
}

/* What a form costs per byte that, for each position and byte, gives the buckets in table. */
static uint64_t cost(const struct table *table, unsigned byte_cost)
{
    const struct sg_bytes text = sg_sample_text();
    uint64_t hits = 0;
    if (text.len < SG_SIEVE_STEPS)
        return byte_cost;
    for (size_t i = 0; i + SG_SIEVE_STEPS <= text.len; i++) {
        uint64_t held = table->at[0][text.data[i]];
        for (size_t step = 1; step < SG_SIEVE_STEPS && held != 0; step++)
            held &= table->at[step][text.data[i + step]];
        hits += held != 0;
    }
    return byte_cost + hits * HIT_COST / text.len;
}

/* The halves of bytes as tables of their own, and what they make of each whole byte. */
static void split_halves(struct sg_sieve *sieve, unsigned groups, const struct table *table)
{
    memset(sieve->lo, 0, sizeof sieve->lo);
    memset(sieve->hi, 0, sizeof sieve->hi);
    sieve->nibble_groups = groups;
    for (unsigned group = 0; group < groups; group++) {
        for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
            for (unsigned byte = 0; byte < 256; byte++) {
                uint8_t held = (uint8_t)(table->at[step][byte] >> group * BUCKETS);
                sieve->lo[group][step][byte & 15] |= held;
                sieve->hi[group][step][byte >> 4] |= held;
            }
        }
    }
}

static void close_halves(struct table *table)
{
    uint64_t lo[16], hi[16];
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        memset(lo, 0, sizeof lo);
        memset(hi, 0, sizeof hi);
        for (unsigned byte = 0; byte < 256; byte++) {
            lo[byte & 15] |= table->at[step][byte];
            hi[byte >> 4] |= table->at[step][byte];
        }
        for (unsigned byte = 0; byte < 256; byte++)
            table->at[step][byte] = lo[byte & 15] & hi[byte >> 4];
    }
}

/* Bytes of the folded form that are told apart no more. */
struct symbol {
    uint64_t at[SG_SIEVE_STEPS]; /* the buckets of all of them */
    uint64_t seen;               /* how often they stand in the sample, and once each */
};

struct folding {
    uint64_t seen[256];
    uint8_t order[128]; /* ASCII, the most frequent first */
    struct symbol symbols[SYMBOLS];
    unsigned n;
    uint8_t symbol[256];
};

static void count_bytes(struct folding *folding)
{
    const struct sg_bytes text = sg_sample_text();
    for (unsigned byte = 0; byte < 256; byte++)
        folding->seen[byte] = 1;
    for (size_t i = 0; i < text.len; i++)
        folding->seen[text.data[i]]++;
    for (unsigned n = 0; n < 128; n++) {
        unsigned at = n;
        for (; at > 0 && folding->seen[folding->order[at - 1]] < folding->seen[n]; at--)
            folding->order[at] = folding->order[at - 1];
        folding->order[at] = (uint8_t)n;
    }
}

/* How often a bucket would be given to a byte that is not its own, were the byte of the symbol. */
static uint64_t harm(const struct symbol *symbol, const struct symbol *byte)
{
    uint64_t sum = 0;
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        uint64_t a = symbol->at[step], b = byte->at[step];
        sum += (unsigned)__builtin_popcountll(a & ~b) * byte->seen;
        sum += (unsigned)__builtin_popcountll(b & ~a) * symbol->seen;
    }
    return sum;
}

/* Alike bytes are one symbol; when those are used up, the rarer bytes join where they do the least
 * harm. */
static void fold_byte(struct folding *folding, const struct table *table, unsigned byte,
                      unsigned most)
{
    struct symbol alone = {.seen = folding->seen[byte]};
    unsigned best = 0;
    uint64_t least = UINT64_MAX;
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++)
        alone.at[step] = table->at[step][byte];
    for (unsigned i = 0; i < folding->n && least > 0; i++) {
        uint64_t sum = harm(&folding->symbols[i], &alone);
        if (sum < least) {
            least = sum;
            best = i;
        }
    }
    if (least > 0 && folding->n < most) {
        best = folding->n++;
        folding->symbols[best] = (struct symbol){.seen = 0};
    }
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++)
        folding->symbols[best].at[step] |= alone.at[step];
    folding->symbols[best].seen += alone.seen;
    folding->symbol[byte] = (uint8_t)best;
}

static void fold(struct folding *folding, struct table *table)
{
    folding->n = 0;
    for (unsigned i = 0; i < 128; i++)
        fold_byte(folding, table, folding->order[i], SYMBOLS - 1);
    const unsigned high = folding->n++;
    folding->symbols[high] = (struct symbol){.seen = 0};
    for (unsigned byte = 128; byte < 256; byte++) {
        folding->symbol[byte] = (uint8_t)high;
        for (size_t step = 0; step < SG_SIEVE_STEPS; step++)
            folding->symbols[high].at[step] |= table->at[step][byte];
    }
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        for (unsigned byte = 0; byte < 256; byte++)
            table->at[step][byte] = folding->symbols[folding->symbol[byte]].at[step];
    }
}

static void set_symbols(struct sg_sieve *sieve, unsigned groups, const struct folding *folding)
{
    memset(sieve->symbols, 0, sizeof sieve->symbols);
    sieve->fold_groups = groups;
    memcpy(sieve->fold, folding->symbol, sizeof sieve->fold);
    sieve->high = folding->symbol[255];
    for (unsigned group = 0; group < groups; group++) {
        for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
            for (unsigned i = 0; i < folding->n; i++)
                sieve->symbols[group][step][i] =
                    (uint8_t)(folding->symbols[i].at[step] >> group * BUCKETS);
        }
    }
}

/* The plain form and the folded one, from buckets of whole bytes. */
static void add_whole(struct sg_sieve *sieve, struct sg_buckets *buckets, struct table *table,
                      struct folding *folding)
{
    uint64_t least = UINT64_MAX;
    count_bytes(folding);
    fill_table(table, buckets);
    memcpy(sieve->plain, table->at, sizeof sieve->plain);
    for (unsigned i = 3; i-- > 0;) {
        const unsigned groups = 1U << i;
        sg_buckets_shrink(buckets, groups * BUCKETS);
        fill_table(table, buckets);
        fold(folding, table);
        uint64_t sum = cost(table, fold_costs[i]);
        if (sum < least) {
            least = sum;
            set_symbols(sieve, groups, folding);
        }
    }
}

static void add_halves(struct sg_sieve *sieve, struct sg_buckets *buckets, struct table *table)
{
    uint64_t least = UINT64_MAX;
    for (unsigned i = 3; i-- > 0;) {
        const unsigned groups = 1U << i;
        sg_buckets_shrink(buckets, groups * BUCKETS);
        fill_table(table, buckets);
        close_halves(table);
        uint64_t sum = cost(table, nibble_costs[i]);
        if (sum < least) {
            least = sum;
            split_halves(sieve, groups, table);
        }
    }
}

/* Room for what is only needed while the coarse forms are made. */
struct bench {
    struct table table;
    struct folding folding;
};

static enum scrubgate_status add_coarse(struct sg_sieve *sieve,
                                        const struct sg_signature *const *signatures,
                                        struct sg_sample *sample, bool halves)
{
    struct sg_buckets *buckets = NULL;
    struct bench *bench = NULL;
    enum scrubgate_status rc = sg_buckets_new(&buckets, sample, halves);
    for (size_t s = 0; s < sieve->n && rc == SCRUBGATE_OK; s++)
        rc = sg_buckets_add(buckets, signatures[s]);
    if (rc < 0)
        goto out;
    bench = calloc(1, sizeof *bench);
    if (bench == NULL) {
        rc = SCRUBGATE_ENOMEM;
        goto out;
    }
    if (halves)
        add_halves(sieve, buckets, &bench->table);
    else
        add_whole(sieve, buckets, &bench->table, &bench->folding);
out:
    free(bench);
    sg_buckets_free(buckets);
    return rc;
}

enum scrubgate_status sg_sieve_new(struct sg_sieve **sieve, struct sg_rule *const *rules, size_t n,
                                   struct sg_sample *sample)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *sieve = NULL;
    struct sg_sieve *made = calloc(1, sizeof *made);
    const struct sg_signature **signatures = calloc(SG_SIEVE_MOST, sizeof *signatures);
    if (made == NULL || signatures == NULL)
        goto out;
    rc = add_entries(made, rules, n, signatures);
    if (rc < 0)
        goto out;
    classify(made, signatures);
    rc = add_rows(made, signatures);
    if (rc < 0)
        goto out;
    rc = add_coarse(made, signatures, sample, false);
    if (rc < 0)
        goto out;
    rc = add_coarse(made, signatures, sample, true);
    if (rc < 0)
        goto out;
    *sieve = made;
    made = NULL;
out:
    free(signatures);
    sg_sieve_free(made);
    return rc;
}

void sg_sieve_free(struct sg_sieve *sieve)
{
    if (sieve == NULL)
        return;
    free(sieve->entries);
    free(sieve->rules);
    free(sieve->rows);
    free(sieve);
}
