/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template.h - what stands in place of a value: '[CARD ••{last:4}]'.
 *
 *     {last:N} {first:N}   its last or first N letters and digits, N 1 … 8
 *     {len} {entity}       its length in code points; the entity's name
 *     {n}                  n-th distinct value of this entity in the message, from 1
 *     {stars}              one * for each letter or digit, separators as they are
 *     {{ and }}            braces
 */
#ifndef SG_RULE_TEMPLATE_H
#define SG_RULE_TEMPLATE_H

#include <stddef.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "base/bytes.h"

enum sg_part_kind {
    SG_PART_TEXT,
    SG_PART_LAST,
    SG_PART_FIRST,
    SG_PART_LEN,
    SG_PART_ENTITY,
    SG_PART_N,
    SG_PART_STARS
};

struct sg_part {
    enum sg_part_kind kind;
    unsigned count;       /* LAST, FIRST */
    struct sg_bytes text; /* TEXT */
};

struct sg_template {
    const struct sg_part *parts;
    size_t n;
    unsigned first, last; /* most it reveals at each end: 0 … 8 */
};

/* EINVAL with *at, the byte offset in text, and fault->what. Parts live in the arena. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_template_parse(struct sg_template *tpl,
                                                           struct sg_arena *arena,
                                                           struct sg_bytes text, size_t *at,
                                                           struct scrubgate_fault *fault);

#endif
