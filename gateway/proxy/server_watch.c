/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_watch.c - what the service manager hears: ready, loading, stopping, and as long as every
 * worker turns, alive.
 *
 * Each worker is rung and counts it when it gets there. One that does not within the manager's
 * patience hangs: then nothing more is said, and the manager starts the gateway anew.
 */
#include <stddef.h>
#include <stdio.h>

#include "base/clock.h"
#include "proxy/oplog.h"
#include "proxy/server_parts.h"

enum { STATUS_MOST = 160, RINGS = 4 /* in the time the manager waits: one may come late */ };

/* The first worker that has not turned since it was rung, or NULL. */
static const struct sg_worker *find_hanging(const struct sg_server *server)
{
    for (size_t i = 0; i < server->n_workers; i++)
        if (server->rung && !sg_worker_gone(server->workers[i]) &&
            !sg_worker_answered(server->workers[i]))
            return server->workers[i];
    return NULL;
}

static void look(struct sg_timer *timer)
{
    struct sg_server *server =
        (struct sg_server *)(void *)((char *)timer - offsetof(struct sg_server, watchdog));
    const struct sg_worker *hanging = find_hanging(server);
    if (hanging == NULL) {
        sg_notify_alive(&server->notify);
        for (size_t i = 0; i < server->n_workers; i++)
            sg_worker_ring(server->workers[i]);
        server->rung = true;
    } else {
        char number[16];
        (void)snprintf(number, sizeof number, "%u", hanging->index);
        sg_oplog(SG_OPLOG_WARN, "a worker does not turn", "worker", number, NULL);
    }
    if (sg_timer_set(server->loop, timer,
                     sg_loop_now(server->loop) + server->notify.watchdog_ns / RINGS) < 0)
        sg_oplog(SG_OPLOG_ERROR, "the service manager's watchdog hears no more", NULL);
}

enum scrubgate_status sg_server_watch_start(struct sg_server *server)
{
    if (server->notify.watchdog_ns == 0)
        return SCRUBGATE_OK;
    server->watchdog.due = look;
    return sg_timer_set(server->loop, &server->watchdog, sg_clock_mono_ns());
}

void sg_server_tell_ready(const struct sg_server *server)
{
    char status[STATUS_MOST];
    (void)snprintf(status, sizeof status, "serving: %zu workers, rules %.12s, %llu reloads",
                   server->n_workers, server->generation->digest,
                   (unsigned long long)server->reloads);
    sg_notify_ready(&server->notify, status);
}
