/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h - one line for collusion analysis: who met whom, when, by digests only.
 *
 *     {"t":ms,"event":"message","from":"agent","epoch":7,"ticket":"…","customer":"…","agent":"…",
 *      "brand":"…","queue":"…","network":"…","tls":"…","device":"…","identity":["…"],"content":"…",
 *      "handle_ms":…,"was":{"ticket":"…","customer":"…","network":"…",…}}
 *
 * Digests are 16 hex digits; what is not known is left out. All but the agent's are under the key
 * of an epoch; while two epochs overlap, `was` holds the same things under the key of the one
 * before.
 */
#ifndef SG_COLLUSION_EVENT_H
#define SG_COLLUSION_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

enum { SG_EVENT_IDENTITIES = 4 };

/* 0: not known. */
struct sg_collusion_was {
    uint64_t ticket, customer, network, tls, device;
    uint64_t identities[SG_EVENT_IDENTITIES]; /* in the event's order */
    size_t n_identities;                      /* as many as the event has, or none */
};

struct sg_collusion_event {
    uint64_t time_ms;
    struct sg_bytes event, brand, queue; /* foreign: escaped and cut to 128 bytes */
    uint64_t ticket, customer, agent, network, tls, device, content; /* 0: not known */
    uint64_t identities[SG_EVENT_IDENTITIES];
    size_t n_identities;
    uint64_t handle_ms; /* of a ticket that is done; 0: not known */
    bool by_agent;      /* sent by the agent: network, tls, device, identities, content are its */
    uint32_t epoch;     /* of the key; 0: not told */
    struct sg_collusion_was was;
};

/* Whose facets an event shows: an assign or a resolve is the agent's by nature. */
bool sg_collusion_event_by_agent(const struct sg_collusion_event *event);

/* Appends the line with its LF. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_event_print(
    const struct sg_collusion_event *event, struct sg_buf *out);

#endif
