/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.h - a command's options, declared once: parsed and printed from the same table.
 */
#ifndef SG_CLI_OPTIONS_H
#define SG_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Exit codes of every command (interface: 0 fine, 1 found something wrong, 2 usage or config), and
 * of serve: 3, the audit log is damaged. */
enum { SG_EXIT_FINE = 0, SG_EXIT_WRONG = 1, SG_EXIT_USAGE = 2, SG_EXIT_DAMAGED = 3 };

enum { SG_TEXTS_MOST = 64 };

/* An option that may be given many times; borrowed from argv. */
struct sg_texts {
    const char *item[SG_TEXTS_MOST];
    size_t n;
};

enum sg_option_kind { SG_OPTION_FLAG, SG_OPTION_TEXT, SG_OPTION_NUMBER, SG_OPTION_LIST };

struct sg_option {
    const char *name; /* long, without dashes */
    char letter;      /* short, or 0 */
    enum sg_option_kind kind;
    const char *argument; /* shown in help; NULL for a flag */
    const char *text;     /* one line */
    void *target;         /* bool *, const char **, unsigned *, struct sg_texts * */
};

struct sg_command {
    const char *name, *summary;
    const char *usage;    /* what follows the name */
    const char *examples; /* two lines at least */
    int (*run)(const struct sg_command *command, int argc, char **argv);
};

enum sg_parsed { SG_PARSED_OK, SG_PARSED_HELP, SG_PARSED_WRONG };

/*
 * Reads argv[1 …] into the targets; options and operands may be mixed. *rest is the index of the
 * first operand; operands are moved to the end. HELP: help was printed. WRONG: the trouble was
 * printed, with what to do.
 */
enum sg_parsed sg_options_parse(const struct sg_command *command, const struct sg_option *options,
                                size_t n, int argc, char **argv, int *rest);

/* The exit code of a parse that is not OK. */
int sg_options_exit(enum sg_parsed parsed);

#endif
