/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lexicon.c - the words of all gates, found by their first three bytes.
 */
#include "rule/lexicon.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FOLD = 0x20, BOUNDED = 1, ANYWHERE = 2, MOST = SG_LEXICON_NONE - 1 };

static unsigned hash_of(uint32_t bytes)
{
    return (bytes * UINT32_C(0x9E3779B1)) >> 20;
}

static uint32_t key_of(const uint8_t *at)
{
    return ((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16) | FOLD * 0x010101U;
}

/* --- building ------------------------------------------------------------------------------ */

static bool alike(const struct sg_signature *a, const struct sg_signature *b)
{
    bool same = a->outside == b->outside;
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES && same; k++)
        same = sg_set_equal(&a->at[k], &b->at[k]);
    return same;
}

static bool add_key(struct sg_lexicon *lexicon, uint32_t bytes, unsigned word)
{
    unsigned hash = hash_of(bytes);
    for (unsigned at = lexicon->heads[hash]; at != SG_LEXICON_NONE; at = lexicon->keys[at].next)
        if (lexicon->keys[at].bytes == bytes && lexicon->keys[at].word == word)
            return true;
    if (lexicon->n_keys == lexicon->cap_keys) {
        size_t cap = lexicon->cap_keys == 0 ? 1024 : lexicon->cap_keys * 2;
        struct sg_lexicon_key *grown = realloc(lexicon->keys, cap * sizeof *grown);
        if (grown == NULL)
            return false;
        lexicon->keys = grown;
        lexicon->cap_keys = cap;
    }
    lexicon->keys[lexicon->n_keys] =
        (struct sg_lexicon_key){bytes, (uint16_t)word, lexicon->heads[hash]};
    lexicon->heads[hash] = (uint16_t)lexicon->n_keys++;
    return true;
}

/* The word under every three bytes that it may begin with. */
static bool add_keys(struct sg_lexicon *lexicon, const struct sg_signature *form, unsigned word)
{
    uint8_t at[3];
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256 && sg_set_has(&form->at[1], (uint8_t)a); b++) {
            for (unsigned c = 0; c < 256 && sg_set_has(&form->at[2], (uint8_t)b); c++) {
                at[0] = (uint8_t)a;
                at[1] = (uint8_t)b;
                at[2] = (uint8_t)c;
                if (!sg_set_has(&form->at[3], at[2]))
                    continue;
                if (lexicon->n_keys >= MOST || !add_key(lexicon, key_of(at), word))
                    return false;
            }
        }
    }
    return true;
}

/* Where it may begin. */
static void admit(struct sg_lexicon *lexicon, const struct sg_signature *form)
{
    bool anywhere = true;
    for (unsigned c = 0; c < 256 && anywhere; c++)
        anywhere = sg_set_has(&form->at[0], (uint8_t)c);
    const uint8_t kind = anywhere ? ANYWHERE : BOUNDED;
    for (unsigned c = 0; c < 256; c++) {
        lexicon->first[c] |= sg_set_has(&form->at[1], (uint8_t)c) ? kind : 0;
        lexicon->before[c] |= sg_set_has(&form->at[0], (uint8_t)c) ? kind : 0;
    }
    lexicon->at_start |= (form->outside & 1) != 0 ? kind : 0;
}

/* The number of a word that is in the lexicon, or gets there; MOST when there is no memory. */
static unsigned number_of(struct sg_lexicon *lexicon, const struct sg_signature *form)
{
    for (unsigned i = 0; i < lexicon->n_words; i++)
        if (alike(lexicon->words[i], form))
            return i;
    unsigned word = (unsigned)lexicon->n_words;
    if (word >= MOST || !add_keys(lexicon, form, word))
        return MOST;
    lexicon->words[lexicon->n_words++] = form;
    admit(lexicon, form);
    return word;
}

static enum scrubgate_status fill(struct sg_lexicon *lexicon, const struct sg_lexicon_part *gates,
                                  size_t n)
{
    for (size_t gate = 0; gate < n; gate++) {
        for (size_t i = 0; i < gates[gate].n; i++) {
            unsigned word = number_of(lexicon, &gates[gate].words[i]);
            if (word == MOST)
                return lexicon->n_words >= MOST || lexicon->n_keys >= MOST ? SCRUBGATE_ELIMIT
                                                                           : SCRUBGATE_ENOMEM;
            lexicon->gates[word * lexicon->gate_words + gate / 64] |= UINT64_C(1) << gate % 64;
        }
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_lexicon_new(struct sg_lexicon **lexicon,
                                     const struct sg_lexicon_part *gates, size_t n)
{
    struct sg_lexicon *made = calloc(1, sizeof *made);
    size_t words = 1;
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *lexicon = NULL;
    for (size_t i = 0; i < n; i++)
        words += gates[i].n;
    if (made == NULL)
        return rc;
    memset(made->heads, 0xFF, sizeof made->heads);
    made->gate_words = n / 64 + 1;
    made->words = calloc(words, sizeof *made->words);
    made->gates = calloc(words * made->gate_words, sizeof *made->gates);
    if (made->words != NULL && made->gates != NULL)
        rc = fill(made, gates, n);
    if (rc < 0)
        sg_lexicon_free(made);
    else
        *lexicon = made;
    return rc;
}

void sg_lexicon_free(struct sg_lexicon *lexicon)
{
    if (lexicon == NULL)
        return;
    free(lexicon->keys);
    free(lexicon->words);
    free(lexicon->gates);
    free(lexicon);
}

/* --- asking -------------------------------------------------------------------------------- */

static bool holds(const struct sg_signature *form, const struct sg_lexicon_text *text, size_t place)
{
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++) {
        bool before = place + k == 0, behind = !before && place + k - 1 >= text->text.len;
        bool outside = (before && text->whole_start) || (behind && text->whole_end);
        if (outside
                ? (form->outside >> k & 1) == 0
                : !before && !behind && !sg_set_has(&form->at[k], text->text.data[place + k - 1]))
            return false;
    }
    return true;
}

bool sg_lexicon_next(const struct sg_lexicon *lexicon, const struct sg_lexicon_text *text,
                     size_t place, unsigned *cursor, unsigned *word)
{
    assert(place + SG_LEXICON_LEAST <= text->text.len);
    const uint32_t bytes = key_of(text->text.data + place);
    unsigned at = *cursor == 0 ? lexicon->heads[hash_of(bytes)] : lexicon->keys[*cursor - 1].next;
    for (; at != SG_LEXICON_NONE; at = lexicon->keys[at].next) {
        const struct sg_lexicon_key *key = &lexicon->keys[at];
        if (key->bytes != bytes || !holds(lexicon->words[key->word], text, place))
            continue;
        *cursor = at + 1;
        *word = key->word;
        return true;
    }
    return false;
}

uint64_t sg_lexicon_places(const struct sg_lexicon *lexicon, const struct sg_lexicon_text *text,
                           size_t start, size_t end)
{
    const uint8_t *data = text->text.data;
    uint64_t places = 0;
    size_t n = end - start < 64 ? end - start : 64;
    uint8_t behind = start > 0           ? lexicon->before[data[start - 1]]
                     : text->whole_start ? lexicon->at_start
                                         : BOUNDED | ANYWHERE;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = data[start + i];
        places |= (uint64_t)((lexicon->first[c] & behind) != 0) << i;
        behind = lexicon->before[c];
    }
    return places;
}
