/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.c - a sheet as one HTML page: nothing is fetched, no script runs, it prints on A4.
 */
#include "report/page.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/digest.h"
#include "report/page_table.h"

static void add_policy(struct sg_page *page, const struct sg_buf *style)
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

static void add_key_facts(struct sg_page *page)
{
    sg_markup_raw(&page->to, "<dl class=\"keys\">\n");
    for (const struct sg_section *section = page->sheet->section; section != NULL;
         section = section->next)
        if (!section->part)
            sg_page_add_key_facts(page, section);
    sg_markup_raw(&page->to, "</dl>\n");
}

static void add_points(struct sg_page *page, const char *const *point, size_t n)
{
    if (n > 0)
        sg_markup_raw(&page->to, "<ul>");
    for (size_t i = 0; i < n; i++) {
        sg_markup_raw(&page->to, "<li>");
        sg_markup_text(&page->to, point[i]);
        sg_markup_raw(&page->to, "</li>\n");
    }
    if (n > 0)
        sg_markup_raw(&page->to, "</ul>");
}

static void add_findings(struct sg_page *page)
{
    const struct sg_sheet *sheet = page->sheet;
    sg_markup_raw(&page->to, "<div class=\"look\"><h2>");
    sg_markup_text(&page->to, sheet->look);
    sg_markup_raw(&page->to, "</h2>");
    if (sheet->n_findings == 0) {
        sg_markup_raw(&page->to, "<p>");
        sg_markup_text(&page->to, sheet->nothing);
        sg_markup_raw(&page->to, "</p>");
    }
    add_points(page, sheet->finding, sheet->n_findings);
    sg_markup_raw(&page->to, "</div>\n");
}

/* The cards of a section, behind its entry. */
static const struct sg_section *add_parts(struct sg_page *page, const struct sg_section *section)
{
    const struct sg_section *part = section->next;
    if (part != NULL && part->part)
        sg_markup_raw(&page->to, "<br/>");
    for (; part != NULL && part->part; part = part->next) {
        sg_markup_rawf(&page->to, "%s<a href=\"#on-%s\">", part == section->next ? "" : " · ",
                       part->id);
        sg_markup_text(&page->to, part->title);
        sg_markup_raw(&page->to, "</a>");
    }
    return part;
}

static void add_contents(struct sg_page *page)
{
    const struct sg_section *section = page->sheet->section;
    sg_markup_raw(&page->to, "<nav aria-label=\"Contents\"><ol>\n");
    while (section != NULL) {
        sg_markup_rawf(&page->to, "<li><a href=\"#on-%s\">", section->id);
        sg_markup_text(&page->to, section->title);
        sg_markup_raw(&page->to, "</a>");
        section = add_parts(page, section);
        sg_markup_raw(&page->to, "</li>\n");
    }
    sg_markup_raw(&page->to, "<li><a href=\"#again\">How to count again</a></li>\n</ol></nav>\n");
}

/* When and by whom the page was made, and what is beside it. */
static void add_making(struct sg_page *page)
{
    const struct sg_sheet *sheet = page->sheet;
    char made[25];
    sg_clock_format(sheet->made, made);
    sg_markup_raw(&page->to, "<p class=\"made\">Made ");
    if (sheet->made > 0)
        sg_markup_rawf(&page->to, "%.10s %.8s UTC ", made, made + 11);
    sg_markup_raw(&page->to, "by ");
    sg_markup_text(&page->to, sheet->by);
    if (sheet->alone) {
        sg_markup_raw(&page->to, ". The same events give the same page, byte for byte; nothing in "
                                 "it is fetched from elsewhere.</p>\n");
        return;
    }
    sg_markup_raw(&page->to, ". The same numbers are in <a href=\"");
    sg_markup_text(&page->to, page->stem);
    sg_markup_raw(&page->to, ".json\">JSON</a> and <a href=\"");
    sg_markup_text(&page->to, page->stem);
    sg_markup_raw(&page->to, "-facts.csv\">CSV</a> beside this page.</p>\n");
}

static void add_cover(struct sg_page *page)
{
    const struct sg_sheet *sheet = page->sheet;
    sg_markup_raw(&page->to, "<header>\n<p class=\"kicker\">");
    sg_markup_text(&page->to, sheet->kind);
    sg_markup_raw(&page->to, "</p>\n<h1>");
    sg_markup_text(&page->to, sheet->origin);
    sg_markup_raw(&page->to, "</h1>\n<p class=\"range\">");
    sg_markup_text(&page->to, sheet->range);
    sg_markup_raw(&page->to, "</p>\n");
    sg_markup_rawf(&page->to, "<div class=\"verdict %s\"><strong>", sg_tone_class(sheet->tone));
    sg_markup_text(&page->to, sheet->verdict);
    sg_markup_raw(&page->to, "</strong><p>");
    sg_markup_text(&page->to, sheet->headline);
    sg_markup_raw(&page->to, "</p></div>\n");
    add_key_facts(page);
    add_findings(page);
    add_contents(page);
    add_making(page);
    sg_markup_raw(&page->to, "</header>\n");
}

static void add_content(struct sg_page *page, const struct sg_section *section)
{
    if (!section->tables_first)
        sg_page_add_facts(page, section);
    for (const struct sg_table *table = section->table; table != NULL; table = table->next)
        sg_page_add_table(page, section, table);
    if (section->tables_first)
        sg_page_add_facts(page, section);
}

static void add_card(struct sg_page *page, const struct sg_section *section)
{
    sg_markup_rawf(&page->to, "<article id=\"on-%s\" aria-labelledby=\"%s-h\"><h3 id=\"%s-h\">",
                   section->id, section->id, section->id);
    sg_markup_text(&page->to, section->title);
    sg_markup_raw(&page->to, "</h3>\n<p class=\"said\">");
    sg_markup_text(&page->to, section->text);
    sg_markup_raw(&page->to, "</p>\n<dl class=\"keys\">\n");
    sg_page_add_key_facts(page, section);
    sg_markup_raw(&page->to, "</dl>\n");
    add_points(page, section->point, section->n_points);
    add_content(page, section);
    sg_markup_raw(&page->to, "</article>\n");
}

/* A section with its cards; returns the next one. */
static const struct sg_section *add_section(struct sg_page *page, const struct sg_section *section,
                                            unsigned number)
{
    const struct sg_section *part = section->next;
    sg_markup_rawf(&page->to,
                   "<section id=\"on-%s\" aria-labelledby=\"%s-h\"><h2 id=\"%s-h\">"
                   "<span>%u</span>",
                   section->id, section->id, section->id, number);
    sg_markup_text(&page->to, section->title);
    sg_markup_raw(&page->to, "</h2>\n<p class=\"lead\">");
    sg_markup_text(&page->to, section->text);
    sg_markup_raw(&page->to, "</p>\n");
    add_points(page, section->point, section->n_points);
    add_content(page, section);
    for (; part != NULL && part->part; part = part->next)
        add_card(page, part);
    sg_markup_raw(&page->to, "</section>\n");
    return part;
}

static void add_sections(struct sg_page *page)
{
    unsigned number = 0;
    for (const struct sg_section *section = page->sheet->section; section != NULL;)
        section = add_section(page, section, ++number);
    sg_markup_rawf(&page->to,
                   "<section id=\"again\" aria-labelledby=\"again-h\"><h2 "
                   "id=\"again-h\"><span>%u</span>How to count again</h2>\n<p class=\"lead\">",
                   ++number);
    sg_markup_text(&page->to, page->sheet->again);
    sg_markup_raw(&page->to, "</p>\n<pre>");
    sg_markup_text(&page->to, page->sheet->helpers);
    sg_markup_raw(&page->to, "</pre></section>\n");
}

enum scrubgate_status sg_page_add(struct sg_buf *out, const struct sg_sheet *sheet,
                                  const char *stem)
{
    struct sg_page page = {{out, SCRUBGATE_OK}, sheet, stem};
    struct sg_buf style = {0};
    page.to.rc = sg_page_style(&style, sheet);
    sg_markup_raw(&page.to, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                            "<meta charset=\"utf-8\"/>\n");
    add_policy(&page, &style);
    sg_markup_raw(&page.to,
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                  "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                  "<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>");
    sg_markup_text(&page.to, sheet->kind);
    sg_markup_raw(&page.to, ": ");
    sg_markup_text(&page.to, sheet->origin);
    sg_markup_raw(&page.to, "</title>\n<style>");
    if (page.to.rc >= 0)
        page.to.rc = sg_buf_add_bytes(out, sg_buf_bytes(&style));
    sg_markup_raw(&page.to, "</style>\n</head>\n");
    sg_markup_raw(&page.to, sheet->alone ? "<body class=\"alone\">\n" : "<body>\n");
    add_cover(&page);
    sg_markup_raw(&page.to, "<main>\n");
    add_sections(&page);
    sg_markup_raw(&page.to, "</main>\n</body>\n</html>\n");
    sg_buf_fini(&style);
    return page.to.rc;
}
