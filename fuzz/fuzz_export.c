/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_export.c - a record's line whose bytes are hostile, in the words of others.
 *
 * OCSF and ECS are one JSON object, by yajl's judgement, CEF and each of them is one line without a
 * control, a table for people is plain ASCII, a cell of CSV comes back and is no formula.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/audit_columns.h"
#include "base/csv.h"
#include "cli/export.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEEPEST = 64 };

static struct sg_entry entry;
static struct sg_audit_columns columns;

static void must(int ok)
{
    if (!ok)
        abort();
}

static void is_one_line(const struct sg_buf *out)
{
    for (size_t i = 0; i < out->len; i++)
        must(out->data[i] >= ' ' && out->data[i] != 0x7f);
}

static void is_json(const struct sg_buf *out)
{
    struct sg_json_judge *judge = NULL;
    must(sg_json_judge_new(&judge, DEEPEST, false) >= 0);
    must(sg_json_judge_push(judge, sg_buf_bytes(out)) >= 0);
    must(sg_json_judge_end(judge) >= 0);
    sg_json_judge_free(judge);
    must(out->data[0] == '{');
}

/* As RFC 4180 reads it. */
static void comes_back(struct sg_bytes cell, const struct sg_buf *csv)
{
    struct sg_buf back = {0};
    size_t at = 0;
    bool quoted = csv->len > 0 && csv->data[0] == '"';
    for (at = quoted ? 1 : 0; at < csv->len - (quoted ? 1 : 0); at++) {
        must(quoted || strchr(",\"\r\n", csv->data[at]) == NULL || csv->data[at] == '\0');
        must(!quoted || csv->data[at] != '"' || csv->data[++at] == '"');
        must(sg_buf_add_byte(&back, csv->data[at]) >= 0);
    }
    size_t skip = back.len == cell.len + 1 ? 1 : 0;
    must(back.len == cell.len + skip && (skip == 0 || back.data[0] == '\''));
    must(cell.len == 0 || memcmp(back.data + skip, cell.data, cell.len) == 0);
    must(back.len == 0 || memchr("=+-@\t\r\n", back.data[0], 7) == NULL);
    sg_buf_fini(&back);
}

static void check_cells(void)
{
    const struct sg_command command = {.name = "fuzz"};
    if (columns.n == 0)
        must(sg_audit_columns_read(&columns, &command, SG_COLUMNS_SHEET ",spans,identity,.moon"));
    for (size_t i = 0; i < columns.n; i++) {
        struct sg_buf cell = {0}, csv = {0};
        must(sg_audit_column_add(&cell, &columns.column[i], &entry) >= 0);
        must(sg_csv_add(&csv, true, sg_buf_bytes(&cell)) >= 0);
        comes_back(sg_buf_bytes(&cell), &csv);
        sg_buf_fini(&cell);
        sg_buf_fini(&csv);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_export_item item = {.entry = &entry, .leaf = "00ff"};
    struct sg_buf out = {0};
    if (sg_entry_read(&entry, (struct sg_bytes){data, size}) < 0)
        return 0;
    must(sg_export_ocsf(&out, &item) >= 0);
    is_one_line(&out);
    is_json(&out);
    out.len = 0;
    must(sg_export_ecs(&out, &item) >= 0);
    is_one_line(&out);
    is_json(&out);
    out.len = 0;
    must(sg_export_cef(&out, &item) >= 0);
    is_one_line(&out);
    must(memcmp(out.data, "CEF:0|scrubgate|gateway|", 24) == 0);
    sg_buf_fini(&out);
    check_cells();
    return 0;
}
