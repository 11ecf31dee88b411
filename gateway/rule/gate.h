/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate.h - words without which no match of a rule counts: where none stands, it need not be tried.
 *
 *     near, keywords -> pattern's tree -> a signature for each word -> [alike ones merged] -> gate
 *
 * A pattern of digits alone may match anywhere, and the word that must stand beside it is nearly
 * never there. Lossy for speed only, as signatures are: a gate that is wrong would be a leak, so
 * every match that counts has a word of its rule's gate in reach.
 */
#ifndef SG_RULE_GATE_H
#define SG_RULE_GATE_H

#include <stddef.h>
#include <scrubgate/status.h>

#include "rule/signature.h"

struct scrubgate_ruleset;
struct sg_rule;

enum { SG_GATE_MOST = 256 /* words */ };

/*
 * Each word's place is its first byte: min_before and max_before are 0. A match that starts at
 * `start` is rejected, whatever else holds, unless a word holds at a place of
 * [start - before, start + after].
 */
struct sg_gate {
    const struct sg_signature *words; /* in the set's arena; one list for each pattern */
    size_t n;                         /* 0: there is no gate */
    const struct sg_pattern *pattern; /* what the words are of: the rule's near or keywords */
    size_t before, after;
    unsigned number; /* the part of the ruleset's sieve of words */
};

/*
 * The gate of a rule that has its pattern, keywords and near. Other rules of the set with the same
 * pattern of words share the list. No gate where no word is asked for (near may only raise the
 * level), a word is too short to be rare, or there are too many. ENOMEM.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_gate_make(struct sg_gate *gate,
                                                      struct scrubgate_ruleset *set,
                                                      const struct sg_rule *rule);

#endif
