/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - a client of raw bytes: sends what a test says, reads answers as strictly as we can.
 *
 * Every wait has an end: a test that goes wrong fails and does not hang.
 */
#ifndef SG_TESTS_WIRE_H
#define SG_TESTS_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "http/framing.h"
#include "http/head.h"

enum { SG_PATIENCE_MS = 30000 };

/* A connection. */
struct sg_wire {
    int fd;
    struct sg_buf in; /* came, and is not read yet */
    SSL *tls;         /* NULL: plain */
};

/* One answer. All-zero before the first; a second one may be read into it. */
struct sg_answer {
    struct sg_buf text; /* the head as it came */
    struct sg_head head;
    struct sg_framing framing;
    struct sg_buf body;
    bool cut; /* the connection ended before the message did; status 0: before its head did */
};

void sg_wire_open(struct sg_wire *wire, unsigned port);
/* Goes on in TLS. False: the handshake failed, or what the server said right behind it. */
bool sg_wire_secure(struct sg_wire *wire, SSL_CTX *context);
void sg_wire_close(struct sg_wire *wire);
void sg_wire_reset(struct sg_wire *wire); /* closes with a reset */
/* False when the peer takes no more: it may have answered already. */
bool sg_wire_try(struct sg_wire *wire, struct sg_bytes text);
void sg_wire_send(struct sg_wire *wire, struct sg_bytes text);
void sg_wire_say(struct sg_wire *wire, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads one answer to its end; fails the test when it is not strict HTTP. */
void sg_wire_read(struct sg_wire *wire, struct sg_answer *answer, bool to_head);
/* Waits for more bytes in wire->in; false when the peer has closed or reset. */
bool sg_wire_more(struct sg_wire *wire);
/* The peer closes and says no more. */
bool sg_wire_ends(struct sg_wire *wire);

/* The value of a field that stands at most once; empty when absent. */
struct sg_bytes sg_answer_field(const struct sg_answer *answer, const char *name);
void sg_answer_fini(struct sg_answer *answer);

/* A request from start to end on its own connection. fields: whole lines with CRLF; "" for none. */
void sg_wire_ask(unsigned port, const char *method, const char *target, const char *fields,
                 struct sg_bytes body, struct sg_answer *answer);

/* Whether text holds the needle. */
bool sg_holds(struct sg_bytes text, const char *needle);
/* Fails the test, showing both, unless they are the same bytes. */
void sg_assert_same(struct sg_bytes have, struct sg_bytes want);
void sg_assert_text(struct sg_bytes have, const char *want);

#endif
