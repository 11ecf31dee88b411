/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_takeover.c - takes sockets and audit log from the gateway that runs.
 *
 * It waits where it asks: nothing is served yet. The other side is server_handover.c.
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/diag.h"
#include "net/packet.h"
#include "proxy/handover.h"
#include "proxy/ledger.h"
#include "proxy/oplog.h"
#include "proxy/server_parts.h"

/* The one before the running one may still drain, and has the log until then. */
enum { PATIENCE_S = 60 };

static enum scrubgate_status fail(struct scrubgate_fault *fault, const char *why)
{
    sg_fault_set(fault, NULL, 0, 0, "cannot take over from the running gateway: %s", why);
    return SCRUBGATE_EIO;
}

/* DONE: nobody is there. */
static enum scrubgate_status find_gateway(const char *state, int *socket_fd,
                                          struct scrubgate_fault *fault)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int len = snprintf(to.sun_path, sizeof to.sun_path, "%s/" SG_HANDOVER_FILE, state);
    if (len < 0 || (size_t)len >= sizeof to.sun_path)
        return fail(fault, "the state folder's name is too long");
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail(fault, "out of file descriptors");
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        int error = errno;
        (void)close(fd);
        if (error == ENOENT || error == ECONNREFUSED)
            return SCRUBGATE_DONE;
        return fail(fault, strerror(error));
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    *socket_fd = fd;
    return SCRUBGATE_OK;
}

static enum scrubgate_status ask(int to, const char *what, struct scrubgate_fault *fault)
{
    return sg_packet_send(to, sg_bytes_of(what), NULL, 0) < 0 ? fail(fault, "it has ended")
                                                              : SCRUBGATE_OK;
}

/* The next packet; what is refused is a fault. */
static enum scrubgate_status hear(int from, struct sg_packet *packet, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = sg_packet_receive(from, packet);
    if (rc == SCRUBGATE_FULL)
        return fail(fault, "it does not answer");
    if (rc != SCRUBGATE_OK)
        return fail(fault, "it has ended");
    const struct sg_bytes text = sg_bytes_of(packet->text), no = SG_BYTES(SG_LEDGER_NOT_LENT);
    if (!sg_bytes_start_with(text, no))
        return SCRUBGATE_OK;
    packet->text[strcspn(packet->text, "\n")] = '\0';
    return fail(fault, packet->text + no.len);
}

/* --- sockets --- */

/* One line, without its LF, and its descriptor. */
static enum scrubgate_status add_socket(struct sg_inheritance *inheritance, struct sg_bytes line,
                                        int fd, struct scrubgate_fault *fault)
{
    const struct sg_bytes listens = SG_BYTES(SG_HANDOVER_LISTEN);
    const struct sg_bytes admin = SG_BYTES(SG_HANDOVER_ADMIN);
    struct sg_inherited one = {.fd = fd, .admin = sg_bytes_start_with(line, admin)};
    size_t skip = one.admin ? admin.len : listens.len;
    struct sg_inherited *list = NULL;
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (fd < 0 || (!one.admin && !sg_bytes_start_with(line, listens)) ||
        !sg_bytes_to_text((struct sg_bytes){line.data + skip, line.len - skip}, one.asked,
                          sizeof one.asked)) {
        rc = fail(fault, "it speaks another version of the takeover");
        goto out;
    }
    list = realloc(inheritance->socket, (inheritance->n + 1) * sizeof *list);
    if (list == NULL)
        goto out;
    inheritance->socket = list;
    list[inheritance->n++] = one;
    return SCRUBGATE_OK;
out:
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

static enum scrubgate_status add_sockets(struct sg_inheritance *inheritance,
                                         struct sg_packet *packet, struct scrubgate_fault *fault)
{
    struct sg_bytes rest = sg_bytes_of(packet->text);
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; rest.len > 0 && rc >= 0; i++) {
        const struct sg_bytes line = {rest.data, sg_bytes_find(rest, '\n')};
        size_t used = line.len < rest.len ? line.len + 1 : line.len;
        rc = add_socket(inheritance, line, sg_packet_take(packet, i), fault);
        rest.data += used;
        rest.len -= used;
    }
    return rc;
}

enum scrubgate_status sg_server_take_sockets(struct sg_server *server,
                                             struct scrubgate_fault *fault)
{
    int from = -1;
    struct sg_packet *packet = NULL;
    enum scrubgate_status rc = find_gateway(sg_server_config(server)->state, &from, fault);
    if (rc == SCRUBGATE_DONE)
        sg_oplog(SG_OPLOG_INFO, "no gateway runs to take over from: this one starts as usual",
                 NULL);
    if (rc != SCRUBGATE_OK)
        return rc;
    server->takeover = from + 1;
    packet = malloc(sizeof *packet);
    if (packet == NULL)
        return SCRUBGATE_ENOMEM;
    rc = ask(from, SG_HANDOVER_ASK, fault);
    while (rc >= 0) {
        rc = hear(from, packet, fault);
        if (rc < 0 || strcmp(packet->text, SG_HANDOVER_END) == 0)
            break;
        rc = add_sockets(&server->inheritance, packet, fault);
        sg_packet_close(packet);
    }
    free(packet);
    return rc;
}

/* --- the audit log --- */

enum scrubgate_status sg_server_take_log(struct sg_server *server, struct scrubgate_fault *fault)
{
    struct sg_journal_place place = {.lock = -1};
    int from = server->takeover - 1, link = -1;
    struct sg_packet *packet = malloc(sizeof *packet);
    if (packet == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = ask(from, SG_HANDOVER_WANT_LOG, fault);
    if (rc >= 0)
        rc = hear(from, packet, fault);
    if (rc < 0)
        goto out;
    place.lock = sg_packet_take(packet, 0);
    link = sg_packet_take(packet, 1);
    sg_packet_close(packet);
    if (place.lock < 0 || link < 0 ||
        sscanf(packet->text, "log %" SCNu64 " %" SCNu64 " %" SCNu64, &place.durable, &place.offset,
               &place.files) != 3) {
        rc = fail(fault, "it speaks another version of the takeover");
        goto out;
    }
    rc = sg_server_open_log(server, &place, fault);
    place.lock = -1;
    if (rc >= 0) {
        rc = sg_audit_guest_start(&server->guest, link, server->auditor, &server->guest_gone);
        link = -1;
    }
out:
    if (place.lock >= 0)
        (void)close(place.lock);
    if (link >= 0)
        (void)close(link);
    free(packet);
    return rc;
}

void sg_server_took_over(struct sg_server *server)
{
    if (server->takeover == 0)
        return;
    /* When it has ended by itself meanwhile nothing is left to tell it. */
    (void)!sg_packet_send(server->takeover - 1, SG_BYTES(SG_HANDOVER_SERVING), NULL, 0);
    (void)close(server->takeover - 1);
    server->takeover = 0;
}
