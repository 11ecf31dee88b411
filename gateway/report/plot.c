/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plot.c - a plot as inline SVG: no script, colours by class, a title and a description for who
 * cannot see it.
 */
#include "report/plot.h"

#include <inttypes.h>
#include <stdio.h>

#include "report/markup.h"
#include "report/scale.h"

/* In units of the drawing, which the page fits to its width. */
enum {
    WIDE = 840,
    SMALL = 440,
    LEFT = 46,
    RIGHT = 8,
    TOP = 26,
    HEIGHT = 140,
    BELOW = 26,
    ROW = 22,
    NAMES = 118,
    LABELS_WIDE = 10,
    LABELS_SMALL = 6,
    TIP_MOST = 360
};

struct drawing {
    struct sg_markup to;
    const struct sg_plot *plot;
    const char *id;
    double left, width, height; /* of the area inside the axes */
    size_t labels;              /* at most so many below it */
};

/* --- the frame --- */

static void begin(struct drawing *draw)
{
    struct sg_markup *to = &draw->to;
    double height = TOP + draw->height + BELOW;
    sg_markup_rawf(to,
                   "<svg class=\"plot%s\" viewBox=\"0 0 %d %.0f\" role=\"img\" "
                   "aria-labelledby=\"%.60s-t %.60s-d\"><title id=\"%.60s-t\">",
                   draw->plot->small ? " small" : "", draw->plot->small ? SMALL : WIDE, height,
                   draw->id, draw->id, draw->id);
    sg_markup_text(to, draw->plot->title);
    sg_markup_rawf(to, "</title><desc id=\"%.60s-d\">", draw->id);
    sg_markup_text(to, draw->plot->text);
    sg_markup_raw(to, "</desc>\n");
}

static void label(struct drawing *draw, double x, double y, const char *anchor, const char *text)
{
    sg_markup_rawf(&draw->to, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, anchor);
    sg_markup_text(&draw->to, text);
    sg_markup_raw(&draw->to, "</text>");
}

static void draw_scale(struct drawing *draw, const struct sg_scale *scale)
{
    char text[SG_NUMBER_TEXT];
    label(draw, 0, TOP - 15, "unit", draw->plot->unit);
    for (size_t i = 0; i < scale->n; i++) {
        uint64_t value = i + 1 == scale->n ? scale->top : scale->step * i;
        double y = TOP + draw->height - sg_scale_length(scale, value, draw->height);
        sg_markup_rawf(&draw->to, "<path class=\"%s\" d=\"M%.1f %.1fh%.1f\"/>",
                       i == 0 ? "base" : "grid", draw->left, y, draw->width);
        sg_scale_label(value, text);
        label(draw, draw->left - 6, y + 3.5, "end", text);
    }
    sg_markup_raw(&draw->to, "\n");
}

static void draw_times(struct drawing *draw, const struct sg_bins *bins)
{
    char text[SG_BIN_LABEL];
    size_t first, step = sg_bins_label_step(bins, draw->labels, &first);
    double part = draw->width / (double)bins->n, y = TOP + draw->height;
    for (size_t i = first; i < bins->n; i += step) {
        double x = draw->left + part * (double)i;
        sg_bins_label(bins, i, text);
        sg_markup_rawf(&draw->to, "<path class=\"base\" d=\"M%.1f %.1fv4\"/>", x, y);
        /* The last one must not stand out over the edge. */
        bool at_end = x > draw->left + draw->width - 30;
        label(draw, at_end ? draw->left + draw->width : x, y + 17, at_end ? "end" : "start", text);
    }
    sg_markup_raw(&draw->to, "\n");
}

static void bar(struct sg_markup *to, double x, double y, double width, double height)
{
    if (width > 0 && height > 0)
        sg_markup_rawf(to, "M%.1f %.1fh%.1fv%.1fh%.1fz", x, y, width, height, -width);
}

/* --- one on the other, over time --- */

static uint64_t sum_at(const struct sg_plot *plot, size_t bin, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += plot->series[i].value[bin];
    return sum;
}

/* What stands under the pointer: when, and how many of each. */
static void draw_tip(struct drawing *draw, size_t bin)
{
    const struct sg_plot *plot = draw->plot;
    char name[SG_BIN_LABEL], number[SG_MARKUP_VALUE];
    double part = draw->width / (double)plot->bins->n;
    struct sg_cell cell = sg_cell_number(sum_at(plot, bin, plot->n_series));
    sg_bins_name(plot->bins, bin, name);
    sg_markup_rawf(&draw->to, "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%.0f\"><title>",
                   draw->left + part * (double)bin, TOP, part, draw->height);
    sg_markup_rawf(&draw->to, "%s: %s ", name, sg_cell_text(&cell, number));
    sg_markup_text(&draw->to, plot->unit);
    for (size_t i = 0; i < plot->n_series; i++) {
        cell = sg_cell_number(plot->series[i].value[bin]);
        if (cell.number == 0)
            continue;
        sg_markup_rawf(&draw->to, "&#10;%s ", sg_cell_text(&cell, number));
        sg_markup_text(&draw->to, plot->series[i].name);
    }
    sg_markup_raw(&draw->to, "</title></rect>");
}

static void draw_stack(struct drawing *draw)
{
    const struct sg_plot *plot = draw->plot;
    const struct sg_bins *bins = plot->bins;
    const double part = draw->width / (double)bins->n, gap = part > 5 ? 1.2 : part > 3 ? 0.5 : 0;
    struct sg_scale scale;
    uint64_t most = 0;
    for (size_t i = 0; i < bins->n; i++) {
        uint64_t sum = sum_at(plot, i, plot->n_series);
        most = sum > most ? sum : most;
    }
    sg_scale_choose(&scale, most);
    draw_scale(draw, &scale);
    for (size_t k = 0; k < plot->n_series; k++) {
        sg_markup_rawf(&draw->to, "<path class=\"%s\" d=\"", sg_tone_class(plot->series[k].tone));
        for (size_t i = 0; i < bins->n; i++) {
            double below = sg_scale_length(&scale, sum_at(plot, i, k), draw->height);
            double above = sg_scale_length(&scale, sum_at(plot, i, k + 1), draw->height);
            bar(&draw->to, draw->left + part * (double)i + gap / 2, TOP + draw->height - above,
                part - gap, above - below);
        }
        sg_markup_raw(&draw->to, "\"/>\n");
    }
    draw_times(draw, bins);
    sg_markup_raw(&draw->to, "<g class=\"tips\">");
    for (size_t i = 0; i < bins->n; i++)
        draw_tip(draw, i);
    sg_markup_raw(&draw->to, "</g>");
}

/* --- by label --- */

static void draw_steps(struct drawing *draw)
{
    const struct sg_plot *plot = draw->plot;
    const double part = draw->width / (double)(plot->n == 0 ? 1 : plot->n);
    const size_t every = (plot->n + draw->labels - 1) / draw->labels;
    char number[SG_MARKUP_VALUE];
    struct sg_scale scale;
    uint64_t most = 0;
    for (size_t i = 0; i < plot->n; i++)
        most = plot->value[i] > most ? plot->value[i] : most;
    sg_scale_choose(&scale, most);
    draw_scale(draw, &scale);
    sg_markup_raw(&draw->to, "<path class=\"t1\" d=\"");
    for (size_t i = 0; i < plot->n; i++) {
        double up = sg_scale_length(&scale, plot->value[i], draw->height);
        bar(&draw->to, draw->left + part * (double)i + 1, TOP + draw->height - up, part - 2, up);
    }
    sg_markup_raw(&draw->to, "\"/>\n");
    for (size_t i = 0; i < plot->n; i += every)
        label(draw, draw->left + part * ((double)i + 0.5), TOP + draw->height + 17, "middle",
              plot->label[i]);
    sg_markup_raw(&draw->to, "<g class=\"tips\">");
    for (size_t i = 0; i < plot->n; i++) {
        struct sg_cell cell = sg_cell_number(plot->value[i]);
        sg_markup_rawf(&draw->to,
                       "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%.0f\"><title>",
                       draw->left + part * (double)i, TOP, part, draw->height);
        sg_markup_text(&draw->to, plot->label[i]);
        sg_markup_rawf(&draw->to, ": %s ", sg_cell_text(&cell, number));
        sg_markup_text(&draw->to, plot->unit);
        sg_markup_raw(&draw->to, "</title></rect>");
    }
    sg_markup_raw(&draw->to, "</g>");
}

/* --- from when to when --- */

static double place_of(const struct drawing *draw, uint64_t time)
{
    const struct sg_bins *bins = draw->plot->bins;
    uint64_t start = bins->edge[0], end = bins->edge[bins->n];
    time = time < start ? start : time > end ? end : time;
    return draw->left + (double)(time - start) / (double)(end - start) * draw->width;
}

/* Bins need not be equally long, months are not; labels stand where their time is. */
static void draw_days(struct drawing *draw)
{
    const struct sg_bins *bins = draw->plot->bins;
    char text[SG_BIN_LABEL];
    size_t first, step = sg_bins_label_step(bins, draw->labels - 2, &first);
    for (size_t i = first; i < bins->n; i += step) {
        double x = place_of(draw, bins->edge[i]);
        bool at_end = x > draw->left + draw->width - 30;
        sg_bins_label(bins, i, text);
        sg_markup_rawf(&draw->to, "<path class=\"grid\" d=\"M%.1f %dv%.1f\"/>", x, TOP - 6,
                       draw->height + 10);
        label(draw, at_end ? draw->left + draw->width : x, TOP + draw->height + 17,
              at_end ? "end" : "start", text);
    }
}

static void draw_spans(struct drawing *draw)
{
    const struct sg_plot *plot = draw->plot;
    draw_days(draw);
    for (size_t i = 0; i < plot->n_series; i++) {
        const struct sg_series *series = &plot->series[i];
        double from = place_of(draw, series->value[0]), to = place_of(draw, series->value[1]);
        double y = TOP + ROW * (double)i;
        label(draw, draw->left - 8, y + 12, "end code", series->name);
        sg_markup_rawf(&draw->to, "<path class=\"%s\" d=\"", sg_tone_class(series->tone));
        bar(&draw->to, from, y + 2, to - from < 3 ? 3 : to - from, ROW - 8);
        sg_markup_raw(&draw->to, "\"/>\n");
    }
}

enum scrubgate_status sg_plot_add(struct sg_buf *out, const struct sg_plot *plot, const char *id)
{
    struct drawing draw = {.to = {out, SCRUBGATE_OK},
                           .plot = plot,
                           .id = id,
                           .left = LEFT,
                           .width = (plot->small ? SMALL : WIDE) - LEFT - RIGHT,
                           .height = HEIGHT,
                           .labels = plot->small ? LABELS_SMALL : LABELS_WIDE};
    if (plot->kind == SG_PLOT_SPANS) {
        draw.left = NAMES;
        draw.width = (plot->small ? SMALL : WIDE) - NAMES - RIGHT;
        draw.height = ROW * (double)plot->n_series;
    }
    begin(&draw);
    switch (plot->kind) {
    case SG_PLOT_STACK:
        draw_stack(&draw);
        break;
    case SG_PLOT_STEPS:
        draw_steps(&draw);
        break;
    case SG_PLOT_SPANS:
        draw_spans(&draw);
        break;
    }
    sg_markup_raw(&draw.to, "</svg>\n");
    return draw.to.rc;
}

enum scrubgate_status sg_plot_add_bar(struct sg_buf *out, uint64_t value, uint64_t most,
                                      enum sg_tone tone)
{
    struct sg_markup to = {out, SCRUBGATE_OK};
    double width = most == 0 ? 0 : (double)value / (double)most * 100;
    width = width > 100 ? 100 : width;
    sg_markup_rawf(&to,
                   "<svg class=\"bar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
                   "aria-hidden=\"true\"><rect class=\"%s\" width=\"%.1f\" height=\"10\"/></svg>",
                   sg_tone_class(tone), value > 0 && width < 1 ? 1.0 : width);
    return to.rc;
}
