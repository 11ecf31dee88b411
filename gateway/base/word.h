/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word.h - which word was meant by a mistyped one.
 */
#ifndef SG_BASE_WORD_H
#define SG_BASE_WORD_H

#include <stddef.h>

/* The name nearest to a mistyped word (for "did you mean"), or NULL when none is near. */
const char *sg_nearest_word(const char *word, const char *const *names, size_t n);

#endif
