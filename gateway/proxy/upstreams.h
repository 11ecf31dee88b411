/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstreams.h - where the messages of each route go: its origins, and whose turn it is.
 *
 *     route -> [balance of this worker] -> origin -> call
 *                      └──── how it went ─────┘
 *
 * One for each generation. The origins are all threads'; what is known of their health is one
 * worker's, learnt from its own calls, and begins anew with a reload.
 */
#ifndef SG_PROXY_UPSTREAMS_H
#define SG_PROXY_UPSTREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "net/balance.h"
#include "net/resolver.h"
#include "net/upstream.h"
#include "proxy/config.h"

struct sg_upstreams;

/* Borrows config. echo_url: where the embedded echo listens, or NULL. Looks up the names and reads
 * certificates; a fault points at the route. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_upstreams_new(struct sg_upstreams **upstreams,
                                                          const struct sg_config *config,
                                                          const char *echo_url,
                                                          struct scrubgate_fault *fault);
void sg_upstreams_free(struct sg_upstreams *upstreams);
/* Has all names looked up again and again. ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_upstreams_watch(const struct sg_upstreams *upstreams,
                                                            struct sg_resolver *resolver);

/* One message's way to an upstream. All-zero but balance: it has none yet. */
struct sg_choice {
    const struct sg_upstreams *upstreams;
    struct sg_balance *balance;
    size_t route;
    struct sg_turn turn;
    unsigned tried;
    const struct sg_origin *origin; /* NULL: none */
};

/* Begins to choose for a message of that route, on that worker's thread. */
void sg_choice_begin(struct sg_choice *choice, const struct sg_upstreams *upstreams,
                     unsigned worker, size_t route);
/* Whether there is an upstream that may be asked. *wait_ns: how long it takes until there is. */
bool sg_choice_any(const struct sg_choice *choice, uint64_t now_ns, uint64_t *wait_ns);
/* Takes the next one that was not taken before; false when there is none. */
bool sg_choice_take(struct sg_choice *choice, uint64_t now_ns, uint64_t *wait_ns);
/* Where the route diverts to; it has no health. */
void sg_choice_divert(struct sg_choice *choice);
/* How it went with the one that was taken, if there is one. */
void sg_choice_tell(struct sg_choice *choice, enum sg_turn_end how, uint64_t now_ns);

/* For metrics; any thread. Upstreams of a route are numbered from 0, as in the config. */
size_t sg_upstreams_count(const struct sg_upstreams *upstreams, size_t route);
/* No worker has it out of turn. */
bool sg_upstreams_healthy(const struct sg_upstreams *upstreams, size_t route, size_t number);
uint64_t sg_upstreams_failures(const struct sg_upstreams *upstreams, size_t route, size_t number);

#endif
