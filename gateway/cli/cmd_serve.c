/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_serve.c - scrubgate serve: run the gateway.
 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "proxy/server.h"

enum { KEY_LONGEST = 64 };

/* Splits "key=value" texts; keys are copied, values borrowed. */
static bool split_settings(const struct sg_command *command, const struct sg_texts *texts,
                           char keys[][KEY_LONGEST], struct sg_override *overrides)
{
    for (size_t i = 0; i < texts->n; i++) {
        const char *equals = strchr(texts->item[i], '=');
        size_t len = equals == NULL ? 0 : (size_t)(equals - texts->item[i]);
        if (len == 0 || len >= KEY_LONGEST) {
            (void)sg_say_usage(command, "--set wants key=value, such as limits.body=1MiB");
            return false;
        }
        memcpy(keys[i], texts->item[i], len);
        keys[i][len] = '\0';
        overrides[i] = (struct sg_override){keys[i], equals + 1, "--set"};
    }
    return true;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    const char *file = NULL;
    bool test_only = false, takeover = false;
    struct sg_texts settings = {.n = 0};
    char keys[SG_TEXTS_MOST][KEY_LONGEST];
    struct sg_override overrides[SG_CONFIG_VARIABLES + SG_TEXTS_MOST];
    const struct sg_option options[] = {
        {"config", 'c', SG_OPTION_TEXT, "FILE", "the configuration; built-in defaults without",
         &file},
        {"test", 't', SG_OPTION_FLAG, NULL, "check the config and the rules, serve nothing",
         &test_only},
        {"takeover", 0, SG_OPTION_FLAG, NULL,
         "take over from the running gateway of the same state folder, without losing a request",
         &takeover},
        {"set", 's', SG_OPTION_LIST, "KEY=VALUE", "override one key, such as listen=127.0.0.1:80",
         &settings},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (rest != argc)
        return sg_say_usage(command, "takes no operand; the configuration goes behind -c");
    size_t n = sg_config_environment(overrides);
    if (!split_settings(command, &settings, keys, overrides + n))
        return SG_EXIT_USAGE;

    struct scrubgate_fault fault = {.what = ""};
    const struct sg_server_options server = {
        .config_file = file,
        .overrides = overrides,
        .n_overrides = n + settings.n,
        .test_only = test_only,
        .takeover = takeover,
        .hints = file == NULL,
    };
    enum scrubgate_status rc = sg_server_run(&server, &fault);
    if (rc >= 0)
        return SG_EXIT_FINE;
    int usage = sg_say_fault(&fault);
    if (rc == SCRUBGATE_EMALFORMED)
        return SG_EXIT_DAMAGED;
    return rc == SCRUBGATE_EINVAL ? usage : SG_EXIT_WRONG;
}

const struct sg_command sg_cmd_serve = {
    .name = "serve",
    .summary = "run the gateway",
    .usage = "[-c FILE] [-t] [--takeover] [-s KEY=VALUE]…",
    .examples = "  scrubgate serve -c /etc/scrubgate/gateway.yaml\n"
                "  scrubgate serve -t -c gateway.yaml     # check it, like nginx -t\n"
                "  scrubgate serve --takeover -c FILE     # a new version, instead of the one that "
                "runs\n",
    .run = run,
};
