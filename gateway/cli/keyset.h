/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyset.h - keys of 16 bytes, and what is known of each: 40 bytes a key in memory, and room.
 *
 * Keys come from outside: nobody can choose ones that fall together.
 */
#ifndef SG_CLI_KEYSET_H
#define SG_CLI_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/siphash.h"

struct sg_keyset_item {
    uint64_t key[2];
    uint64_t place; /* where it was seen first: a line, a record */
    uint32_t seen;  /* how often; 0: no such item */
    uint32_t allowed, denied, flags;
};

struct sg_keyset {
    struct sg_keyset_item *item;
    size_t cap, n; /* cap is a power of two, or 0 */
    uint8_t secret[SG_SIPHASH_KEY];
};

/* EIO: the system has no random bytes. Allocates nothing. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_keyset_init(struct sg_keyset *set);
void sg_keyset_fini(struct sg_keyset *set);

/* NULL: it is not there. Good until the next add or remove. */
struct sg_keyset_item *sg_keyset_find(const struct sg_keyset *set, const uint64_t key[2]);
/* The item, new with seen 0 when it was not there; whoever adds makes it more. NULL: out of
 * memory. */
struct sg_keyset_item *sg_keyset_add(struct sg_keyset *set, const uint64_t key[2]);
void sg_keyset_remove(struct sg_keyset *set, struct sg_keyset_item *item);

#endif
