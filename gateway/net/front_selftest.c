/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_selftest.c - proves that the guard is in the way, before the first client comes.
 *
 *     socketpair: a request that must be refused -> [the front as it serves] -> a handler that
 *                 is told of none
 *
 * Not the guard is tested here but that it is asked: a build or a change that reads requests
 * without it would serve everything that it refuses.
 */
#include <assert.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "net/front_parts.h"

static const uint64_t patience_ns = 2000000000;

static const struct trial {
    const char *name, *text;
    size_t len;
    bool good;
} trials[] = {
#define TRIAL(name, text, good)                                                                    \
    {                                                                                              \
        name, text, sizeof(text) - 1, good                                                         \
    }
    TRIAL("a line that ends in a bare LF", "GET / HTTP/1.1\r\nHost: h\n\r\n", false),
    TRIAL("two lengths",
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", false),
    TRIAL("a length beside a transfer coding",
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
          "0\r\n\r\n",
          false),
    TRIAL("a NUL in a value", "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", false),
    TRIAL("a space before the colon", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 1\r\n\r\nx",
          false),
    TRIAL("a request as it should be", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", true),
#undef TRIAL
};

/* The other end of the connection, and the handler. */
struct visit {
    struct sg_watch watch; /* first */
    struct sg_timer timer;
    struct sg_loop *loop;
    struct sg_request *request;
    unsigned begun;
    char answer[16]; /* its beginning: "HTTP/1.1 400" */
    size_t len;
};

/* --- the handler that takes the front's own one's place --------------------------------------- */

static void *begin(void *ctx, struct sg_request *request)
{
    struct visit *visit = ctx;
    visit->begun++;
    visit->request = request;
    return visit;
}

static size_t body(void *own, struct sg_bytes piece)
{
    (void)own;
    return piece.len;
}

static void end(void *own)
{
    struct visit *visit = own;
    const struct sg_reply reply = {.status = 204, .close = true};
    const struct sg_bytes none = {NULL, 0};
    if (sg_request_reply(visit->request, &reply, none) < 0)
        sg_request_abort(visit->request);
}

static void closed(void *own, enum sg_request_end how)
{
    (void)own;
    (void)how;
}

/* --- the client ------------------------------------------------------------------------------- */

static void hear(struct sg_watch *watch, uint32_t events)
{
    struct visit *visit = (struct visit *)watch; /* its first member */
    char piece[1024];
    ssize_t n = recv(watch->fd, piece, sizeof piece, MSG_DONTWAIT);
    (void)events;
    for (ssize_t i = 0; i < n && visit->len < sizeof visit->answer - 1; i++)
        visit->answer[visit->len++] = piece[i];
    if (n == 0)
        sg_loop_stop(visit->loop);
}

static void give_up(struct sg_timer *timer)
{
    sg_loop_stop(((struct visit *)(void *)((char *)timer - offsetof(struct visit, timer)))->loop);
}

/* One request over a connection of its own, until the front has ended that. */
static enum scrubgate_status make_visit(struct sg_front *front, struct visit *visit,
                                        const struct trial *trial)
{
    const struct sg_address nobody = {.len = 0};
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
        return SCRUBGATE_EIO;
    *visit = (struct visit){
        .watch = {.fd = pair[1], .ready = hear}, .timer = {.due = give_up}, .loop = front->loop};
    sg_client_adopt(front, NULL, pair[0], &nobody);
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (send(pair[1], trial->text, trial->len, MSG_NOSIGNAL) != (ssize_t)trial->len)
        rc = SCRUBGATE_EIO;
    if (rc >= 0)
        rc = sg_watch_add(front->loop, &visit->watch, EPOLLIN);
    if (rc >= 0)
        rc = sg_timer_set(front->loop, &visit->timer, sg_clock_mono_ns() + patience_ns);
    if (rc >= 0)
        rc = sg_loop_run(front->loop);
    sg_watch_remove(front->loop, &visit->watch);
    sg_timer_cancel(front->loop, &visit->timer);
    (void)close(pair[1]);
    while (front->clients != NULL)
        sg_client_drop(front->clients, SG_REQUEST_STOPPED);
    return rc;
}

static bool went_well(const struct visit *visit, const struct trial *trial)
{
    struct sg_bytes answer = sg_bytes_of(visit->answer);
    if (trial->good)
        return visit->begun == 1 && sg_bytes_start_with(answer, SG_BYTES("HTTP/1.1 204"));
    return visit->begun == 0 && sg_bytes_start_with(answer, SG_BYTES("HTTP/1.1 4"));
}

enum scrubgate_status sg_front_selftest(struct sg_front *front, struct scrubgate_fault *fault)
{
    struct visit visit;
    const struct sg_front_handler handler = front->handler;
    enum scrubgate_status rc = SCRUBGATE_OK;
    assert(front->n_clients == 0);
    front->handler = (struct sg_front_handler){
        .begin = begin, .body = body, .end = end, .closed = closed, .ctx = &visit};
    for (size_t i = 0; i < sizeof trials / sizeof trials[0] && rc >= 0; i++) {
        rc = make_visit(front, &visit, &trials[i]);
        if (rc >= 0 && went_well(&visit, &trials[i]))
            continue;
        rc = rc < 0 ? rc : SCRUBGATE_EIO;
        sg_fault_set(fault, NULL, 0, 0,
                     "the self-test of the front failed (%s): requests are not read as strictly "
                     "as they must be, use another build",
                     trials[i].name);
    }
    front->handler = handler;
    return rc;
}
