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

#endif
