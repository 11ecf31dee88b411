/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collusion_flows.c - bursts in the DARPA flows, beside plain MIDAS: proves that the sketch is
 * right, for intrusions are no collusion.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "collusion/burst.h"
#include "collusion/mark.h"

#include "collusion_bench.h"
#include "rounds.h"
#include "table.h"

enum { SEEDS = 5, ROWS = 2, WIDTH = 1024, FIRST_DAY = 10000 };

struct flow {
    uint32_t source, target, minute, number;
    bool attack;
};

struct flows {
    struct flow *list;
    size_t n, cap;
};

static uint32_t address(const char *text)
{
    unsigned part[4];
    if (sscanf(text, "%3u.%3u.%3u.%3u", &part[0], &part[1], &part[2], &part[3]) != 4)
        return 0;
    return part[0] << 24 | part[1] << 16 | part[2] << 8 | part[3];
}

/* src,dst,mm/dd/yyyy-hh:mm,label. Days such as 07/32 are those after the month. */
static bool read_flow(char *line, struct flow *flow)
{
    char *at[4] = {line, NULL, NULL, NULL};
    int month, day, year, hour, minute;
    for (int i = 1; i < 4; i++) {
        char *comma = strchr(at[i - 1], ',');
        if (comma == NULL)
            return false;
        *comma = '\0';
        at[i] = comma + 1;
    }
    if (sscanf(at[2], "%d/%d/%d-%d:%d", &month, &day, &year, &hour, &minute) != 5)
        return false;
    const int64_t days = sg_clock_days(year, month, 1) + day - 1 - FIRST_DAY;
    flow->source = address(at[0]);
    flow->target = address(at[1]);
    flow->minute = (uint32_t)((days * 24 + hour) * 60 + minute);
    flow->attack = at[3][0] != '-';
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct flow *x = a, *y = b;
    if (x->minute != y->minute)
        return x->minute < y->minute ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static bool read_flows(FILE *in, struct flows *flows)
{
    char line[256];
    while (fgets(line, sizeof line, in) != NULL) {
        if (flows->n == flows->cap) {
            flows->cap = flows->cap * 2 + 1024;
            struct flow *more = realloc(flows->list, flows->cap * sizeof *more);
            if (more == NULL)
                return false;
            flows->list = more;
        }
        struct flow *flow = &flows->list[flows->n];
        if (!read_flow(line, flow))
            continue;
        flow->number = (uint32_t)flows->n++;
    }
    qsort(flows->list, flows->n, sizeof *flows->list, by_time);
    return flows->n > 0;
}

/* --- plain MIDAS --- */

/* Bhatia et al., AAAI 2020: pairs alone, this tick's count against the mean; what was counted in
 * another tick is no count of this one. */
struct midas_cell {
    float now, all;
    uint32_t tick;
};

static double midas(struct midas_cell *cells, uint64_t mark, uint32_t tick)
{
    float now = 1e30F, all = 1e30F;
    for (unsigned row = 0; row < ROWS; row++) {
        struct midas_cell *cell =
            &cells[(size_t)row * WIDTH + (sg_mark_row(mark, row) & (WIDTH - 1))];
        if (cell->tick != tick) {
            cell->tick = tick;
            cell->now = 0;
        }
        cell->now += 1;
        cell->all += 1;
        now = cell->now < now ? cell->now : now;
        all = cell->all < all ? cell->all : all;
    }
    const float odd = now - all / (float)tick;
    return tick < 2 ? 0
                    : (double)(odd * odd * (float)tick * (float)tick / (all * (float)(tick - 1)));
}

/* --- both --- */

struct outcome {
    double auc[SEEDS], plain_auc[SEEDS], ns[SEEDS], plain_ns[SEEDS];
};

static void run_plain(const struct flows *flows, uint64_t (*marks)[2], struct scored *list,
                      struct midas_cell *cells, struct outcome *outcome, unsigned seed)
{
    const uint32_t first = flows->list[0].minute - 1;
    memset(cells, 0, ROWS * WIDTH * sizeof *cells);
    const double begin = cpu_ns();
    for (size_t i = 0; i < flows->n; i++)
        list[i] = (struct scored){
            midas(cells, sg_mark_pair(marks[i][0], marks[i][1]), flows->list[i].minute - first),
            flows->list[i].attack};
    outcome->plain_ns[seed] = (cpu_ns() - begin) / (double)flows->n;
    outcome->plain_auc[seed] = rank_of(list, flows->n).auc;
}

static bool run(const struct flows *flows, uint64_t (*marks)[2], struct scored *list,
                struct midas_cell *cells, struct outcome *outcome, unsigned seed)
{
    const uint8_t key[SG_MARK_KEY] = {(uint8_t)(seed + 1), 7};
    struct sg_burst burst;
    if (sg_burst_init(&burst) < 0)
        return false;
    for (size_t i = 0; i < flows->n; i++) {
        marks[i][0] = sg_mark(key, SG_MARK_CUSTOMER, flows->list[i].source);
        marks[i][1] = sg_mark(key, SG_MARK_CUSTOMER, flows->list[i].target);
    }
    const double begin = cpu_ns();
    for (size_t i = 0; i < flows->n; i++)
        list[i] =
            (struct scored){sg_burst_add(&burst, marks[i][0], marks[i][1], flows->list[i].minute),
                            flows->list[i].attack};
    outcome->ns[seed] = (cpu_ns() - begin) / (double)flows->n;
    outcome->auc[seed] = rank_of(list, flows->n).auc;
    sg_burst_fini(&burst);
    run_plain(flows, marks, list, cells, outcome, seed);
    return true;
}

static void tell(struct outcome *outcome)
{
    char why[96];
    const struct spread ratio = spread_of_ratios(outcome->ns, outcome->plain_ns, SEEDS);
    (void)snprintf(why, sizeof why, "%.2f–%.2f; %.0f ÷ %.0f ns", ratio.low, ratio.high,
                   median(outcome->ns, SEEDS), median(outcome->plain_ns, SEEDS));
    table_row("DARPA flows, bursts (MIDAS-F): cost ÷ plain MIDAS", ratio.middle, 2, "",
              (struct goal){2.5, 1.5, true}, why);
    const double auc = median(outcome->auc, SEEDS);
    (void)snprintf(why, sizeof why, "%.3f–%.3f of %d seeds; plain %.3f", outcome->auc[0],
                   outcome->auc[SEEDS - 1], SEEDS, median(outcome->plain_auc, SEEDS));
    table_row("DARPA flows, bursts (MIDAS-F): AUC", auc, 4, "", (struct goal){0.97, 0.985, false},
              why);
}

bool bench_flows(const char *path)
{
    struct flows flows = {NULL, 0, 0};
    struct outcome outcome;
    FILE *in = path == NULL ? NULL : strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (in == NULL) {
        table_missing("DARPA flows, bursts (MIDAS-F): AUC", (struct goal){0.97, 0.985, false},
                      path == NULL ? "no file of flows was given" : strerror(errno));
        return path == NULL;
    }
    bool fine = read_flows(in, &flows);
    if (in != stdin)
        (void)fclose(in);
    uint64_t(*marks)[2] = malloc((flows.n + 1) * sizeof *marks);
    struct scored *list = malloc((flows.n + 1) * sizeof *list);
    struct midas_cell *cells = malloc(ROWS * WIDTH * sizeof *cells);
    fine = fine && marks != NULL && list != NULL && cells != NULL;
    for (unsigned seed = 0; seed < SEEDS && fine; seed++)
        fine = run(&flows, marks, list, cells, &outcome, seed);
    if (fine)
        tell(&outcome);
    free(cells);
    free(list);
    free(marks);
    free(flows.list);
    return fine;
}
