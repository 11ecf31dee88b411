/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstream_call.h - a call's inside: for the upstream's own files.
 */
#ifndef SG_NET_UPSTREAM_CALL_H
#define SG_NET_UPSTREAM_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/upstream.h"
#include "net/upstream_pool.h"
#include "net/upstream_response.h"

/* Read at once, and by one call in one turn: usually; by a wide one that takes all of that. */
enum { SG_UPSTREAM_READ = 64 * 1024, SG_UPSTREAM_INPUT = 256 * 1024 };

struct sg_upstream {
    struct sg_upstream_limits limits;
    struct sg_pools pools;
    struct sg_call *calls;
    struct sg_call *dead; /* over, to be freed by bury */
    struct sg_task bury;
    /* Pages for SG_UPSTREAM_INPUT bytes: what was read last. Wiped a moment later and not after
     * each read, which would cost a stream as much as one more copy. */
    uint8_t *input;
    size_t dirty; /* bytes of it */
    struct sg_timer wipe;
};

struct sg_call {
    struct sg_upstream *upstream;
    struct sg_call *next, **link; /* of the upstream's calls, or of the dead */
    const struct sg_origin *origin;
    const struct sg_call_handler *handler;
    void *own;
    struct sg_line *line; /* NULL: none could be opened */
    struct sg_task task;  /* drives the call */
    uint64_t deadline;    /* of what it waits for now */
    uint64_t end;         /* of the call */

    struct sg_buf out; /* the request, from its first byte or from one that is not sent yet */
    size_t sent;       /* bytes of out */
    size_t replay_most;
    bool chunked, idempotent, last;
    bool whole;      /* out holds the request from its first byte */
    bool deaf;       /* the origin takes no more of it */
    bool wants_room; /* FULL was answered */

    struct sg_response response;
    struct sg_buf in; /* bytes read and not used: half a head, or what the handler did not take */
    size_t in_at;     /* bytes of in that are used */
    bool heard;       /* a byte of the response has come */
    bool headed;      /* its head was told */
    bool paused;      /* the handler took less than there was */
    bool wide;        /* may be told more at once */
    size_t appetite;  /* bytes to read at once */

    bool stale;  /* the pooled line was dead: to be replaced */
    bool broken; /* to be failed, with why */
    enum sg_call_failure why;
    bool over;
};

struct sg_loop *sg_call_loop(const struct sg_call *call);
/* Fails it from the loop: for what is found inside a call of the handler's. */
void sg_call_break_off(struct sg_call *call, enum sg_call_failure why);
/* From now on the origin has its full time again; while the handler pauses, or the line is not up,
 * for ever. */
void sg_call_set_deadline(struct sg_call *call);

/* Bytes that are still to go out. */
size_t sg_call_unsent(const struct sg_call *call);
/* Not a byte of the request has left on this line. */
bool sg_call_nothing_sent(const struct sg_call *call);
/*
 * Whether the request may go out anew when its line turns out dead: an origin closes idle lines
 * when it likes, and one that has answered nothing may be asked again where asking twice is as good
 * as once, or where it was not asked at all.
 */
bool sg_call_replaceable(const struct sg_call *call);
/* Lets go of what is sent, so that a call that waits holds next to nothing. */
void sg_call_release_sent(struct sg_call *call);
/* Writes what is unsent and then extra, as far as the line takes it. Returns bytes of extra. What
 * fails is left to the call's task. */
size_t sg_call_push(struct sg_call *call, struct sg_bytes extra);

#endif
