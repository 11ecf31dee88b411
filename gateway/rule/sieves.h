/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sieves.h - the sieves of a ruleset: which rules are looked for at once, which behind a gate.
 *
 *     words     the words of all gates; looked for first
 *     gated     rules with a gate; run only where some word may stand
 *     open      all other rules
 *
 * Rules that are looked for everywhere are in none.
 */
#ifndef SG_RULE_SIEVES_H
#define SG_RULE_SIEVES_H

#include <scrubgate/status.h>

#include "rule/lexicon.h"
#include "rule/ruleset.h"
#include "rule/sample.h"
#include "rule/sieve.h"

struct sg_sieves {
    struct sg_sieve *open, *gated; /* a part is a rule, by index */
    struct sg_lexicon *words;      /* a part is a gate */
    uint64_t *behind;     /* by word: a row as gated's, of the signatures behind its gates */
    size_t before, after; /* the farthest that a gate reaches from a place */
};

/* The signatures of gated behind the gates that have the word. */
static inline const uint64_t *sg_sieves_behind(const struct sg_sieves *sieves, unsigned word)
{
    return sieves->behind + word * sieves->gated->words;
}

/* Builds set->sieves and numbers the gates. ELIMIT when the signatures are too many. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sieves_new(struct scrubgate_ruleset *set,
                                                       struct sg_sample *sample);
void sg_sieves_free(struct sg_sieves *sieves);

/* The sieve that the rule is in. */
static inline struct sg_sieve *sg_sieves_of(const struct sg_sieves *sieves,
                                            const struct sg_rule *rule)
{
    return rule->gate.n > 0 ? sieves->gated : sieves->open;
}

#endif
