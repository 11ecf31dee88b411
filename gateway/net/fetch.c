/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetch.c - one request to a server and its whole answer, for a caller who may wait.
 */
#include "net/fetch.h"

#include "base/diag.h"
#include "http/head.h"
#include "net/loop.h"
#include "net/tls.h"
#include "net/upstream.h"

enum { HEAD_MOST = 16 * 1024 };

/* One run, on its own loop. */
struct run {
    struct sg_loop *loop;
    struct sg_upstream *upstream;
    struct sg_origin *origin;
    struct sg_tls *tls;
    struct sg_call *call;
    struct sg_fetched *answer;
    enum scrubgate_status rc; /* of what was answered */
    const char *why;          /* it was not */
};

/* For people, who know of no upstream here. */
static const char *sentence(enum sg_call_failure why)
{
    switch (why) {
    case SG_CALL_CONNECT:
        return "nobody answers there";
    case SG_CALL_TLS:
        return "its certificate is not trusted, or is another's";
    case SG_CALL_RESET:
        return "it closed before its answer was whole";
    case SG_CALL_MALFORMED:
        return "it does not answer in HTTP as it should be";
    case SG_CALL_MEMORY:
        return "out of memory";
    case SG_CALL_LIMIT:
        return "the head of its answer is too long";
    case SG_CALL_CONNECT_TIME:
    case SG_CALL_FIRST_TIME:
    case SG_CALL_IDLE_TIME:
    case SG_CALL_TOTAL_TIME:
        break;
    }
    return "it took too long";
}

/* --- what the call tells --- */

static void take_head(void *own, const struct sg_head *head, const struct sg_framing *framing)
{
    struct run *run = own;
    run->answer->status = head->status;
    if (framing->kind == SG_FRAMING_LENGTH && run->answer->body.ceiling > 0 &&
        framing->length > run->answer->body.ceiling)
        run->rc = SCRUBGATE_ELIMIT;
}

static size_t take_body(void *own, struct sg_bytes piece)
{
    struct run *run = own;
    if (run->rc >= 0)
        run->rc = sg_buf_add_bytes(&run->answer->body, piece);
    if (run->rc >= 0)
        return piece.len;
    sg_call_cancel(run->call);
    run->call = NULL;
    sg_loop_stop(run->loop);
    return 0;
}

static void take_end(void *own)
{
    struct run *run = own;
    run->call = NULL;
    sg_loop_stop(run->loop);
}

static void take_failure(void *own, enum sg_call_failure why)
{
    struct run *run = own;
    run->call = NULL;
    if (run->rc >= 0)
        run->rc = why == SG_CALL_MEMORY  ? SCRUBGATE_ENOMEM
                  : why == SG_CALL_LIMIT ? SCRUBGATE_ELIMIT
                                         : SCRUBGATE_EIO;
    run->why = sentence(why);
    sg_loop_stop(run->loop);
}

static void take_room(void *own)
{
    (void)own; /* the request was sent whole */
}

static const struct sg_call_handler handler = {.head = take_head,
                                               .body = take_body,
                                               .end = take_end,
                                               .failed = take_failure,
                                               .writable = take_room};

/* --- the request --- */

static enum scrubgate_status write_head(struct sg_buf *out, const struct run *run, const char *path,
                                        size_t len)
{
    struct sg_bytes base = sg_origin_path(run->origin);
    struct sg_buf target = {0}, length = {0};
    enum scrubgate_status rc = sg_buf_add_bytes(&target, base);
    if (rc >= 0 && base.data[base.len - 1] != '/')
        rc = sg_buf_add_byte(&target, '/');
    if (rc >= 0)
        rc = sg_buf_add_text(&target, path);
    if (rc >= 0)
        rc = sg_buf_add_u64(&length, len);
    if (rc >= 0)
        rc = sg_head_add_request_line(out, SG_BYTES("POST"), sg_buf_bytes(&target));
    if (rc >= 0)
        rc = sg_head_add_field(out, SG_BYTES("Host"), sg_origin_authority(run->origin));
    if (rc >= 0)
        rc = sg_head_add_field(out, SG_BYTES("Content-Type"), SG_BYTES("text/plain"));
    if (rc >= 0)
        rc = sg_head_add_field(out, SG_BYTES("Content-Length"), sg_buf_bytes(&length));
    if (rc >= 0)
        rc = sg_head_add_field(out, SG_BYTES("Connection"), SG_BYTES("close"));
    if (rc >= 0)
        rc = sg_head_add_end(out);
    sg_buf_fini(&target);
    sg_buf_fini(&length);
    return rc;
}

static enum scrubgate_status prepare(struct run *run, const struct sg_fetch *fetch,
                                     struct scrubgate_fault *fault)
{
    const struct sg_tls_config trust = {.ca = fetch->ca};
    const struct sg_upstream_limits limits = {.connect_ns = fetch->total_ns,
                                              .first_ns = fetch->total_ns,
                                              .idle_ns = fetch->total_ns,
                                              .total_ns = fetch->total_ns,
                                              .header = HEAD_MOST};
    enum scrubgate_status rc = sg_origin_new(&run->origin, fetch->url, fault);
    if (rc >= 0 && sg_origin_secure(run->origin))
        rc = sg_tls_new(&run->tls, &trust, fault);
    if (rc >= 0)
        rc = sg_loop_new(&run->loop);
    return rc < 0 ? rc : sg_upstream_new(&run->upstream, run->loop, &limits, run->tls);
}

static enum scrubgate_status call(struct run *run, const struct sg_fetch *fetch,
                                  struct sg_bytes body)
{
    struct sg_buf head = {0};
    enum scrubgate_status rc = write_head(&head, run, fetch->path, body.len);
    if (rc >= 0)
        rc = sg_call_open(&run->call, run->upstream, run->origin, sg_buf_bytes(&head), false, false,
                          false, &handler, run);
    if (rc >= 0)
        rc = sg_call_send(run->call, body, true);
    if (rc >= 0)
        rc = sg_loop_run(run->loop);
    sg_call_cancel(run->call);
    sg_buf_fini(&head);
    return rc < 0 ? rc : run->rc;
}

enum scrubgate_status sg_fetch_post(const struct sg_fetch *fetch, struct sg_bytes body,
                                    struct sg_fetched *answer, struct scrubgate_fault *fault)
{
    struct run run = {.answer = answer};
    answer->status = 0;
    sg_buf_clear(&answer->body);
    enum scrubgate_status rc = prepare(&run, fetch, fault);
    if (rc < 0)
        goto out;
    rc = call(&run, fetch, body);
    if (rc == SCRUBGATE_ELIMIT)
        sg_fault_set(fault, fetch->url, 0, 0, "its answer is longer than such an answer can be");
    else if (rc < 0 && rc != SCRUBGATE_ENOMEM)
        sg_fault_set(fault, fetch->url, 0, 0, "no answer: %s",
                     run.why != NULL ? run.why : scrubgate_status_word(rc));
out:
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, fetch->url, 0, 0, "out of memory");
    sg_upstream_free(run.upstream);
    sg_loop_free(run.loop);
    sg_origin_free(run.origin);
    sg_tls_free(run.tls);
    return rc;
}
