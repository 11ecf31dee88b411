/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_start.c - from a loaded config to workers that serve.
 *
 *     addresses -> user -> keys -> folders -> sandbox -> audit log -> workers -> admin
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/folder.h"
#include "proxy/descriptors.h"
#include "proxy/handover.h"
#include "proxy/oplog.h"
#include "proxy/sandbox.h"
#include "proxy/server_parts.h"

enum { AUDIT_MODE = 0750, RUN_MODE = 0700, GUARD_MODE = 0700 };
static const uint64_t day_ms = 24 * 60 * 60 * 1000;

static enum scrubgate_status name_source(struct sg_server *server)
{
    uint8_t boot[SG_SERVER_BOOT_SIZE];
    size_t len = strlen(sg_server_config(server)->origin) + 1;
    server->instance = malloc(len); /* a reload frees the config it came from */
    if (server->instance == NULL)
        return SCRUBGATE_ENOMEM;
    memcpy(server->instance, sg_server_config(server)->origin, len);
    enum scrubgate_status rc = sg_random(boot, sizeof boot);
    if (rc < 0)
        return rc;
    sg_hex((struct sg_bytes){boot, sizeof boot}, server->boot);
    server->source = (struct sg_record_source){server->instance, server->boot};
    return SCRUBGATE_OK;
}

static enum scrubgate_status make_folder(const char *within, const char *name, unsigned mode,
                                         struct scrubgate_fault *fault)
{
    struct sg_buf path = {0};
    enum scrubgate_status rc = sg_buf_addf(&path, "%s/%s", within, name);
    if (rc >= 0)
        rc = sg_buf_add_byte(&path, '\0');
    if (rc >= 0)
        rc = sg_folder_make((const char *)path.data, mode, fault);
    sg_buf_fini(&path);
    return rc;
}

/* Those that a rule of the sandbox needs to be there. */
static enum scrubgate_status make_folders(const struct sg_config *config,
                                          struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = make_folder(config->audit_dir, "rules", AUDIT_MODE, fault);
    if (rc >= 0)
        rc = make_folder(config->state, SG_GUARD_FOLDER, GUARD_MODE, fault);
    return rc < 0 ? rc : make_folder(config->state, SG_HANDOVER_FOLDER, RUN_MODE, fault);
}

static enum scrubgate_status open_pseudonyms(struct sg_server *server,
                                             struct scrubgate_fault *fault)
{
    struct sg_buf path = {0};
    enum scrubgate_status rc =
        sg_buf_addf(&path, "%s/" SG_KEY_STORE_FOLDER, sg_server_config(server)->state);
    if (rc >= 0)
        rc = sg_buf_add_byte(&path, '\0');
    if (rc >= 0)
        rc = sg_key_store_open(&server->pseudonyms, (const char *)path.data, fault);
    sg_buf_fini(&path);
    return rc;
}

static enum scrubgate_status open_epochs(struct sg_server *server, struct scrubgate_fault *fault)
{
    struct sg_buf path = {0};
    enum scrubgate_status rc =
        sg_buf_addf(&path, "%s/" SG_EPOCHS_FOLDER, sg_server_config(server)->state);
    if (rc >= 0)
        rc = sg_buf_add_byte(&path, '\0');
    if (rc >= 0)
        rc = sg_epochs_open(&server->epochs, (const char *)path.data, server->keys_dir,
                            sg_clock_wall_ms(), fault);
    sg_buf_fini(&path);
    return rc;
}

static enum scrubgate_status open_keys(struct sg_server *server, struct scrubgate_fault *fault)
{
    static const char tail[] = "/keys";
    const char *state = sg_server_config(server)->state;
    const size_t size = strlen(state) + sizeof tail;
    unsigned made = 0;
    server->keys_dir = malloc(size);
    if (server->keys_dir == NULL)
        return SCRUBGATE_ENOMEM;
    (void)snprintf(server->keys_dir, size, "%s%s", state, tail);
    enum scrubgate_status rc = sg_keys_make(server->keys_dir, &made, fault);
    if (rc >= 0)
        rc = sg_keys_load(&server->keys, server->keys_dir, fault);
    if (rc >= 0)
        rc = open_epochs(server, fault);
    if (rc >= 0)
        rc = open_pseudonyms(server, fault);
    if (rc >= 0 && made > 0)
        sg_oplog(SG_OPLOG_INFO, "made key files", "folder", server->keys_dir, NULL);
    return rc;
}

enum scrubgate_status sg_server_open_log(struct sg_server *server,
                                         const struct sg_journal_place *place,
                                         struct scrubgate_fault *fault)
{
    const struct sg_config *config = sg_server_config(server);
    const struct sg_ledger_setup setup = {.dir = config->audit_dir,
                                          .keys = server->keys_dir,
                                          .origin = server->instance,
                                          .source = &server->source,
                                          .checkpoint_ns = config->audit_checkpoint_ns,
                                          .epoch_ns = config->audit_epoch_ns,
                                          .keep_ms = config->audit_keep_ms,
                                          .reserve = config->audit_reserve};
    const struct sg_auditor_keeping keeping = {.warden = server->warden.socket,
                                               .deadline_ns = config->audit_deadline_ns,
                                               .lost = &server->warden_gone};
    return sg_auditor_start_log(&server->auditor, &setup, &keeping, place, fault);
}

static enum scrubgate_status start_workers(struct sg_server *server, struct scrubgate_fault *fault)
{
    size_t n = sg_server_config(server)->workers;
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_epoch *epoch = NULL;
    server->workers = calloc(n, sizeof(struct sg_worker *));
    server->metrics = calloc(n, sizeof(struct sg_metrics *));
    if (server->workers == NULL || server->metrics == NULL)
        return SCRUBGATE_ENOMEM;
    epoch = sg_epochs_current(server->epochs);
    for (size_t i = 0; i < n && rc >= 0; i++) {
        struct sg_worker_setup setup = {
            .index = (unsigned)i,
            .generation = server->generation,
            .auditor = server->auditor,
            .keys = &server->keys,
            .epoch = epoch,
            .pseudonyms = server->pseudonyms,
            .source = &server->source,
            .trust = &server->trust,
            .memory = server->memory,
            .risks = server->risks,
            .events = server->events,
            .arrivals = server->arrivals,
            .connections = server->connections,
            .ended = &server->ended,
        };
        setup.listeners = sg_listeners_take(&server->listeners, i, &setup.n_listeners);
        rc = sg_worker_start(&server->workers[i], &setup, fault);
        if (rc < 0)
            break;
        server->metrics[i] = &server->workers[i]->metrics;
        server->n_workers++;
    }
    sg_epoch_drop(epoch);
    return rc;
}

static enum scrubgate_status start_admin(struct sg_server *server, struct scrubgate_fault *fault)
{
    const struct sg_admin_host host = sg_server_admin_host(server);
    int fd = sg_listeners_take_admin(&server->listeners);
    (void)fault;
    return sg_admin_start(&server->admin, server->loop, fd, &host);
}

static enum scrubgate_status open_sockets(struct sg_server *server, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    server->connections = sg_descriptors_provide(sg_server_config(server)->limits.connections,
                                                 sg_server_config(server)->workers);
    if (server->options->takeover)
        rc = sg_server_take_sockets(server, fault);
    if (rc >= 0)
        rc = sg_listeners_open(&server->listeners, sg_server_config(server), &server->inheritance,
                               fault);
    /* What is left over is of addresses that are no more: nobody would ever accept from it here. */
    sg_inheritance_fini(&server->inheritance);
    return rc;
}

/* Last of what can fail: a gateway that we take over from goes on for as long as it can. */
static enum scrubgate_status open_log(struct sg_server *server, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = sg_server_keep_rules(server->generation, fault);
    if (rc >= 0)
        rc = server->takeover > 0 ? sg_server_take_log(server, fault)
                                  : sg_server_open_log(server, NULL, fault);
    if (rc < 0)
        return rc;
    return sg_server_record(server, server->takeover > 0 ? "takeover" : "start", NULL,
                            server->generation);
}

/* On the keeper's thread, which is stopped before a worker is. */
static void turned(void *ctx, struct sg_epoch *epoch)
{
    const struct sg_server *server = ctx;
    for (size_t i = 0; i < server->n_workers; i++)
        sg_worker_turn(server->workers[i], epoch);
}

static enum scrubgate_status start_keeper(struct sg_server *server)
{
    const uint64_t keep_ms = sg_server_config(server)->audit_keep_ms;
    struct sg_buf events = {0};
    enum scrubgate_status rc = sg_buf_addf(&events, "%s/events", sg_server_config(server)->state);
    if (rc >= 0)
        rc = sg_buf_add_byte(&events, '\0');
    /* No day less than the records that it names. */
    const struct sg_key_keeper_setup setup = {.store = server->pseudonyms,
                                              .auditor = server->auditor,
                                              .source = &server->source,
                                              .audit_dir = sg_server_config(server)->audit_dir,
                                              .keep_days = keep_ms == 0 ? 0 : keep_ms / day_ms + 2,
                                              .epochs = server->epochs,
                                              .events = (const char *)events.data,
                                              .turned = turned,
                                              .ctx = server};
    if (rc >= 0)
        rc = sg_key_keeper_start(&server->keeper, &setup);
    sg_buf_fini(&events);
    return rc;
}

static enum scrubgate_status open_risks(struct sg_server *server, struct scrubgate_fault *fault)
{
    const struct sg_risks_setup setup = {.state = sg_server_config(server)->state,
                                         .generation = server->generation,
                                         .key = server->keys.agent,
                                         .auditor = server->auditor,
                                         .source = &server->source,
                                         .loop = server->loop,
                                         .must_know = server->takeover > 0};
    return sg_risks_open(&server->risks, &setup, fault);
}

enum scrubgate_status sg_server_start(struct sg_server *server, struct scrubgate_fault *fault)
{
    const struct sg_config *config = sg_server_config(server);
    enum scrubgate_status rc = name_source(server);
    server->arrivals = server->generation->arrivals;
    server->generation->arrivals = NULL; /* the server's now */
    if (rc >= 0)
        rc = open_sockets(server, fault);
    if (rc >= 0)
        rc = sg_sandbox_drop(config, fault);
    if (rc >= 0)
        rc = open_keys(server, fault);
    if (rc >= 0)
        rc = sg_eventfile_open(&server->events, config->state, server->loop, fault);
    if (rc >= 0)
        rc = make_folders(config, fault);
    if (rc >= 0)
        rc = sg_audit_warden_confine(&server->warden, config, server->keys_dir, fault);
    if (rc >= 0)
        rc = sg_sandbox_close(config, fault);
    /* Threads from here on: they inherit it. */
    if (rc >= 0 && server->echo != NULL)
        rc = sg_echo_start(server->echo);
    if (rc >= 0 && config->memory > 0)
        rc = sg_memory_new(&server->memory, (size_t)config->memory, config->memory_ns);
    if (rc >= 0)
        rc = open_log(server, fault);
    if (rc >= 0)
        rc = open_risks(server, fault);
    if (rc >= 0)
        rc = start_workers(server, fault);
    if (rc >= 0)
        rc = start_keeper(server);
    if (rc >= 0)
        rc = start_admin(server, fault);
    if (rc >= 0)
        sg_server_resolve(server);
    return rc;
}
