/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_store_parts.h - what a key store is made of; for its own files only.
 *
 *     key_store.c        opening, doors, taking and destroying keys
 *     key_store_files.c  its files: made, matched with each other, mended after a crash
 *     key_store_roll.c   a new master
 */
#ifndef SG_PROXY_KEY_STORE_PARTS_H
#define SG_PROXY_KEY_STORE_PARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "proxy/key_slots.h"
#include "proxy/key_store.h"

#define SG_KEYS_FILE       "keys"
#define SG_KEYS_FILE_NEW   "keys.new"
#define SG_KEYS_LOCK       "lock"
#define SG_KEYS_MASTER     "master"
#define SG_KEYS_MASTER_NEW "master.new"

/* Keys and the master that wraps them. */
struct sg_key_layer {
    struct sg_key_slots slots;
    uint8_t master[SG_KEY_SIZE];
    uint64_t serial; /* never given twice: doors know by it whose cipher they have */
};

struct sg_key_store {
    char *dir;
    int folder, lock_fd;
    pthread_rwlock_t lock; /* read: look; write: add, and all that a roll changes */
    /* One; while a master is being made two, the new one first: keys are looked for in both and
     * added to the first. */
    struct sg_key_layer layer[2];
    size_t n;
    uint64_t serials;
    bool unfinished; /* the old master is still there */
};

struct sg_key_door {
    struct sg_key_store *store;
    struct sg_aead *aead[2];
    uint64_t serial[2]; /* of the layer whose master it has; 0: none */
};

/* --- key_store.c --- */

/* A key in a slot: into it, and out of it. EMALFORMED: what stands there opens as nothing. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_wrap(struct sg_aead *aead, struct sg_key_slot *slot,
                                                     const uint8_t key[SG_KEY_SIZE]);
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_unwrap(struct sg_aead *aead,
                                                       const struct sg_key_slot *slot,
                                                       uint8_t key[SG_KEY_SIZE]);

/* --- key_store_files.c --- */

/* Makes what is missing, ends a roll that was interrupted, opens; alone: no other process has the
 * store. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_files_open(struct sg_key_store *store, bool alone,
                                                           struct sg_key_layer *layer,
                                                           struct scrubgate_fault *fault);
/* Once the new keys' file has taken the old one's place: so does the new master, and the old one is
 * destroyed. May be called again. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_files_finish(const struct sg_key_store *store,
                                                             struct scrubgate_fault *fault);

#endif
