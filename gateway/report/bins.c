/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bins.c - a range of time cut into equal parts that people think in: minutes, days, months.
 */
#include "report/bins.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static const uint64_t day = 86400000;
static const uint64_t latest = 253402300799999; /* the end of the year 9999 */

/* Widths from the finest: the first of which no more than `most` are wanted is taken. A month of
 * days says more than one of half days, so the short ones give up earlier. */
struct width {
    const char *name;
    uint64_t step;   /* ms; 0: */
    unsigned months; /* of the calendar */
    size_t most;
};

static const struct width widths[] = {
    {"1 minute", 60000, 0, 60},    {"2 minutes", 120000, 0, 60},  {"5 minutes", 300000, 0, 60},
    {"10 minutes", 600000, 0, 60}, {"15 minutes", 900000, 0, 60}, {"30 minutes", 1800000, 0, 60},
    {"1 hour", 3600000, 0, 72},    {"3 hours", 10800000, 0, 60},  {"6 hours", 21600000, 0, 48},
    {"12 hours", 43200000, 0, 40}, {"1 day", 86400000, 0, 100},   {"1 week", 604800000, 0, 110},
    {"1 month", 0, 1, 60},         {"3 months", 0, 3, 80},        {"1 year", 0, 12, 100},
    {"10 years", 0, 120, 100},     {"100 years", 0, 1200, 100},
};

/* --- the calendar --- */

struct date {
    unsigned year, month; /* month 0 … 11 */
};

static struct date date_of(uint64_t time)
{
    char text[25];
    struct date date = {1970, 0};
    sg_clock_format(time, text);
    (void)sscanf(text, "%4u-%2u", &date.year, &date.month);
    date.month = date.month == 0 ? 0 : date.month - 1;
    return date;
}

static uint64_t time_of(uint64_t months)
{
    return (uint64_t)sg_clock_days((int)(months / 12), (int)(months % 12) + 1, 1) * day;
}

/* Months since the year 0 at which the part with time in it begins. */
static uint64_t month_before(uint64_t time, unsigned step)
{
    struct date date = date_of(time);
    uint64_t months = (uint64_t)date.year * 12 + date.month;
    uint64_t start = months - months % step;
    return start < 1970 * 12 ? 1970 * 12 : start;
}

/* 1 January 1970 was a Thursday: weeks begin three days before. */
static uint64_t step_before(uint64_t time, uint64_t step)
{
    uint64_t shift = step == 7 * day ? 3 * day : 0;
    uint64_t start = (time + shift) / step * step;
    return start < shift ? 0 : start - shift;
}

/* --- bins --- */

/* False: there are more than it wants. */
static bool cut(struct sg_bins *bins, const struct width *width, uint64_t first, uint64_t last)
{
    uint64_t months = width->step == 0 ? month_before(first, width->months) : 0;
    uint64_t edge = width->step == 0 ? time_of(months) : step_before(first, width->step);
    size_t n = 0;
    while (edge <= last) {
        if (n == width->most)
            return false;
        bins->edge[n++] = edge;
        /* The week of 1 January 1970 is short, and so is its century. */
        months += width->months == 0 ? 0 : width->months - months % width->months;
        edge = width->step == 0 ? time_of(months) : step_before(edge + width->step, width->step);
    }
    bins->edge[n] = edge;
    bins->n = n;
    bins->width = width->name;
    bins->step = width->step == 0 ? width->months * 28 * day : width->step;
    return true;
}

void sg_bins_choose(struct sg_bins *bins, uint64_t first, uint64_t last)
{
    size_t i = 0;
    last = last > latest ? latest : last;
    first = first > last ? last : first;
    while (!cut(bins, &widths[i], first, last)) {
        i++;
        assert(i < sizeof widths / sizeof widths[0]);
    }
}

size_t sg_bins_find(const struct sg_bins *bins, uint64_t time)
{
    size_t low = 0, high = bins->n; /* edge[low] <= time < edge[high], where it is within */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (bins->edge[middle] <= time)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* --- labels --- */

/* Whether a label at the bin, every `step` bins, stands where people look for it. */
static bool is_round(const struct sg_bins *bins, size_t bin, size_t step)
{
    uint64_t span = bins->step * step, edge = bins->edge[bin];
    struct date date = date_of(edge);
    if (bins->step >= 28 * day)
        return span >= 336 * day ? date.month == 0 : date.month % 3 == 0;
    if (bins->step == 7 * day || span > day)
        return true;
    return edge % span == 0;
}

size_t sg_bins_label_step(const struct sg_bins *bins, size_t most, size_t *first)
{
    static const size_t steps[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 20, 24, 28, 30, 36, 48};
    const bool hours = bins->step < day, months = bins->step >= 28 * day;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        uint64_t span = bins->step * steps[i];
        bool fits = !hours || (span < day ? day % span == 0 : span % day == 0);
        fits = fits && (!months || steps[i] == 1 || steps[i] % 3 == 0 || steps[i] == 2);
        if (!fits || (bins->n + steps[i] - 1) / steps[i] > most)
            continue;
        *first = 0;
        while (*first + 1 < steps[i] && *first + 1 < bins->n && !is_round(bins, *first, steps[i]))
            ++*first;
        if (!is_round(bins, *first, steps[i]))
            *first = 0;
        return steps[i];
    }
    *first = 0;
    return (bins->n + most - 1) / most;
}

static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void sg_bins_label(const struct sg_bins *bins, size_t bin, char text[SG_BIN_LABEL])
{
    const uint64_t edge = bins->edge[bin];
    const struct date date = date_of(edge);
    const char *month = month_names[date.month % 12];
    char stamp[25];
    unsigned of_month = 1;
    sg_clock_format(edge, stamp);
    (void)sscanf(stamp + 8, "%2u", &of_month);
    if (bins->step >= 336 * day)
        (void)snprintf(text, SG_BIN_LABEL, "%04u", date.year % 10000);
    else if (bins->step >= 28 * day)
        (void)snprintf(text, SG_BIN_LABEL, "%s %04u", month, date.year % 10000);
    else if (bins->step >= day || edge % day == 0)
        (void)snprintf(text, SG_BIN_LABEL, "%u %s", of_month % 100, month);
    else
        (void)snprintf(text, SG_BIN_LABEL, "%.5s", stamp + 11);
}

void sg_bins_name(const struct sg_bins *bins, size_t bin, char text[SG_BIN_LABEL])
{
    char stamp[25];
    sg_clock_format(bins->edge[bin], stamp);
    if (bins->step >= 28 * day)
        (void)snprintf(text, SG_BIN_LABEL, "%.7s", stamp);
    else if (bins->step >= day)
        (void)snprintf(text, SG_BIN_LABEL, "%.10s", stamp);
    else
        (void)snprintf(text, SG_BIN_LABEL, "%.10s %.5s", stamp, stamp + 11);
}
