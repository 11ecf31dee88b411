/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plot_days.h - how many there were over time beside how many were expected, and below it a strip
 * for each of those who had them.
 */
#ifndef SG_REPORT_PLOT_DAYS_H
#define SG_REPORT_PLOT_DAYS_H

#include <stddef.h>
#include <stdint.h>

#include "report/drawing.h"
#include "report/sheet.h"

struct sg_plot_days {
    const struct sg_bins *bins;
    const uint64_t *seen;    /* of each bin */
    const double *expected;  /* the same */
    const char *const *name; /* of each strip */
    const uint32_t *strip;   /* n_strips × bins->n */
    size_t n_strips, rest;   /* drawn; not drawn */
};

void sg_plot_draw_days(struct sg_drawing *draw, const struct sg_plot *plot);

#endif
