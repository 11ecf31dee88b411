/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_reload.c - a new config and new rules, all or nothing.
 *
 *     SIGHUP -> [loader: config, rules and their tests, audit record] -> ring -> all workers
 *
 * Loading takes seconds of work, so it has a thread of its own: the server's thread goes on to
 * answer the admin port and signals. SIGHUPs that come meanwhile make one more load together,
 * since what they announce may have been read already.
 *
 * What a reload cannot change (addresses, threads, folders, times) makes it fail as a whole: a
 * config that is half in force is one that nobody wrote.
 */
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "proxy/oplog.h"
#include "proxy/server_parts.h"

#define SWEEP_NS UINT64_C(1000000000)

/* The first key that only a restart can change and that differs, or NULL. */
static const char *fixed_key_changed(const struct sg_config *a, const struct sg_config *b)
{
    const struct sg_limits *x = &a->limits, *y = &b->limits;
    bool listen = a->n_listen == b->n_listen;
    for (size_t i = 0; listen && i < a->n_listen; i++)
        listen = sg_text_same(a->listen_text[i], b->listen_text[i]) &&
                 sg_arrivals_same(&a->door[i], &b->door[i]);
    if (!listen)
        return "listen";
    if (!sg_text_same(a->admin_text, b->admin_text))
        return "admin";
    if (a->workers != b->workers)
        return "workers";
    if (!sg_text_same(a->state, b->state))
        return "state";
    if (!sg_text_same(a->audit_dir, b->audit_dir) || !sg_text_same(a->origin, b->origin) ||
        a->audit_epoch_ns != b->audit_epoch_ns ||
        a->audit_checkpoint_ns != b->audit_checkpoint_ns ||
        a->audit_deadline_ns != b->audit_deadline_ns)
        return "audit";
    if (a->memory != b->memory || a->memory_ns != b->memory_ns)
        return "conversation";
    if (!sg_text_same(a->sandbox.user, b->sandbox.user) ||
        a->sandbox.seccomp != b->sandbox.seccomp || a->sandbox.landlock != b->sandbox.landlock)
        return "sandbox";
    if (a->embedded_echo != b->embedded_echo)
        return "routes: the embedded echo";
    if (x->header != y->header || x->connections != y->connections ||
        x->per_address != y->per_address || x->requests != y->requests || x->memory != y->memory ||
        x->header_ns != y->header_ns || x->body_ns != y->body_ns || x->write_ns != y->write_ns ||
        x->idle_ns != y->idle_ns || x->upstream_connect_ns != y->upstream_connect_ns ||
        x->upstream_first_ns != y->upstream_first_ns ||
        x->upstream_idle_ns != y->upstream_idle_ns || x->upstream_total_ns != y->upstream_total_ns)
        return "limits: header, connections, per_address, requests, memory and times";
    return NULL;
}

enum scrubgate_status sg_server_load(const struct sg_server_options *options,
                                     const struct sg_generation *current, const char *echo_url,
                                     struct sg_generation **generation,
                                     struct scrubgate_fault *fault)
{
    struct sg_config *config;
    *generation = NULL;
    enum scrubgate_status rc = sg_config_load(&config, options->config_file, options->overrides,
                                              options->n_overrides, fault);
    if (rc < 0)
        return rc;
    const char *key = current != NULL ? fixed_key_changed(current->config, config) : NULL;
    if (key != NULL) {
        sg_fault_set(fault, config->file, 0, 0, "%s: cannot change while running; restart", key);
        sg_config_free(config);
        return SCRUBGATE_EINVAL;
    }
    if (current != NULL && current->config->policy_file != NULL && config->policy_file == NULL) {
        sg_fault_set(fault, current->config->policy_file, 0, 0,
                     "the policy in force is not there any more: put it back, or an empty file");
        sg_config_free(config);
        return SCRUBGATE_EINVAL;
    }
    return sg_generation_new(generation, config, echo_url, fault);
}

/* --- on the loader's thread --- */

/* Its rules are kept and it is recorded before it comes into force; one that could not be is not to
 * come. */
static void *run(void *ctx)
{
    struct sg_server *server = ctx;
    struct sg_loader *loader = &server->loader;
    enum scrubgate_status rc = sg_server_load(server->options, loader->current, server->echo_url,
                                              &loader->next, &loader->fault);
    if (rc >= 0)
        rc = sg_server_keep_rules(loader->next, &loader->fault);
    if (rc >= 0) {
        rc = sg_server_record(server, "reload", loader->current, loader->next);
        if (rc < 0)
            sg_fault_set(&loader->fault, NULL, 0, 0, "the reload could not be recorded");
    }
    if (rc < 0) {
        sg_generation_drop(loader->next);
        loader->next = NULL;
    }
    if (loader->next == NULL &&
        sg_server_record(server, "reload-failed", loader->current, NULL) < 0)
        sg_oplog(SG_OPLOG_ERROR, "the refused reload could not be recorded", NULL);
    sg_wake_ring(&loader->loaded);
    return NULL;
}

/* --- on the server's --- */

static void refuse(struct sg_server *server, const struct scrubgate_fault *fault)
{
    char text[sizeof fault->what + sizeof fault->file + 32];
    sg_fault_print(fault, text, sizeof text);
    server->reload_failures++;
    sg_oplog(SG_OPLOG_ERROR, "reload refused, the old config stays", "fault", text, NULL);
}

/* Freeing a set of rules takes milliseconds, which no message should wait for: so it is the server
 * that has the last hold of one, and looks now and then whether the others have let go. */
static void sweep(struct sg_timer *timer)
{
    struct sg_loader *loader =
        (struct sg_loader *)(void *)((char *)timer - offsetof(struct sg_loader, sweep));
    struct sg_server *server =
        (struct sg_server *)(void *)((char *)loader - offsetof(struct sg_server, loader));
    struct sg_generation **at = &loader->retired;
    while (*at != NULL) {
        struct sg_generation *one = *at;
        if (!sg_generation_alone(one)) {
            at = &one->older;
            continue;
        }
        *at = one->older;
        sg_generation_drop(one);
    }
    if (loader->retired != NULL)
        (void)!sg_timer_set(server->loop, timer, sg_loop_now(server->loop) + SWEEP_NS);
}

static void retire(struct sg_server *server, struct sg_generation *generation)
{
    struct sg_loader *loader = &server->loader;
    generation->older = loader->retired;
    loader->retired = generation;
    /* Without a timer they wait for the next reload. */
    (void)!sg_timer_set(server->loop, &loader->sweep, sg_loop_now(server->loop) + SWEEP_NS);
}

static void put_in_force(struct sg_server *server, struct sg_generation *next)
{
    sg_arrivals_renew(server->arrivals, next->arrivals);
    sg_arrivals_free(next->arrivals);
    next->arrivals = NULL; /* what they were replaced by has ended with them */
    for (size_t i = 0; i < server->n_workers; i++)
        sg_worker_reload(server->workers[i], next);
    retire(server, server->generation);
    server->generation = next;
    server->reloads++;
    sg_risks_renew(server->risks, next);
    sg_server_resolve(server);
    sg_server_log_warnings(next);
    sg_oplog(SG_OPLOG_INFO, "reloaded", "rules", next->digest, "config", next->config->digest,
             NULL);
}

static void start(struct sg_server *server)
{
    struct sg_loader *loader = &server->loader;
    loader->fault = (struct scrubgate_fault){.what = ""};
    loader->next = NULL;
    loader->current = sg_generation_hold(server->generation);
    loader->again = false;
    loader->running = pthread_create(&loader->thread, NULL, run, server) == 0;
    if (loader->running) {
        sg_notify_reloading(&server->notify);
        return;
    }
    sg_generation_drop(loader->current);
    sg_fault_set(&loader->fault, NULL, 0, 0, "no thread could be started to load it");
    refuse(server, &loader->fault);
}

/* Waits for its end: at once when it has rung. */
static void settle(struct sg_server *server)
{
    struct sg_loader *loader = &server->loader;
    if (!loader->running)
        return;
    (void)pthread_join(loader->thread, NULL);
    loader->running = false;
    sg_generation_drop(loader->current);
    if (loader->next != NULL)
        put_in_force(server, loader->next);
    else
        refuse(server, &loader->fault);
}

static void loaded(struct sg_wake *wake)
{
    struct sg_loader *loader =
        (struct sg_loader *)(void *)((char *)wake - offsetof(struct sg_loader, loaded));
    struct sg_server *server =
        (struct sg_server *)(void *)((char *)loader - offsetof(struct sg_server, loader));
    settle(server);
    if (loader->again && !server->draining) {
        loader->by = loader->again_by;
        start(server);
    } else if (!server->draining) {
        sg_server_tell_ready(server);
    }
}

enum scrubgate_status sg_server_reload_init(struct sg_server *server)
{
    server->loader.sweep.due = sweep;
    return sg_wake_init(server->loop, &server->loader.loaded, loaded);
}

void sg_server_reload(struct sg_server *server, struct sg_actor by)
{
    struct sg_loader *loader = &server->loader;
    if (loader->running) {
        loader->again = true;
        loader->again_by = by;
    } else {
        loader->by = by;
        start(server);
    }
}

void sg_server_reload_fini(struct sg_server *server)
{
    struct sg_loader *loader = &server->loader;
    settle(server);
    while (loader->retired != NULL) {
        struct sg_generation *one = loader->retired;
        loader->retired = one->older;
        sg_generation_drop(one);
    }
    if (server->loop == NULL)
        return;
    sg_timer_cancel(server->loop, &loader->sweep);
    sg_wake_fini(server->loop, &loader->loaded);
}
