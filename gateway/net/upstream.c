/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstream.c - calls: one request to an origin, and its response.
 *
 *     sg_call_send -> out -> line -> origin
 *     handler <- response <- in <- line
 *
 * Handlers are called from the loop only, never from within one of our own functions: what those
 * find out waits for the call's task. A handler may end its call, or open others, at any point; so
 * after each callback `over` is asked before the call is touched, and its memory stays until no
 * function of ours can be standing on it.
 *
 * The usual call costs one write and one read: head and body leave together when the body is
 * complete, and the response is read into a buffer that all calls of the loop share.
 */
#include "net/upstream_call.h"

#include <assert.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/pages.h"

enum {
    LOW_MARK = 32768,    /* unsent bytes below which there is room again */
    REPLAY_BODY = 65536, /* a request with a larger body is not sent twice */
    SOILED_NS = 50000000 /* how long what was read may stay where it was read to */
};

static void drive_task(struct sg_task *task);

const char *sg_call_failure_word(enum sg_call_failure failure)
{
    switch (failure) {
    case SG_CALL_CONNECT:
        return "upstream-connect";
    case SG_CALL_CONNECT_TIME:
        return "upstream-connect-timeout";
    case SG_CALL_TLS:
        return "upstream-tls";
    case SG_CALL_FIRST_TIME:
        return "upstream-timeout";
    case SG_CALL_IDLE_TIME:
        return "upstream-idle-timeout";
    case SG_CALL_TOTAL_TIME:
        return "upstream-total-timeout";
    case SG_CALL_RESET:
        return "upstream-reset";
    case SG_CALL_MALFORMED:
        return "upstream-malformed";
    case SG_CALL_LIMIT:
        return "upstream-limit";
    case SG_CALL_MEMORY:
        return "upstream-memory";
    }
    return "upstream-unknown";
}

/* --- the end of a call --- */

struct sg_loop *sg_call_loop(const struct sg_call *call)
{
    return call->upstream->pools.loop;
}

static void bury(struct sg_task *task)
{
    struct sg_upstream *upstream =
        (struct sg_upstream *)(void *)((char *)task - offsetof(struct sg_upstream, bury));
    while (upstream->dead != NULL) {
        struct sg_call *call = upstream->dead;
        upstream->dead = call->next;
        sg_buf_fini(&call->out);
        sg_buf_fini(&call->in);
        free(call);
    }
}

static void retire(struct sg_call *call)
{
    struct sg_upstream *upstream = call->upstream;
    assert(!call->over);
    call->over = true;
    if (call->line != NULL)
        sg_line_close(call->line);
    call->line = NULL;
    sg_task_cancel(sg_call_loop(call), &call->task);
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
    call->next = upstream->dead;
    upstream->dead = call;
    sg_task_queue(upstream->pools.loop, &upstream->bury);
}

/* Whether its line was never up. What left on a pooled one before may leave again. */
static bool is_unreached(const struct sg_call *call, enum sg_call_failure why)
{
    bool reason = why == SG_CALL_CONNECT || why == SG_CALL_CONNECT_TIME || why == SG_CALL_TLS;
    return reason && (call->line == NULL || !call->line->conn.up) && sg_call_nothing_sent(call);
}

/* Asks whether it may go to another place. True: it does, or is over. */
static bool turned(struct sg_call *call, enum sg_call_failure why)
{
    if (call->line != NULL)
        sg_line_close(call->line);
    call->line = NULL;
    call->stale = call->broken = false;
    return call->handler->unreached(call->own, why) || call->over;
}

static void fail(struct sg_call *call, enum sg_call_failure why)
{
    if (call->handler->unreached != NULL && is_unreached(call, why) && turned(call, why))
        return;
    retire(call);
    call->handler->failed(call->own, why);
}

void sg_call_break_off(struct sg_call *call, enum sg_call_failure why)
{
    call->broken = true;
    call->why = why;
    sg_task_queue(sg_call_loop(call), &call->task);
}

void sg_call_set_deadline(struct sg_call *call)
{
    const struct sg_upstream_limits *limits = &call->upstream->limits;
    if (call->line == NULL)
        return;
    /* While the handler pauses it is not the origin that is slow; connecting has its own time. */
    call->deadline = UINT64_MAX;
    if (!call->paused && call->line->conn.up)
        call->deadline =
            sg_loop_now(sg_call_loop(call)) + (call->headed ? limits->idle_ns : limits->first_ns);
    uint64_t first = call->deadline < call->end ? call->deadline : call->end;
    if (sg_line_deadline(call->line, first) < 0)
        sg_call_break_off(call, SG_CALL_MEMORY);
}

/* --- the line --- */

/* Takes a new line in place of a pooled one that was dead. False: the call is over. */
static bool replace(struct sg_call *call)
{
    sg_line_close(call->line);
    call->line = NULL;
    call->stale = false;
    call->sent = 0;
    enum scrubgate_status rc =
        sg_line_open(&call->line, &call->upstream->pools, call->origin, call);
    sg_call_set_deadline(call);
    if (rc < 0) {
        fail(call, rc == SCRUBGATE_ENOMEM ? SG_CALL_MEMORY : SG_CALL_CONNECT);
        return false;
    }
    sg_task_queue(sg_call_loop(call), &call->task);
    return true;
}

/* The line is of no use any more, and the response is not complete. */
static void lost(struct sg_call *call)
{
    if (sg_call_replaceable(call))
        (void)replace(call);
    else
        fail(call, SG_CALL_RESET);
}

/* False: not yet, or the call is over. */
static bool connected(struct sg_call *call)
{
    if (call->line->conn.up)
        return true;
    switch (sg_line_connect(call->line)) {
    case 0:
        sg_call_set_deadline(call);
        return true;
    case SG_CONN_WAIT:
        return false;
    case SG_CONN_UNTRUSTED:
        fail(call, SG_CALL_TLS);
        return false;
    default:
        fail(call, SG_CALL_CONNECT);
        return false;
    }
}

/* --- the response --- */

static void complete(struct sg_call *call, bool more_behind)
{
    struct sg_line *line = call->line;
    /* A line whose request is not all out, or that says more than it was asked, is done with. */
    bool keep = call->response.keep && !more_behind && call->last && sg_call_unsent(call) == 0 &&
                !call->deaf && !call->stale && !call->broken;
    call->line = NULL;
    retire(call);
    if (keep)
        sg_line_give(line); /* first: the handler's next call may want it */
    else
        sg_line_close(line);
    call->handler->end(call->own);
}

/* Hands a run to the handler. False: it took less, or the call is over. */
static bool hand_over(struct sg_call *call, struct sg_bytes run, size_t *pos)
{
    call->paused = true; /* before, so that a resume from within is not lost */
    size_t taken = call->handler->body(call->own, run);
    if (call->over)
        return false;
    assert(taken <= run.len);
    sg_response_take(&call->response, pos, taken);
    if (taken == run.len)
        call->paused = false;
    else
        call->appetite = SG_UPSTREAM_READ; /* what is not taken must be held */
    sg_call_set_deadline(call);
    return taken == run.len;
}

/* Tells the handler what text holds. True: text is used up to *pos and more bytes are wanted. */
static bool consume(struct sg_call *call, struct sg_bytes text, size_t *pos)
{
    struct sg_head head;
    struct sg_bytes run;
    enum sg_call_failure why;
    for (;;) {
        switch (sg_response_read(&call->response, text, pos, &head, &run, &why)) {
        case SG_RESPONSE_MORE:
            return true;
        case SG_RESPONSE_HEAD:
            call->headed = true;
            call->handler->head(call->own, &head, &call->response.framing);
            if (call->over)
                return false;
            sg_call_set_deadline(call);
            break;
        case SG_RESPONSE_BODY:
            if (!hand_over(call, run, pos))
                return false;
            break;
        case SG_RESPONSE_DONE:
            complete(call, *pos < text.len);
            return false;
        case SG_RESPONSE_FAILED:
            fail(call, why);
            return false;
        }
    }
}

/* Tells what is in `in`. True: more bytes are wanted. */
static bool consume_held(struct sg_call *call)
{
    struct sg_bytes text = {call->in.data + call->in_at, call->in.len - call->in_at};
    size_t pos = 0;
    bool more = consume(call, text, &pos);
    if (call->over)
        return false;
    call->in_at += pos;
    if (call->in_at == call->in.len) {
        sg_buf_fini(&call->in);
        call->in_at = 0;
    }
    return more;
}

/* Tells what has just been read, and holds what is not used. */
static void consume_fresh(struct sg_call *call, struct sg_bytes text)
{
    size_t pos = 0;
    if (call->in.len == 0) {
        (void)consume(call, text, &pos);
        if (call->over)
            return;
    }
    bool whole = call->in.len > 0; /* half a head is there: only together do they make sense */
    if (sg_buf_add(&call->in, text.data + pos, text.len - pos) < 0)
        fail(call, SG_CALL_MEMORY);
    else if (whole)
        (void)consume_held(call);
}

static void wipe_input(struct sg_timer *timer)
{
    struct sg_upstream *upstream =
        (struct sg_upstream *)(void *)((char *)timer - offsetof(struct sg_upstream, wipe));
    sg_wipe(upstream->input, upstream->dirty);
    upstream->dirty = 0;
}

/* So many bytes of the input have been read: they are gone soon. */
static void soil(struct sg_upstream *upstream, size_t n)
{
    struct sg_loop *loop = upstream->pools.loop;
    if (n > upstream->dirty)
        upstream->dirty = n;
    /* Out of memory for it: the next read tries again, and the end wipes what is left. */
    if (upstream->wipe.place == 0)
        (void)!sg_timer_set(loop, &upstream->wipe, sg_loop_now(loop) + SOILED_NS);
}

/* Large reads save a stream that passes half of its calls to the system. */
static void sate(struct sg_call *call, size_t n)
{
    if (call->wide && n == call->appetite && n < SG_UPSTREAM_INPUT)
        call->appetite *= 2;
}

static void receive(struct sg_call *call)
{
    struct sg_upstream *upstream = call->upstream;
    if (call->in.len > 0 && !consume_held(call))
        return;
    if (!call->line->conn.can_read)
        return;
    int64_t n = sg_conn_read(&call->line->conn, upstream->input, call->appetite);
    if (n == SG_CONN_WAIT)
        return;
    if (n > 0)
        soil(upstream, (size_t)n);
    if (n == SG_CONN_END && sg_response_closed(&call->response)) {
        complete(call, false);
    } else if (n < 0) {
        lost(call);
    } else if (sg_call_nothing_sent(call)) {
        /* No answer to us: we have not asked. */
        if (sg_call_replaceable(call))
            (void)replace(call);
        else
            fail(call, SG_CALL_MALFORMED);
    } else {
        call->heard = true;
        sate(call, (size_t)n);
        sg_call_release_sent(call);
        consume_fresh(call, (struct sg_bytes){upstream->input, (size_t)n});
    }
}

/* --- driven by the loop --- */

static void drive(struct sg_call *call)
{
    if (call->broken) {
        fail(call, call->why);
        return;
    }
    if (call->stale && !replace(call))
        return;
    if (!connected(call))
        return;
    (void)sg_call_push(call, (struct sg_bytes){0});
    if (call->wants_room && !call->deaf && sg_call_unsent(call) < LOW_MARK) {
        call->wants_room = false;
        call->handler->writable(call->own);
        if (call->over)
            return;
    }
    if (call->paused || call->broken || call->stale)
        return;
    receive(call);
    if (!call->over && !call->paused && call->line->conn.up && call->line->conn.can_read)
        sg_task_queue(sg_call_loop(call), &call->task); /* the others first */
}

static void drive_task(struct sg_task *task)
{
    drive((struct sg_call *)(void *)((char *)task - offsetof(struct sg_call, task)));
}

static void line_ready(struct sg_line *line, bool arrived)
{
    struct sg_call *call = line->call;
    /* Told of in the turn in which the line was taken: it came before we asked, and is a farewell
     * or something that must not be taken for our response. */
    if (arrived && line->reused && line->taken == sg_loop_now(sg_call_loop(call)))
        lost(call);
    else
        drive(call);
}

static void line_due(struct sg_line *line)
{
    struct sg_call *call = line->call;
    if (sg_loop_now(sg_call_loop(call)) >= call->end)
        fail(call, SG_CALL_TOTAL_TIME);
    else if (line->conn.up)
        fail(call, call->headed ? SG_CALL_IDLE_TIME : SG_CALL_FIRST_TIME);
    else if (sg_line_next(line))
        sg_task_queue(sg_call_loop(call), &call->task);
    else
        fail(call, SG_CALL_CONNECT_TIME);
}

/* --- opening, resuming, cancelling --- */

static const struct sg_line_owner owner = {line_ready, line_due};

static enum scrubgate_status find_line(struct sg_call *call)
{
    struct sg_upstream *upstream = call->upstream;
    call->line = sg_line_take(&upstream->pools, call->origin, call);
    if (call->line == NULL) {
        enum scrubgate_status rc = sg_line_open(&call->line, &upstream->pools, call->origin, call);
        if (rc == SCRUBGATE_EIO) {
            sg_call_break_off(call, SG_CALL_CONNECT);
            return SCRUBGATE_OK;
        }
        if (rc < 0)
            return rc;
    }
    sg_call_set_deadline(call);
    /* What of the head is not sent along with a body goes at the end of the turn. */
    sg_task_queue(sg_call_loop(call), &call->task);
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_call_open(struct sg_call **call, struct sg_upstream *upstream,
                                   const struct sg_origin *origin, struct sg_bytes head,
                                   bool chunked, bool head_request, bool idempotent,
                                   const struct sg_call_handler *handler, void *own)
{
    *call = NULL;
    struct sg_call *made = calloc(1, sizeof *made);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    *made = (struct sg_call){.upstream = upstream,
                             .origin = origin,
                             .handler = handler,
                             .own = own,
                             .task.run = drive_task,
                             .replay_most = head.len + REPLAY_BODY,
                             .chunked = chunked,
                             .idempotent = idempotent,
                             .whole = true,
                             .appetite = SG_UPSTREAM_READ,
                             .deadline = UINT64_MAX,
                             .end = UINT64_MAX};
    if (upstream->limits.total_ns > 0)
        made->end = sg_loop_now(upstream->pools.loop) + upstream->limits.total_ns;
    sg_response_init(&made->response, head_request, upstream->limits.header);
    made->link = &upstream->calls;
    made->next = upstream->calls;
    if (made->next != NULL)
        made->next->link = &made->next;
    upstream->calls = made;
    enum scrubgate_status rc = sg_buf_add_bytes(&made->out, head);
    if (rc >= 0)
        rc = find_line(made);
    if (rc < 0) {
        retire(made);
        return rc;
    }
    *call = made;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_call_turn_to(struct sg_call *call, const struct sg_origin *origin,
                                      size_t drop, struct sg_bytes start)
{
    struct sg_buf out = {0};
    assert(!call->over && call->line == NULL && sg_call_nothing_sent(call));
    assert(drop <= call->out.len);
    enum scrubgate_status rc = sg_buf_reserve(&out, start.len + call->out.len - drop);
    if (rc >= 0)
        rc = sg_buf_add_bytes(&out, start);
    if (rc >= 0)
        rc = sg_buf_add(&out, call->out.data + drop, call->out.len - drop);
    if (rc < 0) {
        sg_buf_fini(&out);
        return rc;
    }
    sg_buf_move(&call->out, &out);
    call->replay_most = call->replay_most - drop + start.len;
    call->origin = origin;
    return find_line(call);
}

void sg_call_resume(struct sg_call *call)
{
    if (!call->paused || call->over)
        return;
    call->paused = false;
    sg_call_set_deadline(call);
    sg_task_queue(sg_call_loop(call), &call->task);
}

void sg_call_widen(struct sg_call *call)
{
    call->wide = true;
}

void sg_call_cancel(struct sg_call *call)
{
    if (call != NULL && !call->over)
        retire(call);
}

/* --- all of them --- */

enum scrubgate_status sg_upstream_new(struct sg_upstream **upstream, struct sg_loop *loop,
                                      const struct sg_upstream_limits *limits, struct sg_tls *tls)
{
    *upstream = NULL;
    struct sg_upstream *made = calloc(1, sizeof *made);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->input = sg_pages_new(SG_UPSTREAM_INPUT);
    if (made->input == NULL) {
        free(made);
        return SCRUBGATE_ENOMEM;
    }
    made->limits = *limits;
    made->bury.run = bury;
    made->wipe.due = wipe_input;
    made->pools = (struct sg_pools){.loop = loop,
                                    .owner = &owner,
                                    .connect_ns = limits->connect_ns,
                                    .kept_ns = limits->kept_ns,
                                    .kept = limits->kept,
                                    .tls = sg_tls_hold(tls)};
    *upstream = made;
    return SCRUBGATE_OK;
}

void sg_upstream_free(struct sg_upstream *upstream)
{
    if (upstream == NULL)
        return;
    while (upstream->calls != NULL)
        retire(upstream->calls);
    sg_task_cancel(upstream->pools.loop, &upstream->bury);
    bury(&upstream->bury);
    sg_pools_fini(&upstream->pools);
    sg_tls_free(upstream->pools.tls);
    sg_timer_cancel(upstream->pools.loop, &upstream->wipe);
    sg_pages_free(upstream->input, SG_UPSTREAM_INPUT, upstream->dirty);
    free(upstream);
}
