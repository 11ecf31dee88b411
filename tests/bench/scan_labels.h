/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_labels.h - dialogues with labelled values: a corpus of real talk, and what is found of it.
 */
#ifndef SG_BENCH_SCAN_LABELS_H
#define SG_BENCH_SCAN_LABELS_H

#include "scan_corpus.h"
#include "scan_engine.h"

struct labels; /* where the values stand in a corpus's texts */

/* Reads lines {"text":…,"spans":[[start,end,entity],…]}, spans in code points. Ends the program
 * when it cannot. */
struct corpus *labels_read(const char *path, struct labels **labels);
void labels_free(struct labels *labels);

struct labels_score {
    size_t covered, missed; /* labels masked whole, and the others */
    size_t others;          /* edits that touch no label */
};
struct labels_score labels_judge(const struct labels *labels, const struct corpus *corpus,
                                 struct engine *engine);

#endif
