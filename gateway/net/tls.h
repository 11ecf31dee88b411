/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.h - TLS on both sides: towards origins, and for the clients of a listener.
 *
 *     tls_client (whom to trust)  ─┬─> tls_stream: handshake, read, write
 *     tls_server (who we are)     ─┘
 *
 * TLS 1.2 or later. An origin's certificate must chain to a trusted one and be the host's; there is
 * no way to switch that off.
 */
#ifndef SG_NET_TLS_H
#define SG_NET_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "net/conn.h"

struct sg_tls;        /* towards origins: whom to trust, and what to show; shared by threads */
struct sg_tls_server; /* for clients: who we are, and whom to let in; shared by all threads */
struct sg_tls_stream; /* one connection's, of either side */

/* --- towards origins --- */

struct sg_tls_config {
    const char *ca;          /* PEM: trusted certificates; NULL: the system's */
    const char *certificate; /* PEM: ours, then those between it and the root; NULL: none */
    const char *key;         /* PEM: of certificate, readable by nobody else */
};

/* EIO with the file and what is wrong with it. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tls_new(struct sg_tls **tls,
                                                    const struct sg_tls_config *config,
                                                    struct scrubgate_fault *fault);
struct sg_tls *sg_tls_hold(struct sg_tls *tls); /* NULL is fine */
void sg_tls_free(struct sg_tls *tls);           /* drops a hold */

/*
 * What earlier handshakes left, so that the next one with the same peer is a short one: one
 * thread's, of one peer, one name and one sg_tls. All-zero is none.
 */
enum { SG_TLS_TICKETS = 4 };
struct sg_tls_tickets {
    void *session[SG_TLS_TICKETS]; /* the oldest first */
    size_t n;
};
void sg_tls_tickets_fini(struct sg_tls_tickets *tickets);

/* Whom a connection is to reach. Borrowed; tickets for as long as its stream lives. */
struct sg_tls_peer {
    struct sg_tls *tls;
    const char *name; /* whose certificate to expect */
    bool numeric;     /* name is an IP address */
    struct sg_tls_tickets *tickets;
};

/* On a socket, borrowed. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tls_stream_new(struct sg_tls_stream **stream,
                                                           const struct sg_tls_peer *peer, int fd);
/* Whether the handshake was a short one. */
bool sg_tls_resumed(const struct sg_tls_stream *stream);

/* --- for clients --- */

struct sg_tls_server_config {
    const char *certificate; /* PEM: ours, then those between it and the root */
    const char *key;         /* PEM, readable by nobody else */
    const char *client_ca;   /* PEM: who vouches for clients, which must then show a certificate;
                                NULL:   anyone is served */
};

/* EINVAL with the file and what is wrong with it. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tls_server_new(
    struct sg_tls_server **server, const struct sg_tls_server_config *config,
    struct scrubgate_fault *fault);
/*
 * What `fresh` was made of is `server`'s from now on, and the other way round: new handshakes use
 * it, connections that are open live on. Never fails, so several servers change all or none. Any
 * thread; fresh is nobody else's.
 */
void sg_tls_server_swap(struct sg_tls_server *server, struct sg_tls_server *fresh);
/* When the certificate in force ends to be valid: seconds since 1970. Any thread. */
int64_t sg_tls_server_expires(struct sg_tls_server *server);
void sg_tls_server_free(struct sg_tls_server *server); /* after its streams; NULL is fine */

/* On an accepted socket, borrowed. Any thread; the stream is the caller's thread's. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tls_server_stream_new(struct sg_tls_stream **stream,
                                                                  struct sg_tls_server *server,
                                                                  int fd);
/* What the client's first message tells of its TLS library (JA4, see net/tls_print.h), as long as
 * the stream; empty before that message, and for origins. */
struct sg_bytes sg_tls_print(const struct sg_tls_stream *stream);

/* --- one connection --- */

/* 0 when done, else SG_CONN_WAIT or SG_CONN_UNTRUSTED. With its end bytes may have come that the
 * socket will not tell of again: read. */
int sg_tls_handshake(struct sg_tls_stream *stream);
/* As sg_conn_read and sg_conn_write. A read gives one record's bytes at most: read on until WAIT.
 * After WAIT, write wants the same bytes again (more may follow). */
int64_t sg_tls_read(struct sg_tls_stream *stream, uint8_t *out, size_t cap);
int64_t sg_tls_write(struct sg_tls_stream *stream, const uint8_t *data, size_t len);
/* Says farewell when that can be done without waiting. */
void sg_tls_stream_free(struct sg_tls_stream *stream);

#endif
