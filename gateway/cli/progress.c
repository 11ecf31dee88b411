/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.c - how far long work is: one line on a terminal, nothing anywhere else.
 */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static const uint64_t second_ns = 1000000000, between_ns = 200000000;

void sg_progress_start(struct sg_progress *progress, const char *what, const char *unit,
                       uint64_t total, bool quiet)
{
    *progress = (struct sg_progress){
        .what = what, .unit = unit, .total = total, .on = !quiet && isatty(STDERR_FILENO) == 1};
    progress->start_ns = progress->shown_ns = sg_clock_mono_ns();
}

const char *sg_progress_number(uint64_t value, char text[SG_PROGRESS_NUMBER])
{
    char digits[SG_PROGRESS_NUMBER];
    int n = snprintf(digits, sizeof digits, "%" PRIu64, value);
    char *to = text;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return text;
}

static void draw_left(const struct sg_progress *progress, uint64_t done, double rate)
{
    if (progress->total <= done || rate <= 0)
        return;
    double left = (double)(progress->total - done) / rate;
    if (left < 90)
        (void)fprintf(stderr, "   %.0f s left", left);
    else
        (void)fprintf(stderr, "   %.0f min left", left / 60);
}

void sg_progress_show(struct sg_progress *progress, uint64_t done)
{
    char a[SG_PROGRESS_NUMBER], b[SG_PROGRESS_NUMBER], c[SG_PROGRESS_NUMBER];
    if (!progress->on)
        return;
    uint64_t now = sg_clock_mono_ns();
    if (now - progress->shown_ns < between_ns)
        return;
    progress->shown_ns = now;
    progress->drawn = true;
    double rate = (double)done * (double)second_ns / (double)(now - progress->start_ns);
    (void)fprintf(stderr, "\r%s   %s", progress->what, sg_progress_number(done, a));
    if (progress->total > 0 && progress->total >= done)
        (void)fprintf(stderr, " of %s %s   %.0f %%", sg_progress_number(progress->total, b),
                      progress->unit, 100.0 * (double)done / (double)progress->total);
    else
        (void)fprintf(stderr, " %s", progress->unit);
    (void)fprintf(stderr, "   %s/s", sg_progress_number((uint64_t)rate, c));
    draw_left(progress, done, rate);
    (void)fputs("\033[K", stderr);
    (void)fflush(stderr);
}

void sg_progress_end(struct sg_progress *progress)
{
    if (progress->drawn)
        (void)fputs("\r\033[K", stderr);
    progress->drawn = false;
}
