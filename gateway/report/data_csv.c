/* SPDX-License-Identifier: Apache-2.0 */
/*
 * data_csv.c - a sheet for spreadsheets.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/csv.h"
#include "report/data.h"

struct csv {
    struct sg_buf *out;
    enum scrubgate_status rc;
    bool begun; /* the line has a cell */
};

static void add_text(struct csv *csv, const char *text)
{
    if (csv->rc >= 0)
        csv->rc = sg_csv_add(csv->out, !csv->begun, sg_bytes_of(text));
    csv->begun = true;
}

static void add_number(struct csv *csv, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, value);
    add_text(csv, text);
}

static void end_line(struct csv *csv)
{
    if (csv->rc >= 0)
        csv->rc = sg_csv_end(csv->out);
    csv->begun = false;
}

static void add_cell(struct csv *csv, const struct sg_cell *cell)
{
    char stamp[25];
    switch (cell->kind) {
    case SG_CELL_NONE:
        add_text(csv, "");
        return;
    case SG_CELL_WORD:
    case SG_CELL_CODE:
    case SG_CELL_FIGURE:
        add_text(csv, cell->text);
        return;
    case SG_CELL_TIME:
        sg_clock_format(cell->number, stamp);
        add_text(csv, stamp);
        return;
    default:
        add_number(csv, cell->number);
    }
}

enum scrubgate_status sg_data_add_csv(struct sg_buf *out, const struct sg_table *table)
{
    struct csv csv = {out, SCRUBGATE_OK, false};
    for (size_t i = 0; i < table->n_columns; i++)
        add_text(&csv, table->column[i].id);
    end_line(&csv);
    for (const struct sg_row *row = table->row; row != NULL; row = row->next) {
        for (size_t i = 0; i < table->n_columns; i++)
            add_cell(&csv, &row->cell[i]);
        end_line(&csv);
    }
    return csv.rc;
}

enum scrubgate_status sg_data_add_plot_csv(struct sg_buf *out, const struct sg_plot *plot)
{
    struct csv csv = {out, SCRUBGATE_OK, false};
    add_text(&csv, "start");
    for (size_t i = 0; i < plot->n_series; i++)
        add_text(&csv, plot->series[i].name);
    end_line(&csv);
    for (size_t bin = 0; bin < plot->bins->n; bin++) {
        add_cell(&csv, &(struct sg_cell){SG_CELL_TIME, plot->bins->edge[bin], ""});
        for (size_t i = 0; i < plot->n_series; i++)
            add_number(&csv, plot->series[i].value[bin]);
        end_line(&csv);
    }
    return csv.rc;
}

enum scrubgate_status sg_data_add_facts_csv(struct sg_buf *out, const struct sg_sheet *sheet)
{
    struct csv csv = {out, SCRUBGATE_OK, false};
    add_text(&csv, "id");
    add_text(&csv, "title");
    add_text(&csv, "value");
    add_text(&csv, "check");
    end_line(&csv);
    for (const struct sg_section *section = sheet->section; section != NULL;
         section = section->next) {
        for (const struct sg_fact *fact = section->fact; fact != NULL; fact = fact->next) {
            add_text(&csv, fact->id);
            add_text(&csv, fact->title);
            add_cell(&csv, &fact->value);
            add_text(&csv, fact->check);
            end_line(&csv);
        }
    }
    return csv.rc;
}
