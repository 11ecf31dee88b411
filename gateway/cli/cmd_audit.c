/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit.c - scrubgate audit COMMAND: the commands on the audit log, in a file of its own each.
 */
#include "cli/cmd_audit.h"

#include "cli/commands.h"
#include "cli/group.h"

static const struct sg_command *const commands[] = {
    &sg_cmd_audit_verify,    &sg_cmd_audit_prove,  &sg_cmd_audit_verify_proof, &sg_cmd_audit_query,
    &sg_cmd_audit_report,    &sg_cmd_audit_export, &sg_cmd_audit_reconcile,    &sg_cmd_audit_rules,
    &sg_cmd_audit_pseudonym, &sg_cmd_audit_erase,  &sg_cmd_audit_witness,      &sg_cmd_audit_hold,
};

static int run(const struct sg_command *command, int argc, char **argv)
{
    return sg_group_run(command, commands, sizeof commands / sizeof commands[0], argc, argv);
}

const struct sg_command sg_cmd_audit = {
    .name = "audit",
    .summary = "check the audit log, prove what is in it",
    .usage = "COMMAND [options]",
    .examples = "  scrubgate audit verify var/audit --vkey log.vkey\n"
                "  scrubgate audit prove var/audit 42 -o 42.proof\n",
    .run = run,
};
