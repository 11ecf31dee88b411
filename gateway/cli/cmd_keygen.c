/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_keygen.c - scrubgate keygen: make the key files.
 */
#include <stdio.h>

#include "audit/first_key.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "proxy/keys.h"
#include "proxy/log_keys.h"

/* Shown once and kept nowhere: whoever has it can check, and forge, every seal. */
static void show_first_key(struct sg_seal_key *first)
{
    char text[SG_FIRST_KEY_TEXT];
    if (sg_first_key_print(first->key, text) >= 0)
        (void)fprintf(stderr,
                      "K(0), the first key of the audit log's seals, for whom checks the log:\n"
                      "    %s\n"
                      "It is shown only now and kept nowhere. Write it down, away from this "
                      "machine.\n",
                      text);
    sg_wipe(text, sizeof text);
    sg_wipe(first, sizeof *first);
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    int rest = 0;
    const char *origin = NULL;
    const struct sg_option options[] = {{"origin", 'o', SG_OPTION_TEXT, "NAME",
                                         "make the log's signing key too; NAME is audit.origin",
                                         &origin}};
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one folder for the keys, such as var/keys");
    struct scrubgate_fault fault = {.what = ""};
    struct sg_seal_key first;
    unsigned made = 0;
    bool fresh = false;
    enum scrubgate_status rc = sg_keys_make(argv[rest], &made, &fault);
    if (rc >= 0)
        rc = sg_log_keys_make(argv[rest], origin, &made, &fresh, &first, &fault);
    if (fresh)
        show_first_key(&first);
    if (rc < 0) {
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
    .usage = "[-o NAME] DIR",
    .examples = "  scrubgate keygen var/keys\n"
                "  scrubgate keygen -o gateway.example/scrubgate/1 /var/lib/scrubgate/keys\n",
    .run = run,
};
