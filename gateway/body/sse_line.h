/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sse_line.h - the lines of an event of text/event-stream (WHATWG HTML, 9.2.5).
 *
 *     data: {"a":1}     event: note     id: 7     : a comment     what readers ignore
 */
#ifndef SG_BODY_SSE_LINE_H
#define SG_BODY_SSE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

enum sg_sse_field { SG_SSE_DATA, SG_SSE_EVENT, SG_SSE_ID, SG_SSE_RETRY, SG_SSE_OTHER };

/* One line, as offsets of the event's text. A blank one is OTHER without a value. */
struct sg_sse_line {
    enum sg_sse_field field;
    size_t value, end; /* of the field; of the whole line when its name is none that readers know */
    size_t next;       /* behind the LF or CR LF */
};

/* The line at *pos, which moves behind it; false at the end. */
bool sg_sse_line_next(struct sg_bytes event, size_t *pos, struct sg_sse_line *line);
/* "data"; "comment" for OTHER. */
const char *sg_sse_field_name(enum sg_sse_field field);

#endif
