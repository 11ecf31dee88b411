/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lag.h - how long what is ready waits for its turn on a loop.
 *
 * The kernel hands out ready descriptors in the order in which they became ready. So a descriptor
 * of our own that is made ready now, and seen later, has waited as long as a client's bytes do.
 */
#ifndef SG_NET_LAG_H
#define SG_NET_LAG_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "net/loop.h"

struct sg_lag {
    struct sg_wake probe; /* first */
    struct sg_timer timer;
    struct sg_loop *loop;
    uint64_t every_ns, sent_ns, told_ns;
    uint64_t last_ns; /* how long the last one took that has come back */
    bool wanted, under_way;
    /* Called each time one has come back; also when it is late, with how long it has waited so
     * far, or the one before. */
    void (*measured)(struct sg_lag *lag, uint64_t delay_ns);
};

/* Measures every so often while it is asked for. ENOMEM, EIO. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_lag_init(struct sg_lag *lag, struct sg_loop *loop,
                                                     uint64_t every_ns,
                                                     void (*measured)(struct sg_lag *lag,
                                                                      uint64_t delay_ns));
/* There is work: goes on measuring for one more period. Cheap. */
void sg_lag_want(struct sg_lag *lag);
void sg_lag_fini(struct sg_lag *lag); /* all-zero is fine */

#endif
