/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_report.c - scrubgate audit report DIR: what the log says, for people who must judge by
 * it; and, with --review, whether somebody must look.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <scrubgate/version.h>

#include "audit/checkpoint.h"
#include "audit/line.h"
#include "audit/reader.h"
#include "audit/verify_log.h"
#include "base/clock.h"
#include "base/diag.h"
#include "cli/audit_act.h"
#include "cli/audit_trust.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"
#include "cli/moment.h"
#include "cli/progress.h"
#include "cli/report_files.h"
#include "report/chapters.h"

/* The command line, and what was read for it. */
struct asked {
    const char *dir, *since, *until, *out;
    bool review, json;

    struct sg_audit_trust trust;
    struct sg_account_range range;
    struct sg_verify_config config;
};

/* --- from when to when --- */

static uint64_t time_of(struct sg_reader *reader)
{
    struct sg_bytes record;
    struct sg_line line;
    uint64_t seq;
    if (sg_reader_next(reader, &record, &seq, NULL) != SCRUBGATE_OK ||
        sg_line_read(&line, record) < 0 || (line.has & SG_LINE_TIME) == 0)
        return 0;
    return line.time;
}

/* Of the last record that was signed; now, where that is not to be had. */
static uint64_t last_time_of(struct sg_reader *reader, const struct sg_note_key *key)
{
    struct sg_checkpoint checkpoint;
    struct sg_buf text = {0};
    uint64_t time = 0;
    if (sg_reader_checkpoint(reader, &text, NULL) == SCRUBGATE_OK &&
        sg_checkpoint_open(&checkpoint, NULL, sg_buf_bytes(&text), key) >= 0 &&
        checkpoint.size > 0 && sg_reader_seek(reader, checkpoint.size - 1, NULL) == SCRUBGATE_OK)
        time = time_of(reader);
    sg_buf_fini(&text);
    return time == 0 ? sg_clock_wall_ms() : time;
}

/* What a plot of all records must cover; the check comes later, so nothing here is believed. */
static void look_ahead(const char *dir, const struct sg_note_key *key, uint64_t *first,
                       uint64_t *last)
{
    struct sg_reader *reader = NULL;
    *first = *last = sg_clock_wall_ms();
    if (sg_reader_open(&reader, dir, NULL) >= 0) {
        *first = time_of(reader);
        *last = last_time_of(reader, key);
    }
    sg_reader_close(reader);
    if (*first == 0)
        *first = *last;
    if (*last < *first)
        *last = *first;
}

/* False, with the trouble printed. */
static bool read_range(const struct sg_command *command, struct asked *asked)
{
    const uint64_t now = sg_clock_wall_ms();
    struct sg_account_range *range = &asked->range;
    range->until = now;
    range->limited = asked->since != NULL || asked->until != NULL;
    if ((asked->since != NULL && !sg_moment_read(asked->since, now, false, &range->since)) ||
        (asked->until != NULL && !sg_moment_read(asked->until, now, true, &range->until))) {
        (void)sg_say_usage(command, "--since and --until want a moment: " SG_MOMENT_FORMS);
        return false;
    }
    if (range->since < range->until || !range->limited)
        return true;
    (void)sg_say_usage(command, "--since is not before --until");
    return false;
}

/* --- the pass --- */

static void show(void *ctx, uint64_t done, uint64_t total)
{
    struct sg_progress *progress = ctx;
    progress->total = total;
    sg_progress_show(progress, done);
}

static enum scrubgate_status take(void *ctx, uint64_t seq, struct sg_bytes record)
{
    (void)seq;
    return sg_account_take(ctx, record);
}

static enum scrubgate_status count(const struct asked *asked, struct sg_account *account,
                                   struct sg_verify_report *report, struct scrubgate_fault *fault)
{
    uint64_t first, last;
    struct sg_progress progress;
    struct sg_account_range range = asked->range;
    look_ahead(asked->dir, &asked->trust.log_key, &first, &last);
    if (range.limited && asked->since == NULL)
        range.since = first < range.until ? first : 0;
    enum scrubgate_status rc = range.limited
                                   ? sg_account_init(account, &range, range.since, range.until - 1)
                                   : sg_account_init(account, &range, first, last);
    if (rc < 0)
        return rc;
    const struct sg_verify_watch watch = {show, &progress, take, account};
    sg_progress_start(&progress, "report", "records", 0, false);
    rc = sg_verify_log_watched(asked->dir, &asked->config, &watch, report, fault);
    sg_progress_end(&progress);
    sg_account_end(account);
    return rc;
}

/* --- the answer --- */

struct answer {
    const struct asked *asked;
    const struct sg_account *account;
    const struct sg_report_files *files;
    const struct sg_sheet *sheet;
};

static void print_text(const struct answer *answer)
{
    char number[SG_PROGRESS_NUMBER];
    (void)printf("%s: %s\n", answer->asked->dir, answer->sheet->proven ? "PROVEN" : "NOT PROVEN");
    (void)printf("  counted  %s records", sg_progress_number(answer->account->records, number));
    (void)printf(", %s messages\n", sg_progress_number(answer->account->messages, number));
    if (answer->files->n > 0)
        (void)printf("  written  %s, and %zu files with the same numbers beside it\n",
                     answer->asked->out, answer->files->n - 1);
    for (size_t i = 0; i < answer->sheet->n_findings; i++)
        (void)printf("  look at  %s\n", answer->sheet->finding[i]);
    if (answer->sheet->n_findings == 0)
        (void)printf("  look at  nothing\n");
}

static void print_json(const struct answer *answer)
{
    (void)printf("{\"proven\":%s,\"records\":%" PRIu64 ",\"messages\":%" PRIu64 ",\"file\":",
                 answer->sheet->proven ? "true" : "false", answer->account->records,
                 answer->account->messages);
    if (answer->files->n > 0)
        sg_print_json(answer->asked->out);
    else
        (void)printf("null");
    (void)printf(",\"findings\":[");
    for (size_t i = 0; i < answer->sheet->n_findings; i++) {
        (void)printf(i == 0 ? "" : ",");
        sg_print_json(answer->sheet->finding[i]);
    }
    (void)printf("]}\n");
}

static int answer_of(const struct asked *asked, const struct sg_account *account,
                     const struct sg_verify_report *report)
{
    const struct sg_case of = {asked->dir, &asked->trust.log_key,         &asked->config, report,
                               account,    asked->trust.vkey_path == NULL};
    struct sg_report_files files = {.n = 0};
    struct sg_sheet sheet;
    sg_sheet_init(&sheet);
    sheet.by = "scrubgate " SCRUBGATE_VERSION;
    sg_report_write(&sheet, &of);
    const struct answer answer = {asked, account, &files, &sheet};
    bool good = sheet.rc >= 0;
    if (!good)
        (void)fprintf(stderr, "scrubgate audit report: out of memory\n");
    else if (asked->out != NULL)
        good = sg_report_files_write(&files, &sheet, asked->out);
    if (good && asked->json)
        print_json(&answer);
    else if (good)
        print_text(&answer);
    good = sg_flush_output() && good && sheet.proven && (!asked->review || sheet.n_findings == 0);
    sg_sheet_fini(&sheet);
    return good ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

static int report_of(const struct asked *asked)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_verify_report report;
    struct sg_account account;
    struct sg_audit_read read = SG_READ_ALL("report");
    int exit_code = SG_EXIT_WRONG;
    if (asked->range.limited) {
        read.from_ms = asked->range.since;
        read.to_ms = asked->range.until;
    }
    sg_leave_read(asked->dir, &read);
    enum scrubgate_status rc = count(asked, &account, &report, &fault);
    if (rc >= 0)
        exit_code = answer_of(asked, &account, &report);
    else if (fault.what[0] != '\0')
        (void)sg_say_fault(&fault);
    if (rc < 0)
        (void)fprintf(stderr, "scrubgate audit report: the log could not be read: NOT PROVEN\n");
    sg_account_fini(&account);
    return exit_code;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct asked asked = {.out = NULL};
    struct sg_option options[5 + SG_TRUST_OPTIONS] = {
        {"since", 's', SG_OPTION_TEXT, "TIME", "records from then on: 2026-11-01, 7d",
         &asked.since},
        {"until", 'u', SG_OPTION_TEXT, "TIME", "and up to then", &asked.until},
        {"out", 'o', SG_OPTION_TEXT, "FILE", "the page (audit-report.html); the rest beside it",
         &asked.out},
        {"review", 0, SG_OPTION_FLAG, NULL,
         "exit 1 when somebody must look; writes no page without -o", &asked.review},
        {"json", 0, SG_OPTION_FLAG, NULL, "say what was found as JSON", &asked.json},
    };
    int rest = 0, exit_code = SG_EXIT_USAGE;
    size_t n = sg_audit_trust_options(&asked.trust, options, 5);
    enum sg_parsed parsed = sg_options_parse(command, options, n, argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one folder of an audit log, such as var/audit");
    asked.dir = argv[rest];
    if (asked.out == NULL && !asked.review)
        asked.out = "audit-report.html";
    if (read_range(command, &asked) && sg_audit_trust_load(&asked.trust, asked.dir)) {
        asked.config = sg_audit_trust_config(&asked.trust, asked.dir);
        exit_code = report_of(&asked);
    }
    sg_audit_trust_fini(&asked.trust);
    return exit_code;
}

const struct sg_command sg_cmd_audit_report = {
    .name = "audit report",
    .summary = "a page with plots on what the log says, for who must judge by it",
    .usage =
        "[-s TIME] [-u TIME] [-o FILE] [-p VKEY] [-k KEY] [-c CHECKPOINT]… [--review] [--json] "
        "DIR",
    .examples = "  scrubgate audit report --since 30d --key first.key -o november.html var/audit\n"
                "  scrubgate audit report --review --since yesterday var/audit || mail-somebody\n",
    .run = run,
};
