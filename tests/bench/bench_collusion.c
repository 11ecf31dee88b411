/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_collusion.c - how well collusion is found, at once and with hindsight, and what it costs.
 *
 * usage: bench_collusion FIRST-SEED SEEDS [FLOWS.csv|-]
 *
 * Markets of the developer's world, a ring's level after the other, the seeds given; each figure is
 * the mean over seeds with the 95 % interval that drawing seeds again gives.
 */
#include <stdio.h>
#include <stdlib.h>

#include "collusion_bench.h"
#include "table.h"

enum { SEEDS_MOST = 100 };

static const struct goal ticket_auc[SG_SIM_LEVELS] = {
    {.99, .995, false}, {.96, .98, false}, {.85, .92, false}, {0, 0, false}, {0, 0, false}};
static const struct goal agent_auc[SG_SIM_LEVELS] = {
    {1, 1, false}, {1, 1, false}, {1, 1, false}, {.98, .99, false}, {.80, .85, false}};
static const struct goal agent_ap[SG_SIM_LEVELS] = {
    {.98, 1, false}, {.98, 1, false}, {.98, 1, false}, {.93, .98, false}, {.40, .55, false}};
static const struct goal pair_f1[SG_SIM_LEVELS] = {
    {.85, .9, false}, {.85, .9, false}, {.85, .9, false}, {.6, .7, false}, {0, 0, false}};

/* Of one level, a number for each seed. */
struct results {
    double ticket_auc[SEEDS_MOST], ticket_ap[SEEDS_MOST], ns[SEEDS_MOST];
    double agent_auc[SEEDS_MOST], agent_ap[SEEDS_MOST], f1[SEEDS_MOST], wrong[SEEDS_MOST];
    double seconds[SEEDS_MOST];
    size_t events;
};

static bool measure(unsigned level, uint64_t first, size_t n, struct results *results)
{
    bool fine = true;
    for (size_t i = 0; i < n && fine; i++) {
        struct sg_sim_params params;
        struct sg_sim *sim;
        struct inline_result now = {0};
        struct report_result later = {0};
        sg_sim_params_init(&params, level);
        if (sg_sim_new(&sim, &params, first + i) < 0)
            return false;
        fine = score_market(sim, &now) && report_market(sim, &later);
        results->ticket_auc[i] = now.auc;
        results->ticket_ap[i] = now.ap;
        results->ns[i] = now.ns;
        results->agent_auc[i] = later.auc;
        results->agent_ap[i] = later.ap;
        results->f1[i] = later.pair_f1;
        results->wrong[i] = later.false_per;
        results->seconds[i] = later.seconds;
        results->events = 3 * sim->n_tickets;
        sg_sim_free(sim);
    }
    return fine;
}

static void tell(const char *what, unsigned level, const double *values, size_t n, int decimals,
                 const char *unit, struct goal goal)
{
    char measure[80], why[64];
    const struct interval interval = interval_of(values, n);
    (void)snprintf(measure, sizeof measure, "L%u, %s", level, what);
    (void)snprintf(why, sizeof why, "%.*f–%.*f", decimals, interval.low, decimals, interval.high);
    table_row(measure, interval.mean, decimals, unit, goal, why);
}

static void tell_level(unsigned level, const struct results *results, size_t n)
{
    const struct goal none = {0, 0, false};
    tell("tickets at once: AUC", level, results->ticket_auc, n, 4, "", ticket_auc[level]);
    tell("tickets at once: average precision", level, results->ticket_ap, n, 3, "", none);
    tell("agents with hindsight: AUC", level, results->agent_auc, n, 3, "", agent_auc[level]);
    tell("agents with hindsight: average precision", level, results->agent_ap, n, 3, "",
         agent_ap[level]);
    tell("members of rings: pair-F1", level, results->f1, n, 3, "", pair_f1[level]);
    tell("honest agents flagged for 1,000 agent-months", level, results->wrong, n, 2, "", none);
}

static void tell_cost(const struct results *results, size_t n)
{
    char why[64];
    const struct interval ns = interval_of(results->ns, n), s = interval_of(results->seconds, n);
    (void)snprintf(why, sizeof why, "%.2f–%.2f", 1e-3 * ns.low, 1e-3 * ns.high);
    table_row("scoring an event, CPU time", 1e-3 * ns.mean, 2, " µs", (struct goal){10, 5, true},
              why);
    table_row("scorer's memory, constant", scorer_megabytes(), 0, " MB",
              (struct goal){128, 96, true}, "");
    table_row("report, CPU time for 10^6 events", s.mean * 1e6 / (double)results->events, 1, " s",
              (struct goal){60, 10, true}, "");
}

int main(int argc, char **argv)
{
    static struct results results;
    const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 101;
    const size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 10;
    if (n == 0 || n > SEEDS_MOST) {
        (void)fprintf(stderr, "usage: bench_collusion FIRST-SEED SEEDS [FLOWS.csv|-]\n");
        return 2;
    }
    table_head();
    for (unsigned level = 0; level < SG_SIM_LEVELS; level++) {
        if (!measure(level, first, n, &results)) {
            (void)fprintf(stderr, "bench_collusion: out of memory\n");
            return 1;
        }
        tell_level(level, &results, n);
    }
    tell_cost(&results, n);
    return bench_flows(argc > 3 ? argv[3] : NULL) ? 0 : 1;
}
