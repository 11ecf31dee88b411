/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_store.c - a key of its own for each conversation, and their end.
 */
#include "proxy/key_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "proxy/key_store_parts.h"
#include "proxy/keys_parts.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600, BESIDE = 12 };
static const uint64_t week_ms = UINT64_C(7) * 24 * 60 * 60 * 1000;

/* --- one key in one slot --- */

/* What the tag proves too: that the key stands where it belongs. */
static void beside_of(const struct sg_key_slot *slot, uint8_t beside[BESIDE])
{
    memcpy(beside, &slot->id, sizeof slot->id);
    memcpy(beside + sizeof slot->id, &slot->kind, sizeof slot->kind);
}

enum scrubgate_status sg_key_wrap(struct sg_aead *aead, struct sg_key_slot *slot,
                                  const uint8_t key[SG_KEY_SIZE])
{
    uint8_t beside[BESIDE];
    enum scrubgate_status rc = sg_random(slot->nonce, sizeof slot->nonce);
    beside_of(slot, beside);
    return rc < 0 ? rc
                  : sg_aead_seal(aead, slot->nonce, (struct sg_bytes){beside, sizeof beside},
                                 (struct sg_bytes){key, SG_KEY_SIZE}, slot->key, slot->tag);
}

enum scrubgate_status sg_key_unwrap(struct sg_aead *aead, const struct sg_key_slot *slot,
                                    uint8_t key[SG_KEY_SIZE])
{
    uint8_t beside[BESIDE];
    beside_of(slot, beside);
    return sg_aead_open(aead, slot->nonce, (struct sg_bytes){beside, sizeof beside},
                        (struct sg_bytes){slot->key, sizeof slot->key}, slot->tag, key);
}

enum scrubgate_status sg_key_print(const uint8_t key[SG_KEY_SIZE], uint64_t *print)
{
    struct sg_hmac *hmac;
    enum scrubgate_status rc = sg_hmac_new(&hmac, key, "scrubgate key print 1");
    if (rc >= 0)
        rc = sg_hmac_u64(hmac, (struct sg_bytes){NULL, 0}, print);
    sg_hmac_free(hmac);
    return rc;
}

/* --- opening --- */

/* Alone when nobody else has it. Else shared, for which whoever makes a new master is waited for.
 */
static enum scrubgate_status lock_files(struct sg_key_store *store, bool *alone,
                                        struct scrubgate_fault *fault)
{
    int rc = -1;
    store->lock_fd = openat(store->folder, SG_KEYS_LOCK,
                            O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
    if (store->lock_fd >= 0) {
        rc = flock(store->lock_fd, LOCK_EX | LOCK_NB);
        *alone = rc == 0;
        if (rc != 0 && errno == EWOULDBLOCK)
            rc = flock(store->lock_fd, LOCK_SH);
    }
    return rc == 0 ? SCRUBGATE_OK
                   : sg_keys_fail(store->dir, SG_KEYS_LOCK, SCRUBGATE_EIO, fault, "cannot lock it",
                                  strerror(errno));
}

/* Who adds or rolls goes before who looks: workers that never rest would else keep him out. */
static bool make_lock(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t attr;
    if (pthread_rwlockattr_init(&attr) != 0)
        return false;
    bool ok =
        pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) == 0 &&
        pthread_rwlock_init(lock, &attr) == 0;
    (void)pthread_rwlockattr_destroy(&attr);
    return ok;
}

enum scrubgate_status sg_key_store_open(struct sg_key_store **store, const char *dir,
                                        struct scrubgate_fault *fault)
{
    bool alone = false;
    struct sg_key_store *made = calloc(1, sizeof *made);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *store = NULL;
    if (made == NULL)
        goto out;
    made->folder = made->lock_fd = -1;
    if (!make_lock(&made->lock)) {
        free(made);
        made = NULL;
        goto out;
    }
    made->dir = malloc(strlen(dir) + 1);
    if (made->dir == NULL)
        goto out;
    memcpy(made->dir, dir, strlen(dir) + 1);
    rc = sg_folder_make(dir, FOLDER_MODE, fault);
    if (rc >= 0)
        rc = sg_keys_folder(dir, &made->folder, fault);
    if (rc >= 0)
        rc = lock_files(made, &alone, fault);
    if (rc >= 0)
        rc = sg_key_files_open(made, alone, &made->layer[0], fault);
    if (rc < 0)
        goto out;
    made->n = 1;
    made->layer[0].serial = made->serials = 1;
    if (alone)
        (void)flock(made->lock_fd, LOCK_SH);
    *store = made;
    made = NULL;
out:
    if (rc == SCRUBGATE_ENOMEM)
        (void)sg_keys_fail(dir, "", rc, fault, "out of memory", "");
    sg_key_store_close(made);
    return rc;
}

void sg_key_store_close(struct sg_key_store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->n; i++) {
        (void)!sg_key_slots_sync(&store->layer[i].slots);
        sg_key_slots_close(&store->layer[i].slots);
    }
    sg_wipe(store->layer, sizeof store->layer);
    if (store->lock_fd >= 0)
        (void)close(store->lock_fd);
    if (store->folder >= 0)
        (void)close(store->folder);
    (void)pthread_rwlock_destroy(&store->lock);
    free(store->dir);
    free(store);
}

/* --- doors --- */

enum scrubgate_status sg_key_door_new(struct sg_key_door **door, struct sg_key_store *store)
{
    static const uint8_t none[SG_KEY_SIZE];
    struct sg_key_door *made = calloc(1, sizeof *made);
    enum scrubgate_status rc = made == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    *door = NULL;
    for (size_t i = 0; i < 2 && rc >= 0; i++)
        rc = sg_aead_new(&made->aead[i], none);
    if (rc < 0) {
        sg_key_door_free(made);
        return rc;
    }
    made->store = store;
    *door = made;
    return rc;
}

void sg_key_door_free(struct sg_key_door *door)
{
    if (door == NULL)
        return;
    sg_aead_free(door->aead[0]);
    sg_aead_free(door->aead[1]);
    free(door);
}

/* The cipher with that layer's master; NULL: there is none to be had. */
static struct sg_aead *cipher_of(struct sg_key_door *door, const struct sg_key_layer *layer)
{
    for (size_t i = 0; i < 2; i++)
        if (door->serial[i] == layer->serial)
            return door->aead[i];
    size_t older = door->serial[0] < door->serial[1] ? 0 : 1;
    door->serial[older] = 0;
    if (sg_aead_rekey(door->aead[older], layer->master) < 0)
        return NULL;
    door->serial[older] = layer->serial;
    return door->aead[older];
}

/* A master that is no more must not live on in a cipher. */
static void forget_old(struct sg_key_door *door)
{
    static const uint8_t none[SG_KEY_SIZE];
    for (size_t i = 0; i < 2; i++) {
        if (door->serial[i] == 0 || door->serial[i] == door->store->layer[0].serial)
            continue;
        if (sg_aead_rekey(door->aead[i], none) >= 0)
            door->serial[i] = 0;
    }
}

/* --- taking --- */

/* Who destroys the slot meanwhile leaves bytes that open as nothing. mend: nobody else looks here:
 * what a crash left half written goes. */
static enum scrubgate_status look_in(struct sg_key_door *door, struct sg_key_layer *layer,
                                     enum sg_key_kind kind, uint64_t id, bool mend,
                                     uint8_t key[SG_KEY_SIZE])
{
    const uint32_t today = (uint32_t)sg_clock_today();
    struct sg_aead *aead = cipher_of(door, layer);
    struct sg_key_slot *slot;
    uint64_t at = 0;
    if (aead == NULL)
        return SCRUBGATE_EIO;
    while ((slot = sg_key_slots_find(&layer->slots, id, kind, &at)) != NULL) {
        if (atomic_load_explicit(&slot->state, memory_order_acquire) != SG_SLOT_LIVE)
            continue;
        enum scrubgate_status rc = sg_key_unwrap(aead, slot, key);
        if (rc == SCRUBGATE_EMALFORMED) {
            if (mend && atomic_load(&slot->state) == SG_SLOT_LIVE)
                sg_key_slot_wipe(slot);
            continue;
        }
        if (rc >= 0 && atomic_load_explicit(&slot->day, memory_order_relaxed) != today)
            atomic_store_explicit(&slot->day, today, memory_order_relaxed);
        return rc;
    }
    return SCRUBGATE_DONE;
}

static enum scrubgate_status look(struct sg_key_door *door, enum sg_key_kind kind, uint64_t id,
                                  bool mend, uint8_t key[SG_KEY_SIZE])
{
    struct sg_key_store *store = door->store;
    enum scrubgate_status rc = SCRUBGATE_DONE;
    for (size_t i = 0; i < store->n && rc == SCRUBGATE_DONE; i++)
        rc = look_in(door, &store->layer[i], kind, id, mend && i == 0, key);
    if (store->n == 1)
        forget_old(door);
    return rc;
}

static enum scrubgate_status add(struct sg_key_door *door, enum sg_key_kind kind, uint64_t id,
                                 uint8_t key[SG_KEY_SIZE])
{
    struct sg_key_layer *layer = &door->store->layer[0];
    struct sg_aead *aead = cipher_of(door, layer);
    if (aead == NULL)
        return SCRUBGATE_EIO;
    /* What is left is for the time that a larger file takes to be made. */
    if (atomic_load(&layer->slots.used) > layer->slots.capacity / 8 * 7)
        return SCRUBGATE_DONE;
    enum scrubgate_status rc = sg_random(key, SG_KEY_SIZE);
    if (rc < 0)
        return rc;
    struct sg_key_slot *slot = sg_key_slots_claim(&layer->slots, id, kind);
    if (slot == NULL)
        return SCRUBGATE_DONE;
    atomic_store(&slot->day, (uint32_t)sg_clock_today());
    rc = sg_key_wrap(aead, slot, key);
    if (rc >= 0)
        sg_key_slot_publish(slot);
    else
        sg_key_slot_wipe(slot);
    return rc;
}

enum scrubgate_status sg_key_door_take(struct sg_key_door *door, enum sg_key_kind kind, uint64_t id,
                                       bool make, uint8_t key[SG_KEY_SIZE])
{
    pthread_rwlock_t *lock = &door->store->lock;
    (void)pthread_rwlock_rdlock(lock);
    enum scrubgate_status rc = look(door, kind, id, false, key);
    (void)pthread_rwlock_unlock(lock);
    if (rc == SCRUBGATE_DONE && make) {
        (void)pthread_rwlock_wrlock(lock);
        rc = look(door, kind, id, true, key);
        if (rc == SCRUBGATE_DONE)
            rc = add(door, kind, id, key);
        (void)pthread_rwlock_unlock(lock);
    }
    if (rc != SCRUBGATE_OK)
        sg_wipe(key, SG_KEY_SIZE);
    return rc;
}

/* --- destroying --- */

/* Somebody who still writes it is done in a moment; somebody who died is not. */
static void wait_for(struct sg_key_slot *slot)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int i = 0; i < 100 && atomic_load(&slot->state) == SG_SLOT_BUSY; i++)
        (void)nanosleep(&moment, NULL);
}

enum scrubgate_status sg_key_store_erase(struct sg_key_store *store, enum sg_key_kind kind,
                                         uint64_t id, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_DONE;
    (void)pthread_rwlock_wrlock(&store->lock);
    for (size_t i = 0; i < store->n; i++) {
        struct sg_key_slot *slot;
        uint64_t at = 0;
        while ((slot = sg_key_slots_find(&store->layer[i].slots, id, kind, &at)) != NULL) {
            wait_for(slot);
            sg_key_slot_wipe(slot);
            rc = SCRUBGATE_OK;
        }
        if (sg_key_slots_sync(&store->layer[i].slots) < 0) {
            rc = sg_keys_fail(store->dir, SG_KEYS_FILE, SCRUBGATE_EIO, fault,
                              "the key is gone from memory, but this file could not be synced",
                              strerror(errno));
            break;
        }
    }
    (void)pthread_rwlock_unlock(&store->lock);
    return rc;
}

/* --- what time asks for --- */

enum scrubgate_status sg_key_store_sync(struct sg_key_store *store)
{
    /* Only a roll changes which file that is, and one thread does both. */
    return sg_key_slots_sync(&store->layer[0].slots);
}

bool sg_key_store_wants_roll(struct sg_key_store *store, uint64_t now_ms)
{
    const struct sg_key_slots *slots = &store->layer[0].slots;
    const uint64_t made_ms = sg_key_slots_made_ms(slots);
    bool full = atomic_load(&slots->used) > slots->capacity / 2;
    return store->unfinished || (full && slots->capacity < SG_KEY_SLOTS_MOST) || made_ms > now_ms ||
           now_ms - made_ms >= week_ms;
}
