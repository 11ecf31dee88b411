/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange_reply.c - the call's answer, and the leg to the client.
 *
 *     client <- reply, reader <- [to_client leg] <- head, body <- call <- origin
 */
#include "proxy/exchange_inside.h"

#include <string.h>

#include "proxy/oplog.h"

static enum sg_reason reason_of_call(enum sg_call_failure why)
{
    switch (why) {
    case SG_CALL_CONNECT:
        return SG_REASON_UPSTREAM_CONNECT;
    case SG_CALL_TLS:
        return SG_REASON_UPSTREAM_TLS;
    case SG_CALL_CONNECT_TIME:
        return SG_REASON_UPSTREAM_CONNECT_TIMEOUT;
    case SG_CALL_FIRST_TIME:
        return SG_REASON_UPSTREAM_TIMEOUT;
    case SG_CALL_IDLE_TIME:
        return SG_REASON_UPSTREAM_IDLE_TIMEOUT;
    case SG_CALL_TOTAL_TIME:
        return SG_REASON_UPSTREAM_TOTAL_TIMEOUT;
    case SG_CALL_RESET:
        return SG_REASON_UPSTREAM_RESET;
    case SG_CALL_MALFORMED:
    case SG_CALL_LIMIT:
        return SG_REASON_UPSTREAM_MALFORMED;
    case SG_CALL_MEMORY:
        return SG_REASON_MEMORY;
    }
    return SG_REASON_UPSTREAM_RESET;
}

/* --- the response, from the upstream --- */

/* What the upstream says the body's length is; of an answer to HEAD, what it would have been. */
static uint64_t declared_length(const struct sg_exchange *x, const struct sg_head *head,
                                const struct sg_framing *framing)
{
    uint64_t length = UINT64_MAX;
    const struct sg_header *field = sg_headers_find(&head->headers, "Content-Length", NULL);
    if (framing->kind == SG_FRAMING_LENGTH)
        return framing->length;
    if (x->head_request && field != NULL && !sg_bytes_to_u64(field->value, &length))
        length = UINT64_MAX;
    return length;
}

/* It wants no more of the request: what still comes is dropped, so that the answer finds its way.
 */
static void take_early(struct sg_exchange *x)
{
    sg_leg_abandon(&x->to_upstream, "answered early");
    if (!x->request_in)
        sg_request_resume(x->request);
}

static void call_head(void *own, const struct sg_head *head, const struct sg_framing *framing)
{
    struct sg_exchange *x = own;
    struct sg_leg *leg = &x->to_client;
    bool scrubs = x->route->response == SG_HANDLE_SCRUB;
    bool sent = x->to_upstream.state == SG_LEG_CLEARED;
    sg_exchange_tell_upstream(x, SG_TURN_ANSWERED);
    /* A part that nobody asked for could hide what is only found in the whole. */
    if (head->status < 200 || (scrubs && head->status == 206)) {
        sg_exchange_fail(x, SG_REASON_UPSTREAM_MALFORMED, "");
        return;
    }
    if (!sent && head->status >= 400)
        take_early(x);
    if (sg_kept_take(&x->head, head, scrubs) < 0) {
        sg_exchange_fail(x, SG_REASON_MEMORY, "");
        return;
    }
    x->reply_length = declared_length(x, head, framing);
    x->reply_coded = sg_headers_find(&head->headers, "Content-Encoding", NULL) != NULL;
    if (sg_exchange_length(framing) == 0)
        sg_exchange_open_empty(leg);
    else if (scrubs)
        sg_exchange_open_relay(x, leg, &head->headers, sg_parties_wanting(&x->parties));
    else
        sg_relay_pass(&leg->relay, 0);
    if (!scrubs)
        sg_call_widen(x->call);
    sg_leg_begin(leg, scrubs, sg_exchange_length(framing));
}

static size_t call_body(void *own, struct sg_bytes piece)
{
    struct sg_exchange *x = own;
    return x->reason != SG_REASON_NONE ? piece.len : sg_leg_push(&x->to_client, piece);
}

static void call_end(void *own)
{
    struct sg_exchange *x = own;
    x->call = NULL;
    sg_exchange_tell_upstream(x, SG_TURN_DONE);
    if (x->to_upstream.state != SG_LEG_CLEARED)
        take_early(x);
    if (x->reason == SG_REASON_NONE)
        sg_leg_end(&x->to_client);
}

static void call_failed(void *own, enum sg_call_failure why)
{
    struct sg_exchange *x = own;
    x->call = NULL;
    sg_exchange_tell_upstream(x, why == SG_CALL_MEMORY ? SG_TURN_UNKNOWN : SG_TURN_FAILED);
    sg_oplog(SG_OPLOG_WARN, "upstream failed", "route", x->route->name, "reason",
             sg_call_failure_word(why), NULL);
    sg_exchange_fail(x, reason_of_call(why), "");
}

static bool call_unreached(void *own, enum sg_call_failure why)
{
    struct sg_exchange *x = own;
    if (!sg_exchange_call_unreached(x))
        return false;
    sg_oplog(SG_OPLOG_INFO, "upstream not reached, another is asked", "route", x->route->name,
             "reason", sg_call_failure_word(why), NULL);
    return true;
}

static void call_writable(void *own)
{
    sg_exchange_call_writable(own);
}

const struct sg_call_handler sg_exchange_call_handler = {
    .head = call_head,
    .body = call_body,
    .end = call_end,
    .failed = call_failed,
    .writable = call_writable,
    .unreached = call_unreached,
};

/* --- the response, to the client --- */

static enum scrubgate_status reply_prepare(struct sg_leg *leg)
{
    return sg_exchange_settle(EXCHANGE_OF(leg, to_client), leg);
}

static int64_t read_reply(void *own, uint8_t *out, size_t cap)
{
    struct sg_exchange *x = own;
    struct sg_leg *leg = &x->to_client;
    struct sg_bytes ready = sg_relay_ready(&leg->relay);
    if (leg->state == SG_LEG_OVER)
        return -2;
    if (leg->state != SG_LEG_STREAM && leg->state != SG_LEG_CLEARED)
        return 0; /* the rest is held until its record is durable */
    if (ready.len == 0)
        return leg->state == SG_LEG_CLEARED ? -1 : 0;
    size_t n = ready.len < cap ? ready.len : cap;
    memcpy(out, ready.data, n);
    sg_relay_take(&leg->relay, n);
    sg_leg_drained(leg);
    return (int64_t)n;
}

static bool reply_edited(const struct sg_exchange *x, bool whole)
{
    const struct sg_leg *leg = &x->to_client;
    return leg->recorded && leg->length > 0 &&
           (!whole || x->reply_coded || sg_relay_summary(&leg->relay)->edits > 0);
}

static void begin_reply(struct sg_exchange *x)
{
    struct sg_leg *leg = &x->to_client;
    struct sg_header fields[SG_HEADERS_MOST];
    bool whole = leg->judgement.part == SG_PART_WHOLE;
    const struct sg_reply reply = {
        .status = x->head.status,
        .fields = fields,
        .n_fields = sg_kept_fields(&x->head, reply_edited(x, whole), fields),
    };
    enum scrubgate_status rc;
    x->reply_waits = false;
    x->status = x->head.status;
    if (whole && !x->head_request) {
        rc = sg_request_reply(x->request, &reply, sg_relay_ready(&leg->relay));
        sg_relay_clear(&leg->relay);
    } else {
        uint64_t length = leg->recorded ? UINT64_MAX : x->reply_length;
        rc = sg_request_stream(x->request, &reply, length, read_reply);
    }
    if (rc < 0) {
        x->status = 0;
        sg_exchange_fail(x, SG_REASON_MEMORY, "");
    }
}

/* A reply that streams cannot begin while the request is still coming. */
static void reply_open(struct sg_leg *leg, bool whole)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_client);
    if (whole || x->request_in)
        begin_reply(x);
    else
        x->reply_waits = true;
}

void sg_exchange_request_in(struct sg_exchange *x)
{
    x->request_in = true;
    if (x->reply_waits && x->reason == SG_REASON_NONE)
        begin_reply(x);
}

static void reply_more(struct sg_leg *leg)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_client);
    if (x->request != NULL && !x->reply_waits)
        sg_request_more(x->request);
}

static size_t reply_carry(struct sg_leg *leg, struct sg_bytes piece)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_client);
    bool taken = x->request != NULL && !x->reply_waits && sg_request_offer(x->request, piece);
    return taken ? piece.len : 0;
}

/* It is the upstream's fault, not the client's, when its answer is too large or broken. */
static void reply_refuse(struct sg_leg *leg, enum sg_reason reason, const char *detail)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_client);
    (void)detail;
    if (reason == SG_REASON_MALFORMED || reason == SG_REASON_LIMIT)
        reason = SG_REASON_UPSTREAM_MALFORMED;
    sg_exchange_fail(x, reason, "the response was refused");
}

static void reply_resume(struct sg_leg *leg)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_client);
    if (x->call != NULL)
        sg_call_resume(x->call);
}

static void reply_orphan(struct sg_leg *leg)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_client);
    if (!x->to_upstream.waiting)
        sg_exchange_recycle(x);
}

const struct sg_leg_ops sg_to_client_ops = {
    .prepare = reply_prepare,
    .open = reply_open,
    .flow = reply_more,
    .carry = reply_carry,
    .finish = reply_more,
    .refuse = reply_refuse,
    .resume = reply_resume,
    .orphan = reply_orphan,
};
