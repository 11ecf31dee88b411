/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit.c - scrubgate audit COMMAND: finds the command on the audit log and runs it.
 *
 * Each is a command of its own whose name has the word audit before it, in its own file.
 */
#include "cli/cmd_audit.h"

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/console.h"

static const struct sg_command *const commands[] = {
    &sg_cmd_audit_verify,
    &sg_cmd_audit_prove,
    &sg_cmd_audit_verify_proof,
    &sg_cmd_audit_witness,
};

enum { BEFORE = sizeof "audit " - 1 };

static void print_usage(FILE *to)
{
    (void)fputs("usage: scrubgate audit COMMAND [options]\n\n", to);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        (void)fprintf(to, "  %-13s %s\n", commands[i]->name + BEFORE, commands[i]->summary);
    (void)fputs("\nscrubgate audit COMMAND --help tells more.\n", to);
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    if (word == NULL)
        return sg_say_usage(command, "wants a command");
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        print_usage(stdout);
        return sg_flush_output() ? SG_EXIT_FINE : SG_EXIT_WRONG;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i]->name + BEFORE, word) == 0)
            return commands[i]->run(commands[i], argc - 1, argv + 1);
    }
    (void)fprintf(stderr, "scrubgate audit: there is no command %s; see scrubgate audit --help\n",
                  word);
    return SG_EXIT_USAGE;
}

const struct sg_command sg_cmd_audit = {
    .name = "audit",
    .summary = "check the audit log, prove what is in it",
    .usage = "COMMAND [options]",
    .examples = "  scrubgate audit verify var/audit --vkey log.vkey\n"
                "  scrubgate audit prove var/audit 42 -o 42.proof\n",
    .run = run,
};
