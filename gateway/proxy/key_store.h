/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_store.h - a key of its own for each conversation, and their end.
 *
 *     <state>/pseudonyms/keys      the keys, each wrapped by the master (proxy/key_slots.h)
 *                        master    that key; another one each week
 *                        lock      shared by who uses them, alone for who makes a new master
 *                        *.new     while that is being made
 *
 * Whoever has destroyed a key's slot has destroyed the key, but for copies of the file that
 * somebody made; those open with a master that is gone a week later. Shared by all threads: each
 * has a door.
 */
#ifndef SG_PROXY_KEY_STORE_H
#define SG_PROXY_KEY_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/digest.h"

/* What a key is for: an id is unique among its kind. */
enum sg_key_kind { SG_KEY_CONVERSATION = 1, SG_KEY_CUSTOMER = 2 };

struct sg_key_store;
struct sg_key_door; /* one thread's way in */

/* Below the state folder, not among the log's keys: the gateway can be confined to it. */
#define SG_KEY_STORE_FOLDER "pseudonyms"

/* Opens, or makes, the store and its folder; ends what a crash interrupted.
 * EINVAL: a file is not ours alone, or the master of these keys is not there. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_store_open(struct sg_key_store **store,
                                                           const char *dir,
                                                           struct scrubgate_fault *fault);
void sg_key_store_close(struct sg_key_store *store); /* NULL is fine; doors first */

SCRUBGATE_MUST_USE enum scrubgate_status sg_key_door_new(struct sg_key_door **door,
                                                         struct sg_key_store *store);
void sg_key_door_free(struct sg_key_door *door);

/*
 * The key of id. make: a new one when there is none. DONE: there is none, or no room for one. The
 * caller wipes it. Nothing is synced here: a crash of the machine may lose the keys of its last
 * second, and their conversations get others.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_door_take(struct sg_key_door *door,
                                                          enum sg_key_kind kind, uint64_t id,
                                                          bool make, uint8_t key[SG_KEY_SIZE]);

/* What records call a key: tells nothing of it. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_print(const uint8_t key[SG_KEY_SIZE],
                                                      uint64_t *print);

/* Destroys the key of id, durably, also beside a gateway that runs. DONE: there was none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_store_erase(struct sg_key_store *store,
                                                            enum sg_key_kind kind, uint64_t id,
                                                            struct scrubgate_fault *fault);

/* --- what time asks for: proxy/key_keeper.h --- */

SCRUBGATE_MUST_USE enum scrubgate_status sg_key_store_sync(struct sg_key_store *store);
/* Half of its room is used, or its master is a week old. */
bool sg_key_store_wants_roll(struct sg_key_store *store, uint64_t now_ms);

struct sg_key_roll {
    uint64_t old_print, new_print; /* of the masters */
    uint64_t kept, dropped;        /* keys; dropped: not used since oldest_day */
};
/*
 * Wraps all keys anew, with a new master, into a file of the right size; destroys the old master.
 * Threads go on meanwhile. DONE: another process uses the store: later. A crash at any point leaves
 * either all of the old or all of the new.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_store_roll(struct sg_key_store *store,
                                                           uint64_t now_ms, uint32_t oldest_day,
                                                           struct sg_key_roll *roll,
                                                           struct scrubgate_fault *fault);

#endif
