/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exclude.h - places where a rule does not run, each with a reason, an owner and an end.
 */
#ifndef SG_RULE_EXCLUDE_H
#define SG_RULE_EXCLUDE_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "rule/reader.h"

/*
 * Reads the pack's list under `exclude` into the rules it names; all packs' rules must be there by
 * then. One whose last day is before today_days is left out with a warning.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_exclude_read(struct sg_reader *reader,
                                                         const struct sg_yaml_node *node,
                                                         int64_t today_days);

#endif
