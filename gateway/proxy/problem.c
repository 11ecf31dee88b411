/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problem.c - errors as application/problem+json (RFC 9457), never quoting the message.
 */
#include "proxy/problem.h"

#include <assert.h>
#include <stdio.h>

#include "base/json.h"

enum { PROBLEM_LONGEST = 2048 };

/* A CLIENT_GONE problem reaches nobody; its row only keeps the table whole. */
static const struct {
    unsigned status;
    const char *title;
} problems[SG_REASONS] = {
    [SG_REASON_NONE] = {500, "Internal error"},
    [SG_REASON_MALFORMED] = {400, "The message is malformed"},
    [SG_REASON_UNSUPPORTED] = {415, "The message cannot be inspected"},
    [SG_REASON_LIMIT] = {413, "The message is too large"},
    [SG_REASON_MATCHER] = {422, "The message could not be inspected safely"},
    [SG_REASON_BLOCKED] = {422, "The message is blocked by a rule"},
    [SG_REASON_AUDIT] = {503, "The audit log cannot be written"},
    [SG_REASON_MEMORY] = {503, "Out of memory"},
    [SG_REASON_NO_ROUTE] = {404, "No route has this path"},
    [SG_REASON_NOT_ASSIGNED] = {403, "The conversation is not assigned"},
    [SG_REASON_NO_DIVERT] = {503, "The message cannot be diverted"},
    [SG_REASON_UPSTREAM_DOWN] = {503, "No upstream works at the moment"},
    [SG_REASON_UPSTREAM_CONNECT] = {502, "The upstream cannot be reached"},
    [SG_REASON_UPSTREAM_CONNECT_TIMEOUT] = {504, "The upstream could not be reached in time"},
    [SG_REASON_UPSTREAM_TLS] = {502, "The upstream cannot be trusted"},
    [SG_REASON_UPSTREAM_TIMEOUT] = {504, "The upstream did not answer in time"},
    [SG_REASON_UPSTREAM_IDLE_TIMEOUT] = {504, "The upstream stopped in the middle of its answer"},
    [SG_REASON_UPSTREAM_TOTAL_TIMEOUT] = {504, "The upstream took too long in all"},
    [SG_REASON_UPSTREAM_RESET] = {502, "The upstream closed the connection"},
    [SG_REASON_UPSTREAM_MALFORMED] = {502, "The upstream's answer cannot be used"},
    [SG_REASON_CLIENT_GONE] = {408, "The request did not come in time"},
    [SG_REASON_OVERLOAD] = {503, "Too many requests are under way"},
};

unsigned sg_problem_status(enum sg_reason reason)
{
    assert(reason >= 0 && reason < SG_REASONS);
    return problems[reason].status;
}

enum scrubgate_status sg_problem_print(struct sg_buf *out, enum sg_reason reason,
                                       const char *detail, const char *id)
{
    const char *word = reason == SG_REASON_NONE ? "internal" : sg_reason_word(reason);
    enum scrubgate_status rc =
        sg_buf_addf(out, "{\"type\":\"urn:scrubgate:problem:%s\",\"title\":\"%s\",\"status\":%u",
                    word, problems[reason].title, problems[reason].status);
    if (rc >= 0 && detail[0] != '\0') {
        rc = sg_buf_add_text(out, ",\"detail\":");
        if (rc >= 0)
            rc = sg_json_add_string(out, sg_bytes_of(detail));
    }
    if (rc >= 0 && id[0] != '\0') {
        rc = sg_buf_add_text(out, ",\"instance\":");
        if (rc >= 0)
            rc = sg_json_add_string(out, sg_bytes_of(id));
    }
    if (rc >= 0)
        rc = sg_buf_add_text(out, "}\n");
    return rc;
}

enum scrubgate_status sg_problem_reply(struct sg_request *request, enum sg_reason reason,
                                       const char *detail, const char *id, bool close)
{
    return sg_problem_reply_later(request, reason, detail, id, close, 1);
}

enum scrubgate_status sg_problem_reply_later(struct sg_request *request, enum sg_reason reason,
                                             const char *detail, const char *id, bool close,
                                             uint64_t seconds)
{
    char later[24];
    (void)snprintf(later, sizeof later, "%llu", (unsigned long long)seconds);
    const struct sg_header fields[] = {
        {SG_BYTES("Content-Type"), SG_BYTES("application/problem+json")},
        {SG_BYTES("Cache-Control"), SG_BYTES("no-store")},
        {SG_BYTES("Retry-After"), sg_bytes_of(later)},
    };
    const size_t n = sizeof fields / sizeof fields[0];
    struct sg_buf body;
    sg_buf_init(&body, PROBLEM_LONGEST);
    enum scrubgate_status rc = sg_problem_print(&body, reason, detail, id);
    if (rc >= 0) {
        const struct sg_reply reply = {
            .status = sg_problem_status(reason),
            .fields = fields,
            .n_fields = sg_problem_status(reason) == 503 ? n : n - 1,
            .close = close,
        };
        rc = sg_request_reply(request, &reply, sg_buf_bytes(&body));
    }
    sg_buf_fini(&body);
    return rc;
}
