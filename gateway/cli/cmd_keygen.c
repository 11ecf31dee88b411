/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_keygen.c - scrubgate keygen: make the key files.
 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "proxy/keys.h"

static int run(const struct sg_command *command, int argc, char **argv)
{
    int rest = 0;
    enum sg_parsed parsed = sg_options_parse(command, NULL, 0, argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one folder for the keys, such as var/keys");
    struct scrubgate_fault fault = {.what = ""};
    unsigned made = 0;
    if (sg_keys_make(argv[rest], &made, &fault) < 0) {
        (void)sg_say_fault(&fault);
        return SG_EXIT_WRONG;
    }
    (void)printf("%u key file%s made in %s%s\n", made, made == 1 ? "" : "s", argv[rest],
                 made == 0 ? " (all were there, none was changed)" : "");
    return sg_flush_output() ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

const struct sg_command sg_cmd_keygen = {
    .name = "keygen",
    .summary = "make the key files that are missing, with mode 0600",
    .usage = "DIR",
    .examples = "  scrubgate keygen var/keys\n"
                "  scrubgate keygen /var/lib/scrubgate/keys\n",
    .run = run,
};
