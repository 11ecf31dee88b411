/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group.h - a command that has commands of its own: scrubgate audit verify, scrubgate audit prove.
 */
#ifndef SG_CLI_GROUP_H
#define SG_CLI_GROUP_H

#include <stddef.h>

#include "cli/options.h"

/* Runs the one of list that argv[1] names; each one's name has the group's and a blank before it.
 */
int sg_group_run(const struct sg_command *group, const struct sg_command *const *list, size_t n,
                 int argc, char **argv);

#endif
