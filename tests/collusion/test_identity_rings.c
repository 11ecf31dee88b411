/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_identity_rings.c - customers who share something are a household, until they all reach one
 * agent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collusion/identity_rings.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/tickets.h"

enum { FIRST = 9000, IDENTITY = 77, NETWORK = 78, DEVICE = 79 };

static const struct row {
    const char *name;
    uint64_t accounts, agent; /* who gets their tickets; 0: anybody */
    int tickets;              /* of each */
    bool identity, network, device;
    size_t found, groups;
    size_t links; /* of what is found */
} rows[] = {
    {"customers who share an identity and an agent", 5, 3, 4, true, false, false, 1, 1, 1},
    {"customers who share a network, a device and an agent", 5, 3, 4, false, true, true, 1, 1, 2},
    {"customers who share an identity are a household", 5, 0, 4, true, false, false, 0, 1, 0},
    {"one network alone links nobody", 5, 3, 4, false, true, false, 0, 0, 0},
    {"what twenty show links them", 20, 3, 2, true, false, false, 1, 1, 1},
    {"what twenty-one show links nobody", 21, 3, 2, true, false, false, 0, 0, 0},
    {"one customer is no group", 1, 3, 20, true, true, true, 0, 0, 0},
};

static void add_accounts(struct sg_tickets *tickets, const struct row *row)
{
    for (uint64_t account = 0; account < row->accounts; account++)
        for (int i = 0; i < row->tickets; i++)
            sg_tickets_add(tickets, FIRST + account, row->agent,
                           (struct sg_shown){row->network ? NETWORK : 0, row->device ? DEVICE : 0,
                                             row->identity ? IDENTITY : 0},
                           (struct sg_shown){0, 0, 0});
}

static void check(const struct sg_tickets *tickets, const struct row *row,
                  const struct sg_identity_ring *ring)
{
    const uint32_t all = (uint32_t)row->accounts * (uint32_t)row->tickets;
    assert_int_equal(ring->n_customers, row->accounts);
    for (size_t i = 0; i < ring->n_customers; i++)
        assert_true(tickets->deals.customers.ids[ring->customers[i]] >= FIRST);
    assert_int_equal(ring->tickets, all);
    assert_int_equal(ring->n_links, row->links);
    for (size_t i = 0; i < ring->n_links; i++) {
        assert_int_equal(ring->links[i].n_customers, row->accounts);
        assert_true(ring->links[i].digest >= IDENTITY && ring->links[i].digest <= DEVICE);
    }
    assert_int_equal(ring->n_reached, 1);
    assert_int_equal(tickets->deals.agents.ids[ring->reached[0].agent], row->agent);
    assert_int_equal(ring->reached[0].tickets, all);
    assert_int_equal(ring->reached[0].customers, row->accounts);
    assert_true(ring->reached[0].expected < all / 5.0);
    assert_true(ring->score > 5 && ring->q < 1e-4 && ring->score < ring->reached[0].score);
    assert_true(ring->first_ms < ring->last_ms);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_tickets tickets;
    struct sg_identity_rings rings;
    struct sg_arena arena = {0};
    sg_tickets_init(&tickets);
    add_accounts(&tickets, row);
    sg_tickets_finish(&tickets);
    assert_int_equal(sg_identity_rings_init(&rings, &tickets.deals, &tickets.visits,
                                            &tickets.routing, &tickets.customers, &arena),
                     SCRUBGATE_OK);
    assert_int_equal(rings.groups, row->groups);
    assert_int_equal(rings.n, row->found);
    if (rings.n > 0)
        check(&tickets, row, &rings.list[0]);
    sg_arena_fini(&arena);
    sg_tickets_fini(&tickets);
}

/* Two who share a phone, of whom one always comes back to the agent he knows. */
static void test_habit(void **state)
{
    struct sg_tickets tickets;
    struct sg_identity_rings rings;
    struct sg_arena arena = {0};
    const struct sg_shown shown = {0, 0, IDENTITY}, nothing = {0, 0, 0};
    (void)state;
    sg_tickets_init(&tickets);
    for (int i = 0; i < 20; i++)
        sg_tickets_add(&tickets, FIRST, 3, shown, nothing);
    for (uint64_t agent = 4; agent < 10; agent++)
        sg_tickets_add(&tickets, FIRST + 1, agent, shown, nothing);
    sg_tickets_finish(&tickets);
    assert_int_equal(sg_identity_rings_init(&rings, &tickets.deals, &tickets.visits,
                                            &tickets.routing, &tickets.customers, &arena),
                     SCRUBGATE_OK);
    assert_int_equal(rings.groups, 1);
    assert_int_equal(rings.n, 0);
    sg_arena_fini(&arena);
    sg_tickets_fini(&tickets);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("one who comes back to an agent makes no ring of his household", test_habit, NULL);
    return sg_suite_run("identity_rings");
}
