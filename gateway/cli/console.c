/* SPDX-License-Identifier: Apache-2.0 */
/*
 * console.c - what commands read and say.
 */
#include "cli/console.h"

#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "base/json_text.h"
#include "rule/ruleset.h"

int sg_say_fault(const struct scrubgate_fault *fault)
{
    char text[1024];
    sg_fault_print(fault, text, sizeof text);
    (void)fprintf(stderr, "%s\n", text);
    return SG_EXIT_USAGE;
}

int sg_say_usage(const struct sg_command *command, const char *what)
{
    (void)fprintf(stderr, "scrubgate %s: %s; see scrubgate %s --help\n", command->name, what,
                  command->name);
    return SG_EXIT_USAGE;
}

void sg_say_warnings(const struct scrubgate_ruleset *set)
{
    for (size_t i = 0; i < set->n_warnings; i++)
        (void)fprintf(stderr, "warning: %s\n", set->warnings[i].text);
}

struct scrubgate_ruleset *sg_load_rules(const struct sg_texts *paths)
{
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    if (scrubgate_ruleset_load(&set, paths->item, paths->n, &fault) < 0) {
        (void)sg_say_fault(&fault);
        return NULL;
    }
    sg_say_warnings(set);
    return set;
}

FILE *sg_open_input(const char *path)
{
    if (path == NULL || strcmp(path, "-") == 0)
        return stdin;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        (void)fprintf(stderr, "%s: cannot be read: %s\n", path, strerror(errno));
    return file;
}

void sg_print_json(const char *text)
{
    struct sg_buf out = {0};
    if (sg_json_add_string(&out, sg_bytes_of(text)) >= 0)
        (void)fwrite(out.data, 1, out.len, stdout);
    sg_buf_fini(&out);
}

bool sg_flush_output(void)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return true;
    (void)fprintf(stderr, "scrubgate: output cannot be written: %s\n", strerror(errno));
    return false;
}
