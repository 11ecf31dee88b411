/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue_names.h - what queues are called, for people: brand and queue, as events say them.
 */
#ifndef SG_COLLUSION_QUEUE_NAMES_H
#define SG_COLLUSION_QUEUE_NAMES_H

#include <stddef.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

enum { SG_QUEUE_NAME = 96 };

/* Foreign text: whoever shows it escapes it. All-zero is a valid empty one. */
struct sg_queue_names {
    char (*list)[SG_QUEUE_NAME]; /* "brand / queue", cut */
    size_t n, cap;
};

/* The next one's. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_queue_names_add(struct sg_queue_names *names,
                                                            struct sg_bytes brand,
                                                            struct sg_bytes queue);
void sg_queue_names_fini(struct sg_queue_names *names);

#endif
