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

/* One kind on those below it. */
static void draw_bars(const struct scores *s, enum sg_tone tone, const uint64_t *bar, double *up)
{
    const double gap = s->part > 5 ? 1.2 : 0.4;
    sg_markup_rawf(&s->draw->to, "<path class=\"%s\" d=\"", sg_tone_class(tone));
    for (size_t i = 0; i < s->of->n; i++) {
        const double height = height_of(s, (double)bar[i]);
        up[i] += height;
        sg_drawing_bar(s->draw, left_of(s, i) + gap / 2, bottom(s) - up[i], s->part - gap, height);
    }
    sg_markup_raw(&s->draw->to, "\"/>\n");
}

static uint64_t all_of(const struct sg_plot_scores *of, size_t step)
{
    return of->thin[step] + of->below[step] + of->flagged[step];
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
    static const struct {
        const char *tone, *text;
        int left;
    } keys[] = {{"t7", "nothing can be said", 510},
                {"t1", "below the threshold", 374},
                {"t2", "flagged: over it", 236}};
    const double end = s->draw->left + s->draw->width;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        sg_markup_rawf(&s->draw->to, "<path class=\"%s\" d=\"M%.1f 2h9v9h-9z\"/>", keys[i].tone,
                       end - keys[i].left);
        sg_drawing_label(s->draw, end - keys[i].left + 13, 10.5, "start", keys[i].text);
    }
    sg_markup_rawf(&s->draw->to, "<path class=\"chance\" d=\"M%.1f 6.5h18\"/>", end - 122);
    sg_drawing_label(s->draw, end - 99, 10.5, "start", "by chance alone");
    sg_markup_raw(&s->draw->to, "\n");
}

static void draw_tips(const struct scores *s)
{
    sg_markup_raw(&s->draw->to, "<g class=\"tips\">");
    for (size_t i = 0; i < s->of->n; i++) {
        const double from = s->of->from + s->of->step * (double)i;
        sg_drawing_tip(s->draw, left_of(s, i), SG_DRAWING_TOP, s->part, s->draw->height);
        sg_markup_rawf(
            &s->draw->to,
            "score %.4g to %.4g: %" PRIu64 " agents, %" PRIu64 " of them flagged; %.1f by chance",
            from, from + s->of->step, all_of(s->of, i), s->of->flagged[i], s->of->chance[i]);
        sg_drawing_tip_end(s->draw);
    }
    sg_markup_raw(&s->draw->to, "</g>");
}

void sg_plot_draw_scores(struct sg_drawing *draw, const struct sg_plot *plot)
{
    struct scores s = {.draw = draw, .of = plot->scores};
    double most = 1, up[SG_SCORE_STEPS] = {0};
    draw->height = TALL;
    s.part = draw->width / (double)s.of->n;
    for (size_t i = 0; i < s.of->n; i++)
        most = fmax(most, fmax((double)all_of(s.of, i), s.of->chance[i]));
    sg_scale_choose(&s.scale, (uint64_t)ceil(most));
    sg_drawing_begin(draw, plot->title, plot->text, BELOW);
    sg_drawing_scale(draw, &s.scale, plot->unit);
    draw_bars(&s, SG_TONE_OTHERS, s.of->thin, up);
    draw_bars(&s, SG_TONE_1, s.of->below, up);
    draw_bars(&s, SG_TONE_2, s.of->flagged, up);
    draw_chance(&s);
    draw_threshold(&s);
    draw_axis(&s);
    draw_legend(&s);
    draw_tips(&s);
    sg_drawing_end(draw);
}
