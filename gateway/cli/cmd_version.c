/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_version.c - scrubgate version: this program and the libraries it runs with.
 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "proxy/about.h"

static void print_json(const struct sg_about *about)
{
    (void)printf("{\"version\":\"%s\",\"jit\":%s,\"libraries\":[", about->version,
                 about->jit ? "true" : "false");
    for (size_t i = 0; i < about->n_libraries; i++)
        (void)printf("%s\"%s\"", i == 0 ? "" : ",", about->libraries[i]);
    (void)printf("]}\n");
}

static void print_text(const struct sg_about *about)
{
    (void)printf("scrubgate %s\n", about->version);
    for (size_t i = 0; i < about->n_libraries; i++)
        (void)printf("  %s\n", about->libraries[i]);
    (void)printf("  PCRE2 JIT: %s\n", about->jit ? "yes" : "no");
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    bool json = false;
    const struct sg_option options[] = {
        {"json", 0, SG_OPTION_FLAG, NULL, "as one JSON object", &json},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    struct sg_about about;
    sg_about(&about);
    if (json)
        print_json(&about);
    else
        print_text(&about);
    return sg_flush_output() ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

const struct sg_command sg_cmd_version = {
    .name = "version",
    .summary = "print the version, the libraries with theirs, and whether PCRE2 can JIT",
    .usage = "[--json]",
    .examples = "  scrubgate version\n"
                "  scrubgate version --json | jq .jit\n",
    .run = run,
};
