/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chapter_latency.c - how long requests took, from their head to the end of the answer.
 */
#include "report/chapters.h"

static const struct sg_column columns[] = {
    {"quantile", "So many took at most", false, false, false},
    {"duration", "Time", false, false, false},
};

static const struct {
    const char *name;
    unsigned per_myriad;
} quantiles[] = {{"50 %", 5000}, {"90 %", 9000}, {"99 %", 9900}, {"99.9 %", 9990}};

static const char *const names[SG_LATENCY_STEPS] = {
    "<1 µs", "1 µs", "2 µs", "5 µs",  "10 µs", "20 µs", "50 µs",  "100 µs", "200 µs", "500 µs",
    "1 ms",  "2 ms", "5 ms", "10 ms", "20 ms", "50 ms", "100 ms", "200 ms", "500 ms", "1 s",
    "2 s",   "5 s",  "10 s", "20 s",  "50 s",  "100 s", "200 s",  "500 s",  "1000 s", "2000 s"};

/* The steps from the first to the last that has some. */
static const struct sg_plot *draw(struct sg_sheet *sheet, const struct sg_latency *latency)
{
    size_t first = 0, last = SG_LATENCY_STEPS - 1;
    struct sg_plot *plot = sg_sheet_room(sheet, 1, sizeof *plot);
    while (first < last && latency->step[first] == 0)
        first++;
    while (last > first && latency->step[last] == 0)
        last--;
    if (plot == NULL || latency->n == 0)
        return NULL;
    *plot =
        (struct sg_plot){.kind = SG_PLOT_STEPS,
                         .title = "Requests by the time they took",
                         .text = "A bar for each step, named by the shortest time in it: from 1 "
                                 "to 2, 2 to 5, 5 to 10, and so on. The table has quantiles.",
                         .unit = "requests",
                         .label = names + first,
                         .value = latency->step + first,
                         .n = last - first + 1,
                         .small = true};
    return plot;
}

void sg_chapter_latency(struct sg_sheet *sheet, const struct sg_case *of)
{
    const struct sg_latency *latency = &of->account->latency;
    struct sg_section *section = sg_sheet_section(
        sheet, "latency", "How long it took",
        "From a request's head to the end of its answer, the upstream's time included. Quantiles "
        "are counted in steps and right to 1.6 %.");
    struct sg_table *table = sg_sheet_table(
        sheet, section,
        &(struct sg_table){.id = "latency",
                           .title = "Response time",
                           .check =
                               "records 'select(.class_uid == 6003) | .latency_ns' | sort -n | "
                               "awk '{ v[NR] = $1 } END { print v[int(NR * 0.99 + 0.9999)] }'",
                           .empty = "no request was answered",
                           .column = columns,
                           .n_columns = sizeof columns / sizeof columns[0],
                           .plot = draw(sheet, latency)});
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0] && latency->n > 0; i++) {
        const struct sg_cell cell[] = {
            sg_cell_word(quantiles[i].name),
            sg_cell_of(SG_CELL_NS, sg_latency_quantile(latency, quantiles[i].per_myriad))};
        sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
    }
    if (latency->n > 0) {
        const struct sg_cell cell[] = {sg_cell_word("all"), sg_cell_of(SG_CELL_NS, latency->most)};
        sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
    }
}
