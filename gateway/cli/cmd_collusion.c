/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion.c - scrubgate collusion COMMAND: the commands on collusion, in a file of its own
 * each.
 */
#include "cli/cmd_collusion.h"

#include "cli/commands.h"
#include "cli/group.h"

static const struct sg_command *const commands[] = {
    &sg_cmd_collusion_guard,
    &sg_cmd_collusion_report,
    &sg_cmd_collusion_score,
    &sg_cmd_collusion_simulate,
};

static int run(const struct sg_command *command, int argc, char **argv)
{
    return sg_group_run(command, commands, sizeof commands / sizeof commands[0], argc, argv);
}

const struct sg_command sg_cmd_collusion = {
    .name = "collusion",
    .summary = "find agents and customers who create volume together",
    .usage = "COMMAND [options]",
    .examples = "  scrubgate collusion simulate --level L2 --seed 101 --out market\n"
                "  scrubgate collusion report market/events.ndjson\n",
    .run = run,
};
