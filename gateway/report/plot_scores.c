/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plot_scores.c - how many have which score, beside how many would by chance, and where the
 * threshold is.
 */
#include "report/plot_scores.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { TALL = 190, BELOW = 40, SHORTEST = 3, EVERY = 10 };

struct scores {
    struct sg_drawing *draw;
    const struct sg_plot_scores *of;
    struct sg_scale scale;
    double part;
};

static double left_of(const struct scores *s, size_t step)
{
    return s->draw->left + s->part * (double)step;
}

static double bottom(const struct scores *s)
{
    return SG_DRAWING_TOP + s->draw->height;
}

/* One of a thousand must be seen, too. */
static double height_of(const struct scores *s, double value)
{
    const double height = value / (double)s->scale.top * s->draw->height;
    return value > 0 && height < SHORTEST ? SHORTEST : height;
}

static void draw_bars(const struct scores *s, bool flagged)
{
    const double gap = s->part > 5 ? 1.2 : 0.4;
    sg_markup_rawf(&s->draw->to, "<path class=\"%s\" d=\"", flagged ? "t2" : "t1");
    for (size_t i = 0; i < s->of->n; i++) {
        const double below = height_of(s, (double)s->of->below[i]);
        const double all = below + height_of(s, (double)s->of->flagged[i]);
        const double from = flagged ? below : 0, to = flagged ? all : below;
        sg_drawing_bar(s->draw, left_of(s, i) + gap / 2, bottom(s) - to, s->part - gap, to - from);
    }
    sg_markup_raw(&s->draw->to, "\"/>\n");
}

/* A line over the steps. */
static void draw_chance(const struct scores *s)
{
    sg_markup_rawf(&s->draw->to, "<path class=\"chance\" d=\"M%.1f %.1f", s->draw->left, bottom(s));
    for (size_t i = 0; i < s->of->n; i++)
        sg_markup_rawf(&s->draw->to, "V%.1fh%.1f",
                       bottom(s) -
                           fmin(s->of->chance[i] / (double)s->scale.top, 1) * s->draw->height,
                       s->part);
    sg_markup_rawf(&s->draw->to, "V%.1f\"/>\n", bottom(s));
}

static void draw_threshold(const struct scores *s)
{
    char text[64];
    const double at = (s->of->threshold - s->of->from) / s->of->step;
    const double x = left_of(s, 0) + s->part * fmin(fmax(at, 0), (double)s->of->n);
    const bool late = x > s->draw->left + s->draw->width - 150;
    (void)snprintf(text, sizeof text, "threshold %.1f", s->of->threshold);
    sg_markup_rawf(&s->draw->to, "<path class=\"limit\" d=\"M%.1f %dV%.1f\"/>", x,
                   SG_DRAWING_TOP - 4, bottom(s));
    sg_drawing_label(s->draw, late ? x - 6 : x + 6, SG_DRAWING_TOP + 6,
                     late ? "end strong" : "start strong", text);
}

static void draw_axis(const struct scores *s)
{
    char text[64];
    for (size_t i = 0; i < s->of->n; i += EVERY) {
        (void)snprintf(text, sizeof text, "%.4g", s->of->from + s->of->step * (double)i);
        sg_markup_rawf(&s->draw->to, "<path class=\"base\" d=\"M%.1f %.1fv4\"/>", left_of(s, i),
                       bottom(s));
        sg_drawing_label(s->draw, left_of(s, i), bottom(s) + 17, "middle", text);
    }
    (void)snprintf(text, sizeof text, s->of->beyond ? "score, up to %.1f in the last bar" : "score",
                   s->of->most);
    sg_drawing_label(s->draw, s->draw->left + s->draw->width, bottom(s) + 33, "end", text);
}

static void draw_legend(const struct scores *s)
{
    const double y = 9, x = s->draw->left + s->draw->width;
    sg_markup_rawf(&s->draw->to,
                   "<path class=\"t1\" d=\"M%.1f 2h9v9h-9z\"/><path class=\"t2\" d=\"M%.1f "
                   "2h9v9h-9z\"/><path class=\"chance\" d=\"M%.1f 6.5h18\"/>\n",
                   x - 374, x - 236, x - 122);
    sg_drawing_label(s->draw, x - 361, y + 1.5, "start", "below the threshold");
    sg_drawing_label(s->draw, x - 223, y + 1.5, "start", "flagged: over it");
    sg_drawing_label(s->draw, x - 99, y + 1.5, "start", "by chance alone");
}

static void draw_tips(const struct scores *s)
{
    sg_markup_raw(&s->draw->to, "<g class=\"tips\">");
    for (size_t i = 0; i < s->of->n; i++) {
        const double from = s->of->from + s->of->step * (double)i;
        sg_drawing_tip(s->draw, left_of(s, i), SG_DRAWING_TOP, s->part, s->draw->height);
        sg_markup_rawf(&s->draw->to,
                       "score %.4g to %.4g: %" PRIu64 " agents, %" PRIu64
                       " of them flagged; %.1f by chance",
                       from, from + s->of->step, s->of->below[i] + s->of->flagged[i],
                       s->of->flagged[i], s->of->chance[i]);
        sg_drawing_tip_end(s->draw);
    }
    sg_markup_raw(&s->draw->to, "</g>");
}

void sg_plot_draw_scores(struct sg_drawing *draw, const struct sg_plot *plot)
{
    struct scores s = {.draw = draw, .of = plot->scores};
    double most = 1;
    draw->height = TALL;
    s.part = draw->width / (double)s.of->n;
    for (size_t i = 0; i < s.of->n; i++)
        most = fmax(most, fmax((double)(s.of->below[i] + s.of->flagged[i]), s.of->chance[i]));
    sg_scale_choose(&s.scale, (uint64_t)ceil(most));
    sg_drawing_begin(draw, plot->title, plot->text, BELOW);
    sg_drawing_scale(draw, &s.scale, plot->unit);
    draw_bars(&s, false);
    draw_bars(&s, true);
    draw_chance(&s);
    draw_threshold(&s);
    draw_axis(&s);
    draw_legend(&s);
    draw_tips(&s);
    sg_drawing_end(draw);
}
