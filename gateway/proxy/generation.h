/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation.h - one config with its rules and origins: what a reload replaces as a whole.
 *
 * An exchange holds the generation it began with until it ends, so no message sees two rule
 * versions. Counted; the last holder frees it.
 */
#ifndef SG_PROXY_GENERATION_H
#define SG_PROXY_GENERATION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <scrubgate/ruleset.h>
#include <scrubgate/status.h>

#include "proxy/arrivals.h"
#include "proxy/config.h"
#include "proxy/upstreams.h"
#include "rule/rule.h"

struct sg_generation {
    atomic_uint holders;
    struct sg_config *config;
    struct scrubgate_ruleset *rules;
    struct sg_upstreams *upstreams;
    struct sg_arrivals *arrivals; /* certificates as loaded with it; NULL once they are in force */
    const char *digest;           /* of the rules */
    /* All workers count: by rule number, by number of exclusion. */
    atomic_uint_fast64_t *rule_failures, *exclusion_matches;
    struct sg_generation *older; /* the server's: those that are out of force and not yet freed */
};

/* Takes config, also on error. echo_url: where the embedded echo listens, or NULL. Loads and tests
 * the rules and the certificates, resolves the origins. Starts with one holder. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_generation_new(struct sg_generation **generation,
                                                           struct sg_config *config,
                                                           const char *echo_url,
                                                           struct scrubgate_fault *fault);
/* Counts a message on which a rule of the set could not be matched. True for the rule's first. Any
 * thread. */
bool sg_generation_failed(struct sg_generation *generation, const struct sg_rule *rule);
/* Counts a value from which that exclusion of the set kept its rule. Any thread. */
void sg_generation_excluded(struct sg_generation *generation, const char *exclusion);
struct sg_generation *sg_generation_hold(struct sg_generation *generation);
void sg_generation_drop(struct sg_generation *generation);
/* Whether the caller, who has a hold, is the only one. */
bool sg_generation_alone(const struct sg_generation *generation);

#endif
