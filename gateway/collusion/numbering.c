/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numbering.c - numbers 0, 1, 2 … for 64-bit ids, in the order in which they come.
 */
#include "collusion/numbering.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/siphash.h"

enum { FIRST = 1024 };
static const size_t most = (size_t)1 << 31;

enum scrubgate_status sg_numbering_init(struct sg_numbering *numbering)
{
    *numbering = (struct sg_numbering){.ids = NULL};
    return sg_random(numbering->key, sizeof numbering->key);
}

void sg_numbering_fini(struct sg_numbering *numbering)
{
    free(numbering->ids);
    free(numbering->slots);
    *numbering = (struct sg_numbering){.ids = NULL};
}

/* Where id is, or the free slot where it belongs. */
static size_t slot_of(const struct sg_numbering *numbering, uint64_t id)
{
    struct sg_siphash hash;
    uint64_t digest[2];
    sg_siphash_begin(&hash, numbering->key);
    sg_siphash_add(&hash, (struct sg_bytes){(const uint8_t *)&id, sizeof id});
    sg_siphash_done(&hash, digest);
    size_t at = (size_t)digest[0] & (numbering->n_slots - 1);
    while (numbering->slots[at] != 0 && numbering->ids[numbering->slots[at] - 1] != id)
        at = (at + 1) & (numbering->n_slots - 1);
    return at;
}

static enum scrubgate_status grow(struct sg_numbering *numbering)
{
    const size_t cap = numbering->cap == 0 ? FIRST : numbering->cap * 2;
    if (numbering->n >= most)
        return SCRUBGATE_ELIMIT;
    uint64_t *ids = realloc(numbering->ids, cap * sizeof *ids);
    if (ids == NULL)
        return SCRUBGATE_ENOMEM;
    numbering->ids = ids;
    uint32_t *slots = calloc(2 * cap, sizeof *slots); /* half full at most */
    if (slots == NULL)
        return SCRUBGATE_ENOMEM;
    free(numbering->slots);
    numbering->slots = slots;
    numbering->n_slots = 2 * cap;
    numbering->cap = cap;
    for (size_t i = 0; i < numbering->n; i++)
        slots[slot_of(numbering, ids[i])] = (uint32_t)i + 1;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_numbering_add(struct sg_numbering *numbering, uint64_t id,
                                       uint32_t *number)
{
    if (numbering->n == numbering->cap) {
        enum scrubgate_status rc = grow(numbering);
        if (rc < 0)
            return rc;
    }
    const size_t at = slot_of(numbering, id);
    if (numbering->slots[at] == 0) {
        numbering->ids[numbering->n++] = id;
        numbering->slots[at] = (uint32_t)numbering->n;
    }
    *number = numbering->slots[at] - 1;
    return SCRUBGATE_OK;
}

uint32_t sg_numbering_find(const struct sg_numbering *numbering, uint64_t id)
{
    return numbering->n == 0 ? UINT32_MAX : numbering->slots[slot_of(numbering, id)] - 1;
}
