/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion_report.c - scrubgate collusion report: who shares customers as routing does not
 * explain.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <scrubgate/version.h>

#include "base/diag.h"
#include "cli/cmd_collusion.h"
#include "cli/console.h"
#include "cli/events.h"
#include "cli/moment.h"
#include "cli/report_files.h"
#include "collusion/analysis.h"
#include "collusion/analysis_json.h"
#include "report/inquiry.h"

enum { TOLD_AGENTS = 20 };

struct wishes {
    const char *window, *false_alarms;
    struct sg_texts out;
    bool quiet;
};

/* "1/1000", "0.001". */
static bool read_rate(const char *text, double *rate)
{
    char *end;
    *rate = strtod(text, &end);
    if (end != text && *end == '/') {
        const char *below = end + 1;
        const double part = strtod(below, &end);
        *rate = end != below && part > 0 ? *rate / part : -1;
    }
    return end != text && *end == '\0' && *rate > 0 && *rate <= 1;
}

static enum scrubgate_status take(void *ctx, const struct sg_collusion_event *event)
{
    return sg_deals_add(ctx, event);
}

/* --- what is told --- */

static void tell_ring(const struct sg_analysis_ring *ring, const struct sg_deals *deals, size_t i)
{
    (void)printf(
        "ring %zu: %zu agent%s, %zu customer%s named; %.0f tickets of these to each other, "
        "%.1f by routing alone\n",
        i, ring->n_agents, ring->n_agents == 1 ? "" : "s", ring->n_customers,
        ring->n_customers == 1 ? "" : "s", ring->observed, ring->expected);
    for (size_t a = 0; a < ring->n_agents; a++)
        (void)printf("    agent %016" PRIx64 "\n", deals->agents.ids[ring->agents[a]]);
}

static void tell(const struct sg_analysis *analysis, const struct sg_deals *deals)
{
    size_t flagged = 0, thin = 0;
    for (size_t i = 0; i < analysis->n_agents; i++) {
        flagged += analysis->agents[i].flagged;
        thin += analysis->agents[i].thin;
    }
    (void)printf("%zu tickets of %.1f days; %zu agents, of whom %zu flagged (%.1f expected if all "
                 "are honest), %zu without evidence either way\n",
                 analysis->tickets, analysis->months * 30, analysis->n_agents, flagged,
                 analysis->config.false_alarms * analysis->months * (double)analysis->n_agents,
                 thin);
    for (size_t i = 0; i < analysis->n_rings; i++)
        tell_ring(&analysis->rings[i], deals, i);
    if (flagged > 0)
        (void)printf("agent             score     q        ring\n");
    for (size_t i = 0, told = 0; i < analysis->n_agents && told < TOLD_AGENTS; i++) {
        const struct sg_analysis_agent *agent = &analysis->agents[i];
        char ring[16] = "-";
        if (!agent->flagged)
            continue;
        if (agent->ring != SG_ANALYSIS_NONE)
            (void)snprintf(ring, sizeof ring, "%u", (unsigned)agent->ring);
        (void)printf("%016" PRIx64 "  %-8.2f  %-7.2g  %s\n", deals->agents.ids[agent->agent],
                     agent->score, agent->q, ring);
        told++;
    }
    (void)printf("A score is a reason to look, not a verdict: a person decides.\n");
}

/* --- what is written --- */

static bool ends_with(const char *path, const char *suffix)
{
    const size_t len = strlen(path), n = strlen(suffix);
    return len > n && strcmp(path + len - n, suffix) == 0;
}

/* All of them say by their names what they are to be. */
static bool are_named(const struct sg_texts *out)
{
    for (size_t i = 0; i < out->n; i++)
        if (!ends_with(out->item[i], ".html") && !ends_with(out->item[i], ".json"))
            return false;
    return true;
}

static bool write_page(const struct sg_analysis *analysis, const struct sg_deals *deals,
                       const char *path)
{
    struct sg_all_meetings meetings;
    struct sg_sheet sheet;
    struct sg_buf none = {0};
    const enum scrubgate_status rc = sg_meetings_init(&meetings, analysis, deals);
    if (rc < 0)
        return sg_report_file_save(path, rc, &none);
    sg_sheet_init(&sheet);
    sheet.by = sg_sheet_textf(&sheet, "scrubgate %s", scrubgate_version());
    sg_inquiry_write(&sheet, &(struct sg_inquiry){analysis, deals, &meetings});
    const bool good = sheet.rc < 0 ? sg_report_file_save(path, sheet.rc, &none)
                                   : sg_report_file_page(path, &sheet);
    sg_sheet_fini(&sheet);
    sg_meetings_fini(&meetings);
    return good;
}

static bool write_all(const struct sg_analysis *analysis, const struct sg_deals *deals,
                      const struct sg_texts *out)
{
    bool good = true;
    for (size_t i = 0; i < out->n && good; i++) {
        struct sg_buf json = {0};
        good = ends_with(out->item[i], ".html")
                   ? write_page(analysis, deals, out->item[i])
                   : sg_report_file_save(out->item[i], sg_analysis_json(analysis, deals, &json),
                                         &json);
    }
    return good;
}

/* --- the command --- */

static int report(const struct sg_command *command, const struct wishes *wishes,
                  struct sg_deals *deals, double rate)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_analysis analysis;
    uint64_t since = 0;
    sg_deals_finish(deals, 0); /* first, so that one clock that is off moves no window */
    if (wishes->window != NULL && !sg_moment_read(wishes->window, deals->end_ms, false, &since))
        return sg_say_usage(command, "--window is a time before the last event, such as 60d");
    sg_deals_since(deals, since);
    const struct sg_analysis_config config = {
        .false_alarms = rate, .rounds = 200, .seed = 1, .tickets_most = 10};
    const enum scrubgate_status rc = sg_analysis_init(&analysis, deals, &config);
    if (rc < 0) {
        sg_fault_set(&fault, NULL, 0, 0, "%s",
                     rc == SCRUBGATE_ELIMIT ? "there are more than 20,000 agents; report on fewer"
                                            : "out of memory");
        (void)sg_say_fault(&fault);
        return SG_EXIT_WRONG;
    }
    tell(&analysis, deals);
    const bool good = write_all(&analysis, deals, &wishes->out);
    sg_analysis_fini(&analysis);
    return sg_flush_output() && good ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct wishes wishes = {.false_alarms = "1/1000"};
    const struct sg_option options[] = {
        {"window", 'w', SG_OPTION_TEXT, "TIME", "of the last events only, such as 60d",
         &wishes.window},
        {"false-alarms", 'f', SG_OPTION_TEXT, "RATE",
         "honest agents that may be flagged for each agent-month; 1/1000 when not given",
         &wishes.false_alarms},
        {"out", 'o', SG_OPTION_LIST, "FILE",
         "F.html: a page for people; F.json: everything, for programs; may be given for each",
         &wishes.out},
        {"quiet", 'q', SG_OPTION_FLAG, NULL, "do not show how far it is", &wishes.quiet}};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_progress progress;
    struct sg_deals deals;
    double rate;
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one file or folder of events, such as var/events");
    if (!are_named(&wishes.out))
        return sg_say_usage(command,
                            "--out is a file whose name ends in .html, for people, or in .json");
    if (!read_rate(wishes.false_alarms, &rate))
        return sg_say_usage(command, "--false-alarms is a rate above 0, such as 1/1000");
    sg_progress_start(&progress, "events", "events", 0, wishes.quiet);
    int exit_code = SG_EXIT_WRONG;
    enum scrubgate_status rc = sg_deals_init(&deals);
    if (rc < 0)
        sg_fault_set(&fault, NULL, 0, 0, "out of memory, or of randomness");
    else
        rc = sg_events_each(argv[rest], take, &deals, &progress, &fault);
    if (rc >= 0)
        exit_code = report(command, &wishes, &deals, rate);
    else if (sg_say_fault(&fault) != SG_EXIT_FINE && rc == SCRUBGATE_EMALFORMED)
        exit_code = SG_EXIT_USAGE;
    sg_deals_fini(&deals);
    return exit_code;
}

const struct sg_command sg_cmd_collusion_report = {
    .name = "collusion report",
    .summary = "who shares customers as routing does not explain",
    .usage = "[--window 60d] [--false-alarms 1/1000] [--out F.html|F.json]… FILE|FOLDER",
    .examples = "  scrubgate collusion report var/events\n"
                "  scrubgate collusion report --window 60d --out r.html --out r.json "
                "market/events.ndjson\n",
    .run = run,
};
