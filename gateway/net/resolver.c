/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolver.c - a thread that looks the names of upstreams up again, off every loop.
 *
 * The lock is never held over a lookup. So stopping can leave a thread behind that hangs in one:
 * whoever comes last, it or the owner, frees what they shared.
 */
#include "net/resolver.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "net/condition.h"
#include "net/origin.h"

#define TELL_AGAIN_NS (UINT64_C(900) * 1000000000)

struct watched {
    struct watched *next;
    struct sg_origin *origin; /* held */
    bool failing;
    uint64_t told_ns;
};

struct sg_resolver {
    struct sg_resolver_config config; /* every_ns: under the lock */
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct watched *list; /* under the lock; its items are the thread's */
    bool stopping, gone;  /* under the lock: the owner's word; the thread's */
    bool looking;         /* under the lock: the thread is in a lookup */
};

static void free_resolver(struct sg_resolver *resolver)
{
    while (resolver->list != NULL) {
        struct watched *one = resolver->list;
        resolver->list = one->next;
        sg_origin_free(one->origin);
        free(one);
    }
    (void)pthread_cond_destroy(&resolver->news);
    (void)pthread_mutex_destroy(&resolver->lock);
    free(resolver);
}

/* --- on its thread; all with the lock --- */

static void tell(struct sg_resolver *resolver, struct watched *one, bool failed, const char *why)
{
    uint64_t now = sg_clock_mono_ns();
    bool news = failed != one->failing || (failed && now - one->told_ns >= TELL_AGAIN_NS);
    one->failing = failed;
    if (!news)
        return;
    one->told_ns = now;
    if (resolver->config.told != NULL)
        resolver->config.told(resolver->config.ctx, one->origin->host, failed ? why : NULL);
}

/* False: it is to stop. */
static bool look(struct sg_resolver *resolver, struct watched *one)
{
    struct sg_addresses found;
    const char *why = "out of memory";
    resolver->looking = true;
    (void)pthread_mutex_unlock(&resolver->lock);
    enum scrubgate_status rc = resolver->config.lookup(resolver->config.ctx, one->origin->host,
                                                       one->origin->port, &found, &why);
    (void)pthread_mutex_lock(&resolver->lock);
    resolver->looking = false;
    if (resolver->stopping)
        return false;
    if (rc >= 0)
        rc = sg_origin_move(one->origin, &found);
    tell(resolver, one, rc < 0, why);
    return true;
}

/* Those whose config is gone have no other holder, and will have none. */
static void drop_forsaken(struct sg_resolver *resolver)
{
    for (struct watched **at = &resolver->list; *at != NULL;) {
        struct watched *one = *at;
        if (!sg_origin_sole(one->origin)) {
            at = &one->next;
            continue;
        }
        *at = one->next;
        sg_origin_free(one->origin);
        free(one);
    }
}

static void rest(struct sg_resolver *resolver)
{
    uint64_t begun = sg_clock_mono_ns();
    int rc = 0;
    while (!resolver->stopping && rc != ETIMEDOUT) {
        uint64_t end = begun + resolver->config.every_ns; /* which may have changed */
        struct timespec until = {(time_t)(end / 1000000000), (long)(end % 1000000000)};
        rc = pthread_cond_timedwait(&resolver->news, &resolver->lock, &until);
    }
}

static void *run(void *ctx)
{
    struct sg_resolver *resolver = ctx;
    (void)pthread_mutex_lock(&resolver->lock);
    while (!resolver->stopping) {
        rest(resolver);
        drop_forsaken(resolver);
        /* New ones are put in front: the list behind one does not change under a lookup. */
        for (struct watched *one = resolver->list; one != NULL && !resolver->stopping;
             one = one->next)
            if (!look(resolver, one))
                break;
    }
    bool last = resolver->gone;
    resolver->gone = true;
    (void)pthread_cond_broadcast(&resolver->news);
    (void)pthread_mutex_unlock(&resolver->lock);
    if (last)
        free_resolver(resolver);
    return NULL;
}

/* --- on others --- */

static enum scrubgate_status start_thread(struct sg_resolver *resolver)
{
    pthread_t thread;
    pthread_attr_t detached;
    if (pthread_attr_init(&detached) != 0)
        return SCRUBGATE_ENOMEM;
    int rc = pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    if (rc == 0)
        rc = pthread_create(&thread, &detached, run, resolver);
    (void)pthread_attr_destroy(&detached);
    return rc == 0 ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

enum scrubgate_status sg_resolver_start(struct sg_resolver **resolver,
                                        const struct sg_resolver_config *config)
{
    enum scrubgate_status rc;
    struct sg_resolver *made = calloc(1, sizeof *made);
    *resolver = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->config = *config;
    if (made->config.lookup == NULL)
        made->config.lookup = sg_lookup;
    if (pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return SCRUBGATE_ENOMEM;
    }
    if (!sg_condition_init(&made->news)) {
        (void)pthread_mutex_destroy(&made->lock);
        free(made);
        return SCRUBGATE_ENOMEM;
    }
    rc = start_thread(made);
    if (rc < 0)
        free_resolver(made);
    else
        *resolver = made;
    return rc;
}

enum scrubgate_status sg_resolver_watch(struct sg_resolver *resolver, struct sg_origin *origin)
{
    if (origin->fixed || origin->local)
        return SCRUBGATE_OK;
    struct watched *one = calloc(1, sizeof *one);
    if (one == NULL)
        return SCRUBGATE_ENOMEM;
    one->origin = sg_origin_hold(origin);
    (void)pthread_mutex_lock(&resolver->lock);
    one->next = resolver->list;
    resolver->list = one;
    (void)pthread_mutex_unlock(&resolver->lock);
    return SCRUBGATE_OK;
}

void sg_resolver_pace(struct sg_resolver *resolver, uint64_t every_ns)
{
    (void)pthread_mutex_lock(&resolver->lock);
    resolver->config.every_ns = every_ns;
    (void)pthread_cond_broadcast(&resolver->news);
    (void)pthread_mutex_unlock(&resolver->lock);
}

void sg_resolver_stop(struct sg_resolver *resolver)
{
    if (resolver == NULL)
        return;
    (void)pthread_mutex_lock(&resolver->lock);
    resolver->stopping = true;
    (void)pthread_cond_broadcast(&resolver->news);
    while (!resolver->gone && !resolver->looking)
        (void)pthread_cond_wait(&resolver->news, &resolver->lock);
    bool last = resolver->gone;
    resolver->gone = true;
    (void)pthread_mutex_unlock(&resolver->lock);
    if (last)
        free_resolver(resolver);
}
