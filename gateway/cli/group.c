/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group.c - a command that has commands of its own: finds the one that is meant and runs it.
 */
#include "cli/group.h"

#include <stdio.h>
#include <string.h>

#include "cli/console.h"

static const char *word_of(const struct sg_command *group, const struct sg_command *command)
{
    return command->name + strlen(group->name) + 1;
}

static void print_usage(const struct sg_command *group, const struct sg_command *const *list,
                        size_t n)
{
    (void)printf("usage: scrubgate %s COMMAND [options]\n\n", group->name);
    for (size_t i = 0; i < n; i++)
        (void)printf("  %-13s %s\n", word_of(group, list[i]), list[i]->summary);
    (void)printf("\nscrubgate %s COMMAND --help tells more.\n", group->name);
}

int sg_group_run(const struct sg_command *group, const struct sg_command *const *list, size_t n,
                 int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    if (word == NULL)
        return sg_say_usage(group, "wants a command");
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        print_usage(group, list, n);
        return sg_flush_output() ? SG_EXIT_FINE : SG_EXIT_WRONG;
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(word_of(group, list[i]), word) == 0)
            return list[i]->run(list[i], argc - 1, argv + 1);
    }
    (void)fprintf(stderr, "scrubgate %s: there is no command %s; see scrubgate %s --help\n",
                  group->name, word, group->name);
    return SG_EXIT_USAGE;
}
