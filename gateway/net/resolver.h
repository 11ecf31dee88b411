/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolver.h - a thread that looks the names of upstreams up again, off every loop.
 *
 *     [resolver] ── lookup (may block) ──> sg_origin_move ──> the next connection of any worker
 *
 * A name that cannot be looked up keeps the addresses it last had.
 */
#ifndef SG_NET_RESOLVER_H
#define SG_NET_RESOLVER_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "net/lookup.h"

struct sg_origin;
struct sg_resolver;

struct sg_resolver_config {
    uint64_t every_ns;
    /* As sg_lookup; called by the resolver's thread. NULL: sg_lookup. */
    enum scrubgate_status (*lookup)(void *ctx, const char *host, unsigned port,
                                    struct sg_addresses *found, const char **why);
    /* May be NULL. A name cannot be looked up (why), and once more every quarter of an hour while
     * that lasts; or it can again (NULL). On the resolver's thread. */
    void (*told)(void *ctx, const char *host, const char *why);
    void *ctx;
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_resolver_start(struct sg_resolver **resolver,
                                                           const struct sg_resolver_config *config);
/* From now on the origin's name is looked up again and again, until nobody else holds the origin.
 * Addresses and unix sockets are left alone. Any thread. ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_resolver_watch(struct sg_resolver *resolver,
                                                           struct sg_origin *origin);
/* How often, from now on. Any thread. */
void sg_resolver_pace(struct sg_resolver *resolver, uint64_t every_ns);
/* Ends it; does not wait for a lookup, which may take its name server's time: that one's answer is
 * dropped, and nothing of ctx is called any more. NULL is fine. */
void sg_resolver_stop(struct sg_resolver *resolver);

#endif
