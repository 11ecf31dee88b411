/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_slots.h - many wrapped keys in one file: a hash table of fixed slots, mapped.
 *
 *     page 0: what it is, which key wraps its keys | slots of 80 bytes, a power of two of them
 *
 * Open addressing: a key stands at its id's place or behind it, before the first slot that never
 * held one. The file may be mapped by several processes; a slot is taken and given up by its state,
 * atomically, so that nobody needs a lock to destroy a key. What is in a slot is proven by the tag
 * of what was wrapped: one that a crash left half written opens as nothing.
 *
 * Nothing here encrypts: proxy/key_store.h.
 */
#ifndef SG_PROXY_KEY_SLOTS_H
#define SG_PROXY_KEY_SLOTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/aead.h"
#include "base/digest.h"

enum sg_slot_state {
    SG_SLOT_EMPTY, /* never used: a search ends here */
    SG_SLOT_BUSY,  /* somebody writes it, or died while he did */
    SG_SLOT_LIVE,
    SG_SLOT_DEAD /* was used: a search goes on */
};

/* As it lies in the file, in this host's byte order. */
struct sg_key_slot {
    atomic_uint_least32_t state;
    atomic_uint_least32_t day; /* of its last use, since 1970 */
    uint64_t id;
    uint32_t kind;
    uint8_t nonce[SG_AEAD_NONCE], key[SG_KEY_SIZE], tag[SG_AEAD_TAG];
};

struct sg_key_slots_head; /* page 0 */

struct sg_key_slots {
    int fd;
    struct sg_key_slots_head *head;
    struct sg_key_slot *slot;
    uint64_t capacity;
    atomic_uint_fast64_t used; /* slots that are not empty, at least */
};

enum { SG_KEY_SLOTS_FEWEST = 4096 };
#define SG_KEY_SLOTS_MOST (UINT64_C(1) << 23)

/* Makes a file of empty slots, all of it written and synced: what a worker stores in it later needs
 * no more room on the disk. An old one of that name goes first. print: of the key that wraps. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_slots_make(int folder, const char *name,
                                                           uint64_t capacity, uint64_t print,
                                                           uint64_t made_ms);
/* EIO: errno says why; EMALFORMED: it is no such file. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_slots_open(struct sg_key_slots *slots, int folder,
                                                           const char *name);
void sg_key_slots_close(struct sg_key_slots *slots); /* one that is not open is fine */

uint64_t sg_key_slots_print(const struct sg_key_slots *slots);
uint64_t sg_key_slots_made_ms(const struct sg_key_slots *slots);

/* The next slot with that id and kind that holds, or may hold, a key; *at begins as 0. NULL: there
 * is none further on. */
struct sg_key_slot *sg_key_slots_find(const struct sg_key_slots *slots, uint64_t id, uint32_t kind,
                                      uint64_t *at);
/* A slot where a search for id and kind will find it, BUSY now and the caller's; NULL: there is
 * none. */
struct sg_key_slot *sg_key_slots_claim(struct sg_key_slots *slots, uint64_t id, uint32_t kind);
/* What was put into a claimed slot holds from now on. */
void sg_key_slot_publish(struct sg_key_slot *slot);
/* Leaves nothing of it but that it was used. */
void sg_key_slot_wipe(struct sg_key_slot *slot);

/* All that was stored is on disk. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_slots_sync(const struct sg_key_slots *slots);

#endif
