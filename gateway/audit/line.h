/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.h - one record's line taken apart: whether it is a JSON object, and what a check of the log
 * must know of it.
 *
 * Made for millions of lines: one pass, no memory, no tree. What it accepts is what base/json.h
 * judges to be one JSON object, without an LF and not too deep.
 */
#ifndef SG_AUDIT_LINE_H
#define SG_AUDIT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

/* Members at the top of the object, as bits of `has`. */
enum sg_line_member {
    SG_LINE_SEQ = 1 << 0, /* numbers */
    SG_LINE_TIME = 1 << 1,
    SG_LINE_MONO = 1 << 2,
    SG_LINE_EPOCH = 1 << 3,
    SG_LINE_SIZE = 1 << 4,
    SG_LINE_BOOT = 1 << 5, /* strings */
    SG_LINE_WHAT = 1 << 6,
    SG_LINE_ROOT = 1 << 7,
    SG_LINE_MAC = 1 << 8
};

struct sg_line {
    unsigned has; /* those that are there, and of their kind: a whole number, a string */
    uint64_t seq, time, mono_ns, epoch, size;
    struct sg_bytes boot, what, root, mac; /* borrowed, as they stand between their quotes */
};

/* EMALFORMED: no JSON object, or one that says one of these members twice. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_line_read(struct sg_line *line, struct sg_bytes text);

/* --- for audit/mould.c --- */

/* A value that is a string (between its quotes) or a whole number; member is one of ours or 0. */
struct sg_line_place {
    uint16_t start, end, member;
    bool string;
};
/* The same, and where its values stand; *n is over cap when there are more, or the line is too long
 * to say where. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_line_read_places(struct sg_line *line,
                                                             struct sg_bytes text,
                                                             struct sg_line_place *places,
                                                             size_t cap, size_t *n);
/* Where the first byte is that is no plain letter of a string, maybe end. */
const uint8_t *sg_line_skip_plain(const uint8_t *at, const uint8_t *end);
/* Sets a member to what stands in its place. */
void sg_line_set(struct sg_line *line, const struct sg_line_place *place, struct sg_bytes text);

/* --- for audit/entry.c --- */

enum sg_line_event {
    SG_LINE_STRING, /* text: as it stands between its quotes */
    SG_LINE_NUMBER,
    SG_LINE_NAMED,  /* true, false, null */
    SG_LINE_OBJECT, /* one begins */
    SG_LINE_ARRAY,
    SG_LINE_END /* of an object or array; text is all of it, key is not told */
};
struct sg_line_item {
    enum sg_line_event event;
    unsigned depth;      /* of the object or array it stands in; 1: the line's */
    struct sg_bytes key; /* as it stands; empty in an array */
    struct sg_bytes text;
};
/* What it answers counts where an object or array begins: false, what is in it is not told, but its
 * end is. */
typedef bool sg_line_tell(void *ctx, const struct sg_line_item *item);
/* As sg_line_read, and tells each value in order. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_line_read_each(struct sg_bytes text, sg_line_tell *tell,
                                                           void *ctx);

#endif
