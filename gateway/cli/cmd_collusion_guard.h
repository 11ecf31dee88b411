/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion_guard.h - what people order about agents: the commands of scrubgate collusion
 * guard.
 */
#ifndef SG_CLI_CMD_COLLUSION_GUARD_H
#define SG_CLI_CMD_COLLUSION_GUARD_H

#include "cli/options.h"

extern const struct sg_command sg_cmd_collusion_guard_block;
extern const struct sg_command sg_cmd_collusion_guard_flag;
extern const struct sg_command sg_cmd_collusion_guard_attest;
extern const struct sg_command sg_cmd_collusion_guard_waive;
extern const struct sg_command sg_cmd_collusion_guard_link;
extern const struct sg_command sg_cmd_collusion_guard_lift;
extern const struct sg_command sg_cmd_collusion_guard_appeal;
extern const struct sg_command sg_cmd_collusion_guard_list;
extern const struct sg_command sg_cmd_collusion_guard_erase;
extern const struct sg_command sg_cmd_collusion_guard_eligible;

#endif
