/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin_path.h - what a target of the admin port asks of the guard.
 *
 *     /v1/agents/{agent}/eligibility?brand=&queue=
 *     /v1/guard/orders[?agent=&all=yes]
 *     /v1/guard/orders/{number}
 *     /v1/guard/orders/{number}/appeal
 *
 * Strict: a question that is half understood would be answered for somebody else. Percent-encoding
 * must be whole, a parameter is known and stands once; a + in the query is a blank, as forms write
 * it.
 */
#ifndef SG_PROXY_ADMIN_PATH_H
#define SG_PROXY_ADMIN_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "collusion/order.h"
#include "proxy/agent_name.h"

enum sg_admin_thing { SG_ADMIN_ELIGIBILITY, SG_ADMIN_ORDERS, SG_ADMIN_ORDER, SG_ADMIN_APPEAL };

struct sg_admin_path {
    enum sg_admin_thing thing;
    uint64_t order;
    bool all;
    /* Decoded, below. Empty: not said. An agent may be any bytes; a brand and a queue are text as
     * orders have it. */
    struct sg_bytes agent, brand, queue;
    uint8_t agent_room[SG_AGENT_NAME_MOST], brand_room[SG_ORDER_NAME], queue_room[SG_ORDER_NAME];
};

/* DONE: it is none of these. EINVAL: it is one, and wrong; what is wrong is a sentence of ours. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_admin_path_read(struct sg_admin_path *path,
                                                            struct sg_bytes target,
                                                            struct scrubgate_fault *fault);

#endif
