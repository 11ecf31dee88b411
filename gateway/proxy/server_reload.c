/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_reload.c - a new config and new rules, all or nothing.
 *
 * What a reload cannot change (addresses, threads, folders, times) makes it fail as a whole: a
 * config that is half in force is one that nobody wrote.
 */
#include <string.h>

#include "base/diag.h"
#include "proxy/oplog.h"
#include "proxy/server_parts.h"

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The first key that only a restart can change and that differs, or NULL. */
static const char *fixed_key_changed(const struct sg_config *a, const struct sg_config *b)
{
    const struct sg_limits *x = &a->limits, *y = &b->limits;
    bool listen = a->n_listen == b->n_listen;
    for (size_t i = 0; listen && i < a->n_listen; i++)
        listen = same_text(a->listen_text[i], b->listen_text[i]);
    if (!listen)
        return "listen";
    if (!same_text(a->admin_text, b->admin_text))
        return "admin";
    if (a->workers != b->workers)
        return "workers";
    if (!same_text(a->state, b->state))
        return "state";
    if (!same_text(a->audit_dir, b->audit_dir) || !same_text(a->origin, b->origin))
        return "audit";
    if (!same_text(a->ca_file, b->ca_file))
        return "upstream_ca";
    if (a->memory != b->memory || a->memory_ns != b->memory_ns)
        return "conversation";
    if (!same_text(a->sandbox.user, b->sandbox.user) || a->sandbox.seccomp != b->sandbox.seccomp ||
        a->sandbox.landlock != b->sandbox.landlock)
        return "sandbox";
    if (a->embedded_echo != b->embedded_echo)
        return "routes: the embedded echo";
    if (x->header != y->header || x->connections != y->connections || x->requests != y->requests ||
        x->memory != y->memory || x->header_ns != y->header_ns || x->body_ns != y->body_ns ||
        x->upstream_ns != y->upstream_ns || x->idle_ns != y->idle_ns)
        return "limits: header, connections, requests, memory and times";
    return NULL;
}

enum scrubgate_status sg_server_load(const struct sg_server *server,
                                     struct sg_generation **generation, const char *echo_url,
                                     struct scrubgate_fault *fault)
{
    const struct sg_server_options *options = server->options;
    struct sg_config *config;
    *generation = NULL;
    enum scrubgate_status rc = sg_config_load(&config, options->config_file, options->overrides,
                                              options->n_overrides, fault);
    if (rc < 0)
        return rc;
    const char *key =
        server->generation != NULL ? fixed_key_changed(sg_server_config(server), config) : NULL;
    if (key != NULL) {
        sg_fault_set(fault, config->file, 0, 0, "%s: cannot change while running; restart", key);
        sg_config_free(config);
        return SCRUBGATE_EINVAL;
    }
    return sg_generation_new(generation, config, echo_url, fault);
}

static void refuse_reload(struct sg_server *server, const struct scrubgate_fault *fault)
{
    char text[sizeof fault->what + sizeof fault->file + 32];
    sg_fault_print(fault, text, sizeof text);
    server->reload_failures++;
    sg_oplog(SG_OPLOG_ERROR, "reload refused, the old config stays", "fault", text, NULL);
    if (sg_server_record(server, "reload-failed", server->generation, NULL) < 0)
        sg_oplog(SG_OPLOG_ERROR, "the refused reload could not be recorded", NULL);
}

void sg_server_reload(struct sg_server *server)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_generation *next;
    enum scrubgate_status rc = sg_server_load(server, &next, server->echo_url, &fault);
    if (rc >= 0) {
        rc = sg_server_record(server, "reload", server->generation, next);
        if (rc < 0)
            sg_fault_set(&fault, NULL, 0, 0, "the reload could not be recorded");
    }
    if (rc < 0) {
        refuse_reload(server, &fault);
        sg_generation_drop(next);
        return;
    }
    for (size_t i = 0; i < server->n_workers; i++)
        sg_worker_reload(server->workers[i], next);
    sg_generation_drop(server->generation);
    server->generation = next;
    server->reloads++;
    sg_server_log_warnings(next);
    sg_oplog(SG_OPLOG_INFO, "reloaded", "rules", next->digest, "config", next->config->digest,
             NULL);
}
