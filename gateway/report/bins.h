/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bins.h - a range of time cut into equal parts that people think in: minutes, days, months.
 *
 * All is UTC; weeks begin on Monday, months on their first day.
 */
#ifndef SG_REPORT_BINS_H
#define SG_REPORT_BINS_H

#include <stddef.h>
#include <stdint.h>

enum { SG_BINS_MOST = 120, SG_BIN_LABEL = 24 };

struct sg_bins {
    size_t n;                        /* 1 … SG_BINS_MOST */
    uint64_t edge[SG_BINS_MOST + 1]; /* ms since 1970; bin i is edge[i] … edge[i + 1] - 1 */
    const char *width;               /* "6 hours" */
    uint64_t step;                   /* of ms; for months and years of their shortest */
};

/* Covers first … last (ms, both within), at most those of the years 1970 to 9999. */
void sg_bins_choose(struct sg_bins *bins, uint64_t first, uint64_t last);
/* What lies before or behind the range is in its first or last bin. */
size_t sg_bins_find(const struct sg_bins *bins, uint64_t time);

/* Every how many bins a label belongs below the axis, so that there are at most so many; labels
 * begin at *first. */
size_t sg_bins_label_step(const struct sg_bins *bins, size_t most, size_t *first);
/* Short: "14:00", "3 Nov", "Nov 2026". */
void sg_bins_label(const struct sg_bins *bins, size_t bin, char text[SG_BIN_LABEL]);
/* Whole: "2026-11-03 14:00", "2026-11-03", "2026-11". */
void sg_bins_name(const struct sg_bins *bins, size_t bin, char text[SG_BIN_LABEL]);

#endif
