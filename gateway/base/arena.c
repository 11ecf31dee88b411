/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.c - memory that is freed all at once, in blocks that double.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"

enum { FIRST_BLOCK = 1024, LARGEST_STEP = 64 * 1024 };

struct sg_arena_block {
    struct sg_arena_block *next;
    size_t used, cap;
    alignas(max_align_t) uint8_t data[];
};

void *sg_arena_alloc(struct sg_arena *arena, size_t len)
{
    if (len > SIZE_MAX / 4)
        return NULL;
    size_t need = (len + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct sg_arena_block *block = arena->first;
    if (block == NULL || block->cap - block->used < need) {
        size_t cap = block == NULL ? FIRST_BLOCK : block->cap * 2;
        if (cap > LARGEST_STEP)
            cap = LARGEST_STEP;
        if (cap < need)
            cap = need;
        block = calloc(1, sizeof *block + cap);
        if (block == NULL)
            return NULL;
        block->cap = cap;
        block->next = arena->first;
        arena->first = block;
    }
    void *place = block->data + block->used;
    block->used += need;
    return place;
}

char *sg_arena_copy(struct sg_arena *arena, struct sg_bytes text)
{
    char *copy = sg_arena_alloc(arena, text.len + 1);
    if (copy != NULL && text.len > 0)
        memcpy(copy, text.data, text.len);
    return copy;
}

void sg_arena_fini(struct sg_arena *arena)
{
    while (arena->first != NULL) {
        struct sg_arena_block *block = arena->first;
        arena->first = block->next;
        sg_wipe(block->data, block->used);
        free(block);
    }
}
