/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_plot.c - plots are well-formed, within their frame, and say what they show.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "report/plot.h"
#include "report/plot_days.h"
#include "report/plot_pairs.h"
#include "report/plot_scores.h"

#include "../lib/suite.h"
#include "../lib/well_formed.h"

#define DAY UINT64_C(86400000)

struct row {
    const char *name;
    uint64_t days; /* 0: less than a minute */
    uint64_t value[2];
    size_t n_series;
};

static const struct row rows[] = {
    {"no series at all", 30, {0}, 0},
    {"series of nothing", 30, {0, 0}, 2},
    {"one point in time", 0, {5, 0}, 1},
    {"one of one", 30, {1, 0}, 2},
    {"many parts of time", 365, {3, 9}, 2},
    {"the largest numbers there are", 30, {UINT64_MAX, 0}, 2},
    {"one that hides the other", 30, {UINT64_MAX / 2, 1}, 2},
};

/* Every number in the drawing is one, and no place lies outside of it. */
static void check_numbers(const struct sg_buf *out)
{
    char *text = malloc(out->len + 1);
    assert_non_null(text);
    memcpy(text, out->data, out->len);
    text[out->len] = '\0';
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    assert_null(strstr(text, "\"-"));
    assert_null(strstr(text, "v-"));
    for (const char *at = strstr(text, "M"); at != NULL; at = strstr(at + 1, "M")) {
        double x = strtod(at + 1, NULL);
        if (!sg_is_digit(at[1]))
            continue;
        assert_true(x >= 0 && x <= 840);
    }
    free(text);
}

static void test_stack(void **state)
{
    const struct row *row = *state;
    struct sg_bins bins;
    static uint64_t value[2][SG_BINS_MOST];
    struct sg_buf out = {0};
    sg_bins_choose(&bins, 20000 * DAY, 20000 * DAY + row->days * DAY);
    for (size_t i = 0; i < bins.n; i++) {
        value[0][i] = row->value[0];
        value[1][i] = i % 2 == 0 ? row->value[1] : 0;
    }
    const struct sg_series series[] = {{"first", SG_TONE_1, value[0]},
                                       {"<second>", SG_TONE_2, value[1]}};
    for (int small = 0; small < 2; small++) {
        const struct sg_plot plot = {.kind = SG_PLOT_STACK,
                                     .title = "A & B",
                                     .text = "what \"it\" shows",
                                     .unit = "things",
                                     .bins = &bins,
                                     .series = series,
                                     .n_series = row->n_series,
                                     .small = small == 1};
        assert_int_equal(sg_plot_add(&out, &plot, "one"), SCRUBGATE_OK);
        sg_assert_well_formed(&out);
        check_numbers(&out);
        sg_buf_clear(&out);
    }
    sg_buf_fini(&out);
}

static void test_steps(void **state)
{
    static const char *const labels[] = {"<1", "1", "2"};
    static const uint64_t value[] = {3, 0, UINT64_MAX};
    struct sg_plot plot = {.kind = SG_PLOT_STEPS,
                           .title = "t",
                           .text = "d",
                           .unit = "u",
                           .label = labels,
                           .value = value};
    struct sg_buf out = {0};
    (void)state;
    for (plot.n = 0; plot.n <= 3; plot.n++) {
        assert_int_equal(sg_plot_add(&out, &plot, "s"), SCRUBGATE_OK);
        sg_assert_well_formed(&out);
        check_numbers(&out);
        sg_buf_clear(&out);
    }
    sg_buf_fini(&out);
}

static void test_spans(void **state)
{
    static const uint64_t value[][2] = {
        {20000 * DAY, 20001 * DAY}, {0, UINT64_MAX}, {20003 * DAY, 20003 * DAY}, {9, 1}};
    struct sg_series series[4];
    struct sg_bins bins;
    struct sg_buf out = {0};
    (void)state;
    sg_bins_choose(&bins, 20000 * DAY, 20030 * DAY);
    for (size_t i = 0; i < 4; i++)
        series[i] = (struct sg_series){"span", SG_TONE_1, value[i]};
    const struct sg_plot plot = {.kind = SG_PLOT_SPANS,
                                 .title = "t",
                                 .text = "d",
                                 .unit = "",
                                 .bins = &bins,
                                 .series = series,
                                 .n_series = 4};
    assert_int_equal(sg_plot_add(&out, &plot, "s"), SCRUBGATE_OK);
    sg_assert_well_formed(&out);
    check_numbers(&out);
    sg_buf_fini(&out);
}

static void test_bars(void **state)
{
    static const struct {
        uint64_t value, most;
        const char *holds;
    } bars[] = {{0, 0, "width=\"0.0\""},
                {0, 9, "width=\"0.0\""},
                {1, 1000000, "width=\"1.0\""},
                {5, 10, "width=\"50.0\""},
                {11, 10, "width=\"100.0\""}};
    (void)state;
    for (size_t i = 0; i < sizeof bars / sizeof bars[0]; i++) {
        struct sg_buf out = {0};
        assert_int_equal(sg_plot_add_bar(&out, bars[i].value, bars[i].most, SG_TONE_1),
                         SCRUBGATE_OK);
        sg_assert_well_formed(&out);
        assert_int_equal(sg_buf_add_byte(&out, 0), SCRUBGATE_OK);
        assert_non_null(strstr((const char *)out.data, bars[i].holds));
        sg_buf_fini(&out);
    }
}

static void check_plot(const struct sg_plot *plot, const char *holds)
{
    struct sg_buf out = {0};
    assert_int_equal(sg_plot_add(&out, plot, "p"), SCRUBGATE_OK);
    sg_assert_well_formed(&out);
    check_numbers(&out);
    assert_int_equal(sg_buf_add_byte(&out, 0), SCRUBGATE_OK);
    if (strstr((const char *)out.data, holds) == NULL)
        fail_msg("the plot has no %s", holds);
    sg_buf_fini(&out);
}

static const struct scores_row {
    const char *name;
    double from, step, threshold;
    size_t n;
    uint64_t below, flagged;
    double chance;
    bool beyond;
    const char *holds;
} scores_rows[] = {
    {"scores of one agent", 0, 1, 5, 1, 1, 0, 1, false, "1 agents, 0 of them flagged; 1.0 by"},
    {"scores below zero", -20, 0.5, 3, 90, 7, 0, 6.5, false, "score -20 to -19.5: 7 agents"},
    {"a threshold below all scores", 10, 1, 2, 30, 3, 1, 2, false, "threshold 2.0"},
    {"a threshold over all scores", 0, 1, 500, 30, 3, 0, 2, false, "threshold 500.0"},
    {"scores far beyond", 0, 5, 11, 120, 9, 2, 3, true, "up to 977.0 in the last bar"},
    {"as many agents as there may be", 0, 1, 11, 40, 20000, 1, 9000, false, "20k"},
    {"more by chance than there are", 0, 1, 11, 40, 1, 0, 1e9, false, "by chance"},
};

static void test_scores(void **state)
{
    const struct scores_row *row = *state;
    struct sg_plot_scores scores = {.from = row->from,
                                    .step = row->step,
                                    .threshold = row->threshold,
                                    .n = row->n,
                                    .beyond = row->beyond,
                                    .most = 977};
    for (size_t i = 0; i < row->n; i++) {
        scores.below[i] = row->below;
        scores.flagged[i] = row->flagged;
        scores.chance[i] = row->chance;
    }
    check_plot(&(struct sg_plot){.kind = SG_PLOT_SCORES,
                                 .title = "<t>",
                                 .text = "d & d",
                                 .unit = "agents",
                                 .scores = &scores},
               row->holds);
}

static const struct pairs_row {
    const char *name;
    size_t above, below, rest;
    uint32_t seen;
    double expected;
    const char *holds;
} pairs_rows[] = {
    {"one met one", 1, 1, 0, 5, 0.5, "a &amp; b: 5 tickets to these agents"},
    {"as many as are drawn", SG_PAIRS_ABOVE, SG_PAIRS_BELOW, 0, 2, 1, "<svg"},
    {"and more", SG_PAIRS_ABOVE, SG_PAIRS_BELOW, 7, 2, 1, "customers; 7 more, not drawn"},
    {"they met less often than expected", 2, 2, 0, 1, 50, "stroke-width=\"0.7\""},
    {"nobody met anybody", 3, 3, 0, 0, 0, "agents"},
    {"nobody is there", 0, 0, 0, 0, 0, "agents"},
    {"they met as often as can be", 2, 2, 0, UINT32_MAX, 0, "stroke-width=\"9.0\""},
};

static void test_pairs(void **state)
{
    const struct pairs_row *row = *state;
    static struct sg_pairs_line lines[SG_PAIRS_ABOVE * SG_PAIRS_BELOW];
    struct sg_pairs_end ends[SG_PAIRS_BELOW];
    struct sg_plot_pairs pairs = {.above = ends,
                                  .below = ends,
                                  .n_above = row->above,
                                  .n_below = row->below,
                                  .rest_above = row->rest,
                                  .rest_below = row->rest,
                                  .line = lines};
    for (size_t i = 0; i < SG_PAIRS_BELOW; i++)
        ends[i] = (struct sg_pairs_end){"a & b", row->seen};
    for (uint32_t a = 0; a < row->above; a++)
        for (uint32_t b = 0; b < row->below; b++)
            lines[pairs.n_lines++] = (struct sg_pairs_line){a, b, row->seen, row->expected};
    check_plot(
        &(struct sg_plot){.kind = SG_PLOT_PAIRS, .title = "<t>", .text = "d & d", .pairs = &pairs},
        row->holds);
}

static const struct days_row {
    const char *name;
    uint64_t days, seen;
    double expected;
    size_t strips, rest;
    const char *holds;
} days_rows[] = {
    {"a day of nothing", 0, 0, 0, 1, 0, "what there was"},
    {"a season of four agents", 90, 3, 0.25, 4, 0, "3, by routing alone 0.2&#10;3 by &lt;a"},
    {"more agents than strips", 90, 3, 0.25, 12, 9, "and 9 more agents, not drawn"},
    {"no agent at all", 30, 3, 9, 0, 0, "3, by routing alone 9.0"},
    {"as many as can be", 30, UINT32_MAX, 1e12, 2, 0, "4294967295"},
};

static void test_days(void **state)
{
    enum { STRIPS = 12 };
    const struct days_row *row = *state;
    static uint64_t seen[SG_BINS_MOST];
    static double expected[SG_BINS_MOST];
    static uint32_t strip[STRIPS * SG_BINS_MOST];
    const char *names[STRIPS];
    struct sg_bins bins;
    sg_bins_choose(&bins, 20000 * DAY, 20000 * DAY + row->days * DAY);
    for (size_t i = 0; i < bins.n; i++) {
        seen[i] = row->seen;
        expected[i] = row->expected;
    }
    for (size_t i = 0; i < STRIPS * bins.n; i++)
        strip[i] = (uint32_t)row->seen;
    for (size_t i = 0; i < STRIPS; i++)
        names[i] = "<a>";
    const struct sg_plot_days days = {.bins = &bins,
                                      .seen = seen,
                                      .expected = expected,
                                      .name = names,
                                      .strip = strip,
                                      .n_strips = row->strips,
                                      .rest = row->rest};
    check_plot(&(struct sg_plot){.kind = SG_PLOT_DAYS,
                                 .title = "<t>",
                                 .text = "d & d",
                                 .unit = "tickets",
                                 .days = &days},
               row->holds);
}

int main(void)
{
    SG_SUITE_ROWS(test_stack, rows);
    SG_SUITE_ROWS(test_scores, scores_rows);
    SG_SUITE_ROWS(test_pairs, pairs_rows);
    SG_SUITE_ROWS(test_days, days_rows);
    sg_suite_add("counts by label: none, one, the largest", test_steps, NULL);
    sg_suite_add("spans that begin before the range, end behind it, or never were", test_spans,
                 NULL);
    sg_suite_add("a bar is as long as its share, and seen when it is more than nothing", test_bars,
                 NULL);
    return sg_suite_run("report/test_plot");
}
