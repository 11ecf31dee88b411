/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signature.h - what must stand around a place in a text for a match to start near it.
 *
 *     pattern's tree -> [variants, where an alternation is worth splitting] -> [a cut each] ->
 *     class signatures
 *
 * A cut parts a pattern's sequence in two; its place in a text is the byte that the second part
 * starts with. Around the place of every match the signature says, position by position, which
 * bytes can stand there, and how many of a kind stand behind it. Lossy for speed only: what cannot
 * be proved is "any byte". A signature that is wrong would be a leak, so every match starts where
 * one of its pattern's signatures says.
 */
#ifndef SG_RULE_SIGNATURE_H
#define SG_RULE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "rule/hint.h"
#include "rule/pattern.h"
#include "rule/sample.h"
#include "rule/syntax_tree.h"

enum {
    SG_SIGNATURE_BYTES = 16, /* positions: the byte before the place, and 15 from it on */
    SG_SIGNATURE_QUOTAS = 2, /* of one signature */
    SG_SIGNATURES_MOST = 8   /* of one pattern */
};

/* Of the run of bytes that can stand from place + skip on, the first `most` have so many that
 * count.
 */
struct sg_quota {
    uint16_t least; /* 0: nothing is asked */
    uint16_t skip, most;
    bool open;          /* further ones may count: where all `most` are of the run it holds */
    uint8_t kinds[256]; /* of a byte: 0 ends the run, 2 counts */
};

struct sg_signature {
    struct sg_set
        at[SG_SIGNATURE_BYTES];      /* at[k]: the byte at place - 1 + k, if inside the value */
    uint16_t outside;                /* bit k: that position may be outside the value */
    uint16_t min_before, max_before; /* a match starts so many bytes before its place, 0: at it */
    struct sg_set before;            /* each byte from a match's start to its place is of these */
    struct sg_quota quotas[SG_SIGNATURE_QUOTAS]; /* hold, too; those that ask come first */
};

/* A pattern's signatures and how often they hold. */
struct sg_signatures {
    struct sg_signature list[SG_SIGNATURES_MOST];
    size_t n;             /* 1 … SG_SIGNATURES_MOST */
    unsigned per_million; /* places of the sample at which one of them holds, of a million */
};

/*
 * The signatures that hold least often in the sample: by a hint (rule/hint.h), else by a search. A
 * match takes at least one byte at or after its place. ENOMEM, or EINVAL for a pattern that does
 * not parse (which a compiled one does).
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_signatures_make(struct sg_signatures *signatures,
                                                            const struct sg_pattern *pattern,
                                                            struct sg_sample *sample);

/* The same, looked for without a hint; hint: how they were chosen (n is 0 when it is too long). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_signatures_search(struct sg_signatures *signatures,
                                                              const struct sg_pattern *pattern,
                                                              struct sg_sample *sample,
                                                              struct sg_hint *hint);

#endif
