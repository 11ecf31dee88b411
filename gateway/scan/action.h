/* SPDX-License-Identifier: Apache-2.0 */
/*
 * action.h - what stands in place of a masked value.
 */
#ifndef SG_SCAN_ACTION_H
#define SG_SCAN_ACTION_H

#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "rule/rule.h"

/* How much of the value may be shown, whatever the template asks for. */
struct sg_reveal {
    unsigned first, last; /* letters and digits */
};

/* Appends the rule's template filled from the value; n is for {n}. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_action_render(struct sg_buf *out,
                                                          const struct sg_rule *rule,
                                                          struct sg_bytes value, uint64_t n,
                                                          struct sg_reveal most);

#endif
