/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front.c - the side that customers' channels talk to: the home of libmicrohttpd.
 *
 *     acceptor -> MHD_add_connection -> [first, body, final, pull] -> front_flow -> handler
 *
 * Several daemons per loop, each with an epoll of its own that our loop watches. A daemon is run
 * when its epoll is ready and when one of its connections was resumed ("touched"), again and again
 * while it says that it has more to do.
 *
 * What libmicrohttpd 0.9.75 cannot do is done around it: it reads leniently (admit.c), it cannot
 * answer while a body still comes and has no deadline for a whole head or body (bypass.c), and a
 * reply in its first callback ends the connection, so replies wait for the final one.
 */
#include "net/front.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/digest.h"
#include "net/front_parts.h"

enum {
    DAEMONS = 8,
    LAPS = 16,          /* of one daemon before the loop sees to others */
    POOL_LEAST = 16384, /* libmicrohttpd zeroes it after each request: small is fast */
    POOL_MOST = 1 << 20,
    POOL_STEP = 16384,
    BLOCK_CHUNKED = 1, /* allocated and never used for chunked replies */
    BLOCK_PLAIN = 16384,
    WEEKS_S = 4000000 /* in ms it must fit 32 bits */
};

static const uint64_t brief_ns = 50000000;
static const uint64_t linger_ns = 2000000000;

/* --- running the daemons ---------------------------------------------------------------------- */

static void run(struct sg_host *host)
{
    for (unsigned laps = 0; laps < LAPS; laps++) {
        MHD_UNSIGNED_LONG_LONG wait_ms = 0;
        (void)MHD_run(host->mhd);
        if (MHD_get_timeout(host->mhd, &wait_ms) != MHD_YES || wait_ms > 0)
            return;
    }
    sg_task_queue(host->front->loop, &host->task);
}

static void run_ready(struct sg_watch *watch, uint32_t events)
{
    (void)events;
    run((struct sg_host *)watch); /* its first member */
}

static void run_touched(struct sg_task *task)
{
    run((struct sg_host *)((uint8_t *)task - offsetof(struct sg_host, task)));
}

static void touch(struct sg_host *host)
{
    sg_task_queue(host->front->loop, &host->task);
}

void sg_mhd_adopt(struct sg_front *front, const struct sg_address *peer)
{
    struct sg_client *client = front->newcomer;
    struct sg_host *host = client->host;
    (void)MHD_add_connection(host->mhd, client->fd, (const struct sockaddr *)&peer->storage,
                             peer->len);
    touch(host);
}

/*
 * Resumed, libmicrohttpd would read from the socket before it looks for a reply or at the bytes it
 * has, and a client that has ended its own side would be given up. Connections with a time limit of
 * their own it looks at first: so this one gets a limit, of weeks.
 */
void sg_mhd_suspend(struct sg_client *client)
{
    if (!client->limited) {
        client->limited = MHD_set_connection_option(client->mhd, MHD_CONNECTION_OPTION_TIMEOUT,
                                                    (unsigned)WEEKS_S) == MHD_YES;
    }
    MHD_suspend_connection(client->mhd);
}

void sg_mhd_settle(struct sg_client *client)
{
    if (client->limited)
        (void)MHD_set_connection_option(client->mhd, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
    client->limited = false;
}

void sg_mhd_resume(struct sg_client *client)
{
    MHD_resume_connection(client->mhd);
    touch(client->host);
}

bool sg_mhd_is_answering(const struct sg_client *client)
{
    return MHD_get_connection_info(client->mhd, MHD_CONNECTION_INFO_HTTP_STATUS) != NULL;
}

/* --- replies ---------------------------------------------------------------------------------- */

/* Bytes of a reply, wiped when libmicrohttpd is done with them. */
struct whole {
    size_t len;
    uint8_t data[];
};

static void free_whole(void *own)
{
    struct whole *whole = own;
    sg_wipe(whole->data, whole->len);
    free(whole);
}

static struct MHD_Response *make_whole(struct sg_bytes body)
{
    struct whole *whole = malloc(sizeof *whole + body.len);
    if (whole == NULL)
        return NULL;
    whole->len = body.len;
    if (body.len > 0)
        memcpy(whole->data, body.data, body.len);
    struct MHD_Response *made = MHD_create_response_from_buffer_with_free_callback_cls(
        body.len, whole->data, free_whole, whole);
    if (made == NULL)
        free_whole(whole);
    return made;
}

static ssize_t pull(void *own, uint64_t pos, char *out, size_t cap)
{
    (void)pos;
    int64_t n = sg_flow_pull(own, (uint8_t *)out, cap);
    if (n == -1)
        return MHD_CONTENT_READER_END_OF_STREAM;
    return n < 0 ? MHD_CONTENT_READER_END_WITH_ERROR : (ssize_t)n;
}

/*
 * Where there will be no body (304, HEAD) none of length 0 may be announced either. libmicrohttpd
 * leaves Content-Length out only when it does not know the length and may not use chunks; chunks it
 * would even end here, with bytes that a client takes for the next reply.
 */
static struct MHD_Response *make_pulled(struct sg_request *request)
{
    bool unknown = request->length == UINT64_MAX;
    bool bare = request->status == 304 || (request->head && unknown);
    bool chunked = unknown && !request->old;
    struct MHD_Response *made = MHD_create_response_from_callback(
        bare || unknown ? MHD_SIZE_UNKNOWN : request->length,
        chunked || bare ? BLOCK_CHUNKED : BLOCK_PLAIN, pull, request, NULL);
    if (made != NULL && bare)
        (void)MHD_set_response_options(made, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    return made;
}

static enum scrubgate_status add_field(struct sg_front *front, struct MHD_Response *made,
                                       const struct sg_header *field)
{
    struct sg_buf *text = &front->scratch;
    struct sg_bytes value = sg_bytes_trim(field->value);
    if (!sg_header_name_valid(field->name) || !sg_header_value_valid(value))
        return SCRUBGATE_EINVAL;
    if (value.len == 0 || !sg_bypass_passes(field))
        return SCRUBGATE_OK; /* libmicrohttpd knows no empty values */
    sg_buf_clear(text);
    enum scrubgate_status rc = sg_buf_reserve(text, field->name.len + value.len + 2);
    if (rc >= 0)
        rc = sg_buf_add_bytes(text, field->name);
    if (rc >= 0)
        rc = sg_buf_add_byte(text, '\0');
    if (rc >= 0)
        rc = sg_buf_add_bytes(text, value);
    if (rc >= 0)
        rc = sg_buf_add_byte(text, '\0');
    if (rc < 0)
        return rc;
    const char *name = (const char *)text->data;
    return MHD_add_response_header(made, name, name + field->name.len + 1) == MHD_YES
               ? SCRUBGATE_OK
               : SCRUBGATE_ENOMEM;
}

enum scrubgate_status sg_mhd_make(struct sg_request *request, const struct sg_reply *reply,
                                  const struct sg_bytes *body)
{
    struct sg_front *front = request->client->front;
    bool pulled = body == NULL || request->status == 304;
    struct MHD_Response *made = pulled ? make_pulled(request) : make_whole(*body);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < reply->n_fields && rc >= 0; i++)
        rc = add_field(front, made, &reply->fields[i]);
    if (rc >= 0 && (reply->close || front->draining) &&
        MHD_add_response_header(made, "Connection", "close") != MHD_YES)
        rc = SCRUBGATE_ENOMEM;
    if (rc < 0)
        MHD_destroy_response(made);
    else
        request->reply = made;
    return rc;
}

bool sg_mhd_queue(struct sg_request *request)
{
    enum MHD_Result rc = MHD_queue_response(request->client->mhd, request->status, request->reply);
    sg_mhd_drop(request);
    return rc == MHD_YES;
}

void sg_mhd_drop(struct sg_request *request)
{
    if (request->reply != NULL)
        MHD_destroy_response(request->reply);
    request->reply = NULL;
}

/* --- the head --------------------------------------------------------------------------------- */

/*
 * The head where libmicrohttpd 0.9 left it, in the place where it was read to, with each colon and
 * each byte of a line's end made NUL. Walked from end to end, it shows what the library hides: a
 * NUL that cuts a value, a line that ended without CR, a folded line, a line that was taken for the
 * end of the head. Such a head must not pass, as others read it differently.
 */
struct walk {
    struct sg_request *request;
    const char *at;
    size_t len; /* of all names and values */
    bool whole; /* no byte is unaccounted for */
    enum scrubgate_status rc;
};

static bool is_line_end(const char *at)
{
    return at[0] == '\0' && at[1] == '\0';
}

static enum MHD_Result step(void *own, enum MHD_ValueKind kind, const char *name, size_t name_len,
                            const char *value, size_t value_len)
{
    struct walk *walk = own;
    (void)kind;
    walk->len += name_len + value_len;
    walk->whole = walk->whole && name == walk->at;
    if (!walk->whole)
        return MHD_YES;
    walk->at += name_len + 1;
    while (walk->at != value && (*walk->at == ' ' || *walk->at == '\t'))
        walk->at++;
    walk->whole = walk->at == value && is_line_end(value + value_len);
    walk->at = value + value_len + 2;
    return MHD_YES;
}

static void begin_walk(struct walk *walk, const char *method, const char *version)
{
    size_t target_len = walk->request->target_len;
    walk->len = strlen(method);
    walk->whole = method + walk->len + 1 + target_len + 1 == version &&
                  is_line_end(version + strlen(version));
    walk->at = version + strlen(version) + 2;
}

static enum MHD_Result keep(void *own, enum MHD_ValueKind kind, const char *name, size_t name_len,
                            const char *value, size_t value_len)
{
    struct walk *walk = own;
    (void)kind;
    struct sg_bytes kept =
        sg_request_keep(walk->request, (struct sg_bytes){(const uint8_t *)name, name_len});
    walk->rc = sg_headers_add(
        &walk->request->headers, kept,
        sg_request_keep(walk->request, (struct sg_bytes){(const uint8_t *)value, value_len}));
    return walk->rc < 0 ? MHD_NO : MHD_YES;
}

/* Copies the head. EMALFORMED when there is more to it than libmicrohttpd tells. */
static enum scrubgate_status read_head(struct sg_request *request, const char *method,
                                       const char *version)
{
    struct sg_front *front = request->client->front;
    struct MHD_Connection *mhd = request->client->mhd;
    struct walk walk = {.request = request, .rc = SCRUBGATE_OK};
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    request->head_size = info != NULL ? info->header_size : 0;
    if (info == NULL || request->head_size > front->limits.header)
        return SCRUBGATE_ELIMIT;
    begin_walk(&walk, method, version);
    (void)MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, step, &walk);
    if (front->old_library &&
        !(walk.whole && is_line_end(walk.at) && walk.at + 2 == method + request->head_size))
        return SCRUBGATE_EMALFORMED;
    enum scrubgate_status rc = sg_request_reserve(request, walk.len);
    if (rc < 0)
        return rc;
    request->method = sg_request_keep(request, sg_bytes_of(method));
    (void)MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, keep, &walk);
    return walk.rc;
}

/* --- libmicrohttpd's callbacks ---------------------------------------------------------------- */

/* The request line has come: the only moment when the target is to be had as it was sent. */
static void *request_line(void *own, const char *target, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct sg_client *client = info->socket_context;
    client->request = sg_request_borrow(own, client, sg_bytes_of(target));
    if (client->request != NULL && client->deadline.kind != 1 + SG_WAIT_HEAD)
        sg_client_wait(client, SG_WAIT_HEAD);
    return client->request;
}

static bool first(struct sg_request *request, const char *method, const char *version)
{
    struct sg_refusal why = {503, "overload", "try again later"};
    request->head = strcmp(method, "HEAD") == 0;
    enum scrubgate_status rc = read_head(request, method, version);
    if (rc == SCRUBGATE_ELIMIT)
        why = (struct sg_refusal){431, "limit", "the head is over a limit"};
    else if (rc == SCRUBGATE_EMALFORMED)
        why =
            (struct sg_refusal){400, "malformed", "a head with a NUL, a bare LF or a folded line"};
    else if (rc >= 0)
        rc = sg_admit(request->method, request->target, sg_bytes_of(version), &request->headers,
                      &request->framing, &why);
    if (rc < 0) {
        sg_flow_refuse(request, &why);
        return false;
    }
    /* Only now, so that the checks saw what libmicrohttpd saw. */
    for (size_t i = 0; i < request->headers.n; i++)
        request->headers.item[i].value = sg_bytes_trim(request->headers.item[i].value);
    request->old = strcmp(version, "HTTP/1.0") == 0;
    return sg_flow_begin(request);
}

static enum MHD_Result handle(void *own, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *len, void **context)
{
    struct sg_request *request = *context;
    bool goes_on = false;
    (void)own;
    (void)mhd;
    (void)url;
    if (request == NULL || request->cut)
        return MHD_NO;
    if (request->stage == SG_STAGE_HEAD) {
        goes_on = first(request, method, version);
    } else if (*len > 0) {
        goes_on = sg_flow_body(request, (struct sg_bytes){(const uint8_t *)data, *len});
        /* libmicrohttpd has no use for these bytes any more, and would not wipe them. */
        sg_wipe((void *)(uintptr_t)data, *len);
        *len = 0;
    } else {
        goes_on = sg_flow_final(request);
    }
    return goes_on ? MHD_YES : MHD_NO;
}

static void completed(void *own, struct MHD_Connection *mhd, void **context,
                      enum MHD_RequestTerminationCode code)
{
    struct sg_request *request = *context;
    enum sg_request_end how = SG_REQUEST_GONE;
    (void)own;
    (void)mhd;
    *context = NULL;
    if (code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        how = SG_REQUEST_SENT;
    else if (code == MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN)
        how = SG_REQUEST_STOPPED;
    if (request != NULL)
        sg_flow_over(request, how);
}

static void connection(void *own, struct MHD_Connection *mhd, void **context,
                       enum MHD_ConnectionNotificationCode code)
{
    struct sg_front *front = own;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct sg_client *client = front->newcomer;
        front->newcomer = NULL;
        client->mhd = mhd;
        *context = client;
        sg_client_begin(front, client);
    } else if (*context != NULL) {
        sg_client_end(*context);
    }
}

/* Targets are used as they came. */
static size_t leave_escaped(void *own, struct MHD_Connection *mhd, char *text)
{
    (void)own;
    (void)mhd;
    return strlen(text);
}

/* --- the front -------------------------------------------------------------------------------- */

static struct MHD_Daemon *start_daemon(struct sg_front *front)
{
    size_t pool = front->limits.header;
    pool = pool < POOL_LEAST ? POOL_LEAST : pool > POOL_MOST ? POOL_MOST : pool;
    size_t most = front->limits.connections;
    most = most < UINT32_MAX ? most + 1 : UINT32_MAX;
    /* 0.9 in its strict mode only puts an HTML page, or nothing, where we have an answer. */
    int strict = front->old_library ? 0 : 1;
    /* clang-format off */
    return MHD_start_daemon(
        MHD_USE_NO_LISTEN_SOCKET | MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME,
        0, NULL, NULL, handle, front,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)most,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, pool,
        MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)POOL_STEP,
        MHD_OPTION_STRICT_FOR_CLIENT, strict,
        MHD_OPTION_URI_LOG_CALLBACK, request_line, front,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, front,
        MHD_OPTION_NOTIFY_CONNECTION, connection, front,
        MHD_OPTION_NOTIFY_COMPLETED, completed, front,
        MHD_OPTION_END);
    /* clang-format on */
}

static enum scrubgate_status open_host(struct sg_front *front, struct sg_host *host)
{
    *host = (struct sg_host){.watch = {.fd = -1, .ready = run_ready},
                             .task = {.run = run_touched},
                             .front = front,
                             .mhd = start_daemon(front)};
    if (host->mhd == NULL)
        return SCRUBGATE_EIO;
    front->n_hosts++;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(host->mhd, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL)
        return SCRUBGATE_EIO;
    host->watch.fd = info->epoll_fd;
    return sg_watch_add(front->loop, &host->watch, EPOLLIN);
}

enum scrubgate_status sg_front_new(struct sg_front **front, struct sg_loop *loop,
                                   const struct sg_front_limits *limits,
                                   const struct sg_front_handler *handler)
{
    const uint64_t durations[SG_DEADLINE_KINDS] = {
        [SG_WAIT_HEAD] = limits->header_ns,
        [SG_WAIT_BODY] = limits->body_ns < brief_ns ? limits->body_ns : brief_ns,
        [SG_WAIT_NEXT] = limits->idle_ns,
        [SG_WAIT_BRIEF] = brief_ns,
        [SG_WAIT_READER] = limits->idle_ns,
        [SG_WAIT_LINGER] = linger_ns,
    };
    unsigned n = limits->daemons == 0 ? DAEMONS : limits->daemons;
    *front = NULL;
    struct sg_front *made = calloc(1, sizeof *made);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->loop = loop;
    made->limits = *limits;
    made->handler = *handler;
    made->old_library = strncmp(MHD_get_version(), "0.", 2) == 0;
    sg_clients_init(made);
    enum scrubgate_status rc = sg_deadlines_init(&made->deadlines, loop, durations, sg_clients_due);
    made->hosts = calloc(n, sizeof *made->hosts);
    if (made->hosts == NULL)
        rc = SCRUBGATE_ENOMEM;
    for (unsigned i = 0; i < n && rc >= 0; i++)
        rc = open_host(made, &made->hosts[i]);
    if (rc < 0) {
        sg_front_free(made);
        return rc;
    }
    *front = made;
    return SCRUBGATE_OK;
}

void sg_front_free(struct sg_front *front)
{
    if (front == NULL)
        return;
    front->draining = true;
    /* libmicrohttpd must not be stopped with suspended connections: cutting resumes them. */
    sg_clients_cut_all(front);
    for (unsigned i = 0; i < front->n_hosts; i++) {
        sg_watch_remove(front->loop, &front->hosts[i].watch);
        MHD_stop_daemon(front->hosts[i].mhd);
    }
    for (unsigned i = 0; i < front->n_hosts; i++)
        sg_task_cancel(front->loop, &front->hosts[i].task);
    assert(front->n_clients == 0);
    sg_clients_fini(front);
    sg_request_free_spares(front);
    sg_buf_fini(&front->scratch);
    free(front->hosts);
    free(front);
}

const char *sg_front_library(void)
{
    static _Thread_local char text[48];
    (void)snprintf(text, sizeof text, "libmicrohttpd %s", MHD_get_version());
    return text;
}
