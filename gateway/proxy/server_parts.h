/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_parts.h - what the running gateway is made of; for its own files only.
 *
 *     server.c          life: signals, drain, stop
 *     server_start.c    from a loaded config to workers that serve
 *     server_reload.c   a new config and new rules, all or nothing
 *     server_resolve.c  the names of upstreams, again and again
 *     server_takeover.c sockets and audit log, from the gateway that runs
 *     server_handover.c and to the one that comes
 *     server_record.c   audit records of the process itself
 *     server_watch.c    what the service manager hears
 *     server_tell.c     what the admin port asks, the log's first lines, a curl line to try
 */
#ifndef SG_PROXY_SERVER_PARTS_H
#define SG_PROXY_SERVER_PARTS_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "net/loop.h"
#include "proxy/admin.h"
#include "proxy/arrivals.h"
#include "proxy/audit_guest.h"
#include "proxy/audit_warden.h"
#include "proxy/auditor.h"
#include "proxy/ledger.h"
#include "proxy/echo.h"
#include "proxy/epochs.h"
#include "proxy/generation.h"
#include "proxy/key_keeper.h"
#include "proxy/key_store.h"
#include "proxy/keys.h"
#include "proxy/listeners.h"
#include "proxy/memory.h"
#include "proxy/notify.h"
#include "proxy/risk.h"
#include "proxy/server.h"
#include "proxy/trust.h"
#include "proxy/worker.h"

enum { SG_SERVER_BOOT_SIZE = 16 };

/* A reload under way. */
struct sg_loader {
    pthread_t thread;
    bool running, again; /* again: asked for while it ran */
    struct sg_actor by, again_by;
    struct sg_wake loaded;
    /* The thread's until it rings: */
    struct sg_generation *current; /* held */
    struct sg_generation *next;    /* NULL: refused, fault says why */
    struct scrubgate_fault fault;
    /* The server's: */
    struct sg_generation *retired; /* held, so that no worker is the one to free them */
    struct sg_timer sweep;
};

/* How far another gateway has taken over. */
enum sg_handover_stage {
    SG_HANDOVER_NOBODY,
    SG_HANDOVER_ASKED, /* it has the sockets, and so have we */
    SG_HANDOVER_LENT,  /* it has, or is about to have, the audit log */
    SG_HANDOVER_GIVEN  /* it serves */
};

struct sg_handover {
    struct sg_watch listener, peer; /* fd -1: none */
    struct sg_timer silence;        /* of a peer that has not asked yet */
    struct sg_buf path;             /* of the socket, when it is ours; NUL ended */
    enum sg_handover_stage stage;
    bool waits_for_log; /* until the gateway before us is through with it */
};

struct sg_server {
    const struct sg_server_options *options;
    struct sg_loop *loop;
    struct sg_watch signals;
    sigset_t blocked_before;
    struct sg_wake ended; /* a worker's thread is through */
    struct sg_generation *generation;
    char *keys_dir; /* <state>/keys, as it was at the start */
    struct sg_audit_warden warden;
    struct sg_wake warden_gone;
    struct sg_auditor *auditor;
    struct sg_echo *echo;
    const char *echo_url;
    struct sg_admin *admin;
    struct sg_keys keys;
    struct sg_epochs *epochs;
    struct sg_key_store *pseudonyms; /* the keys of the log's names for people */
    struct sg_key_keeper *keeper;    /* sees to them */
    char boot[2 * SG_SERVER_BOOT_SIZE + 1];
    char *instance;
    struct sg_record_source source;
    struct sg_trust trust;
    struct sg_risks *risks;
    struct sg_eventfile *events;
    struct sg_memory *memory;          /* NULL: none is kept */
    struct sg_inheritance inheritance; /* sockets that were open before this process */
    struct sg_listeners listeners;
    struct sg_resolver *resolver;
    struct sg_arrivals *arrivals; /* beside them */
    uint64_t connections;         /* of clients: as the config says, or as there are descriptors */
    struct sg_worker **workers;
    const struct sg_metrics **metrics;
    size_t n_workers;
    struct sg_loader loader;
    struct sg_handover handover;
    int takeover;                 /* 1 + socket to the gateway we take over from; 0: none */
    struct sg_audit_guest *guest; /* it, as long as it has records to write; NULL: none */
    struct sg_wake guest_gone;
    struct sg_notify notify;
    struct sg_timer watchdog;
    bool rung; /* the workers were, by the watchdog */
    uint64_t reloads, reload_failures, start_ms;
    bool draining;
    struct sg_actor stopped_by;
    enum scrubgate_status rc; /* why it ends, when not because it was told to */
};

static inline const struct sg_config *sg_server_config(const struct sg_server *server)
{
    return server->generation->config;
}

/* --- server.c --- */

/* Accepts no more and ends when the running requests have. A second time: at once. */
void sg_server_drain(struct sg_server *server);

/* --- server_start.c --- */

/* Has a writer open its audit log; place: of one that another gateway lent, or NULL. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_open_log(struct sg_server *server,
                                                            const struct sg_journal_place *place,
                                                            struct scrubgate_fault *fault);
/* Opens addresses, keys and the audit log, and starts the workers and the admin port. What it made
 * before an error is the server's to end. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_start(struct sg_server *server,
                                                         struct scrubgate_fault *fault);

/* --- server_reload.c --- */

/* Config and rules as the options name them. EINVAL too for a key that only a restart can change,
 * when there is a current generation. Any thread. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_load(const struct sg_server_options *options,
                                                        const struct sg_generation *current,
                                                        const char *echo_url,
                                                        struct sg_generation **generation,
                                                        struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_reload_init(struct sg_server *server);
/* Begins to load, or to load once more after the one that runs; by whom it was asked for. */
void sg_server_reload(struct sg_server *server, struct sg_actor by);
/* Waits for a load that runs and takes its end. */
void sg_server_reload_fini(struct sg_server *server);

/* --- server_resolve.c --- */

/* Has the names of the generation in force looked up from now on, and starts who does that. */
void sg_server_resolve(struct sg_server *server);

/* --- server_handover.c --- */

/* From now on another gateway may take over; a warning says when none will be able to. */
void sg_server_offer(struct sg_server *server);
void sg_server_guest_gone(struct sg_wake *wake);
void sg_server_handover_fini(struct sg_server *server);

/* --- server_takeover.c --- */

/* Adds the running gateway's sockets to the inheritance; takeover stays 0 when none runs. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_take_sockets(struct sg_server *server,
                                                                struct scrubgate_fault *fault);
/* Starts the auditor with its log, and what writes for it from then on. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_take_log(struct sg_server *server,
                                                            struct scrubgate_fault *fault);
/* We serve: it may end. */
void sg_server_took_over(struct sg_server *server);

/* --- server_record.c --- */

/* A change from one generation to the next; NULL: none. A reload and a stop are by whom asked for
 * it, all else by the gateway. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_print(const struct sg_server *server,
                                                         const char *what,
                                                         const struct sg_generation *before,
                                                         const struct sg_generation *after,
                                                         struct sg_buf *record);
/* The packs behind its digest, before the first record that names it (audit/provenance.h). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_keep_rules(
    const struct sg_generation *generation, struct scrubgate_fault *fault);
/* Writes it and waits until it is durable. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_record(struct sg_server *server,
                                                          const char *what,
                                                          const struct sg_generation *before,
                                                          const struct sg_generation *after);

/* --- server_watch.c --- */

SCRUBGATE_MUST_USE enum scrubgate_status sg_server_watch_start(struct sg_server *server);
void sg_server_tell_ready(const struct sg_server *server);

/* --- server_tell.c --- */

struct sg_admin_host sg_server_admin_host(struct sg_server *server);
void sg_server_log_warnings(const struct sg_generation *generation);
void sg_server_log_started(const struct sg_server *server);
void sg_server_print_hints(const struct sg_server *server);
/* What `serve -t` says. */
void sg_server_print_checked(const struct sg_server *server);

#endif
