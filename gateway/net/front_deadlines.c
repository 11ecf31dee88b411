/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_deadlines.c - what a connection waits for, and how long.
 *
 * A head and a body have deadlines for the whole of them, whatever comes meanwhile. A reader must
 * take some bytes all the time. While the handler is at work, or holds the client back, there is no
 * deadline here.
 */
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "net/front_parts.h"

enum { LOOKS = 4, SLOWEST = 1024 /* bytes a second that a reader must take */ };

static const uint64_t linger_ns = 2000000000, probe_ns = 50000000, second_ns = 1000000000;

void sg_front_durations(const struct sg_front_limits *limits, uint64_t ns[SG_DEADLINE_KINDS])
{
    ns[SG_WAIT_HEAD] = limits->header_ns;
    ns[SG_WAIT_BODY] = limits->body_ns;
    ns[SG_WAIT_NEXT] = limits->idle_ns;
    ns[SG_WAIT_WRITE] = (limits->write_ns > 0 ? limits->write_ns : limits->idle_ns) / LOOKS;
    ns[SG_WAIT_LINGER] = linger_ns;
    ns[SG_WAIT_PROBE] = probe_ns;
    ns[SG_WAIT_LATE] = 0;
}

static enum sg_wait waits_for(const struct sg_client *client)
{
    const struct sg_request *request = client->request;
    if (client->stage == SG_CLIENT_LINGERS)
        return SG_WAIT_LINGER;
    if (request == NULL)
        return client->served && client->ahead.len == 0 ? SG_WAIT_NEXT : SG_WAIT_HEAD;
    if (request->stage == SG_STAGE_BODY && request->stopped)
        return SG_WAIT_US; /* we do not read: it is not the client that is slow */
    if (request->stage == SG_STAGE_BODY)
        return request->spent_ns < client->front->limits.body_ns ? SG_WAIT_BODY : SG_WAIT_LATE;
    if (request->out.len > 0)
        return SG_WAIT_WRITE;
    return client->conn.hangup && !request->made && !request->probed ? SG_WAIT_PROBE : SG_WAIT_US;
}

/* A body's time begins anew after each pause of ours, but not for a client that has used it up in
 * pieces: pauses, which a client may bring about, give it no more than twice as much. */
static void count_time(struct sg_client *client)
{
    const struct sg_deadline *deadline = &client->deadline;
    if (client->request != NULL && deadline->kind == 1 + SG_WAIT_BODY)
        client->request->spent_ns += sg_loop_now(client->front->loop) - deadline->set_ns;
}

void sg_client_await(struct sg_client *client)
{
    struct sg_deadlines *all = &client->front->deadlines;
    enum sg_wait what = waits_for(client);
    if (client->deadline.kind != 1 + (unsigned)what)
        count_time(client);
    if (what == SG_WAIT_US) {
        sg_deadline_cancel(all, &client->deadline);
        return;
    }
    if (client->deadline.kind == 1 + (unsigned)what)
        return;
    client->slow = 0;
    sg_deadline_set(all, &client->deadline, what);
}

/* --- too late --------------------------------------------------------------------------------- */

/* A client that has been silent gets no answer: it would take that for one to its next request. */
static void request_is_late(struct sg_client *client)
{
    static const struct sg_refusal why = {408, "deadline", "the request took too long to come"};
    static const struct sg_refusal before = {0, "deadline", "PROXY header or TLS took too long"};
    struct sg_request *request = client->request;
    if (sg_request_hurry(request)) {
        sg_client_run(client);
    } else if (request != NULL || client->ahead.len > 0) {
        sg_client_refuse(client, &why);
    } else {
        if (client->stage == SG_CLIENT_ARRIVES)
            sg_front_tell(client->front, client, &before);
        sg_client_drop(client, SG_REQUEST_GONE);
    }
}

/* --- readers ---------------------------------------------------------------------------------- */

/* Grows with each byte that the client has taken. */
static uint64_t taken_by(const struct sg_client *client)
{
    struct tcp_info info = {.tcpi_state = 0};
    socklen_t len = sizeof info;
    int waiting = 0;
    if (getsockopt(client->conn.watch.fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
        len >= offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked)
        return info.tcpi_bytes_acked;
    if (ioctl(client->conn.watch.fd, SIOCOUTQ, &waiting) != 0)
        return 0;
    return UINT32_MAX - (uint64_t)(unsigned)waiting; /* nothing is added meanwhile */
}

/* The socket has been full since the last look: room in it would have ended the wait. */
static void look_at_reader(struct sg_client *client)
{
    const uint64_t pause_ns = client->front->deadlines.list[SG_WAIT_WRITE].duration_ns;
    uint64_t now = taken_by(client);
    uint64_t least = pause_ns / (second_ns / SLOWEST);
    bool first = client->slow == 0;
    bool slow = first || now < client->acked || now - client->acked < (least > 0 ? least : 1);
    client->acked = now;
    client->slow = slow ? client->slow + 1 : 1;
    if (client->slow >= LOOKS)
        sg_client_drop(client, SG_REQUEST_GONE);
    else
        sg_deadline_set(&client->front->deadlines, &client->deadline, SG_WAIT_WRITE);
}

/*
 * A client that has ended its side may be waiting for its reply, or have closed the connection: it
 * looks the same. An interim answer, which a client must expect at any time (RFC 9110, 15.2), makes
 * one that has closed say so.
 */
static void probe(struct sg_client *client)
{
    struct sg_request *request = client->request;
    request->probed = true;
    if (!request->old && client->conn.can_write)
        sg_reply_continue(request);
    if (request->cut)
        sg_client_drop(client, request->how);
    else
        sg_client_await(client);
}

void sg_client_due(struct sg_deadlines *all, struct sg_deadline *deadline, unsigned kind)
{
    struct sg_client *client =
        (struct sg_client *)(void *)((uint8_t *)deadline - offsetof(struct sg_client, deadline));
    (void)all;
    switch ((enum sg_wait)kind) {
    case SG_WAIT_HEAD:
    case SG_WAIT_BODY:
    case SG_WAIT_LATE:
        request_is_late(client);
        break;
    case SG_WAIT_WRITE:
        look_at_reader(client);
        break;
    case SG_WAIT_PROBE:
        probe(client);
        break;
    case SG_WAIT_NEXT:
    case SG_WAIT_LINGER:
    case SG_WAIT_US:
        sg_client_drop(client, SG_REQUEST_GONE);
        break;
    }
}
