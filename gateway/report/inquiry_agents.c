/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry_agents.c - everybody's score beside the threshold and beside chance, who is over it, and
 * about whom nothing can be said.
 */
#include "report/inquiry.h"

#include <math.h>
#include <string.h>

#include "report/plot_scores.h"

enum { FLAGGED_SHOWN = 60, THIN_SHOWN = 40, THIN_COPIED = 1000 };

/* --- the plot --- */

/* The smallest of 1, 2, 5 times a power of ten that is not below value. */
static double round_up(double value)
{
    const double power = pow(10, floor(log10(value)));
    const double digit = value / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

/* Steps from the lowest score to the highest; far beyond the threshold they are one. */
static void choose_steps(struct sg_plot_scores *scores, double lowest, double highest)
{
    const double far = scores->threshold + 5 * fmax(fabs(scores->threshold - lowest), 1);
    const double top = fmin(highest, far);
    scores->most = highest;
    scores->beyond = highest > far;
    scores->step = round_up(fmax(top - lowest, 0.5) / (SG_SCORE_STEPS - 2));
    scores->from = floor(lowest / scores->step) * scores->step;
    scores->n = (size_t)fmin(floor((top - scores->from) / scores->step) + 1, SG_SCORE_STEPS);
}

static size_t step_of(const struct sg_plot_scores *scores, double score)
{
    const double at = floor((score - scores->from) / scores->step);
    return at < 0 ? 0 : at >= (double)scores->n ? scores->n - 1 : (size_t)at;
}

/* Between two neighbouring quantiles chance's scores are spread evenly. */
static void spread_chance(struct sg_plot_scores *scores, const struct sg_analysis *analysis,
                          double agents)
{
    enum { PARTS = 8 };
    const double each = agents / (double)(analysis->n_chance - 1) / PARTS;
    for (size_t i = 0; i + 1 < analysis->n_chance; i++)
        for (int k = 0; k < PARTS; k++) {
            const double low = analysis->chance[i], wide = analysis->chance[i + 1] - low;
            scores->chance[step_of(scores, low + wide * (k + 0.5) / PARTS)] += each;
        }
}

static const struct sg_plot_scores *scores_of(struct sg_sheet *sheet, const struct sg_inquiry *of)
{
    const struct sg_analysis *analysis = of->analysis;
    struct sg_plot_scores *scores = sg_sheet_room(sheet, 1, sizeof *scores);
    double lowest = INFINITY, highest = -INFINITY;
    size_t agents = 0;
    for (size_t i = 0; i < analysis->n_agents; i++) {
        const struct sg_analysis_agent *agent = &analysis->agents[i];
        if (!isfinite(agent->score))
            continue;
        lowest = fmin(lowest, agent->score);
        highest = fmax(highest, agent->score);
        agents++;
    }
    if (scores == NULL || agents == 0 || analysis->n_chance < 2)
        return NULL;
    scores->threshold = analysis->threshold;
    choose_steps(
        scores, fmin(lowest, analysis->chance[0]),
        fmax(highest, fmax(analysis->threshold, analysis->chance[analysis->n_chance - 1])));
    for (size_t i = 0; i < analysis->n_agents; i++) {
        const struct sg_analysis_agent *agent = &analysis->agents[i];
        if (!isfinite(agent->score))
            continue;
        uint64_t *to = agent->thin      ? scores->thin
                       : agent->flagged ? scores->flagged
                                        : scores->below;
        to[step_of(scores, agent->score)]++;
    }
    spread_chance(scores, analysis, (double)agents);
    return scores;
}

static const struct sg_column score_columns[] = {
    {"from", "Score from", false, false, false},
    {"to", "to", false, false, false},
    {"agents", "Agents", true, false, false},
    {"flagged", "Of them flagged", true, false, false},
    {"thin", "Nothing can be said", true, false, false},
    {"chance", "By chance alone", false, false, false},
};

static void add_scores(struct sg_sheet *sheet, struct sg_section *section,
                       const struct sg_plot_scores *scores)
{
    struct sg_plot *plot = sg_sheet_room(sheet, 1, sizeof *plot);
    if (plot == NULL || scores == NULL)
        return;
    *plot = (struct sg_plot){
        .kind = SG_PLOT_SCORES,
        .title = "How many agents have which score",
        .text = sg_sheet_textf(
            sheet,
            "Bars: agents by score. A line over them: how many agents would have that score by "
            "chance alone. Another one upright: the threshold, %.1f. The highest score is %.1f.",
            scores->threshold, scores->most),
        .unit = "agents",
        .scores = scores};
    struct sg_table *table = sg_sheet_table(
        sheet, section,
        &(struct sg_table){
            .id = "scores",
            .title = "All scores, beside what chance alone gives",
            .note = "Where the bars follow the line, there is nothing but chance. What stands far "
                    "to the right of the threshold is what routing does not explain. Grey: agents "
                    "with too few colleagues for any score to mean something.",
            .column = score_columns,
            .n_columns = sizeof score_columns / sizeof score_columns[0],
            .stacked = true,
            .folded = "The same as a table",
            .plot = plot});
    for (size_t i = 0; i < scores->n; i++) {
        const double from = scores->from + scores->step * (double)i;
        const bool last = scores->beyond && i + 1 == scores->n;
        const struct sg_cell cell[] = {
            sg_cell_figure(sg_sheet_textf(sheet, "%.4g", from)),
            sg_cell_figure(
                sg_sheet_textf(sheet, "%.4g", last ? scores->most : from + scores->step)),
            sg_cell_number(scores->thin[i] + scores->below[i] + scores->flagged[i]),
            sg_cell_number(scores->flagged[i]),
            sg_cell_number(scores->thin[i]),
            sg_cell_figure(sg_sheet_textf(sheet, "%.1f", scores->chance[i]))};
        sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
    }
}

/* --- who is over the threshold --- */

static const struct sg_column flagged_columns[] = {
    {"agent", "Agent", false, false, false},
    {"score", "Score", false, false, false},
    {"chance", "As odd by chance, one in", false, false, false},
    {"q", "False among all as odd", false, false, false},
    {"tickets", "Tickets", false, false, false},
    {"ring", "Ring", false, false, false},
};

/* "930"; "over 80,000" where no score that chance gave was as high. */
static const char *odds_of(struct sg_sheet *sheet, const struct sg_analysis *analysis, double p)
{
    const double drawn = (double)analysis->config.rounds * (double)analysis->n_agents;
    if (p * (drawn + 1) < 1.5)
        return sg_sheet_textf(sheet, "over %s", sg_inquiry_amount(sheet, drawn));
    return sg_inquiry_amount(sheet, round(1 / p));
}

static void add_flagged(struct sg_sheet *sheet, struct sg_section *section,
                        const struct sg_inquiry *of)
{
    const struct sg_analysis *analysis = of->analysis;
    const size_t flagged = sg_inquiry_sum(of).flagged;
    struct sg_table *table = sg_sheet_table(
        sheet, section,
        &(struct sg_table){
            .id = "flagged",
            .title = "Agents over the threshold",
            .note = "“One in” is how rare such a score is among the honest scores that chance "
                    "gave. “False among all as odd” is the share of honest agents to be expected "
                    "among all who are listed down to this line (Benjamini and Hochberg's q).",
            .check = flagged > 0 ? "of DIGEST | wc -l     # an agent's tickets" : "",
            .empty = "no agent's score is over the threshold",
            .column = flagged_columns,
            .n_columns = sizeof flagged_columns / sizeof flagged_columns[0],
            .left_out = flagged > FLAGGED_SHOWN ? flagged - FLAGGED_SHOWN : 0,
            .rest = sg_sheet_textf(sheet,
                                   "The %d with the highest scores of %s; all are in the JSON that "
                                   "--out FILE.json writes.",
                                   FLAGGED_SHOWN, sg_sheet_number(sheet, flagged)),
            .stacked = true});
    for (size_t i = 0, shown = 0; i < analysis->n_agents && shown < FLAGGED_SHOWN; i++) {
        const struct sg_analysis_agent *agent = &analysis->agents[i];
        if (!agent->flagged)
            continue;
        const struct sg_cell cell[] = {
            sg_cell_code(sg_inquiry_id(sheet, &of->deals->agents, agent->agent)),
            sg_cell_figure(sg_inquiry_amount(sheet, agent->score)),
            sg_cell_figure(odds_of(sheet, analysis, agent->p)),
            sg_cell_figure(sg_inquiry_share(sheet, agent->q)),
            sg_cell_number(agent->tickets),
            sg_cell_word(sg_inquiry_ring_of(sheet, of, agent->agent))};
        sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
        shown++;
    }
}

static const struct sg_column pair_columns[] = {
    {"agent", "Agent", false, false, false},
    {"with", "Shares customers with", false, false, false},
    {"shared", "As many", false, false, false},
    {"expected", "By routing alone", false, false, false},
    {"z", "Standard deviations", false, false, false},
};

/* Every flag has its numbers; of members of rings they stand in the ring's card. */
static void add_pairs(struct sg_sheet *sheet, struct sg_section *section,
                      const struct sg_inquiry *of)
{
    const struct sg_analysis *analysis = of->analysis;
    struct sg_table *table = sg_sheet_table(
        sheet, section,
        &(struct sg_table){.id = "pairs",
                           .title = "What flags outside of rings are made of",
                           .note =
                               "Shared customers are weighted: one who writes often counts less "
                               "for each ticket. An agent beside himself: his customers came "
                               "back to him.",
                           .empty = "nobody is flagged outside of a ring",
                           .column = pair_columns,
                           .n_columns = sizeof pair_columns / sizeof pair_columns[0],
                           .stacked = true});
    for (size_t i = 0, shown = 0; i < analysis->n_agents && shown < FLAGGED_SHOWN; i++) {
        const struct sg_analysis_agent *agent = &analysis->agents[i];
        if (!agent->flagged || agent->ring != SG_ANALYSIS_NONE)
            continue;
        for (size_t k = 0; k < agent->n_edges; k++) {
            const struct sg_analysis_edge *edge = &agent->edges[k];
            const struct sg_cell cell[] = {
                sg_cell_code(sg_inquiry_id(sheet, &of->deals->agents, edge->a)),
                sg_cell_code(sg_inquiry_id(sheet, &of->deals->agents, edge->b)),
                sg_cell_figure(sg_inquiry_amount(sheet, edge->observed)),
                sg_cell_figure(sg_inquiry_amount(sheet, edge->expected)),
                sg_cell_figure(sg_sheet_textf(sheet, "%.1f", edge->z))};
            sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
        }
        shown++;
    }
}

void sg_inquiry_agents(struct sg_sheet *sheet, const struct sg_inquiry *of)
{
    const struct sg_inquiry_sums sums = sg_inquiry_sum(of);
    struct sg_section *section = sg_sheet_section(
        sheet, "agents", "All agents, and chance",
        sg_sheet_textf(
            sheet,
            "%s can be scored. If all of them are honest, chance is expected to put about %s over "
            "the threshold; %s there. A flag without a ring is the weakest finding here, and "
            "chance "
            "is its first explanation.",
            sg_inquiry_count(sheet, of->analysis->n_agents - sums.thin, "agent"),
            sg_inquiry_amount(sheet, sums.by_chance),
            sums.flagged == 1 ? "1 is" : sg_sheet_textf(sheet, "%zu are", sums.flagged)));
    add_scores(sheet, section, scores_of(sheet, of));
    add_flagged(sheet, section, of);
    add_pairs(sheet, section, of);
}

/* --- about whom nothing can be said --- */

static const struct sg_column thin_columns[] = {
    {"agent", "Agent", false, false, false},
    {"tickets", "Tickets", false, false, false},
};

static const char *list_thin(struct sg_sheet *sheet, const struct sg_inquiry *of)
{
    const struct sg_analysis *analysis = of->analysis;
    char *list = sg_sheet_room(sheet, THIN_COPIED * 17 + 1, 1);
    for (size_t i = 0, n = 0; list != NULL && i < analysis->n_agents && n < THIN_COPIED; i++)
        if (analysis->agents[i].thin)
            memcpy(
                list + 17 * n++,
                sg_sheet_textf(sheet, "%s\n",
                               sg_inquiry_id(sheet, &of->deals->agents, analysis->agents[i].agent)),
                17);
    return list;
}

void sg_inquiry_thin(struct sg_sheet *sheet, const struct sg_inquiry *of)
{
    const struct sg_analysis *analysis = of->analysis;
    const size_t thin = sg_inquiry_sum(of).thin;
    struct sg_section *section = sg_sheet_section(
        sheet, "thin", "About whom nothing can be said",
        thin == 0 ? "Where fewer than three agents are on duty on the average, whoever writes must "
                    "meet them: nothing could be said of them."
                  : sg_sheet_textf(sheet,
                                   "%s: on the average fewer than three are on duty, themselves "
                                   "counted, and whoever writes then must meet them. Nothing here "
                                   "speaks against them, and nothing for them.",
                                   sg_inquiry_count(sheet, thin, "agent")));
    struct sg_table *table =
        sg_sheet_table(sheet, section,
                       &(struct sg_table){.id = "thin",
                                          .title = "Agents without evidence either way",
                                          .empty = "there are colleagues beside everybody",
                                          .column = thin_columns,
                                          .n_columns = sizeof thin_columns / sizeof thin_columns[0],
                                          .left_out = thin > THIN_SHOWN ? thin - THIN_SHOWN : 0,
                                          .rest = sg_sheet_textf(sheet, "%d of %s.", THIN_SHOWN,
                                                                 sg_sheet_number(sheet, thin)),
                                          .folded = thin > 8 ? "Who they are" : NULL,
                                          .copy = thin > THIN_SHOWN ? list_thin(sheet, of) : NULL,
                                          .copy_title = "Their digests, for copying",
                                          .stacked = true});
    for (size_t i = 0, shown = 0; i < analysis->n_agents && shown < THIN_SHOWN; i++) {
        if (!analysis->agents[i].thin)
            continue;
        const struct sg_cell cell[] = {
            sg_cell_code(sg_inquiry_id(sheet, &of->deals->agents, analysis->agents[i].agent)),
            sg_cell_number(analysis->agents[i].tickets)};
        sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
        shown++;
    }
}
