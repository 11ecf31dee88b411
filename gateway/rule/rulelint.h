/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rulelint.h - what a rule may cost, proved at load on text made to hurt it.
 */
#ifndef SG_RULE_RULELINT_H
#define SG_RULE_RULELINT_H

#include <scrubgate/status.h>

#include "rule/pattern.h"
#include "rule/rule.h"

/*
 * Searches pump texts made from the pattern (each of its literal bytes and classes repeated, pairs
 * of them, a prefix and a pump without an end) and refuses a rule that takes more than a tenth of
 * the match limit on any. EINVAL: fault->what names the pump by class, not by content.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_rulelint_cost(const struct sg_rule *rule,
                                                          struct sg_matcher *matcher,
                                                          struct scrubgate_fault *fault);

#endif
