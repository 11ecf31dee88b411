/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion_report.c - scrubgate collusion report: who shares customers as routing does not
 * explain.
 */
#include <inttypes.h>
#include <math.h>
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

/* Of each so many lines; all are in the files. */
enum { TOLD_AGENTS = 20, TOLD_CUSTOMERS = 5, TOLD_GROUPS = 10, TOLD_SWAPS = 10 };
/* A model's probability is never told as one. */
static const double certain = 0.95, most_certain = 0.99;

struct wishes {
    const char *window, *false_alarms;
    struct sg_texts out;
    bool json, quiet;
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

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void tell_id(const char *before, const struct sg_numbering *numbering, uint32_t number)
{
    (void)printf("%s%016" PRIx64, before, numbering->ids[number]);
}

/* A line each, so many at most. */
static void tell_customers(const struct sg_deals *deals, const uint32_t *list, const double *likely,
                           size_t n)
{
    for (size_t i = 0; i < n && i < TOLD_CUSTOMERS; i++) {
        tell_id("    customer ", &deals->customers, list[i]);
        (void)printf("  %s (%.2f)\n", likely[i] >= certain ? "very likely" : "likely",
                     fmin(likely[i], most_certain));
    }
    if (n > TOLD_CUSTOMERS)
        (void)printf("    and %zu more\n", n - TOLD_CUSTOMERS);
}

static void tell_ring(const struct sg_analysis_ring *ring, const struct sg_deals *deals, size_t i)
{
    size_t sure = 0;
    for (size_t c = 0; c < ring->n_customers; c++)
        sure += ring->likely[c] >= certain;
    (void)printf("\nRing %zu: %zu agent%s and %zu customer%s, %zu of these very likely.\n", i,
                 ring->n_agents, plural(ring->n_agents), ring->n_customers,
                 plural(ring->n_customers), sure);
    (void)printf("  %.0f tickets of these customers reached these agents; routing alone would have "
                 "sent %.1f.\n",
                 ring->observed, ring->expected);
    (void)printf("  Their density is %.1f; chance stays below %.1f in nineteen of twenty trials.\n",
                 ring->density, ring->threshold);
    for (size_t a = 0; a < ring->n_agents; a++) {
        tell_id("    agent ", &deals->agents, ring->agents[a]);
        (void)printf("\n");
    }
    tell_customers(deals, ring->customers, ring->likely, ring->n_customers);
}

static void tell_identities(const struct sg_identity_rings *rings, const struct sg_deals *deals)
{
    if (rings->n > 0)
        (void)printf("\n%zu of %zu groups of customers who share identities, networks or devices "
                     "reach an agent oddly often.\n",
                     rings->n, rings->groups);
    for (size_t i = 0; i < rings->n && i < TOLD_GROUPS; i++) {
        const struct sg_identity_ring *group = &rings->list[i];
        (void)printf("  %zu customers share %zu value%s", group->n_customers, group->n_links,
                     plural(group->n_links));
        if (group->n_reached > 0) {
            const struct sg_identity_reach *reach = &group->reached[0];
            tell_id("; agent ", &deals->agents, reach->agent);
            (void)printf(" got %u of their %u tickets, %.1f by routing", (unsigned)reach->tickets,
                         (unsigned)group->tickets, reach->expected);
        }
        (void)printf(".\n");
    }
}

static void tell_swaps(const struct sg_role_swaps *swaps, const struct sg_deals *deals)
{
    if (swaps->n > 0)
        (void)printf("\nAgents who show up as customers:\n");
    for (size_t i = 0; i < swaps->n && i < TOLD_SWAPS; i++) {
        const struct sg_role_swap *swap = &swaps->list[i];
        tell_id("  What is agent ", &deals->agents, swap->agent);
        (void)printf("'s own, %zu customer%s of ", swap->n_customers, plural(swap->n_customers));
        tell_id(swap->other == swap->agent ? "the same agent " : "agent ", &deals->agents,
                swap->other);
        (void)printf(" show%s: %u tickets, %.1f by routing%s.\n", swap->n_customers == 1 ? "s" : "",
                     (unsigned)swap->tickets, swap->expected,
                     swap->circle == 2   ? "; and the other way round"
                     : swap->circle == 3 ? "; and around by a third"
                                         : "");
    }
}

/* Of one in no ring: what else would say why. */
static void tell_pairs(const struct sg_analysis_agent *agent, const struct sg_deals *deals)
{
    for (size_t i = 0; i < agent->n_edges; i++) {
        const struct sg_analysis_edge *edge = &agent->edges[i];
        if (edge->a == edge->b)
            (void)printf("  whose customers come back");
        else
            tell_id("  who shares customers with ", &deals->agents, edge->b);
        (void)printf(": %.1f, %.1f by routing (z %.1f)\n", edge->observed, edge->expected, edge->z);
    }
}

static void tell_flagged(const struct sg_analysis *analysis, const struct sg_deals *deals)
{
    (void)printf("\nagent             score     q        ring\n");
    for (size_t i = 0, told = 0; i < analysis->n_agents && told < TOLD_AGENTS; i++) {
        const struct sg_analysis_agent *agent = &analysis->agents[i];
        char ring[16] = "-";
        if (!agent->flagged)
            continue;
        if (agent->ring != SG_ANALYSIS_NONE)
            (void)snprintf(ring, sizeof ring, "%u", (unsigned)agent->ring);
        tell_id("", &deals->agents, agent->agent);
        (void)printf("  %-8.2f  %-7.2g  %s\n", agent->score, agent->q, ring);
        if (agent->ring == SG_ANALYSIS_NONE)
            tell_pairs(agent, deals);
        told++;
    }
}

static void tell(const struct sg_analysis *analysis, const struct sg_deals *deals)
{
    size_t flagged = 0, thin = 0;
    for (size_t i = 0; i < analysis->n_agents; i++) {
        flagged += analysis->agents[i].flagged;
        thin += analysis->agents[i].thin;
    }
    (void)printf(
        "%zu tickets of %.1f days. Of %zu agents %zu are flagged; if all are honest, chance "
        "flags %.1f.\n",
        analysis->tickets, analysis->months * 30, analysis->n_agents, flagged,
        analysis->config.false_alarms * analysis->months * (double)(analysis->n_agents - thin));
    if (thin > 0)
        (void)printf("Of %zu agents nothing can be said: too few colleagues are on duty with "
                     "them.\n",
                     thin);
    if (deals->lone + deals->strays > 0)
        (void)printf("Left out: %" PRIu64 " tickets without a customer or an agent, %" PRIu64
                     " whose clock was off.\n",
                     deals->lone, deals->strays);
    if (analysis->n_rings == 0)
        (void)printf("No ring was found.\n");
    for (size_t i = 0; i < analysis->n_rings; i++)
        tell_ring(&analysis->rings[i], deals, i);
    tell_identities(&analysis->identities, deals);
    tell_swaps(&analysis->swaps, deals);
    if (flagged > 0)
        tell_flagged(analysis, deals);
    (void)printf("\nA score is a reason to look, not a verdict: a person decides.\n");
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

static bool print_json(const struct sg_analysis *analysis, const struct sg_deals *deals)
{
    struct sg_buf json = {0};
    const bool made = sg_analysis_json(analysis, deals, &json) >= 0;
    if (made)
        (void)fwrite(json.data, 1, json.len, stdout); /* what goes wrong, flushing says */
    else
        (void)fputs("out of memory\n", stderr);
    sg_buf_fini(&json);
    return made;
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
                     rc == SCRUBGATE_ELIMIT ? "there are more than 5,000 agents; report on fewer"
                                            : "out of memory");
        (void)sg_say_fault(&fault);
        return SG_EXIT_WRONG;
    }
    bool good = true;
    if (wishes->json)
        good = print_json(&analysis, deals);
    else
        tell(&analysis, deals);
    good = write_all(&analysis, deals, &wishes->out) && good;
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
        {"json", 0, SG_OPTION_FLAG, NULL, "print what a F.json would have", &wishes.json},
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
