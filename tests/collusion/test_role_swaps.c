/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_role_swaps.c - agents who show up as customers: of themselves, of each other, in a circle.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collusion/role_swaps.h"

#include "../lib/suite.h"
#include "../lib/tickets.h"

enum { FIRST = 9000, TICKETS = 15, OWN = 500 };

/* What agent n shows of its own. */
static struct sg_shown own_of(uint64_t agent)
{
    return (struct sg_shown){OWN + agent, 2 * OWN + agent, 0};
}

static const struct row {
    const char *name;
    struct {
        uint64_t agent, other; /* whose things an account shows; who serves it, 0: anybody */
    } accounts[3];
    uint64_t suspected;
    size_t found;
    uint32_t circle; /* of the first */
} rows[] = {
    {"an agent who is a customer of one under suspicion", {{3, 5}}, 5, 1, 0},
    {"and of one who is not, but far too often", {{3, 5}}, 0, 1, 0},
    {"an agent who serves himself", {{3, 3}}, 0, 1, 1},
    {"two agents who are each other's customers", {{3, 5}, {5, 3}}, 0, 2, 2},
    {"three agents in a circle", {{3, 5}, {5, 7}, {7, 3}}, 0, 3, 3},
    {"an agent who is anybody's customer", {{3, 0}}, 5, 0, 0},
};

static void run(const struct row *row, bool device, uint64_t owners, struct sg_tickets *tickets,
                struct sg_role_swaps *swaps, struct sg_arena *arena)
{
    bool suspected[SG_TICKETS_AGENTS + 1] = {false};
    sg_tickets_init(tickets);
    for (uint64_t agent = 1; agent <= SG_TICKETS_AGENTS; agent++) {
        struct sg_shown own = own_of(agent <= owners ? 3 : agent);
        sg_tickets_add(tickets, agent, agent, (struct sg_shown){0, 0, 0}, own);
    }
    for (size_t a = 0; a < 3 && row->accounts[a].agent != 0; a++)
        for (int i = 0; i < TICKETS; i++) {
            struct sg_shown shown = own_of(row->accounts[a].agent);
            shown.device = device ? shown.device : 0;
            sg_tickets_add(tickets, FIRST + a, row->accounts[a].other, shown,
                           (struct sg_shown){0, 0, 0});
        }
    sg_tickets_finish(tickets);
    if (row->suspected != 0)
        suspected[sg_tickets_agent(tickets, row->suspected)] = true;
    assert_int_equal(sg_role_swaps_init(swaps, &tickets->deals, &tickets->visits, &tickets->routing,
                                        &tickets->customers, &tickets->agents, suspected, arena),
                     SCRUBGATE_OK);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_tickets tickets;
    struct sg_role_swaps swaps;
    struct sg_arena arena = {0};
    run(row, true, 0, &tickets, &swaps, &arena);
    assert_int_equal(swaps.n, row->found);
    for (size_t i = 0; i < swaps.n; i++) {
        const struct sg_role_swap *swap = &swaps.list[i];
        assert_int_equal(swap->circle, row->circle);
        assert_int_equal(swap->n_customers, 1);
        const uint64_t account = tickets.deals.customers.ids[swap->customers[0]] - FIRST;
        assert_int_equal(tickets.deals.agents.ids[swap->agent], row->accounts[account].agent);
        assert_int_equal(tickets.deals.agents.ids[swap->other], row->accounts[account].other);
        assert_int_equal(swap->tickets, TICKETS);
        assert_true(swap->expected < 2 && swap->score > 5 && swap->bits > 12);
        assert_int_equal(swap->kinds, 1U << SG_TRACE_NETWORK | 1U << SG_TRACE_DEVICE);
        assert_int_equal(swap->suspected, row->suspected == row->accounts[account].other);
        assert_int_equal(swap->third == SG_DEAL_NONE, row->circle != 3);
    }
    sg_arena_fini(&arena);
    sg_tickets_fini(&tickets);
}

/* One value is too little; what many agents show is their office's. */
static void test_nothing(void **state)
{
    struct sg_tickets tickets;
    struct sg_role_swaps swaps;
    struct sg_arena arena = {0};
    (void)state;
    run(&rows[0], false, 0, &tickets, &swaps, &arena);
    assert_int_equal(swaps.n, 0);
    sg_arena_fini(&arena);
    sg_tickets_fini(&tickets);
    run(&rows[0], true, 4, &tickets, &swaps, &arena);
    assert_int_equal(swaps.n, 0);
    sg_arena_fini(&arena);
    sg_tickets_fini(&tickets);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("one value is too little, and an office's is nobody's own", test_nothing, NULL);
    return sg_suite_run("role_swaps");
}
