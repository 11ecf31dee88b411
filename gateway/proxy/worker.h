/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker.h - one core's share of the gateway: loop, front, upstream pools, audit port, scratch.
 *
 * Shares nothing with its siblings but the generation (read-only, but for counters), the auditor
 * (by its port), one flag, whether the fast engine is trusted, what senders said last (a lock for
 * each of its shards), and who judges tickets and agents (one lock).
 */
#ifndef SG_PROXY_WORKER_H
#define SG_PROXY_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/ruleset.h>

#include "audit/record.h"
#include "base/buf.h"
#include "net/front.h"
#include "net/loop.h"
#include "net/upstream.h"
#include "proxy/arrivals.h"
#include "proxy/auditor.h"
#include "proxy/digests.h"
#include "proxy/epochs.h"
#include "proxy/eventlog.h"
#include "proxy/generation.h"
#include "proxy/keys.h"
#include "proxy/listeners.h"
#include "proxy/memory.h"
#include "proxy/metrics.h"
#include "proxy/pressure.h"
#include "proxy/pseudonyms.h"
#include "proxy/risk.h"
#include "proxy/trust.h"
#include "proxy/turned_away.h"

struct sg_exchange;

enum sg_worker_stop { SG_WORKER_RUNS, SG_WORKER_DRAINS, SG_WORKER_STOPS };

struct sg_worker {
    unsigned index;
    pthread_t thread;
    struct sg_loop *loop;
    struct sg_front *front;
    struct sg_upstream *upstream;
    struct sg_audit_port *audit;
    struct sg_eventlog *events; /* NULL: none is kept */
    struct sg_digests digests;
    struct sg_pseudonyms *pseudonyms;
    struct scrubgate_scratch *scratch;
    struct sg_generation *generation;      /* held; replaced on this thread by a reload */
    _Atomic(struct sg_generation *) next;  /* held; put there by the server */
    struct sg_epoch *epoch;                /* held; replaced on this thread when another begins */
    _Atomic(struct sg_epoch *) next_epoch; /* held; put there by the keeper of keys */
    struct sg_wake wake;                   /* a new generation or epoch, or stop */
    atomic_uint stopping;                  /* enum sg_worker_stop */
    bool draining;
    atomic_uint rings, answers; /* of sg_worker_ring */
    struct sg_wake *ended;      /* the server's: rung when the thread is through */
    atomic_bool gone;
    const struct sg_record_source *source;
    struct sg_trust *trust;   /* the process's */
    struct sg_memory *memory; /* the process's; NULL: none */
    struct sg_risks *risks;   /* the process's; NULL: nothing is judged (tests) */
    struct sg_metrics metrics;
    struct sg_pressure pressure;
    struct sg_turned_away away;
    uint64_t exchange_serial;
    struct sg_exchange *live, *idle; /* exchange.c's */
    size_t n_idle;
    struct sg_buf head;   /* the request head being written */
    struct sg_buf record; /* a record that nobody waits for */
    struct sg_timer census;
    atomic_size_t connections; /* as last counted: for admin */
};

/* What a worker is made of; borrowed for its life, except where said. */
struct sg_worker_setup {
    unsigned index;
    struct sg_generation *generation; /* a hold is taken */
    struct sg_auditor *auditor;
    const struct sg_keys *keys;
    struct sg_epoch *epoch;          /* a hold is taken */
    struct sg_key_store *pseudonyms; /* NULL: records name nobody (tests) */
    const struct sg_record_source *source;
    struct sg_trust *trust;
    struct sg_memory *memory; /* NULL: none */
    struct sg_risks *risks;   /* NULL: nothing is judged (tests) */
    struct sg_eventfile *events;
    const struct sg_listening
        *listeners; /* sockets, the worker's from the call on, also on error */
    size_t n_listeners;
    uint64_t connections;         /* of clients, over all workers */
    struct sg_arrivals *arrivals; /* by address */
    struct sg_wake *ended;
};

/* Makes it and starts its thread. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_worker_start(struct sg_worker **worker,
                                                         const struct sg_worker_setup *setup,
                                                         struct scrubgate_fault *fault);
/* From now on new exchanges use this generation (a hold is taken). Any thread. */
void sg_worker_reload(struct sg_worker *worker, struct sg_generation *generation);
/* The same of the epoch of fingerprints. */
void sg_worker_turn(struct sg_worker *worker, struct sg_epoch *epoch);
/* DRAINS: accepts no more, ends when the running requests have, after 30 s at most. STOPS: ends at
 * once. Any thread. */
void sg_worker_stop(struct sg_worker *worker, enum sg_worker_stop how);
/* Rings it, to see whether it still turns: once it got there it has answered. One thread rings. */
void sg_worker_ring(struct sg_worker *worker);
bool sg_worker_answered(const struct sg_worker *worker);
bool sg_worker_gone(const struct sg_worker *worker);
/* Waits for its thread and frees it; it must have been told to stop. NULL is fine. */
void sg_worker_free(struct sg_worker *worker);

#endif
