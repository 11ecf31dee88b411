/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chapter_words.c - a table of labels with their counts, and a plot of them over time.
 *
 * Rows of the table are the legend of the plot: both have the same colours, in the same order.
 */
#include "report/chapters.h"

enum { COLOURS = SG_TONE_6, SHOWN = 14 };

static const struct sg_column effect_columns[] = {
    {"name", "", false, false, false},
    {"findings", "Findings", true, true, false},
    {"masked", "Masked", true, false, false},
    {"stopped", "Stopped", true, false, false},
    {"recorded", "Only recorded", true, false, false},
    {"messages", "Messages", false, false, false},
};
static const struct sg_column rule_columns[] = {
    {"name", "", false, false, false},
    {"entity", "Entity", false, false, false},
    {"findings", "Findings", true, true, false},
    {"masked", "Masked", true, false, false},
    {"stopped", "Stopped", true, false, false},
    {"recorded", "Only recorded", true, false, false},
    {"messages", "Messages", false, false, false},
};
static const struct sg_column plain_columns[] = {
    {"name", "", false, false, false},
    {"count", "", true, true, false},
};

static const char *name_of(struct sg_sheet *sheet, const struct sg_word *word, bool label)
{
    struct sg_bytes text = sg_bytes_of(word->text);
    if (label)
        return sg_sheet_label(sheet, text);
    return text.len == 0 ? "(not said)" : sg_sheet_decode(sheet, text);
}

static enum sg_tone tone_of(const struct sg_words_table *how, size_t i, const char *name)
{
    if (how->tone != NULL)
        return how->tone(name);
    return i < COLOURS ? (enum sg_tone)(SG_TONE_1 + i) : SG_TONE_OTHERS;
}

/* --- the table --- */

static void add_row(struct sg_sheet *sheet, struct sg_table *table, const struct sg_word *word,
                    const char *name, const char *entity, enum sg_tone tone)
{
    struct sg_cell cell[8] = {sg_cell_word(name)};
    size_t n = 1;
    if (table->column == rule_columns)
        cell[n++] = sg_cell_word(entity);
    if (table->column == plain_columns) {
        cell[n] = sg_cell_number(word->count[0]);
    } else {
        cell[n++] = sg_cell_number(sg_word_sum(word));
        for (size_t i = 0; i < SG_WORD_COUNTS; i++)
            cell[n++] = sg_cell_number(word->count[i]);
    }
    sg_sheet_row(sheet, table, tone, cell);
}

static const struct sg_column *columns_of(const struct sg_words_table *how, bool rules, size_t *n)
{
    const struct sg_column *column = plain_columns;
    *n = sizeof plain_columns / sizeof plain_columns[0];
    if (how->effects) {
        column = rules ? rule_columns : effect_columns;
        *n = (rules ? sizeof rule_columns : sizeof effect_columns) / sizeof *column;
    }
    return column;
}

/* --- the plot --- */

static struct sg_series series_of(const struct sg_word *word, const char *name, enum sg_tone tone)
{
    return (struct sg_series){name, tone, word->bin};
}

/* Those without a colour of their own, together. */
static void sum_rest(struct sg_sheet *sheet, const struct sg_words *words, size_t from, size_t bins,
                     struct sg_series *series)
{
    uint64_t *sum = sg_sheet_room(sheet, bins, sizeof *sum);
    if (sum == NULL)
        return;
    for (size_t i = from; i <= words->n; i++) {
        const struct sg_word *word = i < words->n ? words->word[i] : words->others;
        for (size_t k = 0; word != NULL && k < bins; k++)
            sum[k] += word->bin[k];
    }
    *series = (struct sg_series){"others", SG_TONE_OTHERS, sum};
}

static const struct sg_plot *plot_of(struct sg_sheet *sheet, const struct sg_case *of,
                                     const struct sg_words *words, const struct sg_words_table *how)
{
    const struct sg_bins *bins = &of->account->bins;
    const size_t most = how->tone != NULL ? 8 : COLOURS;
    const size_t n = words->n < most ? words->n : most;
    const bool rest = words->n > n || words->others != NULL;
    struct sg_series *series = sg_sheet_room(sheet, n + 1, sizeof *series);
    struct sg_plot *plot = sg_sheet_room(sheet, 1, sizeof *plot);
    if (series == NULL || plot == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const char *name = name_of(sheet, words->word[i], how->label);
        series[i] = series_of(words->word[i], name, tone_of(how, i, name));
    }
    if (rest)
        sum_rest(sheet, words, n, bins->n, &series[n]);
    *plot = (struct sg_plot){.kind = SG_PLOT_STACK,
                             .title = sg_sheet_textf(sheet, "%s over time", how->title),
                             .unit = how->unit,
                             .bins = bins,
                             .series = series,
                             .n_series = n + rest,
                             .small = !how->effects};
    plot->text = sg_sheet_textf(
        sheet, "Stacked bars, one for each %s (UTC), in %s. The table has the sums.",
        bins->width + (bins->width[0] == '1' && bins->width[1] == ' ' ? 2 : 0), how->unit);
    return plot;
}

struct sg_table *sg_chapter_words(struct sg_sheet *sheet, struct sg_section *section,
                                  const struct sg_case *of, const struct sg_words *words,
                                  const struct sg_words_table *how)
{
    const bool rules = words == &of->account->by[SG_BY_RULE];
    struct sg_table table = {.id = how->id,
                             .title = how->title,
                             .note = how->note,
                             .check = how->check,
                             .empty = how->empty,
                             .shown = SHOWN,
                             .stacked = how->effects && how->plot,
                             .one = how->one,
                             .unit = how->unit};
    table.column = columns_of(how, rules, &table.n_columns);
    if (how->plot && words->n > 0)
        table.plot = plot_of(sheet, of, words, how);
    struct sg_table *made = sg_sheet_table(sheet, section, &table);
    for (size_t i = 0; i < words->n; i++) {
        const char *name = name_of(sheet, words->word[i], how->label);
        const char *entity = rules ? sg_sheet_decode(sheet, sg_bytes_of(words->word[i]->note)) : "";
        add_row(sheet, made, words->word[i], name, entity,
                how->plot ? tone_of(how, i, name) : SG_TONE_NONE);
    }
    if (words->others != NULL)
        add_row(sheet, made, words->others, "(further labels together)", "", SG_TONE_OTHERS);
    return made;
}
