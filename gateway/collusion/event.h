/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h - one line for collusion analysis: who met whom, when, by digests only.
 *
 *     {"t":ms,"event":"message","ticket":"…","customer":"…","agent":"…","brand":"…","queue":"…",
 *      "network":"…","tls":"…","device":"…","identity":["…"],"content":"…","handle_ms":…}
 *
 * Digests are 16 hex digits; what is not known is left out.
 */
#ifndef SG_COLLUSION_EVENT_H
#define SG_COLLUSION_EVENT_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

struct sg_collusion_event {
    uint64_t time_ms;
    struct sg_bytes event, brand, queue; /* foreign: escaped and cut to 128 bytes */
    uint64_t ticket, customer, agent, network, tls, device, content; /* 0: not known */
    uint64_t identities[4];
    size_t n_identities;
    uint64_t handle_ms; /* of a ticket that is done; 0: not known */
};

/* Appends the line with its LF. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_event_print(
    const struct sg_collusion_event *event, struct sg_buf *out);

#endif
