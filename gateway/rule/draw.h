/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draw.h - texts drawn from a pattern's tree by dice: what it is there to find.
 *
 * What a lookaround asks for is sometimes written out beside the rest, what it forbids is
 * forgotten. So most texts match somewhere, and some nowhere.
 */
#ifndef SG_RULE_DRAW_H
#define SG_RULE_DRAW_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "rule/syntax_tree.h"

/* Appends a text to out. Repeats keep to their least where it grows long. The same *dice give the
 * same texts. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_draw_text(const struct sg_tree *tree, uint64_t *dice,
                                                      struct sg_buf *out);

#endif
