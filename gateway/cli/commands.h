/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.h - the subcommands, one file each.
 */
#ifndef SG_CLI_COMMANDS_H
#define SG_CLI_COMMANDS_H

#include "cli/options.h"

extern const struct sg_command sg_cmd_serve;
extern const struct sg_command sg_cmd_scrub;
extern const struct sg_command sg_cmd_explain;
extern const struct sg_command sg_cmd_rules;
extern const struct sg_command sg_cmd_echo;
extern const struct sg_command sg_cmd_keygen;
extern const struct sg_command sg_cmd_audit;
extern const struct sg_command sg_cmd_collusion;
extern const struct sg_command sg_cmd_version;

#endif
