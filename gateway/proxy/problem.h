/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problem.h - errors as application/problem+json (RFC 9457), never quoting the message.
 */
#ifndef SG_PROXY_PROBLEM_H
#define SG_PROXY_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "net/front.h"
#include "proxy/metrics.h"

/* The status that answers a reason: 400, 403, 404, 408, 413, 415, 422, 502, 503, 504. */
unsigned sg_problem_status(enum sg_reason reason);
/* {"type":"urn:scrubgate:problem:<word>","title":…,"status":…,"detail":…,"instance":"<id>"}. detail
 * is our own sentence or "". */
SCRUBGATE_MUST_USE enum scrubgate_status sg_problem_print(struct sg_buf *out, enum sg_reason reason,
                                                          const char *detail, const char *id);
/* Answers a request with it; 503 carries Retry-After. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_problem_reply(struct sg_request *request,
                                                          enum sg_reason reason, const char *detail,
                                                          const char *id, bool close);

/* The same; a 503 says in how many seconds it is worth asking again. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_problem_reply_later(struct sg_request *request,
                                                                enum sg_reason reason,
                                                                const char *detail, const char *id,
                                                                bool close, uint64_t seconds);

#endif
