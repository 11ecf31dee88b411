/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plot_days.c - how many there were over time beside how many were expected, and below it a strip
 * for each of those who had them.
 */
#include "report/plot_days.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { NAMES = 78, TALL = 110, ROW = 17, BETWEEN = 10, SHADES = 4 };

struct days {
    struct sg_drawing *draw;
    const struct sg_plot_days *of;
    struct sg_scale scale;
    double part, gap, bottom; /* of a bin; of the bars */
};

static void draw_bars(const struct days *d)
{
    sg_markup_raw(&d->draw->to, "<path class=\"t1\" d=\"");
    for (size_t i = 0; i < d->of->bins->n; i++) {
        const double up = sg_scale_length(&d->scale, d->of->seen[i], TALL);
        sg_drawing_bar(d->draw, d->draw->left + d->part * (double)i + d->gap / 2, d->bottom - up,
                       d->part - d->gap, up);
    }
    sg_markup_raw(&d->draw->to, "\"/>\n");
}

static void draw_expected(const struct days *d)
{
    sg_markup_rawf(&d->draw->to, "<path class=\"chance\" d=\"M%.1f %.1f", d->draw->left,
                   d->bottom - fmin(d->of->expected[0] / (double)d->scale.top, 1) * TALL);
    for (size_t i = 0; i < d->of->bins->n; i++)
        sg_markup_rawf(&d->draw->to, "V%.1fh%.1f",
                       d->bottom - fmin(d->of->expected[i] / (double)d->scale.top, 1) * TALL,
                       d->part);
    sg_markup_raw(&d->draw->to, "\"/>\n");
}

static uint32_t most_in_strips(const struct sg_plot_days *of)
{
    uint32_t most = 1;
    for (size_t i = 0; i < of->n_strips * of->bins->n; i++)
        most = of->strip[i] > most ? of->strip[i] : most;
    return most;
}

/* The more, the darker: a path for each shade. */
static void draw_strips(const struct days *d)
{
    const size_t n = d->of->bins->n;
    const uint32_t most = most_in_strips(d->of);
    const double top = d->bottom + BETWEEN;
    for (size_t r = 0; r < d->of->n_strips; r++) {
        const double y = top + ROW * (double)r;
        sg_drawing_label(d->draw, d->draw->left - 8, y + 11.5, "end code", d->of->name[r]);
        sg_markup_rawf(&d->draw->to, "<path class=\"strip\" d=\"M%.1f %.1fh%.1fv%dh%.1fz\"/>",
                       d->draw->left, y + 1, d->draw->width, ROW - 3, -d->draw->width);
    }
    for (uint32_t shade = 0; shade < SHADES; shade++) {
        sg_markup_rawf(&d->draw->to, "<path class=\"t1 s%u\" d=\"", (unsigned)shade + 1);
        for (size_t i = 0; i < d->of->n_strips * n; i++)
            if (d->of->strip[i] > 0 && ((uint64_t)d->of->strip[i] * SHADES - 1) / most == shade)
                sg_drawing_bar(d->draw, d->draw->left + d->part * (double)(i % n) + d->gap / 2,
                               top + ROW * (double)(i / n) + 1, d->part - d->gap, ROW - 3);
        sg_markup_raw(&d->draw->to, "\"/>\n");
    }
}

static void draw_legend(const struct days *d)
{
    const double x = d->draw->left + d->draw->width;
    sg_markup_rawf(&d->draw->to,
                   "<path class=\"t1\" d=\"M%.1f 2h9v9h-9z\"/><path class=\"chance\" d=\"M%.1f "
                   "6.5h18\"/>\n",
                   x - 232, x - 122);
    sg_drawing_label(d->draw, x - 219, 10.5, "start", "what there was");
    sg_drawing_label(d->draw, x - 99, 10.5, "start", "by routing alone");
}

static void draw_tips(const struct days *d)
{
    const double height = TALL + BETWEEN + ROW * (double)d->of->n_strips;
    char name[SG_BIN_LABEL];
    sg_markup_raw(&d->draw->to, "<g class=\"tips\">");
    for (size_t i = 0; i < d->of->bins->n; i++) {
        if (d->of->seen[i] == 0)
            continue;
        sg_bins_name(d->of->bins, i, name);
        sg_drawing_tip(d->draw, d->draw->left + d->part * (double)i, SG_DRAWING_TOP, d->part,
                       height);
        sg_markup_rawf(&d->draw->to, "%s: %" PRIu64 ", by routing alone %.1f", name, d->of->seen[i],
                       d->of->expected[i]);
        for (size_t r = 0; r < d->of->n_strips; r++)
            if (d->of->strip[r * d->of->bins->n + i] > 0) {
                sg_markup_rawf(&d->draw->to, "&#10;%u by ",
                               (unsigned)d->of->strip[r * d->of->bins->n + i]);
                sg_markup_text(&d->draw->to, d->of->name[r]);
            }
        sg_drawing_tip_end(d->draw);
    }
    sg_markup_raw(&d->draw->to, "</g>");
}

void sg_plot_draw_days(struct sg_drawing *draw, const struct sg_plot *plot)
{
    struct days d = {.draw = draw, .of = plot->days};
    double most = 1;
    char rest[64];
    draw->width -= NAMES - draw->left;
    draw->left = NAMES;
    d.part = draw->width / (double)d.of->bins->n;
    d.gap = d.part > 5 ? 1.2 : d.part > 3 ? 0.5 : 0;
    d.bottom = SG_DRAWING_TOP + TALL;
    for (size_t i = 0; i < d.of->bins->n; i++)
        most = fmax(most, fmax((double)d.of->seen[i], d.of->expected[i]));
    sg_scale_choose(&d.scale, (uint64_t)ceil(most));
    /* The frame is that of the strips too; the axis only that of the bars. */
    draw->height = TALL + BETWEEN + ROW * (double)(d.of->n_strips + (d.of->rest > 0));
    const double end = SG_DRAWING_TOP + draw->height;
    sg_drawing_begin(draw, plot->title, plot->text, SG_DRAWING_BELOW);
    draw->height = TALL;
    sg_drawing_scale(draw, &d.scale, plot->unit);
    draw_bars(&d);
    draw_expected(&d);
    draw_strips(&d);
    if (d.of->rest > 0) {
        (void)snprintf(rest, sizeof rest, "and %zu more agents, not drawn", d.of->rest);
        sg_drawing_label(draw, draw->left, end - 5, "start", rest);
    }
    sg_drawing_times(draw, d.of->bins, end);
    draw_legend(&d);
    draw_tips(&d);
    sg_drawing_end(draw);
}
