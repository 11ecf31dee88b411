/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_handover.c - gives sockets and audit log to a gateway that takes over, then drains.
 *
 *     NOBODY -> ASKED -> LENT -> GIVEN
 *        ^--------'--------'            the new one has died: as if nothing had happened
 */
#define _GNU_SOURCE /* accept4, SOCK_CLOEXEC */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/diag.h"
#include "net/packet.h"
#include "proxy/handover.h"
#include "proxy/oplog.h"
#include "proxy/server_parts.h"

#define SILENCE_NS UINT64_C(5000000000)

/* --- sending --- */

static enum scrubgate_status refuse(int socket, const char *why)
{
    char text[160];
    (void)snprintf(text, sizeof text, SG_LEDGER_NOT_LENT "%s\n", why);
    return sg_packet_send(socket, sg_bytes_of(text), NULL, 0);
}

/* A line and a descriptor for each socket. Ours stay open: two processes have them then. */
static enum scrubgate_status send_sockets(const struct sg_server *server, int to)
{
    const struct sg_listeners *all = &server->listeners;
    const struct sg_config *config = sg_server_config(server);
    struct sg_buf lines = {0};
    int fd[SG_PACKET_FDS];
    size_t n = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i <= all->n_sockets && rc >= 0; i++) {
        bool admin = i == all->n_sockets;
        fd[n++] = admin ? all->admin - 1 : all->socket[i].fd;
        rc = sg_buf_addf(&lines, "%s%s\n", admin ? SG_HANDOVER_ADMIN : SG_HANDOVER_LISTEN,
                         admin ? config->admin_text : config->listen_text[all->socket[i].address]);
        if (rc < 0 || (n < SG_PACKET_FDS && !admin))
            continue;
        rc = sg_packet_send(to, sg_buf_bytes(&lines), fd, n);
        lines.len = n = 0;
    }
    sg_buf_fini(&lines);
    return rc < 0 ? rc : sg_packet_send(to, SG_BYTES(SG_HANDOVER_END), NULL, 0);
}

/* --- who takes over --- */

static void close_peer(struct sg_server *server)
{
    struct sg_handover *handover = &server->handover;
    if (handover->peer.fd < 0)
        return;
    sg_timer_cancel(server->loop, &handover->silence);
    sg_watch_remove(server->loop, &handover->peer);
    (void)close(handover->peer.fd);
    handover->peer.fd = -1;
}

static void give_up(struct sg_server *server, const char *why)
{
    struct sg_handover *handover = &server->handover;
    sg_oplog(SG_OPLOG_WARN, "the takeover has failed, this gateway goes on", "why", why, NULL);
    close_peer(server);
    if (handover->stage == SG_HANDOVER_LENT) {
        sg_auditor_recall(server->auditor);
        sg_risks_keep(server->risks);
    }
    handover->stage = SG_HANDOVER_NOBODY;
    handover->waits_for_log = false;
}

/* The audit log is lent when nobody has lent us theirs any more: the one before still drains. */
static void lend_log(struct sg_server *server)
{
    struct sg_handover *handover = &server->handover;
    handover->waits_for_log = server->guest != NULL && !sg_audit_guest_gone(server->guest);
    if (handover->waits_for_log)
        return;
    int copy = fcntl(handover->peer.fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
        give_up(server, "out of file descriptors");
        return;
    }
    handover->stage = SG_HANDOVER_LENT;
    sg_risks_hand_over(server->risks); /* it reads what was learnt once it has the log */
    sg_auditor_lend(server->auditor, copy);
}

static void hand_over(struct sg_server *server)
{
    struct sg_handover *handover = &server->handover;
    handover->stage = SG_HANDOVER_GIVEN;
    close_peer(server);
    sg_oplog(SG_OPLOG_INFO, "handed over", NULL);
    if (!server->draining)
        sg_server_drain(server);
    sg_admin_drain(server->admin);
}

static void answer(struct sg_server *server, const char *asked)
{
    struct sg_handover *handover = &server->handover;
    if (strcmp(asked, SG_HANDOVER_ASK) == 0 && handover->stage == SG_HANDOVER_NOBODY) {
        handover->stage = SG_HANDOVER_ASKED;
        if (send_sockets(server, handover->peer.fd) < 0)
            give_up(server, "it does not take the sockets");
    } else if (strcmp(asked, SG_HANDOVER_WANT_LOG) == 0 && handover->stage == SG_HANDOVER_ASKED &&
               !handover->waits_for_log) {
        lend_log(server);
    } else if (strcmp(asked, SG_HANDOVER_SERVING) == 0 && handover->stage == SG_HANDOVER_LENT) {
        hand_over(server);
    } else {
        (void)!refuse(handover->peer.fd, "it speaks another version of the takeover");
        give_up(server, "it speaks another version");
    }
}

static void peer_ready(struct sg_watch *watch, uint32_t events)
{
    struct sg_handover *handover =
        (struct sg_handover *)(void *)((char *)watch - offsetof(struct sg_handover, peer));
    struct sg_server *server =
        (struct sg_server *)(void *)((char *)handover - offsetof(struct sg_server, handover));
    struct sg_packet *packet = malloc(sizeof *packet);
    (void)events;
    enum scrubgate_status rc =
        packet == NULL ? SCRUBGATE_EIO : sg_packet_receive(watch->fd, packet);
    if (rc == SCRUBGATE_OK) {
        sg_timer_cancel(server->loop, &handover->silence);
        sg_packet_close(packet);
        answer(server, packet->text);
    } else if (rc != SCRUBGATE_FULL) {
        give_up(server, "the other gateway has ended");
    }
    free(packet);
}

static void silent_too_long(struct sg_timer *timer)
{
    struct sg_handover *handover =
        (struct sg_handover *)(void *)((char *)timer - offsetof(struct sg_handover, silence));
    struct sg_server *server =
        (struct sg_server *)(void *)((char *)handover - offsetof(struct sg_server, handover));
    give_up(server, "the other gateway says nothing");
}

void sg_server_guest_gone(struct sg_wake *wake)
{
    struct sg_server *server =
        (struct sg_server *)(void *)((char *)wake - offsetof(struct sg_server, guest_gone));
    sg_oplog(SG_OPLOG_INFO, "the gateway before has ended", NULL);
    if (server->handover.waits_for_log)
        lend_log(server);
}

/* --- the door --- */

/* The door is for one at a time: who says nothing must not keep it. */
static enum scrubgate_status watch_peer(struct sg_server *server)
{
    struct sg_handover *handover = &server->handover;
    enum scrubgate_status rc =
        sg_timer_set(server->loop, &handover->silence, sg_loop_now(server->loop) + SILENCE_NS);
    if (rc >= 0)
        rc = sg_watch_add(server->loop, &handover->peer, EPOLLIN);
    if (rc < 0)
        sg_timer_cancel(server->loop, &handover->silence);
    return rc;
}

static void listener_ready(struct sg_watch *watch, uint32_t events)
{
    struct sg_handover *handover =
        (struct sg_handover *)(void *)((char *)watch - offsetof(struct sg_handover, listener));
    struct sg_server *server =
        (struct sg_server *)(void *)((char *)handover - offsetof(struct sg_server, handover));
    (void)events;
    int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    const char *why = NULL;
    if (!sg_packet_trusts(fd))
        why = "only the same user, or root, may take over";
    else if (server->draining)
        why = "it is ending already";
    else if (handover->peer.fd >= 0)
        why = "another gateway is taking over";
    handover->peer.fd = why == NULL ? fd : handover->peer.fd;
    if (why == NULL && watch_peer(server) >= 0)
        return;
    if (why == NULL)
        handover->peer.fd = -1;
    (void)!refuse(fd, why != NULL ? why : "out of memory");
    (void)close(fd);
}

/* Bound beside its place and moved there: whoever looks finds the old one or the new one. */
static enum scrubgate_status open_door(struct sg_handover *handover, const char *state)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct sg_buf fresh = {0};
    enum scrubgate_status rc = sg_buf_addf(&fresh, "%s/" SG_HANDOVER_FILE ".new", state);
    if (rc < 0)
        goto out;
    rc = SCRUBGATE_EIO;
    if (fresh.len >= sizeof to.sun_path)
        goto out;
    memcpy(to.sun_path, fresh.data, fresh.len);
    handover->listener.fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (handover->listener.fd < 0)
        goto out;
    (void)unlink(to.sun_path);
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + fresh.len + 1);
    if (bind(handover->listener.fd, (const struct sockaddr *)&to, len) == 0 &&
        chmod(to.sun_path, S_IRUSR | S_IWUSR) == 0 && listen(handover->listener.fd, 1) == 0)
        rc = SCRUBGATE_OK;
out:
    sg_buf_fini(&fresh);
    return rc;
}

static enum scrubgate_status show_door(struct sg_handover *handover, const char *state)
{
    struct sg_buf fresh = {0}, path = {0};
    enum scrubgate_status rc = sg_buf_addf(&fresh, "%s/" SG_HANDOVER_FILE ".new", state);
    if (rc >= 0)
        rc = sg_buf_addf(&path, "%s/" SG_HANDOVER_FILE, state);
    if (rc >= 0 && rename((const char *)fresh.data, (const char *)path.data) != 0)
        rc = SCRUBGATE_EIO;
    if (rc >= 0)
        sg_buf_move(&handover->path, &path);
    sg_buf_fini(&fresh);
    sg_buf_fini(&path);
    return rc;
}

static void close_listener(struct sg_server *server)
{
    struct sg_handover *handover = &server->handover;
    if (handover->listener.fd < 0)
        return;
    sg_watch_remove(server->loop, &handover->listener);
    (void)close(handover->listener.fd);
    handover->listener.fd = -1;
}

void sg_server_offer(struct sg_server *server)
{
    struct sg_handover *handover = &server->handover;
    const char *state = sg_server_config(server)->state;
    handover->listener.ready = listener_ready;
    handover->peer.ready = peer_ready;
    handover->silence.due = silent_too_long;
    enum scrubgate_status rc = open_door(handover, state);
    if (rc >= 0)
        rc = sg_watch_add(server->loop, &handover->listener, EPOLLIN);
    if (rc >= 0)
        rc = show_door(handover, state);
    if (rc >= 0)
        return;
    close_listener(server);
    sg_oplog(SG_OPLOG_WARN,
             "no other gateway can take over from this one: its state folder has "
             "too long a name or cannot be written",
             "folder", state, NULL);
}

void sg_server_handover_fini(struct sg_server *server)
{
    struct sg_handover *handover = &server->handover;
    close_peer(server);
    close_listener(server);
    /* The file is another's where one has, or may have, taken over. */
    if (handover->path.len > 0 && handover->stage != SG_HANDOVER_GIVEN &&
        handover->stage != SG_HANDOVER_LENT)
        (void)unlink((const char *)handover->path.data);
    sg_buf_fini(&handover->path);
}
