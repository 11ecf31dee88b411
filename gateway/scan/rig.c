/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rig.c - what a value is scanned with: the rules that may run in it, and lanes.
 */
#include "scan/rig.h"

#include <stdlib.h>
#include <string.h>

#include "scan/scratch.h"

/* Of the scratch's idle ones that whose rules are chosen already, or the oldest. NULL: none. */
static struct sg_rig *take_idle(struct scrubgate_scratch *scratch,
                                const struct scrubgate_ruleset *set,
                                const struct sg_scan_config *config)
{
    size_t i = scratch->n_rigs;
    if (i == 0)
        return NULL;
    while (i > 0 && !sg_actives_fit(&scratch->rigs[i - 1]->actives, set, config))
        i--;
    i = i > 0 ? i - 1 : 0;
    struct sg_rig *taken = scratch->rigs[i];
    scratch->n_rigs--;
    memmove(scratch->rigs + i, scratch->rigs + i + 1, (scratch->n_rigs - i) * sizeof taken);
    return taken;
}

static enum scrubgate_status choose_rules(struct sg_rig *rig, const struct scrubgate_ruleset *set,
                                          const struct sg_scan_config *config)
{
    enum scrubgate_status rc = sg_actives_choose(&rig->actives, set, config);
    if (rc < 0 || set->folds == NULL || config->only != NULL)
        return rc;
    return sg_actives_choose(&rig->folds, set->folds, config);
}

struct sg_rig *sg_rig_take(struct scrubgate_scratch *scratch, const struct scrubgate_ruleset *set,
                           const struct sg_scan_config *config)
{
    struct sg_rig *taken = take_idle(scratch, set, config);
    if (taken == NULL)
        taken = calloc(1, sizeof *taken);
    if (taken == NULL || choose_rules(taken, set, config) >= 0)
        return taken;
    sg_rig_free(taken);
    return NULL;
}

void sg_rig_give(struct scrubgate_scratch *scratch, struct sg_rig *rig)
{
    sg_lanes_clear(&rig->lanes);
    sg_lanes_clear(&rig->joint);
    if (scratch->n_rigs == SG_SCRATCH_SPARES) {
        sg_rig_free(scratch->rigs[0]);
        scratch->n_rigs--;
        memmove(scratch->rigs, scratch->rigs + 1, scratch->n_rigs * sizeof rig);
    }
    scratch->rigs[scratch->n_rigs++] = rig;
}

void sg_rig_free(struct sg_rig *rig)
{
    if (rig == NULL)
        return;
    sg_lanes_fini(&rig->lanes);
    sg_lanes_fini(&rig->joint);
    sg_actives_fini(&rig->actives);
    sg_actives_fini(&rig->folds);
    free(rig);
}
