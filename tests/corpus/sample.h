/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample.h - one labelled text: what is said, where its values stand, and what it is a sample of.
 */
#ifndef SG_CORPUS_SAMPLE_H
#define SG_CORPUS_SAMPLE_H

#include <stdio.h>

#include "line.h"

enum { SAMPLE_MESSAGES = 32, SAMPLE_VALUES = 64 };

struct sample_value {
    char entity[40];
    size_t message;
    size_t start, end; /* code points of its message */
};

struct sample {
    const char *group;  /* the row of the table: chat, benign, evasion … */
    const char *kind;   /* the row below it: a class of evasion, a type of number */
    const char *format; /* of a raw body; NULL: plain text */
    size_t n_messages, n_values;
    size_t
        from[SAMPLE_MESSAGES + 1]; /* bytes: where each message begins, and where the last ends */
    struct sample_value values[SAMPLE_VALUES];
    size_t len;
    char text[LINE_MOST]; /* the messages, one behind the other */
};

/* What the line says, its marks read. */
void sample_read(struct sample *sample, const struct line *line);
/* As input of `scrub --spans`, with the keys group, class and spans beside. */
void sample_print(const struct sample *sample, size_t id, FILE *out);

/* Whoever is given samples; the sample is only there during the call. */
struct audience {
    void (*hear)(void *ctx, const struct sample *sample);
    void *ctx;
};

#endif
