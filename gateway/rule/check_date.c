/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_date.c - is this a day of the calendar?
 *
 *     date(ddmmyyyy)              eight digits, whatever stands between them
 *     date(yymmddxxxx, month+50)  a number that begins with a date; x is any letter or digit, and
 *                                 the month may be 50 higher, as for women in some countries
 *     date(d/m/y)                 parts of any usual width: 1/2/1990, 01.02.90
 *
 * A layout with a separator in it is read part by part: d and m are one or two digits, y two or
 * four, and any separators will do. Without one, every letter is one character.
 */
#include "rule/check_family.h"

#include "base/diag.h"

enum { MOST_FIELDS = 8, MOST_OFFSETS = 5, FIRST_YEAR = 1800, LAST_YEAR = 2199 };

/* One run of equal letters of the layout: 'd', 'm', 'y' or 'x', and how many characters it takes.
 */
struct field {
    char what;
    unsigned min, max;
};

struct layout {
    struct field fields[MOST_FIELDS];
    size_t n;
    bool apart;                                                         /* read part by part */
    int day_offsets[MOST_OFFSETS + 1], month_offsets[MOST_OFFSETS + 1]; /* the first is 0 */
    size_t n_days, n_months;
};

bool sg_date_exists(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= lengths[month - 1] + (leap && month == 2 ? 1 : 0);
}

/* Appends the run of equal letters that starts at *at; false when it has no place in a layout. */
static bool add_field(struct layout *layout, struct sg_bytes text, size_t *at)
{
    char what = (char)text.data[*at];
    unsigned width = 0;
    while (*at < text.len && text.data[*at] == what) {
        width++;
        (*at)++;
    }
    if (layout->n == MOST_FIELDS)
        return false;
    for (size_t i = 0; what != 'x' && i < layout->n; i++) {
        if (layout->fields[i].what == what)
            return false;
    }
    layout->fields[layout->n++] = (struct field){what, width, width};
    if (what == 'y')
        return width == 2 || width == 4 || width == 1;
    return what == 'x' ? width <= SG_TAKEN_LONGEST : (what == 'd' || what == 'm') && width <= 2;
}

static bool read_layout(struct layout *layout, struct sg_bytes text)
{
    size_t at = 0;
    bool month = false;
    while (at < text.len) {
        if (!sg_is_alnum(text.data[at])) {
            layout->apart = true;
            at++;
        } else if (!add_field(layout, text, &at)) {
            return false;
        }
    }
    for (size_t i = 0; i < layout->n; i++) {
        struct field *field = &layout->fields[i];
        month = month || field->what == 'm';
        if (layout->apart && field->what == 'x')
            return false;
        if (field->max > 1 || field->what == 'x')
            continue;
        /* A single d, m or y has no fixed width: only separators can tell where it ends. */
        if (!layout->apart)
            return false;
        field->min = field->what == 'y' ? 2 : 1;
        field->max = field->what == 'y' ? 4 : 2;
    }
    return month;
}

/* "month+50" or "day+40". */
static bool read_offset(struct layout *layout, struct sg_bytes text)
{
    const struct sg_bytes day = SG_BYTES("day+"), month = SG_BYTES("month+");
    bool is_day = sg_bytes_start_with(text, day);
    uint64_t value = 0;
    if (!is_day && !sg_bytes_start_with(text, month))
        return false;
    size_t skip = is_day ? day.len : month.len;
    if (!sg_bytes_to_u64((struct sg_bytes){text.data + skip, text.len - skip}, &value) ||
        value < 1 || value > 87)
        return false;
    if (is_day)
        layout->day_offsets[layout->n_days++] = (int)value;
    else
        layout->month_offsets[layout->n_months++] = (int)value;
    return true;
}

static enum scrubgate_status date_bind(const void **bound, struct sg_arena *arena,
                                       const struct sg_check_args *args,
                                       struct scrubgate_fault *fault)
{
    struct layout *layout = sg_arena_alloc(arena, sizeof *layout);
    if (layout == NULL)
        return SCRUBGATE_ENOMEM;
    layout->n_days = layout->n_months = 1;
    bool fine = args->n >= 1 && read_layout(layout, args->arg[0]);
    for (size_t i = 1; fine && i < args->n; i++)
        fine = read_offset(layout, args->arg[i]);
    if (!fine) {
        sg_fault_set(fault, NULL, 0, 0,
                     "date takes a layout of dd, mm, yy or yyyy and x, as date(ddmmyyyy) or "
                     "date(d/m/y), then offsets, as date(yymmddxxxx, month+50, day+40)");
        return SCRUBGATE_EINVAL;
    }
    *bound = layout;
    return SCRUBGATE_OK;
}

static size_t skip_separators(struct sg_bytes match, size_t at)
{
    while (at < match.len && !sg_is_alnum(match.data[at]))
        at++;
    return at;
}

/* Reads one field at *at; its number goes to *value. */
static bool read_field(const struct layout *layout, const struct field *field,
                       struct sg_bytes match, size_t *at, int *value)
{
    unsigned width = 0;
    *value = 0;
    *at = skip_separators(match, *at);
    while (width < field->max) {
        if (!layout->apart)
            *at = skip_separators(match, *at);
        if (*at == match.len || !sg_is_alnum(match.data[*at]))
            break;
        int c = match.data[*at];
        if (field->what != 'x') {
            if (!sg_is_digit(c))
                return false;
            *value = *value * 10 + (c - '0');
        }
        (*at)++;
        width++;
    }
    if (layout->apart && *at < match.len && sg_is_alnum(match.data[*at]))
        return false;
    if (field->what == 'y' && width == 4 && (*value < FIRST_YEAR || *value > LAST_YEAR))
        return false;
    if (field->what == 'y' && width == 2)
        *value += 2000; /* of the two centuries it may mean, the one where 00 was a leap year */
    return width >= field->min && !(field->what == 'y' && width == 3);
}

static bool date_holds(const void *bound, struct sg_bytes match)
{
    const struct layout *layout = bound;
    int year = 2000, month = 1, day = 1;
    size_t at = 0;
    for (size_t i = 0; i < layout->n; i++) {
        const struct field *field = &layout->fields[i];
        int value = 0;
        if (!read_field(layout, field, match, &at, &value))
            return false;
        if (field->what == 'y')
            year = value;
        else if (field->what == 'm')
            month = value;
        else if (field->what == 'd')
            day = value;
    }
    if (skip_separators(match, at) != match.len)
        return false;
    for (size_t m = 0; m < layout->n_months; m++) {
        for (size_t d = 0; d < layout->n_days; d++) {
            if (sg_date_exists(year, month - layout->month_offsets[m],
                               day - layout->day_offsets[d]))
                return true;
        }
    }
    return false;
}

const struct sg_check_kind sg_check_date_kinds[] = {
    {"date", "date(ddmmyyyy)", date_bind, NULL, date_holds},
};
const size_t sg_check_date_count = sizeof sg_check_date_kinds / sizeof *sg_check_date_kinds;
