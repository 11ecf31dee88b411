/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker.h - one core's share of the gateway: loop, front, upstream pools, audit port, scratch.
 *
 * Shares nothing with its siblings but the generation (read-only) and the auditor (by its port).
 */
#ifndef SG_PROXY_WORKER_H
#define SG_PROXY_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/ruleset.h>

#include "audit/record.h"
#include "collusion/facet.h"
#include "net/front.h"
#include "net/loop.h"
#include "net/upstream.h"
#include "proxy/auditor.h"
#include "proxy/eventlog.h"
#include "proxy/generation.h"
#include "proxy/keys.h"
#include "proxy/metrics.h"

struct sg_worker {
    unsigned index;
    pthread_t thread;
    struct sg_loop *loop;
    struct sg_front *front;
    struct sg_upstream *upstream;
    struct sg_audit_port *audit;
    struct sg_eventlog *events;
    struct sg_facets *facets;
    struct scrubgate_scratch *scratch;
    struct sg_generation *generation;     /* held; replaced on this thread by a reload */
    _Atomic(struct sg_generation *) next; /* held; put there by the server */
    struct sg_wake wake;                  /* a new generation, or stop */
    atomic_bool stopping;
    const struct sg_keys *keys;
    const struct sg_record_source *source;
    struct sg_metrics metrics;
    uint64_t exchange_serial;
};

#endif
