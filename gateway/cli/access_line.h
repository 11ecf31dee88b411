/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access_line.h - what a line of an upstream's or load balancer's access log names the exchange by.
 *
 *     10.0.0.7 - - [22/Nov/2026:01:26:38 +0000] "POST /hook HTTP/1.1" 200 5
 * "00-4bf92f35…-00f067aa…-00"
 *     {"status":200,"request":{"headers":{"scrubgate":"verdict=clean, …, audit=\"…/12\""}}}
 *
 * Looked for, in this order: the audit id of a Scrubgate header, a traceparent, and where the field
 * is nothing else, a trace id or an exchange's id.
 */
#ifndef SG_CLI_ACCESS_LINE_H
#define SG_CLI_ACCESS_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum sg_access_kind { SG_ACCESS_NONE, SG_ACCESS_AUDIT, SG_ACCESS_TRACE, SG_ACCESS_ID };

/* Where in a line it stands: one of these, or neither: anywhere. */
struct sg_access_form {
    const char *field; /* of a line of JSON: a path such as "request.headers.scrubgate" */
    unsigned column;   /* from 1; quotes, brackets and braces keep blanks together */
};

struct sg_access_name {
    enum sg_access_kind kind;
    uint64_t id[2];         /* of a trace; of an exchange [1]; of an audit id [1] is the seq */
    struct sg_bytes origin; /* of an audit id; borrowed */
};

/* room has SG_ACCESS_ROOM bytes, for a field's text. */
enum { SG_ACCESS_ROOM = 16 * 1024 };
void sg_access_line_read(struct sg_access_name *name, const struct sg_access_form *form,
                         struct sg_bytes line, uint8_t *room);
/* 16 hex digits in small letters, or 32. */
bool sg_access_hex(struct sg_bytes text, uint64_t *value);

#endif
