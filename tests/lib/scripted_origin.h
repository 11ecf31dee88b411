/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scripted_origin.h - an origin in a thread that does what a test's script says, step by step.
 */
#ifndef SG_TESTS_SCRIPTED_ORIGIN_H
#define SG_TESTS_SCRIPTED_ORIGIN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <openssl/ssl.h>

#include "net/loop.h"

enum sg_step_kind {
    SG_STEP_END,    /* all-zero: the script's end */
    SG_STEP_ACCEPT, /* a connection; the one before is forgotten, not closed */
    SG_STEP_REFUSE, /* a connection whose TLS handshake does not succeed */
    SG_STEP_HEAD,   /* read a request head */
    SG_STEP_READ,   /* read n bytes */
    SG_STEP_CHUNKS, /* read up to the end of a chunked body, and what may be behind it */
    SG_STEP_SAY,    /* write text; n above 0: in pieces of n bytes */
    SG_STEP_FLOOD,  /* write n times an x */
    SG_STEP_CLOSE,  /* properly */
    SG_STEP_CUT,    /* TLS: close without a farewell */
    SG_STEP_RESET,
    SG_STEP_CLOSED, /* read until the peer has closed: it may say no more */
    SG_STEP_RING,   /* ring the bell given to start */
    SG_STEP_AWAIT   /* until sg_scripted_origin_go */
};

struct sg_step {
    enum sg_step_kind kind;
    const char *text;
    size_t n;
};

enum { SG_SCRIPT_STEPS = 64, SG_SCRIPT_HEARD = 4096 };

struct sg_scripted_origin {
    struct sg_step script[SG_SCRIPT_STEPS];
    SSL_CTX *tls;     /* NULL: plain */
    const char *path; /* of a unix socket, NULL: loopback TCP */
    bool lenient;     /* the script need not be played to its end */
    bool narrow;      /* small buffers, so that a peer meets back-pressure soon */
    /* Set by start: */
    int listener;
    unsigned port;
    /* Set by the thread, to be read after stop: */
    size_t done;                 /* steps */
    const char *problem;         /* why not all of them; NULL when they are */
    unsigned accepted;           /* connections */
    unsigned resumed;            /* those whose TLS handshake was a short one */
    char heard[SG_SCRIPT_HEARD]; /* the first bytes of all that was read, ended */
    size_t n_heard;
    size_t n_read; /* bytes read in all */
    /* Its own: */
    pthread_t thread;
    int go[2];
    struct sg_wake *bell;
    int fd;
    SSL *ssl;
    bool running;
};

/* Appends a step. */
void sg_scripted_origin_add(struct sg_scripted_origin *origin, enum sg_step_kind kind,
                            const char *text, size_t n);
/* Listens and runs the script in a thread. bell may be NULL. Fails the test on error. */
void sg_scripted_origin_start(struct sg_scripted_origin *origin, struct sg_wake *bell);
void sg_scripted_origin_go(struct sg_scripted_origin *origin);
/* Waits for the script's end and fails the test when a step was not done. */
void sg_scripted_origin_stop(struct sg_scripted_origin *origin);

#endif
