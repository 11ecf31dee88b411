/* SPDX-License-Identifier: Apache-2.0 */
/*
 * echo.c - a demonstration upstream: answers every request with the body it received.
 *
 * A reply cannot begin before its request is in, so the body is gathered, up to 16 MiB; only a
 * demonstration may hold that much.
 */
#include "proxy/echo.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/diag.h"
#include "net/front.h"
#include "net/loop.h"
#include "proxy/oplog.h"
#include "proxy/problem.h"

#define SECONDS UINT64_C(1000000000)
enum { BODY_MOST = 16 * 1024 * 1024, HEAD_MOST = 32 * 1024, CONNECTIONS = 10000, NAME_ROOM = 64 };

struct sg_echo {
    struct sg_loop *loop;
    struct sg_front *front;
    struct sg_front_handler handler;
    struct sg_wake stop;
    pthread_t thread;
    bool running;
    char url[160], name[NAME_ROOM];
};

struct echoed {
    const struct sg_echo *echo;
    struct sg_request *request;
    struct sg_buf body;
    enum scrubgate_status status;
};

static void *begin(void *ctx, struct sg_request *request)
{
    struct echoed *echoed = calloc(1, sizeof *echoed);
    if (echoed == NULL)
        return NULL;
    echoed->echo = ctx;
    echoed->request = request;
    sg_buf_init(&echoed->body, BODY_MOST);
    return echoed;
}

static size_t body(void *own, struct sg_bytes piece)
{
    struct echoed *echoed = own;
    if (echoed->status >= 0)
        echoed->status = sg_buf_add_bytes(&echoed->body, piece);
    if (echoed->status < 0)
        sg_buf_fini(&echoed->body);
    return piece.len;
}

static void end(void *own)
{
    static const char *const kept[] = {"Content-Type", "Content-Encoding"};
    struct echoed *echoed = own;
    struct sg_header fields[3];
    struct sg_reply reply = {.status = 200, .fields = fields};
    enum scrubgate_status rc;
    for (size_t i = 0; i < 2; i++) {
        const struct sg_header *field =
            sg_headers_find(sg_request_headers(echoed->request), kept[i], NULL);
        if (field != NULL)
            fields[reply.n_fields++] = *field;
    }
    if (echoed->echo->name[0] != '\0')
        fields[reply.n_fields++] =
            (struct sg_header){SG_BYTES("Echo"), sg_bytes_of(echoed->echo->name)};
    if (echoed->status >= 0)
        rc = sg_request_reply(echoed->request, &reply, sg_buf_bytes(&echoed->body));
    else
        rc = sg_problem_reply(
            echoed->request,
            echoed->status == SCRUBGATE_ELIMIT ? SG_REASON_LIMIT : SG_REASON_MEMORY, "", "", false);
    if (rc < 0)
        sg_request_abort(echoed->request);
}

static void closed(void *own, enum sg_request_end how)
{
    struct echoed *echoed = own;
    (void)how;
    sg_buf_fini(&echoed->body);
    free(echoed);
}

static const struct sg_front_handler handler = {
    .begin = begin,
    .body = body,
    .end = end,
    .closed = closed,
};

/* --- its thread --- */

static void stopped(struct sg_wake *wake)
{
    struct sg_echo *echo =
        (struct sg_echo *)(void *)((char *)wake - offsetof(struct sg_echo, stop));
    sg_loop_stop(echo->loop);
}

static void *run(void *ctx)
{
    struct sg_echo *echo = ctx;
    if (sg_loop_run(echo->loop) < 0)
        sg_oplog(SG_OPLOG_ERROR, "the echo's loop failed", NULL);
    return NULL;
}

/* The port may have been the system's choice. */
static enum scrubgate_status name(struct sg_echo *echo, int fd)
{
    struct sg_address address = {.len = sizeof address.storage};
    char text[128];
    if (getsockname(fd, (struct sockaddr *)&address.storage, &address.len) != 0)
        return SCRUBGATE_EIO;
    sg_address_print(&address, text, sizeof text);
    (void)snprintf(echo->url, sizeof echo->url, "http://%s/", text);
    return SCRUBGATE_OK;
}

static enum scrubgate_status open_parts(struct sg_echo *echo, const char *address,
                                        struct scrubgate_fault *fault)
{
    const struct sg_front_limits limits = {
        .header = HEAD_MOST,
        .connections = CONNECTIONS,
        .header_ns = 10 * SECONDS,
        .body_ns = 60 * SECONDS,
        .idle_ns = 75 * SECONDS,
    };
    struct sg_address at;
    int fd = -1;
    enum scrubgate_status rc = sg_address_parse(&at, address, fault);
    if (rc >= 0)
        rc = sg_loop_new(&echo->loop);
    if (rc >= 0)
        rc = sg_wake_init(echo->loop, &echo->stop, stopped);
    echo->handler = handler;
    echo->handler.ctx = echo;
    if (rc >= 0)
        rc = sg_front_new(&echo->front, echo->loop, &limits, &echo->handler);
    if (rc >= 0)
        rc = sg_listen_open(&at, false, &fd, fault);
    if (rc >= 0)
        rc = name(echo, fd);
    if (fd >= 0 && sg_front_listen(echo->front, fd, NULL) < 0 && rc >= 0)
        rc = SCRUBGATE_EIO;
    return rc;
}

enum scrubgate_status sg_echo_open(struct sg_echo **echo, const char *address, const char **url,
                                   struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_echo *made = calloc(1, sizeof *made);
    *echo = NULL;
    sg_fault_set(fault, NULL, 0, 0, "%s", "");
    if (made == NULL)
        goto out;
    rc = open_parts(made, address, fault);
    if (rc < 0)
        goto out;
    *echo = made;
    *url = made->url;
    made = NULL;
out:
    if (rc < 0 && fault != NULL && fault->what[0] == '\0')
        sg_fault_set(fault, NULL, 0, 0, "the echo cannot start: %s", scrubgate_status_word(rc));
    sg_echo_stop(made);
    return rc;
}

enum scrubgate_status sg_echo_name(struct sg_echo *echo, const char *name)
{
    if (!sg_header_name_valid(sg_bytes_of(name)) || strlen(name) >= sizeof echo->name)
        return SCRUBGATE_EINVAL;
    (void)snprintf(echo->name, sizeof echo->name, "%s", name);
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_echo_start(struct sg_echo *echo)
{
    echo->running = pthread_create(&echo->thread, NULL, run, echo) == 0;
    return echo->running ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

void sg_echo_stop(struct sg_echo *echo)
{
    if (echo == NULL)
        return;
    if (echo->running) {
        sg_wake_ring(&echo->stop);
        (void)pthread_join(echo->thread, NULL);
    }
    sg_front_free(echo->front);
    if (echo->loop != NULL)
        sg_wake_fini(echo->loop, &echo->stop);
    sg_loop_free(echo->loop);
    free(echo);
}
