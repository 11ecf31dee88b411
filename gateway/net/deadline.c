/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deadline.c - many deadlines of few durations, cheaply: one list per duration, one timer for all.
 */
#include "net/deadline.h"

#include <assert.h>

/* Never out of memory: the timer has had its place in the loop since init. */
static void arm(struct sg_deadlines *all, uint64_t at_ns)
{
    enum scrubgate_status rc = sg_timer_set(all->loop, &all->timer, at_ns);
    assert(rc == SCRUBGATE_OK);
    (void)rc;
}

static void look(struct sg_timer *timer)
{
    struct sg_deadlines *all = (struct sg_deadlines *)timer; /* its first member */
    uint64_t now = sg_loop_now(all->loop), next = UINT64_MAX;
    arm(all, UINT64_MAX); /* takes back the place that firing gave up */
    for (unsigned kind = 0; kind < SG_DEADLINE_KINDS; kind++) {
        struct sg_deadline *first;
        while ((first = all->list[kind].first) != NULL && first->at_ns <= now) {
            sg_deadline_cancel(all, first);
            all->due(all, first, kind);
        }
    }
    for (unsigned kind = 0; kind < SG_DEADLINE_KINDS; kind++) {
        if (all->list[kind].first != NULL && all->list[kind].first->at_ns < next)
            next = all->list[kind].first->at_ns;
    }
    if (next != UINT64_MAX && next < now + SG_DEADLINE_TICK_NS)
        next = now + SG_DEADLINE_TICK_NS;
    arm(all, next);
}

enum scrubgate_status sg_deadlines_init(struct sg_deadlines *all, struct sg_loop *loop,
                                        const uint64_t durations_ns[SG_DEADLINE_KINDS],
                                        void (*due)(struct sg_deadlines *all,
                                                    struct sg_deadline *deadline, unsigned kind))
{
    *all = (struct sg_deadlines){.timer = {.due = look}, .loop = loop, .due = due};
    for (unsigned kind = 0; kind < SG_DEADLINE_KINDS; kind++)
        all->list[kind].duration_ns = durations_ns[kind];
    return sg_timer_set(loop, &all->timer, UINT64_MAX);
}

void sg_deadlines_fini(struct sg_deadlines *all)
{
    if (all->loop != NULL)
        sg_timer_cancel(all->loop, &all->timer);
}

void sg_deadline_set(struct sg_deadlines *all, struct sg_deadline *deadline, unsigned kind)
{
    assert(kind < SG_DEADLINE_KINDS);
    sg_deadline_cancel(all, deadline);
    deadline->set_ns = sg_loop_now(all->loop);
    deadline->at_ns = deadline->set_ns + all->list[kind].duration_ns;
    deadline->kind = kind + 1;
    deadline->prev = all->list[kind].last;
    deadline->next = NULL;
    if (deadline->prev != NULL)
        deadline->prev->next = deadline;
    else
        all->list[kind].first = deadline;
    all->list[kind].last = deadline;
    if (deadline->at_ns < all->timer.at_ns)
        arm(all, deadline->at_ns);
}

void sg_deadline_cancel(struct sg_deadlines *all, struct sg_deadline *deadline)
{
    if (deadline->kind == 0)
        return;
    unsigned kind = deadline->kind - 1;
    if (deadline->prev != NULL)
        deadline->prev->next = deadline->next;
    else
        all->list[kind].first = deadline->next;
    if (deadline->next != NULL)
        deadline->next->prev = deadline->prev;
    else
        all->list[kind].last = deadline->prev;
    deadline->prev = deadline->next = NULL;
    deadline->kind = 0;
}
