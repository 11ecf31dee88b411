/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_blocks.c - dense groups are found, parted and told from noise; and odd company is scored.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collusion/blocks.h"
#include "collusion/coservice.h"
#include "collusion/philox.h"
#include "collusion/suspicion.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

enum { N = 30 };

/* Groups planted in weak noise: letters say to which one somebody belongs, '.' to none. */
static const struct row {
    const char *name, *groups;
    double weight, floor;
    const char *want; /* of each block: its members' letters */
} rows[] = {
    {"nothing but noise is below the floor", "..............................", 0, 2, ""},
    {"one group", "...aaaa.......................", 5, 2, "aaaa "},
    {"two groups as dense as each other are parted", "..aaaa....bbbb................", 5, 2,
     "aaaa bbbb "},
    {"of three sizes the largest is the densest", "..aa...bbb.....ccccc..........", 5, 2,
     "ccccc bbb aa "},
};

static void fill(double *weights, const char *groups, double weight)
{
    struct sg_philox random;
    sg_philox_init(&random, 1, 1, 1);
    for (size_t a = 0; a < N; a++)
        for (size_t b = 0; b <= a; b++) {
            const bool same = groups[a] != '.' && groups[a] == groups[b] && a != b;
            weights[a * N + b] = weights[b * N + a] = same ? weight
                                                      : sg_philox_chance(&random, 0.1)
                                                          ? sg_philox_unit(&random) / 4
                                                          : 0;
        }
}

static int by_letter(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    double weights[N * N];
    struct sg_blocks blocks;
    char found[N][N + 2], text[4 * N] = "";
    fill(weights, row->groups, row->weight);
    assert_int_equal(sg_blocks_init(&blocks, weights, N, row->floor, 8), SCRUBGATE_OK);
    for (size_t i = 0; i < blocks.n; i++) {
        size_t n = 0;
        for (size_t m = blocks.begin[i]; m < blocks.begin[i + 1]; m++)
            found[i][n++] = row->groups[blocks.member[m]];
        qsort(found[i], n, 1, by_letter);
        found[i][n] = ' ';
        found[i][n + 1] = '\0';
        strcat(text, found[i]);
        assert_true(i == 0 || blocks.density[i] <= blocks.density[i - 1] + 1e-9);
    }
    if (strcmp(text, "bbbb aaaa ") == 0) /* as dense: either may come first */
        assert_string_equal(row->want, "aaaa bbbb ");
    else
        assert_string_equal(text, row->want);
    sg_blocks_fini(&blocks);
}

/* Chance makes strong links too: one of them does not make two groups one. */
static void test_bridge(void **state)
{
    double weights[N * N];
    struct sg_blocks blocks;
    (void)state;
    fill(weights, "aaaaa.bbbbb...................", 5);
    weights[0 * N + 6] = weights[6 * N + 0] = 4;
    assert_int_equal(sg_blocks_init(&blocks, weights, N, 2, 8), SCRUBGATE_OK);
    assert_int_equal(blocks.n, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(blocks.begin[i + 1] - blocks.begin[i], 5);
        for (size_t m = blocks.begin[i]; m < blocks.begin[i + 1]; m++)
            assert_true((blocks.member[m] < 5) == (blocks.member[blocks.begin[i]] < 5));
    }
    sg_blocks_fini(&blocks);
}

static void test_most(void **state)
{
    double weights[N * N];
    struct sg_blocks blocks;
    (void)state;
    fill(weights, "aaaa.bbbb.cccc................", 5);
    assert_int_equal(sg_blocks_init(&blocks, weights, N, 2, 2), SCRUBGATE_OK);
    assert_int_equal(blocks.n, 2);
    assert_int_equal(blocks.begin[2], 8);
    sg_blocks_fini(&blocks);
    assert_int_equal(sg_blocks_init(&blocks, weights, 0, 2, 2), SCRUBGATE_OK);
    assert_int_equal(blocks.n, 0);
    sg_blocks_fini(&blocks);
}

/* --- suspicion: a queue of ten, of whom two share customers --- */

static enum scrubgate_status make_deals(struct sg_deals *deals, uint64_t n, bool colluding)
{
    struct sg_philox random;
    uint64_t ticket = 0;
    enum scrubgate_status rc = sg_deals_init(deals);
    sg_philox_init(&random, 3, 3, 3);
    for (uint64_t i = 0; i < n && rc >= 0; i++) {
        const struct sg_collusion_event event = {.time_ms = 1767225600000 + i * 60000,
                                                 .event = sg_bytes_of("message"),
                                                 .queue = sg_bytes_of("q"),
                                                 .ticket = ++ticket,
                                                 .customer = 1 + sg_philox_below(&random, 400),
                                                 .agent = 1 + sg_philox_below(&random, 10)};
        rc = sg_deals_add(deals, &event);
    }
    for (uint64_t i = 0; i < 100 && colluding && rc >= 0; i++) {
        const struct sg_collusion_event event = {.time_ms = 1767225600000 + i * 900000,
                                                 .event = sg_bytes_of("message"),
                                                 .queue = sg_bytes_of("q"),
                                                 .ticket = ++ticket,
                                                 .customer = 9000 + i % 10,
                                                 .agent = 3 + 4 * sg_philox_below(&random, 2)};
        rc = sg_deals_add(deals, &event);
    }
    sg_deals_finish(deals, 0);
    return rc;
}

struct judged {
    size_t flagged, right;
    double p[16], q[16];
};

static enum scrubgate_status judge(uint64_t n, bool colluding, unsigned rounds,
                                   struct judged *judged)
{
    struct sg_deals deals;
    struct sg_routing routing = {.shares = NULL};
    struct sg_coservice co = {.n = 0};
    struct sg_suspicion suspicion = {.n = 0};
    const struct sg_coservice_config few = {.tickets_most = 10};
    const struct sg_suspicion_config config = {.rounds = rounds, .seed = 1, .false_alarms = 0.001};
    *judged = (struct judged){0};
    enum scrubgate_status rc = make_deals(&deals, n, colluding);
    if (rc >= 0)
        rc = sg_routing_init(&routing, &deals);
    if (rc >= 0)
        rc = sg_coservice_init(&co, &deals, &routing, &few);
    if (rc >= 0)
        rc = sg_suspicion_init(&suspicion, &co, &deals, &routing, &config, 1);
    for (size_t i = 0; i < suspicion.n && rc >= 0; i++) {
        const uint64_t id = deals.agents.ids[i];
        judged->flagged += suspicion.list[i].flagged;
        judged->right += suspicion.list[i].flagged && (id == 3 || id == 7);
        judged->p[id] = suspicion.list[i].p;
        judged->q[id] = suspicion.list[i].q;
    }
    sg_suspicion_fini(&suspicion);
    sg_coservice_fini(&co);
    sg_routing_fini(&routing);
    sg_deals_fini(&deals);
    return rc;
}

static void test_colluding(void **state)
{
    struct judged judged;
    (void)state;
    assert_int_equal(judge(1500, true, 200, &judged), SCRUBGATE_OK);
    assert_int_equal(judged.right, 2);
    assert_int_equal(judged.flagged, 2);
    assert_true(judged.p[3] < 0.001 && judged.q[3] < 0.01);
    assert_true(judged.p[1] > 0.001);
    for (int i = 1; i <= 10; i++)
        assert_true(judged.q[i] >= judged.p[i] - 1e-9 && judged.q[i] <= 1 + 1e-9);
}

static void test_honest(void **state)
{
    struct judged judged;
    (void)state;
    assert_int_equal(judge(1500, false, 200, &judged), SCRUBGATE_OK);
    assert_int_equal(judged.flagged, 0);
}

static enum scrubgate_status judge_briefly(void *ctx)
{
    return judge(4, false, 10,
                 ctx); /* few enough for qsort to want no memory that it can do without */
}

static void test_out_of_memory(void **state)
{
    struct judged judged;
    (void)state;
    assert_true(sg_alloc_fail_each(judge_briefly, &judged) > 0);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("one strong link ties no two groups", test_bridge, NULL);
    sg_suite_add("at most so many, and of nobody none", test_most, NULL);
    sg_suite_add("two who share customers are flagged, nobody else", test_colluding, NULL);
    sg_suite_add("in an honest queue nobody is", test_honest, NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory, NULL);
    return sg_suite_run("blocks");
}
