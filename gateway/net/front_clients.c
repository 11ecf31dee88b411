/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_clients.c - a front's connections: accepted, timed, drained.
 *
 * libmicrohttpd knows only how long a connection has been silent, and nothing while one is
 * suspended. Here are deadlines for a whole head, a whole body and a reply that is not read, and an
 * eye on clients that wait for us.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/front_parts.h"

/* --- coming and going ------------------------------------------------------------------------- */

static size_t room(void *own)
{
    const struct sg_front *front = own;
    size_t most = front->limits.connections;
    return front->n_clients < most ? most - front->n_clients : 0;
}

static void remember_peer(struct sg_client *client, const struct sg_address *peer)
{
    const void *from = NULL;
    if (peer->storage.ss_family == AF_INET) {
        from = &((const struct sockaddr_in *)&peer->storage)->sin_addr;
        client->peer_len = 4;
    } else if (peer->storage.ss_family == AF_INET6) {
        from = &((const struct sockaddr_in6 *)&peer->storage)->sin6_addr;
        client->peer_len = 16;
    }
    if (from != NULL)
        memcpy(client->peer, from, client->peer_len);
}

/* Only while a request is parked. */
static void hung_up(struct sg_watch *watch, uint32_t events)
{
    struct sg_client *client = (struct sg_client *)watch; /* its first member */
    (void)events;
    sg_watch_remove(client->front->loop, watch);
    if (client->request != NULL)
        sg_flow_give_up(client->request, SG_REQUEST_GONE);
}

static void accepted(void *own, int fd, const struct sg_address *peer)
{
    struct sg_front *front = own;
    struct sg_client *client = calloc(1, sizeof *client);
    if (client == NULL) {
        (void)close(fd);
        return;
    }
    struct sg_host *host = &front->hosts[0];
    for (unsigned i = 1; i < front->n_hosts; i++) {
        if (front->hosts[i].clients < host->clients)
            host = &front->hosts[i];
    }
    client->watch = (struct sg_watch){.fd = fd, .ready = hung_up};
    client->front = front;
    client->host = host;
    client->fd = fd;
    remember_peer(client, peer);
    front->newcomer = client;
    sg_mhd_adopt(front, peer);
    free(front->newcomer); /* refused before it became a connection */
    front->newcomer = NULL;
}

void sg_client_begin(struct sg_front *front, struct sg_client *client)
{
    client->next = front->clients;
    if (client->next != NULL)
        client->next->prev = client;
    front->clients = client;
    front->n_clients++;
    client->host->clients++;
    sg_client_wait(client, SG_WAIT_HEAD);
}

void sg_client_end(struct sg_client *client)
{
    struct sg_front *front = client->front;
    if (client->request != NULL) {
        /* libmicrohttpd could not watch the socket, and says so only here. */
        client->limited = false; /* it has left the lists already */
        sg_flow_over(client->request, SG_REQUEST_GONE);
    }
    sg_watch_remove(front->loop, &client->watch);
    sg_deadline_cancel(&front->deadlines, &client->deadline);
    if (client->prev != NULL)
        client->prev->next = client->next;
    else
        front->clients = client->next;
    if (client->next != NULL)
        client->next->prev = client->prev;
    front->n_clients--;
    client->host->clients--;
    free(client);
    if (!front->draining)
        sg_acceptor_resume(&front->acceptor);
    else if (front->n_clients == 0)
        sg_task_queue(front->loop, &front->drain_task);
}

/* --- deadlines -------------------------------------------------------------------------------- */

void sg_client_wait(struct sg_client *client, enum sg_wait what)
{
    sg_deadline_set(&client->front->deadlines, &client->deadline, what);
}

/* Whether the client has begun a request that libmicrohttpd has not told us of. */
static bool has_begun(const struct sg_client *client)
{
    return client->request != NULL || sg_bypass_received(client->fd) > client->consumed;
}

static void answer_408(struct sg_client *client)
{
    static const struct sg_refusal why = {408, "deadline", "the request took too long to come"};
    struct sg_buf text = {.data = NULL};
    bool head = client->request != NULL && client->request->head;
    if (!sg_mhd_is_answering(client) && sg_bypass_print_problem(&text, &why, head) >= 0)
        (void)sg_bypass_answer(client->fd, sg_buf_bytes(&text));
    sg_buf_fini(&text);
}

/* A client that has been silent gets no answer: it would take that for one to its next request. */
static void request_is_late(struct sg_client *client)
{
    if (has_begun(client))
        answer_408(client);
    if (client->request != NULL)
        sg_flow_give_up(client->request, SG_REQUEST_GONE);
    sg_bypass_cut(client->fd);
}

/* libmicrohttpd misses the end of a client's side that comes together with bytes of a body. While
 * the request is parked, the rest of its body may be with us already. */
static void look_for_body(struct sg_client *client)
{
    if (sg_loop_now(client->front->loop) >= client->body_due_ns) {
        request_is_late(client);
    } else if (client->request != NULL && !client->request->suspended &&
               sg_bypass_ended(client->fd)) {
        sg_flow_give_up(client->request, SG_REQUEST_GONE);
        sg_bypass_cut(client->fd);
    } else {
        sg_client_wait(client, SG_WAIT_BODY);
    }
}

/*
 * Between two requests libmicrohttpd misses the end of a client's side that came together with the
 * last bytes of a request: a short read makes it wait for news, and that was the news. While a
 * request is parked it sees nothing; but a client that has ended its side may still read a reply.
 */
static void look_for_hang_up(struct sg_client *client)
{
    if (client->request !=
        NULL) /* no events asked for: errors and hang-ups are told all the same */
        (void)!sg_watch_add(client->front->loop, &client->watch, 0);
    else if (sg_bypass_ended(client->fd))
        sg_bypass_cut(client->fd);
    else
        sg_client_wait(client, SG_WAIT_NEXT);
}

static void reader_is_slow(struct sg_client *client)
{
    struct sg_progress now = sg_bypass_progress(client->fd);
    bool stuck = now.waiting > 0 && now.waiting == client->progress.waiting &&
                 now.acked == client->progress.acked;
    client->progress = now;
    if (stuck && client->request != NULL)
        sg_flow_give_up(client->request, SG_REQUEST_GONE);
    else
        sg_client_wait(client, SG_WAIT_READER);
}

void sg_clients_due(struct sg_deadlines *all, struct sg_deadline *deadline, unsigned kind)
{
    struct sg_client *client =
        (struct sg_client *)((uint8_t *)deadline - offsetof(struct sg_client, deadline));
    (void)all;
    switch ((enum sg_wait)kind) {
    case SG_WAIT_HEAD:
        request_is_late(client);
        break;
    case SG_WAIT_BODY:
        look_for_body(client);
        break;
    case SG_WAIT_NEXT:
        if (has_begun(client))
            sg_client_wait(client, SG_WAIT_HEAD);
        else
            sg_bypass_cut(client->fd);
        break;
    case SG_WAIT_BRIEF:
        look_for_hang_up(client);
        break;
    case SG_WAIT_READER:
        reader_is_slow(client);
        break;
    case SG_WAIT_LINGER:
        sg_bypass_cut(client->fd);
        break;
    }
}

/* --- drain ------------------------------------------------------------------------------------ */

void sg_clients_cut_all(struct sg_front *front)
{
    for (struct sg_client *client = front->clients; client != NULL; client = client->next) {
        if (client->request != NULL)
            sg_flow_give_up(client->request, SG_REQUEST_STOPPED);
        else
            sg_bypass_cut(client->fd);
    }
}

static void drain_is_over(struct sg_timer *timer)
{
    sg_clients_cut_all(
        (struct sg_front *)((uint8_t *)timer - offsetof(struct sg_front, drain_timer)));
}

static void tell_drained(struct sg_task *task)
{
    struct sg_front *front =
        (struct sg_front *)((uint8_t *)task - offsetof(struct sg_front, drain_task));
    void (*drained)(void *ctx) = front->drained;
    sg_timer_cancel(front->loop, &front->drain_timer);
    front->drained = NULL;
    if (drained != NULL)
        drained(front->drained_ctx);
}

void sg_front_drain(struct sg_front *front, uint64_t deadline_ns, void (*drained)(void *ctx),
                    void *ctx)
{
    if (front->draining)
        return;
    sg_acceptor_drain(&front->acceptor);
    front->draining = true;
    front->drained = drained;
    front->drained_ctx = ctx;
    for (struct sg_client *client = front->clients; client != NULL; client = client->next) {
        if (!has_begun(client))
            sg_bypass_cut(client->fd);
    }
    /* Without a timer there is no waiting. */
    if (sg_timer_set(front->loop, &front->drain_timer, deadline_ns) < 0)
        sg_clients_cut_all(front);
    if (front->n_clients == 0)
        sg_task_queue(front->loop, &front->drain_task);
}

void sg_clients_init(struct sg_front *front)
{
    front->drain_timer.due = drain_is_over;
    front->drain_task.run = tell_drained;
    sg_acceptor_init(&front->acceptor, front->loop, room, accepted, front);
}

void sg_clients_fini(struct sg_front *front)
{
    sg_acceptor_fini(&front->acceptor);
    sg_timer_cancel(front->loop, &front->drain_timer);
    sg_task_cancel(front->loop, &front->drain_task);
    sg_deadlines_fini(&front->deadlines);
}

enum scrubgate_status sg_front_listen(struct sg_front *front, int fd)
{
    return sg_acceptor_add(&front->acceptor, fd);
}

size_t sg_front_connections(const struct sg_front *front)
{
    return front->n_clients;
}
