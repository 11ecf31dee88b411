/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front.c - the side that customers' channels talk to: its life, from the first listener to the
 * last connection.
 */
#include "net/front.h"

#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/pages.h"
#include "net/front_parts.h"

enum { OUTPUT = SG_FRONT_BEFORE + SG_FRONT_PIECE + SG_FRONT_AFTER, UNSENT = 256 * 1024 };

static const uint64_t ms_ns = 1000000;
/* How long idle connections are left open when a front drains: a request that is on its way to one
 * must not find it closed. */
static const uint64_t parting_ns = 500000000;

/* --- drain ------------------------------------------------------------------------------------ */

static void cut_all(struct sg_front *front)
{
    while (front->clients != NULL)
        sg_client_drop(front->clients, SG_REQUEST_STOPPED);
}

static void close_idle(struct sg_front *front)
{
    struct sg_client *next;
    for (struct sg_client *client = front->clients; client != NULL; client = next) {
        next = client->next;
        if (sg_client_is_idle(client))
            sg_client_drop(client, SG_REQUEST_STOPPED);
    }
}

/* First for those that are idle, then for all. Without a timer there is no waiting. */
static void drain_timer_due(struct sg_timer *timer)
{
    struct sg_front *front =
        (struct sg_front *)(void *)((uint8_t *)timer - offsetof(struct sg_front, drain_timer));
    close_idle(front);
    if (sg_loop_now(front->loop) >= front->drain_ns ||
        sg_timer_set(front->loop, timer, front->drain_ns) < 0)
        cut_all(front);
}

static void tell_drained(struct sg_task *task)
{
    struct sg_front *front =
        (struct sg_front *)(void *)((uint8_t *)task - offsetof(struct sg_front, drain_task));
    void (*drained)(void *ctx) = front->drained;
    sg_timer_cancel(front->loop, &front->drain_timer);
    front->drained = NULL;
    if (drained != NULL)
        drained(front->drained_ctx);
}

void sg_front_drain(struct sg_front *front, uint64_t deadline_ns, void (*drained)(void *ctx),
                    void *ctx)
{
    uint64_t parting = sg_loop_now(front->loop) + parting_ns;
    if (front->draining)
        return;
    sg_acceptor_drain(&front->acceptor);
    front->draining = true;
    front->drain_ns = deadline_ns;
    front->drained = drained;
    front->drained_ctx = ctx;
    if (sg_timer_set(front->loop, &front->drain_timer,
                     parting < deadline_ns ? parting : deadline_ns) < 0)
        cut_all(front);
    if (front->n_clients == 0)
        sg_task_queue(front->loop, &front->drain_task);
}

/* --- life ------------------------------------------------------------------------------------- */

enum scrubgate_status sg_front_new(struct sg_front **front, struct sg_loop *loop,
                                   const struct sg_front_limits *limits,
                                   const struct sg_front_handler *handler)
{
    uint64_t durations[SG_DEADLINE_KINDS];
    *front = NULL;
    struct sg_front *made = calloc(1, sizeof *made);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->loop = loop;
    made->limits = *limits;
    made->handler = *handler;
    made->drain_timer.due = drain_timer_due;
    made->drain_task.run = tell_drained;
    sg_acceptor_init(&made->acceptor, loop, &sg_clients_calls, made);
    sg_front_durations(limits, durations);
    enum scrubgate_status rc = sg_deadlines_init(&made->deadlines, loop, durations, sg_client_due);
    made->input = sg_pages_new(SG_FRONT_PIECE);
    made->output = sg_pages_new(OUTPUT);
    if (made->input == NULL || made->output == NULL)
        rc = SCRUBGATE_ENOMEM;
    if (rc >= 0 && limits->per_peer > 0)
        rc = sg_peers_new(&made->peers, limits->per_peer);
    if (rc < 0) {
        sg_front_free(made);
        return rc;
    }
    *front = made;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_front_listen(struct sg_front *front, int fd,
                                      const struct sg_arrival *arrival)
{
    /* Accepted sockets inherit these; on a unix socket they mean nothing. The second is for what
     * was written when the connection closed: the system does not try to send it for ever. The
     * third is for clients that do not read: the system would hold megabytes for each of them, and
     * when it has no more it resets connections, whosever they are. */
    const int on = 1, unsent = UNSENT;
    const uint64_t write_ns =
        front->limits.write_ns > 0 ? front->limits.write_ns : front->limits.idle_ns;
    const unsigned patience_ms = write_ns / ms_ns < UINT32_MAX ? (unsigned)(write_ns / ms_ns) : 0;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    return sg_acceptor_add(&front->acceptor, fd, arrival);
}

void sg_front_free(struct sg_front *front)
{
    if (front == NULL)
        return;
    front->draining = true; /* nobody new comes */
    cut_all(front);
    assert(front->n_clients == 0);
    sg_acceptor_fini(&front->acceptor);
    sg_timer_cancel(front->loop, &front->drain_timer);
    sg_task_cancel(front->loop, &front->drain_task);
    sg_deadlines_fini(&front->deadlines);
    sg_request_free_spares(front);
    sg_peers_free(front->peers);
    sg_pages_free(front->input, SG_FRONT_PIECE, 0); /* both hold nothing between two turns */
    sg_pages_free(front->output, OUTPUT, 0);
    free(front);
}

size_t sg_front_connections(const struct sg_front *front)
{
    return front->n_clients;
}

void sg_front_tell(struct sg_front *front, const struct sg_client *client,
                   const struct sg_refusal *why)
{
    struct sg_bytes peer = {NULL, 0};
    if (client != NULL)
        peer = (struct sg_bytes){client->peer, client->peer_len};
    if (front->handler.refused != NULL)
        front->handler.refused(front->handler.ctx, peer, why);
}
