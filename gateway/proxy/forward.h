/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forward.h - the two heads that the gateway writes: the request's to the upstream, the reply's to
 * the client.
 *
 * Framing is always our own. What describes one hop, what would let a body be fetched in slices or
 * in a coding that cannot be inspected, and what describes a body that was edited is left out.
 */
#ifndef SG_PROXY_FORWARD_H
#define SG_PROXY_FORWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "http/framing.h"
#include "http/head.h"
#include "http/header.h"
#include "proxy/assess.h"
#include "proxy/trace.h"

/* What the Scrubgate field tells the upstream; RFC 9651 dictionary. */
struct sg_mark {
    bool streamed; /* the verdict is not known yet: only that, risk and audit are told */
    bool shadow;   /* nothing was edited, whatever the verdict */
    enum sg_verdict verdict;
    const struct sg_record_rule *found;
    size_t n_found;
    const char *origin;
    uint64_t seq;                           /* audit="<origin>/<seq>" */
    const struct sg_assessment *assessment; /* NULL: it was not judged */
};
/* Appends the value: verdict=masked, entities=(EMAIL_ADDRESS;n=1), risk=0.87, reasons=(pair;w=7.2),
 * action=divert, audit="…/7". */
SCRUBGATE_MUST_USE enum scrubgate_status sg_mark_print(const struct sg_mark *mark,
                                                       struct sg_buf *out);

/* A request to write. Borrowed for the call. */
struct sg_forward {
    struct sg_bytes method, target;
    const struct sg_headers *headers;
    struct sg_bytes route;           /* the route's path: a prefix of target */
    struct sg_bytes base, authority; /* of the origin */
    const struct sg_trace *trace;
    const struct sg_mark *mark; /* NULL: the request was not inspected */
    bool edited;                /* the body is, or may yet be, another one */
    bool reply_scrubbed;        /* the response will be inspected */
    struct sg_framing framing;  /* NONE, LENGTH or CHUNKED */
};
/* False when the target has a segment . or .. in any spelling: an upstream that resolves it would
 * leave the route whose rules were applied. */
bool sg_forward_target_safe(struct sg_bytes target);
/* Appends the request line and Host: what of a head names the upstream. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_forward_start(struct sg_buf *out,
                                                          const struct sg_forward *forward);
/* Appends the whole head, which begins with that. EINVAL: a part of it cannot stand in one. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_forward_request(struct sg_buf *out,
                                                            const struct sg_forward *forward);

/* A response's head, kept until its body may leave. All-zero is empty. */
struct sg_kept {
    struct sg_buf text;   /* names and values, one behind the other */
    struct sg_buf fields; /* how long each is: struct sg_kept_field */
    unsigned status;
};
/* Copies what may be passed on. scrubbed: the body is inspected. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_kept_take(struct sg_kept *kept,
                                                      const struct sg_head *head, bool scrubbed);
/* Lists the fields, borrowed from kept, without those that describe a body when it was edited. */
size_t sg_kept_fields(const struct sg_kept *kept, bool edited,
                      struct sg_header fields[SG_HEADERS_MOST]);
void sg_kept_clear(struct sg_kept *kept); /* keeps the memory */
void sg_kept_fini(struct sg_kept *kept);

#endif
