/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packet.h - a message, and descriptors with it, between two of our processes on one host.
 *
 * Over a unix socket of type SOCK_SEQPACKET: what is sent at once comes at once, or not at all.
 */
#ifndef SG_NET_PACKET_H
#define SG_NET_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

enum { SG_PACKET_MOST = 64 * 1024, SG_PACKET_FDS = 64 };

/* What came. The descriptors are the receiver's: sg_packet_close those that it does not take. */
struct sg_packet {
    size_t len;
    size_t n_fds;
    int fd[SG_PACKET_FDS];         /* close-on-exec; -1: taken */
    char text[SG_PACKET_MOST + 1]; /* with a NUL behind it */
};

/* Sends 1 to SG_PACKET_MOST bytes and copies of up to SG_PACKET_FDS descriptors. EIO: the other end
 * is gone, or takes no more now. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_packet_send(int socket, struct sg_bytes text,
                                                        const int *fd, size_t n_fds);
/*
 *     OK    a packet came.
 *     FULL  none has come: of a socket that does not block, or within its SO_RCVTIMEO.
 *     DONE  the other end is closed.
 *     EIO   nothing more can come; too large a packet, too.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_packet_receive(int socket, struct sg_packet *packet);
/* Takes a descriptor out; -1: there is none. */
int sg_packet_take(struct sg_packet *packet, size_t i);
void sg_packet_close(struct sg_packet *packet);

/* Whether who is at the other end runs as this process's user, or as root. */
bool sg_packet_trusts(int socket);

#endif
