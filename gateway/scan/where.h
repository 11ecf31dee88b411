/* SPDX-License-Identifier: Apache-2.0 */
/*
 * where.h - does a rule run in this message, in this value of it?
 */
#ifndef SG_SCAN_WHERE_H
#define SG_SCAN_WHERE_H

#include <stdbool.h>
#include <scrubgate/stream.h>

#include "rule/rule.h"

/* A direction or channel that is not known runs every rule: doubt never switches one off. */
bool sg_rule_runs_in(const struct sg_rule *rule, enum scrubgate_direction direction,
                     const char *channel);
bool sg_rule_runs_at(const struct sg_rule *rule, enum sg_field field, struct sg_place place);

#endif
