/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moment.c - a moment as people type it.
 */
#include "cli/moment.h"

#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"

static const int64_t second = 1000, minute = 60000, hour = 3600000, day = 86400000;

/* What is left of the text. */
struct scan {
    const char *at;
};

static bool take(struct scan *scan, const char *letters)
{
    if (*scan->at == '\0' || strchr(letters, *scan->at) == NULL)
        return false;
    scan->at++;
    return true;
}

/* So many digits, no more and no less. */
static bool take_number(struct scan *scan, unsigned digits, int64_t least, int64_t most,
                        int64_t *to)
{
    int64_t value = 0;
    for (unsigned i = 0; i < digits; i++) {
        if (!sg_is_digit((unsigned char)*scan->at))
            return false;
        value = value * 10 + (*scan->at++ - '0');
    }
    *to = value;
    return value >= least && value <= most;
}

static int64_t days_of_month(int64_t year, int64_t month)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool take_date(struct scan *scan, int64_t *ms)
{
    int64_t year, month, date;
    if (!take_number(scan, 4, 1970, 9999, &year) || !take(scan, "-") ||
        !take_number(scan, 2, 1, 12, &month) || !take(scan, "-") ||
        !take_number(scan, 2, 1, days_of_month(year, month), &date))
        return false;
    *ms = sg_clock_days((int)year, (int)month, (int)date) * day;
    return true;
}

/* Milliseconds; digits behind them are dropped. */
static bool take_fraction(struct scan *scan, int64_t *ms)
{
    int64_t scale = 100;
    if (!sg_is_digit((unsigned char)*scan->at))
        return false;
    for (; sg_is_digit((unsigned char)*scan->at); scan->at++) {
        *ms += (*scan->at - '0') * scale;
        scale /= 10;
    }
    return true;
}

/* *span: how long it is that was named. A leap second is the first one behind it. */
static bool take_clock(struct scan *scan, int64_t *ms, int64_t *span)
{
    int64_t hours, minutes, seconds = 0;
    if (!take_number(scan, 2, 0, 23, &hours) || !take(scan, ":") ||
        !take_number(scan, 2, 0, 59, &minutes))
        return false;
    *span = minute;
    *ms += hours * hour + minutes * minute;
    if (!take(scan, ":"))
        return true;
    if (!take_number(scan, 2, 0, 60, &seconds))
        return false;
    *span = second;
    *ms += seconds * second;
    if (!take(scan, ".,"))
        return true;
    *span = 1;
    return take_fraction(scan, ms);
}

static bool take_zone(struct scan *scan, int64_t *ms)
{
    int64_t hours, minutes = 0;
    if (*scan->at == '\0' || take(scan, "Zz"))
        return true;
    bool east = *scan->at == '+';
    if (!take(scan, "+-") || !take_number(scan, 2, 0, 23, &hours))
        return false;
    (void)take(scan, ":");
    if (*scan->at != '\0' && !take_number(scan, 2, 0, 59, &minutes))
        return false;
    *ms += (east ? -1 : 1) * (hours * hour + minutes * minute);
    return true;
}

static bool read_date(const char *text, bool end, int64_t *ms)
{
    struct scan scan = {text};
    int64_t span = day;
    if (!take_date(&scan, ms))
        return false;
    if (*scan.at != '\0' &&
        (!take(&scan, "Tt ") || !take_clock(&scan, ms, &span) || !take_zone(&scan, ms)))
        return false;
    if (end)
        *ms += span;
    return *scan.at == '\0';
}

/* "90s", "1h30m", "2d ago". */
static bool read_ago(const char *text, int64_t now, int64_t *ms)
{
    struct scan scan = {text};
    int64_t ago = 0;
    while (sg_is_digit((unsigned char)*scan.at)) {
        static const struct {
            char letter;
            int64_t ms;
        } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}, {'w', 604800000}};
        int64_t value = 0;
        size_t i = 0;
        for (; sg_is_digit((unsigned char)*scan.at) && value < 1000000000; scan.at++)
            value = value * 10 + (*scan.at - '0');
        while (i < sizeof units / sizeof units[0] && units[i].letter != *scan.at)
            i++;
        if (i == sizeof units / sizeof units[0] || value > 1000000000)
            return false;
        scan.at++;
        ago += value * units[i].ms;
        if (ago > now)
            return false;
    }
    *ms = now - ago;
    return scan.at > text && (*scan.at == '\0' || strcmp(scan.at, " ago") == 0);
}

static bool read_seconds(const char *text, bool end, int64_t *ms)
{
    uint64_t seconds;
    if (text[0] != '@' || !sg_bytes_to_u64(sg_bytes_of(text + 1), &seconds) ||
        seconds > UINT64_C(253402300799)) /* the year 9999 */
        return false;
    *ms = (int64_t)seconds * second + (end ? second : 0);
    return true;
}

bool sg_moment_read(const char *text, uint64_t now_ms, bool end, uint64_t *ms)
{
    int64_t now = (int64_t)now_ms, today = now - now % day, at = 0;
    bool good = true;
    if (strcmp(text, "now") == 0)
        at = now;
    else if (strcmp(text, "today") == 0)
        at = today + (end ? day : 0);
    else if (strcmp(text, "yesterday") == 0)
        at = today + (end ? 0 : -day);
    else
        good =
            read_seconds(text, end, &at) || read_ago(text, now, &at) || read_date(text, end, &at);
    if (good && at >= 0)
        *ms = (uint64_t)at;
    return good && at >= 0;
}

bool sg_span_read(const char *text, uint64_t *ms)
{
    static const int64_t most = 100000 * INT64_C(86400000);
    const size_t len = strlen(text);
    int64_t at;
    if (len == 0 || text[len - 1] == 'o' || !read_ago(text, most, &at))
        return false;
    *ms = (uint64_t)(most - at);
    return true;
}
