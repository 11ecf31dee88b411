/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.c - a sheet as one HTML page: nothing is fetched, no script runs, it prints on A4.
 */
#include "report/page.h"

#include <stdio.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/digest.h"
#include "report/markup.h"
#include "report/plot.h"

enum { LONG = 14 }; /* rows of a table that may be broken over pages */

struct page {
    struct sg_markup to;
    const struct sg_sheet *sheet;
    const char *stem;
};

/* --- cells --- */

static bool is_number(enum sg_cell_kind kind)
{
    return kind == SG_CELL_NUMBER || kind == SG_CELL_SEQ || kind == SG_CELL_NS ||
           kind == SG_CELL_MS || kind == SG_CELL_BYTES;
}

static void add_value(struct page *page, const struct sg_cell *cell)
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

static void add_check(struct page *page, const char *check)
{
    if (check[0] == '\0')
        return;
    sg_markup_raw(&page->to, "<code class=\"check\">");
    sg_markup_text(&page->to, check);
    sg_markup_raw(&page->to, "</code>");
}

static void add_swatch(struct page *page, enum sg_tone tone)
{
    if (tone != SG_TONE_NONE)
        sg_markup_rawf(&page->to, "<i class=\"sw %s\"></i>", sg_tone_class(tone));
}

/* --- facts --- */

static void add_facts(struct page *page, const struct sg_section *section)
{
    if (section->fact == NULL)
        return;
    sg_markup_raw(&page->to, "<table class=\"facts\" aria-label=\"Numbers: ");
    sg_markup_text(&page->to, section->title);
    sg_markup_raw(&page->to, "\"><tbody>\n");
    for (const struct sg_fact *fact = section->fact; fact != NULL; fact = fact->next) {
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
        add_value(page, &fact->value);
        sg_markup_raw(&page->to, code ? " " : "</td><td>");
        add_check(page, fact->check);
        sg_markup_raw(&page->to, "</td></tr>\n");
    }
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

static void add_head(struct page *page, const struct sg_table *table)
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

static void add_row(struct page *page, const struct sg_table *table, const struct sg_row *row)
{
    sg_markup_raw(&page->to, "<tr>");
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct sg_cell *cell = &row->cell[i];
        if (i == 0)
            sg_markup_raw(&page->to, "<th scope=\"row\">");
        else
            sg_markup_raw(&page->to, is_number(cell->kind)        ? "<td class=\"n\">"
                                     : table->column[i].wide      ? "<td class=\"w\">"
                                     : cell->kind == SG_CELL_TIME ? "<td class=\"t\">"
                                                                  : "<td>");
        if (i == 0)
            add_swatch(page, row->tone);
        add_value(page, cell);
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
static void add_sums(struct page *page, const struct sg_table *table, size_t from,
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

static void add_rows(struct page *page, const struct sg_table *table)
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

static void add_footer(struct page *page, const struct sg_table *table)
{
    if (table->left_out > 0) {
        const struct sg_cell left = sg_cell_number(table->left_out);
        char room[SG_MARKUP_VALUE];
        sg_markup_rawf(&page->to,
                       "<p class=\"note\">The %zu latest; %s before them are not shown."
                       "</p>\n",
                       table->n_rows, sg_cell_text(&left, room));
    }
    sg_markup_raw(&page->to, "<p class=\"again\">");
    if (table->check[0] != '\0')
        sg_markup_raw(&page->to, "<span>Count it again</span> ");
    add_check(page, table->check);
    sg_markup_raw(&page->to, " <a href=\"");
    sg_markup_text(&page->to, page->stem);
    sg_markup_rawf(&page->to, "-%s.csv\">", table->id);
    sg_markup_raw(&page->to, "CSV</a></p>\n");
}

static void add_table(struct page *page, const struct sg_table *table)
{
    const bool split = table->plot != NULL && !table->stacked;
    sg_markup_rawf(&page->to, "<figure class=\"%s%s\" id=\"%s\"><figcaption><h3>",
                   split ? "beside" : "stacked", table->n_rows > LONG ? " long" : "", table->id);
    sg_markup_text(&page->to, table->title);
    sg_markup_raw(&page->to, "</h3>");
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
    if (table->row == NULL) {
        sg_markup_raw(&page->to, "<p class=\"empty\">None: ");
        sg_markup_text(&page->to, table->empty);
        sg_markup_raw(&page->to, ".</p>\n");
    } else {
        sg_markup_raw(&page->to, "<div class=\"rows\"><table aria-label=\"");
        sg_markup_text(&page->to, table->title);
        sg_markup_raw(&page->to, "\">");
        add_head(page, table);
        add_rows(page, table);
        sg_markup_raw(&page->to, "</table></div>\n");
    }
    add_footer(page, table);
    sg_markup_raw(&page->to, "</figure>\n");
}

/* --- the page --- */

static void add_policy(struct page *page, const struct sg_buf *style)
{
    uint8_t digest[SG_SHA256_SIZE];
    struct sg_buf text = {0};
    if (page->to.rc >= 0)
        page->to.rc = sg_sha256(sg_buf_bytes(style), digest);
    if (page->to.rc >= 0)
        page->to.rc = sg_base64_add(&text, (struct sg_bytes){digest, sizeof digest});
    sg_markup_raw(&page->to, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                             "'none'; style-src 'sha256-");
    if (page->to.rc >= 0)
        page->to.rc = sg_buf_add_bytes(page->to.out, sg_buf_bytes(&text));
    sg_markup_raw(&page->to, "'; base-uri 'none'; form-action 'none'\"/>\n");
    sg_buf_fini(&text);
}

static void add_key_facts(struct page *page)
{
    sg_markup_raw(&page->to, "<dl class=\"keys\">\n");
    for (const struct sg_section *section = page->sheet->section; section != NULL;
         section = section->next) {
        for (const struct sg_fact *fact = section->fact; fact != NULL; fact = fact->next) {
            if (!fact->key)
                continue;
            sg_markup_rawf(&page->to, "<div><dd class=\"%s\">",
                           fact->tone == SG_TONE_NONE || fact->tone == SG_TONE_GOOD
                               ? ""
                               : sg_tone_class(fact->tone));
            add_value(page, &fact->value);
            sg_markup_raw(&page->to, "</dd><dt>");
            sg_markup_text(&page->to, fact->title);
            sg_markup_raw(&page->to, "</dt></div>\n");
        }
    }
    sg_markup_raw(&page->to, "</dl>\n");
}

static void add_findings(struct page *page)
{
    const struct sg_sheet *sheet = page->sheet;
    sg_markup_raw(&page->to, "<div class=\"look\"><h2>To look at</h2>");
    if (sheet->n_findings == 0)
        sg_markup_raw(&page->to, "<p>Nothing: no trouble with the log, nothing failed closed, "
                                 "nothing was lost.</p>");
    else
        sg_markup_raw(&page->to, "<ul>");
    for (size_t i = 0; i < sheet->n_findings; i++) {
        sg_markup_raw(&page->to, "<li>");
        sg_markup_text(&page->to, sheet->finding[i]);
        sg_markup_raw(&page->to, "</li>\n");
    }
    sg_markup_raw(&page->to, sheet->n_findings == 0 ? "</div>\n" : "</ul></div>\n");
}

static void add_contents(struct page *page)
{
    sg_markup_raw(&page->to, "<nav aria-label=\"Contents\"><ol>\n");
    for (const struct sg_section *section = page->sheet->section; section != NULL;
         section = section->next) {
        sg_markup_rawf(&page->to, "<li><a href=\"#on-%s\">", section->id);
        sg_markup_text(&page->to, section->title);
        sg_markup_raw(&page->to, "</a></li>\n");
    }
    sg_markup_raw(&page->to, "<li><a href=\"#again\">How to count again</a></li>\n</ol></nav>\n");
}

static void add_cover(struct page *page)
{
    const struct sg_sheet *sheet = page->sheet;
    char made[25];
    sg_clock_format(sheet->made, made);
    sg_markup_raw(&page->to, "<header>\n<p class=\"kicker\">Audit report</p>\n<h1>");
    sg_markup_text(&page->to, sheet->origin);
    sg_markup_raw(&page->to, "</h1>\n<p class=\"range\">");
    sg_markup_text(&page->to, sheet->range);
    sg_markup_raw(&page->to, "</p>\n");
    sg_markup_rawf(&page->to, "<div class=\"verdict %s\"><strong>%s</strong><p>",
                   sheet->proven ? "good" : "bad", sheet->proven ? "PROVEN" : "NOT PROVEN");
    sg_markup_text(&page->to, sheet->headline);
    sg_markup_raw(&page->to, "</p></div>\n");
    add_key_facts(page);
    add_findings(page);
    add_contents(page);
    sg_markup_rawf(&page->to, "<p class=\"made\">Made %.10s %.8s UTC by ", made, made + 11);
    sg_markup_text(&page->to, sheet->by);
    sg_markup_raw(&page->to, ". The same numbers are in <a href=\"");
    sg_markup_text(&page->to, page->stem);
    sg_markup_raw(&page->to, ".json\">JSON</a> and <a href=\"");
    sg_markup_text(&page->to, page->stem);
    sg_markup_raw(&page->to, "-facts.csv\">CSV</a> beside this page.</p>\n</header>\n");
}

static void add_sections(struct page *page)
{
    unsigned number = 0;
    for (const struct sg_section *section = page->sheet->section; section != NULL;
         section = section->next) {
        sg_markup_rawf(&page->to,
                       "<section id=\"on-%s\" aria-labelledby=\"%s-h\"><h2 id=\"%s-h\">"
                       "<span>%u</span>",
                       section->id, section->id, section->id, ++number);
        sg_markup_text(&page->to, section->title);
        sg_markup_raw(&page->to, "</h2>\n<p class=\"lead\">");
        sg_markup_text(&page->to, section->text);
        sg_markup_raw(&page->to, "</p>\n");
        if (!section->tables_first)
            add_facts(page, section);
        for (const struct sg_table *table = section->table; table != NULL; table = table->next)
            add_table(page, table);
        if (section->tables_first)
            add_facts(page, section);
        sg_markup_raw(&page->to, "</section>\n");
    }
    sg_markup_rawf(&page->to,
                   "<section id=\"again\" aria-labelledby=\"again-h\"><h2 "
                   "id=\"again-h\"><span>%u</span>How to count again</h2>\n",
                   ++number);
    sg_markup_raw(&page->to,
                  "<p class=\"lead\">Beside each number stands a command that prints it, from the "
                  "log's lines alone. All are made of these few functions; nothing of ours is "
                  "needed. What must have its answer from us begins with scrubgate.</p>\n<pre>");
    sg_markup_text(&page->to, page->sheet->helpers);
    sg_markup_raw(&page->to, "</pre></section>\n");
}

enum scrubgate_status sg_page_add(struct sg_buf *out, const struct sg_sheet *sheet,
                                  const char *stem)
{
    struct page page = {{out, SCRUBGATE_OK}, sheet, stem};
    struct sg_buf style = {0};
    page.to.rc = sg_page_style(&style, sheet);
    sg_markup_raw(&page.to, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                            "<meta charset=\"utf-8\"/>\n");
    add_policy(&page, &style);
    sg_markup_raw(&page.to,
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                  "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                  "<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>Audit report: ");
    sg_markup_text(&page.to, sheet->origin);
    sg_markup_raw(&page.to, "</title>\n<style>");
    if (page.to.rc >= 0)
        page.to.rc = sg_buf_add_bytes(out, sg_buf_bytes(&style));
    sg_markup_raw(&page.to, "</style>\n</head>\n<body>\n");
    add_cover(&page);
    sg_markup_raw(&page.to, "<main>\n");
    add_sections(&page);
    sg_markup_raw(&page.to, "</main>\n</body>\n</html>\n");
    sg_buf_fini(&style);
    return page.to.rc;
}
