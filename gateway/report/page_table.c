/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_table.c - facts and tables of a page: their cells, sums, plots, and how to count them again.
 */
#include "report/page_table.h"

#include <stdio.h>

#include "base/clock.h"
#include "report/plot.h"

enum { LONG = 14 }; /* rows of a table that may be broken over pages */

/* --- cells --- */

static bool is_number(enum sg_cell_kind kind)
{
    return kind == SG_CELL_NUMBER || kind == SG_CELL_FIGURE || kind == SG_CELL_SEQ ||
           kind == SG_CELL_NS || kind == SG_CELL_MS || kind == SG_CELL_BYTES;
}

void sg_page_add_value(struct sg_page *page, const struct sg_cell *cell)
{
    char room[SG_MARKUP_VALUE];
    const char *text = sg_cell_text(cell, room);
    if (cell->kind == SG_CELL_CODE) {
        sg_markup_raw(&page->to, "<code>");
        sg_markup_text(&page->to, text);
        sg_markup_raw(&page->to, "</code>");
    } else if (cell->kind == SG_CELL_TIME) {
        char stamp[25];
        sg_clock_format(cell->number, stamp);
        sg_markup_rawf(&page->to, "<time datetime=\"%.24s\">", stamp);
        sg_markup_text(&page->to, text);
        sg_markup_raw(&page->to, "</time>");
    } else {
        sg_markup_text(&page->to, text);
    }
}

static void add_check(struct sg_page *page, const char *check)
{
    if (check[0] == '\0')
        return;
    sg_markup_raw(&page->to, "<code class=\"check\">");
    sg_markup_text(&page->to, check);
    sg_markup_raw(&page->to, "</code>");
}

static void add_swatch(struct sg_page *page, enum sg_tone tone)
{
    if (tone != SG_TONE_NONE)
        sg_markup_rawf(&page->to, "<i class=\"sw %s\"></i>", sg_tone_class(tone));
}

/* --- facts --- */

void sg_page_add_key_facts(struct sg_page *page, const struct sg_section *section)
{
    for (const struct sg_fact *fact = section->fact; fact != NULL; fact = fact->next) {
        if (!fact->key)
            continue;
        sg_markup_rawf(&page->to, "<div><dd class=\"%s\">",
                       fact->tone == SG_TONE_NONE || fact->tone == SG_TONE_GOOD
                           ? ""
                           : sg_tone_class(fact->tone));
        sg_page_add_value(page, &fact->value);
        sg_markup_raw(&page->to, "</dd><dt>");
        sg_markup_text(&page->to, fact->title);
        sg_markup_raw(&page->to, "</dt></div>\n");
    }
}

static void add_fact(struct sg_page *page, const struct sg_fact *fact)
{
    sg_markup_raw(&page->to, "<tr><th scope=\"row\">");
    sg_markup_text(&page->to, fact->title);
    if (fact->note[0] != '\0') {
        sg_markup_raw(&page->to, "<small>");
        sg_markup_text(&page->to, fact->note);
        sg_markup_raw(&page->to, "</small>");
    }
    const bool code = fact->value.kind == SG_CELL_CODE; /* long: it takes the room of both */
    sg_markup_raw(&page->to,
                  code ? "</th><td class=\"c\" colspan=\"2\">" : "</th><td class=\"v\">");
    add_swatch(page, fact->tone);
    sg_page_add_value(page, &fact->value);
    sg_markup_raw(&page->to, code ? " " : "</td><td>");
    add_check(page, fact->check);
    sg_markup_raw(&page->to, "</td></tr>\n");
}

/* What stands in large figures is not told twice on a page that people alone read. */
static bool is_shown(const struct sg_page *page, const struct sg_fact *fact)
{
    return !page->sheet->alone || !fact->key;
}

void sg_page_add_facts(struct sg_page *page, const struct sg_section *section)
{
    const struct sg_fact *fact = section->fact;
    while (fact != NULL && !is_shown(page, fact))
        fact = fact->next;
    if (fact == NULL)
        return;
    sg_markup_raw(&page->to, "<table class=\"facts\" aria-label=\"Numbers: ");
    sg_markup_text(&page->to, section->title);
    sg_markup_raw(&page->to, "\"><tbody>\n");
    for (; fact != NULL; fact = fact->next)
        if (is_shown(page, fact))
            add_fact(page, fact);
    sg_markup_raw(&page->to, "</tbody></table>\n");
}

/* --- tables --- */

static const char *title_of(const struct sg_table *table, size_t column)
{
    if (table->column[column].title[0] != '\0')
        return table->column[column].title;
    const char *title = column == 0 ? table->one : table->unit;
    return title == NULL ? "" : title;
}

static void add_head(struct sg_page *page, const struct sg_table *table)
{
    sg_markup_raw(&page->to, "<thead><tr>");
    for (size_t i = 0; i < table->n_columns; i++) {
        const bool number = table->row != NULL && is_number(table->row->cell[i].kind);
        sg_markup_rawf(&page->to, "<th scope=\"col\"%s>", number ? " class=\"n\"" : "");
        sg_markup_text(&page->to, title_of(table, i));
        sg_markup_raw(&page->to, table->column[i].bar ? "</th><td></td>" : "</th>");
    }
    sg_markup_raw(&page->to, "</tr></thead>\n");
}

static uint64_t most_of(const struct sg_table *table, size_t column)
{
    uint64_t most = 0;
    for (const struct sg_row *row = table->row; row != NULL; row = row->next)
        most = row->cell[column].number > most ? row->cell[column].number : most;
    return most;
}

static void add_row(struct sg_page *page, const struct sg_table *table, const struct sg_row *row)
{
    sg_markup_raw(&page->to, "<tr>");
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct sg_cell *cell = &row->cell[i];
        if (i == 0)
            sg_markup_raw(&page->to, page->sheet->alone && table->column[i].wide
                                         ? "<th scope=\"row\" class=\"w\">"
                                         : "<th scope=\"row\">");
        else
            sg_markup_raw(&page->to, is_number(cell->kind)        ? "<td class=\"n\">"
                                     : table->column[i].wide      ? "<td class=\"w\">"
                                     : cell->kind == SG_CELL_TIME ? "<td class=\"t\">"
                                                                  : "<td>");
        if (i == 0)
            add_swatch(page, row->tone);
        sg_page_add_value(page, cell);
        sg_markup_raw(&page->to, i == 0 ? "</th>" : "</td>");
        if (!table->column[i].bar)
            continue;
        sg_markup_raw(&page->to, "<td class=\"b\">");
        if (page->to.rc >= 0)
            page->to.rc = sg_plot_add_bar(page->to.out, cell->number, most_of(table, i),
                                          row->tone == SG_TONE_NONE ? SG_TONE_1 : row->tone);
        sg_markup_raw(&page->to, "</td>");
    }
    sg_markup_raw(&page->to, "</tr>\n");
}

/* Sums of the rows behind the first `from`; title stands where their labels would. */
static void add_sums(struct sg_page *page, const struct sg_table *table, size_t from,
                     const char *title)
{
    char room[SG_MARKUP_VALUE];
    sg_markup_raw(&page->to, "<tr><th scope=\"row\">");
    sg_markup_text(&page->to, title);
    sg_markup_raw(&page->to, "</th>");
    for (size_t i = 1; i < table->n_columns; i++) {
        struct sg_cell sum = sg_cell_number(0);
        size_t at = 0;
        for (const struct sg_row *row = table->row; row != NULL; row = row->next)
            sum.number += at++ >= from ? row->cell[i].number : 0;
        sg_markup_rawf(&page->to, "<td class=\"n\">%s</td>%s",
                       table->column[i].summed ? sg_cell_text(&sum, room) : "",
                       table->column[i].bar ? "<td></td>" : "");
    }
    sg_markup_raw(&page->to, "</tr>\n");
}

static bool has_sums(const struct sg_table *table)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->column[i].summed)
            return table->n_rows > 1;
    return false;
}

static void add_rows(struct sg_page *page, const struct sg_table *table)
{
    const size_t shown =
        table->shown == 0 || table->n_rows <= table->shown + 1 ? table->n_rows : table->shown;
    size_t at = 0;
    sg_markup_raw(&page->to, "<tbody>\n");
    for (const struct sg_row *row = table->row; row != NULL && at < shown; row = row->next, at++)
        add_row(page, table, row);
    sg_markup_raw(&page->to, "</tbody>\n");
    if (!has_sums(table))
        return;
    sg_markup_raw(&page->to, "<tfoot>");
    if (shown < table->n_rows) {
        char more[SG_MARKUP_VALUE];
        (void)snprintf(more, sizeof more, "%zu more, in the CSV file", table->n_rows - shown);
        add_sums(page, table, shown, more);
    }
    add_sums(page, table, 0, "Sum");
    sg_markup_raw(&page->to, "</tfoot>\n");
}

/* What is not here, and how to have it again. */
static void add_footer(struct sg_page *page, const struct sg_table *table)
{
    if (table->left_out > 0) {
        const struct sg_cell left = sg_cell_number(table->left_out);
        char room[SG_MARKUP_VALUE];
        sg_markup_raw(&page->to, "<p class=\"note\">");
        if (table->rest != NULL)
            sg_markup_text(&page->to, table->rest);
        else
            sg_markup_rawf(&page->to, "The %zu latest; %s before them are not shown.",
                           table->n_rows, sg_cell_text(&left, room));
        sg_markup_raw(&page->to, "</p>\n");
    }
    if (page->sheet->alone && table->check[0] == '\0')
        return;
    sg_markup_raw(&page->to, "<p class=\"again\">");
    if (table->check[0] != '\0')
        sg_markup_raw(&page->to, "<span>Count it again</span> ");
    add_check(page, table->check);
    if (!page->sheet->alone) {
        sg_markup_raw(&page->to, " <a href=\"");
        sg_markup_text(&page->to, page->stem);
        sg_markup_rawf(&page->to, "-%s.csv\">", table->id);
        sg_markup_raw(&page->to, "CSV</a>");
    }
    sg_markup_raw(&page->to, "</p>\n");
}

static void add_folded(struct sg_page *page, const char *title)
{
    sg_markup_raw(&page->to, "<details><summary>");
    sg_markup_text(&page->to, title);
    sg_markup_raw(&page->to, "</summary>\n");
}

/* Its rows, or what it means that there are none. */
static void add_content(struct sg_page *page, const struct sg_table *table)
{
    if (table->row == NULL) {
        sg_markup_raw(&page->to, "<p class=\"empty\">None: ");
        sg_markup_text(&page->to, table->empty);
        sg_markup_raw(&page->to, ".</p>\n");
        return;
    }
    if (table->folded != NULL)
        add_folded(page, table->folded);
    sg_markup_raw(&page->to, "<div class=\"rows\"><table aria-label=\"");
    sg_markup_text(&page->to, table->title);
    sg_markup_raw(&page->to, "\">");
    add_head(page, table);
    add_rows(page, table);
    sg_markup_raw(&page->to, "</table></div>\n");
    if (table->folded != NULL)
        sg_markup_raw(&page->to, "</details>\n");
}

void sg_page_add_table(struct sg_page *page, const struct sg_section *section,
                       const struct sg_table *table)
{
    const bool split = table->plot != NULL && !table->stacked;
    const char *level = section->part ? "h4" : "h3";
    sg_markup_rawf(&page->to, "<figure class=\"%s%s\" id=\"%s\"><figcaption><%s>",
                   split ? "beside" : "stacked", table->n_rows > LONG ? " long" : "", table->id,
                   level);
    sg_markup_text(&page->to, table->title);
    sg_markup_rawf(&page->to, "</%s>", level);
    if (table->note[0] != '\0') {
        sg_markup_raw(&page->to, "<p class=\"note\">");
        sg_markup_text(&page->to, table->note);
        sg_markup_raw(&page->to, "</p>");
    }
    sg_markup_raw(&page->to, "</figcaption>\n");
    if (table->plot != NULL) {
        sg_markup_raw(&page->to, "<div class=\"drawing\">");
        if (page->to.rc >= 0)
            page->to.rc = sg_plot_add(page->to.out, table->plot, table->id);
        sg_markup_raw(&page->to, "</div>\n");
    }
    add_content(page, table);
    if (table->copy != NULL) {
        add_folded(page, table->copy_title);
        sg_markup_raw(&page->to, "<pre>");
        sg_markup_text(&page->to, table->copy);
        sg_markup_raw(&page->to, "</pre></details>\n");
    }
    add_footer(page, table);
    sg_markup_raw(&page->to, "</figure>\n");
}
