/* SPDX-License-Identifier: Apache-2.0 */
/*
 * console.h - what commands read and say.
 */
#ifndef SG_CLI_CONSOLE_H
#define SG_CLI_CONSOLE_H

#include <stdio.h>
#include <scrubgate/ruleset.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "cli/options.h"

/* Prints the fault to stderr and returns SG_EXIT_USAGE. */
int sg_say_fault(const struct scrubgate_fault *fault);

/* Prints "scrubgate COMMAND: what" to stderr and returns SG_EXIT_USAGE. */
int sg_say_usage(const struct sg_command *command, const char *what);

/* Prints what the packs of a set are warned of to stderr. */
void sg_say_warnings(const struct scrubgate_ruleset *set);

/* Loads the packs at paths (built-in ones when none); prints the fault and its warnings. NULL on
 * error. */
struct scrubgate_ruleset *sg_load_rules(const struct sg_texts *paths);

/* FILE, or stdin for NULL and "-". Prints what is wrong and returns NULL. */
FILE *sg_open_input(const char *path);

/* Prints text as a JSON string to stdout; nothing at all when memory is out. */
void sg_print_json(const char *text);

/* Flushes stdout; false, with the trouble printed, when the reader is gone or the disk full. */
bool sg_flush_output(void);

#endif
