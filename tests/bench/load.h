/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - requests over kept-alive connections: one after the other, at a rate, or left waiting.
 *
 * Loopback only, in the caller's thread, and as cheap as can be. Each answer's status, length and
 * bytes are looked at: an answer that is not the right one is counted as such, never as answered.
 */
#ifndef SG_BENCH_LOAD_H
#define SG_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

/* What is asked, and what must be answered with status 200. */
struct ask {
    const char *method, *path, *type;
    struct text body;   /* sent with its length; none: no body */
    struct text answer; /* block NULL: any */
};

enum { LOAD_SLOWEST_US = 262140 };

struct load_pace {
    double seconds;    /* after this no request begins */
    uint64_t requests; /* nor when that many have begun; 0: any number */
    double rate;       /* requests a second, begun on time while a connection is free; 0: each
                          connection begins its next when it has its answer */
};

struct load_result {
    uint64_t answered; /* as they should be */
    uint64_t shed;     /* 503 */
    uint64_t wrong;    /* another status, another body */
    uint64_t lost;     /* connection closed, or no answer in ten seconds */
    uint64_t late;     /* begun when they were due by a millisecond or more */
    uint64_t again;    /* connections opened anew, behind an answer that closed the last */
    double seconds;    /* until the last answer */
    double p50, p99;   /* from when a request was due to its answer, us; LOAD_SLOWEST_US
                          stands for that and longer */
};

struct load;
/* Connects; NULL when nobody listens. Copies the ask, borrows its texts. */
struct load *load_open(uint16_t port, unsigned connections, const struct ask *ask);
struct load_result load_run(struct load *load, const struct load_pace *pace);
void load_close(struct load *load);
/* Whether each was answered as it should be. */
bool load_fine(const struct load_result *result);

/* Asks once; the body of the answer, as far as there is room. Its length, 0 without one. */
size_t load_fetch(uint16_t port, const struct ask *ask, char *room, size_t size);

/* Connections on each of which one request is sent, and that stay. One that is turned away asks
 * again. */
struct crowd;
enum crowd_until {
    CROWD_SENT,     /* the request is out */
    CROWD_BEGUN,    /* the answer has begun to come */
    CROWD_ANSWERED, /* it has come as it should */
};
/* NULL when nobody listens. */
struct crowd *crowd_open(uint16_t port, unsigned n, const struct ask *ask);
/* A tenth of a second at most goes by. Whether all of them are that far. */
bool crowd_turn(struct crowd *crowd, enum crowd_until until);
/* Connections that the other side has closed, and answers that were not as they should be. */
uint64_t crowd_lost(const struct crowd *crowd);
void crowd_close(struct crowd *crowd);

#endif
