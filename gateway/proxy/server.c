/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.c - the running gateway's life: signals, drain, stop.
 *
 *     this thread: signals, admin port ──> generation, stop ──> workers
 *     audit log's writer (a process) <── records ── workers
 */
#include "proxy/server.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "proxy/activation.h"
#include "proxy/oplog.h"
#include "proxy/sandbox.h"
#include "proxy/server_parts.h"

/* Resolves without a name server; never connected to: `-t` only looks at the config. */
static const char no_echo[] = "http://127.0.0.1:9/";

/* --- stopping --- */

void sg_server_drain(struct sg_server *server)
{
    enum sg_worker_stop how = server->draining ? SG_WORKER_STOPS : SG_WORKER_DRAINS;
    server->draining = true;
    sg_oplog(SG_OPLOG_INFO, how == SG_WORKER_STOPS ? "stopping" : "draining", NULL);
    sg_notify_stopping(&server->notify, how == SG_WORKER_STOPS ? "stopping" : "draining");
    for (size_t i = 0; i < server->n_workers; i++)
        sg_worker_stop(server->workers[i], how);
}

static void worker_ended(struct sg_wake *wake)
{
    struct sg_server *server =
        (struct sg_server *)(void *)((char *)wake - offsetof(struct sg_server, ended));
    size_t gone = 0;
    for (size_t i = 0; i < server->n_workers; i++)
        gone += sg_worker_gone(server->workers[i]) ? 1 : 0;
    if (gone > 0 && !server->draining) {
        server->rc = SCRUBGATE_EIO; /* one that nobody stopped has failed: end as a whole */
        sg_server_drain(server);
    }
    if (gone == server->n_workers)
        sg_loop_stop(server->loop);
}

/* The next writer that died would be the last: who runs this gateway makes both anew. */
static void warden_gone(struct sg_wake *wake)
{
    struct sg_server *server =
        (struct sg_server *)(void *)((char *)wake - offsetof(struct sg_server, warden_gone));
    sg_oplog(SG_OPLOG_ERROR, "the audit log's warden has ended, and so does this gateway", NULL);
    server->rc = SCRUBGATE_EIO;
    if (!server->draining)
        sg_server_drain(server);
}

/* A signal of the kernel's (a terminal that closes) is nobody's. */
static struct sg_actor sender_of(const struct signalfd_siginfo *info)
{
    bool sent = info->ssi_code == SI_USER || info->ssi_code == SI_QUEUE;
    return sent ? (struct sg_actor){SG_ACTOR_USER, info->ssi_uid} : (struct sg_actor){0};
}

static void signalled(struct sg_watch *watch, uint32_t events)
{
    struct sg_server *server =
        (struct sg_server *)(void *)((char *)watch - offsetof(struct sg_server, signals));
    struct signalfd_siginfo info;
    (void)events;
    while (read(watch->fd, &info, sizeof info) == (ssize_t)sizeof info) {
        const struct sg_actor by = sender_of(&info);
        if (info.ssi_signo != SIGHUP) {
            server->stopped_by = by;
            sg_server_drain(server);
        } else if (!server->draining) {
            sg_server_reload(server, by);
        }
    }
}

/* --- preparing --- */

/* Before any thread is made: they inherit the mask, so that signals come here only. */
static enum scrubgate_status take_signals(struct sg_server *server)
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

/* --- the whole --- */

static void finish(struct sg_server *server)
{
    sg_admin_stop(server->admin);
    sg_server_reload_fini(server);
    sg_key_keeper_stop(server->keeper); /* it talks to workers */
    for (size_t i = 0; i < server->n_workers; i++) {
        sg_worker_stop(server->workers[i], SG_WORKER_STOPS); /* no effect on one that is gone */
        sg_worker_free(server->workers[i]);
    }
    sg_eventfile_close(server->events);
    sg_memory_free(server->memory);
    sg_risks_close(server->risks);
    sg_key_store_close(server->pseudonyms);
    /* Twice: when the writer hangs the first one is how that is found out. */
    if (server->n_workers > 0 && sg_server_record(server, "stop", server->generation, NULL) < 0 &&
        sg_server_record(server, "stop", server->generation, NULL) < 0)
        sg_oplog(SG_OPLOG_ERROR, "the stop could not be recorded", NULL);
    sg_audit_guest_stop(server->guest);
    if (server->auditor != NULL)
        sg_auditor_stop(server->auditor);
    sg_audit_warden_stop(&server->warden);
    sg_resolver_stop(server->resolver);
    sg_server_handover_fini(server);
    if (server->takeover > 0)
        (void)close(server->takeover - 1);
    sg_echo_stop(server->echo);
    sg_listeners_close(&server->listeners);
    sg_arrivals_free(server->arrivals);
    sg_inheritance_fini(&server->inheritance);
    sg_generation_drop(server->generation);
    sg_epochs_close(server->epochs);
    sg_keys_wipe(&server->keys);
    if (server->signals.fd >= 0) {
        sg_watch_remove(server->loop, &server->signals);
        (void)close(server->signals.fd);
    }
    if (server->loop != NULL) {
        sg_wake_fini(server->loop, &server->ended);
        sg_wake_fini(server->loop, &server->guest_gone);
        sg_wake_fini(server->loop, &server->warden_gone);
    }
    sg_loop_free(server->loop);
    sg_notify_close(&server->notify);
    free(server->workers);
    free(server->metrics);
    free(server->instance);
    free(server->keys_dir);
}

static enum scrubgate_status prepare(struct sg_server *server, struct scrubgate_fault *fault)
{
    sg_notify_open(&server->notify);
    /* First what has its number from outside, then a process that has none of it. */
    enum scrubgate_status rc = sg_activation_take(&server->inheritance, fault);
    if (rc >= 0)
        rc = sg_sandbox_begin(fault);
    if (rc >= 0)
        rc = sg_audit_warden_start(&server->warden, fault);
    if (rc >= 0)
        rc = sg_loop_new(&server->loop);
    if (rc >= 0)
        rc = sg_wake_init(server->loop, &server->ended, worker_ended);
    if (rc >= 0)
        rc = sg_wake_init(server->loop, &server->guest_gone, sg_server_guest_gone);
    if (rc >= 0)
        rc = sg_wake_init(server->loop, &server->warden_gone, warden_gone);
    if (rc >= 0)
        rc = sg_server_reload_init(server);
    if (rc >= 0)
        rc = take_signals(server);
    /* The echo first: loading resolves where it listens, and tells whether it is wanted. */
    if (rc >= 0)
        rc = sg_echo_open(&server->echo, "127.0.0.1:0", &server->echo_url, fault);
    if (rc >= 0)
        rc = sg_server_load(server->options, NULL, server->echo_url, &server->generation, fault);
    if (rc >= 0 && !sg_server_config(server)->embedded_echo) {
        sg_echo_stop(server->echo);
        server->echo = NULL;
        server->echo_url = NULL;
    }
    return rc;
}

static enum scrubgate_status serve(struct sg_server *server, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = prepare(server, fault);
    if (rc >= 0)
        rc = sg_server_start(server, fault);
    if (rc >= 0) {
        sg_server_log_warnings(server->generation);
        sg_sandbox_report();
        sg_server_log_started(server);
        if (server->options->hints)
            sg_server_print_hints(server);
        sg_server_took_over(server);
        sg_server_offer(server);
        sg_server_tell_ready(server);
        rc = sg_server_watch_start(server);
    }
    if (rc >= 0)
        rc = sg_loop_run(server->loop);
    return rc < 0 ? rc : server->rc;
}

enum scrubgate_status sg_server_run(const struct sg_server_options *options,
                                    struct scrubgate_fault *fault)
{
    struct sg_server server = {.options = options,
                               .signals = {.fd = -1},
                               .handover = {.listener = {.fd = -1}, .peer = {.fd = -1}}};
    enum scrubgate_status rc;
    sg_fault_set(fault, NULL, 0, 0, "%s", "");
    sg_oplog_init();
    server.start_ms = sg_clock_wall_ms();
    if (options->test_only) {
        rc = sg_server_load(options, NULL, no_echo, &server.generation, fault);
        if (rc >= 0)
            sg_server_print_checked(&server);
    } else {
        rc = serve(&server, fault);
    }
    finish(&server);
    if (rc < 0 && fault != NULL && fault->what[0] == '\0')
        sg_fault_set(fault, NULL, 0, 0, "the gateway cannot run: %s", scrubgate_status_word(rc));
    return rc;
}
