/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bypass.h - a client's socket seen past libmicrohttpd: answer at once, cut, ask the kernel.
 *
 * libmicrohttpd cannot answer while a body still comes, nor say how far a client is. It owns the
 * socket and closes it; here it is only written to, shut down and asked.
 */
#ifndef SG_NET_BYPASS_H
#define SG_NET_BYPASS_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "http/header.h"
#include "net/admit.h"

/* Whether a reply's field may come from outside: not those that frame a message or a connection. */
bool sg_bypass_passes(const struct sg_header *field);

/* Appends a whole response that ends the connection. head: without the body, as for HEAD. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_bypass_print(struct sg_buf *out, unsigned status,
                                                         const struct sg_header *fields, size_t n,
                                                         struct sg_bytes body, bool head);
/* The same with a problem document (RFC 9457). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_bypass_print_problem(struct sg_buf *out,
                                                                 const struct sg_refusal *why,
                                                                 bool head);

/* Sends all of it and ends our side. False: it did not fit or the client is gone; all is cut. */
bool sg_bypass_answer(int fd, struct sg_bytes answer);
/* Drops what has already arrived: unread bytes at close would reset the answer away. */
void sg_bypass_swallow(int fd);
/* Ends both sides; libmicrohttpd then sees a closed socket. */
void sg_bypass_cut(int fd);
/* The same by a reset (TCP): for a reply whose only end mark would be the close. */
void sg_bypass_reset(int fd);

/* Whether the client has ended its side and all that it sent has been read. */
bool sg_bypass_ended(int fd);
/* How many bytes have ever come. 0 when the kernel does not say (a unix socket). */
uint64_t sg_bypass_received(int fd);

/* How far a client has come with what was sent; equal twice with waiting > 0: it does not read. */
struct sg_progress {
    uint64_t acked;
    int waiting;
};
struct sg_progress sg_bypass_progress(int fd);

#endif
