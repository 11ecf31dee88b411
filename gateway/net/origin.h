/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origin.h - what an upstream URL came to: for the upstream's own files, and the resolver.
 *
 * Shared by all threads. All but the addresses is as it was made; these may be replaced at any
 * time by the resolver's thread. Who connects takes a hold of the list; who only wants to know
 * whether a kept connection still leads to the right place asks for its mark, without a lock.
 */
#ifndef SG_NET_ORIGIN_H
#define SG_NET_ORIGIN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/lookup.h"
#include "net/tls.h"
#include "net/upstream.h"

/* Addresses that are shared, and replaced as a whole. */
struct sg_places {
    atomic_uint holders;
    struct sg_addresses to; /* at least one */
};

struct sg_origin {
    atomic_uint holders;
    bool secure;     /* https */
    bool fixed;      /* host is an IP address: there is nothing to look up */
    bool numeric;    /* name is an IP address */
    bool local;      /* a unix socket */
    char *host;      /* lower case, without brackets; "localhost" for a unix socket */
    char *name;      /* whose certificate to expect: host, unless it was said */
    char *authority; /* host[:port], for Host */
    char *path;      /* begins with / */
    unsigned port;
    struct sg_tls *tls; /* NULL: the upstream's */
    /* What tells its connections from another's, but for address and TLS: scheme, host, port and
     * name. */
    char *key;
    uint64_t hash; /* of key */
    pthread_mutex_t lock;
    struct sg_places *places;                     /* under the lock */
    atomic_uint_fast64_t mark[SG_ADDRESSES_MOST]; /* of the addresses; 0: none */
};

struct sg_origin *sg_origin_hold(struct sg_origin *origin);
/* Whether only the caller holds it. */
bool sg_origin_sole(const struct sg_origin *origin);

/* Where it is now; the caller's until it is dropped. */
struct sg_places *sg_origin_places(const struct sg_origin *origin);
void sg_places_drop(struct sg_places *places); /* NULL is fine */
/* Has it lead there from now on. Nothing changes when these are the ones it has, in any order. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_origin_move(struct sg_origin *origin,
                                                        const struct sg_addresses *to);

/* A number that tells addresses apart, never 0. */
uint64_t sg_address_mark(const struct sg_address *address);
/* Whether it leads to the address with that mark. */
bool sg_origin_leads(const struct sg_origin *origin, uint64_t mark);

#endif
