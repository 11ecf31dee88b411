/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion.h - the commands on collusion, one file each.
 */
#ifndef SG_CLI_CMD_COLLUSION_H
#define SG_CLI_CMD_COLLUSION_H

#include "cli/options.h"

extern const struct sg_command sg_cmd_collusion_guard;
extern const struct sg_command sg_cmd_collusion_report;
extern const struct sg_command sg_cmd_collusion_score;
extern const struct sg_command sg_cmd_collusion_simulate;

#endif
