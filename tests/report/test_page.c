/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_page.c - whatever text a sheet has, the page stays a page, JSON stays JSON, CSV stays CSV.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/json.h"
#include "report/data.h"
#include "report/page.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/well_formed.h"

struct row {
    const char *name;
    const char *text;       /* as it stands in a record: between the quotes of JSON */
    const char *html, *csv; /* as a cell there */
};

static const struct row rows[] = {
    {"a plain label", "widget", "widget", "\r\nwidget,4"},
    {"an element", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
     "<script>alert(1)</script>,4"},
    {"the end of the style", "</style><b>", "&lt;/style&gt;&lt;b&gt;", "</style><b>,4"},
    {"the end of an attribute", "\\\" onload=\\\"x", "&quot; onload=&quot;x",
     "\"\"\" onload=\"\"x\""},
    {"a reference", "&amp;&#x3c;", "&amp;amp;&amp;#x3c;", "\"&amp;&#x3c;\",4"},
    {"a formula", "=cmd|' /C calc'!A1", "=cmd|&#39; /C calc&#39;!A1", "'=cmd|' /C calc'!A1,4"},
    {"a line feed and a NUL", "a\\nb\\u0000c",
     "a\xef\xbf\xbd"
     "b\xef\xbf\xbd"
     "c",
     "\r\na\xef\xbf\xbd"
     "b\xef\xbf\xbd"
     "c,4"},
    {"text that turns round what follows", "pay\\u202efdp.exe",
     "pay\xef\xbf\xbd"
     "fdp.exe",
     NULL},
    {"letters of other scripts", "\\u00fcml\\u00e4ut", "\xc3\xbcml\xc3\xa4ut", NULL},
    {"half of a pair", "\\ud800x", "\xef\xbf\xbdx", NULL},
};

/* A sheet with the text in every place that can hold one. */
static void fill(struct sg_sheet *sheet, const char *raw)
{
    static const struct sg_column columns[] = {{"name", "", false, false, false},
                                               {"count", "How many", true, true, false}};
    static const uint64_t value[SG_BINS_MOST] = {4};
    static struct sg_bins bins;
    sg_bins_choose(&bins, UINT64_C(1795310759122), UINT64_C(1795310759122));
    sg_sheet_init(sheet);
    const char *text = sg_sheet_decode(sheet, sg_bytes_of(raw));
    sheet->origin = sheet->headline = sheet->range = sheet->by = sheet->helpers = text;
    sheet->finding = sg_sheet_room(sheet, 1, sizeof(char *));
    if (sheet->finding == NULL)
        return;
    sheet->finding[0] = text;
    sheet->n_findings = 1;
    struct sg_section *section = sg_sheet_section(sheet, "s", text, text);
    (void)sg_sheet_fact(sheet, section,
                        &(struct sg_fact){.id = "f",
                                          .title = text,
                                          .note = text,
                                          .check = text,
                                          .value = sg_cell_code(text),
                                          .key = true});
    const struct sg_series series = {text, SG_TONE_1, value};
    struct sg_series *copy = sg_sheet_room(sheet, 1, sizeof *copy);
    struct sg_plot *plot = sg_sheet_room(sheet, 1, sizeof *plot);
    if (copy == NULL || plot == NULL)
        return;
    *copy = series;
    *plot = (struct sg_plot){.kind = SG_PLOT_STACK,
                             .title = text,
                             .text = text,
                             .unit = text,
                             .bins = &bins,
                             .series = copy,
                             .n_series = 1};
    struct sg_table *table = sg_sheet_table(sheet, section,
                                            &(struct sg_table){.id = "t",
                                                               .title = text,
                                                               .note = text,
                                                               .check = text,
                                                               .one = text,
                                                               .column = columns,
                                                               .n_columns = 2,
                                                               .left_out = 3,
                                                               .plot = plot});
    const struct sg_cell cell[] = {sg_cell_word(text), sg_cell_number(4)};
    sg_sheet_row(sheet, table, SG_TONE_1, cell);
    sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
    (void)sg_sheet_table(
        sheet, section,
        &(struct sg_table){
            .id = "e", .title = text, .empty = text, .column = columns, .n_columns = 2});
}

static char *text_of(struct sg_buf *out)
{
    assert_int_equal(sg_buf_add_byte(out, 0), SCRUBGATE_OK);
    out->len--;
    return (char *)out->data;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_sheet sheet;
    struct sg_buf page = {0}, json = {0}, csv = {0};
    struct sg_json *parsed = NULL;
    fill(&sheet, row->text);
    assert_int_equal(sheet.rc, SCRUBGATE_OK);
    assert_int_equal(sg_page_add(&page, &sheet, "<stem>"), SCRUBGATE_OK);
    sg_assert_well_formed(&page);
    char cell[256];
    (void)snprintf(cell, sizeof cell, "</i>%s</th>", row->html);
    assert_non_null(strstr(text_of(&page), cell));
    assert_int_equal(sg_data_add_json(&json, &sheet), SCRUBGATE_OK);
    json.len--; /* its LF */
    assert_int_equal(sg_json_parse(&parsed, sg_buf_bytes(&json), 16, NULL), SCRUBGATE_OK);
    sg_json_free(parsed);
    assert_int_equal(sg_data_add_csv(&csv, sheet.section->table), SCRUBGATE_OK);
    if (row->csv != NULL)
        assert_non_null(strstr(text_of(&csv), row->csv));
    sg_buf_fini(&page);
    sg_buf_fini(&json);
    sg_buf_fini(&csv);
    sg_sheet_fini(&sheet);
}

/* The one style that the page lets in is its own, and nothing else is let in. */
static void test_policy(void **state)
{
    struct sg_sheet sheet;
    struct sg_buf page = {0}, digest = {0};
    uint8_t hash[SG_SHA256_SIZE];
    char want[256];
    (void)state;
    fill(&sheet, "x\\\"};*{display:none}/*\\\\");
    assert_int_equal(sg_page_add(&page, &sheet, "stem"), SCRUBGATE_OK);
    const char *text = text_of(&page), *style = strstr(text, "<style>") + 7;
    const struct sg_bytes bytes = {(const uint8_t *)style,
                                   (size_t)(strstr(style, "</style>") - style)};
    assert_int_equal(sg_sha256(bytes, hash), SCRUBGATE_OK);
    assert_int_equal(sg_base64_add(&digest, (struct sg_bytes){hash, sizeof hash}), SCRUBGATE_OK);
    (void)snprintf(want, sizeof want,
                   "content=\"default-src 'none'; style-src 'sha256-%.*s'; base-uri 'none'; "
                   "form-action 'none'\"",
                   (int)digest.len, (const char *)digest.data);
    assert_non_null(strstr(text, want));
    assert_null(strstr(text, "style=\""));
    assert_null(strstr(text, "http:"));
    assert_null(strstr(text, "https:"));
    page.data[style - text + (ptrdiff_t)bytes.len] = '\0';
    assert_null(strstr(style, "{display:none}/*"));
    sg_buf_fini(&page);
    sg_buf_fini(&digest);
    sg_sheet_fini(&sheet);
}

static const struct {
    const char *name, *text, *shown;
} labels[] = {
    {"a channel", "whatsapp-eu", "whatsapp-eu"},
    {"a ticket", "CHG-20261122", "CHG-20261122"},
    {"none", "", "(not said)"},
    {"an address", "jo@example.com", "(text: see the record)"},
    {"a sentence", "asked by Jo", "(text: see the record)"},
    {"a card's digits", "4111111111111111", "(text: see the record)"},
    {"an escape", "caf\\u00e9", "(text: see the record)"},
};

static void test_labels(void **state)
{
    struct sg_sheet sheet;
    (void)state;
    sg_sheet_init(&sheet);
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        assert_string_equal(sg_sheet_label(&sheet, sg_bytes_of(labels[i].text)), labels[i].shown);
    sg_sheet_fini(&sheet);
}

static enum scrubgate_status make_all(void *ctx)
{
    struct sg_sheet sheet;
    struct sg_buf out = {0};
    (void)ctx;
    fill(&sheet, "text \\u00e9");
    enum scrubgate_status rc = sheet.rc;
    if (rc >= 0)
        rc = sg_page_add(&out, &sheet, "stem");
    if (rc >= 0)
        rc = sg_data_add_json(&out, &sheet);
    if (rc >= 0)
        rc = sg_data_add_facts_csv(&out, &sheet);
    if (rc >= 0)
        rc = sg_data_add_plot_csv(&out, sheet.section->table->plot);
    sg_buf_fini(&out);
    sg_sheet_fini(&sheet);
    return rc;
}

static void test_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(make_all, NULL) > 5);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("the page lets in its own style, and nothing else", test_policy, NULL);
    sg_suite_add("text of people is shown when it is a label, else not", test_labels, NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("report/test_page");
}
