/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruleset.h - all rules of all packs, with the bounds that hold for every one of them.
 */
#ifndef SG_RULE_RULESET_H
#define SG_RULE_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/ruleset.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "rule/rule.h"

struct sg_kernel; /* scan/kernel.h */
struct sg_sieves; /* rule/sieves.h */

/* One pack as it was loaded. */
struct sg_pack {
    const char *name, *version, *owner, *file;
    struct sg_bytes text; /* its bytes: what is in force can be shown later */
    char digest[65];      /* SHA-256 of them, hex */
    size_t n_rules;
};

/* A pattern of keywords, near or unless, shared by the rules that say the same. */
struct sg_shared_pattern {
    struct sg_bytes text; /* as it was given */
    bool may_be_empty;
    struct sg_pattern *pattern;
};

/* One that holds; those that have expired are not kept. */
struct sg_exclusion {
    const char *id; /* "local.fp-1" */
    const struct sg_rule *rule;
    const char *file; /* the pack's */
    unsigned line, column;
};

/* A thing to tell the operator that stops nothing: an expired exclusion, a weak example. */
struct sg_warning {
    const char *text; /* "file:line:column: what" */
};

struct scrubgate_ruleset {
    struct sg_arena arena;
    struct scrubgate_ruleset *folds; /* the fold rules, a set of their own; NULL: there are none */
    struct sg_rule **rules;          /* by index */
    size_t n_rules;
    struct sg_shared_pattern *contexts; /* own the patterns that rules borrow */
    size_t n_contexts;
    size_t n_signatures; /* of all rules */
    struct sg_pack *packs;
    size_t n_packs;
    struct sg_exclusion *exclusions; /* by number */
    size_t n_exclusions;
    struct sg_warning *warnings;
    size_t n_warnings;
    size_t longest; /* max over rules of extent.max + what is looked at beyond the match */
    size_t behind;  /* max over rules of what is looked at before a match, near and unless too */
    uint64_t slow_cost; /* of slow rules together: units of the match limit that a start may take */
    struct sg_sieves *sieves;       /* the signatures of all rules */
    const struct sg_kernel *kernel; /* that sieves and folds here: chosen at load, static */
    char digest[65];
    /* Drawn at load, so that what was worked out for one set is not taken for another's that lies
     * where it lay. 0: made by hand, not to be told apart. */
    uint64_t serial;
};

/* Fold rules have numbers behind all others: number < scrubgate_ruleset_count(set). */
const struct sg_rule *sg_ruleset_at(const struct scrubgate_ruleset *set, size_t number);
size_t sg_ruleset_number(const struct scrubgate_ruleset *set, const struct sg_rule *rule);
/* The rule with that id, or NULL. */
const struct sg_rule *sg_ruleset_find(const struct scrubgate_ruleset *set, const char *id);
/* The number of the exclusion with that id; n_exclusions: there is none. */
size_t sg_ruleset_exclusion(const struct scrubgate_ruleset *set, const char *id);

#endif
