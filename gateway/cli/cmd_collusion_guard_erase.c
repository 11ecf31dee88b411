/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion_guard_erase.c - scrubgate collusion guard erase: forget an agent.
 *
 * Whom he served and what was ordered about him is overwritten, but for orders that are in force:
 * those are lifted first, by somebody who answers for it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cmd_collusion_guard.h"
#include "cli/console.h"
#include "cli/guard_place.h"

static int erase(const struct sg_guard_place *place, uint64_t agent)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_guard_act act = {.act = "erase", .done = true};
    struct sg_acts_half half;
    if (!sg_guard_prepare(place, &act, &half))
        return SG_EXIT_WRONG;
    const enum scrubgate_status rc =
        sg_collusion_guard_erase(place->guard, agent, place->now_ms, &act.kept, &fault);
    act.done = rc >= 0;
    const bool told = sg_guard_tell(place, &act, &half);
    if (rc < 0)
        (void)sg_say_fault(&fault);
    else if (act.kept > 0)
        (void)fprintf(stderr,
                      "digest:%016" PRIx64 ": forgotten, but for %" PRIu64
                      " order%s in force: lift "
                      "first what may go, and erase again\n",
                      agent, act.kept, act.kept == 1 ? "" : "s");
    else
        (void)printf("digest:%016" PRIx64 ": forgotten\n", agent);
    return rc >= 0 && told && act.kept == 0 ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct sg_guard_asked asked = {0};
    const struct sg_option options[] = {SG_GUARD_OPTIONS(asked)};
    struct sg_guard_place place;
    uint64_t agent = 0;
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one agent, by id or digest:HEX");
    int exit_code = sg_guard_place_open(&asked, &place);
    if (exit_code != SG_EXIT_FINE)
        return exit_code;
    exit_code = sg_guard_take_agent(command, &place, argv[rest], &agent);
    if (exit_code == SG_EXIT_FINE)
        exit_code = erase(&place, agent);
    sg_guard_place_close(&place);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}

const struct sg_command sg_cmd_collusion_guard_erase = {
    .name = "collusion guard erase",
    .summary = "forget an agent: whom he served, and orders that are over",
    .usage = "AGENT",
    .examples = "  scrubgate collusion guard erase agent-7\n"
                "  scrubgate collusion guard erase -c gateway.yaml - <name\n",
    .run = run,
};
