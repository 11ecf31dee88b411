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

int main(void)
{
    SG_SUITE_ROWS(test_stack, rows);
    sg_suite_add("counts by label: none, one, the largest", test_steps, NULL);
    sg_suite_add("spans that begin before the range, end behind it, or never were", test_spans,
                 NULL);
    sg_suite_add("a bar is as long as its share, and seen when it is more than nothing", test_bars,
                 NULL);
    return sg_suite_run("report/test_plot");
}
