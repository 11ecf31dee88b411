/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dice_pattern.h - patterns made up by dice, of all that the syntax knows, over a few letters.
 *
 * Not each is a pattern that a rule may have: ask sg_pattern_new, or the loader.
 */
#ifndef SG_TESTS_DICE_PATTERN_H
#define SG_TESTS_DICE_PATTERN_H

#include <stddef.h>

#include "chatter.h"

/* What texts that they match are made of. */
#define SG_DICE_LETTERS "abcabc1122@# ABx\n\xC3\xA9"

/* Writes a pattern, never longer than cap - 1 bytes, and a NUL; it has no single quote. */
void sg_dice_pattern(struct sg_dice *dice, char *text, size_t cap);

#endif
