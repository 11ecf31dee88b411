/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.c - the running gateway: start, signals, reload, drain, stop.
 *
 *     this thread: signals, admin port ──> generation, stop ──> workers
 *     audit thread <── records ── workers
 *
 * What a reload cannot change (addresses, threads, folders, times) makes it fail as a whole: a
 * config that is half in force is one that nobody wrote.
 */
#include "proxy/server.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <scrubgate/version.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/digest.h"
#include "proxy/admin.h"
#include "proxy/auditor.h"
#include "proxy/decision.h"
#include "proxy/echo.h"
#include "proxy/generation.h"
#include "proxy/keys.h"
#include "proxy/listeners.h"
#include "proxy/memory.h"
#include "proxy/oplog.h"
#include "proxy/trust.h"
#include "proxy/worker.h"
#include "rule/ruleset.h"

enum { BOOT_SIZE = 16 };

/* Resolves without a name server; never connected to: `-t` only looks at the config. */
static const char no_echo[] = "http://127.0.0.1:9/";

struct server {
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
    char boot[2 * BOOT_SIZE + 1];
    char *instance;
    struct sg_record_source source;
    struct sg_trust trust;
    struct sg_memory *memory; /* NULL: none is kept */
    struct sg_listeners listeners;
    struct sg_worker **workers;
    const struct sg_metrics **metrics;
    size_t n_workers;
    uint64_t reloads, reload_failures, start_ms;
    bool draining;
    enum scrubgate_status rc; /* why it ends, when not because it was told to */
};

static const struct sg_config *config_of(const struct server *server)
{
    return server->generation->config;
}

/* --- audit records of the process itself --- */

static enum scrubgate_status print_change(const struct server *server, const char *what,
                                          const struct sg_generation *before,
                                          const struct sg_generation *after, struct sg_buf *record)
{
    const struct sg_change change = {
        .what = what,
        .old_rules = before != NULL ? before->digest : "",
        .new_rules = after != NULL ? after->digest : "",
        .old_config = before != NULL ? before->config->digest : "",
        .new_config = after != NULL ? after->config->digest : "",
    };
    return sg_record_change(record, &server->source, &change);
}

static enum scrubgate_status record_change(struct server *server, const char *what,
                                           const struct sg_generation *before,
                                           const struct sg_generation *after)
{
    struct sg_buf record = {0};
    uint64_t seq;
    enum scrubgate_status rc = print_change(server, what, before, after, &record);
    if (rc >= 0)
        rc = sg_auditor_write(server->auditor, &record, &seq);
    sg_buf_fini(&record);
    return rc;
}

/* --- what admin asks --- */

static const char *unready(void *ctx)
{
    const struct server *server = ctx;
    if (server->draining)
        return "draining";
    if (sg_auditor_healthy(server->auditor))
        return NULL;
    /* Who asks whether messages may come again must not have to send one first. */
    struct sg_buf record = {0};
    if (print_change(server, "resume", server->generation, server->generation, &record) >= 0)
        sg_auditor_retry(server->auditor, &record);
    sg_buf_fini(&record);
    return "the audit log cannot be written";
}

static enum scrubgate_status print_metrics(void *ctx, struct sg_buf *out)
{
    const struct server *server = ctx;
    struct sg_metrics_process process = {
        .audit_records = sg_auditor_records(server->auditor),
        .audit_failures = sg_auditor_failures(server->auditor),
        .audit_dropped = sg_auditor_dropped(server->auditor),
        .reloads = server->reloads,
        .reload_failures = server->reload_failures,
        .start_ms = server->start_ms,
        .rules_digest = server->generation->digest,
        .by_reference = sg_trust_lost(&server->trust),
        .rules = server->generation->rules,
        .rule_failures = server->generation->rule_failures,
        .exclusion_matches = server->generation->exclusion_matches,
    };
    for (size_t i = 0; i < server->n_workers; i++)
        process.connections +=
            atomic_load_explicit(&server->workers[i]->connections, memory_order_relaxed);
    process.remembers = server->memory != NULL;
    if (process.remembers)
        sg_memory_count(server->memory, &process.memory);
    return sg_metrics_print(server->metrics, server->n_workers, &process, out);
}

static struct sg_generation *current(void *ctx)
{
    return ((struct server *)ctx)->generation;
}

static bool by_reference(void *ctx)
{
    return sg_trust_lost(&((struct server *)ctx)->trust);
}

/* --- reload --- */

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
    if (a->embedded_echo != b->embedded_echo)
        return "routes: the embedded echo";
    if (x->header != y->header || x->connections != y->connections || x->requests != y->requests ||
        x->memory != y->memory || x->header_ns != y->header_ns || x->body_ns != y->body_ns ||
        x->upstream_ns != y->upstream_ns || x->idle_ns != y->idle_ns)
        return "limits: header, connections, requests, memory and times";
    return NULL;
}

static enum scrubgate_status load(const struct server *server, struct sg_generation **generation,
                                  const char *echo_url, struct scrubgate_fault *fault)
{
    const struct sg_server_options *options = server->options;
    struct sg_config *config;
    *generation = NULL;
    enum scrubgate_status rc = sg_config_load(&config, options->config_file, options->overrides,
                                              options->n_overrides, fault);
    if (rc < 0)
        return rc;
    const char *key =
        server->generation != NULL ? fixed_key_changed(config_of(server), config) : NULL;
    if (key != NULL) {
        sg_fault_set(fault, config->file, 0, 0, "%s: cannot change while running; restart", key);
        sg_config_free(config);
        return SCRUBGATE_EINVAL;
    }
    return sg_generation_new(generation, config, echo_url, fault);
}

static void log_warnings(const struct sg_generation *generation)
{
    for (size_t i = 0; i < generation->rules->n_warnings; i++)
        sg_oplog(SG_OPLOG_WARN, "rules", "warning", generation->rules->warnings[i].text, NULL);
}

static void refuse_reload(struct server *server, const struct scrubgate_fault *fault)
{
    char text[sizeof fault->what + sizeof fault->file + 32];
    sg_fault_print(fault, text, sizeof text);
    server->reload_failures++;
    sg_oplog(SG_OPLOG_ERROR, "reload refused, the old config stays", "fault", text, NULL);
    if (record_change(server, "reload-failed", server->generation, NULL) < 0)
        sg_oplog(SG_OPLOG_ERROR, "the refused reload could not be recorded", NULL);
}

static void reload(struct server *server)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_generation *next;
    enum scrubgate_status rc = load(server, &next, server->echo_url, &fault);
    if (rc >= 0) {
        rc = record_change(server, "reload", server->generation, next);
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
    log_warnings(next);
    sg_oplog(SG_OPLOG_INFO, "reloaded", "rules", next->digest, "config", next->config->digest,
             NULL);
}

/* --- stopping --- */

static void stop_workers(struct server *server)
{
    enum sg_worker_stop how = server->draining ? SG_WORKER_STOPS : SG_WORKER_DRAINS;
    server->draining = true;
    sg_oplog(SG_OPLOG_INFO, how == SG_WORKER_STOPS ? "stopping" : "draining", NULL);
    for (size_t i = 0; i < server->n_workers; i++)
        sg_worker_stop(server->workers[i], how);
}

static void worker_ended(struct sg_wake *wake)
{
    struct server *server =
        (struct server *)(void *)((char *)wake - offsetof(struct server, ended));
    size_t gone = 0;
    for (size_t i = 0; i < server->n_workers; i++)
        gone += sg_worker_gone(server->workers[i]) ? 1 : 0;
    if (gone > 0 && !server->draining) {
        server->rc = SCRUBGATE_EIO; /* one that nobody stopped has failed: end as a whole */
        stop_workers(server);
    }
    if (gone == server->n_workers)
        sg_loop_stop(server->loop);
}

static void signalled(struct sg_watch *watch, uint32_t events)
{
    struct server *server =
        (struct server *)(void *)((char *)watch - offsetof(struct server, signals));
    struct signalfd_siginfo info;
    (void)events;
    while (read(watch->fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGHUP)
            stop_workers(server);
        else if (!server->draining)
            reload(server);
    }
}

/* --- starting --- */

/* Before any thread is made: they inherit the mask, so that signals come here only. */
static enum scrubgate_status take_signals(struct server *server)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGHUP);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &set, &server->blocked_before) != 0 ||
        sigaction(SIGPIPE, &ignore, NULL) != 0)
        return SCRUBGATE_EIO;
    server->signals.ready = signalled;
    server->signals.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (server->signals.fd < 0)
        return SCRUBGATE_EIO;
    return sg_watch_add(server->loop, &server->signals, EPOLLIN);
}

/* A core dump would hold bodies. */
static enum scrubgate_status forbid_cores(void)
{
    const struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0 ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

static enum scrubgate_status name_source(struct server *server)
{
    uint8_t boot[BOOT_SIZE];
    size_t len = strlen(config_of(server)->origin) + 1;
    server->instance = malloc(len); /* a reload frees the config it came from */
    if (server->instance == NULL)
        return SCRUBGATE_ENOMEM;
    memcpy(server->instance, config_of(server)->origin, len);
    enum scrubgate_status rc = sg_random(boot, sizeof boot);
    if (rc < 0)
        return rc;
    sg_hex((struct sg_bytes){boot, sizeof boot}, server->boot);
    server->source = (struct sg_record_source){server->instance, server->boot};
    return SCRUBGATE_OK;
}

static enum scrubgate_status open_keys(struct server *server, struct scrubgate_fault *fault)
{
    struct sg_buf dir = {0};
    unsigned made = 0;
    enum scrubgate_status rc = sg_buf_addf(&dir, "%s/keys", config_of(server)->state);
    if (rc >= 0)
        rc = sg_keys_make((const char *)dir.data, &made, fault);
    if (rc >= 0)
        rc = sg_keys_load(&server->keys, (const char *)dir.data, fault);
    if (rc >= 0 && made > 0)
        sg_oplog(SG_OPLOG_INFO, "made key files", "folder", (const char *)dir.data, NULL);
    sg_buf_fini(&dir);
    return rc;
}

static enum scrubgate_status start_workers(struct server *server, struct scrubgate_fault *fault)
{
    size_t n = config_of(server)->workers;
    enum scrubgate_status rc = SCRUBGATE_OK;
    server->workers = calloc(n, sizeof(struct sg_worker *));
    server->metrics = calloc(n, sizeof(struct sg_metrics *));
    if (server->workers == NULL || server->metrics == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < n && rc >= 0; i++) {
        struct sg_worker_setup setup = {
            .index = (unsigned)i,
            .generation = server->generation,
            .auditor = server->auditor,
            .keys = &server->keys,
            .source = &server->source,
            .trust = &server->trust,
            .memory = server->memory,
            .ended = &server->ended,
        };
        setup.listeners = sg_listeners_take(&server->listeners, i, &setup.n_listeners);
        rc = sg_worker_start(&server->workers[i], &setup, fault);
        if (rc < 0)
            break;
        server->metrics[i] = &server->workers[i]->metrics;
        server->n_workers++;
    }
    return rc;
}

static enum scrubgate_status start_admin(struct server *server, struct scrubgate_fault *fault)
{
    const struct sg_admin_host host = {unready, print_metrics, current, by_reference, server};
    int fd = sg_listeners_take_admin(&server->listeners);
    (void)fault;
    return sg_admin_start(&server->admin, server->loop, fd, &host);
}

static enum scrubgate_status start(struct server *server, struct scrubgate_fault *fault)
{
    const struct sg_config *config = config_of(server);
    enum scrubgate_status rc = name_source(server);
    if (rc >= 0)
        rc = sg_listeners_open(&server->listeners, config, fault);
    if (rc >= 0)
        rc = open_keys(server, fault);
    if (rc >= 0)
        rc = sg_auditor_start(&server->auditor, config->audit_dir, fault);
    if (rc >= 0 && config->memory > 0)
        rc = sg_memory_new(&server->memory, (size_t)config->memory, config->memory_ns);
    if (rc >= 0)
        rc = record_change(server, "start", NULL, server->generation);
    if (rc >= 0)
        rc = start_workers(server, fault);
    if (rc >= 0)
        rc = start_admin(server, fault);
    return rc;
}

/* --- telling --- */

static void log_started(const struct server *server)
{
    const struct sg_listeners *listeners = &server->listeners;
    for (size_t i = 0; i < listeners->n; i++)
        sg_oplog(SG_OPLOG_INFO, "listening", "address", listeners->text[i], NULL);
    sg_oplog(SG_OPLOG_INFO, "admin", "address", listeners->admin_text, NULL);
    sg_oplog(SG_OPLOG_INFO, "started", "version", SCRUBGATE_VERSION, "rules",
             server->generation->digest, "config", config_of(server)->digest, NULL);
}

/* "http://127.0.0.1:8080", or as curl is told of a unix socket. */
static void print_place(const char *address, bool for_curl)
{
    bool local = strncmp(address, "unix:", 5) == 0;
    if (local && for_curl)
        printf("--unix-socket %s http://localhost", address + 5);
    else
        printf("%s%s", local ? "" : "http://", address);
}

/* The route whose example shows most. */
static const struct sg_route *shown_route(const struct sg_config *config)
{
    for (size_t i = 0; i < config->n_routes; i++)
        if (config->routes[i].direction == SCRUBGATE_TO_AGENT)
            return &config->routes[i];
    return &config->routes[0];
}

static void print_hints(const struct server *server)
{
    const struct sg_config *config = config_of(server);
    const struct sg_listeners *listeners = &server->listeners;
    printf("scrubgate %s, %zu rules, %u workers\n", SCRUBGATE_VERSION,
           scrubgate_ruleset_count(server->generation->rules), config->workers);
    for (size_t i = 0; i < listeners->n; i++) {
        printf("  messages   ");
        print_place(listeners->text[i], false);
        printf("\n");
    }
    for (size_t i = 0; i < config->n_routes; i++) {
        const struct sg_route *route = &config->routes[i];
        printf("    %-8.*s %s, to %s\n", (int)route->path.len, (const char *)route->path.data,
               sg_direction_word(route->direction),
               route->upstream_url[0] != '\0' ? route->upstream_url : "the embedded echo");
    }
    printf("  admin      ");
    print_place(listeners->admin_text, false);
    printf("/healthz /readyz /metrics\n  audit log  %s/log\ntry:\n  curl -s ", config->audit_dir);
    print_place(listeners->text[0], true);
    printf("%.*shello -H 'Content-Type: application/json' -d "
           "'{\"from\":\"c1\",\"conversation\":\"v1\",\"text\":\"mail jo@example.com or pay "
           "4111 1111 1111 1111\"}'\n",
           (int)shown_route(config)->path.len, (const char *)shown_route(config)->path.data);
    (void)fflush(stdout);
}

static void print_checked(const struct server *server)
{
    const struct sg_config *config = config_of(server);
    for (size_t i = 0; i < server->generation->rules->n_warnings; i++)
        (void)fprintf(stderr, "%s\n", server->generation->rules->warnings[i].text);
    printf("%s: config and rules are fine: %zu routes, %zu rules\n",
           config->file[0] != '\0' ? config->file : "built-in config", config->n_routes,
           scrubgate_ruleset_count(server->generation->rules));
    (void)fflush(stdout);
}

/* --- the whole --- */

static void finish(struct server *server)
{
    sg_admin_stop(server->admin);
    for (size_t i = 0; i < server->n_workers; i++) {
        sg_worker_stop(server->workers[i], SG_WORKER_STOPS); /* no effect on one that is gone */
        sg_worker_free(server->workers[i]);
    }
    sg_memory_free(server->memory);
    if (server->n_workers > 0 && record_change(server, "stop", server->generation, NULL) < 0)
        sg_oplog(SG_OPLOG_ERROR, "the stop could not be recorded", NULL);
    if (server->auditor != NULL)
        sg_auditor_stop(server->auditor);
    sg_echo_stop(server->echo);
    sg_listeners_close(&server->listeners);
    sg_generation_drop(server->generation);
    sg_keys_wipe(&server->keys);
    if (server->signals.fd >= 0) {
        sg_watch_remove(server->loop, &server->signals);
        (void)close(server->signals.fd);
    }
    if (server->loop != NULL)
        sg_wake_fini(server->loop, &server->ended);
    sg_loop_free(server->loop);
    free(server->workers);
    free(server->metrics);
    free(server->instance);
}

static enum scrubgate_status prepare(struct server *server, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = sg_loop_new(&server->loop);
    if (rc >= 0)
        rc = sg_wake_init(server->loop, &server->ended, worker_ended);
    if (rc >= 0)
        rc = forbid_cores();
    if (rc >= 0)
        rc = take_signals(server);
    /* The echo first: loading resolves where it listens, and tells whether it is wanted. */
    if (rc >= 0)
        rc = sg_echo_start(&server->echo, "127.0.0.1:0", &server->echo_url, fault);
    if (rc >= 0)
        rc = load(server, &server->generation, server->echo_url, fault);
    if (rc >= 0 && !config_of(server)->embedded_echo) {
        sg_echo_stop(server->echo);
        server->echo = NULL;
        server->echo_url = NULL;
    }
    return rc;
}

static enum scrubgate_status serve(struct server *server, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = prepare(server, fault);
    if (rc >= 0)
        rc = start(server, fault);
    if (rc >= 0) {
        log_warnings(server->generation);
        log_started(server);
        if (server->options->hints)
            print_hints(server);
        rc = sg_loop_run(server->loop);
    }
    return rc < 0 ? rc : server->rc;
}

enum scrubgate_status sg_server_run(const struct sg_server_options *options,
                                    struct scrubgate_fault *fault)
{
    struct server server = {.options = options, .signals = {.fd = -1}};
    enum scrubgate_status rc;
    sg_fault_set(fault, NULL, 0, 0, "%s", "");
    sg_oplog_init();
    server.start_ms = sg_clock_wall_ms();
    if (options->test_only) {
        rc = load(&server, &server.generation, no_echo, fault);
        if (rc >= 0)
            print_checked(&server);
    } else {
        rc = serve(&server, fault);
    }
    finish(&server);
    if (rc < 0 && fault != NULL && fault->what[0] == '\0')
        sg_fault_set(fault, NULL, 0, 0, "the gateway cannot run: %s", scrubgate_status_word(rc));
    return rc;
}
