/* SPDX-License-Identifier: Apache-2.0 */
/*
 * markup.c - text for HTML, SVG and CSS that stays text, whatever it is; numbers as people read
 * them.
 */
#include "report/markup.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void sg_markup_raw(struct sg_markup *to, const char *text)
{
    if (to->rc >= 0)
        to->rc = sg_buf_add_text(to->out, text);
}

void sg_markup_rawf(struct sg_markup *to, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert(len >= 0 && (size_t)len < sizeof text);
    sg_markup_raw(to, text);
}

static const char *reference_of(uint8_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return (c < ' ' && c != '\n' && c != '\t') || c == 0x7f ? "\xef\xbf\xbd" : NULL;
    }
}

void sg_markup_text(struct sg_markup *to, const char *text)
{
    for (const char *run = text; to->rc >= 0; text++) {
        const char *reference = *text == '\0' ? "" : reference_of((uint8_t)*text);
        if (reference == NULL)
            continue;
        to->rc = sg_buf_add(to->out, run, (size_t)(text - run));
        sg_markup_raw(to, reference);
        run = text + 1;
        if (*text == '\0')
            break;
    }
}

void sg_markup_css(struct sg_markup *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (sg_is_alnum(*text) || strchr(" ./:-", *text) != NULL)
            sg_markup_rawf(to, "%c", *text);
        else if ((uint8_t)*text < 0x80)
            sg_markup_rawf(to, "\\%06x", (unsigned)*text);
        else
            sg_markup_raw(to, "?"); /* an origin is ASCII */
    }
}

/* --- values --- */

static const char *group(uint64_t value, char room[SG_MARKUP_VALUE])
{
    char digits[SG_MARKUP_VALUE];
    int n = snprintf(digits, sizeof digits, "%" PRIu64, value);
    char *to = room;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return room;
}

struct unit {
    uint64_t size;
    const char *name;
};

/* In the largest unit that it has one of; two digits behind the point where it is short. */
static const char *measure(uint64_t value, const struct unit *units, size_t n,
                           char room[SG_MARKUP_VALUE])
{
    while (n > 1 && value < units[n - 1].size)
        n--;
    const struct unit *unit = &units[n - 1];
    uint64_t whole = value / unit->size;
    unsigned tenths = (unsigned)((double)(value % unit->size) / (double)unit->size * 10);
    if (whole >= 100 || (tenths == 0 && value % unit->size == 0))
        (void)snprintf(room, SG_MARKUP_VALUE, "%" PRIu64 " %s", whole, unit->name);
    else
        (void)snprintf(room, SG_MARKUP_VALUE, "%" PRIu64 ".%u %s", whole, tenths, unit->name);
    return room;
}

static const struct unit times[] = {{1, "ns"},
                                    {1000, "µs"},
                                    {1000000, "ms"},
                                    {1000000000, "s"},
                                    {UINT64_C(60000000000), "min"},
                                    {UINT64_C(3600000000000), "h"},
                                    {UINT64_C(86400000000000), "d"}};
static const struct unit sizes[] = {{1, "B"},
                                    {UINT64_C(1) << 10, "KiB"},
                                    {UINT64_C(1) << 20, "MiB"},
                                    {UINT64_C(1) << 30, "GiB"},
                                    {UINT64_C(1) << 40, "TiB"}};

const char *sg_cell_text(const struct sg_cell *cell, char room[SG_MARKUP_VALUE])
{
    char stamp[25];
    const uint64_t ns = cell->number > UINT64_MAX / 1000000 ? UINT64_MAX : cell->number * 1000000;
    switch (cell->kind) {
    case SG_CELL_WORD:
    case SG_CELL_CODE:
    case SG_CELL_FIGURE:
        return cell->text;
    case SG_CELL_NUMBER:
        return group(cell->number, room);
    case SG_CELL_SEQ:
        (void)snprintf(room, SG_MARKUP_VALUE, "%" PRIu64, cell->number);
        return room;
    case SG_CELL_TIME:
        sg_clock_format(cell->number, stamp);
        (void)snprintf(room, SG_MARKUP_VALUE, "%.10s %.8s", stamp, stamp + 11);
        return room;
    case SG_CELL_NS:
        return measure(cell->number, times, sizeof times / sizeof times[0], room);
    case SG_CELL_MS:
        return measure(ns, times, sizeof times / sizeof times[0], room);
    case SG_CELL_BYTES:
        return measure(cell->number, sizes, sizeof sizes / sizeof sizes[0], room);
    case SG_CELL_NONE:
        break;
    }
    return "–";
}

const char *sg_tone_class(enum sg_tone tone)
{
    static const char *const names[] = {
        [SG_TONE_NONE] = "t0",   [SG_TONE_1] = "t1",      [SG_TONE_2] = "t2",
        [SG_TONE_3] = "t3",      [SG_TONE_4] = "t4",      [SG_TONE_5] = "t5",
        [SG_TONE_6] = "t6",      [SG_TONE_OTHERS] = "t7", [SG_TONE_CLEAN] = "t8",
        [SG_TONE_GOOD] = "good", [SG_TONE_WARN] = "warn", [SG_TONE_BAD] = "bad"};
    assert((size_t)tone < sizeof names / sizeof names[0]);
    return names[tone];
}
