/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_inquiry.c - the page on an analysis: whatever was found it stands by itself, accuses nobody,
 * keeps foreign text as text, and stays of a size that opens.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "report/inquiry.h"
#include "report/page.h"

#include "../lib/alloc_fail.h"
#include "../lib/dice.h"
#include "../lib/suite.h"
#include "../lib/well_formed.h"

#define MINUTE UINT64_C(60000)

/* A market, and what is said of it: groups of so many agents and customers each, who mostly meet
 * each other. */
struct market {
    const char *name;
    struct {
        size_t agents, tickets, rings, agents_each, customers_each;
    } of;
    bool thin;     /* nothing can be said of anybody */
    size_t linked; /* groups of accounts, and agents among customers */
    const char *holds[4];
};

static const struct market markets[] = {
    {"nobody wrote",
     {0, 0, 0, 0, 0},
     false,
     0,
     {"No evidence", "no tickets", "There is no ticket"}},
    {"one ticket",
     {1, 1, 0, 0, 0},
     true,
     0,
     {"No evidence", "Fewer than three agents are on duty"}},
    {"all is as routing has it",
     {12, 600, 0, 0, 0},
     false,
     0,
     {"<strong>Nothing</strong>", "Nothing that routing does not explain",
      "no group of agents shares more customers than chance gives"}},
    {"one agent and his customers",
     {12, 600, 1, 1, 8},
     false,
     0,
     {"<strong>1 ring</strong>", "1 agent and 8 customers meet", "This agent served ",
      "Routing alone would have sent this agent "}},
    {"a ring of agents of whom no customer stands out",
     {12, 600, 1, 3, 0},
     false,
     0,
     {"These 3 agents share customers more often", "no single customer stands out"}},
    {"accounts that belong together, and no ring",
     {12, 600, 0, 0, 0},
     false,
     1,
     {"<strong>No ring</strong>", "Some accounts that belong together",
      "1 group of accounts that share what few show", "1 time: an agent&#39;s own things"}},
    {"all kinds of accounts that belong together",
     {12, 600, 1, 3, 20},
     false,
     4,
     {"2 identities, 1 network", "network, device; around a circle, by a000000000000003",
      "and 8 more", "the same agent served them: network, device"}},
    {"more groups than can be listed",
     {12, 600, 1, 3, 20},
     false,
     90,
     {"The 40 oddest of 90", "The 40 strongest of 90"}},
    {"twenty rings",
     {120, 6000, 20, 5, 30},
     false,
     0,
     {"<strong>20 rings</strong>", "12 rings more", "id=\"on-ring-19\"", "These 5 agents served "}},
    {"more agents and customers than can be drawn",
     {60, 9000, 1, 40, 300},
     false,
     0,
     {"agents; 26 more", "customers; 240 more, not drawn", "and 28 more agents, not drawn",
      "The 60 likeliest of 300 customers"}},
    {"two hundred rings",
     {1000, 40000, 200, 5, 40},
     false,
     0,
     {"<strong>200 rings</strong>", "id=\"on-ring-31\"", "Ring 199",
      "The 32 densest have a card of their own"}},
};

enum { SIZE_MOST = 6000000 };

struct world {
    struct sg_deals deals;
    struct sg_analysis analysis;
    struct sg_all_meetings meetings;
    struct sg_sheet sheet;
    uint32_t *numbers; /* 0, 1, 2 … */
    double *ones, chance[11];
    struct sg_analysis_ticket *tickets;
    struct sg_identity_ring *groups;
    struct sg_role_swap *swaps;
};

/* --- a market --- */

static enum scrubgate_status add_ticket(struct sg_deals *deals, const struct market *market,
                                        struct sg_dice *dice, size_t i, const char *queue)
{
    const size_t ringed = market->of.rings * market->of.customers_each;
    const size_t customer = sg_dice_below(dice, ringed * 2 + 40);
    size_t agent = sg_dice_below(dice, market->of.agents);
    if (customer < ringed && !sg_dice_often(dice, 100))
        agent = customer / market->of.customers_each * market->of.agents_each +
                sg_dice_below(dice, market->of.agents_each);
    return sg_deals_add(
        deals, &(struct sg_collusion_event){.time_ms = UINT64_C(1767225600000) + i * MINUTE,
                                            .event = sg_bytes_of("assign"),
                                            .brand = sg_bytes_of("acme"),
                                            .queue = sg_bytes_of(queue),
                                            .ticket = 0x7000000000000000 + i,
                                            .customer = 0xc000000000000000 + customer,
                                            .agent = 0xa000000000000000 + agent,
                                            .handle_ms = 60000});
}

/* Everybody is there, in the order of the numbers that rings use. */
static enum scrubgate_status number_all(struct sg_deals *deals, const struct market *market)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    uint32_t number;
    for (size_t a = 0; rc >= 0 && a < market->of.agents; a++)
        rc = sg_numbering_add(&deals->agents, 0xa000000000000000 + a, &number);
    for (size_t c = 0; rc >= 0 && c < market->of.rings * market->of.customers_each; c++)
        rc = sg_numbering_add(&deals->customers, 0xc000000000000000 + c, &number);
    return rc;
}

static enum scrubgate_status make_deals(struct world *world, const struct market *market,
                                        const char *queue)
{
    struct sg_dice dice = {7};
    enum scrubgate_status rc = sg_deals_init(&world->deals);
    if (rc >= 0)
        rc = number_all(&world->deals, market);
    for (size_t i = 0; rc >= 0 && i < market->of.tickets; i++)
        rc = add_ticket(&world->deals, market, &dice, i, queue);
    if (rc >= 0)
        sg_deals_finish(&world->deals, 0);
    return rc;
}

/* --- what is said of it --- */

static void say_ring(struct world *world, const struct market *market, size_t r)
{
    world->analysis.rings[r] =
        (struct sg_analysis_ring){.agents = world->numbers + r * market->of.agents_each,
                                  .customers = world->numbers + r * market->of.customers_each,
                                  .likely = world->ones,
                                  .n_agents = market->of.agents_each,
                                  .n_customers = market->of.customers_each,
                                  .density = 20,
                                  .threshold = 5,
                                  .observed = market->of.customers_each > 0 ? 100 : 0,
                                  .expected = market->of.customers_each > 0 ? 9.5 : 0,
                                  .first_ms = world->analysis.begin_ms,
                                  .last_ms = world->analysis.end_ms,
                                  .tickets = world->tickets,
                                  .n_tickets = market->of.customers_each > 0 ? 30 : 0};
}

static void say_links(struct world *world, const struct market *market)
{
    static const uint32_t some[20] = {0};
    static const struct sg_identity_link links[] = {{SG_TRACE_IDENTITY, 1, some, 2},
                                                    {SG_TRACE_IDENTITY, 2, some, 2},
                                                    {SG_TRACE_NETWORK, 3, some, 2}};
    static const struct sg_identity_reach reach = {1, 30, 4, 2.5, 12};
    for (size_t i = 0; i < market->linked; i++) {
        world->groups[i] = (struct sg_identity_ring){.customers = some,
                                                     .n_customers = i % 2 == 0 ? 4 : 20,
                                                     .links = links,
                                                     .n_links = i == 2 ? 0 : 3,
                                                     .reached = &reach,
                                                     .n_reached = i == 3 ? 0 : 1,
                                                     .tickets = 40,
                                                     .q = i == 1 ? 0 : 0.01};
        world->swaps[i] =
            (struct sg_role_swap){.agent = 2,
                                  .other = i % 4 == 1 ? 2 : 4,
                                  .circle = (uint32_t)i % 4,
                                  .third = i % 4 == 3 ? 3 : SG_DEAL_NONE,
                                  .kinds = 1U << SG_TRACE_NETWORK | 1U << SG_TRACE_DEVICE,
                                  .customers = some,
                                  .n_customers = 20,
                                  .tickets = 7,
                                  .expected = 0.2,
                                  .bits = i == 2 ? 1000 : 20};
    }
    world->analysis.identities = (struct sg_identity_rings){world->groups, market->linked, 17};
    world->analysis.swaps = (struct sg_role_swaps){world->swaps, market->linked};
}

static void say_all(struct world *world, const struct market *market)
{
    struct sg_analysis *analysis = &world->analysis;
    analysis->config =
        (struct sg_analysis_config){.false_alarms = 0.001, .rounds = 200, .tickets_most = 10};
    analysis->tickets = world->deals.n;
    if (world->deals.n > 0) {
        analysis->begin_ms = world->deals.list[0].assign_ms;
        analysis->end_ms = world->deals.list[world->deals.n - 1].assign_ms;
    }
    analysis->months = 3;
    analysis->threshold = 11;
    analysis->inflation = 1;
    analysis->chance = world->chance;
    analysis->n_chance = sizeof world->chance / sizeof world->chance[0];
    analysis->n_agents = market->of.agents;
    for (size_t i = 0; i < sizeof world->chance / sizeof world->chance[0]; i++)
        world->chance[i] = (double)i;
    for (size_t a = 0; a < market->of.agents; a++) {
        const bool ringed = a < market->of.rings * market->of.agents_each;
        analysis->agents[a] = (struct sg_analysis_agent){
            .agent = (uint32_t)a,
            .ring = ringed ? (uint32_t)(a / market->of.agents_each) : SG_ANALYSIS_NONE,
            .score = ringed ? 40 : (double)(a % 10),
            .p = ringed ? 1e-7 : 0.5,
            .q = ringed ? 1e-4 : 1,
            .tickets = 10,
            .flagged = ringed,
            .thin = market->thin};
    }
    analysis->n_rings = market->of.rings;
    for (size_t r = 0; r < market->of.rings; r++)
        say_ring(world, market, r);
    say_links(world, market);
}

/* What a world holds, in memory of its own. */
static enum scrubgate_status make_room(struct world *world, const struct market *market)
{
    const size_t most = market->of.rings * (market->of.customers_each + market->of.agents_each) + 1;
    world->numbers = malloc(most * sizeof *world->numbers);
    world->ones = malloc(most * sizeof *world->ones);
    world->tickets = calloc(30, sizeof *world->tickets);
    world->analysis.agents = calloc(market->of.agents + 1, sizeof *world->analysis.agents);
    world->analysis.rings = calloc(market->of.rings + 1, sizeof *world->analysis.rings);
    world->groups = calloc(market->linked + 1, sizeof *world->groups);
    world->swaps = calloc(market->linked + 1, sizeof *world->swaps);
    if (world->numbers == NULL || world->ones == NULL || world->tickets == NULL ||
        world->groups == NULL || world->swaps == NULL || world->analysis.agents == NULL ||
        world->analysis.rings == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < most; i++) {
        world->numbers[i] = (uint32_t)i;
        world->ones[i] = 0.9;
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status make_world(struct world *world, const struct market *market,
                                        const char *queue)
{
    *world = (struct world){.ones = NULL};
    enum scrubgate_status rc = make_room(world, market);
    if (rc >= 0)
        rc = make_deals(world, market, queue);
    if (rc >= 0)
        say_all(world, market);
    return rc;
}

static enum scrubgate_status write_page(struct world *world, struct sg_buf *page)
{
    const enum scrubgate_status rc =
        sg_meetings_init(&world->meetings, &world->analysis, &world->deals);
    if (rc < 0)
        return rc;
    sg_sheet_init(&world->sheet);
    world->sheet.by = "scrubgate 1.2.3";
    sg_inquiry_write(&world->sheet,
                     &(struct sg_inquiry){&world->analysis, &world->deals, &world->meetings});
    return world->sheet.rc < 0 ? world->sheet.rc : sg_page_add(page, &world->sheet, "");
}

static enum scrubgate_status make_page(struct world *world, const struct market *market,
                                       const char *queue, struct sg_buf *page)
{
    const enum scrubgate_status rc = make_world(world, market, queue);
    return rc < 0 ? rc : write_page(world, page);
}

static void end_world(struct world *world)
{
    sg_sheet_fini(&world->sheet);
    sg_meetings_fini(&world->meetings);
    sg_deals_fini(&world->deals);
    free(world->numbers);
    free(world->ones);
    free(world->tickets);
    free(world->groups);
    free(world->swaps);
    free(world->analysis.agents);
    free(world->analysis.rings);
}

static const char *text_of(struct sg_buf *page)
{
    assert_int_equal(sg_buf_add_byte(page, 0), SCRUBGATE_OK);
    page->len--;
    return (const char *)page->data;
}

/* --- the tests --- */

static void assert_alone(const char *text)
{
    static const char *const never[] = {"<script", "javascript:", "http:", "https:", "url(",
                                        "@import", "style=\"",    "<img",  "<link",  "srcset"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (strstr(text, never[i]) != NULL)
            fail_msg("the page has %s", never[i]);
    for (const char *at = strstr(text, "href=\""); at != NULL; at = strstr(at + 1, "href=\""))
        assert_int_equal(at[6], '#');
}

/* Words that say of somebody what no number can. */
static void assert_accuses_nobody(const char *text)
{
    static const char *const never[] = {"guilt",    "fraudster", "cheat",     "criminal",
                                        "culprit",  "offender",  "convicted", "dishonest",
                                        "colluder", "nan",       ">inf"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (strstr(text, never[i]) != NULL)
            fail_msg("the page says %s", never[i]);
}

static void test_market(void **state)
{
    const struct market *market = *state;
    struct world world;
    struct sg_buf page = {0};
    assert_int_equal(make_page(&world, market, "chat", &page), SCRUBGATE_OK);
    assert_true(page.len < SIZE_MOST);
    sg_assert_well_formed(&page);
    const char *text = text_of(&page);
    for (size_t i = 0; i < 4 && market->holds[i] != NULL; i++)
        if (strstr(text, market->holds[i]) == NULL)
            fail_msg("the page does not say: %s", market->holds[i]);
    assert_alone(text);
    assert_accuses_nobody(text);
    sg_buf_fini(&page);
    end_world(&world);
}

static const struct hostile {
    const char *name, *queue, *html;
} hostiles[] = {
    {"a queue that is an element", "<script>alert(1)</script>",
     "acme / &lt;script&gt;alert(1)&lt;/script&gt;"},
    {"a queue that ends an attribute", "\" onload=\"x", "acme / &quot; onload=&quot;x"},
    {"a queue that turns round what follows",
     "pay\xe2\x80\xae"
     "fdp",
     "acme / pay\xef\xbf\xbd"
     "fdp"},
    {"a queue whose name has no end",
     "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq",
     "acme / qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq: "},
    {"a queue of letters that are cut between bytes",
     "q\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3"
     "\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
     "\xc3\xa4",
     "acme / q\xc3\xa4"},
};

static void test_hostile(void **state)
{
    static const struct market market = {"", {12, 600, 1, 3, 8}, false, 0, {NULL}};
    const struct hostile *hostile = *state;
    struct world world;
    struct sg_buf page = {0};
    assert_int_equal(make_page(&world, &market, hostile->queue, &page), SCRUBGATE_OK);
    sg_assert_well_formed(&page);
    const char *text = text_of(&page);
    assert_non_null(strstr(text, hostile->html));
    assert_alone(text);
    sg_buf_fini(&page);
    end_world(&world);
}

/* A flag without a ring says what it is made of. */
static void test_pairs(void **state)
{
    static const struct market market = {"", {12, 600, 1, 3, 8}, false, 0, {NULL}};
    static const struct sg_analysis_edge edge = {11, 10, 41.5, 3.25, 12.75};
    struct world world;
    struct sg_buf page = {0};
    (void)state;
    assert_int_equal(make_world(&world, &market, "chat"), SCRUBGATE_OK);
    struct sg_analysis_agent *agent = &world.analysis.agents[11];
    agent->flagged = true;
    agent->edges = &edge;
    agent->n_edges = 1;
    assert_int_equal(write_page(&world, &page), SCRUBGATE_OK);
    const char *text = text_of(&page);
    const char *table = strstr(text, "What flags outside of rings are made of");
    assert_non_null(table);
    assert_non_null(strstr(table, "41.5"));
    assert_non_null(strstr(table, "12.8"));
    assert_accuses_nobody(text);
    sg_buf_fini(&page);
    end_world(&world);
}

static void test_same(void **state)
{
    struct sg_buf page[2] = {{0}, {0}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct world world;
        assert_int_equal(make_page(&world, &markets[5], "chat", &page[i]), SCRUBGATE_OK);
        end_world(&world);
    }
    assert_true(sg_bytes_equal(sg_buf_bytes(&page[0]), sg_buf_bytes(&page[1])));
    sg_buf_fini(&page[0]);
    sg_buf_fini(&page[1]);
}

/* What is counted of a ring is what its tickets are. */
static void test_meetings(void **state)
{
    static const struct market market = {"", {12, 600, 2, 3, 8}, false, 0, {NULL}};
    struct world world;
    struct sg_buf page = {0};
    (void)state;
    assert_int_equal(make_page(&world, &market, "chat", &page), SCRUBGATE_OK);
    for (size_t r = 0; r < world.meetings.n; r++) {
        const struct sg_meetings *met = &world.meetings.list[r];
        uint64_t pairs = 0, bins = 0, strips = 0, opened = 0, want = 0, all = 0, met_once = 0;
        double expected = 0, by_day = 0;
        for (size_t i = 0; i < 8 * 3; i++) {
            pairs += met->pair[i].tickets;
            met_once += met->pair[i].tickets > 0;
            expected += met->pair[i].expected;
        }
        for (size_t i = 0; i < world.meetings.bins.n; i++) {
            bins += met->seen[i];
            by_day += met->expected[i];
        }
        for (size_t i = 0; i < world.meetings.bins.n * 3; i++)
            strips += met->strip[i];
        for (size_t i = 0; i < 8; i++)
            opened += met->opened[i];
        for (size_t i = 0; i < world.deals.n; i++)
            if (world.deals.list[i].customer / 8 == r && world.deals.list[i].customer < 16) {
                all++;
                want += world.deals.list[i].agent / 3 == r;
            }
        assert_true(want > 50 && met->tickets == want && pairs == want && bins == want);
        assert_true(strips == want && opened == all && met->all_tickets == all);
        assert_true(met->again == want - met_once && met->in_stratum == want);
        assert_true(expected > 0 && expected < (double)want / 2);
        assert_true(expected - by_day < 1e-6 && by_day - expected < 1e-6);
        assert_true(met->on_duty > 10 && met->on_duty <= 12 && met->members <= 3);
    }
    sg_buf_fini(&page);
    end_world(&world);
}

static enum scrubgate_status make_again(void *ctx)
{
    struct world *world = ctx;
    struct sg_buf page = {0};
    const enum scrubgate_status rc = write_page(world, &page);
    sg_buf_fini(&page);
    sg_sheet_fini(&world->sheet);
    sg_meetings_fini(&world->meetings);
    return rc;
}

/* So few tickets that the C library sorts them where they are. */
static void test_out_of_memory_is_an_answer(void **state)
{
    static const struct market market = {"", {6, 40, 1, 3, 4}, false, 0, {NULL}};
    struct world world;
    (void)state;
    assert_int_equal(make_world(&world, &market, "chat"), SCRUBGATE_OK);
    assert_true(sg_alloc_fail_each(make_again, &world) > 20);
    end_world(&world);
}

int main(void)
{
    SG_SUITE_ROWS(test_market, markets);
    SG_SUITE_ROWS(test_hostile, hostiles);
    sg_suite_add("a flag without a ring says what it is made of", test_pairs, NULL);
    sg_suite_add("the same events give the same page", test_same, NULL);
    sg_suite_add("tickets of a ring are counted once, wherever they are shown", test_meetings,
                 NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("report/test_inquiry");
}
