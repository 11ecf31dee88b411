/* SPDX-License-Identifier: Apache-2.0 */
/*
 * active.h - the rules that run in a message, and of these the ones that run in a value of it.
 */
#ifndef SG_SCAN_ACTIVE_H
#define SG_SCAN_ACTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "rule/path.h"
#include "rule/rule.h"
#include "rule/ruleset.h"
#include "rule/sieves.h"
#include "scan/scanner.h"

/* What of one sieve is active. */
struct sg_active_part {
    const struct sg_sieve *sieve;
    size_t first;         /* number of its first signature among those of all sieves */
    uint64_t *signatures; /* a bit each, as the sieve's rows */
    uint32_t *led;        /* those of them whose matches start before the place */
    size_t n_led;
    size_t n_rules;
};

/* A set of rules, in the forms in which engines ask for it. */
struct sg_active {
    const struct sg_rule **rules; /* by index */
    size_t n;
    const struct sg_rule **everywhere; /* those of them that are in no sieve */
    size_t n_everywhere;
    struct sg_active_part part[SG_SIEVES];
};

/* What decides which rules run in a message. serial 0: nothing has been chosen. */
struct sg_choice {
    const struct scrubgate_ruleset *set;
    uint64_t serial; /* the set's */
    enum scrubgate_direction direction;
    unsigned level;
    const struct sg_rule *only;
    bool channel_known;
    char channel[64];
};

/* A message's rules, and those of the value at hand. All-zero is one that nothing was chosen for.
 */
struct sg_actives {
    struct sg_active message, value;
    struct sg_choice choice;
    bool placed; /* some rules ask where a value stands */
    void *memory;
    size_t cap; /* of memory */
};

/* Chooses the rules for a message, unless they are chosen already. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_actives_choose(struct sg_actives *actives,
                                                           const struct scrubgate_ruleset *set,
                                                           const struct sg_scan_config *config);
/* Whether the rules in it are those of such a message. */
bool sg_actives_fit(const struct sg_actives *actives, const struct scrubgate_ruleset *set,
                    const struct sg_scan_config *config);
void sg_actives_fini(struct sg_actives *actives);
/* The rules that run in a value of a message that they were chosen for. Valid until the next call.
 */
const struct sg_active *sg_actives_at(struct sg_actives *actives,
                                      const struct scrubgate_ruleset *set,
                                      const struct sg_scan_config *config, enum sg_field field,
                                      struct sg_place place);

#endif
