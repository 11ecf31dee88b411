/* SPDX-License-Identifier: Apache-2.0 */
/*
 * define.h - named pieces of patterns: %{sep} stands for what the pack's define says.
 *
 *     define: {sep: '[ .-]', group: '\d{4}%{sep}?'}
 *
 * A define may use those above it, so replacing ends by construction. The text goes in as it
 * stands; %%{ writes a literal %{.
 */
#ifndef SG_RULE_DEFINE_H
#define SG_RULE_DEFINE_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "rule/reader.h"

/* Reads the mapping under define into reader->defines. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_define_read(struct sg_reader *reader,
                                                        const struct sg_yaml_node *mapping);
/* Compiles the pattern in a scalar, defines replaced; faults point at the byte in the pack. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_define_compile(struct sg_reader *reader,
                                                           const struct sg_yaml_node *node,
                                                           struct sg_pattern **pattern);
/* The same for a pattern of context, which may be empty and which the set keeps; linted. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_define_context(struct sg_reader *reader,
                                                           const struct sg_yaml_node *node,
                                                           const struct sg_pattern **pattern);

#endif
