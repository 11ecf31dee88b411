/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plot_pairs.h - who met whom: one row above, one below, a line for each pair that met, as wide as
 * they met more often than expected.
 */
#ifndef SG_REPORT_PLOT_PAIRS_H
#define SG_REPORT_PLOT_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "report/drawing.h"
#include "report/sheet.h"

enum { SG_PAIRS_ABOVE = 14, SG_PAIRS_BELOW = 60 };

struct sg_pairs_end {
    const char *name;
    uint32_t meetings;
};
struct sg_pairs_line {
    uint32_t above, below; /* indexes into these */
    uint32_t seen;
    double expected;
};

/* At most SG_PAIRS_ABOVE and SG_PAIRS_BELOW; what there is more is said, not drawn. */
struct sg_plot_pairs {
    const struct sg_pairs_end *above, *below;
    size_t n_above, n_below, rest_above, rest_below;
    const struct sg_pairs_line *line;
    size_t n_lines;
};

void sg_plot_draw_pairs(struct sg_drawing *draw, const struct sg_plot *plot);

#endif
