/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plot_pairs.c - who met whom: agents above, customers below, a line for each pair that met, as
 * wide as they met more often than routing explains.
 */
#include "report/plot_pairs.h"

#include <math.h>
#include <stdio.h>

enum { BOX_Y = 30, BOX = 22, DOT_Y = 250, LETTERS = 62, HEIGHT = 330, SIDE = 10 };
static const double thinnest = 0.7, widest = 9, box_widest = 92, dot_most = 5.5;

struct pairs {
    struct sg_drawing *draw;
    const struct sg_plot_pairs *of;
    double above, below; /* room for each */
    double most;         /* surplus of a line */
};

/* Few stand in the middle, not scattered over the width. */
static double room_of(size_t n, double most)
{
    return fmin((SG_DRAWING_WIDE - 2 * SIDE) / (double)(n == 0 ? 1 : n), most);
}

static double place(size_t n, double room, size_t i)
{
    return SG_DRAWING_WIDE / 2.0 + room * ((double)i + 0.5 - (double)n / 2);
}

static double surplus(const struct sg_pairs_line *line)
{
    return fmax((double)line->seen - line->expected, 0);
}

/* --- lines --- */

static void draw_line(const struct pairs *p, const struct sg_pairs_line *line)
{
    const double from = place(p->of->n_above, p->above, line->above);
    const double to = place(p->of->n_below, p->below, line->below);
    const double middle = (BOX_Y + BOX + DOT_Y) / 2.0;
    sg_markup_rawf(&p->draw->to,
                   "<path class=\"pair a%u\" stroke-width=\"%.1f\" d=\"M%.1f %dC%.1f %.1f %.1f "
                   "%.1f %.1f %d\"><title>",
                   (unsigned)line->above % 6 + 1,
                   thinnest + (widest - thinnest) * surplus(line) / p->most, from, BOX_Y + BOX,
                   from, middle, to, middle, to, DOT_Y);
    sg_markup_text(&p->draw->to, p->of->above[line->above].name);
    sg_markup_raw(&p->draw->to, " and ");
    sg_markup_text(&p->draw->to, p->of->below[line->below].name);
    sg_markup_rawf(&p->draw->to, ": %u tickets, %.1f by routing alone</title></path>\n",
                   (unsigned)line->seen, line->expected);
}

/* --- who --- */

static void draw_above(const struct pairs *p)
{
    const double width = fmin(p->above - 4, box_widest);
    for (size_t i = 0; i < p->of->n_above; i++) {
        const double x = place(p->of->n_above, p->above, i);
        sg_markup_rawf(&p->draw->to,
                       "<rect class=\"who a%u\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" "
                       "rx=\"4\"/>",
                       (unsigned)(i % 6 + 1), x - width / 2, BOX_Y, width, BOX);
        sg_drawing_label(p->draw, x, BOX_Y + BOX / 2 + 3.5,
                         width > 62 ? "middle code name" : "middle code name tight",
                         p->of->above[i].name);
    }
    sg_markup_raw(&p->draw->to, "\n");
}

static void draw_below(const struct pairs *p)
{
    uint32_t most = 1;
    for (size_t i = 0; i < p->of->n_below; i++)
        most = p->of->below[i].meetings > most ? p->of->below[i].meetings : most;
    for (size_t i = 0; i < p->of->n_below; i++) {
        const struct sg_pairs_end *end = &p->of->below[i];
        const double x = place(p->of->n_below, p->below, i);
        sg_markup_rawf(&p->draw->to,
                       "<circle class=\"whom\" cx=\"%.1f\" cy=\"%d\" r=\"%.1f\"><title>", x, DOT_Y,
                       2 + (dot_most - 2) * sqrt((double)end->meetings / most));
        sg_markup_text(&p->draw->to, end->name);
        sg_markup_rawf(&p->draw->to,
                       ": %u tickets to these agents</title></circle><text class=\"code end "
                       "tiny\" transform=\"translate(%.1f %d) rotate(-90)\">",
                       (unsigned)end->meetings, x + 3, DOT_Y + 10);
        sg_markup_text(&p->draw->to, end->name);
        sg_markup_raw(&p->draw->to, "</text>\n");
    }
}

/* --- what it means --- */

static void draw_words(const struct pairs *p)
{
    char text[96];
    (void)snprintf(text, sizeof text, p->of->rest_above == 0 ? "agents" : "agents; %zu more",
                   p->of->rest_above);
    sg_drawing_label(p->draw, 0, BOX_Y - 12, "start strong", text);
    (void)snprintf(text, sizeof text,
                   p->of->rest_below == 0 ? "customers" : "customers; %zu more, not drawn",
                   p->of->rest_below);
    sg_drawing_label(p->draw, 0, HEIGHT - 4, "start strong", text);
    (void)snprintf(text, sizeof text, "as wide as this: %.0f tickets beyond routing", p->most);
    sg_drawing_label(p->draw, SG_DRAWING_WIDE, BOX_Y - 12, "end", text);
    sg_markup_rawf(&p->draw->to,
                   "<path class=\"pair a1\" stroke-width=\"%.1f\" d=\"M%d %dh28\"/>\n", widest,
                   SG_DRAWING_WIDE - 262, BOX_Y - 16);
}

void sg_plot_draw_pairs(struct sg_drawing *draw, const struct sg_plot *plot)
{
    struct pairs p = {.draw = draw, .of = plot->pairs, .most = 1};
    p.above = room_of(p.of->n_above, 210);
    p.below = room_of(p.of->n_below, 44);
    for (size_t i = 0; i < p.of->n_lines; i++)
        p.most = fmax(p.most, surplus(&p.of->line[i]));
    draw->height = HEIGHT - SG_DRAWING_TOP;
    sg_drawing_begin(draw, plot->title, plot->text, 0);
    for (size_t i = 0; i < p.of->n_lines; i++)
        draw_line(&p, &p.of->line[i]);
    draw_above(&p);
    draw_below(&p);
    draw_words(&p);
    sg_drawing_end(draw);
}
