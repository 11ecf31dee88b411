/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_plan.c - a number plan as a row of a table: its shape, its weighted sums, its date.
 */
#include "rule/check_plan.h"

#include <string.h>

#include "base/digest.h"

enum { FIRST_YEAR = 1800, LAST_YEAR = 2199 };

/* Does c stand in the set at *set, "[…]"? *set moves behind it. */
static bool in_set(const char **set, char c)
{
    bool found = false;
    const char *at = *set + 1;
    while (*at != ']') {
        bool range = at[1] == '-';
        found = found || (range ? c >= at[0] && c <= at[2] : c == at[0]);
        at += range ? 3 : 1;
    }
    *set = at + 1;
    return found;
}

/* Does c fit the element at *shape, which moves behind it? */
static bool fits_one(const char **shape, char c)
{
    if (**shape == '[')
        return in_set(shape, c);
    char want = *(*shape)++;
    return want == '#' ? sg_is_digit(c) : want == '@' ? sg_is_alpha(c) : want == '*' || want == c;
}

static size_t shape_length(const char *shape)
{
    size_t n = 0;
    while (*shape != '\0') {
        (void)fits_one(&shape, '\0');
        n++;
    }
    return n;
}

static bool fits(const char *shape, const struct sg_taken *taken)
{
    for (size_t i = 0; i < taken->len; i++) {
        if (*shape == '\0' || !fits_one(&shape, (char)taken->text[i]))
            return false;
    }
    return *shape == '\0';
}

enum answer { WRONG, RIGHT, NONE };

/* NONE: the remainder has no check character. */
static enum answer ask(const struct sg_plan_sum *sum, const struct sg_taken *taken)
{
    int total = sum->plus;
    for (size_t i = 0; i < SG_PLAN_WEIGHTS && i < taken->len; i++)
        total += sum->weights[i] * sg_taken_value(taken->text[i]);
    int rest = (total % sum->modulus + sum->modulus) % sum->modulus;
    if (sum->map == NULL)
        return rest == 0 ? RIGHT : WRONG;
    if (sum->map[rest] == '-')
        return NONE;
    return taken->text[sum->at] == (uint8_t)sum->map[rest] ? RIGHT : WRONG;
}

static bool sums_hold(const struct sg_plan *plan, const struct sg_taken *taken)
{
    for (size_t i = 0; i < SG_PLAN_SUMS && plan->sums[i].modulus > 0; i++) {
        enum answer answer = ask(&plan->sums[i], taken);
        if (plan->second && answer == RIGHT)
            return true;
        bool next = plan->second && i == 0 && answer == NONE;
        if (answer != RIGHT && !next)
            return false;
    }
    return true;
}

/* Is the day of the calendar, or that of one of the offsets? */
static bool day_exists(const struct sg_plan_date *date, int year, int month, int day)
{
    for (size_t m = 0; m <= SG_PLAN_OFFSETS; m++) {
        int months = m == 0 ? 0 : date->months[m - 1];
        for (size_t d = 0; d <= SG_PLAN_OFFSETS; d++) {
            int days = d == 0 ? 0 : date->days[d - 1];
            if (sg_date_exists(year, month - months, day - days))
                return true;
            if (d < SG_PLAN_OFFSETS && date->days[d] == 0)
                break;
        }
        if (m < SG_PLAN_OFFSETS && date->months[m] == 0)
            break;
    }
    return false;
}

static bool date_holds(const struct sg_plan_date *date, const struct sg_taken *taken)
{
    int year = 0, month = 0, day = 0;
    size_t at = date->at, widths = 0;
    for (const char *what = date->layout; *what != '\0'; what++, at++) {
        int digit = taken->text[at] - '0';
        int *part = *what == 'y' ? &year : *what == 'm' ? &month : &day;
        if (!sg_is_digit(taken->text[at]))
            return false;
        *part = *part * 10 + digit;
        widths += *what == 'y' ? 1 : 0;
    }
    if (widths == 3)
        year += year >= FIRST_YEAR - 1000 ? 1000 : 2000;
    else if (widths == 2)
        year += 2000; /* of the centuries it may mean, the one where 00 was a leap year */
    return year >= FIRST_YEAR && year <= LAST_YEAR && day_exists(date, year, month, day);
}

static bool is_repeated(const struct sg_taken *taken)
{
    for (size_t i = 1; i < taken->len; i++) {
        if (taken->text[i] != taken->text[0])
            return false;
    }
    return true;
}

static bool holds_whole(const struct sg_plan *plan, const struct sg_taken *taken)
{
    return fits(plan->shape, taken) && !is_repeated(taken) && sums_hold(plan, taken) &&
           (plan->date.layout == NULL || date_holds(&plan->date, taken)) &&
           (plan->also == NULL || plan->also(taken));
}

/* The same with the leading zeros that were left out. */
static bool holds_padded(const struct sg_plan *plan, const struct sg_taken *taken, size_t zeros)
{
    struct sg_taken whole = *taken;
    memset(whole.text, '0', zeros);
    memcpy(whole.text + zeros, taken->text, taken->len);
    whole.len += zeros;
    whole.digits += zeros;
    bool holds = holds_whole(plan, &whole);
    sg_wipe(&whole, sizeof whole);
    return holds;
}

bool sg_plan_holds(const struct sg_plan *plan, const struct sg_taken *taken)
{
    for (; plan != NULL; plan = plan->other) {
        size_t length = shape_length(plan->shape);
        size_t least = plan->least > 0 ? plan->least : length;
        if (taken->len < least || taken->len > length)
            continue;
        if (taken->len == length ? holds_whole(plan, taken)
                                 : holds_padded(plan, taken, length - taken->len))
            return true;
    }
    return false;
}
