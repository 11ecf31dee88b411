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

#include "base/clock.h"
#include "proxy/exchange_inside.h"
#include "proxy/problem.h"

enum { IDLE_MOST = 128 }; /* exchanges a worker keeps for the next requests */

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
    sg_leg_fini(&x->to_upstream);
    sg_leg_fini(&x->to_client);
    sg_kept_fini(&x->head);
    sg_parties_fini(&x->parties);
    free(x);
}

void sg_exchange_recycle(struct sg_exchange *x)
{
    struct sg_worker *worker = x->worker;
    unlink_live(x);
    sg_metrics_count(&worker->metrics.open_exchanges, UINT64_MAX); /* minus one */
    sg_generation_drop(x->generation);
    sg_epoch_drop(x->epoch);
    x->generation = NULL;
    x->epoch = NULL;
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
        sg_epoch_drop(x->epoch);
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

void sg_exchange_tell_upstream(struct sg_exchange *x, enum sg_turn_end how)
{
    if (x->choice.balance != NULL)
        sg_choice_tell(&x->choice, how, sg_loop_now(x->worker->loop));
}

void sg_exchange_cancel_call(struct sg_exchange *x)
{
    sg_call_cancel(x->call);
    x->call = NULL;
    sg_exchange_tell_upstream(x, SG_TURN_UNKNOWN);
}

/* When it is worth asking again: in whole seconds, at least one. */
static uint64_t later(const struct sg_exchange *x)
{
    const uint64_t second = 1000000000;
    uint64_t seconds = x->wait_ns / second + (x->wait_ns % second != 0 ? 1 : 0);
    return x->reason == SG_REASON_UPSTREAM_DOWN && seconds > 0 ? seconds : 1;
}

void sg_exchange_fail(struct sg_exchange *x, enum sg_reason reason, const char *detail)
{
    if (x->reason != SG_REASON_NONE || x->request == NULL)
        return;
    x->reason = reason;
    sg_metrics_count(&x->worker->metrics.reasons[reason], 1);
    sg_exchange_cancel_call(x);
    sg_leg_abandon(&x->to_upstream, sg_reason_word(reason));
    sg_leg_abandon(&x->to_client, sg_reason_word(reason));
    if (x->status == 0) {
        x->status = sg_problem_status(reason);
        if (sg_problem_reply_later(x->request, reason, detail, x->trace.id, false, later(x)) >= 0)
            return;
        x->status = 0;
    }
    sg_request_abort(x->request);
}

/* --- opening a relay --- */

/* A field that must stand alone. Absent, empty or repeated: what it says is not known. */
static struct sg_bytes sole(const struct sg_headers *headers, const char *name,
                            struct sg_bytes absent, struct sg_bytes repeated)
{
    size_t count = 0;
    const struct sg_header *field = sg_headers_find(headers, name, &count);
    if (count == 0 || (count == 1 && field->value.len == 0))
        return absent;
    return count == 1 ? field->value : repeated;
}

static void rechecked(void *ctx, bool same)
{
    struct sg_exchange *x = ctx;
    const struct sg_trust_case seen = {
        .metrics = &x->worker->metrics,
        .audit = x->worker->audit,
        .source = x->worker->source,
        .generation = x->generation,
        .id = x->trace.id,
    };
    sg_trust_rechecked(x->worker->trust, &seen, same);
}

static void excluded(void *ctx, const char *exclusion)
{
    struct sg_exchange *x = ctx;
    sg_generation_excluded(x->generation, exclusion);
}

/* --- what the sender said before --- */

static void recall(void *ctx, struct sg_tail *tail)
{
    struct sg_leg *leg = ctx;
    struct sg_memory *memory = leg->worker->memory;
    struct sg_bytes parts[SG_SENDER_PARTS];
    size_t n = sg_parties_sender(leg->context->parties, leg->judgement.direction,
                                 leg->judgement.request, parts);
    leg->remembers = n > 0;
    if (!leg->remembers)
        return;
    leg->sender = sg_memory_key(memory, parts, n);
    leg->version = sg_memory_recall(memory, leg->sender, sg_clock_mono_ns(), tail);
}

static void keep(void *ctx, const struct sg_tail *tail)
{
    struct sg_leg *leg = ctx;
    if (leg->remembers)
        sg_memory_keep(leg->worker->memory, leg->sender, sg_clock_mono_ns(), tail, leg->version);
}

static bool names_senders(const struct sg_route *route)
{
    return route->party[SG_PARTY_CUSTOMER].kind != SG_SOURCE_NONE ||
           route->party[SG_PARTY_CONVERSATION].kind != SG_SOURCE_NONE;
}

void sg_exchange_open_relay(struct sg_exchange *x, struct sg_leg *leg,
                            const struct sg_headers *headers, bool captures)
{
    const struct sg_route *route = x->route;
    const struct sg_limits *limits = &x->generation->config->limits;
    const struct sg_bytes none = {NULL, 0};
    struct sg_relay_config config = {
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
                   .key = x->epoch->key,
                   .key_before = x->epoch->doubled ? x->epoch->before : NULL,
                   .on_recheck = rechecked,
                   .on_excluded = excluded,
                   .ctx = x},
        .captures = captures ? x->parties.capture : NULL,
        .n_captures = captures ? x->parties.n : 0,
        .limit = limits->body,
        .pass_on_failure = route->pass_on_failure,
    };
    if (x->worker->memory != NULL && names_senders(route))
        config.memory = (struct sg_relay_memory){recall, keep, leg};
    if (captures)
        x->seeker = leg;
    sg_trust_choose(x->worker->trust, x->generation->config, &config.stream);
    sg_relay_open(&leg->relay, x->generation->rules, x->worker->scratch, &config);
}

uint64_t sg_exchange_length(const struct sg_framing *framing)
{
    if (framing->kind == SG_FRAMING_NONE)
        return 0;
    return framing->kind == SG_FRAMING_LENGTH ? framing->length : UINT64_MAX;
}

void sg_exchange_open_empty(struct sg_leg *leg)
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

enum scrubgate_status sg_exchange_settle(struct sg_exchange *x, const struct sg_leg *leg)
{
    if (x->parties.settled && x->seeker != leg)
        return SCRUBGATE_OK;
    const struct sg_peer peer = {sg_request_peer(x->request), sg_request_tls_print(x->request)};
    struct sg_digests *digests = &x->worker->digests;
    enum scrubgate_status rc = sg_digests_use(digests, x->epoch);
    if (rc >= 0)
        rc = sg_parties_settle(&x->parties, digests, &peer, sg_request_headers(x->request));
    return rc;
}

/* --- the request, from the client --- */

/* What is not worth reading it for. */
static enum sg_reason refuse_early(struct sg_exchange *x)
{
    const struct sg_generation *generation = x->generation;
    x->choice = (struct sg_choice){.balance = NULL};
    x->wait_ns = 0;
    if (x->route == NULL)
        return SG_REASON_NO_ROUTE;
    sg_choice_begin(&x->choice, generation->upstreams, x->worker->index,
                    (size_t)(x->route - generation->config->routes));
    /* Where it may be diverted, only its body tells whom it needs. */
    if (x->route->divert_url == NULL &&
        !sg_choice_any(&x->choice, sg_loop_now(x->worker->loop), &x->wait_ns))
        return SG_REASON_UPSTREAM_DOWN;
    return SG_REASON_NONE;
}

static void *begin(void *ctx, struct sg_request *request)
{
    struct sg_worker *worker = ctx;
    struct sg_exchange *x = take(worker);
    if (x == NULL) {
        sg_metrics_count(&worker->metrics.reasons[SG_REASON_MEMORY], 1);
        return NULL;
    }
    sg_metrics_count(&worker->metrics.exchanges, 1);
    sg_metrics_count(&worker->metrics.open_exchanges, 1);
    x->request = request;
    x->call = NULL;
    x->seeker = NULL;
    x->generation = sg_generation_hold(worker->generation);
    x->epoch = sg_epoch_hold(worker->epoch);
    x->begun_ns = sg_loop_now(worker->loop);
    x->reply_length = UINT64_MAX;
    x->reason = SG_REASON_NONE;
    x->status = 0;
    x->head_request = sg_bytes_equal(sg_request_method(request), SG_BYTES("HEAD"));
    x->request_in = x->call_full = x->reply_waits = x->reply_coded = false;
    sg_trace_begin(&x->trace, sg_request_headers(request), &worker->exchange_serial);
    x->route = sg_config_route(x->generation->config, sg_request_target(request));
    x->to_upstream.worker = x->to_client.worker = worker;
    x->early = refuse_early(x);
    if (x->early != SG_REASON_NONE)
        return x; /* answered when more of it comes: a reply now would cost the connection */
    sg_parties_begin(&x->parties, x->route, sg_request_headers(request));
    x->context =
        (struct sg_context){worker->source, x->route,      x->generation->digest, &x->trace,
                            &x->parties,    x->generation, worker->pseudonyms,    &worker->metrics};
    set_leg(x, &x->to_upstream, &sg_to_upstream_ops, true);
    set_leg(x, &x->to_client, &sg_to_client_ops, false);
    sg_exchange_begin_request(x);
    return x;
}

static size_t request_body(void *own, struct sg_bytes piece)
{
    struct sg_exchange *x = own;
    if (x->early != SG_REASON_NONE)
        sg_exchange_fail(x, x->early, "");
    if (x->reason != SG_REASON_NONE)
        return piece.len;
    return sg_leg_push(&x->to_upstream, piece);
}

static void request_end(void *own)
{
    struct sg_exchange *x = own;
    if (x->early != SG_REASON_NONE)
        sg_exchange_fail(x, x->early, "");
    else
        sg_leg_end(&x->to_upstream);
    sg_exchange_request_in(x);
}

/* --- the end --- */

static void note_outcome(struct sg_exchange *x)
{
    struct sg_buf *record = &x->worker->record;
    const struct sg_outcome outcome = {
        .id = x->trace.id,
        .trace_id = x->trace.trace_id,
        .route = x->route->name,
        .status = x->status,
        .reason = sg_reason_word(x->reason),
        .latency_ns = sg_loop_now(x->worker->loop) - x->begun_ns,
    };
    if (sg_record_outcome(record, x->worker->source, &outcome) >= 0)
        sg_audit_note(x->worker->audit, record);
}

static void closed(void *own, enum sg_request_end how)
{
    struct sg_exchange *x = own;
    struct sg_metrics *metrics = &x->worker->metrics;
    if (how != SG_REQUEST_SENT && x->reason == SG_REASON_NONE) {
        x->reason = SG_REASON_CLIENT_GONE;
        sg_metrics_count(&metrics->reasons[x->reason], 1);
    }
    sg_exchange_cancel_call(x);
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
        sg_exchange_recycle(x);
}

/* --- requests that never become an exchange --- */

static bool admit(void *ctx)
{
    struct sg_worker *worker = ctx;
    return sg_pressure_admit(&worker->pressure);
}

static void refused(void *ctx, struct sg_bytes peer, const struct sg_refusal *why)
{
    struct sg_worker *worker = ctx;
    sg_turned_away_add(&worker->away, peer, why);
}

const struct sg_front_handler sg_exchange_handler = {
    .admit = admit,
    .refused = refused,
    .begin = begin,
    .body = request_body,
    .end = request_end,
    .closed = closed,
};
