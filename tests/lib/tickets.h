/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tickets.h - a queue that routes by chance, and what a test adds to it.
 *
 * Twenty agents, numbers 1 to 20, are always on duty; customers 1 to 600 have a network each and
 * share thirty devices. A ticket every five minutes for twenty days.
 */
#ifndef SG_TESTS_TICKETS_H
#define SG_TESTS_TICKETS_H

#include <stdint.h>

#include "collusion/deals.h"
#include "collusion/philox.h"
#include "collusion/routing.h"
#include "collusion/trace.h"

enum { SG_TICKETS_AGENTS = 20, SG_TICKETS_CUSTOMERS = 600 };

struct sg_tickets {
    struct sg_deals deals;
    struct sg_visits visits;
    struct sg_routing routing;
    struct sg_traces customers, agents;
    struct sg_philox random;
    uint64_t next;
};

/* What somebody shows; 0: nothing. */
struct sg_shown {
    uint64_t network, device, identity;
};

void sg_tickets_init(struct sg_tickets *tickets);
/* One ticket, at a time by chance. agent 0: whom routing picks. own: what the agent shows. */
void sg_tickets_add(struct sg_tickets *tickets, uint64_t customer, uint64_t agent,
                    struct sg_shown shown, struct sg_shown own);
/* After the last. */
void sg_tickets_finish(struct sg_tickets *tickets);
void sg_tickets_fini(struct sg_tickets *tickets);

/* Numbers in the deals. */
uint32_t sg_tickets_agent(const struct sg_tickets *tickets, uint64_t id);
uint32_t sg_tickets_customer(const struct sg_tickets *tickets, uint64_t id);

#endif
