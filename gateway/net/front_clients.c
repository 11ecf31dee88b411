/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_clients.c - a front's connections: how they come, how they end.
 *
 *     accept4 -> may it come? -> PROXY header -> is there room for its address? -> TLS -> serves
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/front_parts.h"

static const struct sg_refusal crowded = {503, "overload",
                                          "too many connections from this address"};
static const struct sg_refusal stranger = {0, "proxy", "not from a known load balancer"};
static const struct sg_refusal no_room = {503, "overload", "too many connections"};

/* Whether all of it went out. */
static bool say(struct sg_client *client, const struct sg_refusal *why)
{
    const struct sg_request *request = client->request;
    struct sg_buf text = {.data = NULL};
    bool said = false;
    bool between = request == NULL || (!request->headed && request->out_at == 0);
    if (between && client->conn.up &&
        sg_reply_print(&text, why, request != NULL && request->head) >= 0) {
        const struct iovec all = {text.data, text.len};
        said = sg_conn_write(&client->conn, &all, 1) == (int64_t)text.len;
    }
    sg_buf_fini(&text);
    return said;
}

/* --- before the first request ----------------------------------------------------------------- */

static size_t room(void *own)
{
    const struct sg_front *front = own;
    size_t most = front->limits.connections;
    return front->n_clients < most ? most - front->n_clients : 0;
}

/* A socket that is never read: what its client sends may reset the answer away. */
static void turn_away(struct sg_front *front, const struct sg_arrival *arrival, int fd)
{
    struct sg_buf text = {.data = NULL};
    bool plain = arrival == NULL || arrival->tls == NULL;
    sg_front_tell(front, NULL, &no_room);
    if (plain && sg_reply_print(&text, &no_room, false) >= 0) {
        (void)!send(fd, text.data, text.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)shutdown(fd, SHUT_WR);
    }
    sg_buf_fini(&text);
    (void)close(fd);
}

static void shed(void *own, const void *mark, int fd)
{
    turn_away(own, mark, fd);
}

static void accepted(void *own, const void *mark, int fd, const struct sg_address *peer)
{
    sg_client_adopt(own, mark, fd, peer);
}

const struct sg_acceptor_calls sg_clients_calls = {
    .room = room, .accepted = accepted, .shed = shed};

static void remember_peer(struct sg_client *client, const struct sg_address *peer)
{
    if (peer->storage.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&peer->storage;
        client->peer_len = sizeof in->sin_addr;
        memcpy(client->peer, &in->sin_addr, sizeof in->sin_addr);
    } else if (peer->storage.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&peer->storage;
        client->peer_len = sizeof in6->sin6_addr;
        memcpy(client->peer, &in6->sin6_addr, sizeof in6->sin6_addr);
    }
}

/* Takes off the PROXY header, where each connection begins with one. */
static enum scrubgate_status take_proxy(struct sg_client *client)
{
    const struct sg_arrival *arrival = client->arrival;
    if (client->announced || arrival == NULL || !arrival->proxy)
        return SCRUBGATE_OK;
    struct sg_refusal why = {0, "proxy", NULL};
    struct sg_address from = {.len = 0};
    enum scrubgate_status rc = sg_arrival_take_proxy(client->conn.watch.fd, &from, &why.detail);
    if (rc == SCRUBGATE_FULL)
        return rc;
    if (rc == SCRUBGATE_EMALFORMED)
        sg_front_tell(client->front, client, &why);
    if (rc == SCRUBGATE_OK && from.len > 0)
        remember_peer(client, &from);
    client->announced = true;
    return rc;
}

/* Whether its address may have one more. */
static bool count(struct sg_client *client)
{
    struct sg_peers *peers = client->front->peers;
    if (peers == NULL || client->counted || client->peer_len == 0)
        return true;
    client->counted = sg_peers_add(peers, (struct sg_bytes){client->peer, client->peer_len});
    return client->counted;
}

bool sg_client_arrive(struct sg_client *client)
{
    static const struct sg_refusal untrusted = {0, "tls", "the TLS handshake failed"};
    enum scrubgate_status rc = take_proxy(client);
    if (rc == SCRUBGATE_FULL) {
        sg_client_await(client);
        return false;
    }
    if (rc >= 0 && !count(client)) {
        (void)say(client, &crowded); /* and no lingering: there would be no end of them */
        sg_front_tell(client->front, client, &crowded);
        sg_client_drop(client, SG_REQUEST_GONE);
        return false;
    }
    int up = rc < 0 ? SG_CONN_FAILED : sg_conn_connect(&client->conn);
    if (up == SG_CONN_UNTRUSTED)
        sg_front_tell(client->front, client, &untrusted);
    if (up == 0)
        client->stage = SG_CLIENT_SERVES;
    else if (up == SG_CONN_WAIT)
        sg_client_await(client);
    else
        sg_client_drop(client, SG_REQUEST_GONE);
    return up == 0;
}

/* --- coming ----------------------------------------------------------------------------------- */

static void ready(struct sg_conn *conn, bool arrived)
{
    struct sg_client *client = (struct sg_client *)conn; /* its first member */
    (void)arrived;
    if (conn->gone)
        sg_client_drop(client, SG_REQUEST_GONE);
    else
        sg_client_run(client);
}

static void run_task(struct sg_task *task)
{
    sg_client_run((struct sg_client *)(void *)((uint8_t *)task - offsetof(struct sg_client, task)));
}

static void link_client(struct sg_client *client)
{
    struct sg_front *front = client->front;
    client->next = front->clients;
    if (client->next != NULL)
        client->next->prev = client;
    front->clients = client;
    front->n_clients++;
}

void sg_client_adopt(struct sg_front *front, const struct sg_arrival *arrival, int fd,
                     const struct sg_address *peer)
{
    struct sg_tls_server *tls = arrival != NULL ? arrival->tls : NULL;
    if (arrival != NULL && !sg_arrival_admits(arrival, peer)) {
        sg_front_tell(front, NULL, &stranger);
        (void)close(fd);
        return;
    }
    struct sg_client *client = calloc(1, sizeof *client);
    if (client == NULL) {
        turn_away(front, arrival, fd);
        return;
    }
    client->front = front;
    client->arrival = arrival;
    client->task.run = run_task;
    sg_guard_init(&client->guard, front->limits.header);
    remember_peer(client, peer);
    if (sg_conn_adopt(&client->conn, front->loop, fd, tls, ready) < 0) {
        free(client);
        return;
    }
    link_client(client);
    bool waits = arrival != NULL && (arrival->proxy || tls != NULL);
    if (waits || sg_client_arrive(client))
        sg_client_await(client);
}

bool sg_client_is_idle(const struct sg_client *client)
{
    return client->stage == SG_CLIENT_SERVES && client->request == NULL && client->ahead.len == 0;
}

/* --- ending ----------------------------------------------------------------------------------- */

static void unlink_client(struct sg_client *client)
{
    struct sg_front *front = client->front;
    if (client->prev != NULL)
        client->prev->next = client->next;
    else
        front->clients = client->next;
    if (client->next != NULL)
        client->next->prev = client->prev;
    front->n_clients--;
}

/* Takes the request away from the client, and tells the handler. */
static void lose_request(struct sg_client *client, enum sg_request_end how)
{
    struct sg_request *request = client->request;
    if (request == NULL)
        return;
    client->request = NULL;
    if (request->begun)
        client->front->handler.closed(request->own, how);
    sg_request_return(client->front, request);
}

/* A reply whose only end mark would be the close must not look whole. */
static bool must_reset(const struct sg_request *request)
{
    return request != NULL && request->headed && request->old && request->length == UINT64_MAX;
}

void sg_client_drop(struct sg_client *client, enum sg_request_end how)
{
    struct sg_front *front = client->front;
    if (must_reset(client->request))
        sg_conn_reset(&client->conn);
    lose_request(client, how);
    sg_conn_close(&client->conn);
    sg_deadline_cancel(&front->deadlines, &client->deadline);
    sg_task_cancel(front->loop, &client->task);
    if (client->counted)
        sg_peers_drop(front->peers, (struct sg_bytes){client->peer, client->peer_len});
    sg_buf_fini(&client->ahead);
    unlink_client(client);
    free(client);
    if (!front->draining)
        sg_acceptor_resume(&front->acceptor);
    else if (front->n_clients == 0)
        sg_task_queue(front->loop, &front->drain_task);
}

void sg_client_linger(struct sg_client *client, bool more)
{
    if (client->conn.gone || (!more && !client->conn.can_read && client->ahead.len == 0)) {
        sg_client_drop(client, SG_REQUEST_GONE);
        return;
    }
    sg_buf_fini(&client->ahead);
    sg_conn_finish(&client->conn);
    client->stage = SG_CLIENT_LINGERS;
    sg_client_await(client);
    if (client->conn.can_read)
        sg_task_queue(client->front->loop, &client->task);
}

void sg_client_refuse(struct sg_client *client, const struct sg_refusal *why)
{
    bool said = say(client, why);
    sg_front_tell(client->front, client, why);
    if (!said) {
        sg_client_drop(client, SG_REQUEST_GONE);
        return;
    }
    lose_request(client, SG_REQUEST_GONE);
    sg_client_linger(client, true);
}
