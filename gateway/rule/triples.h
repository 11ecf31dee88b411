/* SPDX-License-Identifier: Apache-2.0 */
/*
 * triples.h - signatures found by three bytes in a row that they cannot do without.
 *
 *     signature -> [the three positions that are rarest in the sample] -> table by hash
 *
 * Buckets of a sieve that hold many words let nearly every place through; three bytes, cases
 * folded, tell words apart however many there are. What is found is likely, not sure: who asks
 * judges by the whole signature. Nothing is missed.
 */
#ifndef SG_RULE_TRIPLES_H
#define SG_RULE_TRIPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <scrubgate/status.h>

#include "rule/sample.h"
#include "rule/signature.h"

enum {
    SG_TRIPLE_HEADS = 4096,
    SG_TRIPLE_SEEN = 32768,           /* bits */
    SG_TRIPLES_MOST = UINT16_MAX - 1, /* entries */
    SG_TRIPLE_NONE = UINT16_MAX,
    SG_TRIPLE_BYTES = 3,
    SG_TRIPLE_HEAD = 8 /* bytes that are compared at once */
};

/* Cases of ASCII, and much of Latin and Cyrillic in UTF-8, differ in this bit. */
#define SG_TRIPLE_FOLD UINT64_C(0x2020202020202020)

struct sg_triple {
    uint64_t head, known; /* eight bytes from the first of the three on, folded; those told */
    uint32_t id;          /* as it was given */
    uint16_t next;        /* in its chain */
    uint8_t back;         /* the signature's place is so many bytes before the first */
};

struct sg_triples {
    uint64_t seen[SG_TRIPLE_SEEN / 64]; /* bits by a longer hash: which three there may be */
    uint16_t heads[SG_TRIPLE_HEADS];
    struct sg_triple *list;
    size_t n, cap;
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_triples_new(struct sg_triples **triples);
void sg_triples_free(struct sg_triples *triples);

/* The position of the first of three that are inside and of few folded bytes, the rarest of such in
 * the sample; 0 when there are none, or they are common. ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_triple_of(const struct sg_signature *signature,
                                                      struct sg_sample *sample, unsigned *best);
/* Adds a signature by its positions at … at + 2, each of few folded bytes. ELIMIT, ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_triples_add(struct sg_triples *triples,
                                                        const struct sg_signature *signature,
                                                        unsigned at, uint32_t id);

static inline uint32_t sg_triple_mix(uint64_t head)
{
    return (uint32_t)(head & 0xFFFFFF) * UINT32_C(0x9E3779B1);
}

static inline uint32_t sg_triple_hash(uint64_t head)
{
    return sg_triple_mix(head) >> 20;
}

/* Whether some entry may begin with the three bytes, folded. Mostly not. */
static inline bool sg_triples_may(const struct sg_triples *triples, uint64_t head)
{
    uint32_t bit = sg_triple_mix(head) >> 17;
    return (triples->seen[bit / 64] >> bit % 64 & 1) != 0;
}

/* The next entry, behind entry `after` (NONE: the first), that eight folded bytes may belong to;
 * unknown: bytes of them that can be anything. NONE: there is no more. */
static inline unsigned sg_triples_next(const struct sg_triples *triples, uint64_t head,
                                       uint64_t unknown, unsigned after)
{
    unsigned at =
        after == SG_TRIPLE_NONE ? triples->heads[sg_triple_hash(head)] : triples->list[after].next;
    while (at != SG_TRIPLE_NONE &&
           ((head ^ triples->list[at].head) & triples->list[at].known & ~unknown) != 0)
        at = triples->list[at].next;
    return at;
}

/* Sets in hits, a bit each, the places text + i, i < n, at which a signature may hold of those
 * wanted: a bit by id each, NULL: all. Reads text[0 … n + 32). */
void sg_triples_mark(const struct sg_triples *triples, const uint64_t *wanted, const uint8_t *text,
                     size_t n, uint64_t *hits);

#endif
