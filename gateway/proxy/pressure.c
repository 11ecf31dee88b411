/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pressure.c - measures how loaded a worker is, and turns requests away by it.
 *
 *     a request -> lag wanted -> … a tick later: delay, memory -> overload -> the next requests
 */
#define _GNU_SOURCE /* malloc_trim is glibc's */
#include "proxy/pressure.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

enum { TRIM_EVERY_NS = 1000000000 };

/* Bytes resident; 0 when the system does not say. */
static uint64_t resident(const struct sg_pressure *pressure)
{
    char text[128];
    ssize_t n = pread(pressure->statm - 1, text, sizeof text - 1, 0);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    char *end = text;
    (void)strtoull(text, &end, 10); /* all of the address space; then what is resident */
    return strtoull(end, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* What was freed is the process's until the allocator gives it back. */
static void give_back(struct sg_pressure *pressure)
{
    uint64_t now = sg_loop_now(pressure->lag.loop);
    if (now - pressure->trimmed_ns < TRIM_EVERY_NS)
        return;
    pressure->trimmed_ns = now;
    (void)malloc_trim(0);
    sg_overload_memory(&pressure->overload, resident(pressure));
}

static void measured(struct sg_lag *lag, uint64_t delay_ns)
{
    struct sg_pressure *pressure = (struct sg_pressure *)lag; /* its first member */
    struct sg_overload *overload = &pressure->overload;
    sg_overload_delay(overload, delay_ns);
    if (overload->memory > 0)
        sg_overload_memory(overload, resident(pressure));
    if (overload->by_memory > 0)
        give_back(pressure);
    atomic_store_explicit(&pressure->metrics->delay_ns, delay_ns, memory_order_relaxed);
}

enum scrubgate_status sg_pressure_init(struct sg_pressure *pressure, struct sg_loop *loop,
                                       struct sg_metrics *metrics, size_t requests, uint64_t memory,
                                       uint64_t seed)
{
    *pressure = (struct sg_pressure){.metrics = metrics};
    sg_overload_init(&pressure->overload, requests, memory, seed);
    if (memory > 0) {
        pressure->statm = 1 + open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
        if (pressure->statm == 0)
            return SCRUBGATE_EIO;
    }
    return sg_lag_init(&pressure->lag, loop, SG_OVERLOAD_TICK_NS, measured);
}

void sg_pressure_fini(struct sg_pressure *pressure)
{
    sg_lag_fini(&pressure->lag);
    if (pressure->statm > 0)
        (void)close(pressure->statm - 1);
    pressure->statm = 0;
}

bool sg_pressure_admit(struct sg_pressure *pressure)
{
    struct sg_metrics *metrics = pressure->metrics;
    size_t under_way = (size_t)atomic_load_explicit(&metrics->open_exchanges, memory_order_relaxed);
    if (under_way == 0)
        sg_overload_idle(&pressure->overload);
    sg_lag_want(&pressure->lag);
    enum sg_shed shed = sg_overload_admit(&pressure->overload, under_way);
    if (shed == SG_SHED_NONE)
        return true;
    sg_metrics_count(&metrics->shed[shed], 1);
    return false;
}
