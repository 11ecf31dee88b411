/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.c - texts as JSON lines: what `scrub --spans` and `rules score` read.
 */
#include "cli/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "cli/console.h"
#include "cli/format.h"

enum { LINE_DEPTH = 16 };

static const char *type_of(const struct sg_json_node *root)
{
    const struct sg_json_node *format = sg_json_get(root, "format");
    if (format == NULL)
        return sg_format_type(SG_BYTES("text"));
    return format->kind == SG_JSON_STRING ? sg_format_type(format->text) : NULL;
}

static const char *read_line(const struct sg_json_node *root, struct sg_text_line *line)
{
    const struct sg_json_node *text = sg_json_get(root, "text");
    const struct sg_json_node *messages = sg_json_get(root, "messages");
    if (root->kind != SG_JSON_OBJECT || (text == NULL) == (messages == NULL))
        return "wants an object with \"text\" or \"messages\"";
    *line = (struct sg_text_line){.id = sg_json_get(root, "id"),
                                  .talk = messages != NULL,
                                  .type = type_of(root),
                                  .root = root};
    line->placed = line->type != NULL && strcmp(line->type, "text/plain") != 0 &&
                   strcmp(line->type, "text/html") != 0;
    if (line->type == NULL)
        return "\"format\" is " SG_FORMAT_WORDS;
    if ((text != NULL && text->kind != SG_JSON_STRING) ||
        (messages != NULL && messages->kind != SG_JSON_ARRAY))
        return "\"text\" wants a string, \"messages\" an array of strings";
    line->first = text != NULL ? text : messages->child;
    return NULL;
}

const struct sg_json_node *sg_text_line_next(const struct sg_text_line *line,
                                             const struct sg_json_node *text)
{
    return line->talk ? text->next : NULL;
}

int sg_lines_each(FILE *in, const char *name,
                  const char *(*take)(void *ctx, const struct sg_text_line *line), void *ctx)
{
    char *text = NULL;
    size_t cap = 0;
    int exit_code = SG_EXIT_FINE;
    for (unsigned number = 1; exit_code == SG_EXIT_FINE; number++) {
        struct scrubgate_fault fault = {.what = ""};
        struct sg_json *json = NULL;
        struct sg_text_line line;
        const char *why = fault.what;
        ssize_t len = getline(&text, &cap, in);
        if (len < 0)
            break;
        if (len > 0 && text[len - 1] == '\n')
            len--;
        if (len == 0)
            continue;
        struct sg_bytes bytes = {(const uint8_t *)text, (size_t)len};
        if (sg_json_parse(&json, bytes, LINE_DEPTH, &fault) >= 0)
            why = read_line(sg_json_root(json), &line);
        if (why == NULL)
            why = take(ctx, &line);
        if (why != NULL) {
            (void)fprintf(stderr, "%s:%u: %s\n", name, number, why);
            exit_code = SG_EXIT_USAGE;
        }
        sg_json_free(json);
    }
    if (exit_code == SG_EXIT_FINE && ferror(in) != 0) {
        (void)fprintf(stderr, "%s: cannot be read: %s\n", name, strerror(errno));
        exit_code = SG_EXIT_WRONG;
    }
    free(text);
    return exit_code;
}
