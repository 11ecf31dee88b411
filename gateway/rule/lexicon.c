/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lexicon.c - the words of all gates, found by their first three bytes.
 */
#include "rule/lexicon.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BOUNDED = 1, ANYWHERE = 2 };

/* --- building ------------------------------------------------------------------------------ */

static bool alike(const struct sg_signature *a, const struct sg_signature *b)
{
    bool same = a->outside == b->outside;
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES && same; k++)
        same = sg_set_equal(&a->at[k], &b->at[k]);
    return same;
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

/* The number of a word that is in the lexicon, or gets there. */
static enum scrubgate_status number_of(struct sg_lexicon *lexicon, const struct sg_signature *form,
                                       unsigned *word)
{
    for (*word = 0; *word < lexicon->n_words; ++*word)
        if (alike(lexicon->words[*word], form))
            return SCRUBGATE_OK;
    enum scrubgate_status rc = *word < UINT16_MAX ? SCRUBGATE_OK : SCRUBGATE_ELIMIT;
    if (rc >= 0)
        rc = sg_triples_add(lexicon->triples, form, 1, *word);
    if (rc < 0)
        return rc;
    lexicon->words[lexicon->n_words++] = form;
    admit(lexicon, form);
    return rc;
}

static enum scrubgate_status fill(struct sg_lexicon *lexicon, const struct sg_lexicon_part *gates,
                                  size_t n)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t gate = 0; gate < n && rc >= 0; gate++) {
        for (size_t i = 0; i < gates[gate].n && rc >= 0; i++) {
            unsigned word;
            rc = number_of(lexicon, &gates[gate].words[i], &word);
            if (rc >= 0)
                lexicon->gates[word * lexicon->gate_words + gate / 64] |= UINT64_C(1) << gate % 64;
        }
    }
    return rc;
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
    made->gate_words = n / 64 + 1;
    made->words = calloc(words, sizeof *made->words);
    made->gates = calloc(words * made->gate_words, sizeof *made->gates);
    if (made->words != NULL && made->gates != NULL)
        rc = sg_triples_new(&made->triples);
    if (rc >= 0)
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
    sg_triples_free(lexicon->triples);
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

/* The first eight bytes, folded, and which of them are not at hand yet: those can be anything. */
static uint64_t head_of(const struct sg_lexicon_text *text, size_t place, uint64_t *unknown)
{
    uint64_t head = 0;
    size_t left = text->text.len - place;
    *unknown = 0;
    if (left >= sizeof head) {
        memcpy(&head, text->text.data + place, sizeof head);
    } else {
        memcpy(&head, text->text.data + place, left);
        if (!text->whole_end)
            *unknown = ~UINT64_C(0) << 8 * left;
    }
    return head | SG_TRIPLE_FOLD;
}

bool sg_lexicon_next(const struct sg_lexicon *lexicon, const struct sg_lexicon_text *text,
                     size_t place, unsigned *cursor, unsigned *word)
{
    uint64_t unknown;
    assert(place + SG_TRIPLE_BYTES <= text->text.len);
    const uint64_t head = head_of(text, place, &unknown);
    if (!sg_triples_may(lexicon->triples, head))
        return false;
    for (unsigned at = sg_triples_next(lexicon->triples, head, unknown, *cursor);
         at != SG_TRIPLE_NONE; at = sg_triples_next(lexicon->triples, head, unknown, at)) {
        *cursor = at;
        *word = lexicon->triples->list[at].id;
        if (holds(lexicon->words[*word], text, place))
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
