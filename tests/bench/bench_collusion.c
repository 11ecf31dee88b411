/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_collusion.c - how well collusion is found, at once and with hindsight, and what it costs.
 *
 * usage: bench_collusion SCRUBGATE FOLDER FIRST-SEED SEEDS [FLOWS.csv|-]
 *
 * Markets of the developer's world, a ring's level after the other, the seeds given; each figure is
 * the mean over seeds, or the median over all their rings, with the 95 % interval that drawing
 * seeds again gives. Reports every ten days are made where tickets alone do not tell soon, of
 * every third seed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "collusion_bench.h"
#include "table.h"

enum { FREE = SG_SIM_LEVELS, KINDS, WATCH_DAYS = 10 };

enum measure {
    TICKET_AUC,
    TICKET_AP,
    TICKET_RECALL,
    AGENT_AUC,
    AGENT_AP,
    PAIR_F1,
    RING_RECALL,
    REPORT_FALSE,
    EVENT_NS,
    MEASURES
};
/* Who looks: the scorer at each ticket, a report every ten days, both. */
enum watch { AT_ONCE, REPORTS, BOTH, WATCHES };
static const char *const watch_names[WATCHES] = {"at once", "a report every 10 days", "either"};

/* Of one kind of market, a number for each seed. */
struct results {
    double value[MEASURES][WORLDS_MOST];
    struct watched {
        double first[WORLDS_MOST][RINGS_MOST], half[WORLDS_MOST][RINGS_MOST];
        double caught[WORLDS_MOST], prevented[WORLDS_MOST], false_per[WORLDS_MOST];
        size_t rings[WORLDS_MOST], n;
    } watched[WATCHES];
};

/* --- measuring --- */

static bool is_watched(unsigned kind, size_t world)
{
    return (kind == 3 || kind == FREE) && world % 3 == 0;
}

static void note(struct watched *watched, const struct sg_sim *sim, const uint64_t *since)
{
    struct detection found;
    const size_t n = watched->n++;
    detect(sim, since, &found);
    watched->rings[n] = found.rings;
    watched->caught[n] = found.caught;
    watched->prevented[n] = found.prevented;
    watched->false_per[n] = found.false_per;
    for (size_t i = 0; i < found.rings; i++) {
        watched->first[n][i] = found.first[i];
        watched->half[n][i] = found.half[i];
    }
}

static bool measure_world(const struct sg_sim *sim, unsigned kind, size_t world,
                          struct results *results)
{
    struct inline_result now = {0};
    struct report_result later = {0};
    uint64_t *since = calloc(2 * sim->n_agents + 1, sizeof *since), *reports = since;
    bool fine = since != NULL && score_market(sim, &now, since) && report_market(sim, &later);
    if (fine) {
        const double values[MEASURES] = {now.auc,      now.ap,          now.recall,
                                         later.auc,    later.ap,        later.pair_f1,
                                         later.recall, later.false_per, now.ns};
        for (unsigned i = 0; i < MEASURES; i++)
            results->value[i][world] = values[i];
        note(&results->watched[AT_ONCE], sim, since);
    }
    if (fine && is_watched(kind, world)) {
        reports += sim->n_agents;
        fine = watch_market(sim, WATCH_DAYS, reports);
        note(&results->watched[REPORTS], sim, reports);
        earlier(since, reports, sim->n_agents);
        note(&results->watched[BOTH], sim, since);
    }
    free(since);
    return fine;
}

static bool measure(unsigned kind, uint64_t first, size_t n, struct results *results)
{
    bool fine = true;
    for (size_t i = 0; i < n && fine; i++) {
        struct sg_sim_params params;
        struct sg_sim *sim;
        sg_sim_params_init(&params, kind == FREE ? 0 : kind);
        if (kind == FREE)
            params.rings = 0;
        if (sg_sim_new(&sim, &params, first + i) < 0)
            return false;
        fine = measure_world(sim, kind, i, results);
        sg_sim_free(sim);
        (void)fprintf(stderr, "%s %u, seed %u\n", kind == FREE ? "without rings" : "level",
                      kind == FREE ? 0 : kind, (unsigned)(first + i));
    }
    return fine;
}

/* --- telling --- */

static const struct shown {
    enum measure measure;
    const char *what;
    int decimals;
    struct goal goal[SG_SIM_LEVELS];
} shown[] = {
    {TICKET_AUC,
     "tickets at once: AUC",
     4,
     {{.99, .995, false}, {.96, .98, false}, {.85, .92, false}}},
    {TICKET_AP, "tickets at once: average precision", 3, {{0, 0, false}}},
    {TICKET_RECALL, "tickets at once: recall where 0.5 % of honest ones pass", 3, {{0, 0, false}}},
    {AGENT_AUC,
     "agents with hindsight: AUC",
     3,
     {{1, 1, false}, {1, 1, false}, {1, 1, false}, {.98, .99, false}, {.80, .85, false}}},
    {AGENT_AP,
     "agents with hindsight: average precision",
     3,
     {{.98, 1, false}, {.98, 1, false}, {.98, 1, false}, {.93, .98, false}, {.40, .55, false}}},
    {PAIR_F1,
     "members of rings: pair-F1",
     3,
     {{.85, .9, false}, {.85, .9, false}, {.85, .9, false}, {.6, .7, false}, {0, 0, false}}},
    {RING_RECALL, "rings with half of their agents in one of the report", 3, {{0, 0, false}}},
    {REPORT_FALSE, "honest agents flagged by a report, for 1,000 agent-months", 2, {{0, 0, false}}},
};

/* Days until a ring is seen, by level. */
static const struct goal days_goal[SG_SIM_LEVELS] = {
    {1.5, 1, true}, {3, 2, true}, {19, 8, true}, {45, 25, true}, {0, 0, true}};

static void tell(const char *what, unsigned level, struct interval interval, int decimals,
                 const char *unit, struct goal goal)
{
    char measure[120], why[64];
    (void)snprintf(measure, sizeof measure, "L%u, %s", level, what);
    (void)snprintf(why, sizeof why, "%.*f–%.*f", decimals, interval.low, decimals, interval.high);
    if (isfinite(interval.mean))
        table_row(measure, interval.mean, decimals, unit, goal, why);
    else
        table_missing(measure, goal, "fewer than half of the rings are seen");
}

static void tell_measures(unsigned level, const struct results *results, size_t n)
{
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        tell(shown[i].what, level, interval_of(results->value[shown[i].measure], n),
             shown[i].decimals, "", shown[i].goal[level]);
}

static void tell_watched(unsigned level, enum watch watch, struct watched *watched)
{
    char what[100];
    const struct goal none = {0, 0, false};
    if (watched->n == 0)
        return;
    (void)snprintf(what, sizeof what, "%s: days to a ring's first agent, median",
                   watch_names[watch]);
    tell(what, level, interval_of_median(watched->first, watched->rings, watched->n), 1, " d",
         watch == REPORTS ? none : days_goal[level]);
    (void)snprintf(what, sizeof what, "%s: days to half of its agents, median", watch_names[watch]);
    tell(what, level, interval_of_median(watched->half, watched->rings, watched->n), 1, " d", none);
    (void)snprintf(what, sizeof what, "%s: rings seen", watch_names[watch]);
    tell(what, level, interval_of(watched->caught, watched->n), 2, "", none);
    (void)snprintf(what, sizeof what, "%s: their tickets after their agent was flagged",
                   watch_names[watch]);
    tell(what, level, interval_of(watched->prevented, watched->n), 2, "", none);
}

static void tell_free(const struct results *results, size_t n)
{
    for (unsigned watch = 0; watch <= WATCHES; watch++) {
        char what[120], why[64];
        const bool last = watch == WATCHES;
        const struct interval interval =
            last ? interval_of(results->value[REPORT_FALSE], n)
                 : interval_of(results->watched[watch].false_per, results->watched[watch].n);
        (void)snprintf(what, sizeof what, "no rings, %s: agents flagged for 1,000 agent-months",
                       last ? "one report in the end" : watch_names[watch]);
        (void)snprintf(why, sizeof why, "%.2f–%.2f", interval.low, interval.high);
        table_row(what, interval.mean, 2, "", (struct goal){1, 1, true}, why);
    }
}

static void tell_event(const struct results *results, size_t n)
{
    char why[64];
    const struct interval ns = interval_of(results->value[EVENT_NS], n);
    (void)snprintf(why, sizeof why, "%.2f–%.2f; CPU time, three events a ticket", 1e-3 * ns.low,
                   1e-3 * ns.high);
    table_row("scoring an event", 1e-3 * ns.mean, 2, " µs", (struct goal){0, 0, true}, why);
}

static void tell_kind(unsigned kind, struct results *results, size_t n)
{
    if (kind == FREE) {
        tell_free(results, n);
        tell_event(results, n);
        return;
    }
    tell_measures(kind, results, n);
    for (unsigned watch = 0; watch < WATCHES; watch++)
        tell_watched(kind, watch, &results->watched[watch]);
}

/* Each kind of market as soon as it is measured: it takes an hour. */
static bool tell_all(const char *program, const char *folder, const char *flows, uint64_t first,
                     size_t n)
{
    static struct results results[KINDS];
    table_head();
    bool fine = bench_large(program, folder) && bench_messages() && bench_flows(flows);
    for (unsigned kind = 0; kind < KINDS && fine; kind++) {
        fine = measure(kind, first, n, &results[kind]);
        if (fine)
            tell_kind(kind, &results[kind], n);
    }
    return fine;
}

int main(int argc, char **argv)
{
    const uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    const size_t n = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
    if (n == 0 || n > WORLDS_MOST) {
        (void)fprintf(stderr,
                      "usage: bench_collusion SCRUBGATE FOLDER FIRST-SEED SEEDS [FLOWS.csv|-]\n");
        return 2;
    }
    if (!tell_all(argv[1], argv[2], argc > 5 ? argv[5] : NULL, first, n)) {
        (void)fprintf(stderr, "bench_collusion: out of memory, or of room for files\n");
        return 1;
    }
    return 0;
}
