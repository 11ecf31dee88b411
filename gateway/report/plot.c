/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plot.c - a plot as inline SVG: no script, colours by class, a title and a description for who
 * cannot see it.
 */
#include "report/plot.h"

#include <inttypes.h>
#include <stdio.h>

#include "report/drawing.h"
#include "report/plot_days.h"
#include "report/plot_pairs.h"
#include "report/plot_scores.h"

enum { ROW = 22, NAMES = 118 };

/* --- one on the other, over time --- */

static uint64_t sum_at(const struct sg_plot *plot, size_t bin, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += plot->series[i].value[bin];
    return sum;
}

/* What stands under the pointer: when, and how many of each. */
static void draw_tip(struct sg_drawing *draw, const struct sg_plot *plot, size_t bin)
{
    char name[SG_BIN_LABEL], number[SG_MARKUP_VALUE];
    double part = draw->width / (double)plot->bins->n;
    struct sg_cell cell = sg_cell_number(sum_at(plot, bin, plot->n_series));
    sg_bins_name(plot->bins, bin, name);
    sg_drawing_tip(draw, draw->left + part * (double)bin, SG_DRAWING_TOP, part, draw->height);
    sg_markup_rawf(&draw->to, "%s: %s ", name, sg_cell_text(&cell, number));
    sg_markup_text(&draw->to, plot->unit);
    for (size_t i = 0; i < plot->n_series; i++) {
        cell = sg_cell_number(plot->series[i].value[bin]);
        if (cell.number == 0)
            continue;
        sg_markup_rawf(&draw->to, "&#10;%s ", sg_cell_text(&cell, number));
        sg_markup_text(&draw->to, plot->series[i].name);
    }
    sg_drawing_tip_end(draw);
}

static void draw_stack(struct sg_drawing *draw, const struct sg_plot *plot)
{
    const struct sg_bins *bins = plot->bins;
    const double part = draw->width / (double)bins->n, gap = part > 5 ? 1.2 : part > 3 ? 0.5 : 0;
    struct sg_scale scale;
    uint64_t most = 0;
    for (size_t i = 0; i < bins->n; i++) {
        uint64_t sum = sum_at(plot, i, plot->n_series);
        most = sum > most ? sum : most;
    }
    sg_scale_choose(&scale, most);
    sg_drawing_scale(draw, &scale, plot->unit);
    for (size_t k = 0; k < plot->n_series; k++) {
        sg_markup_rawf(&draw->to, "<path class=\"%s\" d=\"", sg_tone_class(plot->series[k].tone));
        for (size_t i = 0; i < bins->n; i++) {
            double below = sg_scale_length(&scale, sum_at(plot, i, k), draw->height);
            double above = sg_scale_length(&scale, sum_at(plot, i, k + 1), draw->height);
            sg_drawing_bar(draw, draw->left + part * (double)i + gap / 2,
                           SG_DRAWING_TOP + draw->height - above, part - gap, above - below);
        }
        sg_markup_raw(&draw->to, "\"/>\n");
    }
    sg_drawing_times(draw, bins, SG_DRAWING_TOP + draw->height);
    sg_markup_raw(&draw->to, "<g class=\"tips\">");
    for (size_t i = 0; i < bins->n; i++)
        draw_tip(draw, plot, i);
    sg_markup_raw(&draw->to, "</g>");
}

/* --- by label --- */

static void draw_steps(struct sg_drawing *draw, const struct sg_plot *plot)
{
    const double part = draw->width / (double)(plot->n == 0 ? 1 : plot->n);
    const size_t every = (plot->n + draw->labels - 1) / draw->labels;
    char number[SG_MARKUP_VALUE];
    struct sg_scale scale;
    uint64_t most = 0;
    for (size_t i = 0; i < plot->n; i++)
        most = plot->value[i] > most ? plot->value[i] : most;
    sg_scale_choose(&scale, most);
    sg_drawing_scale(draw, &scale, plot->unit);
    sg_markup_raw(&draw->to, "<path class=\"t1\" d=\"");
    for (size_t i = 0; i < plot->n; i++) {
        double up = sg_scale_length(&scale, plot->value[i], draw->height);
        sg_drawing_bar(draw, draw->left + part * (double)i + 1, SG_DRAWING_TOP + draw->height - up,
                       part - 2, up);
    }
    sg_markup_raw(&draw->to, "\"/>\n");
    for (size_t i = 0; i < plot->n; i += every)
        sg_drawing_label(draw, draw->left + part * ((double)i + 0.5),
                         SG_DRAWING_TOP + draw->height + 17, "middle", plot->label[i]);
    sg_markup_raw(&draw->to, "<g class=\"tips\">");
    for (size_t i = 0; i < plot->n; i++) {
        struct sg_cell cell = sg_cell_number(plot->value[i]);
        sg_drawing_tip(draw, draw->left + part * (double)i, SG_DRAWING_TOP, part, draw->height);
        sg_markup_text(&draw->to, plot->label[i]);
        sg_markup_rawf(&draw->to, ": %s ", sg_cell_text(&cell, number));
        sg_markup_text(&draw->to, plot->unit);
        sg_drawing_tip_end(draw);
    }
    sg_markup_raw(&draw->to, "</g>");
}

/* --- from when to when --- */

static double place_of(const struct sg_drawing *draw, const struct sg_bins *bins, uint64_t time)
{
    uint64_t start = bins->edge[0], end = bins->edge[bins->n];
    time = time < start ? start : time > end ? end : time;
    return draw->left + (double)(time - start) / (double)(end - start) * draw->width;
}

/* Bins need not be equally long, months are not; labels stand where their time is. */
static void draw_days(struct sg_drawing *draw, const struct sg_bins *bins)
{
    char text[SG_BIN_LABEL];
    size_t first, step = sg_bins_label_step(bins, draw->labels - 2, &first);
    for (size_t i = first; i < bins->n; i += step) {
        double x = place_of(draw, bins, bins->edge[i]);
        bool at_end = x > draw->left + draw->width - 30;
        sg_bins_label(bins, i, text);
        sg_markup_rawf(&draw->to, "<path class=\"grid\" d=\"M%.1f %dv%.1f\"/>", x,
                       SG_DRAWING_TOP - 6, draw->height + 10);
        sg_drawing_label(draw, at_end ? draw->left + draw->width : x,
                         SG_DRAWING_TOP + draw->height + 17, at_end ? "end" : "start", text);
    }
}

static void draw_spans(struct sg_drawing *draw, const struct sg_plot *plot)
{
    draw_days(draw, plot->bins);
    for (size_t i = 0; i < plot->n_series; i++) {
        const struct sg_series *series = &plot->series[i];
        double from = place_of(draw, plot->bins, series->value[0]);
        double to = place_of(draw, plot->bins, series->value[1]);
        double y = SG_DRAWING_TOP + ROW * (double)i;
        sg_drawing_label(draw, draw->left - 8, y + 12, "end code", series->name);
        sg_markup_rawf(&draw->to, "<path class=\"%s\" d=\"", sg_tone_class(series->tone));
        sg_drawing_bar(draw, from, y + 2, to - from < 3 ? 3 : to - from, ROW - 8);
        sg_markup_raw(&draw->to, "\"/>\n");
    }
}

/* --- all of them --- */

static void add_framed(struct sg_drawing *draw, const struct sg_plot *plot,
                       void (*add)(struct sg_drawing *, const struct sg_plot *))
{
    sg_drawing_begin(draw, plot->title, plot->text, SG_DRAWING_BELOW);
    add(draw, plot);
    sg_drawing_end(draw);
}

enum scrubgate_status sg_plot_add(struct sg_buf *out, const struct sg_plot *plot, const char *id)
{
    struct sg_drawing draw;
    sg_drawing_init(&draw, out, id, plot->small);
    switch (plot->kind) {
    case SG_PLOT_STACK:
        add_framed(&draw, plot, draw_stack);
        break;
    case SG_PLOT_STEPS:
        add_framed(&draw, plot, draw_steps);
        break;
    case SG_PLOT_SPANS:
        draw.width -= NAMES - draw.left;
        draw.left = NAMES;
        draw.height = ROW * (double)plot->n_series;
        add_framed(&draw, plot, draw_spans);
        break;
    case SG_PLOT_SCORES:
        sg_plot_draw_scores(&draw, plot);
        break;
    case SG_PLOT_PAIRS:
        sg_plot_draw_pairs(&draw, plot);
        break;
    case SG_PLOT_DAYS:
        sg_plot_draw_days(&draw, plot);
        break;
    }
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
