/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe.h - an upstream call whose handler writes down what it is told.
 *
 *     <200 length>hello<end>      <200 chunked>hel<upstream-reset>
 */
#ifndef SG_TESTS_PROBE_H
#define SG_TESTS_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "net/loop.h"
#include "net/upstream.h"

enum { SG_PROBE_STORY = 512, SG_PROBE_BODY_SHOWN = 64 };

/* The points at which a handler may do what it likes. */
enum sg_probe_point {
    SG_PROBE_NOWHERE,
    SG_PROBE_HEAD,
    SG_PROBE_BODY,
    SG_PROBE_END,
    SG_PROBE_FAILED,
    SG_PROBE_WRITABLE
};

/* All-zero is a probe that takes all it is given and stops the loop when it is over. */
struct sg_probe {
    struct sg_loop *loop;
    struct sg_call *call;
    /* What it does: */
    size_t take_most;              /* of a piece; 0: all of it */
    bool pauses;                   /* takes nothing until taking is set by hand */
    bool taking;                   /* … */
    enum sg_probe_point cancel_at; /* ends its call there, and stops the loop */
    enum sg_probe_point act_at;
    void (*act)(struct sg_probe *probe);
    bool goes_on; /* does not stop the loop */
    /* What it saw: */
    char story[SG_PROBE_STORY];
    size_t n_story;
    size_t body; /* bytes */
    unsigned writables;
    bool over;
    struct sg_task resume;
};

extern const struct sg_call_handler sg_probe_handler;

/* Runs the loop until it is stopped; fails the test when that takes too long. */
void sg_probe_run(struct sg_loop *loop);

#endif
