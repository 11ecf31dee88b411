/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drive.h - a simulated market's tickets as real requests through a gateway that runs.
 *
 *     moments of the market ─> heads and bodies as channels send them ─> gateway ─> its upstreams
 *                                                                          └─ what became of each
 *
 *     open      the customer to <url>in/
 *     assign    the agent to <url>out/, then the customer once more to <url>in/, to that agent
 *     resolve   the agent to <url>out/
 *
 * One request at a time, in the market's order: the same market, the same requests.
 */
#ifndef SG_PROXY_DRIVE_H
#define SG_PROXY_DRIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "collusion/sim.h"

struct sg_drive_config {
    const char *url;
    bool anywhere;  /* also to another machine */
    bool told;      /* PROXY headers tell addresses: see net/asker.h */
    uint64_t most;  /* tickets, the first ones; 0: all */
    uint64_t speed; /* messages a second; 0: as fast as they are answered */
    /* Called after each message; may be NULL. */
    void (*progress)(void *ctx, uint64_t messages);
    void *ctx;
};

struct sg_drive_counts {
    uint64_t messages, answered, diverted, denied, blocked, failed;
    unsigned failure;    /* status of the first that failed */
    uint64_t tickets[2]; /* honest ones, and those of rings */
    uint64_t caught[2];  /* of these: diverted or denied, at least once */
};

/* EINVAL, EIO (see sg_asker_new, sg_asker_ask), ENOMEM: counts hold what was sent until then. That
 * a message was not let through is counted and no error. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_drive_run(const struct sg_sim *sim,
                                                      const struct sg_drive_config *config,
                                                      struct sg_drive_counts *counts,
                                                      struct scrubgate_fault *fault);

#endif
