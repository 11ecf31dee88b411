/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin.c - the admin port: health, metrics, the engine and the guard as an API.
 *
 * It runs on the server's own loop, away from the workers: it answers while they are busy. What it
 * is asked to scan is scanned elsewhere (admin_engine), and what needs the guard's file is done
 * elsewhere (admin_guard), so that health is answered meanwhile.
 */
#include "proxy/admin.h"

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/front.h"
#include "proxy/admin_engine.h"
#include "proxy/admin_guard.h"
#include "proxy/problem.h"

#define SECONDS UINT64_C(1000000000)
enum { BODY_MOST = 1024 * 1024, HEAD_MOST = 16 * 1024, DRAIN_SECONDS = 10 };
/* One address cannot hold them all in silence: others still learn whether we are well. */
enum { CONNECTIONS = 256, PER_PEER = 64 };

struct sg_admin {
    struct sg_front *front;
    struct sg_admin_host host;
    struct sg_admin_engine *engine;
    struct sg_admin_guard *guard; /* NULL: none */
};

/* One request to it. */
struct visit {
    struct sg_admin *admin;
    struct sg_request *request;
    struct sg_buf body;
    enum scrubgate_status status; /* of gathering the body */
    struct sg_admin_job job;
    struct sg_buf type, coding; /* the request's may go while the job runs */
    struct sg_guard_call call;
    bool busy, gone; /* the job or the call runs; nobody waits for it any more */
};

static enum scrubgate_status reply(struct visit *visit, unsigned status, struct sg_bytes type,
                                   struct sg_bytes body)
{
    const struct sg_header fields[] = {
        {SG_BYTES("Content-Type"), type},
        {SG_BYTES("Cache-Control"), SG_BYTES("no-store")},
    };
    const struct sg_reply head = {.status = status, .fields = fields, .n_fields = 2};
    return sg_request_reply(visit->request, &head, body);
}

/* --- what is asked --- */

static enum scrubgate_status answer_health(struct visit *visit)
{
    return reply(visit, 200, SG_BYTES("text/plain"), SG_BYTES("ok\n"));
}

/* It serves; what somebody should see to all the same. */
static struct sg_bytes tell_ready(const struct sg_admin_host *host)
{
    struct sg_risks_counts counts = {.guard_known = true};
    if (host->by_reference(host->ctx))
        return SG_BYTES("ready, but slow: the fast engine was wrong, the reference engine scans "
                        "until a restart\n");
    if (host->guard.risks != NULL)
        sg_risks_count(host->guard.risks, &counts);
    return counts.guard_known ? SG_BYTES("ready\n")
                              : SG_BYTES("ready, but it is not known which agents may serve: see "
                                         "the log for what is wrong with guard.db\n");
}

static enum scrubgate_status answer_ready(struct visit *visit)
{
    const struct sg_admin_host *host = &visit->admin->host;
    const char *why = host->unready(host->ctx);
    struct sg_buf line = {0};
    if (why == NULL)
        return reply(visit, 200, SG_BYTES("text/plain"), tell_ready(host));
    enum scrubgate_status rc = sg_buf_addf(&line, "not ready: %s\n", why);
    if (rc >= 0)
        rc = reply(visit, 503, SG_BYTES("text/plain"), sg_buf_bytes(&line));
    sg_buf_fini(&line);
    return rc;
}

static enum scrubgate_status answer_metrics(struct visit *visit)
{
    const struct sg_admin_host *host = &visit->admin->host;
    struct sg_buf page = {0};
    enum scrubgate_status rc = host->metrics(host->ctx, &page);
    if (rc >= 0)
        rc = reply(visit, 200,
                   SG_BYTES("application/openmetrics-text; version=1.0.0; charset=utf-8"),
                   sg_buf_bytes(&page));
    sg_buf_fini(&page);
    return rc;
}

static enum sg_reason reason_of(enum scrubgate_status rc)
{
    switch (rc) {
    case SCRUBGATE_EUNSUPPORTED:
        return SG_REASON_UNSUPPORTED;
    case SCRUBGATE_ELIMIT:
        return SG_REASON_LIMIT;
    case SCRUBGATE_EBLOCKED:
        return SG_REASON_BLOCKED;
    case SCRUBGATE_EMATCH:
        return SG_REASON_MATCHER;
    case SCRUBGATE_EMALFORMED:
    case SCRUBGATE_EINVAL:
        return SG_REASON_MALFORMED;
    default:
        return SG_REASON_MEMORY;
    }
}

static struct sg_bytes field(const struct visit *visit, const char *name)
{
    const struct sg_header *found = sg_headers_find(sg_request_headers(visit->request), name, NULL);
    return found != NULL ? found->value : (struct sg_bytes){NULL, 0};
}

static void free_visit(struct visit *visit)
{
    sg_buf_fini(&visit->body);
    sg_buf_fini(&visit->type);
    sg_buf_fini(&visit->coding);
    sg_buf_fini(&visit->job.answer);
    sg_guard_call_fini(&visit->call);
    free(visit);
}

static enum scrubgate_status refuse(struct visit *visit, enum scrubgate_status rc)
{
    return sg_problem_reply(visit->request, reason_of(rc), visit->job.fault.what, "", false);
}

static void scanned(struct sg_admin_job *job)
{
    struct visit *visit = (struct visit *)(void *)((char *)job - offsetof(struct visit, job));
    visit->busy = false;
    if (visit->gone) {
        free_visit(visit);
        return;
    }
    enum scrubgate_status rc = job->status < 0 ? refuse(visit, job->status)
                                               : reply(visit, 200, SG_BYTES("application/json"),
                                                       sg_buf_bytes(&job->answer));
    if (rc < 0)
        sg_request_abort(visit->request);
}

static enum scrubgate_status answer_engine(struct visit *visit, enum sg_engine_call call)
{
    const struct sg_admin_host *host = &visit->admin->host;
    struct sg_admin_job *job = &visit->job;
    enum scrubgate_status rc = visit->status;
    if (rc >= 0)
        rc = sg_buf_add_bytes(&visit->type, field(visit, "Content-Type"));
    if (rc >= 0)
        rc = sg_buf_add_bytes(&visit->coding, field(visit, "Content-Encoding"));
    if (rc < 0)
        return refuse(visit, rc);
    job->generation = host->generation(host->ctx);
    job->done = scanned;
    job->request = (struct sg_engine_request){
        .call = call,
        .body = sg_buf_bytes(&visit->body),
        .content_type = sg_buf_bytes(&visit->type),
        .content_encoding = sg_buf_bytes(&visit->coding),
        .rules = job->generation->rules,
        .by_reference = host->by_reference(host->ctx),
    };
    visit->busy = sg_admin_engine_submit(visit->admin->engine, job);
    if (visit->busy)
        return SCRUBGATE_OK;
    return sg_problem_reply(visit->request, SG_REASON_OVERLOAD, "", "", false);
}

static enum scrubgate_status answer_scrub(struct visit *visit)
{
    return answer_engine(visit, SG_ENGINE_SCRUB);
}

static enum scrubgate_status answer_analyze(struct visit *visit)
{
    return answer_engine(visit, SG_ENGINE_ANALYZE);
}

static enum scrubgate_status answer_anonymize(struct visit *visit)
{
    return answer_engine(visit, SG_ENGINE_ANONYMIZE);
}

static enum scrubgate_status reply_call(struct visit *visit)
{
    const struct sg_guard_call *call = &visit->call;
    const struct sg_header fields[] = {
        {SG_BYTES("Content-Type"),
         call->status < 400 ? SG_BYTES("application/json") : SG_BYTES("application/problem+json")},
        {SG_BYTES("Cache-Control"), SG_BYTES("no-store")},
        {call->allow != NULL ? SG_BYTES("Allow") : SG_BYTES("Retry-After"),
         call->allow != NULL ? sg_bytes_of(call->allow) : SG_BYTES("1")},
    };
    const bool has_third = call->allow != NULL || call->status == 503;
    const struct sg_reply head = {
        .status = call->status, .fields = fields, .n_fields = has_third ? 3 : 2};
    return sg_request_reply(visit->request, &head, sg_buf_bytes(&call->answer));
}

static void called(struct sg_guard_call *call)
{
    struct visit *visit = (struct visit *)(void *)((char *)call - offsetof(struct visit, call));
    visit->busy = false;
    if (visit->gone)
        free_visit(visit);
    else if (reply_call(visit) < 0)
        sg_request_abort(visit->request);
}

static enum scrubgate_status answer_guard(struct visit *visit)
{
    struct sg_guard_call *call = &visit->call;
    call->method = sg_request_method(visit->request);
    call->target = sg_request_target(visit->request);
    call->content_type = field(visit, "Content-Type");
    call->by_page = field(visit, "Origin").len > 0 || field(visit, "Sec-Fetch-Site").len > 0;
    call->peer = sg_request_peer(visit->request);
    call->body = sg_buf_bytes(&visit->body);
    call->is_cut = visit->status < 0;
    call->done = called;
    const enum sg_guard_asked_how how = visit->admin->guard == NULL
                                            ? SG_GUARD_NOT_OURS
                                            : sg_admin_guard_ask(visit->admin->guard, call);
    if (how == SG_GUARD_NOT_OURS)
        return sg_problem_reply(visit->request, SG_REASON_NO_ROUTE, "", "", false);
    visit->busy = how == SG_GUARD_UNDER_WAY;
    return visit->busy ? SCRUBGATE_OK : reply_call(visit);
}

static const struct {
    const char *path;
    bool post; /* else GET and HEAD */
    enum scrubgate_status (*answer)(struct visit *visit);
} pages[] = {
    {"/healthz", false, answer_health},  {"/readyz", false, answer_ready},
    {"/metrics", false, answer_metrics}, {"/v1/scrub", true, answer_scrub},
    {"/analyze", true, answer_analyze},  {"/anonymize", true, answer_anonymize},
};

static enum scrubgate_status refuse_method(struct visit *visit, bool post)
{
    const struct sg_header allow = {SG_BYTES("Allow"),
                                    post ? SG_BYTES("POST") : SG_BYTES("GET, HEAD")};
    const struct sg_reply head = {.status = 405, .fields = &allow, .n_fields = 1};
    const struct sg_bytes none = {NULL, 0};
    return sg_request_reply(visit->request, &head, none);
}

static enum scrubgate_status answer(struct visit *visit)
{
    struct sg_bytes path = sg_request_target(visit->request);
    struct sg_bytes method = sg_request_method(visit->request);
    path.len = sg_bytes_find(path, '?');
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        if (!sg_bytes_equal(path, sg_bytes_of(pages[i].path)))
            continue;
        bool right = pages[i].post ? sg_bytes_equal(method, SG_BYTES("POST"))
                                   : sg_bytes_equal(method, SG_BYTES("GET")) ||
                                         sg_bytes_equal(method, SG_BYTES("HEAD"));
        return right ? pages[i].answer(visit) : refuse_method(visit, pages[i].post);
    }
    return answer_guard(visit);
}

/* --- the front's --- */

static void *begin(void *ctx, struct sg_request *request)
{
    struct visit *visit = calloc(1, sizeof *visit);
    if (visit == NULL)
        return NULL;
    visit->admin = ctx;
    visit->request = request;
    sg_buf_init(&visit->body, BODY_MOST);
    return visit;
}

static size_t body(void *own, struct sg_bytes piece)
{
    struct visit *visit = own;
    if (visit->status >= 0)
        visit->status = sg_buf_add_bytes(&visit->body, piece);
    return piece.len;
}

static void end(void *own)
{
    struct visit *visit = own;
    if (answer(visit) < 0)
        sg_request_abort(visit->request);
}

static void closed(void *own, enum sg_request_end how)
{
    struct visit *visit = own;
    (void)how;
    visit->gone = true;
    if (!visit->busy)
        free_visit(visit);
}

enum scrubgate_status sg_admin_start(struct sg_admin **admin, struct sg_loop *loop, int fd,
                                     const struct sg_admin_host *host)
{
    const struct sg_front_limits limits = {
        .header = HEAD_MOST,
        .connections = CONNECTIONS,
        .per_peer = PER_PEER,
        .header_ns = 5 * SECONDS,
        .body_ns = 30 * SECONDS,
        .write_ns = 60 * SECONDS,
        .idle_ns = 15 * SECONDS,
    };
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_admin *made = calloc(1, sizeof *made);
    *admin = NULL;
    if (made == NULL)
        goto out;
    made->host = *host;
    const struct sg_front_handler handler = {
        .begin = begin, .body = body, .end = end, .closed = closed, .ctx = made};
    rc = sg_admin_engine_start(&made->engine, loop);
    if (rc >= 0 && host->guard.risks != NULL)
        rc = sg_admin_guard_open(&made->guard, &host->guard);
    if (rc >= 0)
        rc = sg_front_new(&made->front, loop, &limits, &handler);
    if (rc < 0)
        goto out;
    rc = sg_front_listen(made->front, fd, NULL);
    fd = -1;
    if (rc < 0)
        goto out;
    *admin = made;
    made = NULL;
out:
    if (fd >= 0)
        (void)close(fd);
    sg_admin_stop(made);
    return rc;
}

static void drained(void *ctx)
{
    (void)ctx; /* nobody waits for it */
}

void sg_admin_drain(struct sg_admin *admin)
{
    sg_front_drain(admin->front, sg_clock_mono_ns() + DRAIN_SECONDS * SECONDS, drained, NULL);
}

void sg_admin_stop(struct sg_admin *admin)
{
    if (admin == NULL)
        return;
    sg_admin_engine_stop(admin->engine); /* first: its jobs have their answers from the front */
    sg_front_free(admin->front);
    sg_admin_guard_close(admin->guard);
    free(admin);
}
