/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_store_roll.c - a new master key: what it wraps is wrapped anew, the old one is destroyed.
 *
 *     master.new -> pseudonyms.new -> all keys, each in both -> pseudonyms.new in the old one's
 * place
 *                                                           -> master.new in the old one's place
 *
 * The first of these two steps decides; a crash before it leaves the old, after it the new
 * (key_store_files.c). Workers go on: they look in both files and add to the new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "proxy/key_store_parts.h"
#include "proxy/keys_parts.h"

enum { BATCH = 64 /* slots between two moments for workers */ };

static enum scrubgate_status fail(const struct sg_key_store *store, const char *what,
                                  enum scrubgate_status rc, struct scrubgate_fault *fault)
{
    return sg_keys_fail(store->dir, SG_KEYS_FILE_NEW, rc, fault, what,
                        rc == SCRUBGATE_EIO ? strerror(errno) : scrubgate_status_word(rc));
}

static bool survives(const struct sg_key_slot *slot, uint32_t oldest_day)
{
    return atomic_load_explicit(&slot->state, memory_order_acquire) == SG_SLOT_LIVE &&
           atomic_load_explicit(&slot->day, memory_order_relaxed) >= oldest_day;
}

/* Room for four times what there is. */
static uint64_t capacity_for(const struct sg_key_slots *slots, uint32_t oldest_day)
{
    uint64_t n = 0, capacity = SG_KEY_SLOTS_FEWEST;
    for (uint64_t i = 0; i < slots->capacity; i++)
        n += survives(&slots->slot[i], oldest_day);
    while (capacity < 4 * n && capacity < SG_KEY_SLOTS_MOST)
        capacity *= 2;
    return capacity;
}

static enum scrubgate_status make_layer(struct sg_key_store *store, struct sg_key_layer *next,
                                        uint64_t now_ms, uint32_t oldest_day,
                                        struct sg_key_roll *roll, struct scrubgate_fault *fault)
{
    unsigned made = 0;
    enum scrubgate_status rc =
        sg_keys_destroy_file(store->dir, store->folder, SG_KEYS_MASTER_NEW, fault);
    if (rc >= 0)
        rc = sg_keys_make_file(store->dir, store->folder, SG_KEYS_MASTER_NEW, &made, fault);
    if (rc >= 0)
        rc = sg_keys_load_file(store->dir, store->folder, SG_KEYS_MASTER_NEW, next->master, fault);
    if (rc < 0)
        return rc;
    rc = sg_key_print(next->master, &roll->new_print);
    if (rc >= 0)
        rc = sg_key_slots_make(store->folder, SG_KEYS_FILE_NEW,
                               capacity_for(&store->layer[0].slots, oldest_day), roll->new_print,
                               now_ms);
    if (rc >= 0)
        rc = sg_key_slots_open(&next->slots, store->folder, SG_KEYS_FILE_NEW);
    return rc < 0 ? fail(store, "cannot make this file", rc, fault) : rc;
}

/* --- moving --- */

static enum scrubgate_status move_one(struct sg_aead *from, struct sg_aead *to,
                                      struct sg_key_slots *slots, const struct sg_key_slot *old)
{
    uint8_t key[SG_KEY_SIZE];
    enum scrubgate_status rc = sg_key_unwrap(from, old, key);
    if (rc == SCRUBGATE_EMALFORMED)
        return SCRUBGATE_DONE; /* torn: it opens as nothing */
    struct sg_key_slot *slot = rc < 0 ? NULL : sg_key_slots_claim(slots, old->id, old->kind);
    if (rc >= 0 && slot == NULL)
        rc = SCRUBGATE_ELIMIT;
    if (rc >= 0)
        rc = sg_key_wrap(to, slot, key);
    sg_wipe(key, sizeof key);
    if (rc < 0)
        return rc;
    atomic_store(&slot->day, atomic_load(&old->day));
    sg_key_slot_publish(slot);
    return SCRUBGATE_OK;
}

static enum scrubgate_status move_all(struct sg_key_store *store, uint32_t oldest_day,
                                      struct sg_key_roll *roll)
{
    struct sg_key_layer *next = &store->layer[0], *old = &store->layer[1];
    struct sg_aead *from = NULL, *to = NULL;
    enum scrubgate_status rc = sg_aead_new(&from, old->master);
    if (rc >= 0)
        rc = sg_aead_new(&to, next->master);
    for (uint64_t i = 0; i < old->slots.capacity && rc >= 0; i += BATCH) {
        (void)pthread_rwlock_wrlock(&store->lock);
        for (uint64_t k = i; k < i + BATCH && rc >= 0; k++) {
            const struct sg_key_slot *slot = &old->slots.slot[k];
            bool live = atomic_load(&slot->state) == SG_SLOT_LIVE;
            rc = SCRUBGATE_DONE;
            if (live && survives(slot, oldest_day))
                rc = move_one(from, to, &next->slots, slot);
            roll->kept += rc == SCRUBGATE_OK;
            roll->dropped += live && rc == SCRUBGATE_DONE;
        }
        (void)pthread_rwlock_unlock(&store->lock);
    }
    sg_aead_free(from);
    sg_aead_free(to);
    return rc < 0 ? rc : SCRUBGATE_OK;
}

/* --- the whole --- */

static void put_before(struct sg_key_store *store, const struct sg_key_layer *next)
{
    (void)pthread_rwlock_wrlock(&store->lock);
    store->layer[1] = store->layer[0];
    store->layer[0] = *next;
    store->layer[0].serial = ++store->serials;
    store->n = 2;
    (void)pthread_rwlock_unlock(&store->lock);
}

/* Leaves the layer that counts. */
static void drop(struct sg_key_store *store, size_t which)
{
    (void)pthread_rwlock_wrlock(&store->lock);
    sg_key_slots_close(&store->layer[which].slots);
    if (which == 0)
        store->layer[0] = store->layer[1];
    sg_wipe(&store->layer[1], sizeof store->layer[1]);
    store->n = 1;
    (void)pthread_rwlock_unlock(&store->lock);
}

static enum scrubgate_status commit(struct sg_key_store *store, struct scrubgate_fault *fault)
{
    if (sg_key_slots_sync(&store->layer[0].slots) < 0 ||
        renameat(store->folder, SG_KEYS_FILE_NEW, store->folder, SG_KEYS_FILE) != 0)
        return fail(store, "cannot replace " SG_KEYS_FILE, SCRUBGATE_EIO, fault);
    return SCRUBGATE_OK;
}

static enum scrubgate_status roll_alone(struct sg_key_store *store, uint64_t now_ms,
                                        uint32_t oldest_day, struct sg_key_roll *roll,
                                        struct scrubgate_fault *fault)
{
    struct sg_key_layer next = {.slots.fd = -1};
    roll->old_print = sg_key_slots_print(&store->layer[0].slots);
    enum scrubgate_status rc = make_layer(store, &next, now_ms, oldest_day, roll, fault);
    if (rc < 0)
        goto out;
    put_before(store, &next);
    rc = move_all(store, oldest_day, roll);
    if (rc < 0)
        (void)fail(store, "cannot wrap the keys anew", rc, fault);
    else
        rc = commit(store, fault);
    if (rc < 0) {
        drop(store, 0); /* with keys that came meanwhile: their conversations get others */
        (void)unlinkat(store->folder, SG_KEYS_FILE_NEW, 0);
        (void)!sg_keys_destroy_file(store->dir, store->folder, SG_KEYS_MASTER_NEW, NULL);
        goto out;
    }
    drop(store, 1);
    rc = sg_key_files_finish(store, fault);
    store->unfinished = rc < 0;
out:
    sg_wipe(next.master, sizeof next.master);
    return rc;
}

enum scrubgate_status sg_key_store_roll(struct sg_key_store *store, uint64_t now_ms,
                                        uint32_t oldest_day, struct sg_key_roll *roll,
                                        struct scrubgate_fault *fault)
{
    *roll = (struct sg_key_roll){0};
    /* An attempt that fails may lose the shared lock: it is taken again in either case. */
    bool alone = flock(store->lock_fd, LOCK_EX | LOCK_NB) == 0;
    enum scrubgate_status rc = SCRUBGATE_DONE;
    if (alone && store->unfinished) {
        rc = sg_key_files_finish(store, fault);
        store->unfinished = rc < 0;
    }
    if (alone && rc >= 0)
        rc = roll_alone(store, now_ms, oldest_day, roll, fault);
    (void)flock(store->lock_fd, LOCK_SH);
    return rc;
}
