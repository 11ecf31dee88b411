/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge.h - the corpus through the real program, and what of it stays readable.
 *
 *     corpus -> file -> scrubgate scrub --spans -> the same corpus again, beside the answers ->
 * rows
 *
 * A value is masked when every letter and digit of it is covered. One in pieces is unusable when at
 * least four characters and two fifths of it are: ten thousand guesses. A find that touches no
 * value is a false one; a text that was refused counts as missed, and as a find.
 */
#ifndef SG_CORPUS_JUDGE_H
#define SG_CORPUS_JUDGE_H

#include "corpus.h"

enum { JUDGE_ROWS = 512 };

struct judge_row {
    const char *group, *kind;
    size_t samples; /* texts */
    size_t bad;     /* with a value that stays readable; benign: with anything masked */
    size_t valued;  /* texts that have a value */
    size_t others;  /* false finds */
};

struct judge {
    FILE *tell;        /* each bad text and why, as a line; NULL: nowhere */
    const char *about; /* of this group, or this kind, alone; NULL: of all */
    size_t n_rows;
    struct judge_row rows[JUDGE_ROWS];
    FILE *answers;
    size_t next;
    char *line;
    size_t line_cap;
};

/* Runs the program; zero, or an errno-like word on standard error and below zero. */
int judge_run(struct judge *judge, const char *program, uint64_t seed,
              const struct corpus_size *size);
void judge_fini(struct judge *judge);

/* All rows of a group added up. */
struct judge_row judge_sum(const struct judge *judge, const char *group);
/* Percent of the texts with values whose values are all masked; benign: of texts left alone. */
double judge_percent(const struct judge_row *row);
/* The row of a group with the lowest percentage, NULL when there is none. */
const struct judge_row *judge_worst(const struct judge *judge, const char *group);

#endif
