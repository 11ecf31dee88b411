/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scale.c - a vertical axis: numbers people would choose for its ticks, and places on it.
 */
#include "report/scale.h"

#include <inttypes.h>
#include <stdio.h>

enum { WANTED = 5 };

/* The steps 1, 2, 5, 10, 20 … in turn; 0: there is none above. */
static uint64_t next_step(uint64_t step)
{
    uint64_t power = 1;
    while (power <= step / 10)
        power *= 10;
    uint64_t digit = step / power, next = digit == 1 ? 2 : digit == 2 ? 5 : 10;
    return power > UINT64_MAX / next ? 0 : power * next;
}

void sg_scale_choose(struct sg_scale *scale, uint64_t most)
{
    uint64_t step = 1, next;
    most = most == 0 ? 1 : most;
    /* Rounded up. */
    while (most / step + (most % step != 0) > WANTED && (next = next_step(step)) != 0)
        step = next;
    uint64_t n = most / step + (most % step != 0);
    scale->step = step;
    scale->top = n > UINT64_MAX / step ? most : n * step;
    scale->n = (size_t)n + 1;
}

double sg_scale_length(const struct sg_scale *scale, uint64_t value, double length)
{
    if (value >= scale->top)
        return length;
    return (double)value / (double)scale->top * length;
}

void sg_scale_label(uint64_t value, char text[SG_NUMBER_TEXT])
{
    static const char units[] = {0, 'k', 'M', 'G', 'T', 'P', 'E'};
    uint64_t unit = 1;
    size_t i = 0;
    while (value / unit >= 1000) {
        unit *= 1000;
        i++;
    }
    uint64_t tenths = unit == 1 ? 0 : value % unit / (unit / 10);
    if (i == 0)
        (void)snprintf(text, SG_NUMBER_TEXT, "%" PRIu64, value);
    else if (tenths == 0)
        (void)snprintf(text, SG_NUMBER_TEXT, "%" PRIu64 "%c", value / unit, units[i]);
    else
        (void)snprintf(text, SG_NUMBER_TEXT, "%" PRIu64 ".%" PRIu64 "%c", value / unit, tenths,
                       units[i]);
}
