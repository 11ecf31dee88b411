/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_corpus.h - the texts that bench_scan has its engines scan, made the same in every run.
 */
#ifndef SG_BENCH_SCAN_CORPUS_H
#define SG_BENCH_SCAN_CORPUS_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* Texts side by side in one block. */
struct corpus {
    const char *name;
    const char *about; /* for a table */
    uint8_t *data;
    size_t len, cap;
    struct sg_span *texts; /* in data */
    size_t n, texts_cap;
};

/* A corpus by name, of about so many bytes: chat, mixed, cyrillic, document, or one that is made
 * to hurt. NULL when there is none of that name; out of memory ends the program. */
struct corpus *corpus_make(const char *name, size_t bytes);
void corpus_free(struct corpus *corpus);
struct sg_bytes corpus_text(const struct corpus *corpus, size_t i);
/* Mean length of a text, and how many percent of the bytes are digits. */
double corpus_mean(const struct corpus *corpus);
double corpus_digits(const struct corpus *corpus);

/* Names of those made to hurt, and of all; both end with NULL. */
extern const char *const corpus_hostile[];
extern const char *const corpus_names[];

/* For those who make one. A text begins empty behind the last. */
struct corpus *corpus_new(const char *name, const char *about);
void corpus_begin(struct corpus *corpus);
void corpus_add(struct corpus *corpus, const void *data, size_t len);
void corpus_say(struct corpus *corpus, const char *text);
/* Length of the text that is being made. */
size_t corpus_so_far(const struct corpus *corpus);

/* A plain generator (splitmix64): the same numbers on every machine. */
uint64_t random_next(uint64_t *state);
/* 0 … n - 1 */
size_t random_below(uint64_t *state, size_t n);

#endif
