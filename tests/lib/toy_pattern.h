/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_pattern.h - a pattern compiled from its text, and what to match it with.
 */
#ifndef SG_TESTS_TOY_PATTERN_H
#define SG_TESTS_TOY_PATTERN_H

#include <stdbool.h>

#include "rule/pattern.h"

/* Both fail the test, with the fault, when there is none; free what they give. */
struct sg_pattern *sg_toy_pattern(const char *text, bool may_be_empty);
struct sg_matcher *sg_toy_matcher(void);

#endif
