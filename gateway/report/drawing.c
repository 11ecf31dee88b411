/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drawing.c - what all plots are made of: a frame that says what it shows, axes, bars, labels.
 */
#include "report/drawing.h"

enum { LABELS_WIDE = 10, LABELS_SMALL = 6, LABEL_WIDTH = 30 };

void sg_drawing_init(struct sg_drawing *draw, struct sg_buf *out, const char *id, bool small)
{
    *draw = (struct sg_drawing){.to = {out, SCRUBGATE_OK},
                                .id = id,
                                .small = small,
                                .left = SG_DRAWING_LEFT,
                                .width = (small ? SG_DRAWING_SMALL : SG_DRAWING_WIDE) -
                                         SG_DRAWING_LEFT - SG_DRAWING_RIGHT,
                                .height = SG_DRAWING_HEIGHT,
                                .labels = small ? LABELS_SMALL : LABELS_WIDE};
}

void sg_drawing_begin(struct sg_drawing *draw, const char *title, const char *text, double below)
{
    struct sg_markup *to = &draw->to;
    double height = SG_DRAWING_TOP + draw->height + below;
    sg_markup_rawf(to,
                   "<svg class=\"plot%s\" viewBox=\"0 0 %d %.0f\" role=\"img\" "
                   "aria-labelledby=\"%.60s-t %.60s-d\"><title id=\"%.60s-t\">",
                   draw->small ? " small" : "", draw->small ? SG_DRAWING_SMALL : SG_DRAWING_WIDE,
                   height, draw->id, draw->id, draw->id);
    sg_markup_text(to, title);
    sg_markup_rawf(to, "</title><desc id=\"%.60s-d\">", draw->id);
    sg_markup_text(to, text);
    sg_markup_raw(to, "</desc>\n");
}

void sg_drawing_end(struct sg_drawing *draw)
{
    sg_markup_raw(&draw->to, "</svg>\n");
}

void sg_drawing_label(struct sg_drawing *draw, double x, double y, const char *class,
                      const char *text)
{
    sg_markup_rawf(&draw->to, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
    sg_markup_text(&draw->to, text);
    sg_markup_raw(&draw->to, "</text>");
}

void sg_drawing_scale(struct sg_drawing *draw, const struct sg_scale *scale, const char *unit)
{
    char text[SG_NUMBER_TEXT];
    sg_drawing_label(draw, 0, SG_DRAWING_TOP - 15, "unit", unit);
    for (size_t i = 0; i < scale->n; i++) {
        uint64_t value = i + 1 == scale->n ? scale->top : scale->step * i;
        double y = SG_DRAWING_TOP + draw->height - sg_scale_length(scale, value, draw->height);
        sg_markup_rawf(&draw->to, "<path class=\"%s\" d=\"M%.1f %.1fh%.1f\"/>",
                       i == 0 ? "base" : "grid", draw->left, y, draw->width);
        sg_scale_label(value, text);
        sg_drawing_label(draw, draw->left - 6, y + 3.5, "end", text);
    }
    sg_markup_raw(&draw->to, "\n");
}

void sg_drawing_times(struct sg_drawing *draw, const struct sg_bins *bins, double y)
{
    char text[SG_BIN_LABEL];
    size_t first, step = sg_bins_label_step(bins, draw->labels, &first);
    double part = draw->width / (double)bins->n;
    for (size_t i = first; i < bins->n; i += step) {
        double x = draw->left + part * (double)i;
        sg_bins_label(bins, i, text);
        sg_markup_rawf(&draw->to, "<path class=\"base\" d=\"M%.1f %.1fv4\"/>", x, y);
        /* The last one must not stand out over the edge. */
        bool at_end = x > draw->left + draw->width - LABEL_WIDTH;
        sg_drawing_label(draw, at_end ? draw->left + draw->width : x, y + 17,
                         at_end ? "end" : "start", text);
    }
    sg_markup_raw(&draw->to, "\n");
}

void sg_drawing_bar(struct sg_drawing *draw, double x, double y, double width, double height)
{
    if (width > 0 && height > 0)
        sg_markup_rawf(&draw->to, "M%.1f %.1fh%.1fv%.1fh%.1fz", x, y, width, height, -width);
}

void sg_drawing_tip(struct sg_drawing *draw, double x, double y, double width, double height)
{
    sg_markup_rawf(&draw->to, "<rect x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"%.0f\"><title>",
                   x, y, width, height);
}

void sg_drawing_tip_end(struct sg_drawing *draw)
{
    sg_markup_raw(&draw->to, "</title></rect>");
}
