/* SPDX-License-Identifier: Apache-2.0 */
/*
 * data_json.c - a sheet for programs: one JSON object.
 */
#include "base/json_text.h"
#include "report/data.h"

struct json {
    struct sg_buf *out;
    enum scrubgate_status rc;
};

static void put(struct json *json, const char *text)
{
    if (json->rc >= 0)
        json->rc = sg_buf_add_text(json->out, text);
}

static void string(struct json *json, const char *text)
{
    if (json->rc >= 0)
        json->rc = sg_json_add_string(json->out, sg_bytes_of(text));
}

static void number(struct json *json, uint64_t value)
{
    if (json->rc >= 0)
        json->rc = sg_buf_add_u64(json->out, value);
}

/* key is ours, with what stands before it: ",\"id\":". */
static void word(struct json *json, const char *key, const char *text)
{
    put(json, key);
    string(json, text);
}

static void cell(struct json *json, const struct sg_cell *value)
{
    switch (value->kind) {
    case SG_CELL_NONE:
        put(json, "null");
        return;
    case SG_CELL_WORD:
    case SG_CELL_CODE:
    case SG_CELL_FIGURE:
        string(json, value->text);
        return;
    default:
        number(json, value->number);
    }
}

static void add_facts(struct json *json, const struct sg_section *section)
{
    put(json, ",\"facts\":[");
    for (const struct sg_fact *fact = section->fact; fact != NULL; fact = fact->next) {
        word(json, fact == section->fact ? "{\"id\":" : ",{\"id\":", fact->id);
        word(json, ",\"title\":", fact->title);
        put(json, ",\"value\":");
        cell(json, &fact->value);
        word(json, ",\"note\":", fact->note);
        word(json, ",\"check\":", fact->check);
        put(json, "}");
    }
    put(json, "]");
}

static void add_over_time(struct json *json, const struct sg_plot *plot)
{
    if (plot == NULL || plot->kind != SG_PLOT_STACK)
        return;
    put(json, ",\"over_time\":{\"starts\":[");
    for (size_t i = 0; i < plot->bins->n; i++) {
        put(json, i == 0 ? "" : ",");
        number(json, plot->bins->edge[i]);
    }
    word(json, "],\"width\":", plot->bins->width);
    put(json, ",\"series\":[");
    for (size_t i = 0; i < plot->n_series; i++) {
        word(json, i == 0 ? "{\"name\":" : ",{\"name\":", plot->series[i].name);
        put(json, ",\"values\":[");
        for (size_t k = 0; k < plot->bins->n; k++) {
            put(json, k == 0 ? "" : ",");
            number(json, plot->series[i].value[k]);
        }
        put(json, "]}");
    }
    put(json, "]}");
}

static void add_rows(struct json *json, const struct sg_table *table)
{
    put(json, ",\"rows\":[");
    for (const struct sg_row *row = table->row; row != NULL; row = row->next) {
        put(json, row == table->row ? "[" : ",[");
        for (size_t i = 0; i < table->n_columns; i++) {
            put(json, i == 0 ? "" : ",");
            cell(json, &row->cell[i]);
        }
        put(json, "]");
    }
    put(json, "]");
}

static void add_tables(struct json *json, const struct sg_section *section)
{
    put(json, ",\"tables\":[");
    for (const struct sg_table *table = section->table; table != NULL; table = table->next) {
        word(json, table == section->table ? "{\"id\":" : ",{\"id\":", table->id);
        word(json, ",\"title\":", table->title);
        word(json, ",\"check\":", table->check);
        put(json, ",\"columns\":[");
        for (size_t i = 0; i < table->n_columns; i++)
            word(json, i == 0 ? "" : ",", table->column[i].id);
        put(json, "]");
        add_rows(json, table);
        put(json, ",\"left_out\":");
        number(json, table->left_out);
        add_over_time(json, table->plot);
        put(json, "}");
    }
    put(json, "]");
}

enum scrubgate_status sg_data_add_json(struct sg_buf *out, const struct sg_sheet *sheet)
{
    struct json json = {out, SCRUBGATE_OK};
    word(&json, "{\"report\":", "scrubgate-audit/1");
    word(&json, ",\"origin\":", sheet->origin);
    put(&json, sheet->proven ? ",\"proven\":true" : ",\"proven\":false");
    word(&json, ",\"verdict\":", sheet->headline);
    word(&json, ",\"range\":", sheet->range);
    put(&json, ",\"made\":");
    number(&json, sheet->made);
    word(&json, ",\"by\":", sheet->by);
    word(&json, ",\"helpers\":", sheet->helpers);
    put(&json, ",\"sections\":[");
    for (const struct sg_section *section = sheet->section; section != NULL;
         section = section->next) {
        word(&json, section == sheet->section ? "{\"id\":" : ",{\"id\":", section->id);
        word(&json, ",\"title\":", section->title);
        add_facts(&json, section);
        add_tables(&json, section);
        put(&json, "}");
    }
    put(&json, "]}\n");
    return json.rc;
}
