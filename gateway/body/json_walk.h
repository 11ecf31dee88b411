/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_walk.h - where in a JSON text we stand: the open arrays and objects, their keys and indexes.
 *
 * It follows the punctuation and judges nothing: what is wrong is the judge's to find.
 */
#ifndef SG_BODY_JSON_WALK_H
#define SG_BODY_JSON_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "body/format.h"
#include "rule/path.h"

/* All-zero is the start: before the top value. */
struct sg_json_walk {
    struct sg_step *steps; /* one for each open array or object */
    size_t depth, cap;
    struct sg_buf names;             /* the keys we stand at, one behind the other */
    uint16_t name_at[SG_JSON_DEPTH]; /* where in names */
    bool object[SG_JSON_DEPTH];      /* or an array */
    bool key_next;                   /* a string here is a key */
};

void sg_json_walk_fini(struct sg_json_walk *walk);

/* Takes one byte of punctuation: { } [ ] , or : and ignores others. ELIMIT over SG_JSON_DEPTH. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_json_walk_take(struct sg_json_walk *walk, uint8_t c);

/* The key of the member that follows, decoded: begin, then each part. Over SG_STEP_NAME bytes it is
 * cut, between code points. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_json_walk_begin_key(struct sg_json_walk *walk);
SCRUBGATE_MUST_USE enum scrubgate_status sg_json_walk_add_key(struct sg_json_walk *walk,
                                                              struct sg_bytes text);

/* The place of the value that comes now; valid until the walk goes on. */
struct sg_place sg_json_walk_place(struct sg_json_walk *walk);

#endif
