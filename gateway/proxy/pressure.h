/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pressure.h - measures how loaded a worker is, and turns requests away by it (overload.h).
 */
#ifndef SG_PROXY_PRESSURE_H
#define SG_PROXY_PRESSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "net/lag.h"
#include "net/loop.h"
#include "proxy/metrics.h"
#include "proxy/overload.h"

/* A worker's; used on its thread. All-zero is none. */
struct sg_pressure {
    struct sg_lag lag; /* first */
    struct sg_overload overload;
    struct sg_metrics *metrics;
    int statm; /* 1 + descriptor of /proc/self/statm, 0: none */
    uint64_t trimmed_ns;
};

/* requests: most under way on this worker; memory: the process's ceiling in bytes, 0: none. EIO
 * when the process cannot tell how much memory it has, ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_pressure_init(struct sg_pressure *pressure,
                                                          struct sg_loop *loop,
                                                          struct sg_metrics *metrics,
                                                          size_t requests, uint64_t memory,
                                                          uint64_t seed);
void sg_pressure_fini(struct sg_pressure *pressure);

/* A request's head has come: whether it may begin. Counted when not. */
bool sg_pressure_admit(struct sg_pressure *pressure);

#endif
