/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sieve.h - signatures as tables: which places of a text can belong to a match?
 *
 *     signatures -> [classes of bytes] -> rows: which signatures hold at a place, exactly
 *                -> [buckets]          -> three forms of the coarse tables that kernels run first
 *
 * Read-only once made. The coarse stage looks at some positions of a signature, and never misses a
 * place where the exact rows hold; where it says yes, the rows decide.
 */
#ifndef SG_RULE_SIEVE_H
#define SG_RULE_SIEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "rule/sample.h"
#include "rule/signature.h"
#include "rule/traits.h"
#include "rule/triples.h"

enum {
    SG_SIEVE_STEPS = 8,  /* positions a bucket mostly looks at, from place - 1 on */
    SG_SIEVE_GROUPS = 4, /* most groups of 8 buckets */
    SG_SIEVE_LOOKS = 2 * SG_SIGNATURE_BYTES, /* most of one group */
    SG_SIEVE_APART = 576,                    /* see sg_sieve_look */
    SG_SIEVE_HEAD = 7,                       /* see paired */
    SG_SIEVE_TAIL = 6,
    SG_SIEVE_CROWDED = 96, /* signatures of which buckets would let too much through */
    SG_SIEVE_MOST = 2048   /* signatures */
};

/* What a sieve is made of: the signatures of a rule, or the words of a gate. */
struct sg_sieve_part {
    const struct sg_signature *signatures;
    size_t n; /* may be 0 */
};

/* One signature of one part, with what the rows do not hold. */
struct sg_sieve_entry {
    uint32_t part; /* its index */
    uint16_t min_before, max_before;
    struct sg_set before;
    struct sg_quota quotas[SG_SIGNATURE_QUOTAS];
};

/* The signatures of a part stand side by side. */
struct sg_sieve_range {
    uint32_t first, n;
};

/* One question of a group: which of its 8 buckets can a byte be in, as far as half of it says? */
struct sg_sieve_look {
    _Alignas(32) uint8_t table[32]; /* by that half; the second 16 repeat the first */
    uint16_t at; /* position; of bytes asked by kind, not by low half, + SG_SIEVE_APART */
};

/* The buckets that all questions leave hold. */
struct sg_sieve_looks {
    size_t n; /* at least 1 */
    struct sg_sieve_look list[SG_SIEVE_LOOKS];
};

struct sg_sieve {
    struct sg_sieve_entry *entries;
    size_t n;
    struct sg_sieve_range *parts; /* by index */
    size_t n_parts;

    /* Exact: signature s can hold at a place when for each k of SG_SIGNATURE_BYTES bit s % 64 of
     * sg_sieve_row(sieve, k, class)[s / 64] is set, class being that of the byte at place - 1 + k.
     */
    size_t words;         /* 64-bit words of a row */
    uint8_t classes[256]; /* of bytes; bytes of one class are in the same sets */
    unsigned outside;     /* the class of positions outside the value */
    unsigned unknown;     /* the class of positions that have not come yet: holds for everything */
    uint64_t *rows;
    uint32_t starts[256]; /* of bytes: where in rows those of its class begin */

    /* Bit s % 64 of needs[s / 64 * SG_TRAITS + trait]: signature s needs that trait of a text. */
    uint64_t *needs;
    uint64_t asked, always; /* traits that some signature needs, that each one does */

    /*
     * Coarse, in three forms. Zero stands for outside, so byte 0 is in a set that allows outside.
     *
     * A byte by its low half & its kind, for small shuffles: a place that some group's looks let
     * through.
     */
    unsigned nibble_groups;
    struct sg_sieve_looks looks[SG_SIEVE_GROUPS];
    /*
     * A byte by its symbol, for large shuffles, and as it is, without any: a place at which a
     * bucket is in the tables' AND over all steps.
     */
    unsigned fold_groups;           /* of 8 buckets */
    uint8_t high;                   /* symbol of the bytes that are not ASCII */
    _Alignas(64) uint8_t fold[128]; /* symbol 0 … 63 of one that is */
    uint8_t symbols[SG_SIEVE_GROUPS][SG_SIEVE_STEPS][64];
    uint64_t plain[SG_SIEVE_STEPS][256]; /* 64 buckets */
    /* 8 buckets each, of step 0 in the lowest byte and so on; a bit is set when it cannot be. */
    unsigned chains;
    uint64_t chain[256][SG_SIEVE_GROUPS];
    /*
     * In these two (but tails are in no chain): signatures whose first steps hold too often are in
     * the buckets SG_SIEVE_HEAD, with those steps, and SG_SIEVE_TAIL, with the next ones. They hold
     * at a place when the head does there and the tail does SG_SIEVE_STEPS places on.
     */
    bool paired; /* there are such: head and tail mean nothing alone */

    /* In a crowded sieve the signatures with three bytes in a row that are rare are in no bucket,
     * but here. NULL: it is not crowded. */
    struct sg_triples *triples;
    uint64_t *by_triples; /* a row of those; NULL as triples */
};

/* Builds the tables of parts[0 … n). ELIMIT when the signatures are too many; *sieve is NULL on
 * error. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sieve_new(struct sg_sieve **sieve,
                                                      const struct sg_sieve_part *parts, size_t n,
                                                      struct sg_sample *sample);
void sg_sieve_free(struct sg_sieve *sieve);

/*
 * The kind of a byte, 0 … 15: kinds[0] of its high half, changed by what is in both kinds[1] of its
 * high half and kinds[2] of its low half. Kinds are what rules tell apart with one look: digits,
 * letters in a few ranges, blanks, separators. Cases and the rest are left to low halves.
 */
extern const uint8_t sg_sieve_kinds[3][16];

static inline unsigned sg_sieve_kind(uint8_t byte)
{
    return sg_sieve_kinds[0][byte >> 4] ^
           (sg_sieve_kinds[1][byte >> 4] & sg_sieve_kinds[2][byte & 15]);
}

/* Which of the wanted signatures can hold somewhere in a text of these traits; false: none. */
bool sg_sieve_possible(const struct sg_sieve *sieve, const uint64_t *wanted, uint64_t traits,
                       uint64_t *possible);

static inline const uint64_t *sg_sieve_row(const struct sg_sieve *sieve, unsigned position,
                                           unsigned class)
{
    return sieve->rows + ((size_t) class * SG_SIGNATURE_BYTES + position) * sieve->words;
}

#endif
