/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origin.h - what stands behind the proxies: as cheap an origin as can be, and one that looks.
 *
 * Loopback only, one epoll thread. What it does with a request is its service, by the request's
 * path. Each body that comes is compared with what should come, so that a proxy that drops, changes
 * or does not mask is seen at once.
 */
#ifndef SG_BENCH_ORIGIN_H
#define SG_BENCH_ORIGIN_H

#include <stdint.h>

#include "message.h"

enum origin_way {
    ORIGIN_ANSWERS, /* when the request is whole */
    ORIGIN_HOLDS,   /* no answer until origin_release */
    ORIGIN_STREAMS, /* a head and one event at once, no more until origin_release */
};

struct origin_service {
    const char *path; /* the request's, at most 15 bytes */
    enum origin_way way;
    struct text takes;        /* the body that must come */
    const char *const *never; /* NULL, or words up to a NULL: the first body, which holds none of
                                 them, is the one that must come from then on */
    struct text gives;        /* the answer's body */
};

struct origin;
/* Listens on a free port. Borrows the services, whose number is at most 16. */
struct origin *origin_start(uint16_t *port, const struct origin_service *services, size_t n,
                            int cpu);
void origin_stop(struct origin *origin);

/* Requests whose body was not the right one, or that had no service. */
uint64_t origin_wrong(struct origin *origin);
/* Requests that wait now. */
unsigned origin_held(struct origin *origin);
/* Ends all that wait: those held are answered, streams end. Returns when that is done. */
void origin_release(struct origin *origin);

#endif
