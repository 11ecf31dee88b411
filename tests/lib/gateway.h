/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateway.h - `scrubgate serve`, the real binary, with a folder, free ports and a log of its own.
 *
 * Readiness is asked for, never waited for by the clock. What it wrote to standard error, to the
 * audit log and to the events is kept, and must never hold what was planted in messages.
 */
#ifndef SG_TESTS_GATEWAY_H
#define SG_TESTS_GATEWAY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "tempdir.h"
#include "wire.h"

#define SG_GATEWAY_ORIGIN "test.example/scrubgate/1"

struct sg_gateway {
    struct sg_tempdir dir; /* gateway.yaml, var/ */
    const char *listen;    /* as gateway.yaml says it; NULL: one free loopback port */
    unsigned port, admin;  /* set by start; port: the first of listen */
    pid_t pid;             /* 0: not running */
    /* Set before start: */
    bool takes_over;    /* from the one that runs in the same folder */
    const int *sockets; /* it gets them as from a service manager; borrowed */
    size_t n_sockets;
    const char *const *variables; /* NAME=VALUE for it, ended by NULL; borrowed */
    bool is_guest;                /* the folder is another's */
    int err;                      /* what it says comes from here */
    pthread_t listener;           /* to the log: a thread that reads err */
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct sg_buf log; /* of the operator, so far; under the lock */
    bool log_ended;
};

/* All fail the test when something is not as it must be. */
void sg_gateway_init(struct sg_gateway *gateway);
/* Another gateway in the same folder; fini leaves that alone. */
void sg_gateway_init_beside(struct sg_gateway *gateway, const struct sg_gateway *other);
/* Writes gateway.yaml: free loopback ports (or listen), one worker, state and audit below the
 * folder, and then what is given (limits, rules, routes). */
void sg_gateway_config(struct sg_gateway *gateway, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Starts it and waits until /readyz says 200. */
void sg_gateway_start(struct sg_gateway *gateway);
/* Asks /readyz until it answers so. */
void sg_gateway_await_ready(struct sg_gateway *gateway, unsigned status);
/* Starts it, waits for its end, and gives the exit code; what it said is in log. */
int sg_gateway_fails(struct sg_gateway *gateway);
/* The port of an item of listen, as the log of the start told. */
unsigned sg_gateway_port(struct sg_gateway *gateway, unsigned item);
void sg_gateway_signal(struct sg_gateway *gateway, int number);
/* Waits for the end, and gives the exit code. */
int sg_gateway_end(struct sg_gateway *gateway);
/* Waits for the end after a signal: it must be a clean one. */
void sg_gateway_join(struct sg_gateway *gateway);
/* SIGTERM, then join. Nothing when it does not run. */
void sg_gateway_stop(struct sg_gateway *gateway);
/* Its audit log's processes: the warden, and the writer that there is now; waits for one. */
pid_t sg_gateway_warden(struct sg_gateway *gateway);
pid_t sg_gateway_writer(struct sg_gateway *gateway);
/* Ends it as a crash would. */
void sg_gateway_kill(struct sg_gateway *gateway);
void sg_gateway_fini(struct sg_gateway *gateway);

/* Waits until the operator's log holds the text at or behind *at, and moves *at behind it. */
void sg_gateway_await(struct sg_gateway *gateway, const char *text, size_t *at);
/* The audit log so far, whole lines, NUL ended; to be freed. */
char *sg_gateway_audit(struct sg_gateway *gateway);
/* Whole lines in it. */
size_t sg_gateway_records(struct sg_gateway *gateway);
/* Waits for a record number `from` or later that holds all texts (ended by NULL); to be freed. */
char *sg_gateway_record(struct sg_gateway *gateway, size_t from, const char *const texts[]);
/* A counter as /metrics prints it: name with labels. */
uint64_t sg_gateway_metric(struct sg_gateway *gateway, const char *name);

/* Fails when any of the texts (ended by NULL) is in the operator's log, the audit log, the events
 * or the metrics. */
void sg_gateway_keeps_quiet(struct sg_gateway *gateway, const char *const texts[]);

#endif
