/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drawing.h - what all plots are made of: a frame that says what it shows, axes, bars, labels.
 */
#ifndef SG_REPORT_DRAWING_H
#define SG_REPORT_DRAWING_H

#include <stdbool.h>
#include <stddef.h>

#include "report/bins.h"
#include "report/markup.h"
#include "report/scale.h"

/* In units of the drawing, which the page fits to its width. */
enum {
    SG_DRAWING_WIDE = 840,
    SG_DRAWING_SMALL = 440,
    SG_DRAWING_LEFT = 46,
    SG_DRAWING_RIGHT = 8,
    SG_DRAWING_TOP = 26,
    SG_DRAWING_HEIGHT = 140,
    SG_DRAWING_BELOW = 26
};

struct sg_drawing {
    struct sg_markup to;
    const char *id;
    bool small;
    double left, width, height; /* of the area inside the axes */
    size_t labels;              /* at most so many below it */
};

/* Of usual size; left, width and height may be changed before sg_drawing_begin. */
void sg_drawing_init(struct sg_drawing *draw, struct sg_buf *out, const char *id, bool small);
/* Opens the frame; below is what the area leaves free there, with labels. */
void sg_drawing_begin(struct sg_drawing *draw, const char *title, const char *text, double below);
void sg_drawing_end(struct sg_drawing *draw);

void sg_drawing_label(struct sg_drawing *draw, double x, double y, const char *class,
                      const char *text);
/* A vertical axis with lines across. */
void sg_drawing_scale(struct sg_drawing *draw, const struct sg_scale *scale, const char *unit);
/* A horizontal one below y, of parts of time that are all as wide. */
void sg_drawing_times(struct sg_drawing *draw, const struct sg_bins *bins, double y);
/* A part of a path. */
void sg_drawing_bar(struct sg_drawing *draw, double x, double y, double width, double height);
/* Where the pointer finds what stands in a title: it is open until sg_drawing_tip_end. */
void sg_drawing_tip(struct sg_drawing *draw, double x, double y, double width, double height);
void sg_drawing_tip_end(struct sg_drawing *draw);

#endif
