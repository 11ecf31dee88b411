/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - scrubgate COMMAND [options]: finds the command and runs it.
 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

static const struct sg_command *const commands[] = {
    &sg_cmd_serve,  &sg_cmd_scrub, &sg_cmd_explain,   &sg_cmd_rules,   &sg_cmd_echo,
    &sg_cmd_keygen, &sg_cmd_audit, &sg_cmd_collusion, &sg_cmd_version,
};

static void print_usage(FILE *to)
{
    (void)fputs("usage: scrubgate COMMAND [options]\n\n"
                "Masks personal data in messages between customers and gig agents.\n\n",
                to);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        (void)fprintf(to, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    (void)fputs("\nscrubgate COMMAND --help tells more.\n", to);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    if (name == NULL) {
        print_usage(stderr);
        return SG_EXIT_USAGE;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_usage(stdout);
        return SG_EXIT_FINE;
    }
    if (strcmp(name, "--version") == 0)
        name = sg_cmd_version.name;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i]->run(commands[i], argc - 1, argv + 1);
    }
    (void)fprintf(stderr, "scrubgate: there is no command %s; see scrubgate --help\n", name);
    return SG_EXIT_USAGE;
}
