/* SPDX-License-Identifier: Apache-2.0 */
/*
 * needle.h - whether a text that comes in pieces holds a short one.
 */
#ifndef SG_BODY_NEEDLE_H
#define SG_BODY_NEEDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { SG_NEEDLE_LONGEST = 72 };

struct sg_needle {
    uint8_t text[SG_NEEDLE_LONGEST];
    uint8_t border[SG_NEEDLE_LONGEST]; /* of each beginning: how much of its end begins it anew */
    size_t len;
    size_t matched; /* of text, at the end of what came */
};

/* text: 1 … SG_NEEDLE_LONGEST bytes. */
void sg_needle_init(struct sg_needle *needle, struct sg_bytes text);
/* From here on what came before does not count. */
void sg_needle_restart(struct sg_needle *needle);
/* Whether it ends in piece. */
bool sg_needle_feed(struct sg_needle *needle, struct sg_bytes piece);
/* Its first place in a text that is whole, or text.len. */
size_t sg_needle_find(const struct sg_needle *needle, struct sg_bytes text);

#endif
