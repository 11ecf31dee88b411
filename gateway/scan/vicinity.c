/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vicinity.c - can a word that a rule asks for stand near a place of the window?
 */
#include "scan/vicinity.h"

/* Eight words with every bit set. */
#define ALL   UINT64_MAX
#define ALL_8 ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL

void sg_vicinity_begin(struct sg_vicinity *vicinity)
{
    for (size_t i = 0; i < vicinity->used; i++)
        vicinity->blocks[i].end = 0;
    vicinity->used = 0;
}

static void note(struct sg_vicinity_block *block, size_t place, unsigned gate)
{
    if (block->n == SG_VICINITY_WORDS) {
        block->full = true;
        return;
    }
    block->words[block->n++] =
        (struct sg_vicinity_word){(uint16_t)(place - block->start), (uint16_t)gate};
}

/* Notes the gates that have a word at the place. */
static void look_at(struct sg_vicinity_block *block, const struct sg_sieve *sieve,
                    const struct sg_window *window, size_t place)
{
    static const uint64_t all[SG_BLOCK_WORDS] = {ALL_8, ALL_8, ALL_8, ALL_8};
    uint64_t held[SG_BLOCK_WORDS];
    if (!sg_block_rows(sieve, window, place, all, held))
        return;
    for (size_t word = 0; word < sieve->words; word++) {
        for (; held[word] != 0; held[word] &= held[word] - 1)
            note(block, place,
                 sieve->entries[word * 64 + (size_t)__builtin_ctzll(held[word])].part);
    }
}

/* The block of the window that the place is in, its words found. */
static const struct sg_vicinity_block *block_of(struct sg_vicinity *vicinity, struct sg_block *copy,
                                                const struct sg_engine_run *run,
                                                const struct sg_window *window, size_t place)
{
    const struct sg_sieve *sieve = run->set->sieves->words;
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
    sg_block_sieve(copy, &vicinity->hits, run->kernel, sieve, window, start, block->end);
    for (size_t i = 0; i < (block->end - start + 63) / 64; i++) {
        for (uint64_t hits = vicinity->hits.words[i]; hits != 0; hits &= hits - 1)
            look_at(block, sieve, window, start + i * 64 + (size_t)__builtin_ctzll(hits));
    }
    return block;
}

static bool has(const struct sg_vicinity_block *block, unsigned gate, size_t first, size_t last)
{
    bool found = block->full;
    for (size_t i = 0; i < block->n && !found; i++) {
        size_t place = block->start + block->words[i].offset;
        found = (block->words[i].gate == gate || gate == SG_ANY_GATE) && place >= first &&
                place <= last;
    }
    return found;
}

bool sg_vicinity_has(struct sg_vicinity *vicinity, struct sg_block *block,
                     const struct sg_engine_run *run, const struct sg_window *window, unsigned gate,
                     size_t first, size_t last)
{
    const size_t len = window->text.len;
    if (last >= len && !window->last)
        return true;
    last = last < len ? last : len - 1;
    for (size_t place = first; place <= last; place += SG_KERNEL_BLOCK - place % SG_KERNEL_BLOCK) {
        if (has(block_of(vicinity, block, run, window, place), gate, first, last))
            return true;
    }
    return false;
}
