/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arrival.c - what a new connection brings before its first request.
 *
 * The header is looked at where the system keeps it, and only its own bytes are taken: what follows
 * belongs to TLS or to the guard, and nobody needs to hand bytes on.
 */
#include "net/arrival.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "net/proxy_header.h"

bool sg_arrival_admits(const struct sg_arrival *arrival, const struct sg_address *peer)
{
    return !arrival->proxy || arrival->proxy_from == NULL ||
           sg_networks_contain(arrival->proxy_from, peer);
}

static ssize_t receive(int fd, uint8_t *out, size_t cap, int flags)
{
    ssize_t n;
    do
        n = recv(fd, out, cap, flags);
    while (n < 0 && errno == EINTR);
    return n;
}

enum scrubgate_status sg_arrival_take_proxy(int fd, struct sg_address *from, const char **why)
{
    uint8_t seen[SG_PROXY_HEADER_MOST];
    size_t used = 0;
    *why = NULL;
    ssize_t n = receive(fd, seen, sizeof seen, MSG_PEEK);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return SCRUBGATE_FULL;
    if (n <= 0)
        return SCRUBGATE_EIO;
    enum scrubgate_status rc =
        sg_proxy_header_read((struct sg_bytes){seen, (size_t)n}, &used, from, why);
    if (rc != SCRUBGATE_OK)
        return rc;
    /* They have been seen: they come, and all at once. */
    n = receive(fd, seen, used, 0);
    return n >= 0 && (size_t)n == used ? SCRUBGATE_OK : SCRUBGATE_EIO;
}
