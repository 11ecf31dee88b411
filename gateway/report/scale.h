/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scale.h - a vertical axis: numbers people would choose for its ticks, and places on it.
 */
#ifndef SG_REPORT_SCALE_H
#define SG_REPORT_SCALE_H

#include <stddef.h>
#include <stdint.h>

enum { SG_SCALE_TICKS = 7, SG_NUMBER_TEXT = 32 };

/* From 0 to top; ticks are 1, 2 or 5 times a power of ten apart, and whole. */
struct sg_scale {
    uint64_t top, step;
    size_t n; /* ticks, with the one at 0: 2 … SG_SCALE_TICKS */
};

/* top is at least most, and 1. */
void sg_scale_choose(struct sg_scale *scale, uint64_t most);
/* How much of length a value takes; finite, 0 … length. */
double sg_scale_length(const struct sg_scale *scale, uint64_t value, double length);
/* "0", "250", "1.5k", "20M": for an axis. */
void sg_scale_label(uint64_t value, char text[SG_NUMBER_TEXT]);

#endif
