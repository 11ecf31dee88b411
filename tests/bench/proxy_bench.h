/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_bench.h - what the parts of bench_proxy share: the peers, what is asked of them, the goals.
 */
#ifndef SG_BENCH_PROXY_BENCH_H
#define SG_BENCH_PROXY_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "load.h"
#include "origin.h"
#include "peers.h"
#include "table.h"

/* Who stands there. An OTHER is another build of the gateway, to compare this one with. */
enum contestant {
    NGINX,
    HAPROXY,
    PASS,  /* the gateway without rules */
    PACKS, /* with the packs built in, both ways, audited */
    LUA,   /* nginx with eight rules in Lua, both ways */
    EIGHT, /* the gateway with the same eight, both ways, audited */
    OTHER_PASS,
    OTHER_PACKS,
    CONTESTANTS
};

enum { GOALS_MOST = 24, CLIENTS = 64, RATE = 5000 };

/* A row of the table of goals, printed when all is measured. */
struct row {
    char measure[120], why[160];
    double value;
    int decimals;
    const char *unit;
    struct goal goal;
    bool measured;
};

struct bench {
    size_t rounds;
    double seconds; /* of a round */
    struct place place;
    struct origin *origin;
    struct peer peers[CONTESTANTS];
    bool there[CONTESTANTS];
    struct row rows[GOALS_MOST];
    size_t n_rows;
};

/* --- what is asked: proxy_asks.c --- */

enum asked {
    ASK_SMALL, /* a chat message of 289 bytes, answered by one of 350 */
    ASK_UP,    /* 10 MiB, answered by a word */
    ASK_DOWN,  /* the other way round */
    ASK_BOTH,
    ASK_HOLD,   /* a small one that the origin lets wait */
    ASK_STREAM, /* a small one answered by an event, and no end */
};

/* The origin with all its services. */
struct origin *asks_origin(struct place *place, int cpu);
/* What that contestant is asked: the origin looks whether it masks as it should. */
struct ask ask_of(enum contestant who, enum asked what);
/* A small message answered by values of persons: whether none comes through. */
bool ask_masks(const struct peer *peer);

/* --- measures --- */

/* CPU time of one request, in us. Ends the process when an answer is not as it should be. */
double bench_cpu(struct bench *bench, enum contestant who, struct load *load,
                 const struct load_pace *pace, double *p50);
/* That many connections, each with its request where it should be: held, streaming or answered. */
struct crowd *bench_crowd(struct bench *bench, enum contestant who, unsigned n, enum asked asked);
/* Ends what waits, and lets the proxy close its side. */
void bench_crowd_close(struct bench *bench, enum contestant who, struct crowd *crowd);
/* Says what went wrong with whom, and ends the process: no figure for a proxy that errs. */
_Noreturn void bench_fail(struct bench *bench, enum contestant who, const char *what);
/* A row for the table of goals; printed to why as printf does. */
__attribute__((format(printf, 7, 8))) void bench_row(struct bench *bench, const char *measure,
                                                     double value, int decimals, const char *unit,
                                                     struct goal goal, const char *why, ...);
void bench_row_missing(struct bench *bench, const char *measure, struct goal goal,
                       const char *package);

void proxy_small(struct bench *bench);  /* small messages, as many as go and at a rate */
void proxy_long(struct bench *bench);   /* 10 MiB up, down, both */
void proxy_parked(struct bench *bench); /* small ones beside thousands that wait */
void proxy_memory(struct bench *bench); /* of a connection that is idle, waits, streams */
void proxy_guard(struct bench *bench);  /* the guard's share */

#endif
