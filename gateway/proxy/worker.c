/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker.c - one core's share of the gateway: loop, front, upstream pools, audit port, scratch.
 *
 *     start -> [thread: loop] <- wake: a new generation, drain, stop -> gone -> free
 */
#include "proxy/worker.h"

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/digest.h"
#include "proxy/exchange.h"
#include "proxy/oplog.h"
#include "proxy/sandbox.h"

#define SECONDS UINT64_C(1000000000)
enum { KEPT_UPSTREAM = 128, DRAIN_SECONDS = 30 };

/* --- on the worker's thread --- */

static void drained(void *ctx)
{
    struct sg_worker *worker = ctx;
    sg_loop_stop(worker->loop);
}

static void woken(struct sg_wake *wake)
{
    struct sg_worker *worker =
        (struct sg_worker *)(void *)((char *)wake - offsetof(struct sg_worker, wake));
    atomic_store(&worker->answers, atomic_load(&worker->rings));
    struct sg_generation *next = atomic_exchange(&worker->next, NULL);
    if (next != NULL) {
        sg_generation_drop(worker->generation);
        worker->generation = next;
    }
    struct sg_epoch *epoch = atomic_exchange(&worker->next_epoch, NULL);
    if (epoch != NULL) {
        sg_epoch_drop(worker->epoch);
        worker->epoch = epoch;
        /* What messages under way still need of an older key they take again. */
        scrubgate_scratch_forget(worker->scratch);
        if (sg_digests_use(&worker->digests, epoch) < 0)
            sg_oplog(SG_OPLOG_WARN, "the new key of fingerprints is taken up later", NULL);
    }
    switch ((enum sg_worker_stop)atomic_load(&worker->stopping)) {
    case SG_WORKER_RUNS:
        break;
    case SG_WORKER_DRAINS:
        if (!worker->draining)
            sg_front_drain(worker->front, sg_clock_mono_ns() + DRAIN_SECONDS * SECONDS, drained,
                           worker);
        worker->draining = true;
        break;
    case SG_WORKER_STOPS:
        sg_loop_stop(worker->loop);
        break;
    }
}

/* Idle connections are looked at by the front now and then; so is their number, and what is
 * remembered too long. */
static void look_around(struct sg_timer *timer)
{
    struct sg_worker *worker =
        (struct sg_worker *)(void *)((char *)timer - offsetof(struct sg_worker, census));
    atomic_store_explicit(&worker->connections, sg_front_connections(worker->front),
                          memory_order_relaxed);
    if (worker->memory != NULL)
        sg_memory_expire(worker->memory, sg_clock_mono_ns());
    if (sg_timer_set(worker->loop, timer, sg_loop_now(worker->loop) + SECONDS) < 0)
        sg_oplog(SG_OPLOG_WARN, "connections are no longer counted", NULL);
}

static void *run(void *ctx)
{
    struct sg_worker *worker = ctx;
    /* One that cannot be confined ends at once, and the gateway with it. */
    if (sg_sandbox_enter(SG_SANDBOX_WORKER) < 0 || sg_loop_run(worker->loop) < 0)
        sg_oplog(SG_OPLOG_ERROR, "a worker's loop failed", NULL);
    /* The front first: it ends the requests; the port last: it waits for their records. */
    sg_front_free(worker->front);
    worker->front = NULL;
    sg_upstream_free(worker->upstream);
    worker->upstream = NULL;
    sg_turned_away_fini(&worker->away);
    sg_audit_port_close(worker->audit);
    worker->audit = NULL;
    sg_exchange_fini(worker);
    sg_eventlog_close(worker->events);
    worker->events = NULL;
    atomic_store(&worker->gone, true);
    sg_wake_ring(worker->ended);
    return NULL;
}

/* --- on the server's --- */

/* A worker's part of what is for all of them: 0 stays 0. */
static uint64_t share_of(uint64_t all, unsigned workers)
{
    return all / workers + (all % workers > 0 ? 1 : 0);
}

static enum scrubgate_status make_parts(struct sg_worker *worker,
                                        const struct sg_worker_setup *setup)
{
    const struct sg_config *config = setup->generation->config;
    const struct sg_limits *limits = &config->limits;
    const struct sg_front_limits front = {
        .header = (size_t)limits->header,
        .connections = (size_t)share_of(setup->connections, config->workers),
        .per_peer = (size_t)share_of(limits->per_address, config->workers),
        .header_ns = limits->header_ns,
        .body_ns = limits->body_ns,
        .idle_ns = limits->idle_ns,
        .write_ns = limits->write_ns,
    };
    const struct sg_upstream_limits upstream = {
        .connect_ns = limits->upstream_connect_ns,
        .first_ns = limits->upstream_first_ns,
        .idle_ns = limits->upstream_idle_ns,
        .total_ns = limits->upstream_total_ns,
        .kept_ns = limits->idle_ns,
        .header = (size_t)limits->header,
        .kept = KEPT_UPSTREAM,
    };
    struct sg_front_handler handler = sg_exchange_handler;
    handler.ctx = worker;
    enum scrubgate_status rc = sg_loop_new(&worker->loop);
    if (rc >= 0)
        rc = sg_wake_init(worker->loop, &worker->wake, woken);
    if (rc >= 0)
        rc = scrubgate_scratch_new(&worker->scratch);
    if (rc >= 0)
        rc = sg_digests_init(&worker->digests, setup->keys, setup->epoch);
    if (rc >= 0 && setup->pseudonyms != NULL)
        rc = sg_pseudonyms_new(&worker->pseudonyms, setup->pseudonyms);
    if (rc >= 0)
        rc = sg_audit_port_open(&worker->audit, setup->auditor, worker->loop);
    if (rc >= 0)
        sg_turned_away_init(&worker->away, worker->loop, worker->digests.now, worker->audit,
                            worker->source, &worker->metrics);
    if (rc >= 0)
        rc = sg_upstream_new(&worker->upstream, worker->loop, &upstream, NULL);
    if (rc >= 0)
        rc = sg_eventlog_open(&worker->events, setup->events, worker->loop);
    if (rc >= 0)
        rc = sg_front_new(&worker->front, worker->loop, &front, &handler);
    return rc;
}

/* The process's limits, shared out. */
static enum scrubgate_status watch_pressure(struct sg_worker *worker,
                                            const struct sg_config *config)
{
    const struct sg_limits *limits = &config->limits;
    uint64_t requests = limits->requests > 0 ? limits->requests / config->workers + 1 : 0;
    return sg_pressure_init(&worker->pressure, worker->loop, &worker->metrics, (size_t)requests,
                            limits->memory, worker->exchange_serial);
}

static enum scrubgate_status listen_all(struct sg_worker *worker,
                                        const struct sg_worker_setup *setup, size_t *given)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (*given = 0; *given < setup->n_listeners && rc >= 0;) {
        const struct sg_listening *one = &setup->listeners[(*given)++];
        rc = sg_front_listen(worker->front, one->fd, sg_arrivals_at(setup->arrivals, one->address));
    }
    return rc;
}

static void free_parts(struct sg_worker *worker)
{
    sg_front_free(worker->front);
    sg_upstream_free(worker->upstream);
    sg_turned_away_fini(&worker->away);
    if (worker->audit != NULL)
        sg_audit_port_close(worker->audit);
    sg_eventlog_close(worker->events);
    sg_digests_fini(&worker->digests);
    sg_pseudonyms_free(worker->pseudonyms);
    scrubgate_scratch_free(worker->scratch);
    sg_pressure_fini(&worker->pressure);
    sg_buf_fini(&worker->head);
    sg_buf_fini(&worker->record);
    if (worker->loop != NULL)
        sg_wake_fini(worker->loop, &worker->wake);
    sg_loop_free(worker->loop);
    sg_generation_drop(atomic_exchange(&worker->next, NULL));
    sg_generation_drop(worker->generation);
    sg_epoch_drop(atomic_exchange(&worker->next_epoch, NULL));
    sg_epoch_drop(worker->epoch);
    free(worker);
}

enum scrubgate_status sg_worker_start(struct sg_worker **worker,
                                      const struct sg_worker_setup *setup,
                                      struct scrubgate_fault *fault)
{
    size_t given = 0;
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_worker *made = calloc(1, sizeof *made);
    *worker = NULL;
    sg_fault_set(fault, NULL, 0, 0, "%s", "");
    if (made == NULL)
        goto out;
    made->index = setup->index;
    made->generation = sg_generation_hold(setup->generation);
    made->epoch = sg_epoch_hold(setup->epoch);
    made->source = setup->source;
    made->trust = setup->trust;
    made->memory = setup->memory;
    made->risks = setup->risks;
    made->ended = setup->ended;
    made->census.due = look_around;
    rc = sg_random(&made->exchange_serial, sizeof made->exchange_serial);
    if (rc >= 0)
        rc = make_parts(made, setup);
    if (rc >= 0)
        rc = watch_pressure(made, setup->generation->config);
    if (rc >= 0)
        rc = sg_front_selftest(made->front, fault);
    if (rc >= 0)
        rc = listen_all(made, setup, &given);
    if (rc >= 0)
        rc = sg_timer_set(made->loop, &made->census, sg_clock_mono_ns() + SECONDS);
    if (rc >= 0 && pthread_create(&made->thread, NULL, run, made) != 0)
        rc = SCRUBGATE_EIO;
    if (rc < 0)
        goto out;
    *worker = made;
    made = NULL;
out:
    for (size_t i = given; i < setup->n_listeners; i++)
        (void)close(setup->listeners[i].fd);
    if (rc < 0 && fault != NULL && fault->what[0] == '\0')
        sg_fault_set(fault, NULL, 0, 0, "a worker cannot start: %s", scrubgate_status_word(rc));
    if (made != NULL)
        free_parts(made);
    return rc;
}

void sg_worker_reload(struct sg_worker *worker, struct sg_generation *generation)
{
    struct sg_generation *unseen = atomic_exchange(&worker->next, sg_generation_hold(generation));
    sg_generation_drop(unseen); /* two reloads before the worker looked */
    sg_wake_ring(&worker->wake);
}

void sg_worker_turn(struct sg_worker *worker, struct sg_epoch *epoch)
{
    struct sg_epoch *unseen = atomic_exchange(&worker->next_epoch, sg_epoch_hold(epoch));
    sg_epoch_drop(unseen);
    sg_wake_ring(&worker->wake);
}

void sg_worker_stop(struct sg_worker *worker, enum sg_worker_stop how)
{
    atomic_store(&worker->stopping, (unsigned)how);
    sg_wake_ring(&worker->wake);
}

void sg_worker_ring(struct sg_worker *worker)
{
    (void)atomic_fetch_add(&worker->rings, 1);
    sg_wake_ring(&worker->wake);
}

bool sg_worker_answered(const struct sg_worker *worker)
{
    return atomic_load(&worker->answers) == atomic_load(&worker->rings);
}

bool sg_worker_gone(const struct sg_worker *worker)
{
    return atomic_load(&worker->gone);
}

void sg_worker_free(struct sg_worker *worker)
{
    if (worker == NULL)
        return;
    (void)pthread_join(worker->thread, NULL);
    free_parts(worker);
}
