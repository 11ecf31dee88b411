/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.c - time: monotonic for durations, wall clock only for what people read.
 */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static uint64_t read_ns(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t sg_clock_mono_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

uint64_t sg_clock_boot_ns(void)
{
    return read_ns(CLOCK_BOOTTIME);
}

uint64_t sg_clock_wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

void sg_clock_format(uint64_t wall_ms, char text[25])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;
    (void)gmtime_r(&seconds, &tm);
    char line[80];
    (void)snprintf(line, sizeof line, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", tm.tm_year + 1900,
                   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                   (unsigned)(wall_ms % 1000));
    (void)snprintf(text, 25, "%.24s", line);
}

int64_t sg_clock_today(void)
{
    return (int64_t)(sg_clock_wall_ms() / 86400000u);
}

int64_t sg_clock_days(int year, int month, int day)
{
    /* Count from 1 March so that the leap day ends a year: 400 years are 146,097 days. */
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}
