/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acceptor.c - takes connections from listening sockets, in batches, no more than there is room
 * for.
 */
#define _GNU_SOURCE /* accept4 */
#include "net/acceptor.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A batch is small so that a flood of connections cannot keep running requests waiting. */
enum { BATCH = 32, PAUSE_NS = 100000000 };

struct sg_listener {
    struct sg_watch watch;
    struct sg_acceptor *acceptor;
    struct sg_listener *next;
    const void *mark;
};

static void stop_watching(struct sg_acceptor *acceptor)
{
    for (struct sg_listener *one = acceptor->first; one != NULL; one = one->next)
        sg_watch_remove(acceptor->loop, &one->watch);
    acceptor->watching = false;
}

/* Without a timer it stays paused until a connection closes: sg_acceptor_resume. */
static void pause_for_a_while(struct sg_acceptor *acceptor)
{
    stop_watching(acceptor);
    (void)!sg_timer_set(acceptor->loop, &acceptor->pause, sg_loop_now(acceptor->loop) + PAUSE_NS);
}

static void watch_all(struct sg_acceptor *acceptor)
{
    acceptor->watching = true;
    for (struct sg_listener *one = acceptor->first; one != NULL; one = one->next) {
        if (!one->watch.added && sg_watch_add(acceptor->loop, &one->watch, EPOLLIN) < 0) {
            pause_for_a_while(acceptor);
            return;
        }
    }
}

static bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static int take_one(struct sg_listener *listener, struct sg_address *peer)
{
    *peer = (struct sg_address){.len = sizeof peer->storage};
    return accept4(listener->watch.fd, (struct sockaddr *)&peer->storage, &peer->len,
                   SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Any descriptor will do; a socket needs no file system. */
static void keep_reserve(struct sg_acceptor *acceptor)
{
    if (acceptor->reserve == 0)
        acceptor->reserve = 1 + socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void give_up_reserve(struct sg_acceptor *acceptor)
{
    if (acceptor->reserve > 0)
        (void)close(acceptor->reserve - 1);
    acceptor->reserve = 0;
}

/* Those who wait learn that there is no room, instead of waiting for nobody knows how long. */
static void shed(struct sg_listener *listener)
{
    struct sg_acceptor *acceptor = listener->acceptor;
    for (size_t most = BATCH; most > 0 && acceptor->reserve > 0; most--) {
        struct sg_address peer;
        give_up_reserve(acceptor);
        int fd = take_one(listener, &peer);
        if (fd >= 0)
            acceptor->calls.shed(acceptor->ctx, listener->mark, fd);
        keep_reserve(acceptor);
        if (fd < 0)
            return;
    }
}

/* Takes up to most connections; false when nothing more can be taken now. An error that lasts must
 * not keep us busy: a batch of nothing else is a reason to pause. */
static bool take(struct sg_listener *listener, size_t most)
{
    struct sg_acceptor *acceptor = listener->acceptor;
    bool any = false;
    for (; most > 0; most--) {
        struct sg_address peer;
        if (acceptor->calls.room(acceptor->ctx) == 0) {
            stop_watching(acceptor);
            return false;
        }
        int fd = take_one(listener, &peer);
        if (fd >= 0) {
            any = true;
            acceptor->calls.accepted(acceptor->ctx, listener->mark, fd, &peer);
        } else if (is_shortage(errno)) {
            shed(listener);
            pause_for_a_while(acceptor);
            return false;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return false;
        } /* else that one connection died while it waited */
    }
    if (!any)
        pause_for_a_while(acceptor);
    return any;
}

static void ready(struct sg_watch *watch, uint32_t events)
{
    (void)events;
    (void)take((struct sg_listener *)watch, BATCH);
}

static void pause_over(struct sg_timer *timer)
{
    sg_acceptor_resume((struct sg_acceptor *)timer); /* its first member */
}

void sg_acceptor_init(struct sg_acceptor *acceptor, struct sg_loop *loop,
                      const struct sg_acceptor_calls *calls, void *ctx)
{
    *acceptor = (struct sg_acceptor){
        .pause = {.due = pause_over}, .loop = loop, .watching = true, .calls = *calls, .ctx = ctx};
}

enum scrubgate_status sg_acceptor_add(struct sg_acceptor *acceptor, int fd, const void *mark)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_listener *listener = malloc(sizeof *listener);
    if (listener == NULL)
        goto failed;
    keep_reserve(acceptor);
    *listener = (struct sg_listener){
        .watch = {.fd = fd, .ready = ready}, .acceptor = acceptor, .mark = mark};
    if (acceptor->watching) {
        rc = sg_watch_add(acceptor->loop, &listener->watch, EPOLLIN);
        if (rc < 0)
            goto failed;
    }
    listener->next = acceptor->first;
    acceptor->first = listener;
    return SCRUBGATE_OK;
failed:
    free(listener);
    (void)close(fd);
    return rc;
}

void sg_acceptor_resume(struct sg_acceptor *acceptor)
{
    if (acceptor->watching)
        return;
    sg_timer_cancel(acceptor->loop, &acceptor->pause);
    keep_reserve(acceptor);
    watch_all(acceptor);
}

void sg_acceptor_drain(struct sg_acceptor *acceptor)
{
    for (struct sg_listener *one = acceptor->first; one != NULL; one = one->next) {
        while (take(one, BATCH)) {
        }
    }
    sg_acceptor_fini(acceptor);
}

void sg_acceptor_fini(struct sg_acceptor *acceptor)
{
    if (acceptor->loop == NULL)
        return;
    sg_timer_cancel(acceptor->loop, &acceptor->pause);
    stop_watching(acceptor);
    give_up_reserve(acceptor);
    while (acceptor->first != NULL) {
        struct sg_listener *listener = acceptor->first;
        acceptor->first = listener->next;
        (void)close(listener->watch.fd);
        free(listener);
    }
}
