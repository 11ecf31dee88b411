/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.h - where in a text the bytes of each lead class stand: one bit row per class.
 */
#ifndef SG_SCAN_PLACES_H
#define SG_SCAN_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "rule/leads.h"

enum { SG_PLACES_TEXT = 32 * 1024 };

struct sg_places {
    size_t len;                                        /* of the text */
    uint64_t rows[SG_PLACES_TEXT / 64][SG_LEADS_MOST]; /* a word of each class side by side */
};

/* text.len <= SG_PLACES_TEXT. */
void sg_places_take(struct sg_places *places, const struct sg_leads *leads, struct sg_bytes text);
/* The first run of neighbouring places of the class at or after `from`, cut where a word of the row
 * ends; false when there is none. */
bool sg_places_next(const struct sg_places *places, unsigned lead, size_t from,
                    struct sg_span *run);

#endif
