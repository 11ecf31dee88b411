/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statistics.c - the near-line statistics of some events as C has them, to hold others against.
 */
#include "statistics.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collusion/chance.h"
#include "collusion/coservice.h"
#include "collusion/deals.h"
#include "collusion/event_read.h"
#include "collusion/routing.h"
#include "collusion/suspicion.h"

enum { BANDS = 3, TICKETS_MOST = 10, WIDER = 6, TOLD_MOST = 20 };

void sg_statistics_add(struct sg_statistics *statistics, const char *kind, const char *key,
                       double value)
{
    if (statistics->n == statistics->cap) {
        statistics->cap = statistics->cap * 2 + 1024;
        statistics->list = realloc(statistics->list, statistics->cap * sizeof *statistics->list);
        assert_non_null(statistics->list);
    }
    struct sg_statistic *at = &statistics->list[statistics->n++];
    at->value = value;
    assert_true(snprintf(at->kind, sizeof at->kind, "%s", kind) < (int)sizeof at->kind);
    assert_true(snprintf(at->key, sizeof at->key, "%s", key) < (int)sizeof at->key);
}

void sg_statistics_fini(struct sg_statistics *statistics)
{
    free(statistics->list);
    *statistics = (struct sg_statistics){.list = NULL};
}

static void add_one(struct sg_statistics *statistics, const char *kind, uint64_t id, double value)
{
    char key[SG_STATISTIC_KEY];
    (void)snprintf(key, sizeof key, "%016" PRIx64, id);
    sg_statistics_add(statistics, kind, key, value);
}

static void add_two(struct sg_statistics *statistics, const char *kind, uint64_t a, uint64_t b,
                    double value)
{
    char key[SG_STATISTIC_KEY];
    (void)snprintf(key, sizeof key, "%016" PRIx64 " %016" PRIx64, a, b);
    sg_statistics_add(statistics, kind, key, value);
}

/* --- what C has --- */

/* A ticket without a name has one from the top (collusion/deals.c): who else computes has another.
 */
static void add_ticket(struct sg_statistics *statistics, const char *kind,
                       const struct sg_deals *deals, uint64_t ticket, uint64_t party, double value)
{
    char key[SG_STATISTIC_KEY];
    if (ticket <= UINT64_MAX - deals->events) {
        add_two(statistics, kind, ticket, party, value);
        return;
    }
    (void)snprintf(key, sizeof key, "alone %016" PRIx64, party);
    sg_statistics_add(statistics, kind, key, value);
}

static void read_deals(struct sg_deals *deals, struct sg_bytes text, uint64_t since_ms)
{
    assert_int_equal(sg_deals_init(deals), SCRUBGATE_OK);
    while (text.len > 0) {
        const size_t len = sg_bytes_find(text, '\n');
        struct sg_collusion_event event;
        struct sg_json *json;
        assert_int_equal(
            sg_collusion_event_read(&event, &json, (struct sg_bytes){text.data, len}, NULL),
            SCRUBGATE_OK);
        assert_int_equal(sg_deals_add(deals, &event), SCRUBGATE_OK);
        sg_json_free(json);
        const size_t used = len < text.len ? len + 1 : len;
        text = (struct sg_bytes){text.data + used, text.len - used};
    }
    sg_deals_finish(deals, since_ms);
}

/* The agent's share of what came when each ticket did, and how many shared it. */
static void tell_routing(struct sg_statistics *statistics, const struct sg_deals *deals,
                         const struct sg_routing *routing)
{
    double *crowds = calloc(2 * deals->agents.n + 1, sizeof *crowds);
    assert_non_null(crowds);
    for (size_t i = 0; i < deals->n; i++) {
        const struct sg_deal *deal = &deals->list[i];
        size_t n;
        const struct sg_share *shares = sg_routing_cell(routing, deal, &n);
        for (size_t k = 0; k < n; k++)
            add_ticket(statistics, "p", deals, deal->ticket, deals->agents.ids[shares[k].agent],
                       (double)shares[k].p);
        add_ticket(statistics, "assigned", deals, deal->ticket,
                   deals->customers.ids[deal->customer], (double)deal->assign_ms);
        crowds[2 * deal->agent] += (double)n;
        crowds[2 * deal->agent + 1]++;
    }
    for (size_t a = 0; a < deals->agents.n; a++) {
        add_one(statistics, "tickets", deals->agents.ids[a], crowds[2 * a + 1]);
        if (crowds[2 * a + 1] > 0)
            add_one(statistics, "colleagues", deals->agents.ids[a],
                    crowds[2 * a] / crowds[2 * a + 1]);
    }
    free(crowds);
}

/* Of one customer: each agent that it met twice or more, and more than routing explains. */
static void tell_pairs(struct sg_statistics *statistics, const struct sg_deals *deals,
                       const struct sg_routing *routing, const uint32_t *visits, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct sg_deal *deal = &deals->list[visits[i]];
        uint64_t met = 0;
        bool first = true;
        double expected = 0;
        for (size_t j = 0; j < n; j++) {
            const bool same = deals->list[visits[j]].agent == deal->agent;
            first = first && !(same && j < i);
            met += same;
            expected += sg_routing_p(routing, &deals->list[visits[j]], deal->agent);
        }
        if (!first || met < 2 || (double)met <= expected)
            continue;
        const uint64_t customer = deals->customers.ids[deal->customer],
                       agent = deals->agents.ids[deal->agent];
        add_two(statistics, "expected", customer, agent, expected);
        add_two(statistics, "surprise", customer, agent,
                -sg_chance_poisson_tail(met, expected) / log(10));
    }
}

/* The numbers of one band of customers. */
static void tell_band(struct sg_statistics *statistics, const struct sg_deals *deals,
                      const struct sg_coservice *co, unsigned band)
{
    char key[SG_STATISTIC_KEY];
    (void)snprintf(key, sizeof key, "%u", band);
    sg_statistics_add(statistics, "doubt", key, co->doubt);
    for (size_t a = 0; a < co->n; a++)
        for (size_t b = 0; b < co->n; b++) {
            const size_t at = a * co->n + b;
            assert_true(co->exp[at] > 0 || co->obs[at] == 0);
            if (co->exp[at] <= 0)
                continue;
            (void)snprintf(key, sizeof key, "%u %016" PRIx64 " %016" PRIx64, band,
                           deals->agents.ids[a], deals->agents.ids[b]);
            sg_statistics_add(statistics, "obs", key, co->obs[at]);
            sg_statistics_add(statistics, "exp", key, co->exp[at]);
            sg_statistics_add(statistics, "var", key, co->var[at]);
        }
}

static void tell_habits(struct sg_statistics *statistics, const struct sg_deals *deals,
                        const struct sg_coservice *co, unsigned band)
{
    bool *served = calloc(co->n + 1, sizeof *served);
    char key[SG_STATISTIC_KEY];
    assert_non_null(served);
    for (size_t i = 0; i < deals->n; i++)
        served[deals->list[i].agent] = true;
    for (size_t a = 0; a < co->n; a++) {
        (void)snprintf(key, sizeof key, "%u %016" PRIx64, band, deals->agents.ids[a]);
        if (served[a])
            sg_statistics_add(statistics, "habit", key, co->habit[a]);
    }
    free(served);
}

/* The largest of all bands. widest: knows all pairs. */
static void tell_edges(struct sg_statistics *statistics, const struct sg_deals *deals,
                       const struct sg_coservice *first, const struct sg_coservice *widest)
{
    const size_t n = first->n;
    double *z = malloc((n * n + 1) * sizeof *z);
    assert_non_null(z);
    sg_coservice_oddest(first, z);
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            if (widest->exp[a * n + b] > 0 || a == b)
                add_two(statistics, "z", deals->agents.ids[a], deals->agents.ids[b], z[a * n + b]);
    free(z);
}

static void tell_scores(struct sg_statistics *statistics, const struct sg_deals *deals,
                        const struct sg_coservice *co, const struct sg_routing *routing)
{
    const struct sg_suspicion_config config = {.rounds = 1, .seed = 1, .false_alarms = 0.001};
    struct sg_suspicion suspicion;
    assert_int_equal(sg_suspicion_init(&suspicion, co, deals, routing, &config, 1), SCRUBGATE_OK);
    for (size_t i = 0; i < suspicion.n; i++)
        add_one(statistics, "score", deals->agents.ids[suspicion.list[i].agent],
                suspicion.list[i].score);
    sg_suspicion_fini(&suspicion);
}

/* As collusion/analysis.c has them. */
static void tell_bands(struct sg_statistics *statistics, const struct sg_deals *deals,
                       const struct sg_routing *routing)
{
    struct sg_coservice co[BANDS];
    struct sg_coservice_config config = {.tickets_most = TICKETS_MOST};
    for (unsigned i = 0; i < BANDS; i++, config.tickets_most *= WIDER) {
        config.doubt = i == 0 ? -1 : -3;
        assert_int_equal(i == 0 ? sg_coservice_init(&co[i], deals, routing, &config)
                                : sg_coservice_widen(&co[i], &co[i - 1], deals, routing, &config),
                         SCRUBGATE_OK);
        tell_band(statistics, deals, &co[i], i + 1);
        tell_habits(statistics, deals, &co[i], i + 1);
    }
    tell_edges(statistics, deals, &co[0], &co[BANDS - 1]);
    tell_scores(statistics, deals, &co[0], routing);
    for (unsigned i = 0; i < BANDS; i++)
        sg_coservice_fini(&co[i]);
}

void sg_statistics_init(struct sg_statistics *statistics, struct sg_bytes events, uint64_t since_ms)
{
    struct sg_deals deals;
    struct sg_routing routing;
    struct sg_visits visits;
    *statistics = (struct sg_statistics){.list = NULL};
    read_deals(&deals, events, since_ms);
    assert_int_equal(sg_routing_init(&routing, &deals), SCRUBGATE_OK);
    assert_int_equal(sg_visits_init(&visits, &deals), SCRUBGATE_OK);
    tell_routing(statistics, &deals, &routing);
    for (size_t c = 0; c < deals.customers.n; c++)
        tell_pairs(statistics, &deals, &routing, visits.deal + visits.begin[c],
                   visits.begin[c + 1] - visits.begin[c]);
    tell_bands(statistics, &deals, &routing);
    sg_visits_fini(&visits);
    sg_routing_fini(&routing);
    sg_deals_fini(&deals);
}

/* --- the comparison --- */

size_t sg_statistics_count(const struct sg_statistics *statistics, const char *kind)
{
    size_t n = 0;
    for (size_t i = 0; i < statistics->n; i++)
        n += strcmp(statistics->list[i].kind, kind) == 0;
    return n;
}

static int by_name(const void *a, const void *b)
{
    const struct sg_statistic *x = a, *y = b;
    const int kinds = strcmp(x->kind, y->kind);
    return kinds != 0 ? kinds : strcmp(x->key, y->key);
}

static void sort(struct sg_statistics *statistics)
{
    if (statistics->n > 0)
        qsort(statistics->list, statistics->n, sizeof *statistics->list, by_name);
}

static bool is_same(const struct sg_statistic *want, const struct sg_statistic *have)
{
    static const char *const derived[] = {"z", "score", "surprise"};
    double scale = fabs(want->value);
    for (size_t i = 0; i < sizeof derived / sizeof derived[0]; i++)
        if (strcmp(want->kind, derived[i]) == 0)
            scale = fmax(scale, 1);
    return fabs(want->value - have->value) <= 1e-6 * scale;
}

size_t sg_statistics_differ(struct sg_statistics *want, struct sg_statistics *have, FILE *out)
{
    size_t differ = 0, i = 0, j = 0;
    sort(want);
    sort(have);
    while (i < want->n || j < have->n) {
        const struct sg_statistic *x = i < want->n ? &want->list[i] : NULL;
        const struct sg_statistic *y = j < have->n ? &have->list[j] : NULL;
        const int order = x == NULL ? 1 : y == NULL ? -1 : by_name(x, y);
        i += order <= 0;
        j += order >= 0;
        if (order == 0 && is_same(x, y))
            continue;
        if (differ++ >= TOLD_MOST)
            continue;
        const struct sg_statistic *any = order <= 0 ? x : y;
        (void)fprintf(out, "%s(%s): ", any->kind, any->key);
        if (order == 0)
            (void)fprintf(out, "C %.12g, SQL %.12g\n", x->value, y->value);
        else
            (void)fprintf(out, "%s has %.12g, %s none\n", order < 0 ? "C" : "SQL", any->value,
                          order < 0 ? "SQL" : "C");
    }
    return differ;
}
