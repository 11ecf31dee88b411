/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rig.h - what a value is scanned with: the rules that may run in it, and lanes.
 *
 *     scratch -> take -> scanner, while a value is open -> give -> scratch
 *
 * It grows with the number of rules, so a message that waits for its next value holds none.
 */
#ifndef SG_SCAN_RIG_H
#define SG_SCAN_RIG_H

#include <scrubgate/ruleset.h>

#include "scan/active.h"
#include "scan/lanes.h"

struct sg_rig {
    struct sg_actives actives, folds; /* of the rules, of the fold rules */
    struct sg_lanes lanes, joint;     /* over the value; over it behind what was said before */
};

/* One whose rules are chosen, and whose lanes are not set; NULL when out of memory. */
struct sg_rig *sg_rig_take(struct scrubgate_scratch *scratch, const struct scrubgate_ruleset *set,
                           const struct sg_scan_config *config);
/* Wipes what a text has left in it, and leaves its memory to the scratch. */
void sg_rig_give(struct scrubgate_scratch *scratch, struct sg_rig *rig);
void sg_rig_free(struct sg_rig *rig);

#endif
