/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recorder.h - an origin that keeps every byte it hears and answers as it is told.
 *
 * Where scripted_origin.h plays one connection's script, this one serves any number of connections
 * of a running gateway, in a thread. Without an answer to give it echoes: 200, the request's type,
 * coding and body.
 */
#ifndef SG_TESTS_RECORDER_H
#define SG_TESTS_RECORDER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/framing.h"
#include "http/head.h"

/* One request, read strictly. */
struct sg_heard {
    struct sg_buf text; /* its head as it came */
    struct sg_head head;
    struct sg_framing framing;
    struct sg_buf body; /* without the transfer coding */
    bool whole;         /* came to its end; else the peer closed before */
    bool recorded;      /* the audit log had the record it names, before it came */
    unsigned link;      /* number of the connection, from 1 */
};

enum sg_then { SG_THEN_KEEP, SG_THEN_CLOSE, SG_THEN_RESET, SG_THEN_HOLD };

/* What to say to the next request: a whole answer, as bytes; borrowed. */
struct sg_said {
    struct sg_bytes text; /* without data: echo; empty with data: nothing */
    enum sg_then then;
    bool early; /* at the head, before the body */
};

enum { SG_LINKS_MOST = 64, SG_HEARD_MOST = 64 };

struct sg_recorder_link; /* one connection */

struct sg_recorder {
    const char *audit_log; /* set before start: the file to look for records in; NULL: do not */
    unsigned port;         /* set by start */
    /* Its own, under the lock: */
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct sg_buf raw; /* all bytes of all connections */
    struct sg_heard heard[SG_HEARD_MOST];
    struct sg_said said[SG_HEARD_MOST];
    size_t n_heard, n_said, n_accepted, n_whole;
    const char *problem; /* it heard what is no request */
    bool stopping;
    /* The thread's: */
    struct sg_recorder_link *link[SG_LINKS_MOST];
    uint64_t log_offset, log_next; /* of the audit log: read so far, first seq not in it */
    pthread_t thread;
    int listener, wake[2];
};

/* All fail the test when something is not as it must be. */
void sg_recorder_start(struct sg_recorder *recorder);
void sg_recorder_stop(struct sg_recorder *recorder);
/* Queues an answer for a request to come. */
void sg_recorder_say(struct sg_recorder *recorder, const struct sg_said *said);
void sg_recorder_say_text(struct sg_recorder *recorder, const char *text, enum sg_then then);
/* Waits for the oldest request not yet taken; the caller frees it. */
void sg_recorder_take(struct sg_recorder *recorder, struct sg_heard *heard);
/* Drops what was not taken: one failed test must not fail the next. */
void sg_recorder_forget(struct sg_recorder *recorder);
/* Requests, whole or not, that were not taken. */
size_t sg_recorder_waiting(struct sg_recorder *recorder);
/* Bytes heard in all: the same before and after means that nothing came. */
size_t sg_recorder_bytes(struct sg_recorder *recorder);
/* Requests that came to their end, taken or not, since the start. */
size_t sg_recorder_whole(struct sg_recorder *recorder);
size_t sg_recorder_accepted(struct sg_recorder *recorder);
/* Whether anything heard since the start holds the text. */
bool sg_recorder_holds(struct sg_recorder *recorder, const char *text);

struct sg_bytes sg_heard_field(const struct sg_heard *heard, const char *name);
void sg_heard_fini(struct sg_heard *heard);

#endif
