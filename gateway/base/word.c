/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word.c - which word was meant by a mistyped one.
 */
#include "base/word.h"

#include <string.h>

enum { LONGEST_WORD = 47 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Letters to add, drop, change or swap with their neighbour to come from one word to the other. */
static size_t word_distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST_WORD + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    size_t n = strlen(b);
    for (size_t j = 0; j <= n; j++)
        above[j] = before[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(change, above[j] + 1, row[j - 1] + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1, row[j]);
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[n];
}

const char *sg_nearest_word(const char *word, const char *const *names, size_t n)
{
    const char *best = NULL;
    size_t len = strlen(word);
    if (len > LONGEST_WORD)
        return NULL;
    size_t best_distance = 1 + (len > 9 ? 3 : len / 3);
    for (size_t i = 0; i < n; i++) {
        if (strlen(names[i]) > LONGEST_WORD)
            continue;
        size_t distance = word_distance(word, names[i]);
        if (distance < best_distance) {
            best = names[i];
            best_distance = distance;
        }
    }
    return best;
}
