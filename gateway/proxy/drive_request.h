/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drive_request.h - one message of a simulated market as a channel would send it.
 *
 * Whoever has the same device digest has the same shape of request (collusion/facet.h): names of
 * fields in order and case, browser, language, platform.
 */
#ifndef SG_PROXY_DRIVE_REQUEST_H
#define SG_PROXY_DRIVE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "collusion/sim.h"

struct sg_drive_message {
    const struct sg_sim *sim;
    size_t ticket;
    enum sg_sim_step step;
    bool by_agent; /* of an assignment: the agent's message, or the customer's that follows */
};

/* Empties both and makes the request. base: path of the URL; host: for Host. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_drive_request(const struct sg_drive_message *message,
                                                          struct sg_bytes base,
                                                          struct sg_bytes host, struct sg_buf *head,
                                                          struct sg_buf *body);
/* What the sender's network is in the market. */
uint64_t sg_drive_network(const struct sg_drive_message *message);

#endif
