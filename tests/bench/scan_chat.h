/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_chat.h - generated support chat: short messages, many numbers, few of them anybody's.
 */
#ifndef SG_BENCH_SCAN_CHAT_H
#define SG_BENCH_SCAN_CHAT_H

#include "scan_corpus.h"

/* "chat": ASCII. "mixed": the same with typographic quotes in 70 % of the messages and, in 8 %,
 * characters that the folded view changes. "cyrillic": Russian. NULL for another name. */
struct corpus *chat_make(const char *name, size_t bytes);

/* Adds a sentence with an invented value of a person to the text being made. */
void chat_add_personal(struct corpus *corpus, uint64_t *seed);

#endif
