/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange.c - one request and its response on their way through the gateway.
 *
 *     client ─ begin, body, end ──> [to_upstream leg] ─ call ─────────> origin
 *     client <─ reply, reader ───── [to_client leg] <── head, body ──── origin
 *
 * The legs decide when bytes may leave; here is where they come from and go to, and what happens
 * when either side fails. An exchange outlives its request while a record of it still waits.
 */
#include "proxy/exchange.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/decision.h"
#include "proxy/forward.h"
#include "proxy/leg.h"
#include "proxy/oplog.h"
#include "proxy/parties.h"
#include "proxy/problem.h"
#include "proxy/trace.h"

enum { IDLE_MOST = 128 }; /* exchanges a worker keeps for the next requests */

struct sg_exchange {
    struct sg_worker *worker;
    struct sg_generation *generation;
    const struct sg_route *route;
    struct sg_request *request; /* NULL once closed */
    struct sg_call *call;       /* NULL before and after */
    struct sg_leg to_upstream, to_client;
    struct sg_trace trace;
    struct sg_parties parties;
    struct sg_context context;
    struct sg_kept head; /* the response's */
    uint64_t begun_ns;
    uint64_t reply_length; /* as the upstream declares; UINT64_MAX: not */
    enum sg_reason reason; /* why it failed, for the outcome */
    unsigned status;       /* of the reply, 0: none yet */
    bool head_request;
    bool request_in;  /* all of the request has come */
    bool call_full;   /* the upstream takes no more for now */
    bool reply_waits; /* may begin when the request is in */
    bool reply_coded; /* has a Content-Encoding: scrubbing makes other bytes */
    struct sg_exchange *next, *prev;
};

#define EXCHANGE_OF(leg, member)                                                                   \
    ((struct sg_exchange *)(void *)((char *)(leg)-offsetof(struct sg_exchange, member)))

static const struct sg_leg_ops to_upstream_ops, to_client_ops;
static const struct sg_call_handler call_handler;

/* --- the worker's exchanges --- */

static void link_live(struct sg_exchange *x)
{
    x->prev = NULL;
    x->next = x->worker->live;
    if (x->next != NULL)
        x->next->prev = x;
    x->worker->live = x;
}

static void unlink_live(struct sg_exchange *x)
{
    if (x->next != NULL)
        x->next->prev = x->prev;
    if (x->prev != NULL)
        x->prev->next = x->next;
    else
        x->worker->live = x->next;
}

static struct sg_exchange *take(struct sg_worker *worker)
{
    struct sg_exchange *x = worker->idle;
    if (x != NULL) {
        worker->idle = x->next;
        worker->n_idle--;
    } else {
        x = calloc(1, sizeof *x);
    }
    if (x == NULL)
        return NULL;
    x->worker = worker;
    link_live(x);
    return x;
}

static void free_exchange(struct sg_exchange *x)
{
    sg_relay_fini(&x->to_upstream.relay);
    sg_relay_fini(&x->to_client.relay);
    sg_kept_fini(&x->head);
    sg_parties_fini(&x->parties);
    free(x);
}

static void recycle(struct sg_exchange *x)
{
    struct sg_worker *worker = x->worker;
    unlink_live(x);
    sg_metrics_count(&worker->metrics.open_exchanges, UINT64_MAX); /* minus one */
    sg_generation_drop(x->generation);
    x->generation = NULL;
    x->route = NULL;
    if (worker->n_idle >= IDLE_MOST) {
        free_exchange(x);
        return;
    }
    sg_relay_clear(&x->to_upstream.relay);
    sg_relay_clear(&x->to_client.relay);
    x->to_upstream.state = x->to_client.state = SG_LEG_IDLE;
    x->to_upstream.durable = x->to_client.durable = false;
    sg_kept_clear(&x->head);
    sg_parties_clear(&x->parties);
    x->next = worker->idle;
    worker->idle = x;
    worker->n_idle++;
}

void sg_exchange_fini(struct sg_worker *worker)
{
    while (worker->live != NULL) { /* their records were never answered for */
        struct sg_exchange *x = worker->live;
        unlink_live(x);
        sg_generation_drop(x->generation);
        free_exchange(x);
    }
    while (worker->idle != NULL) {
        struct sg_exchange *x = worker->idle;
        worker->idle = x->next;
        free_exchange(x);
    }
    worker->n_idle = 0;
}

/* --- failing --- */

/* Ends the exchange with a problem where the client can still be told, or by cutting it off. */
static void fail(struct sg_exchange *x, enum sg_reason reason, const char *detail)
{
    if (x->reason != SG_REASON_NONE || x->request == NULL)
        return;
    x->reason = reason;
    sg_metrics_count(&x->worker->metrics.reasons[reason], 1);
    sg_call_cancel(x->call);
    x->call = NULL;
    sg_leg_abandon(&x->to_upstream, sg_reason_word(reason));
    sg_leg_abandon(&x->to_client, sg_reason_word(reason));
    if (x->status == 0) {
        x->status = sg_problem_status(reason);
        if (sg_problem_reply(x->request, reason, detail, x->trace.id, false) >= 0)
            return;
        x->status = 0;
    }
    sg_request_abort(x->request);
}

static enum sg_reason reason_of_call(enum sg_call_failure why)
{
    switch (why) {
    case SG_CALL_CONNECT:
        return SG_REASON_UPSTREAM_CONNECT;
    case SG_CALL_TLS:
        return SG_REASON_UPSTREAM_TLS;
    case SG_CALL_TIMEOUT:
        return SG_REASON_UPSTREAM_TIMEOUT;
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

/* --- opening a relay --- */

/* A field that must stand alone. Absent or repeated: what it says is not known. */
static struct sg_bytes sole(const struct sg_headers *headers, const char *name,
                            struct sg_bytes absent, struct sg_bytes repeated)
{
    size_t count = 0;
    const struct sg_header *field = sg_headers_find(headers, name, &count);
    if (count == 0)
        return absent;
    return count == 1 ? field->value : repeated;
}

static void open_relay(struct sg_exchange *x, struct sg_leg *leg, const struct sg_headers *headers,
                       bool captures)
{
    const struct sg_route *route = x->route;
    const struct sg_limits *limits = &x->generation->config->limits;
    const struct sg_bytes none = {NULL, 0};
    const struct sg_relay_config config = {
        /* Without a type it could be any: what reads JSON must not be scanned as text. */
        .content_type = sole(headers, "Content-Type", SG_BYTES("application/octet-stream"),
                             SG_BYTES("application/octet-stream")),
        .content_encoding = sole(headers, "Content-Encoding", none, SG_BYTES("repeated")),
        .stream = {.direction = leg->judgement.direction,
                   .channel = x->parties.channel[0] != '\0' ? x->parties.channel : NULL,
                   .level = route->level,
                   .shadow = route->shadow,
                   .max_held = (size_t)limits->held,
                   .max_decoded = limits->body,
                   .key = x->worker->keys->fingerprint},
        .captures = captures ? x->parties.capture : NULL,
        .n_captures = captures ? x->parties.n : 0,
        .limit = limits->body,
        .pass_on_failure = route->pass_on_failure,
    };
    sg_relay_open(&leg->relay, x->generation->rules, x->worker->scratch, &config);
}

static bool has_body(const struct sg_framing *framing)
{
    return framing->kind != SG_FRAMING_NONE &&
           (framing->kind != SG_FRAMING_LENGTH || framing->length > 0);
}

/* A message without a body has nothing to inspect, and is decided (and recorded) like any other. */
static void open_empty(struct sg_leg *leg)
{
    sg_relay_pass(&leg->relay, 0);
    leg->relay.format = "none";
}

static void set_leg(struct sg_exchange *x, struct sg_leg *leg, const struct sg_leg_ops *ops,
                    bool request)
{
    enum scrubgate_direction to = x->route->direction;
    if (!request)
        to = to == SCRUBGATE_TO_AGENT ? SCRUBGATE_TO_CUSTOMER : SCRUBGATE_TO_AGENT;
    leg->ops = ops;
    leg->worker = x->worker;
    leg->context = &x->context;
    leg->judgement = (struct sg_judgement){.direction = to, .request = request};
}

/* --- the request, from the client --- */

static void begin_request_leg(struct sg_exchange *x)
{
    struct sg_leg *leg = &x->to_upstream;
    const struct sg_framing *framing = sg_request_framing(x->request);
    const uint64_t limit = x->generation->config->limits.body;
    bool scrubs = x->route->request == SG_HANDLE_SCRUB;
    if (!has_body(framing))
        open_empty(leg);
    else if (scrubs)
        open_relay(x, leg, sg_request_headers(x->request), true);
    else
        sg_relay_pass(&leg->relay, limit);
    if (!sg_forward_target_safe(sg_request_target(x->request)))
        sg_relay_refuse(&leg->relay, SCRUBGATE_EMALFORMED, "target: dot segments");
    if (framing->kind == SG_FRAMING_LENGTH && framing->length > limit)
        sg_relay_refuse(&leg->relay, SCRUBGATE_ELIMIT, "over limits.body");
    sg_leg_begin(leg, scrubs, has_body(framing));
}

static void *begin(void *ctx, struct sg_request *request)
{
    struct sg_worker *worker = ctx;
    struct sg_exchange *x = take(worker);
    if (x == NULL)
        return NULL;
    sg_metrics_count(&worker->metrics.exchanges, 1);
    sg_metrics_count(&worker->metrics.open_exchanges, 1);
    x->request = request;
    x->call = NULL;
    x->generation = sg_generation_hold(worker->generation);
    x->begun_ns = sg_loop_now(worker->loop);
    x->reply_length = UINT64_MAX;
    x->reason = SG_REASON_NONE;
    x->status = 0;
    x->head_request = sg_bytes_equal(sg_request_method(request), SG_BYTES("HEAD"));
    x->request_in = x->call_full = x->reply_waits = x->reply_coded = false;
    sg_trace_begin(&x->trace, sg_request_headers(request), &worker->exchange_serial);
    x->route = sg_config_route(x->generation->config, sg_request_target(request));
    x->to_upstream.worker = x->to_client.worker = worker;
    if (x->route == NULL)
        return x; /* answered when its body has come: a reply before that costs the connection */
    sg_parties_begin(&x->parties, x->route, sg_request_headers(request));
    x->context = (struct sg_context){worker->source, x->route, x->generation->digest, &x->trace,
                                     &x->parties};
    set_leg(x, &x->to_upstream, &to_upstream_ops, true);
    set_leg(x, &x->to_client, &to_client_ops, false);
    begin_request_leg(x);
    return x;
}

static size_t request_body(void *own, struct sg_bytes piece)
{
    struct sg_exchange *x = own;
    if (x->reason != SG_REASON_NONE || x->route == NULL)
        return piece.len;
    return sg_leg_push(&x->to_upstream, piece);
}

static void begin_reply(struct sg_exchange *x);

static void request_end(void *own)
{
    struct sg_exchange *x = own;
    x->request_in = true;
    if (x->route == NULL)
        fail(x, SG_REASON_NO_ROUTE, "");
    else
        sg_leg_end(&x->to_upstream);
    if (x->reply_waits && x->reason == SG_REASON_NONE)
        begin_reply(x);
}

/* --- the request, to the upstream --- */

static enum scrubgate_status settle_parties(struct sg_leg *leg, struct sg_exchange *x)
{
    bool known = x->parties.settled;
    if (known && (x->parties.n == 0 || !leg->has_body))
        return SCRUBGATE_OK;
    return sg_parties_settle(&x->parties, x->worker->facets, sg_request_peer(x->request),
                             sg_request_headers(x->request));
}

static enum scrubgate_status request_prepare(struct sg_leg *leg)
{
    return settle_parties(leg, EXCHANGE_OF(leg, to_upstream));
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

static enum scrubgate_status write_head(struct sg_exchange *x, const struct sg_origin *origin,
                                        struct sg_framing framing, bool whole)
{
    const struct sg_leg *leg = &x->to_upstream;
    struct sg_record_rule found[SG_FOUND_MOST];
    struct sg_mark mark = {
        .streamed = !whole,
        .shadow = x->route->shadow,
        .verdict = leg->judgement.verdict,
        .found = found,
        .origin = x->worker->source->instance,
        .seq = leg->seq,
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
        .edited = leg->recorded && leg->has_body &&
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
    size_t i = (size_t)(x->route - x->generation->config->routes);
    const struct sg_origin *origin =
        leg->divert ? x->generation->divert[i] : x->generation->upstream[i];
    struct sg_framing framing = request_framing(x, whole);
    enum scrubgate_status rc = write_head(x, origin, framing, whole);
    if (rc >= 0)
        rc = sg_call_open(&x->call, x->worker->upstream, origin, sg_buf_bytes(&x->worker->head),
                          framing.kind == SG_FRAMING_CHUNKED, x->head_request,
                          idempotent(sg_request_method(x->request)), &call_handler, x);
    sg_buf_clear(&x->worker->head);
    if (rc >= 0 && whole)
        rc = sg_call_send(x->call, sg_relay_ready(&leg->relay), true);
    if (rc < 0)
        fail(x, rc == SCRUBGATE_ENOMEM ? SG_REASON_MEMORY : SG_REASON_MALFORMED, "");
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
        fail(x, SG_REASON_MEMORY, "");
        return;
    }
    sg_relay_take(&leg->relay, ready.len);
    x->call_full = rc == SCRUBGATE_FULL;
    if (!x->call_full)
        sg_leg_drained(leg);
}

static void request_finish(struct sg_leg *leg)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_upstream);
    if (x->call != NULL && sg_call_send(x->call, sg_relay_ready(&leg->relay), true) < 0)
        fail(x, SG_REASON_MEMORY, "");
    sg_relay_clear(&leg->relay);
}

static void request_refuse(struct sg_leg *leg, enum sg_reason reason, const char *detail)
{
    fail(EXCHANGE_OF(leg, to_upstream), reason, detail);
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
        recycle(x);
}

static void call_writable(void *own)
{
    struct sg_exchange *x = own;
    x->call_full = false;
    if (x->to_upstream.state != SG_LEG_STREAM)
        return;
    request_flow(&x->to_upstream);
    sg_leg_drained(&x->to_upstream);
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

static void call_head(void *own, const struct sg_head *head, const struct sg_framing *framing)
{
    struct sg_exchange *x = own;
    struct sg_leg *leg = &x->to_client;
    bool scrubs = x->route->response == SG_HANDLE_SCRUB;
    bool sent = x->to_upstream.state == SG_LEG_CLEARED;
    /* A part that nobody asked for could hide what is only found in the whole. */
    if (head->status < 200 || (scrubs && head->status == 206)) {
        fail(x, SG_REASON_UPSTREAM_MALFORMED, "");
        return;
    }
    if (!sent && head->status >= 400)
        sg_leg_abandon(&x->to_upstream, "answered early"); /* it wants no more of the request */
    if (sg_kept_take(&x->head, head, scrubs) < 0) {
        fail(x, SG_REASON_MEMORY, "");
        return;
    }
    x->reply_length = declared_length(x, head, framing);
    x->reply_coded = sg_headers_find(&head->headers, "Content-Encoding", NULL) != NULL;
    if (!has_body(framing))
        open_empty(leg);
    else if (scrubs)
        open_relay(x, leg, &head->headers, sg_parties_wanting(&x->parties));
    else
        sg_relay_pass(&leg->relay, 0);
    sg_leg_begin(leg, scrubs, has_body(framing));
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
    if (x->to_upstream.state != SG_LEG_CLEARED)
        sg_leg_abandon(&x->to_upstream, "answered early");
    if (x->reason == SG_REASON_NONE)
        sg_leg_end(&x->to_client);
}

static void call_failed(void *own, enum sg_call_failure why)
{
    struct sg_exchange *x = own;
    x->call = NULL;
    sg_oplog(SG_OPLOG_WARN, "upstream failed", "route", x->route->name, "reason",
             sg_call_failure_word(why), NULL);
    fail(x, reason_of_call(why), "");
}

static const struct sg_call_handler call_handler = {
    .head = call_head,
    .body = call_body,
    .end = call_end,
    .failed = call_failed,
    .writable = call_writable,
};

/* --- the response, to the client --- */

static enum scrubgate_status reply_prepare(struct sg_leg *leg)
{
    return settle_parties(leg, EXCHANGE_OF(leg, to_client));
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
    return leg->recorded && leg->has_body &&
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
        fail(x, SG_REASON_MEMORY, "");
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

static void reply_more(struct sg_leg *leg)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_client);
    if (x->request != NULL && !x->reply_waits)
        sg_request_more(x->request);
}

/* It is the upstream's fault, not the client's, when its answer is too large or broken. */
static void reply_refuse(struct sg_leg *leg, enum sg_reason reason, const char *detail)
{
    struct sg_exchange *x = EXCHANGE_OF(leg, to_client);
    (void)detail;
    if (reason == SG_REASON_MALFORMED || reason == SG_REASON_LIMIT)
        reason = SG_REASON_UPSTREAM_MALFORMED;
    fail(x, reason, "the response was refused");
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
        recycle(x);
}

static const struct sg_leg_ops to_upstream_ops = {
    .prepare = request_prepare,
    .open = request_open,
    .flow = request_flow,
    .finish = request_finish,
    .refuse = request_refuse,
    .resume = request_resume,
    .orphan = request_orphan,
};

static const struct sg_leg_ops to_client_ops = {
    .prepare = reply_prepare,
    .open = reply_open,
    .flow = reply_more,
    .finish = reply_more,
    .refuse = reply_refuse,
    .resume = reply_resume,
    .orphan = reply_orphan,
};

/* --- the end --- */

static void note_outcome(struct sg_exchange *x)
{
    struct sg_buf record;
    const struct sg_outcome outcome = {
        .id = x->trace.id,
        .trace_id = x->trace.trace_id,
        .route = x->route->name,
        .status = x->status,
        .reason = sg_reason_word(x->reason),
        .latency_ns = sg_loop_now(x->worker->loop) - x->begun_ns,
    };
    sg_buf_init(&record, 0);
    if (sg_record_outcome(&record, x->worker->source, &outcome) >= 0)
        sg_audit_note(x->worker->audit, &record);
    sg_buf_fini(&record);
}

static void closed(void *own, enum sg_request_end how)
{
    struct sg_exchange *x = own;
    struct sg_metrics *metrics = &x->worker->metrics;
    if (how != SG_REQUEST_SENT && x->reason == SG_REASON_NONE) {
        x->reason = SG_REASON_CLIENT_GONE;
        sg_metrics_count(&metrics->reasons[x->reason], 1);
    }
    sg_call_cancel(x->call);
    x->call = NULL;
    sg_leg_abandon(&x->to_upstream, sg_reason_word(x->reason));
    sg_leg_abandon(&x->to_client, sg_reason_word(x->reason));
    if (x->status != 0)
        sg_metrics_count(&metrics->replies[x->status / 100], 1);
    if (x->to_upstream.durable || x->to_client.durable)
        note_outcome(x);
    x->request = NULL;
    bool waits = sg_leg_close(&x->to_upstream);
    waits = sg_leg_close(&x->to_client) || waits;
    if (!waits)
        recycle(x);
}

const struct sg_front_handler sg_exchange_handler = {
    .begin = begin,
    .body = request_body,
    .end = request_end,
    .closed = closed,
};
