/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_shards.c - two gateways that each saw a part of a market, merged, judge what comes next as
 * one does that has seen it all.
 *
 *     events ─┬─> one ────────────────────────────────────┬─> each later ticket: two risks
 *             ├─> left, of some ──┐                       │
 *             └─> right, of others ┴─> merged ─> the rest ┘
 *
 * The score error is the mean difference of risks. That a weight differs at all is no fault: until
 * they are merged each shard learns from half of the tickets how quick agents are.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collusion/event_read.h"
#include "collusion/scorer.h"
#include "collusion/sim.h"

#include "../lib/suite.h"

#define WORLD                                                                                      \
    "days: 16\ntickets_a_day: 500\ncustomers: 3500\nagents: 110\nsmall_customers: 60\nsurges: 2\n" \
    "ring: {days: 16}\n"

static const uint64_t apart_days = 10;
static const struct sg_scorer_config config = {.key = {7, 8, 9}};

enum split { BY_CUSTOMER, BY_TICKET, NOT_AT_ALL };

struct row {
    const char *name;
    unsigned level;
    enum split split;
};
static const struct row rows[] = {
    {"shards by customer, rings of L0", 0, BY_CUSTOMER},
    {"shards by customer, rings of L1", 1, BY_CUSTOMER},
    {"shards by customer, rings of L2", 2, BY_CUSTOMER},
    {"shards by ticket, rings of L0", 0, BY_TICKET},
    {"shards by ticket, rings of L1", 1, BY_TICKET},
    {"shards by ticket, rings of L2", 2, BY_TICKET},
    {"a shard that has seen nothing adds nothing", 1, NOT_AT_ALL},
};

struct judged {
    double risk[2], total[2]; /* of one, of the merged */
    bool ring;
};

struct market {
    struct sg_sim *sim;
    struct sg_scorer *one, *left, *right;
    bool merged;
    struct judged *judged;
    size_t n;
};

/* --- the two ways --- */

static bool is_right(const struct row *row, const struct sg_collusion_event *event)
{
    return (row->split == BY_CUSTOMER && event->customer % 2 == 1) ||
           (row->split == BY_TICKET && event->ticket % 2 == 1);
}

static bool is_ring(const struct sg_sim *sim, uint64_t ticket)
{
    for (size_t i = 0; i < sim->n_tickets; i++)
        if (sim->tickets[i].id == ticket)
            return sim->tickets[i].ring != SG_SIM_NONE;
    return false;
}

static void take(struct market *market, const struct row *row,
                 const struct sg_collusion_event *event)
{
    struct sg_risk one, other;
    if (!market->merged && event->time_ms >= market->sim->params.begin_ms + apart_days * 86400000) {
        assert_int_equal(sg_scorer_merge(market->left, market->right), SCRUBGATE_OK);
        market->merged = true;
    }
    sg_scorer_feed(market->one, event, &one);
    sg_scorer_feed(!market->merged && is_right(row, event) ? market->right : market->left, event,
                   &other);
    if (!market->merged || !one.fresh || !other.fresh)
        return;
    market->judged[market->n++] = (struct judged){
        {one.risk, other.risk}, {one.total, other.total}, is_ring(market->sim, event->ticket)};
}

static enum scrubgate_status gather(void *ctx, const struct sg_buf *text)
{
    return sg_buf_add(ctx, text->data, text->len);
}

static void run(struct market *market, const struct row *row)
{
    struct sg_sim_params params;
    struct sg_buf text = {0};
    sg_sim_params_init(&params, row->level);
    assert_int_equal(sg_sim_params_read(&params, "world", SG_BYTES(WORLD), NULL), SCRUBGATE_OK);
    assert_int_equal(sg_sim_new(&market->sim, &params, 31), SCRUBGATE_OK);
    assert_int_equal(sg_sim_events(market->sim, gather, &text), SCRUBGATE_OK);
    market->judged = calloc(market->sim->n_tickets, sizeof *market->judged);
    assert_non_null(market->judged);
    struct sg_scorer **const all[] = {&market->one, &market->left, &market->right};
    for (int i = 0; i < 3; i++)
        assert_int_equal(sg_scorer_new(all[i], &config), SCRUBGATE_OK);
    for (struct sg_bytes rest = sg_buf_bytes(&text); rest.len > 0;) {
        const size_t len = sg_bytes_find(rest, '\n');
        struct sg_collusion_event event;
        struct sg_json *json;
        assert_int_equal(
            sg_collusion_event_read(&event, &json, (struct sg_bytes){rest.data, len}, NULL),
            SCRUBGATE_OK);
        take(market, row, &event);
        sg_json_free(json);
        rest = (struct sg_bytes){rest.data + len + 1, rest.len - len - 1};
    }
    sg_buf_fini(&text);
}

static void end(struct market *market)
{
    sg_scorer_free(market->one);
    sg_scorer_free(market->left);
    sg_scorer_free(market->right);
    sg_sim_free(market->sim);
    free(market->judged);
}

/* --- how far apart --- */

/* How often a ring's ticket has more than an honest one. */
static double area(const struct market *market, int which)
{
    double over = 0, pairs = 0;
    for (size_t i = 0; i < market->n; i++)
        for (size_t j = 0; j < market->n && market->judged[i].ring; j++) {
            if (market->judged[j].ring)
                continue;
            const double a = market->judged[i].total[which], b = market->judged[j].total[which];
            over += a > b ? 1 : a == b ? 0.5 : 0;
            pairs++;
        }
    return over / pairs;
}

/* Of all tickets, or of those of rings. */
static double mean_error(const struct market *market, bool rings)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < market->n; i++) {
        const struct judged *judged = &market->judged[i];
        if (rings && !judged->ring)
            continue;
        sum += fabs(judged->risk[0] - judged->risk[1]);
        n++;
    }
    assert_true(n >= 30);
    return sum / n;
}

static void test_merged(void **state)
{
    const struct row *row = *state;
    /* Of all; of rings, whose tickets are a few in a thousand and often between yes and no. */
    const double most = row->split == NOT_AT_ALL ? 0 : 0.01;
    struct market market = {.n = 0};
    run(&market, row);
    const double all = mean_error(&market, false), rings = mean_error(&market, true);
    const double areas = fabs(area(&market, 0) - area(&market, 1));
    if (all > most || rings > 3 * most || areas > most)
        fail_msg("%zu tickets: risk off by %.4f, of rings by %.4f, AUC by %.4f", market.n, all,
                 rings, areas);
    print_message("%zu tickets: risk off by %.4f, of rings by %.4f, AUC by %.5f\n", market.n, all,
                  rings, areas);
    end(&market);
}

int main(void)
{
    SG_SUITE_ROWS(test_merged, rows);
    return sg_suite_run("shards");
}
