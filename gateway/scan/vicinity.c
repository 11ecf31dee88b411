/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vicinity.c - can a word that a rule asks for stand near a place of the window?
 */
#include "scan/vicinity.h"

#include <string.h>

void sg_vicinity_begin(struct sg_vicinity *vicinity)
{
    for (size_t i = 0; i < vicinity->used; i++)
        vicinity->blocks[i].end = 0;
    vicinity->used = 0;
}

/* Notes the words that begin at the place. */
static void look_at(struct sg_vicinity_block *block, const struct sg_lexicon *lexicon,
                    const struct sg_lexicon_text *text, size_t place)
{
    unsigned cursor = SG_TRIPLE_NONE, word;
    if (place + SG_TRIPLE_BYTES > text->text.len) {
        block->full = block->full || !text->whole_end; /* who knows what begins there */
        return;
    }
    while (sg_lexicon_next(lexicon, text, place, &cursor, &word)) {
        if (block->n == SG_VICINITY_WORDS) {
            block->full = true;
            return;
        }
        block->words[block->n++] =
            (struct sg_vicinity_word){(uint16_t)(place - block->start), (uint16_t)word};
    }
}

/* The block of the window that the place is in, its words found. */
static const struct sg_vicinity_block *block_of(struct sg_vicinity *vicinity,
                                                const struct sg_engine_run *run,
                                                const struct sg_window *window, size_t place)
{
    const struct sg_lexicon *lexicon = run->set->sieves->words;
    const struct sg_lexicon_text text = {window->text, window->base == 0, window->last};
    const size_t number = place / SG_KERNEL_BLOCK, start = number * SG_KERNEL_BLOCK;
    struct sg_vicinity_block *block = &vicinity->blocks[number % SG_VICINITY_BLOCKS];
    if (block->end > 0 && block->start == start)
        return block;
    size_t left = window->text.len - start;
    block->start = start;
    block->end = start + (left < SG_KERNEL_BLOCK ? left : SG_KERNEL_BLOCK);
    block->n = 0;
    block->full = false;
    if (vicinity->used <= number % SG_VICINITY_BLOCKS)
        vicinity->used = number % SG_VICINITY_BLOCKS + 1;
    for (size_t at = start; at < block->end; at += 64) {
        uint64_t places = sg_lexicon_places(lexicon, &text, at, block->end);
        for (; places != 0; places &= places - 1)
            look_at(block, lexicon, &text, at + (size_t)__builtin_ctzll(places));
    }
    return block;
}

static bool has(const struct sg_vicinity_block *block, const struct sg_lexicon *lexicon,
                unsigned gate, size_t first, size_t last)
{
    bool found = block->full;
    for (size_t i = 0; i < block->n && !found; i++) {
        size_t place = block->start + block->words[i].offset;
        const uint64_t *gates = sg_lexicon_gates(lexicon, block->words[i].word);
        found = place >= first && place <= last && (gates[gate / 64] >> gate % 64 & 1) != 0;
    }
    return found;
}

bool sg_vicinity_has(struct sg_vicinity *vicinity, const struct sg_engine_run *run,
                     const struct sg_window *window, unsigned gate, size_t first, size_t last)
{
    const size_t len = window->text.len;
    if (last >= len && !window->last)
        return true;
    last = last < len ? last : len - 1;
    for (size_t place = first; place <= last; place += SG_KERNEL_BLOCK - place % SG_KERNEL_BLOCK) {
        if (has(block_of(vicinity, run, window, place), run->set->sieves->words, gate, first, last))
            return true;
    }
    return false;
}

/* Adds the signatures behind the words of a block; true when all may be. */
static bool open_by(const struct sg_vicinity_block *block, const struct sg_sieves *sieves,
                    unsigned kind, size_t first, size_t last, uint64_t *open)
{
    for (size_t i = 0; i < block->n && !block->full; i++) {
        size_t place = block->start + block->words[i].offset;
        const uint64_t *behind = sg_sieves_behind(sieves, kind, block->words[i].word);
        for (size_t k = 0; k < sieves->kind[kind]->words && place >= first && place <= last; k++)
            open[k] |= behind[k];
    }
    return block->full;
}

bool sg_vicinity_open(struct sg_vicinity *vicinity, const struct sg_engine_run *run,
                      const struct sg_window *window, size_t first, size_t last, unsigned kind,
                      const uint64_t *wanted, uint64_t *open)
{
    const struct sg_sieves *sieves = run->set->sieves;
    const size_t len = window->text.len, words = sieves->kind[kind]->words;
    bool all = last >= len && !window->last;
    uint64_t any = 0;
    memset(open, 0, words * sizeof *open);
    last = last < len ? last : len - 1;
    for (size_t place = first; place <= last && !all;
         place += SG_KERNEL_BLOCK - place % SG_KERNEL_BLOCK)
        all = open_by(block_of(vicinity, run, window, place), sieves, kind, first, last, open);
    for (size_t k = 0; k < words; k++) {
        open[k] = all ? wanted[k] : open[k] & wanted[k];
        any |= open[k];
    }
    return any != 0;
}
