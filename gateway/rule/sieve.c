/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sieve.c - signatures as tables: which places of a text can belong to a match?
 *
 *     parts -> entries -> [classes of bytes] -> rows     here
 *                      -> coarse tables                  sieve_coarse.c, sieve_looks.c, triples.c
 */
#include "rule/sieve.h"

#include <stdlib.h>
#include <string.h>

#include "rule/sieve_coarse.h"
#include "rule/sieve_looks.h"

static size_t count_signatures(const struct sg_sieve_part *parts, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n && sum <= SG_SIEVE_MOST; i++)
        sum += parts[i].n;
    return sum;
}

static enum scrubgate_status add_entries(struct sg_sieve *sieve, const struct sg_sieve_part *parts,
                                         size_t n, const struct sg_signature **signatures)
{
    const size_t most = count_signatures(parts, n);
    if (most > SG_SIEVE_MOST)
        return SCRUBGATE_ELIMIT;
    sieve->entries = calloc(most + 1, sizeof *sieve->entries);
    sieve->parts = calloc(n + 1, sizeof *sieve->parts);
    if (sieve->entries == NULL || sieve->parts == NULL)
        return SCRUBGATE_ENOMEM;
    sieve->n_parts = n;
    for (size_t i = 0; i < n; i++) {
        sieve->parts[i] = (struct sg_sieve_range){(uint32_t)sieve->n, (uint32_t)parts[i].n};
        for (size_t k = 0; k < parts[i].n; k++) {
            const struct sg_signature *signature = &parts[i].signatures[k];
            signatures[sieve->n] = signature;
            struct sg_sieve_entry *entry = &sieve->entries[sieve->n++];
            *entry = (struct sg_sieve_entry){.part = (uint32_t)i,
                                             .min_before = signature->min_before,
                                             .max_before = signature->max_before,
                                             .before = signature->before};
            memcpy(entry->quotas, signature->quotas, sizeof entry->quotas);
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
        inside[classes[byte]] += sg_set_has(set, byte);
    }
    const unsigned before = n;
    for (unsigned class = 0; class < before; class ++)
        parted[class] = inside[class] > 0 && inside[class] < sizes[class] ? n++ : class;
    for (unsigned byte = 0; byte < 256; byte++) {
        if (sg_set_has(set, byte))
            classes[byte] = (uint8_t)parted[classes[byte]];
    }
    return n;
}

static void classify(struct sg_sieve *sieve, const struct sg_signature *const *signatures)
{
    unsigned n = 1;
    static const struct sg_set any = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    const struct sg_set *last = &any; /* runs of one set are common */
    for (size_t s = 0; s < sieve->n; s++) {
        for (unsigned k = 0; k < SG_SIGNATURE_BYTES && n < 256; k++) {
            const struct sg_set *set = &signatures[s]->at[k];
            if (memcmp(set, last, sizeof *set) != 0 && memcmp(set, &any, sizeof any) != 0)
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
    const size_t words = sieve->n == 0 ? 1 : (sieve->n + 63) / 64;
    const size_t apart = SG_SIGNATURE_BYTES * words; /* rows of one class and the next */
    unsigned member[256];                            /* a byte of each class */
    sieve->words = words;
    sieve->rows = calloc((sieve->unknown + 1) * apart, sizeof *sieve->rows);
    if (sieve->rows == NULL)
        return SCRUBGATE_ENOMEM;
    for (unsigned byte = 0; byte < 256; byte++) {
        member[sieve->classes[byte]] = byte;
        sieve->starts[byte] = (uint32_t)(sieve->classes[byte] * SG_SIGNATURE_BYTES * words);
    }
    for (size_t s = 0; s < sieve->n; s++) {
        const uint64_t bit = UINT64_C(1) << s % 64;
        for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++) {
            uint64_t *rows = sieve->rows + k * words + s / 64;
            for (unsigned class = 0; class < sieve->outside; class ++)
                rows[class * apart] |= sg_set_has(&signatures[s]->at[k], member[class]) ? bit : 0;
            rows[sieve->outside * apart] |= (signatures[s]->outside >> k & 1) != 0 ? bit : 0;
            rows[sieve->unknown * apart] |= bit;
        }
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status add_needs(struct sg_sieve *sieve,
                                       const struct sg_signature *const *signatures)
{
    sieve->needs = calloc(SG_TRAITS * sieve->words, sizeof *sieve->needs);
    if (sieve->needs == NULL)
        return SCRUBGATE_ENOMEM;
    sieve->always = UINT64_MAX;
    for (size_t s = 0; s < sieve->n; s++) {
        const uint64_t needed = sg_traits_needed(signatures[s]);
        sieve->asked |= needed;
        sieve->always &= needed;
        for (uint64_t left = needed; left != 0; left &= left - 1)
            sieve->needs[s / 64 * SG_TRAITS + (size_t)__builtin_ctzll(left)] |= UINT64_C(1)
                                                                                << s % 64;
    }
    return SCRUBGATE_OK;
}

bool sg_sieve_possible(const struct sg_sieve *sieve, const uint64_t *wanted, uint64_t traits,
                       uint64_t *possible)
{
    const uint64_t missing = sg_traits_missing(traits) & sieve->asked;
    uint64_t any = 0;
    if ((sieve->always & ~traits) != 0)
        return false;
    for (size_t word = 0; word < sieve->words; word++) {
        const uint64_t *needs = sieve->needs + word * SG_TRAITS;
        uint64_t left = wanted[word];
        for (uint64_t rest = missing; rest != 0 && left != 0; rest &= rest - 1)
            left &= ~needs[__builtin_ctzll(rest)];
        any |= possible[word] = left;
    }
    return any != 0;
}

/* Moves the signatures that three rare bytes in a row tell into the triples; *n are left, side by
 * side. */
static enum scrubgate_status part_triples(struct sg_sieve *sieve,
                                          const struct sg_signature **signatures, size_t *n,
                                          struct sg_sample *sample)
{
    size_t left = 0;
    *n = sieve->n;
    if (sieve->n < SG_SIEVE_CROWDED)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_triples_new(&sieve->triples);
    sieve->by_triples = calloc(sieve->words, sizeof *sieve->by_triples);
    if (sieve->by_triples == NULL)
        rc = SCRUBGATE_ENOMEM;
    for (size_t s = 0; s < sieve->n && rc >= 0; s++) {
        unsigned at;
        rc = sg_triple_of(signatures[s], sample, &at);
        if (rc < 0)
            break;
        if (at == 0) {
            signatures[left++] = signatures[s];
        } else {
            sieve->by_triples[s / 64] |= UINT64_C(1) << s % 64;
            rc = sg_triples_add(sieve->triples, signatures[s], at, (uint32_t)s);
        }
    }
    *n = left;
    return rc;
}

enum scrubgate_status sg_sieve_new(struct sg_sieve **sieve, const struct sg_sieve_part *parts,
                                   size_t n, struct sg_sample *sample)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    size_t in_buckets = 0;
    *sieve = NULL;
    struct sg_sieve *made = aligned_alloc(_Alignof(struct sg_sieve), sizeof *made);
    const struct sg_signature **signatures = calloc(SG_SIEVE_MOST, sizeof *signatures);
    if (made != NULL)
        memset(made, 0, sizeof *made);
    if (made == NULL || signatures == NULL)
        goto out;
    rc = add_entries(made, parts, n, signatures);
    if (rc < 0)
        goto out;
    classify(made, signatures);
    rc = add_rows(made, signatures);
    if (rc < 0)
        goto out;
    rc = add_needs(made, signatures);
    if (rc >= 0)
        rc = part_triples(made, signatures, &in_buckets, sample);
    if (rc >= 0)
        rc = sg_sieve_add_coarse(made, signatures, in_buckets, sample);
    if (rc < 0)
        goto out;
    rc = sg_sieve_add_looks(made, signatures, in_buckets, sample);
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
    sg_triples_free(sieve->triples);
    free(sieve->by_triples);
    free(sieve->needs);
    free(sieve->entries);
    free(sieve->parts);
    free(sieve->rows);
    free(sieve);
}
