/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace.h - the names an exchange goes by: its own id, and W3C Trace Context's traceparent.
 */
#ifndef SG_PROXY_TRACE_H
#define SG_PROXY_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "http/header.h"

enum { SG_TRACE_ID = 33, SG_EXCHANGE_ID = 17, SG_TRACEPARENT = 56 };

/* NUL-ended hex. */
struct sg_trace {
    char id[SG_EXCHANGE_ID];     /* of the exchange */
    char trace_id[SG_TRACE_ID];  /* shared with whoever called */
    char parent[SG_TRACEPARENT]; /* traceparent to send */
    bool continued;              /* it came with the request: so does tracestate */
};

/* Takes the request's traceparent when there is exactly one, it is valid and neither of its ids has
 * 11 decimal digits in a row, which could be somebody's card or phone; else makes one.
 * serial is the worker's: any start, never the same twice; it moves on. */
void sg_trace_begin(struct sg_trace *trace, const struct sg_headers *headers, uint64_t *serial);

/* Version 00 form, lower-case hex, no id all zero; a later version may go on after a dash. */
bool sg_traceparent_valid(struct sg_bytes value);

#endif
