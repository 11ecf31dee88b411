/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion_score.c - scrubgate collusion score: what the gateway would have said of each
 * ticket, at the moment when it met its agent.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/diag.h"
#include "base/digest.h"
#include "cli/cmd_collusion.h"
#include "cli/console.h"
#include "cli/events.h"
#include "collusion/scorer.h"

struct scoring {
    struct sg_scorer *scorer;
    bool put; /* false: output has failed */
};

/* Of a ticket that is given on, each judgement has its line. */
static enum scrubgate_status take(void *ctx, const struct sg_collusion_event *event)
{
    struct scoring *scoring = ctx;
    struct sg_risk risk;
    sg_scorer_feed(scoring->scorer, event, &risk);
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

static int run(const struct sg_command *command, int argc, char **argv)
{
    bool quiet = false;
    const struct sg_option options[] = {
        {"quiet", 'q', SG_OPTION_FLAG, NULL, "do not show how far it is", &quiet}};
    struct scrubgate_fault fault = {.what = ""};
    struct scoring scoring = {.put = true};
    struct sg_scorer_config config;
    struct sg_progress progress;
    int rest = 0, exit_code = SG_EXIT_WRONG;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one file or folder of events, such as var/events");
    enum scrubgate_status rc = sg_random(config.key, sizeof config.key);
    if (rc >= 0)
        rc = sg_scorer_new(&scoring.scorer, &config);
    if (rc < 0) {
        sg_fault_set(&fault, NULL, 0, 0, "out of memory, or of randomness");
    } else {
        sg_progress_start(&progress, "events", "events", 0, quiet);
        rc = sg_events_each(argv[rest], take, &scoring, &progress, &fault);
    }
    if (rc >= 0 || !scoring.put) /* what went wrong with the output, flushing says */
        exit_code = sg_flush_output() && scoring.put ? SG_EXIT_FINE : SG_EXIT_WRONG;
    else if (sg_say_fault(&fault) != SG_EXIT_FINE && rc == SCRUBGATE_EMALFORMED)
        exit_code = SG_EXIT_USAGE;
    sg_scorer_free(scoring.scorer);
    return exit_code;
}

const struct sg_command sg_cmd_collusion_score = {
    .name = "collusion score",
    .summary = "how likely each ticket was made by its customer and its agent together",
    .usage = "FILE|FOLDER",
    .examples = "  scrubgate collusion score var/events\n"
                "  scrubgate collusion score market/events.ndjson > scores.ndjson\n",
    .run = run,
};
