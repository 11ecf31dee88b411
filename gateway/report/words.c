/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.c - counts for each label that records use: a rule, a channel, a reason.
 */
#include "report/words.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a: labels are few, and a bad spread costs only time that the ceiling bounds. */
static size_t slot_of(struct sg_bytes text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ text.data[i]) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32) % SG_WORDS_SLOTS;
}

static struct sg_word *new_word(const struct sg_words *words, struct sg_bytes text)
{
    struct sg_word *word = calloc(1, sizeof *word);
    if (word == NULL)
        return NULL;
    word->bin = calloc(words->n_bins == 0 ? 1 : words->n_bins, sizeof *word->bin);
    if (word->bin == NULL) {
        free(word);
        return NULL;
    }
    if (text.len > 0)
        memcpy(word->text, text.data, text.len);
    return word;
}

/* Not in the middle of an escape. */
static struct sg_bytes cut(struct sg_bytes text)
{
    if (text.len <= SG_WORD_LONGEST)
        return text;
    text.len = SG_WORD_LONGEST;
    for (size_t back = 1; back < 12; back++) {
        if (text.data[text.len - back] == '\\')
            return (struct sg_bytes){text.data, text.len - back};
    }
    return text;
}

static struct sg_word *find_others(struct sg_words *words)
{
    if (words->others == NULL)
        words->others = new_word(words, (struct sg_bytes){NULL, 0});
    return words->others;
}

struct sg_word *sg_words_find(struct sg_words *words, struct sg_bytes text)
{
    text = cut(text);
    size_t slot = slot_of(text);
    for (; words->slot[slot] != 0; slot = (slot + 1) % SG_WORDS_SLOTS) {
        struct sg_word *word = words->word[words->slot[slot] - 1];
        if (memcmp(word->text, text.len > 0 ? text.data : (const uint8_t *)"", text.len) == 0 &&
            word->text[text.len] == '\0')
            return word;
    }
    if (words->n == SG_WORDS_MOST)
        return find_others(words);
    if (words->word == NULL)
        words->word = calloc(SG_WORDS_MOST, sizeof(struct sg_word *));
    struct sg_word *word = words->word == NULL ? NULL : new_word(words, text);
    if (word == NULL)
        return NULL;
    words->word[words->n++] = word;
    words->slot[slot] = (uint16_t)words->n;
    return word;
}

void sg_word_see(struct sg_word *word, uint64_t seq, uint64_t time)
{
    if (word->first_time == 0) {
        word->first_seq = seq;
        word->first_time = time;
    }
    word->last_seq = seq;
    word->last_time = time;
}

uint64_t sg_word_sum(const struct sg_word *word)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SG_WORD_SUMMED; i++)
        sum += word->count[i];
    return sum;
}

static int compare(const void *a, const void *b)
{
    const struct sg_word *left = *(struct sg_word *const *)a, *right = *(struct sg_word *const *)b;
    uint64_t more = sg_word_sum(left), less = sg_word_sum(right);
    if (more != less)
        return more > less ? -1 : 1;
    return strcmp(left->text, right->text);
}

void sg_words_sort(struct sg_words *words)
{
    if (words->n > 1)
        qsort(words->word, words->n, sizeof(struct sg_word *), compare);
    /* Places have moved: whoever comes now is looked for from the start. */
    memset(words->slot, 0, sizeof words->slot);
    for (size_t i = 0; i < words->n; i++) {
        size_t slot = slot_of(sg_bytes_of(words->word[i]->text));
        while (words->slot[slot] != 0)
            slot = (slot + 1) % SG_WORDS_SLOTS;
        words->slot[slot] = (uint16_t)(i + 1);
    }
}

static void free_word(struct sg_word *word)
{
    if (word != NULL)
        free(word->bin);
    free(word);
}

void sg_words_fini(struct sg_words *words)
{
    for (size_t i = 0; i < words->n; i++)
        free_word(words->word[i]);
    free(words->word);
    free_word(words->others);
    *words = (struct sg_words){.n = 0};
}
