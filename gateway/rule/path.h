/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path.h - places in a JSON body or a form: $.message.*, $.items[0].text, $..note
 *
 * A pattern is $ followed by steps: .name, ['name'], [3], .* or [*] (any one step), .. (any number
 * of steps). A form field f is the path $.f. A place is a concrete path, kept as steps.
 */
#ifndef SG_RULE_PATH_H
#define SG_RULE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"

/* One step of a place: a name, or an index when name.data is NULL. */
struct sg_step {
    struct sg_bytes name; /* decoded; cut to SG_STEP_NAME bytes, then cut is set */
    uint64_t index;
    bool cut; /* matches no named step */
};

enum { SG_STEP_NAME = 64 };

/* A concrete place; borrowed. n 0: the top value. */
struct sg_place {
    const struct sg_step *steps;
    size_t n;
};

struct sg_path; /* a pattern of places */

/* EINVAL with *at, the byte offset in text, and fault->what. Lives in the arena. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_path_parse(const struct sg_path **path,
                                                       struct sg_arena *arena, struct sg_bytes text,
                                                       size_t *at, struct scrubgate_fault *fault);
bool sg_path_matches(const struct sg_path *path, struct sg_place place);
/* Whether every place that `narrow` matches, `wide` matches as well. Where it says yes it is so; of
 * patterns with several .. and * that lie otherwise it may say no. */
bool sg_path_covers(const struct sg_path *wide, const struct sg_path *narrow);
/* Whether it is sure that no place matches both. */
bool sg_path_parts(const struct sg_path *a, const struct sg_path *b);
/* Appends "$.a.b[0]". */
SCRUBGATE_MUST_USE enum scrubgate_status sg_place_print(struct sg_place place, struct sg_buf *out);

#endif
