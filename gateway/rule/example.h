/* SPDX-License-Identifier: Apache-2.0 */
/*
 * example.h - a rule's own tests, as they stand in its pack.
 */
#ifndef SG_RULE_EXAMPLE_H
#define SG_RULE_EXAMPLE_H

#include <scrubgate/status.h>

#include "rule/reader.h"

/*
 * Reads the list under `tests`: 'text with «marked» spans', `not: text`, `todo: text`. The marks
 * are taken out of the text. EINVAL for an empty list, marks that do not pair, and marks in a not.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_example_read(struct sg_reader *reader,
                                                         const struct sg_yaml_node *node,
                                                         struct sg_rule *rule);

#endif
