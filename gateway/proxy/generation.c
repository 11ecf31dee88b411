/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation.c - one config with its rules and origins: what a reload replaces as a whole.
 */
#include "proxy/generation.h"

#include <assert.h>
#include <stdlib.h>

#include "base/diag.h"
#include "rule/ruleset.h"

static void free_generation(struct sg_generation *made)
{
    if (made == NULL)
        return;
    sg_upstreams_free(made->upstreams);
    sg_arrivals_free(made->arrivals);
    free(made->rule_failures);
    free(made->exclusion_matches);
    scrubgate_ruleset_free(made->rules);
    sg_config_free(made->config);
    free(made);
}

/* With less a body would be refused, or not, by how it happens to be cut. */
static enum scrubgate_status check_held(const struct sg_generation *made,
                                        struct scrubgate_fault *fault)
{
    const struct sg_config *config = made->config;
    if (config->limits.held >= made->rules->longest)
        return SCRUBGATE_OK;
    sg_fault_set(fault, config->file[0] != '\0' ? config->file : NULL, 0, 0,
                 "limits.held is too small for these rules: one must see %zu bytes at once",
                 made->rules->longest);
    return SCRUBGATE_EINVAL;
}

enum scrubgate_status sg_generation_new(struct sg_generation **generation, struct sg_config *config,
                                        const char *echo_url, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_generation *made = calloc(1, sizeof *made);
    *generation = NULL;
    if (made == NULL) {
        sg_config_free(config);
        goto out;
    }
    atomic_init(&made->holders, 1);
    made->config = config;
    rc = sg_arrivals_new(&made->arrivals, config, fault);
    if (rc < 0)
        goto out;
    rc = scrubgate_ruleset_load(&made->rules, config->rules, config->n_rules, fault);
    if (rc == SCRUBGATE_EIO)
        rc = SCRUBGATE_EINVAL; /* a pack that cannot be read is a fault of the config */
    if (rc < 0)
        goto out;
    rc = check_held(made, fault);
    if (rc < 0)
        goto out;
    made->digest = scrubgate_ruleset_digest(made->rules);
    made->rule_failures =
        calloc(scrubgate_ruleset_count(made->rules) + 1, sizeof *made->rule_failures);
    made->exclusion_matches =
        calloc(made->rules->n_exclusions + 1, sizeof *made->exclusion_matches);
    if (made->rule_failures == NULL || made->exclusion_matches == NULL) {
        rc = SCRUBGATE_ENOMEM;
        goto out;
    }
    rc = sg_upstreams_new(&made->upstreams, config, echo_url, fault);
    if (rc < 0)
        goto out;
    *generation = made;
    made = NULL;
out:
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
    free_generation(made);
    return rc;
}

bool sg_generation_failed(struct sg_generation *generation, const struct sg_rule *rule)
{
    size_t number = sg_ruleset_number(generation->rules, rule);
    return atomic_fetch_add_explicit(&generation->rule_failures[number], 1, memory_order_relaxed) ==
           0;
}

void sg_generation_excluded(struct sg_generation *generation, const char *exclusion)
{
    size_t number = sg_ruleset_exclusion(generation->rules, exclusion);
    assert(number < generation->rules->n_exclusions);
    (void)atomic_fetch_add_explicit(&generation->exclusion_matches[number], 1,
                                    memory_order_relaxed);
}

struct sg_generation *sg_generation_hold(struct sg_generation *generation)
{
    (void)atomic_fetch_add_explicit(&generation->holders, 1, memory_order_relaxed);
    return generation;
}

/* The release makes every holder's use happen before the last one frees it. */
void sg_generation_drop(struct sg_generation *generation)
{
    if (generation != NULL &&
        atomic_fetch_sub_explicit(&generation->holders, 1, memory_order_acq_rel) == 1)
        free_generation(generation);
}

bool sg_generation_alone(const struct sg_generation *generation)
{
    return atomic_load_explicit(&generation->holders, memory_order_acquire) == 1;
}
