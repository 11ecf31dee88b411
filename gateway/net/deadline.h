/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deadline.h - many deadlines of few durations, cheaply: one list per duration, one timer for all.
 *
 * All deadlines of one kind take equally long, so a list stays sorted by appending, and setting one
 * costs no heap. They are due up to SG_DEADLINE_TICK_NS late.
 */
#ifndef SG_NET_DEADLINE_H
#define SG_NET_DEADLINE_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "net/loop.h"

enum { SG_DEADLINE_KINDS = 7, SG_DEADLINE_TICK_NS = 10000000 };

/* Embedded in its owner; all-zero is an idle one. */
struct sg_deadline {
    struct sg_deadline *prev, *next;
    uint64_t at_ns, set_ns; /* set_ns: when it was set */
    unsigned kind;          /* the lists': 1 + its kind, 0: idle */
};

struct sg_deadlines {
    struct sg_timer timer;
    struct sg_loop *loop;
    struct {
        uint64_t duration_ns;
        struct sg_deadline *first, *last;
    } list[SG_DEADLINE_KINDS];
    /* The deadline is idle again when this is called, which may set or cancel any. */
    void (*due)(struct sg_deadlines *all, struct sg_deadline *deadline, unsigned kind);
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_deadlines_init(
    struct sg_deadlines *all, struct sg_loop *loop, const uint64_t durations_ns[SG_DEADLINE_KINDS],
    void (*due)(struct sg_deadlines *all, struct sg_deadline *deadline, unsigned kind));
void sg_deadlines_fini(struct sg_deadlines *all);

/* Starts it anew, whatever it was set to before. */
void sg_deadline_set(struct sg_deadlines *all, struct sg_deadline *deadline, unsigned kind);
void sg_deadline_cancel(struct sg_deadlines *all, struct sg_deadline *deadline);

#endif
