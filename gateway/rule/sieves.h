/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sieves.h - the sieves of a ruleset: which rules are looked for at once, which behind a gate.
 *
 *     words     the words of all gates; looked for first
 *     gated     rules with a gate; run only where some word may stand
 *     open      all other rules
 *
 * Each of the two again parts the rules that cannot do without a digit from the others: most of
 * what people write has none. Rules that are looked for everywhere are in none.
 */
#ifndef SG_RULE_SIEVES_H
#define SG_RULE_SIEVES_H

#include <scrubgate/status.h>

#include "rule/lexicon.h"
#include "rule/ruleset.h"
#include "rule/sample.h"
#include "rule/sieve.h"

enum sg_sieve_kind { SG_OPEN, SG_OPEN_DIGITS, SG_GATED, SG_GATED_DIGITS, SG_SIEVES };

static inline bool sg_sieve_is_gated(unsigned kind)
{
    return kind >= SG_GATED;
}

struct sg_sieves {
    struct sg_sieve *kind[SG_SIEVES]; /* a part is a rule, by index */
    struct sg_lexicon *words;         /* a part is a gate */
    /* Of the gated kinds, by word: a row as theirs, of the signatures behind its gates. */
    uint64_t *behind[SG_SIEVES];
    size_t before, after; /* the farthest that a gate reaches from a place */
};

/* The signatures of a gated kind behind the gates that have the word. */
static inline const uint64_t *sg_sieves_behind(const struct sg_sieves *sieves, unsigned kind,
                                               unsigned word)
{
    return sieves->behind[kind] + word * sieves->kind[kind]->words;
}

/* Builds set->sieves and numbers the gates. ELIMIT when the signatures are too many. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sieves_new(struct scrubgate_ruleset *set,
                                                       struct sg_sample *sample);
void sg_sieves_free(struct sg_sieves *sieves);

/* The sieve that the rule is in. */
static inline struct sg_sieve *sg_sieves_of(const struct sg_sieves *sieves,
                                            const struct sg_rule *rule)
{
    return sieves->kind[rule->sieve];
}

#endif
