/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn.h - one non-blocking byte connection, to an origin or from a client: TCP or unix socket,
 * plain or TLS.
 *
 * It is registered with the loop once, edge-triggered, and stays so: what the system last said is
 * kept in can_read and can_write, and a descriptor costs no epoll call while it is in use.
 */
#ifndef SG_NET_CONN_H
#define SG_NET_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>
#include <scrubgate/status.h>

#include "net/listen.h"
#include "net/loop.h"

struct sg_tls_peer;
struct sg_tls_server;
struct sg_tls_stream;

/* Answers below zero of connect, read and write. */
enum {
    SG_CONN_WAIT = -1,     /* not now: ready is called when it is worth trying again */
    SG_CONN_END = -2,      /* the peer has said that no more comes */
    SG_CONN_FAILED = -3,   /* refused, reset, broken: of no use any more */
    SG_CONN_UNTRUSTED = -4 /* the TLS handshake failed, or the certificate is not the right one */
};

struct sg_conn {
    struct sg_watch watch; /* first */
    struct sg_loop *loop;
    struct sg_tls_stream *tls; /* NULL: plain */
    /* Something has changed. arrived: bytes, or the end of them, are there to be read. */
    void (*ready)(struct sg_conn *conn, bool arrived);
    bool linked; /* TCP is up */
    bool up;     /* and TLS too, where asked for */
    bool can_read, can_write;
    bool hangup; /* the peer sends no more, or has failed: reading on finds the end */
    bool gone;   /* and takes no more either */
};

/* Begins to connect. peer: whom TLS is to reach, or NULL for plain. EIO when it failed at once,
 * ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_conn_open(
    struct sg_conn *conn, struct sg_loop *loop, const struct sg_address *to,
    const struct sg_tls_peer *peer, void (*ready)(struct sg_conn *conn, bool arrived));
/*
 * The same for an accepted socket, the connection's from now on (also after an error it is closed).
 * tls: the handshake to make with it, or NULL for plain, which is up at once.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_conn_adopt(struct sg_conn *conn, struct sg_loop *loop,
                                                       int fd, struct sg_tls_server *tls,
                                                       void (*ready)(struct sg_conn *conn,
                                                                     bool arrived));
/* Goes on connecting: 0 when it is up, else WAIT, FAILED or UNTRUSTED. */
int sg_conn_connect(struct sg_conn *conn);
/* Bytes read (above 0), or WAIT, END, FAILED. An end of an origin's TLS without its farewell is
 * FAILED, since its answer may have been cut off there. */
int64_t sg_conn_read(struct sg_conn *conn, uint8_t *out, size_t cap);
/* Bytes written (above 0), or WAIT, FAILED. When they are fewer than there are the socket is full:
 * ready is called when it takes more. */
int64_t sg_conn_write(struct sg_conn *conn, const struct iovec *pieces, size_t n);
/* Says that no more comes; what the peer still sends can be read, as it came over the wire. */
void sg_conn_finish(struct sg_conn *conn);
/* All-zero and closed connections are fine. */
void sg_conn_close(struct sg_conn *conn);
/* The same so that the peer sees it fail: for bytes whose only end mark would be the close. */
void sg_conn_reset(struct sg_conn *conn);

#endif
