/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_version.c - scrubgate version: this program, and what it runs with: libraries, scan kernel.
 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "proxy/about.h"
#include "scan/kernel.h"
#include "scan/load.h"

static void print_json(const struct sg_about *about, const struct sg_kernel *kernel)
{
    (void)printf("{\"version\":\"%s\",\"jit\":%s,\"libraries\":[", about->version,
                 about->jit ? "true" : "false");
    for (size_t i = 0; i < about->n_libraries; i++)
        (void)printf("%s\"%s\"", i == 0 ? "" : ",", about->libraries[i]);
    (void)printf("],\"kernel\":\"%s\",\"kernels\":{", kernel->name);
    for (size_t i = 0; sg_kernels[i] != NULL; i++)
        (void)printf("%s\"%s\":%s", i == 0 ? "" : ",", sg_kernels[i]->name,
                     sg_kernels[i]->works() ? "true" : "false");
    (void)printf("}}\n");
}

static void print_text(const struct sg_about *about, const struct sg_kernel *kernel)
{
    (void)printf("scrubgate %s\n", about->version);
    for (size_t i = 0; i < about->n_libraries; i++)
        (void)printf("  %s\n", about->libraries[i]);
    (void)printf("  PCRE2 JIT: %s\n  scan kernels:", about->jit ? "yes" : "no");
    for (size_t i = 0; sg_kernels[i] != NULL; i++)
        (void)printf("%s %s%s", i == 0 ? "" : ",", sg_kernels[i]->name,
                     sg_kernels[i]->works() ? "" : " (not on this machine)");
    (void)printf("; in use: %s\n", kernel->name);
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
    const struct sg_kernel *kernel = NULL;
    struct scrubgate_fault fault = {.what = ""};
    if (sg_load_kernel(&kernel, &fault) < 0)
        return sg_say_fault(&fault);
    struct sg_about about;
    sg_about(&about);
    if (json)
        print_json(&about, kernel);
    else
        print_text(&about, kernel);
    return sg_flush_output() ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

const struct sg_command sg_cmd_version = {
    .name = "version",
    .summary = "print the version, the libraries with theirs, and what makes scanning fast here",
    .usage = "[--json]",
    .examples = "  scrubgate version\n"
                "  scrubgate version --json | jq -r .kernel\n",
    .run = run,
};
