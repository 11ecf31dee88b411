/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule_parse.h - one rule of a pack: from its YAML mapping to struct sg_rule.
 */
#ifndef SG_RULE_RULE_PARSE_H
#define SG_RULE_RULE_PARSE_H

#include <scrubgate/status.h>

#include "rule/reader.h"

/*
 * Fills rule, which is zeroed and already in the set, so that the set frees what was compiled
 * when a later key is wrong. Lint included.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_rule_parse(struct sg_reader *reader,
                                                       const struct sg_yaml_node *node,
                                                       struct sg_rule *rule);

#endif
