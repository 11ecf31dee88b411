/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstream_pool.c - connections to origins: opened, lent to one call at a time, kept for the next.
 *
 * A connection is lent only while its origin still leads to where it ends, and by the same trust.
 * What outlives the last of them is what makes the next TLS handshake short.
 *
 * One timer serves a connection for its whole life. It is not moved when the deadline moves later,
 * as it does with every request: it fires, sees that it is early, and waits for the rest.
 */
#include "net/upstream_pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BARE_MOST = 64 };

struct sg_pool {
    struct sg_pool *next; /* of the bucket */
    struct sg_line *newest, *oldest;
    size_t idle, lines; /* lines: lent ones too */
    struct sg_tls *tls; /* held; NULL: plain */
    struct sg_tls_tickets tickets;
    uint64_t hash;
    char key[];
};

/* --- pools --- */

static struct sg_pool **bucket_of(struct sg_pools *pools, uint64_t hash)
{
    return &pools->bucket[hash % SG_POOL_BUCKETS];
}

static struct sg_tls *tls_of(const struct sg_pools *pools, const struct sg_origin *origin)
{
    if (!origin->secure)
        return NULL;
    return origin->tls != NULL ? origin->tls : pools->tls;
}

static struct sg_pool *find(struct sg_pools *pools, const struct sg_origin *origin)
{
    const struct sg_tls *tls = tls_of(pools, origin);
    struct sg_pool *pool = *bucket_of(pools, origin->hash);
    while (pool != NULL &&
           (pool->hash != origin->hash || pool->tls != tls || strcmp(pool->key, origin->key) != 0))
        pool = pool->next;
    return pool;
}

/* For a line that is to be. Copies the key: the pool outlives the origin when a reload makes
 * another of the same. */
static struct sg_pool *join(struct sg_pools *pools, const struct sg_origin *origin)
{
    struct sg_pool *pool = find(pools, origin);
    if (pool != NULL) {
        pools->bare -= pool->lines == 0 ? 1 : 0;
        pool->lines++;
        return pool;
    }
    size_t len = strlen(origin->key) + 1;
    pool = calloc(1, sizeof *pool + len);
    if (pool == NULL)
        return NULL;
    memcpy(pool->key, origin->key, len);
    pool->hash = origin->hash;
    pool->tls = sg_tls_hold(tls_of(pools, origin));
    pool->lines = 1;
    struct sg_pool **bucket = bucket_of(pools, pool->hash);
    pool->next = *bucket;
    *bucket = pool;
    return pool;
}

static void free_pool(struct sg_pools *pools, struct sg_pool *pool)
{
    struct sg_pool **at = bucket_of(pools, pool->hash);
    while (*at != pool)
        at = &(*at)->next;
    *at = pool->next;
    sg_tls_tickets_fini(&pool->tickets);
    sg_tls_free(pool->tls);
    free(pool);
}

static void free_bare(struct sg_pools *pools)
{
    for (size_t i = 0; i < SG_POOL_BUCKETS; i++) {
        for (struct sg_pool *pool = pools->bucket[i], *next; pool != NULL; pool = next) {
            next = pool->next;
            if (pool->lines == 0)
                free_pool(pools, pool);
        }
    }
    pools->bare = 0;
}

/* A pool goes with its last line, unless it has tickets. Those of origins that a reload has left
 * behind are told from others only by their number. */
static void leave(struct sg_pools *pools, struct sg_pool *pool)
{
    assert(pool->lines > 0);
    if (--pool->lines > 0)
        return;
    if (pool->tickets.n == 0 || pools->closing) {
        free_pool(pools, pool);
        return;
    }
    if (++pools->bare > BARE_MOST)
        free_bare(pools);
}

static void push_idle(struct sg_pool *pool, struct sg_line *line)
{
    line->newer = NULL;
    line->older = pool->newest;
    if (pool->newest != NULL)
        pool->newest->newer = line;
    else
        pool->oldest = line;
    pool->newest = line;
    pool->idle++;
}

static void take_idle(struct sg_pool *pool, struct sg_line *line)
{
    *(line->newer != NULL ? &line->newer->older : &pool->newest) = line->older;
    *(line->older != NULL ? &line->older->newer : &pool->oldest) = line->newer;
    line->newer = line->older = NULL;
    pool->idle--;
}

void sg_pools_fini(struct sg_pools *pools)
{
    free_bare(pools);
    pools->closing = true;
    for (size_t i = 0; i < SG_POOL_BUCKETS; i++) {
        while (pools->bucket[i] != NULL) {
            assert(pools->bucket[i]->newest != NULL);
            sg_line_close(pools->bucket[i]->newest);
        }
    }
}

/* --- what the loop says of a line --- */

/* Whether nothing has come: what an origin says unasked would be the next call's response. */
static bool is_silent(struct sg_line *line)
{
    uint8_t byte;
    if (line->conn.hangup)
        return false;
    return !line->conn.can_read || sg_conn_read(&line->conn, &byte, 1) == SG_CONN_WAIT;
}

static void line_ready(struct sg_conn *conn, bool arrived)
{
    struct sg_line *line = (struct sg_line *)conn; /* its first member */
    if (line->call != NULL)
        line->pools->owner->ready(line, arrived);
    else if (!is_silent(line))
        sg_line_close(line);
}

static uint64_t end_of(const struct sg_line *line)
{
    bool attempt = !line->conn.up && line->attempt_end < line->deadline;
    return attempt ? line->attempt_end : line->deadline;
}

static void line_due(struct sg_timer *timer)
{
    struct sg_line *line =
        (struct sg_line *)(void *)((char *)timer - offsetof(struct sg_line, timer));
    uint64_t end = end_of(line);
    if (end == UINT64_MAX)
        return;
    /* Out of memory to wait on: ending early is better than never. */
    if (end > sg_loop_now(line->pools->loop) &&
        sg_timer_set(line->pools->loop, &line->timer, end) >= 0)
        return;
    if (line->call != NULL)
        line->pools->owner->due(line);
    else
        sg_line_close(line);
}

enum scrubgate_status sg_line_deadline(struct sg_line *line, uint64_t at_ns)
{
    line->deadline = at_ns;
    uint64_t end = end_of(line);
    bool armed = line->timer.place != 0;
    if (end == UINT64_MAX || (armed && line->timer.at_ns <= end))
        return SCRUBGATE_OK;
    return sg_timer_set(line->pools->loop, &line->timer, end);
}

/* --- opening --- */

/* Begins with the address at hand, or the first behind it that does not fail at once. */
static enum scrubgate_status attempt(struct sg_line *line)
{
    const struct sg_origin *origin = line->origin;
    const struct sg_addresses *to = &line->places->to;
    struct sg_pools *pools = line->pools;
    const struct sg_tls_peer peer = {line->pool->tls, origin->name, origin->numeric,
                                     &line->pool->tickets};
    enum scrubgate_status rc = SCRUBGATE_EIO;
    if (origin->secure && peer.tls == NULL)
        return rc; /* never in plain instead */
    for (; line->place < to->n; line->place++) {
        rc = sg_conn_open(&line->conn, pools->loop, &to->item[line->place],
                          peer.tls != NULL ? &peer : NULL, line_ready);
        if (rc != SCRUBGATE_EIO)
            break;
    }
    if (rc < 0)
        return rc;
    line->mark = sg_address_mark(&to->item[line->place]);
    /* One address that never answers must leave time for the others. */
    uint64_t now = sg_loop_now(pools->loop);
    uint64_t left = line->connect_end > now ? line->connect_end - now : 0;
    line->attempt_end = now + left / (to->n - line->place);
    return sg_line_deadline(line, line->deadline);
}

enum scrubgate_status sg_line_open(struct sg_line **line, struct sg_pools *pools,
                                   const struct sg_origin *origin, struct sg_call *call)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *line = NULL;
    struct sg_line *made = calloc(1, sizeof *made);
    if (made == NULL)
        return rc;
    made->conn.watch.fd = -1;
    made->timer.due = line_due;
    made->pools = pools;
    made->call = call;
    made->origin = origin;
    made->deadline = UINT64_MAX;
    made->connect_end = sg_loop_now(pools->loop) + pools->connect_ns;
    made->pool = join(pools, origin);
    if (made->pool == NULL)
        goto out;
    made->places = sg_origin_places(origin);
    rc = attempt(made);
    if (rc < 0)
        goto out;
    *line = made;
    made = NULL; /* the caller's now */
out:
    if (made != NULL)
        sg_line_close(made);
    return rc;
}

bool sg_line_next(struct sg_line *line)
{
    sg_conn_close(&line->conn);
    line->place++;
    return attempt(line) >= 0;
}

static void forget_places(struct sg_line *line)
{
    sg_places_drop(line->places);
    line->places = NULL;
    line->origin = NULL;
}

int sg_line_connect(struct sg_line *line)
{
    for (;;) {
        int rc = sg_conn_connect(&line->conn);
        if (rc == 0)
            forget_places(line);
        /* A certificate that is not right is no reason to look for another one. */
        if (rc != SG_CONN_FAILED || !sg_line_next(line))
            return rc;
    }
}

/* --- lending --- */

struct sg_line *sg_line_take(struct sg_pools *pools, const struct sg_origin *origin,
                             struct sg_call *call)
{
    struct sg_pool *pool;
    struct sg_line *line;
    for (;;) {
        pool = find(pools, origin);
        if (pool == NULL || pool->newest == NULL)
            return NULL;
        line = pool->newest;
        if (sg_origin_leads(origin, line->mark))
            break;
        sg_line_close(line); /* the name has moved; the pool may go with it */
    }
    take_idle(pool, line);
    line->call = call;
    line->reused = true;
    line->taken = sg_loop_now(pools->loop);
    return line;
}

void sg_line_give(struct sg_line *line)
{
    struct sg_pools *pools = line->pools;
    line->call = NULL;
    if (line->pool->idle >= pools->kept || !is_silent(line) ||
        sg_line_deadline(line, sg_loop_now(pools->loop) + pools->kept_ns) < 0) {
        sg_line_close(line);
        return;
    }
    push_idle(line->pool, line);
}

void sg_line_close(struct sg_line *line)
{
    struct sg_pools *pools = line->pools;
    sg_timer_cancel(pools->loop, &line->timer);
    sg_conn_close(&line->conn);
    forget_places(line);
    if (line->pool != NULL) {
        bool idle = line->newer != NULL || line->older != NULL || line->pool->newest == line;
        if (idle)
            take_idle(line->pool, line);
        leave(pools, line->pool);
    }
    free(line);
}
