/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deals.h - tickets as analysis sees them: which customer met which agent, when, in which queue.
 *
 *     events, in any order -> [deals: joined by ticket] -> tickets with an agent, by time
 *
 * Parties are numbered as they come, so that tables over them are plain arrays. What had another id
 * under the key of the epoch before is one: it counts by its newest. In memory: about 170 bytes a
 * ticket.
 */
#ifndef SG_COLLUSION_DEALS_H
#define SG_COLLUSION_DEALS_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "collusion/aliases.h"
#include "collusion/event.h"
#include "collusion/numbering.h"
#include "collusion/queue_names.h"

enum { SG_DEAL_IDENTITIES = 4 };
#define SG_DEAL_NONE UINT32_MAX

/* One ticket. What is not known: 0 for digests and times, SG_DEAL_NONE for numbers. */
struct sg_deal {
    uint64_t ticket, open_ms, assign_ms, resolve_ms;
    uint32_t customer, agent, stratum;
    uint32_t handle_ms;
    uint64_t network, tls, device, content;          /* the customer's side */
    uint64_t identities[SG_DEAL_IDENTITIES];         /* found in the customer's words */
    uint64_t agent_network, agent_tls, agent_device; /* the agent's side */
};

struct sg_deals {
    struct sg_numbering customers, agents, strata, tickets;
    struct sg_queue_names queues; /* by number in strata */
    struct sg_aliases aliases;
    struct sg_deal *list; /* sg_deals_finish: those with both parties, by time of assignment */
    size_t n, cap;
    uint64_t begin_ms, end_ms; /* first and last event */
    uint64_t events, lone;     /* taken; tickets without a customer or an agent */
    uint64_t strays;           /* tickets dropped because their clock was off */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_deals_init(struct sg_deals *deals);
void sg_deals_fini(struct sg_deals *deals);

/*
 * Takes one event; of several that say the same of a ticket the earliest counts. An event without a
 * ticket is one of its own. A queue is what brand and queue say together.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_deals_add(struct sg_deals *deals,
                                                      const struct sg_collusion_event *event);
/*
 * After the last event: drops what nobody took or opened, and what was assigned before since_ms,
 * and sorts. A few tickets, one and a thousandth of all at most, that are over thirty days from all
 * others have a clock that was off: these are dropped first, and begin_ms and end_ms are what the
 * others say. Call it once.
 */
void sg_deals_finish(struct sg_deals *deals, uint64_t since_ms);
/* Of finished deals: drops what was assigned before since_ms. */
void sg_deals_since(struct sg_deals *deals, uint64_t since_ms);

/* Every customer's deals, in a row and by time. */
struct sg_visits {
    uint32_t *deal; /* indexes into the list */
    size_t *begin;  /* of each customer's, and the end */
};
/* Of finished deals. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_visits_init(struct sg_visits *visits,
                                                        const struct sg_deals *deals);
void sg_visits_fini(struct sg_visits *visits);

#endif
