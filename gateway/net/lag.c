/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lag.c - how long what is ready waits for its turn on a loop.
 */
#include "net/lag.h"

#include <stddef.h>

#include "base/clock.h"

/* Without a timer nothing is measured until it is asked for again. */
static void arm(struct sg_lag *lag)
{
    (void)!sg_timer_set(lag->loop, &lag->timer, sg_loop_now(lag->loop) + lag->every_ns);
}

static void tell(struct sg_lag *lag, uint64_t now, uint64_t delay_ns)
{
    lag->told_ns = now;
    lag->measured(lag, delay_ns);
}

/* A loop that stood still finds tick and probe due together: that is one delay, not two. */
static void came_back(struct sg_wake *probe)
{
    struct sg_lag *lag = (struct sg_lag *)probe; /* its first member */
    uint64_t now = sg_clock_mono_ns();
    lag->under_way = false;
    lag->last_ns = now - lag->sent_ns;
    if (lag->told_ns <= lag->sent_ns || now - lag->told_ns >= lag->every_ns / 2)
        tell(lag, now, lag->last_ns);
}

static void tick(struct sg_timer *timer)
{
    struct sg_lag *lag = (struct sg_lag *)(void *)((char *)timer - offsetof(struct sg_lag, timer));
    if (lag->under_way) {
        /* What it has waited so far says little until it is more than the one before. */
        uint64_t now = sg_clock_mono_ns(), so_far = now - lag->sent_ns;
        tell(lag, now, so_far > lag->last_ns ? so_far : lag->last_ns);
    } else if (lag->wanted) {
        lag->wanted = false;
        lag->under_way = true;
        lag->sent_ns = sg_clock_mono_ns();
        sg_wake_ring(&lag->probe);
    } else {
        return; /* nobody asks: rest */
    }
    arm(lag);
}

enum scrubgate_status sg_lag_init(struct sg_lag *lag, struct sg_loop *loop, uint64_t every_ns,
                                  void (*measured)(struct sg_lag *lag, uint64_t delay_ns))
{
    *lag = (struct sg_lag){
        .timer = {.due = tick}, .loop = loop, .every_ns = every_ns, .measured = measured};
    return sg_wake_init(loop, &lag->probe, came_back);
}

void sg_lag_want(struct sg_lag *lag)
{
    lag->wanted = true;
    if (lag->timer.place == 0)
        arm(lag);
}

void sg_lag_fini(struct sg_lag *lag)
{
    if (lag->loop == NULL)
        return;
    sg_timer_cancel(lag->loop, &lag->timer);
    sg_wake_fini(lag->loop, &lag->probe);
}
