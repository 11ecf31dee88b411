/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_membership.c - which customers are a ring's, and which agents are who were left out of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "collusion/membership.h"
#include "collusion/recruit.h"

#include "../lib/suite.h"
#include "../lib/tickets.h"

enum { FIRST = 9000, ACCOUNTS = 12, DEVICE = 79 };

static const struct row {
    const char *name;
    int to_ring, elsewhere; /* tickets of each account */
    bool share;             /* a device */
    size_t least, most;     /* accounts that are named */
} rows[] = {
    {"accounts who mostly reach the ring's agents are its", 5, 2, false, 12, 12},
    {"accounts whom routing sends anywhere are nobody's", 0, 7, false, 0, 0},
    {"four of seven tickets are enough", 4, 3, false, 10, 12},
    {"one in three is not", 1, 2, false, 0, 6},
    {"but is, when they share a device", 2, 4, true, 11, 12},
};

static void add_accounts(struct sg_tickets *tickets, const struct row *row, int agents)
{
    const struct sg_shown nothing = {0, 0, 0};
    for (uint64_t account = 0; account < ACCOUNTS; account++) {
        const struct sg_shown shown = {30000 + account, row->share ? DEVICE : 0, 0};
        for (int i = 0; i < row->to_ring; i++)
            sg_tickets_add(tickets, FIRST + account, 3 + 2 * (uint64_t)(i % agents), shown,
                           nothing);
        for (int i = 0; i < row->elsewhere; i++)
            sg_tickets_add(tickets, FIRST + account, 0, shown, nothing);
    }
}

/* Agents 3 and 5. */
static void give_ring(const struct sg_tickets *tickets, uint32_t *ring)
{
    for (size_t i = 0; i <= SG_TICKETS_AGENTS; i++)
        ring[i] = SG_MEMBER_NONE;
    ring[sg_tickets_agent(tickets, 3)] = 0;
    ring[sg_tickets_agent(tickets, 5)] = 0;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_tickets tickets;
    struct sg_membership membership;
    uint32_t ring[SG_TICKETS_AGENTS + 1];
    size_t right = 0, wrong = 0;
    sg_tickets_init(&tickets);
    add_accounts(&tickets, row, 2);
    sg_tickets_finish(&tickets);
    give_ring(&tickets, ring);
    assert_int_equal(sg_membership_init(&membership, &tickets.deals, &tickets.visits,
                                        &tickets.routing, &tickets.customers, ring, 1),
                     SCRUBGATE_OK);
    for (size_t c = 0; c < tickets.deals.customers.n; c++) {
        const struct sg_member *member = &membership.list[c];
        assert_true(member->probability >= 0 && member->probability <= 1);
        if (tickets.deals.customers.ids[c] >= FIRST)
            right += member->probability > 0.5;
        else
            wrong += member->probability > 0.5;
    }
    assert_true(right >= row->least && right <= row->most);
    assert_true(wrong <= 2);
    sg_membership_fini(&membership);
    sg_tickets_fini(&tickets);
}

/* Agents who have nothing to do with each other, whichever: a mixture fits them, too, a little. */
static void test_no_ring(void **state)
{
    struct sg_tickets tickets;
    struct sg_membership membership;
    uint32_t ring[SG_TICKETS_AGENTS + 1];
    (void)state;
    sg_tickets_init(&tickets);
    sg_tickets_finish(&tickets);
    for (uint64_t first = 1; first + 2 <= SG_TICKETS_AGENTS; first++) {
        for (size_t i = 0; i <= SG_TICKETS_AGENTS; i++)
            ring[i] = SG_MEMBER_NONE;
        for (uint64_t agent = first; agent < first + 3; agent++)
            ring[sg_tickets_agent(&tickets, agent)] = 0;
        assert_int_equal(sg_membership_init(&membership, &tickets.deals, &tickets.visits,
                                            &tickets.routing, &tickets.customers, ring, 1),
                         SCRUBGATE_OK);
        for (size_t c = 0; c < tickets.deals.customers.n; c++)
            assert_true(membership.list[c].probability <= 0.5);
        sg_membership_fini(&membership);
    }
    sg_tickets_fini(&tickets);
}

/* Agent 7 was left out: the ring's customers bring him back, and nobody else. A thin one stays out.
 */
static void test_recruit(void **state)
{
    struct sg_tickets tickets;
    struct sg_membership membership;
    uint32_t ring[SG_TICKETS_AGENTS + 1];
    bool thin[SG_TICKETS_AGENTS + 1] = {false};
    const struct row three = {.to_ring = 9, .elsewhere = 2};
    size_t joined;
    (void)state;
    sg_tickets_init(&tickets);
    add_accounts(&tickets, &three, 3);
    sg_tickets_finish(&tickets);
    give_ring(&tickets, ring);
    const uint32_t left_out = sg_tickets_agent(&tickets, 7);
    assert_int_equal(sg_membership_init(&membership, &tickets.deals, &tickets.visits,
                                        &tickets.routing, &tickets.customers, ring, 1),
                     SCRUBGATE_OK);
    thin[left_out] = true;
    assert_int_equal(
        sg_recruit(&tickets.deals, &tickets.routing, &membership, thin, ring, 1, &joined),
        SCRUBGATE_OK);
    assert_int_equal(joined, 0);
    thin[left_out] = false;
    assert_int_equal(
        sg_recruit(&tickets.deals, &tickets.routing, &membership, thin, ring, 1, &joined),
        SCRUBGATE_OK);
    assert_int_equal(joined, 1);
    assert_int_equal(ring[left_out], 0);
    sg_membership_fini(&membership);
    sg_tickets_fini(&tickets);
}

/* What was found as two rings is one when each other's customers come to both. Two that have
 * nothing to do with each other stay two. */
static void test_parts(void **state)
{
    static const struct row two = {.to_ring = 14, .elsewhere = 1};
    struct sg_tickets tickets;
    struct sg_membership membership;
    uint32_t ring[SG_TICKETS_AGENTS + 1];
    bool thin[SG_TICKETS_AGENTS + 1] = {false};
    size_t joined;
    (void)state;
    sg_tickets_init(&tickets);
    add_accounts(&tickets, &two, 2);
    for (uint64_t account = 100; account < 112; account++)
        for (int i = 0; i < 8; i++)
            sg_tickets_add(&tickets, FIRST + account, 9, (struct sg_shown){0, 0, 0},
                           (struct sg_shown){0, 0, 0});
    sg_tickets_finish(&tickets);
    give_ring(&tickets, ring);
    ring[sg_tickets_agent(&tickets, 9)] = 1;
    ring[sg_tickets_agent(&tickets, 5)] = 2;
    assert_int_equal(sg_membership_init(&membership, &tickets.deals, &tickets.visits,
                                        &tickets.routing, &tickets.customers, ring, 3),
                     SCRUBGATE_OK);
    assert_int_equal(
        sg_recruit(&tickets.deals, &tickets.routing, &membership, thin, ring, 3, &joined),
        SCRUBGATE_OK);
    assert_int_equal(joined, 1);
    assert_int_equal(ring[sg_tickets_agent(&tickets, 3)], 0);
    assert_int_equal(ring[sg_tickets_agent(&tickets, 5)], 0);
    assert_int_equal(ring[sg_tickets_agent(&tickets, 9)], 1);
    sg_membership_fini(&membership);
    sg_tickets_fini(&tickets);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("agents without a ring have no customers named", test_no_ring, NULL);
    sg_suite_add("an agent left out joins the ring whose customers he serves", test_recruit, NULL);
    sg_suite_add("two parts of a ring become one, two rings do not", test_parts, NULL);
    return sg_suite_run("membership");
}
