/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange_request.c - the leg to the upstream: a request's body, and the call that takes it.
 *
 *     client -> [to_upstream leg] -> head, body -> call -> origin
 */
#include "proxy/exchange_inside.h"

void sg_exchange_begin_request(struct sg_exchange *x)
{
    struct sg_leg *leg = &x->to_upstream;
    const struct sg_framing *framing = sg_request_framing(x->request);
    const uint64_t limit = x->generation->config->limits.body;
    bool scrubs = x->route->request == SG_HANDLE_SCRUB;
    if (sg_exchange_length(framing) == 0)
        sg_exchange_open_empty(leg);
    else if (scrubs)
        sg_exchange_open_relay(x, leg, sg_request_headers(x->request), true);
    else
        sg_relay_pass(&leg->relay, limit);
    if (!sg_forward_target_safe(sg_request_target(x->request)))
        sg_relay_refuse(&leg->relay, SCRUBGATE_EMALFORMED, "target: dot segments");
    if (framing->kind == SG_FRAMING_LENGTH && framing->length > limit)
        sg_relay_refuse(&leg->relay, SCRUBGATE_ELIMIT, "over limits.body");
    sg_leg_begin(leg, scrubs, sg_exchange_length(framing));
}

/* --- the request, to the upstream --- */

static enum scrubgate_status request_prepare(struct sg_leg *leg)
{
    return sg_exchange_settle(EXCHANGE_OF(leg, to_upstream), leg);
}

/* Ours to choose: a length when the whole body is in hand, or when it passes untouched. */
static struct sg_framing request_framing(const struct sg_exchange *x, bool whole)
{
    const struct sg_framing *came = sg_request_framing(x->request);
    struct sg_framing framing = {.kind = SG_FRAMING_CHUNKED};
    if (came->kind == SG_FRAMING_NONE)
        return *came;
    if (whole)
        framing = (struct sg_framing){SG_FRAMING_LENGTH, sg_relay_ready(&x->to_upstream.relay).len};
    else if (!x->to_upstream.recorded && came->kind == SG_FRAMING_LENGTH)
        framing = *came;
    return framing;
}

static bool idempotent(struct sg_bytes method)
{
    static const char *const methods[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (sg_bytes_equal(method, sg_bytes_of(methods[i])))
            return true;
    return false;
}

static enum scrubgate_status write_head(struct sg_exchange *x, struct sg_framing framing,
                                        bool whole)
{
    const struct sg_origin *origin = x->choice.origin;
    const struct sg_leg *leg = &x->to_upstream;
    struct sg_record_rule found[SG_FOUND_MOST];
    struct sg_mark mark = {
        .streamed = !whole,
        .shadow = x->route->shadow,
        .verdict = leg->judgement.verdict,
        .found = found,
        .origin = x->worker->source->instance,
        .seq = leg->seq,
        .assessment = leg->judgement.assessment,
    };
    const bool coded =
        sg_headers_find(sg_request_headers(x->request), "Content-Encoding", NULL) != NULL;
    const struct sg_forward forward = {
        .method = sg_request_method(x->request),
        .target = sg_request_target(x->request),
        .headers = sg_request_headers(x->request),
        .route = x->route->path,
        .base = sg_origin_path(origin),
        .authority = sg_origin_authority(origin),
        .trace = &x->trace,
        .mark = leg->recorded ? &mark : NULL,
        .edited = leg->recorded && leg->length > 0 &&
                  (!whole || coded || sg_relay_summary(&leg->relay)->edits > 0),
        .reply_scrubbed = x->route->response == SG_HANDLE_SCRUB,
        .framing = framing,
    };
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (leg->recorded && whole)
        rc = sg_decision_found(&leg->relay, found, &mark.n_found);
    sg_buf_clear(&x->worker->head);
    return rc < 0 ? rc : sg_forward_request(&x->worker->head, &forward);
}

static void request_open(struct sg_leg *leg, bool whole)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_upstream);
    struct sg_framing framing = request_framing(x, whole);
    if (leg->divert) {
        sg_choice_divert(&x->choice);
    } else if (!sg_choice_take(&x->choice, sg_loop_now(x->worker->loop), &x->wait_ns)) {
        sg_exchange_fail(x, SG_REASON_UPSTREAM_DOWN, "");
        return;
    }
    enum scrubgate_status rc = write_head(x, framing, whole);
    if (rc >= 0)
        rc = sg_call_open(&x->call, x->worker->upstream, x->choice.origin,
                          sg_buf_bytes(&x->worker->head), framing.kind == SG_FRAMING_CHUNKED,
                          x->head_request, idempotent(sg_request_method(x->request)),
                          &sg_exchange_call_handler, x);
    sg_buf_clear(&x->worker->head);
    if (rc >= 0 && whole)
        rc = sg_call_send(x->call, sg_relay_ready(&leg->relay), true);
    if (rc < 0)
        sg_exchange_fail(x, rc == SCRUBGATE_ENOMEM ? SG_REASON_MEMORY : SG_REASON_MALFORMED, "");
    if (whole)
        sg_relay_clear(&leg->relay); /* a request that waits for its answer holds no body */
}

static void request_flow(struct sg_leg *leg)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_upstream);
    struct sg_bytes ready = sg_relay_ready(&leg->relay);
    if (x->call == NULL || x->call_full || ready.len == 0)
        return;
    enum scrubgate_status rc = sg_call_send(x->call, ready, false);
    if (rc < 0) {
        sg_exchange_fail(x, SG_REASON_MEMORY, "");
        return;
    }
    sg_relay_take(&leg->relay, ready.len);
    x->call_full = rc == SCRUBGATE_FULL;
    if (!x->call_full)
        sg_leg_drained(leg);
}

static size_t request_carry(struct sg_leg *leg, struct sg_bytes piece)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_upstream);
    if (x->call == NULL || x->call_full)
        return 0;
    enum scrubgate_status rc = sg_call_send(x->call, piece, false);
    if (rc < 0)
        sg_exchange_fail(x, SG_REASON_MEMORY, "");
    x->call_full = rc == SCRUBGATE_FULL;
    return piece.len;
}

static void request_finish(struct sg_leg *leg)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_upstream);
    if (x->call != NULL && sg_call_send(x->call, sg_relay_ready(&leg->relay), true) < 0)
        sg_exchange_fail(x, SG_REASON_MEMORY, "");
    sg_relay_clear(&leg->relay);
}

static void request_refuse(struct sg_leg *leg, enum sg_reason reason, const char *detail)
{
    sg_exchange_fail(EXCHANGE_OF(leg, to_upstream), reason, detail);
}

static void request_resume(struct sg_leg *leg)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_upstream);
    if (x->request != NULL)
        sg_request_resume(x->request);
}

static void request_orphan(struct sg_leg *leg)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_upstream);
    if (!x->to_client.waiting)
        sg_exchange_recycle(x);
}

/* What of the head names the upstream. */
static enum scrubgate_status write_start(struct sg_exchange *x, struct sg_buf *out)
{
    const struct sg_forward forward = {
        .method = sg_request_method(x->request),
        .target = sg_request_target(x->request),
        .route = x->route->path,
        .base = sg_origin_path(x->choice.origin),
        .authority = sg_origin_authority(x->choice.origin),
    };
    return sg_forward_start(out, &forward);
}

/* Nothing of it has left, so that it may go elsewhere, whatever it asks for. */
bool sg_exchange_call_unreached(struct sg_exchange *x)
{
    struct sg_buf *start = &x->worker->head;
    if (x->to_upstream.divert)
        return false;
    sg_buf_clear(start);
    enum scrubgate_status rc = write_start(x, start);
    const size_t drop = start->len;
    sg_exchange_tell_upstream(x, SG_TURN_FAILED);
    if (rc < 0 || !sg_choice_take(&x->choice, sg_loop_now(x->worker->loop), &x->wait_ns))
        goto out;
    sg_buf_clear(start);
    rc = write_start(x, start);
    if (rc >= 0)
        rc = sg_call_turn_to(x->call, x->choice.origin, drop, sg_buf_bytes(start));
    if (rc < 0)
        sg_exchange_tell_upstream(x, SG_TURN_UNKNOWN);
out:
    sg_buf_clear(start);
    return x->choice.turn.peer != SG_BALANCE_NONE;
}

void sg_exchange_call_writable(struct sg_exchange *x)
{
    x->call_full = false;
    if (x->to_upstream.state != SG_LEG_STREAM)
        return;
    request_flow(&x->to_upstream);
    sg_leg_drained(&x->to_upstream);
}

const struct sg_leg_ops sg_to_upstream_ops = {
    .prepare = request_prepare,
    .open = request_open,
    .flow = request_flow,
    .carry = request_carry,
    .finish = request_finish,
    .refuse = request_refuse,
    .resume = request_resume,
    .orphan = request_orphan,
};
