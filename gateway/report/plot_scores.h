/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plot_scores.h - how many have which score, beside how many would by chance, and where the
 * threshold is.
 */
#ifndef SG_REPORT_PLOT_SCORES_H
#define SG_REPORT_PLOT_SCORES_H

#include <stddef.h>
#include <stdint.h>

#include "report/drawing.h"
#include "report/sheet.h"

enum { SG_SCORE_STEPS = 120 };

/* Equal steps of scores; in the last of them is whatever lies above, too. */
struct sg_plot_scores {
    double from, step, threshold;
    size_t n;                         /* steps, at most SG_SCORE_STEPS */
    uint64_t thin[SG_SCORE_STEPS];    /* how many have such a score, of whom nothing can be said */
    uint64_t below[SG_SCORE_STEPS];   /* … who are not flagged */
    uint64_t flagged[SG_SCORE_STEPS]; /* … who are */
    double chance[SG_SCORE_STEPS];    /* how many would by chance alone */
    bool beyond;                      /* something lies above the last step */
    double most;                      /* the highest score */
};

void sg_plot_draw_scores(struct sg_drawing *draw, const struct sg_plot *plot);

#endif
