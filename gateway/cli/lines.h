/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.h - texts as JSON lines: what `scrub --spans` and `rules score` read.
 *
 *     {"id": 7, "text": "…"}    {"id": "a", "messages": ["…", "…"]}    with "format", "spans",
 * "lang"
 */
#ifndef SG_CLI_LINES_H
#define SG_CLI_LINES_H

#include <stdbool.h>
#include <stdio.h>

#include "base/json.h"

/* One line. Borrowed from its tree. */
struct sg_text_line {
    const struct sg_json_node *id;    /* NULL: none */
    const struct sg_json_node *first; /* the text, or the first of the messages (may be NULL) */
    bool talk;                        /* consecutive messages of one sender */
    const char *type;                 /* media type of the texts */
    bool placed;                      /* values of such a text have places, as $.a */
    const struct sg_json_node *root;
};

/* The next text behind one: NULL at the end. */
const struct sg_json_node *sg_text_line_next(const struct sg_text_line *line,
                                             const struct sg_json_node *text);

/*
 * Reads in to its end and hands over each line. A callback says what is wrong with a line, or NULL.
 * Faults are told on stderr as name:line. Returns the exit status: FINE; USAGE at the first line
 * that is wrong; WRONG when in cannot be read.
 */
int sg_lines_each(FILE *in, const char *name,
                  const char *(*take)(void *ctx, const struct sg_text_line *line), void *ctx);

#endif
