/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flood.h - many messages through a running gateway at once, each known by its trace, and the
 * question whether one has left that the audit log does not know.
 *
 *     flood (clients) ──> gateway ──> recorder.h        audit log: who was let through?
 *
 * Requests may be refused or cut off: that is counted, not judged. What arrived at the origin, and
 * what a client was answered with 200, must stand in the log, what came to the origin with the
 * number that it carries.
 */
#ifndef SG_TESTS_FLOOD_H
#define SG_TESTS_FLOOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scene.h"

enum { SG_FLOOD_AT_ONCE = 24 };

/* What became of a request. */
struct sg_flooded {
    unsigned status; /* it was answered with; 0: cut off */
    bool heard;      /* by the origin, maybe not to its end */
    uint64_t out;    /* the number of its record, as it told the origin */
};

/* One request: text that ends with a NUL, fields whole lines with CRLF; len of the body. */
struct sg_flood_ask {
    char target[256], fields[1024], body[4096];
    size_t len;
};

struct sg_flood {
    struct sg_scene *scene;
    const char *target;
    void (*make)(size_t n, struct sg_flood_ask *ask); /* request n; NULL: a short text to target */
    struct sg_flooded *requests;
    size_t n, cap;
    /* 200; 503; another status; nothing at all; at the origin: */
    size_t answered, refused, turned_away, cut, heard;
};

void sg_flood_begin(struct sg_flood *flood, struct sg_scene *scene, const char *target);
void sg_flood_end(struct sg_flood *flood);
/* Sends so many requests (at most SG_FLOOD_AT_ONCE) at once and waits for what becomes of each;
 * meanwhile, unless NULL, is called when all are sent and none is read. */
void sg_flood_round(struct sg_flood *flood, size_t n, void (*meanwhile)(void *ctx), void *ctx);
/* Takes from the origin what has arrived since. */
void sg_flood_listen(struct sg_flood *flood);
/* Once no gateway runs: whatever has left stands in the log, once, and the log is proven. */
void sg_flood_check(struct sg_flood *flood);

#endif
