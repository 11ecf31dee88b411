/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_export.c - scrubgate audit export DIR: records in the words of a SIEM.
 */
#include <stdio.h>
#include <string.h>

#include "audit/merkle.h"
#include "base/clock.h"
#include "base/csv.h"
#include "cli/audit_columns.h"
#include "cli/audit_out.h"
#include "cli/audit_sift.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"
#include "cli/export.h"

/* How a format is written. */
typedef enum scrubgate_status export_add(struct sg_buf *out, const struct sg_export_item *item);

struct export
{
    export_add *add; /* NULL: csv */
    bool syslog;
    struct sg_audit_columns columns; /* of csv */
    struct sg_audit_columns words;   /* about, found, entities */
    struct sg_export_item item;
    struct sg_sha256 *sha;
    struct sg_audit_out out;
    struct sg_buf line, frame;
    enum scrubgate_status rc;
    uint64_t shown, limit;
};

enum { WORD_ABOUT, WORD_RULES, WORD_ENTITIES };

/* --- one record --- */

static enum scrubgate_status add_message(struct export *export, const struct sg_entry *entry)
{
    static const char *const begins[SG_KINDS] = {
        [SG_KIND_OTHER] = "record ",
        [SG_KIND_DECISION] = "message ",
        [SG_KIND_OUTCOME] = "answered with ",
        [SG_KIND_REFUSED] = "turned away with ",
        [SG_KIND_CHANGE] = "",
        [SG_KIND_LIFE] = "",
        [SG_KIND_READ] = "",
    };
    struct sg_export_item *item = &export->item;
    struct sg_bytes route = sg_entry_text(entry, SG_ENTRY_ROUTE);
    enum scrubgate_status rc = sg_buf_add_text(&item->message, begins[entry->kind]);
    if (rc >= 0)
        rc = sg_audit_column_add(&item->message, &export->words.column[WORD_ABOUT], entry);
    if (rc >= 0 && route.len > 0)
        rc = sg_buf_add_text(&item->message, " on ");
    if (rc >= 0)
        rc = sg_entry_decode(&item->message, route);
    if (rc >= 0 && item->rules.len > 0)
        rc = sg_buf_add_text(&item->message, ": ");
    return rc < 0 ? rc : sg_buf_add_bytes(&item->message, sg_buf_bytes(&item->rules));
}

static enum scrubgate_status make_item(struct export *export, const struct sg_entry *entry)
{
    struct sg_export_item *item = &export->item;
    struct sg_hash leaf;
    item->entry = entry;
    item->message.len = item->rules.len = item->entities.len = 0;
    enum scrubgate_status rc = sg_merkle_leaf(export->sha, entry->line, &leaf);
    if (rc >= 0)
        sg_hex((struct sg_bytes){leaf.bytes, sizeof leaf.bytes}, item->leaf);
    if (rc >= 0)
        rc = sg_audit_column_add(&item->rules, &export->words.column[WORD_RULES], entry);
    if (rc >= 0)
        rc = sg_audit_column_add(&item->entities, &export->words.column[WORD_ENTITIES], entry);
    return rc < 0 ? rc : add_message(export, entry);
}

static enum scrubgate_status add_csv(struct export *export, const struct sg_entry *entry)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < export->columns.n && rc >= 0; i++) {
        export->frame.len = 0;
        rc = sg_audit_column_add(&export->frame, &export->columns.column[i], entry);
        if (rc >= 0)
            rc = sg_csv_add(&export->line, i == 0, sg_buf_bytes(&export->frame));
    }
    /* The last one is the leaf hash, which no record says. */
    if (rc >= 0)
        rc = sg_csv_add(&export->line, false, sg_bytes_of(export->item.leaf));
    return rc < 0 ? rc : sg_csv_end(&export->line);
}

static bool write_line(struct export *export)
{
    struct sg_buf *whole = &export->line;
    if (export->rc >= 0 && export->syslog) {
        export->frame.len = 0;
        export->rc = sg_export_syslog(&export->frame, &export->item, sg_buf_bytes(&export->line));
        whole = &export->frame;
    } else if (export->rc >= 0 && export->add != NULL) {
        export->rc = sg_buf_add_byte(&export->line, '\n');
    }
    return export->rc >= 0 && sg_audit_out_add(&export->out, sg_buf_bytes(whole));
}

static bool take(void *ctx, const struct sg_entry *entry)
{
    struct export *export = ctx;
    export->line.len = 0;
    export->rc = make_item(export, entry);
    if (export->rc >= 0)
        export->rc = export->add == NULL ? add_csv(export, entry)
                                         : export->add(&export->line, &export->item);
    return write_line(export) && ++export->shown != export->limit;
}

/* --- the command --- */

static bool write_names(struct export *export)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < export->columns.n && rc >= 0; i++)
        rc = sg_csv_add(&export->line, i == 0, export->columns.column[i].name);
    if (rc >= 0)
        rc = sg_csv_add(&export->line, false, SG_BYTES("leaf_hash"));
    if (rc >= 0)
        rc = sg_csv_end(&export->line);
    return rc >= 0 && sg_audit_out_add(&export->out, sg_buf_bytes(&export->line));
}

static int export_to(struct export *export, struct sg_audit_sift *sift, const char *to)
{
    int exit_code = SG_EXIT_USAGE;
    if (!sg_audit_out_open(&export->out, to))
        return exit_code;
    sift->take = take;
    sift->ctx = export;
    export->rc = sg_sha256_new(&export->sha);
    if (export->rc >= 0 && (export->add != NULL || write_names(export)))
        exit_code = sg_audit_sift(sift);
    if (export->rc < 0) {
        (void)fprintf(stderr, "scrubgate audit export: out of memory\n");
        exit_code = SG_EXIT_USAGE;
    }
    if (!sg_audit_out_close(&export->out))
        exit_code = SG_EXIT_USAGE;
    if (exit_code != SG_EXIT_USAGE)
        sg_audit_sift_tell(sift);
    sg_sha256_free(export->sha);
    sg_buf_fini(&export->line);
    sg_buf_fini(&export->frame);
    sg_buf_fini(&export->item.message);
    sg_buf_fini(&export->item.rules);
    sg_buf_fini(&export->item.entities);
    return exit_code;
}

static bool read_format(const struct sg_command *command, const char *word, export_add **add)
{
    static const struct {
        const char *word;
        export_add *add;
    } formats[] = {
        {"ocsf", sg_export_ocsf}, {"ecs", sg_export_ecs}, {"cef", sg_export_cef}, {"csv", NULL}};
    for (size_t i = 0; word != NULL && i < sizeof formats / sizeof formats[0]; i++) {
        *add = formats[i].add;
        if (strcmp(formats[i].word, word) == 0)
            return true;
    }
    (void)sg_say_usage(command, "--format wants ocsf, ecs, cef or csv");
    return false;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    static struct sg_audit_filter filter;
    static struct export export;
    struct sg_audit_sift sift = {.command = command, .filter = &filter};
    const char *format = NULL, *to = NULL;
    unsigned limit = 0;
    struct sg_option options[4 + SG_SIFT_OPTIONS + SG_FILTER_OPTIONS] = {
        {"format", 'f', SG_OPTION_TEXT, "FORMAT", "ocsf (1.4), ecs (8), cef (0) or csv", &format},
        {"syslog", 0, SG_OPTION_FLAG, NULL, "each in a frame of RFC 5424, octets counted",
         &export.syslog},
        {"limit", 'n', SG_OPTION_NUMBER, "N", "no more than the first N", &limit},
        {"out", 'o', SG_OPTION_TEXT, "FILE", "there (standard output)", &to},
    };
    int rest = 0;
    size_t n = sg_audit_sift_options(&sift, options, 4);
    n = sg_audit_filter_options(&filter, options, n);
    enum sg_parsed parsed = sg_options_parse(command, options, n, argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one folder of an audit log, such as var/audit");
    if (!read_format(command, format, &export.add) ||
        !sg_audit_filter_read(&filter, command, sg_clock_wall_ms()) ||
        !sg_audit_columns_read(&export.words, command, "about,found,entities") ||
        !sg_audit_columns_read(&export.columns, command, SG_COLUMNS_SHEET))
        return SG_EXIT_USAGE;
    if (export.syslog && export.add == NULL)
        return sg_say_usage(command, "--syslog is for ocsf, ecs and cef");
    export.limit = limit;
    sift.dir = argv[rest];
    return export_to(&export, &sift, to);
}

const struct sg_command sg_cmd_audit_export = {
    .name = "audit export",
    .summary = "write records as OCSF, ECS, CEF or CSV",
    .usage = "-f ocsf|ecs|cef|csv [filters] [--syslog] [-o FILE] DIR",
    .examples =
        "  scrubgate audit export -f ocsf --since yesterday --until yesterday var/audit\n"
        "  scrubgate audit export -f cef --syslog --class decision var/audit | nc -N siem 601\n",
    .run = run,
};
