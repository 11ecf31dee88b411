/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion_guard.c - scrubgate collusion guard COMMAND: what people order about agents.
 */
#include "cli/cmd_collusion_guard.h"

#include "cli/cmd_collusion.h"
#include "cli/group.h"

static const struct sg_command *const commands[] = {
    &sg_cmd_collusion_guard_block,    &sg_cmd_collusion_guard_flag, &sg_cmd_collusion_guard_attest,
    &sg_cmd_collusion_guard_waive,    &sg_cmd_collusion_guard_link, &sg_cmd_collusion_guard_lift,
    &sg_cmd_collusion_guard_appeal,   &sg_cmd_collusion_guard_list, &sg_cmd_collusion_guard_erase,
    &sg_cmd_collusion_guard_eligible,
};

static int run(const struct sg_command *command, int argc, char **argv)
{
    return sg_group_run(command, commands, sizeof commands / sizeof commands[0], argc, argv);
}

const struct sg_command sg_cmd_collusion_guard = {
    .name = "collusion guard",
    .summary = "order who may serve whom, take it back, ask",
    .usage = "COMMAND [options]",
    .examples = "  scrubgate collusion guard block agent-7 --for 30d --because 'case 2026-17'\n"
                "  scrubgate collusion guard list\n",
    .run = run,
};
