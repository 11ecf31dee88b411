/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyset.c - keys of 16 bytes, and what is known of each.
 *
 * Open addressing, at most three quarters full; what is removed is filled from behind.
 */
#include "cli/keyset.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"

enum { FIRST_CAP = 1024 };

enum scrubgate_status sg_keyset_init(struct sg_keyset *set)
{
    *set = (struct sg_keyset){.cap = 0};
    return sg_random(set->secret, sizeof set->secret);
}

void sg_keyset_fini(struct sg_keyset *set)
{
    free(set->item);
    *set = (struct sg_keyset){.cap = 0};
}

static size_t home_of(const struct sg_keyset *set, const uint64_t key[2])
{
    struct sg_siphash hash;
    uint64_t digest[2];
    sg_siphash_begin(&hash, set->secret);
    sg_siphash_add(&hash, (struct sg_bytes){(const uint8_t *)key, 2 * sizeof key[0]});
    sg_siphash_done(&hash, digest);
    return (size_t)digest[0] & (set->cap - 1);
}

/* Where the key is, or where it would be. */
static size_t place_of(const struct sg_keyset *set, const uint64_t key[2])
{
    size_t at = home_of(set, key);
    while (set->item[at].seen > 0 &&
           (set->item[at].key[0] != key[0] || set->item[at].key[1] != key[1]))
        at = (at + 1) & (set->cap - 1);
    return at;
}

struct sg_keyset_item *sg_keyset_find(const struct sg_keyset *set, const uint64_t key[2])
{
    if (set->n == 0)
        return NULL;
    struct sg_keyset_item *item = &set->item[place_of(set, key)];
    return item->seen > 0 ? item : NULL;
}

static bool grow(struct sg_keyset *set)
{
    struct sg_keyset old = *set;
    size_t cap = old.cap == 0 ? FIRST_CAP : 2 * old.cap;
    struct sg_keyset_item *item = calloc(cap, sizeof *item);
    if (item == NULL)
        return false;
    set->item = item;
    set->cap = cap;
    for (size_t i = 0; i < old.cap; i++) {
        if (old.item[i].seen > 0)
            set->item[place_of(set, old.item[i].key)] = old.item[i];
    }
    free(old.item);
    return true;
}

struct sg_keyset_item *sg_keyset_add(struct sg_keyset *set, const uint64_t key[2])
{
    struct sg_keyset_item *item = sg_keyset_find(set, key);
    if (item != NULL)
        return item;
    if (set->n >= set->cap / 4 * 3 && !grow(set))
        return NULL;
    item = &set->item[place_of(set, key)];
    *item = (struct sg_keyset_item){.key = {key[0], key[1]}};
    set->n++;
    return item;
}

void sg_keyset_remove(struct sg_keyset *set, struct sg_keyset_item *item)
{
    const size_t mask = set->cap - 1;
    size_t hole = (size_t)(item - set->item);
    for (size_t at = (hole + 1) & mask; set->item[at].seen > 0; at = (at + 1) & mask) {
        /* It may go to the hole when its home is not behind that. */
        size_t home = home_of(set, set->item[at].key);
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        set->item[hole] = set->item[at];
        hole = at;
    }
    set->item[hole].seen = 0;
    set->n--;
}
