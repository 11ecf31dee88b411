/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tickets.c - a queue that routes by chance, and what a test adds to it.
 */
#include "tickets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { DAYS = 20, STEP_MS = 300000, DAY_MS = 86400000, DEVICES = 30 };
static const uint64_t begin_ms = 1767225600000;

static void add_at(struct sg_tickets *tickets, uint64_t ms, uint64_t customer, uint64_t agent,
                   struct sg_shown shown, struct sg_shown own)
{
    if (agent == 0)
        agent = 1 + sg_philox_below(&tickets->random, SG_TICKETS_AGENTS);
    struct sg_collusion_event event = {.time_ms = ms,
                                       .event = sg_bytes_of("message"),
                                       .queue = sg_bytes_of("q"),
                                       .ticket = ++tickets->next,
                                       .customer = customer,
                                       .agent = agent,
                                       .network = shown.network,
                                       .device = shown.device,
                                       .identities = {shown.identity},
                                       .n_identities = shown.identity != 0};
    assert_int_equal(sg_deals_add(&tickets->deals, &event), SCRUBGATE_OK);
    event.by_agent = true;
    event.n_identities = 0;
    event.network = own.network;
    event.device = own.device;
    assert_int_equal(sg_deals_add(&tickets->deals, &event), SCRUBGATE_OK);
}

void sg_tickets_init(struct sg_tickets *tickets)
{
    *tickets = (struct sg_tickets){.next = 0};
    sg_philox_init(&tickets->random, 1, 1, 1);
    assert_int_equal(sg_deals_init(&tickets->deals), SCRUBGATE_OK);
    for (uint64_t ms = 0; ms < DAYS * (uint64_t)DAY_MS; ms += STEP_MS) {
        const uint64_t customer = 1 + sg_philox_below(&tickets->random, SG_TICKETS_CUSTOMERS);
        const struct sg_shown shown = {10000 + customer, 20000 + customer % DEVICES, 0};
        add_at(tickets, begin_ms + ms, customer, 0, shown, (struct sg_shown){0, 0, 0});
    }
}

void sg_tickets_add(struct sg_tickets *tickets, uint64_t customer, uint64_t agent,
                    struct sg_shown shown, struct sg_shown own)
{
    const uint64_t ms = sg_philox_below(&tickets->random, DAYS) * (uint64_t)DAY_MS +
                        sg_philox_below(&tickets->random, DAY_MS);
    add_at(tickets, begin_ms + ms, customer, agent, shown, own);
}

void sg_tickets_finish(struct sg_tickets *tickets)
{
    sg_deals_finish(&tickets->deals, 0);
    assert_int_equal(sg_visits_init(&tickets->visits, &tickets->deals), SCRUBGATE_OK);
    assert_int_equal(sg_routing_init(&tickets->routing, &tickets->deals), SCRUBGATE_OK);
    assert_int_equal(sg_traces_of_customers(&tickets->customers, &tickets->deals), SCRUBGATE_OK);
    assert_int_equal(sg_traces_of_agents(&tickets->agents, &tickets->deals), SCRUBGATE_OK);
}

void sg_tickets_fini(struct sg_tickets *tickets)
{
    sg_traces_fini(&tickets->customers);
    sg_traces_fini(&tickets->agents);
    sg_routing_fini(&tickets->routing);
    sg_visits_fini(&tickets->visits);
    sg_deals_fini(&tickets->deals);
}

uint32_t sg_tickets_agent(const struct sg_tickets *tickets, uint64_t id)
{
    return sg_numbering_find(&tickets->deals.agents, id);
}

uint32_t sg_tickets_customer(const struct sg_tickets *tickets, uint64_t id)
{
    return sg_numbering_find(&tickets->deals.customers, id);
}
