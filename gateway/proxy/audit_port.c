/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_port.c - a worker's door to the log's writer: tickets in, answers out, once a turn of its
 * loop.
 *
 * All of it runs on the worker's thread. While that is behind, tickets of some turns go together: a
 * commit costs as much as several messages, and who waits in line for the worker anyway does not
 * wait longer for it. They never wait while the loop could sleep.
 */
#define _GNU_SOURCE /* epoll_create1 */
#include <assert.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "proxy/auditor_parts.h"

enum { SPARES_MOST = 128 };
/* The worker is behind when so many descriptors were ready at once. */
enum { BEHIND = 4, GATHERED_MOST = 256 };

static const uint64_t gather_ns = 2000000;

struct sg_audit_port {
    struct sg_task task; /* first, and so is the wake in its wrapper: owners are found from them */
    struct sg_auditor *auditor;
    struct sg_loop *loop;
    struct sg_ticket_list fresh;  /* submitted, not yet handed over */
    uint64_t since;               /* the turn of the first of them */
    struct sg_ticket_list spares; /* notes that are durable, for the next ones */
    struct sg_audit_lane lane;
    int drain; /* an epoll with its bell alone: to wait for that when the loop has ended */
    struct port_wake {
        struct sg_wake wake;
        struct sg_audit_port *port;
    } woken;
};

static void put_spare(struct sg_audit_port *port, struct sg_audit_ticket *ticket)
{
    if (port->spares.n < SPARES_MOST)
        sg_tickets_add(&port->spares, ticket);
    else
        sg_ticket_free_note(ticket);
}

/* done may free the ticket's owner and the ticket in it: it comes last. */
static void answer(struct sg_audit_port *port, struct sg_ticket_list *list)
{
    struct sg_audit_ticket *ticket;
    while ((ticket = sg_tickets_take(list)) != NULL) {
        bool owned = ticket->owned_by_port;
        ticket->waiting = false;
        sg_buf_spare(&ticket->record, SG_SPARE_MOST);
        if (ticket->done != NULL)
            ticket->done(ticket);
        if (owned)
            put_spare(port, ticket);
    }
}

/* Hands over what was submitted; what finds no room is refused. */
static void hand_over(struct sg_audit_port *port, struct sg_ticket_list *refused)
{
    struct sg_audit_ticket *ticket;
    sg_tickets_init(refused);
    if (port->fresh.n > 0)
        sg_audit_lane_put(&port->lane, &port->fresh);
    while ((ticket = sg_tickets_take(&port->fresh)) != NULL) {
        if (sg_ticket_is_note(ticket)) {
            sg_audit_drop_note(port->auditor, ticket);
            continue;
        }
        ticket->status = SCRUBGATE_EIO;
        sg_tickets_add(refused, ticket);
    }
}

/* Whether the next turn, which then comes at once, may add to what is here. */
static bool gathers(const struct sg_audit_port *port)
{
    return sg_loop_ready(port->loop) >= BEHIND && port->fresh.n < GATHERED_MOST &&
           sg_loop_now(port->loop) - port->since < gather_ns;
}

static void on_turn_end(struct sg_task *task)
{
    struct sg_audit_port *port = (struct sg_audit_port *)task;
    struct sg_ticket_list refused;
    if (gathers(port)) {
        sg_task_queue(port->loop, task);
        return;
    }
    hand_over(port, &refused);
    answer(port, &refused);
}

static void on_ring(struct sg_wake *wake)
{
    struct sg_audit_port *port = ((struct port_wake *)wake)->port;
    struct sg_ticket_list done;
    sg_tickets_init(&done);
    sg_audit_lane_take(&port->lane, &done);
    answer(port, &done);
}

static bool open_drain(struct sg_audit_port *port)
{
    struct epoll_event event = {.events = EPOLLIN};
    const int bell = port->woken.wake.watch.fd;
    port->drain = epoll_create1(EPOLL_CLOEXEC);
    if (port->drain >= 0 && epoll_ctl(port->drain, EPOLL_CTL_ADD, bell, &event) == 0)
        return true;
    if (port->drain >= 0)
        (void)close(port->drain);
    return false;
}

enum scrubgate_status sg_audit_port_open(struct sg_audit_port **port, struct sg_auditor *auditor,
                                         struct sg_loop *loop)
{
    struct sg_audit_port *made = calloc(1, sizeof *made);
    *port = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->auditor = auditor;
    made->loop = loop;
    made->task.run = on_turn_end;
    made->woken.port = made;
    sg_tickets_init(&made->fresh);
    sg_tickets_init(&made->spares);
    enum scrubgate_status rc = sg_wake_init(loop, &made->woken.wake, on_ring);
    if (rc < 0)
        goto out;
    rc = SCRUBGATE_EIO;
    if (!open_drain(made))
        goto out;
    rc = sg_audit_lane_open(auditor, &made->lane, made->woken.wake.watch.fd);
    if (rc < 0) {
        (void)close(made->drain);
        goto out;
    }
    *port = made;
    made = NULL; /* the caller's now */
out:
    if (made != NULL)
        sg_wake_fini(loop, &made->woken.wake);
    free(made);
    return rc;
}

/* Until all that was given is answered or, when the writer fails, refused. */
static void wait_for_answers(struct sg_audit_port *port, struct sg_ticket_list *done)
{
    struct epoll_event event;
    uint64_t rings;
    sg_audit_lane_take(&port->lane, done);
    while (sg_audit_lane_waits(&port->lane)) {
        if (epoll_wait(port->drain, &event, 1, -1) > 0)
            (void)!read(port->lane.bell, &rings, sizeof rings);
        sg_audit_lane_take(&port->lane, done);
    }
}

void sg_audit_port_close(struct sg_audit_port *port)
{
    struct sg_ticket_list over;
    struct sg_audit_ticket *ticket;
    if (port == NULL)
        return;
    hand_over(port, &over);
    wait_for_answers(port, &over);
    sg_audit_lane_close(&port->lane);
    (void)close(port->drain);
    sg_wake_fini(port->loop, &port->woken.wake);
    sg_task_cancel(port->loop, &port->task);
    for (ticket = over.first; ticket != NULL; ticket = ticket->next)
        ticket->done = NULL; /* its owner is going too */
    answer(port, &over);
    while ((ticket = sg_tickets_take(&port->spares)) != NULL)
        sg_ticket_free_note(ticket);
    free(port);
}

void sg_audit_submit(struct sg_audit_port *port, struct sg_audit_ticket *ticket)
{
    assert(!ticket->waiting);
    ticket->waiting = true;
    if (port->fresh.n == 0)
        port->since = sg_loop_now(port->loop);
    sg_tickets_add(&port->fresh, ticket);
    sg_task_queue(port->loop, &port->task);
}

void sg_audit_note(struct sg_audit_port *port, struct sg_buf *record)
{
    struct sg_audit_ticket *ticket = sg_tickets_take(&port->spares);
    if (ticket == NULL)
        ticket = calloc(1, sizeof *ticket);
    if (ticket == NULL) {
        sg_buf_fini(record);
        atomic_fetch_add(&port->auditor->dropped, 1);
        return;
    }
    struct sg_buf spare = ticket->record;
    *ticket = (struct sg_audit_ticket){.record = *record, .owned_by_port = true};
    *record = spare;
    sg_audit_submit(port, ticket);
}
