/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arrival.h - what a new connection brings before its first request: whether it may come at all,
 * and a PROXY header that tells whose it is.
 *
 *     accept4 -> [admits] -> [PROXY header] -> TLS handshake -> front
 */
#ifndef SG_NET_ARRIVAL_H
#define SG_NET_ARRIVAL_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "net/listen.h"
#include "net/networks.h"

struct sg_tls_server;

/* How connections of one listening socket begin. Read-only, shared by threads; borrowed. */
struct sg_arrival {
    struct sg_tls_server *tls; /* NULL: plain */
    bool proxy;                /* each begins with a PROXY header */
    /* Who may send one, for any other could claim to be anyone: NULL on unix sockets only, where
     * the file's owner and mode say it. */
    const struct sg_networks *proxy_from;
};

/* Whether a connection from this peer may come at all: right after accept, before it costs. */
bool sg_arrival_admits(const struct sg_arrival *arrival, const struct sg_address *peer);

/*
 * Takes the PROXY header, and not one byte more, off a non-blocking socket: TLS or a request
 * follows. from is as sg_proxy_header_read leaves it.
 *
 *     OK          done.
 *     FULL        not all of it has come: call again when more has.
 *     EMALFORMED  cut the connection; why (static) is what to count and record.
 *     EIO         the client has gone.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_arrival_take_proxy(int fd, struct sg_address *from,
                                                               const char **why);

#endif
