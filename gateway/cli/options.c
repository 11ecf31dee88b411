/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.c - a command's options, declared once: parsed by getopt_long and printed.
 */
#include "cli/options.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

enum { OPTIONS_MOST = 48, HELP_CODE = 1000, FIRST_CODE = 1001 };

static void print_help(const struct sg_command *command, const struct sg_option *options, size_t n)
{
    (void)printf("usage: scrubgate %s %s\n\n%s\n\n", command->name, command->usage,
                 command->summary);
    for (size_t i = 0; i < n; i++) {
        char left[64];
        if (options[i].letter != 0)
            (void)snprintf(left, sizeof left, "-%c, --%s%s%s", options[i].letter, options[i].name,
                           options[i].argument == NULL ? "" : " ",
                           options[i].argument == NULL ? "" : options[i].argument);
        else
            (void)snprintf(left, sizeof left, "    --%s%s%s", options[i].name,
                           options[i].argument == NULL ? "" : "=",
                           options[i].argument == NULL ? "" : options[i].argument);
        (void)printf("  %-26s %s\n", left, options[i].text);
    }
    (void)printf("  -h, --help                 this text\n\nExamples:\n%s", command->examples);
}

static enum sg_parsed complain(const struct sg_command *command, const char *what, const char *name)
{
    (void)fprintf(stderr, "scrubgate %s: %s%s; see scrubgate %s --help\n", command->name, what,
                  name, command->name);
    return SG_PARSED_WRONG;
}

static enum sg_parsed store(const struct sg_command *command, const struct sg_option *option,
                            const char *value)
{
    uint64_t number;
    struct sg_texts *list;
    switch (option->kind) {
    case SG_OPTION_FLAG:
        *(bool *)option->target = true;
        break;
    case SG_OPTION_TEXT:
        *(const char **)option->target = value;
        break;
    case SG_OPTION_NUMBER:
        if (!sg_bytes_to_u64(sg_bytes_of(value), &number) || number > 1000000000)
            return complain(command, "a whole number is wanted for --", option->name);
        *(unsigned *)option->target = (unsigned)number;
        break;
    case SG_OPTION_LIST:
        list = option->target;
        if (list->n == SG_TEXTS_MOST)
            return complain(command, "too many of --", option->name);
        list->item[list->n++] = value;
        break;
    }
    return SG_PARSED_OK;
}

enum sg_parsed sg_options_parse(const struct sg_command *command, const struct sg_option *options,
                                size_t n, int argc, char **argv, int *rest)
{
    struct option table[OPTIONS_MOST + 2] = {0};
    char letters[2 * OPTIONS_MOST + 4] = ":h";
    size_t used = 2;
    assert(n <= OPTIONS_MOST);
    for (size_t i = 0; i < n; i++) {
        table[i].name = options[i].name;
        table[i].has_arg = options[i].kind == SG_OPTION_FLAG ? no_argument : required_argument;
        table[i].val = FIRST_CODE + (int)i;
        if (options[i].letter == 0)
            continue;
        letters[used++] = options[i].letter;
        if (options[i].kind != SG_OPTION_FLAG)
            letters[used++] = ':';
    }
    table[n].name = "help";
    table[n].val = HELP_CODE;
    letters[used] = '\0';

    optind = 1;
    for (int code = getopt_long(argc, argv, letters, table, NULL); code != -1;
         code = getopt_long(argc, argv, letters, table, NULL)) {
        size_t at = n;
        if (code == HELP_CODE || code == 'h') {
            print_help(command, options, n);
            return SG_PARSED_HELP;
        }
        if (code == ':')
            return complain(command, "an argument is missing after ", argv[optind - 1]);
        if (code == '?')
            return complain(command, "unknown option ", argv[optind - 1]);
        for (size_t i = 0; i < n; i++) {
            if (code == FIRST_CODE + (int)i || code == options[i].letter)
                at = i;
        }
        enum sg_parsed parsed = store(command, &options[at], optarg);
        if (parsed != SG_PARSED_OK)
            return parsed;
    }
    *rest = optind;
    return SG_PARSED_OK;
}

int sg_options_exit(enum sg_parsed parsed)
{
    return parsed == SG_PARSED_WRONG ? SG_EXIT_USAGE : SG_EXIT_FINE;
}
