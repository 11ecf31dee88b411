/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample.c - one labelled text, read from a marked line and printed as a line of JSON.
 */
#include "sample.h"

#include <stdlib.h>
#include <string.h>

static void add(struct sample *sample, char c)
{
    sample->text[sample->len++] = c; /* a line is never longer than a sample's text */
}

static struct sample_value *begin_value(struct sample *sample, size_t at)
{
    if (sample->n_values == SAMPLE_VALUES) {
        (void)fprintf(stderr, "a sample has over %d values\n", SAMPLE_VALUES);
        exit(2);
    }
    struct sample_value *value = &sample->values[sample->n_values++];
    *value = (struct sample_value){.message = sample->n_messages - 1, .start = at, .end = at};
    return value;
}

static void begin_message(struct sample *sample)
{
    if (sample->n_messages == SAMPLE_MESSAGES) {
        (void)fprintf(stderr, "a sample has over %d messages\n", SAMPLE_MESSAGES);
        exit(2);
    }
    sample->from[sample->n_messages++] = sample->len;
}

void sample_read(struct sample *sample, const struct line *line)
{
    struct sample_value *value = NULL;
    size_t at = 0; /* code points into the message */
    sample->len = sample->n_messages = sample->n_values = 0;
    begin_message(sample);
    for (const char *c = line->text; *c != '\0'; c++) {
        if (*c == OPEN[0]) {
            size_t n = strcspn(c + 1, NAMED);
            value = begin_value(sample, at);
            (void)snprintf(value->entity, sizeof value->entity, "%.*s", (int)n, c + 1);
            c += n + 1;
        } else if (*c == CLOSE[0]) {
            value->end = at;
        } else if (*c == NEXT[0]) {
            begin_message(sample);
            at = 0;
        } else {
            at += ((unsigned char)*c & 0xC0) != 0x80;
            add(sample, *c);
        }
    }
    sample->from[sample->n_messages] = sample->len;
}

static void print_text(const struct sample *sample, size_t message, FILE *out)
{
    (void)fputc('"', out);
    for (size_t i = sample->from[message]; i < sample->from[message + 1]; i++) {
        unsigned char c = (unsigned char)sample->text[i];
        if (c == '"' || c == '\\')
            (void)fprintf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7F)
            (void)fprintf(out, "\\u%04x", c);
        else
            (void)fputc(c, out);
    }
    (void)fputc('"', out);
}

static void print_values(const struct sample *sample, FILE *out)
{
    for (size_t i = 0; i < sample->n_values; i++) {
        const struct sample_value *value = &sample->values[i];
        (void)fputs(i == 0 ? "[" : ",[", out);
        if (sample->n_messages > 1)
            (void)fprintf(out, "%zu,", value->message);
        (void)fprintf(out, "%zu,%zu,\"%s\"]", value->start, value->end, value->entity);
    }
}

void sample_print(const struct sample *sample, size_t id, FILE *out)
{
    (void)fprintf(out, "{\"id\":%zu,\"group\":\"%s\",\"class\":\"%s\",", id, sample->group,
                  sample->kind);
    if (sample->format != NULL)
        (void)fprintf(out, "\"format\":\"%s\",", sample->format);
    if (sample->n_messages > 1) {
        (void)fputs("\"messages\":[", out);
        for (size_t i = 0; i < sample->n_messages; i++) {
            if (i > 0)
                (void)fputc(',', out);
            print_text(sample, i, out);
        }
        (void)fputc(']', out);
    } else {
        (void)fputs("\"text\":", out);
        print_text(sample, 0, out);
    }
    (void)fputs(",\"spans\":[", out);
    print_values(sample, out);
    (void)fputs("]}\n", out);
}
