/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rulelint.h - what a pattern of a rule may cost, proved at load on text made to hurt it.
 */
#ifndef SG_RULE_RULELINT_H
#define SG_RULE_RULELINT_H

#include <scrubgate/status.h>

#include "rule/pattern.h"

/*
 * Searches pump texts made from the pattern (bytes of its sets repeated, pairs of them, a prefix
 * and a pump without an end) and refuses one that takes more than a tenth of the match limit on
 * any: EINVAL, and fault->what, which begins with the key, shows the text. *cost (NULL: not asked)
 * is the most that one start took on any, and up to half as much again; at least 1.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_rulelint_cost(const struct sg_pattern *pattern,
                                                          const char *key,
                                                          struct sg_matcher *matcher,
                                                          unsigned *cost,
                                                          struct scrubgate_fault *fault);

#endif
