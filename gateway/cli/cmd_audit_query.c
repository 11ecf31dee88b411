/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_query.c - scrubgate audit query DIR: the records that fit, as they stand, as a sheet,
 * as a table.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/json_text.h"
#include "cli/audit_columns.h"
#include "cli/audit_out.h"
#include "cli/audit_sift.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"

enum format { NDJSON, CSV, TABLE };

struct query {
    enum format format;
    struct sg_audit_columns columns;
    struct sg_audit_out out;
    struct sg_buf cell, row; /* of one record */
    bool only_count;
    uint64_t shown, limit;
    bool no_memory;
};

/* --- rows --- */

static enum scrubgate_status add_csv(struct query *query, const struct sg_entry *entry)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < query->columns.n && rc >= 0; i++) {
        query->cell.len = 0;
        rc = sg_audit_column_add(&query->cell, &query->columns.column[i], entry);
        if (rc >= 0)
            rc = sg_csv_add(&query->row, i == 0, sg_buf_bytes(&query->cell));
    }
    return rc < 0 ? rc : sg_csv_end(&query->row);
}

/* A cell of a table: cut to its width, unless it is the row's last. */
static enum scrubgate_status add_padded(struct query *query, struct sg_bytes text, size_t at)
{
    const size_t width = query->columns.column[at].width;
    enum scrubgate_status rc;
    if (at + 1 == query->columns.n)
        return sg_buf_add_bytes(&query->row, text);
    if (text.len > width) {
        rc = sg_buf_add(&query->row, text.data, width - 1);
        return rc < 0 ? rc : sg_buf_add_text(&query->row, "~  ");
    }
    rc = sg_buf_add_bytes(&query->row, text);
    return rc < 0 ? rc : sg_buf_addf(&query->row, "%*s", (int)(width - text.len) + 2, "");
}

/* Written as JSON would be: no byte of a record moves the cursor or changes the direction of the
 * text. */
static enum scrubgate_status add_table(struct query *query, const struct sg_entry *entry)
{
    struct sg_buf safe = {0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < query->columns.n && rc >= 0; i++) {
        query->cell.len = safe.len = 0;
        rc = sg_audit_column_add(&query->cell, &query->columns.column[i], entry);
        if (rc >= 0)
            rc = sg_json_add_string(&safe, sg_buf_bytes(&query->cell));
        if (rc >= 0)
            rc = add_padded(query, (struct sg_bytes){safe.data + 1, safe.len - 2}, i);
    }
    sg_buf_fini(&safe);
    return rc < 0 ? rc : sg_buf_add_byte(&query->row, '\n');
}

static enum scrubgate_status add_names(struct query *query)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < query->columns.n && rc >= 0; i++) {
        struct sg_bytes name = query->columns.column[i].name;
        rc = query->format == CSV ? sg_csv_add(&query->row, i == 0, name)
                                  : add_padded(query, name, i);
    }
    if (rc < 0)
        return rc;
    return query->format == CSV ? sg_csv_end(&query->row) : sg_buf_add_byte(&query->row, '\n');
}

static bool write_row(struct query *query, enum scrubgate_status rc)
{
    query->no_memory = query->no_memory || rc < 0;
    bool good = rc >= 0 && sg_audit_out_add(&query->out, sg_buf_bytes(&query->row));
    query->row.len = 0;
    return good;
}

static bool take(void *ctx, const struct sg_entry *entry)
{
    struct query *query = ctx;
    enum scrubgate_status rc;
    query->shown++;
    if (query->only_count)
        return query->shown != query->limit;
    if (query->format == NDJSON) {
        /* Byte for byte, so that it can still be proven. */
        rc = sg_buf_add_bytes(&query->row, entry->line);
        if (rc >= 0)
            rc = sg_buf_add_byte(&query->row, '\n');
    } else {
        rc = query->format == CSV ? add_csv(query, entry) : add_table(query, entry);
    }
    return write_row(query, rc) && query->shown != query->limit;
}

/* --- the command --- */

static int ask(struct query *query, struct sg_audit_sift *sift, const char *to)
{
    char text[32];
    if (!sg_audit_out_open(&query->out, to))
        return SG_EXIT_USAGE;
    sift->take = take;
    sift->ctx = query;
    if (query->format != NDJSON && !query->only_count)
        (void)write_row(query, add_names(query));
    int exit_code = sg_audit_sift(sift);
    if (query->only_count && exit_code != SG_EXIT_USAGE) {
        (void)snprintf(text, sizeof text, "%" PRIu64 "\n", query->shown);
        (void)sg_audit_out_add(&query->out, sg_bytes_of(text));
    }
    if (!sg_audit_out_close(&query->out) || query->no_memory)
        exit_code = exit_code == SG_EXIT_FINE ? SG_EXIT_USAGE : exit_code;
    if (query->no_memory)
        (void)fprintf(stderr, "scrubgate audit query: out of memory\n");
    if (exit_code == SG_EXIT_FINE || exit_code == SG_EXIT_DAMAGED)
        sg_audit_sift_tell(sift);
    sg_buf_fini(&query->cell);
    sg_buf_fini(&query->row);
    /* As grep: 1 says that there was nothing. */
    return exit_code == SG_EXIT_FINE && query->shown == 0 ? SG_EXIT_WRONG : exit_code;
}

static bool read_format(const struct sg_command *command, const char *word, const char *to,
                        enum format *format)
{
    static const char *const words[] = {[NDJSON] = "ndjson", [CSV] = "csv", [TABLE] = "table"};
    if (word == NULL) {
        *format = to == NULL && isatty(STDOUT_FILENO) == 1 ? TABLE : NDJSON;
        return true;
    }
    for (int i = 0; i < 3; i++) {
        *format = (enum format)i;
        if (strcmp(words[i], word) == 0)
            return true;
    }
    (void)sg_say_usage(command, "--format wants ndjson, csv or table");
    return false;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    static struct sg_audit_filter filter;
    static struct query query;
    struct sg_audit_sift sift = {.command = command, .filter = &filter};
    const char *format = NULL, *columns = NULL, *to = NULL;
    unsigned limit = 0;
    struct sg_option options[5 + SG_SIFT_OPTIONS + SG_FILTER_OPTIONS] = {
        {"format", 'f', SG_OPTION_TEXT, "FORMAT",
         "ndjson: as they stand; csv; table (on a terminal, else ndjson)", &format},
        {"columns", 'c', SG_OPTION_TEXT, "A,B,…",
         "of csv and table: members, time, found, about, …", &columns},
        {"limit", 'n', SG_OPTION_NUMBER, "N", "no more than the first N", &limit},
        {"count", 0, SG_OPTION_FLAG, NULL, "only how many there are", &query.only_count},
        {"out", 'o', SG_OPTION_TEXT, "FILE", "there (standard output)", &to},
    };
    int rest = 0;
    size_t n = sg_audit_sift_options(&sift, options, 5);
    n = sg_audit_filter_options(&filter, options, n);
    enum sg_parsed parsed = sg_options_parse(command, options, n, argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one folder of an audit log, such as var/audit");
    query.limit = limit;
    sift.dir = argv[rest];
    if (!sg_audit_filter_read(&filter, command, sg_clock_wall_ms()) ||
        !read_format(command, format, to, &query.format))
        return SG_EXIT_USAGE;
    if (columns != NULL && query.format == NDJSON)
        return sg_say_usage(command, "--columns is for csv and table");
    if (columns == NULL)
        columns = query.format == CSV ? SG_COLUMNS_SHEET : SG_COLUMNS_TABLE;
    if (!sg_audit_columns_read(&query.columns, command, columns))
        return SG_EXIT_USAGE;
    return ask(&query, &sift, to);
}

const struct sg_command sg_cmd_audit_query = {
    .name = "audit query",
    .summary = "show the records that fit: of a time, a conversation, a rule, a verdict, …",
    .usage = "[filters] [-f ndjson|csv|table] [-n N] [--count] DIR",
    .examples = "  scrubgate audit query --since 24h --verdict blocked,refused var/audit\n"
                "  scrubgate audit query --rule 'payment.*' --since 2026-11-01 --until 2026-11-30 "
                "-f csv -o cards.csv var/audit\n"
                "  scrubgate audit query --conversation 91d4e2076bb83f5a -f table var/audit\n",
    .run = run,
};
