/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caller.h - who calls an origin that does what a script says, over loopback.
 *
 *     probe.h -> upstream -> scripted_origin.h
 *
 * A test begins, adds the origin's steps, starts it, calls, and finishes.
 */
#ifndef SG_TESTS_CALLER_H
#define SG_TESTS_CALLER_H

#include <stdbool.h>
#include <stddef.h>

#include "net/loop.h"
#include "net/origin.h"
#include "net/upstream.h"
#include "probe.h"
#include "scripted_origin.h"

enum { SG_CALLER_MAX_HEAD = 1024 };

/* What is sent, what the origin says to it, and what a probe tells of that. */
#define SG_GET          "GET / HTTP/1.1\r\nHost: o\r\n\r\n"
#define SG_POST2        "POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 2\r\n\r\n"
#define SG_POST_CHUNKED "POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n"
#define SG_OK_HEAD      "HTTP/1.1 200 OK\r\n"
#define SG_OK2          SG_OK_HEAD "Content-Length: 2\r\n\r\nok"
#define SG_SAID_OK      "<200 length>ok<end>"

struct sg_caller {
    struct sg_loop *loop;
    struct sg_upstream *upstream;
    struct sg_origin *target; /* what is called: the address of origin */
    struct sg_scripted_origin origin;
    struct sg_wake bell; /* stops the loop; SG_STEP_RING rings it */
    size_t sent;         /* bytes, by sg_caller_fill */
};

extern struct sg_caller sg_caller;

/* Longer than any test may take: what needs them to end is stuck. */
extern const struct sg_upstream_limits sg_caller_usual;

/* A loop, an upstream and an origin without a script; with the usual limits, or others. */
void sg_caller_begin(void);
void sg_caller_begin_with(const struct sg_upstream_limits *limits);
/* What the origin does next. */
void sg_caller_add(enum sg_step_kind kind);
void sg_caller_say(const char *text);
/* Starts the origin, and makes it the target. */
void sg_caller_start(void);
/* One turn of the loop: what counts from now should not count from before all was set up. */
void sg_caller_turn(void);
/* Frees all. Fails when the origin's script was not played to its end. */
void sg_caller_finish(void);

/* Opens a call to the target; its head tells whether its body comes in chunks. */
void sg_caller_open(struct sg_probe *probe, const char *head, bool idempotent);
/* Sends the last of its body. */
void sg_caller_send_last(struct sg_probe *probe, const char *body);
/* Sends pieces of its body until the call is full. */
void sg_caller_fill(struct sg_probe *probe);
/* A whole call, and what became of it. */
void sg_caller_expect(const char *head, const char *body, bool idempotent, const char *want);

/* What the bell does: it stops the loop. */
void sg_caller_rung(struct sg_wake *wake);

#endif
