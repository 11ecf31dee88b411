/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion_score.c - scrubgate collusion score: what the gateway would have said of each
 * ticket, at the moment when it met its agent; or of each agent, in the end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/digest.h"
#include "cli/cmd_collusion.h"
#include "cli/console.h"
#include "cli/events.h"
#include "collusion/numbering.h"
#include "collusion/scorer.h"

struct scoring {
    struct sg_scorer *scorer;
    struct sg_numbering agents; /* for --agents: the scorer knows them by marks only */
    bool by_agent;
    bool put; /* false: output has failed */
};

/* Of a ticket that is given on, each judgement has its line. */
static enum scrubgate_status take(void *ctx, const struct sg_collusion_event *event)
{
    struct scoring *scoring = ctx;
    struct sg_risk risk;
    uint32_t number;
    sg_scorer_feed(scoring->scorer, event, &risk);
    if (scoring->by_agent)
        return event->agent == 0 ? SCRUBGATE_OK
                                 : sg_numbering_add(&scoring->agents, event->agent, &number);
    if (!risk.fresh)
        return SCRUBGATE_OK;
    bool put = printf("{\"ticket\":\"%016" PRIx64 "\",\"risk\":%.6f,\"reasons\":{", event->ticket,
                      risk.risk) > 0;
    for (size_t i = 0; i < risk.n && put; i++)
        put = printf("%s\"%s\":%.2f", i == 0 ? "" : ",", sg_signal_word(risk.reasons[i].signal),
                     risk.reasons[i].weight) > 0;
    scoring->put = put && printf("}}\n") > 0;
    return scoring->put ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

struct agent {
    uint64_t id;
    struct sg_agent_standing standing;
};

static int by_score(const void *a, const void *b)
{
    const struct agent *x = a, *y = b;
    if (x->standing.score != y->standing.score)
        return x->standing.score > y->standing.score ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static bool put_agent(const struct agent *agent)
{
    bool put = printf("{\"agent\":\"%016" PRIx64 "\",\"score\":%.3f,\"threshold\":%.3f,"
                      "\"flagged\":%s",
                      agent->id, agent->standing.score, agent->standing.threshold,
                      agent->standing.flagged ? "true" : "false") > 0;
    if (agent->standing.flagged && put)
        put = printf(",\"since\":%" PRIu64, agent->standing.since_ms) > 0;
    return put && printf("}\n") > 0;
}

static enum scrubgate_status put_agents(struct scoring *scoring)
{
    const size_t n = scoring->agents.n;
    struct agent *list = malloc((n + 1) * sizeof *list);
    if (list == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        list[i].id = scoring->agents.ids[i];
        sg_scorer_agent(scoring->scorer, list[i].id, &list[i].standing);
    }
    qsort(list, n, sizeof *list, by_score);
    for (size_t i = 0; i < n && scoring->put; i++)
        scoring->put = put_agent(&list[i]);
    free(list);
    return scoring->put ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

static enum scrubgate_status prepare(struct scoring *scoring)
{
    struct sg_scorer_config config;
    enum scrubgate_status rc = sg_random(config.key, sizeof config.key);
    if (rc >= 0)
        rc = sg_numbering_init(&scoring->agents);
    return rc < 0 ? rc : sg_scorer_new(&scoring->scorer, &config);
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    bool quiet = false, json = true;
    struct scoring scoring = {.put = true};
    const struct sg_option options[] = {
        {"agents", 'a', SG_OPTION_FLAG, NULL, "tell of each agent, and not of tickets",
         &scoring.by_agent},
        {"json", 0, SG_OPTION_FLAG, NULL, "one object a line, as it does in any case", &json},
        {"quiet", 'q', SG_OPTION_FLAG, NULL, "do not show how far it is", &quiet}};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_progress progress;
    int rest = 0, exit_code = SG_EXIT_WRONG;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one file or folder of events, such as var/events");
    enum scrubgate_status rc = prepare(&scoring);
    if (rc < 0) {
        sg_fault_set(&fault, NULL, 0, 0, "out of memory, or of randomness");
    } else {
        sg_progress_start(&progress, "events", "events", 0, quiet);
        rc = sg_events_each(argv[rest], take, &scoring, &progress, &fault);
    }
    if (rc >= 0 && scoring.by_agent)
        rc = put_agents(&scoring);
    if (rc >= 0 || !scoring.put) /* what went wrong with the output, flushing says */
        exit_code = sg_flush_output() && scoring.put ? SG_EXIT_FINE : SG_EXIT_WRONG;
    else if (sg_say_fault(&fault) != SG_EXIT_FINE && rc == SCRUBGATE_EMALFORMED)
        exit_code = SG_EXIT_USAGE;
    sg_scorer_free(scoring.scorer);
    sg_numbering_fini(&scoring.agents);
    return exit_code;
}

const struct sg_command sg_cmd_collusion_score = {
    .name = "collusion score",
    .summary = "how likely each ticket was made by its customer and its agent together",
    .usage = "[--agents] FILE|FOLDER",
    .examples = "  scrubgate collusion score var/events\n"
                "  scrubgate collusion score market/events.ndjson > scores.ndjson\n",
    .run = run,
};
