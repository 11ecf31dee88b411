/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_parts.h - what the running gateway is made of; for its own files only.
 *
 *     server.c          life: signals, drain, stop
 *     server_start.c    from a loaded config to workers that serve
 *     server_reload.c   a new config and new rules, all or nothing
 *     server_record.c   audit records of the process itself
 *     server_tell.c     what the admin port asks, the log's first lines, a curl line to try
 */
#ifndef SG_PROXY_SERVER_PARTS_H
#define SG_PROXY_SERVER_PARTS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "net/loop.h"
#include "proxy/admin.h"
#include "proxy/auditor.h"
#include "proxy/echo.h"
#include "proxy/generation.h"
#include "proxy/keys.h"
#include "proxy/listeners.h"
#include "proxy/memory.h"
#include "proxy/server.h"
#include "proxy/trust.h"
#include "proxy/worker.h"

enum { SG_SERVER_BOOT_SIZE = 16 };

struct sg_server {
    const struct sg_server_options *options;
    struct sg_loop *loop;
    struct sg_watch signals;
    sigset_t blocked_before;
    struct sg_wake ended; /* a worker's thread is through */
    struct sg_generation *generation;
    struct sg_auditor *auditor;
    struct sg_echo *echo;
    const char *echo_url;
    struct sg_admin *admin;
    struct sg_keys keys;
    char boot[2 * SG_SERVER_BOOT_SIZE + 1];
    char *instance;
    struct sg_record_source source;
    struct sg_trust trust;
    struct sg_eventfile *events;
    struct sg_memory *memory;          /* NULL: none is kept */
    struct sg_inheritance inheritance; /* sockets that were open before this process */
    struct sg_listeners listeners;
    struct sg_worker **workers;
    const struct sg_metrics **metrics;
    size_t n_workers;
    uint64_t reloads, reload_failures, start_ms;
    bool draining;
    enum scrubgate_status rc; /* why it ends, when not because it was told to */
};

static inline const struct sg_config *sg_server_config(const struct sg_server *server)
{
    return server->generation->config;
}

/* --- server_start.c --- */

/* Opens addresses, keys and the audit log, and starts the workers and the admin port. What it made
 * before an error is the server's to end. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_start(struct sg_server *server,
                                                         struct scrubgate_fault *fault);

/* --- server_reload.c --- */

/* Config and rules as the options name them. EINVAL too for a key that only a restart can change,
 * when there is a generation already. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_load(const struct sg_server *server,
                                                        struct sg_generation **generation,
                                                        const char *echo_url,
                                                        struct scrubgate_fault *fault);
void sg_server_reload(struct sg_server *server);

/* --- server_record.c --- */

/* A change from one generation to the next; NULL: none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_print(const struct sg_server *server,
                                                         const char *what,
                                                         const struct sg_generation *before,
                                                         const struct sg_generation *after,
                                                         struct sg_buf *record);
/* Writes it and waits until it is durable. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_record(struct sg_server *server,
                                                          const char *what,
                                                          const struct sg_generation *before,
                                                          const struct sg_generation *after);

/* --- server_tell.c --- */

struct sg_admin_host sg_server_admin_host(struct sg_server *server);
void sg_server_log_warnings(const struct sg_generation *generation);
void sg_server_log_started(const struct sg_server *server);
void sg_server_print_hints(const struct sg_server *server);
/* What `serve -t` says. */
void sg_server_print_checked(const struct sg_server *server);

#endif
