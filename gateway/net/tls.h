/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.h - TLS towards origins: the home of OpenSSL's libssl.
 *
 * TLS 1.2 or later; the certificate must chain to a trusted one and be the host's. There is no way
 * to switch that off.
 */
#ifndef SG_NET_TLS_H
#define SG_NET_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "net/conn.h"

struct sg_tls;        /* whom to trust, and what to offer; one loop's */
struct sg_tls_stream; /* one connection's */

/* ca_file: trusted certificates (PEM), NULL for the system's. EIO when it cannot be used. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tls_new(struct sg_tls **tls, const char *ca_file);
void sg_tls_free(struct sg_tls *tls);

/* On a socket, borrowed. name is copied; numeric: it is an IP address. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tls_stream_new(struct sg_tls_stream **stream,
                                                           struct sg_tls *tls, int fd,
                                                           const char *name, bool numeric);
/* 0 when done, else SG_CONN_WAIT or SG_CONN_UNTRUSTED. */
int sg_tls_handshake(struct sg_tls_stream *stream);
/* As sg_conn_read and sg_conn_write. After WAIT, write wants the same bytes again (more may
 * follow). */
int64_t sg_tls_read(struct sg_tls_stream *stream, uint8_t *out, size_t cap);
int64_t sg_tls_write(struct sg_tls_stream *stream, const uint8_t *data, size_t len);
/* Says farewell when that can be done without waiting. */
void sg_tls_stream_free(struct sg_tls_stream *stream);

#endif
