/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptors.c - as many open files as the config's connections take, or fewer connections.
 */
#include "proxy/descriptors.h"

#include <stdio.h>
#include <sys/resource.h>

#include "proxy/oplog.h"

enum {
    EACH = 2,         /* a client's connection, and one to an upstream for it, lent or kept */
    EACH_WORKER = 32, /* loops, listening sockets */
    SPARE = 256,      /* the admin port, audit log, rules, a handover */
    LEAST = 16
};

static uint64_t need_of(uint64_t connections, unsigned workers)
{
    return connections * EACH + (uint64_t)workers * EACH_WORKER + SPARE;
}

uint64_t sg_descriptors_allow(uint64_t limit, uint64_t connections, unsigned workers)
{
    uint64_t rest = need_of(0, workers);
    if (need_of(connections, workers) <= limit)
        return connections;
    uint64_t most = limit > rest ? (limit - rest) / EACH : 0;
    most = most < LEAST ? LEAST : most;
    return most < connections ? most : connections;
}

uint64_t sg_descriptors_provide(uint64_t connections, unsigned workers)
{
    struct rlimit limit;
    char most[24], files[24];
    uint64_t need = need_of(connections, workers);
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return connections;
    if (limit.rlim_cur < need) {
        struct rlimit wanted = limit;
        wanted.rlim_cur = limit.rlim_max < need ? limit.rlim_max : (rlim_t)need;
        if (setrlimit(RLIMIT_NOFILE, &wanted) == 0)
            limit = wanted;
    }
    uint64_t allowed = sg_descriptors_allow(limit.rlim_cur, connections, workers);
    if (allowed < connections) {
        (void)snprintf(most, sizeof most, "%llu", (unsigned long long)allowed);
        (void)snprintf(files, sizeof files, "%llu", (unsigned long long)need);
        sg_oplog(SG_OPLOG_WARN,
                 "fewer connections than limits.connections: the limit of open files is too low",
                 "connections", most, "open_files_needed", files, NULL);
    }
    return allowed;
}
