/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packet.c - a message, and descriptors with it, between two of our processes on one host.
 */
#define _GNU_SOURCE /* MSG_CMSG_CLOEXEC, struct ucred */
#include "net/packet.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Room for the descriptors, aligned as the kernel wants it. */
union ancillary {
    struct cmsghdr align;
    char room[CMSG_SPACE(SG_PACKET_FDS * sizeof(int))];
};

enum scrubgate_status sg_packet_send(int socket, struct sg_bytes text, const int *fd, size_t n_fds)
{
    union ancillary extra = {.room = {0}};
    struct iovec part = {(void *)(uintptr_t)text.data, text.len};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t put;
    assert(text.len > 0 && text.len <= SG_PACKET_MOST && n_fds <= SG_PACKET_FDS);
    if (n_fds > 0) {
        message.msg_control = extra.room;
        message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        memcpy(CMSG_DATA(head), fd, n_fds * sizeof(int));
    }
    do
        put = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (put < 0 && errno == EINTR);
    return put == (ssize_t)text.len ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

static void take_descriptors(struct msghdr *message, struct sg_packet *packet)
{
    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head != NULL;
         head = CMSG_NXTHDR(message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        assert(packet->n_fds + n <= SG_PACKET_FDS); /* there was room for no more */
        memcpy(packet->fd + packet->n_fds, CMSG_DATA(head), n * sizeof(int));
        packet->n_fds += n;
    }
}

enum scrubgate_status sg_packet_receive(int socket, struct sg_packet *packet)
{
    union ancillary extra = {.room = {0}};
    struct iovec part = {packet->text, SG_PACKET_MOST};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = extra.room,
                             .msg_controllen = sizeof extra.room};
    ssize_t got;
    packet->len = packet->n_fds = 0;
    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? SCRUBGATE_FULL : SCRUBGATE_EIO;
    take_descriptors(&message, packet);
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
        sg_packet_close(packet);
        return SCRUBGATE_EIO;
    }
    packet->len = (size_t)got;
    packet->text[packet->len] = '\0';
    return got == 0 ? SCRUBGATE_DONE : SCRUBGATE_OK;
}

int sg_packet_take(struct sg_packet *packet, size_t i)
{
    if (i >= packet->n_fds)
        return -1;
    int fd = packet->fd[i];
    packet->fd[i] = -1;
    return fd;
}

void sg_packet_close(struct sg_packet *packet)
{
    for (size_t i = 0; i < packet->n_fds; i++)
        if (packet->fd[i] >= 0)
            (void)close(packet->fd[i]);
    packet->n_fds = 0;
}

bool sg_packet_trusts(int socket)
{
    struct ucred who;
    socklen_t len = sizeof who;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
           (who.uid == 0 || who.uid == geteuid());
}
