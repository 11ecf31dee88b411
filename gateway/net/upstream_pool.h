/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstream_pool.h - connections to origins: opened, lent to one call at a time, kept for the next.
 *
 *     take (newest idle one) or open -> connect -> … -> give back or close
 *
 * The newest goes first, so that those too many grow old and are closed.
 */
#ifndef SG_NET_UPSTREAM_POOL_H
#define SG_NET_UPSTREAM_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "net/conn.h"
#include "net/loop.h"
#include "net/origin.h"
#include "net/tls.h"

enum { SG_POOL_BUCKETS = 64 };

struct sg_call;
struct sg_pool; /* the idle connections of one origin, and its tickets */

/* One connection: lent to a call, or idle. */
struct sg_line {
    struct sg_conn conn; /* first */
    struct sg_pools *pools;
    struct sg_pool *pool;
    struct sg_call *call;          /* NULL: idle */
    struct sg_line *newer, *older; /* while idle */
    struct sg_timer timer;
    uint64_t mark;     /* of the address it leads to */
    uint64_t deadline; /* what the timer is for; it may be armed for earlier, never for later */
    /* While it connects: */
    const struct sg_origin *origin;
    struct sg_places *places;
    size_t place;                      /* being tried */
    uint64_t connect_end, attempt_end; /* for all addresses; for this one */
    /* From the pool: */
    bool reused;
    uint64_t taken; /* the loop's time then */
};

/* What of a line with a call its owner wants to hear. They may close the line. */
struct sg_line_owner {
    void (*ready)(struct sg_line *line, bool arrived);
    void (*due)(struct sg_line *line); /* its deadline has passed */
};

struct sg_pools {
    struct sg_loop *loop;
    struct sg_tls *tls; /* for origins without their own */
    const struct sg_line_owner *owner;
    uint64_t connect_ns, kept_ns;
    size_t kept; /* most per origin */
    size_t bare; /* pools without a line, that have tickets */
    bool closing;
    struct sg_pool *bucket[SG_POOL_BUCKETS];
};

/* Closes the idle lines; none may be lent. */
void sg_pools_fini(struct sg_pools *pools);

/* The newest idle line to that origin for a call, or NULL. */
struct sg_line *sg_line_take(struct sg_pools *pools, const struct sg_origin *origin,
                             struct sg_call *call);
/* A new one, which begins to connect. The origin is borrowed until it is up. EIO, ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_line_open(struct sg_line **line, struct sg_pools *pools,
                                                      const struct sg_origin *origin,
                                                      struct sg_call *call);
/* Goes on connecting, to the next address where one fails: 0 when up, else as sg_conn_connect. */
int sg_line_connect(struct sg_line *line);
/* While it connects: gives up the address being tried. False when it was the last. */
bool sg_line_next(struct sg_line *line);

/* Sets when due is called; UINT64_MAX for never. Cheap when it moves later. While the line
 * connects, due is called when the address has had its share of the time. ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_line_deadline(struct sg_line *line, uint64_t at_ns);

/* Back from its call, which has read its response and nothing behind it: kept, when it is as it
 * should be and there is room. */
void sg_line_give(struct sg_line *line);
void sg_line_close(struct sg_line *line); /* and frees it */

#endif
