/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block.c - the part of a window that a kernel looks at, and what a sieve says of its places.
 */
#include "scan/block.h"

#include <string.h>

#include "base/digest.h"

/* Out of line, or the compiler copies by the word. */
__attribute__((noinline)) static void copy(uint8_t *to, const uint8_t *from, size_t len)
{
    memcpy(to, from, len);
}

/* Sieves follow each other over the same part: it is copied once. */
static void fill(struct sg_block *block, struct sg_bytes text, size_t start, size_t end)
{
    if (block->start == start && block->end == end)
        return;
    size_t room = end - start + SG_KERNEL_SLACK;
    size_t len = room < text.len - start ? room : text.len - start;
    block->before[sizeof block->before - 1] = start == 0 ? 0 : text.data[start - 1];
    copy(block->text, text.data + start, len);
    memset(block->text + len, 0, room - len);
    block->start = start;
    block->end = end;
    block->used = room > block->used ? room : block->used;
}

void sg_block_sieve(struct sg_block *block, struct sg_hits *hits, const struct sg_kernel *kernel,
                    const struct sg_sieve *sieve, const uint64_t *wanted,
                    const struct sg_window *window, size_t start, size_t end)
{
    const size_t len = window->text.len;
    fill(block, window->text, start, end);
    sg_sieve_hits(kernel, sieve, wanted, block->text, end - start, hits->words);
    if (window->last || end + SG_BLOCK_AHEAD <= len)
        return;
    /* Only the exact rows know "unknown". */
    size_t sure = len > SG_BLOCK_AHEAD ? len - SG_BLOCK_AHEAD + 1 : 0;
    for (size_t i = sure > start ? sure - start : 0; i < end - start; i++)
        hits->words[i / 64] |= UINT64_C(1) << i % 64;
}

void sg_block_clear(struct sg_block *block, bool wipe)
{
    if (wipe && block->used > 0) {
        sg_wipe(block->before, sizeof block->before);
        sg_wipe(block->text, block->used);
        block->used = 0;
    }
    block->start = block->end = 0;
}

/* The class of the position k of a place's signatures. */
static unsigned class_at(const struct sg_sieve *sieve, const struct sg_window *window, size_t place,
                         size_t k)
{
    if (place + k == 0)
        return window->base == 0 ? sieve->outside : sieve->unknown;
    if (place + k - 1 < window->text.len)
        return sieve->classes[window->text.data[place + k - 1]];
    return window->last ? sieve->outside : sieve->unknown;
}

bool sg_block_rows_at_edge(const struct sg_sieve *sieve, const struct sg_window *window,
                           size_t place, const uint64_t *wanted, uint64_t *held)
{
    uint64_t any = 1;
    memcpy(held, wanted, sieve->words * sizeof *held);
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES && any != 0; k++) {
        const uint64_t *row = sg_sieve_row(sieve, k, class_at(sieve, window, place, k));
        any = 0;
        for (size_t word = 0; word < sieve->words; word++)
            any |= held[word] &= row[word];
    }
    return any != 0;
}

/* Two words at once: a vector on every processor we know of. */
typedef uint64_t pair __attribute__((vector_size(16), aligned(8), may_alias));

bool sg_block_rows_wide(const struct sg_sieve *sieve, const uint8_t *at, const uint64_t *wanted,
                        uint64_t *held)
{
    const size_t words = sieve->words;
    const uint64_t *rows = sieve->rows, *end = rows + SG_SIGNATURE_BYTES * words, *from = wanted;
    pair any = {1, 0};
    for (at--; rows < end && (any[0] | any[1]) != 0; rows += 4 * words, at += 4, from = held) {
        const uint64_t *own[4];
        for (size_t k = 0; k < 4; k++)
            own[k] = rows + sieve->starts[at[k]] + k * words;
        any = (pair){0, 0};
        /* The last word may be alone: then it is looked at with the one before it. */
        for (size_t word = 0; word < words; word += 2) {
            size_t here = word + 2 <= words ? word : words - 2;
            pair left = *(const pair *)(from + here) & *(const pair *)(own[0] + here) &
                        *(const pair *)(own[1] + here) & *(const pair *)(own[2] + here) &
                        *(const pair *)(own[3] + here);
            *(pair *)(held + here) = left;
            any |= left;
        }
    }
    return (any[0] | any[1]) != 0;
}
