/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context_pattern.h - the patterns of `keywords`, `near` and `unless`: compiled and linted once,
 * however many rules say the same.
 */
#ifndef SG_RULE_CONTEXT_PATTERN_H
#define SG_RULE_CONTEXT_PATTERN_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "rule/reader.h"

/*
 * Compiles text, which stands under that key. *pattern belongs to the ruleset. Faults are those of
 * sg_pattern_new, with *at, and those of sg_rulelint_cost, at the text's start.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_context_pattern(struct sg_reader *reader,
                                                            const char *key, struct sg_bytes text,
                                                            bool may_be_empty, size_t *at,
                                                            const struct sg_pattern **pattern);

#endif
