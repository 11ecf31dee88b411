/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - memory that is freed all at once: for what lives as long as its message or ruleset.
 *
 * All-zero is a valid empty arena.
 */
#ifndef SG_BASE_ARENA_H
#define SG_BASE_ARENA_H

#include <stddef.h>

#include "base/bytes.h"

struct sg_arena {
    struct sg_arena_block *first;
};

/* Zeroed memory for len bytes, aligned for any type; NULL when out of memory. */
void *sg_arena_alloc(struct sg_arena *arena, size_t len);
/* A copy with a NUL behind it; NULL when out of memory. */
char *sg_arena_copy(struct sg_arena *arena, struct sg_bytes text);
/* Wipes and frees all of it; the arena is empty and usable again. */
void sg_arena_fini(struct sg_arena *arena);

#endif
