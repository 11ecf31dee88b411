/* SPDX-License-Identifier: Apache-2.0 */
/*
 * epochs.c - the key of fingerprints, another one every 90 days.
 */
#include "proxy/epochs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/folder.h"
#include "proxy/keys.h"
#include "proxy/keys_parts.h"

enum {
    FOLDER_MODE = 0700,
    FILE_MODE = 0600,
    EPOCH_DAYS = 90,
    OVERLAP_DAYS = 60,
    FIRST = 227,       /* January 2026: a clock that says less has not been set */
    SKIPPED_MOST = 40, /* epochs at once: ten years off are no gateway that was switched off */
    NAME_SIZE = 32,
    NUMBER_SIZE = 24
};
static const uint64_t day_ms = 24 * 60 * 60 * 1000;
static const char doubt_name[] = "doubt", next_label[] = "scrubgate fingerprint epoch 1";

struct sg_epochs {
    char *dir;
    int folder;
    pthread_mutex_t lock; /* of current */
    struct sg_epoch *current;
    uint64_t doubt_ms; /* since then; 0: not */
};

/* --- one epoch --- */

struct sg_epoch *sg_epoch_hold(struct sg_epoch *epoch)
{
    (void)atomic_fetch_add_explicit(&epoch->holders, 1, memory_order_relaxed);
    return epoch;
}

void sg_epoch_drop(struct sg_epoch *epoch)
{
    if (epoch == NULL || atomic_fetch_sub_explicit(&epoch->holders, 1, memory_order_acq_rel) != 1)
        return;
    sg_wipe(epoch->key, sizeof epoch->key);
    sg_wipe(epoch->before, sizeof epoch->before);
    free(epoch);
}

static struct sg_epoch *make_epoch(uint32_t number)
{
    struct sg_epoch *epoch = calloc(1, sizeof *epoch);
    if (epoch != NULL) {
        atomic_init(&epoch->holders, 1);
        epoch->number = number;
    }
    return epoch;
}

/* From an epoch's key to the next one's; no way leads back. */
static enum scrubgate_status next_key(uint8_t key[SG_KEY_SIZE], uint32_t number)
{
    struct sg_hmac *hmac;
    const uint8_t text[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
                             (uint8_t)(number >> 8), (uint8_t)number};
    enum scrubgate_status rc = sg_hmac_new(&hmac, key, next_label);
    if (rc < 0)
        return rc;
    rc = sg_hmac(hmac, (struct sg_bytes){text, sizeof text}, key);
    sg_hmac_free(hmac);
    return rc;
}

/* --- its files --- */

static void name_of(uint32_t number, char name[NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, "epoch-%lu.key", (unsigned long)number);
}

/* 0: it is no epoch's. */
static uint32_t number_of(const char *name)
{
    const struct sg_bytes text = sg_bytes_of(name), head = SG_BYTES("epoch-"),
                          tail = SG_BYTES(".key");
    uint64_t number;
    if (text.len <= head.len + tail.len || !sg_bytes_start_with(text, head) ||
        strcmp(name + text.len - tail.len, ".key") != 0)
        return 0;
    const struct sg_bytes digits = {text.data + head.len, text.len - head.len - tail.len};
    return sg_bytes_to_u64(digits, &number) && number <= UINT32_MAX ? (uint32_t)number : 0;
}

/* The newest epoch of which there is a key; 0: there is none. */
static enum scrubgate_status find_newest(const struct sg_epochs *epochs, uint32_t *newest,
                                         struct scrubgate_fault *fault)
{
    const int fd = openat(epochs->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    *newest = 0;
    if (list == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return sg_keys_fail(epochs->dir, "", errno == ENOMEM ? SCRUBGATE_ENOMEM : SCRUBGATE_EIO,
                            fault, "cannot list this folder", strerror(errno));
    }
    for (const struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        const uint32_t number = number_of(entry->d_name);
        if (number > *newest)
            *newest = number;
    }
    (void)closedir(list);
    return SCRUBGATE_OK;
}

/* All that are older than the one before: a crash may have left some. */
static enum scrubgate_status destroy_older(const struct sg_epochs *epochs, uint32_t newest,
                                           struct scrubgate_fault *fault)
{
    char name[NAME_SIZE];
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (uint32_t i = 2; i <= SKIPPED_MOST && i < newest && rc >= 0; i++) {
        name_of(newest - i, name);
        rc = sg_keys_destroy_file(epochs->dir, epochs->folder, name, fault);
    }
    return rc;
}

static enum scrubgate_status load_epoch(const struct sg_epochs *epochs, uint32_t number,
                                        struct sg_epoch **epoch, struct scrubgate_fault *fault)
{
    char name[NAME_SIZE], before[NAME_SIZE];
    struct sg_epoch *made = make_epoch(number);
    *epoch = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    name_of(number, name);
    name_of(number - 1, before);
    enum scrubgate_status rc = sg_keys_mend(epochs->dir, epochs->folder, before, fault);
    if (rc >= 0)
        rc = sg_keys_load_file(epochs->dir, epochs->folder, name, made->key, fault);
    made->doubled = faccessat(epochs->folder, before, F_OK, 0) == 0;
    if (rc >= 0 && made->doubled)
        rc = sg_keys_load_file(epochs->dir, epochs->folder, before, made->before, fault);
    if (rc < 0)
        sg_epoch_drop(made);
    else
        *epoch = made;
    return rc;
}

/* The first key: fingerprint.key moves here, made when somebody took the keys away. What is left of
 * a copy by a crash is a whole one. */
static enum scrubgate_status adopt(const struct sg_epochs *epochs, const char *keys_dir,
                                   uint32_t number, struct scrubgate_fault *fault)
{
    char name[NAME_SIZE];
    uint8_t key[SG_KEY_SIZE];
    int keys;
    enum scrubgate_status rc = sg_keys_folder(keys_dir, &keys, fault);
    if (rc < 0)
        return rc;
    name_of(number, name);
    unsigned made = 0;
    rc = sg_keys_make_file(keys_dir, keys, SG_KEYS_FINGERPRINT, &made, fault);
    if (rc >= 0)
        rc = sg_keys_load_file(keys_dir, keys, SG_KEYS_FINGERPRINT, key, fault);
    if (rc >= 0)
        rc = sg_keys_put_file(epochs->dir, epochs->folder, name, key, fault);
    sg_wipe(key, sizeof key);
    (void)close(keys);
    return rc;
}

/* What was taken from there must not stay there. Another one is somebody's who wants it used, and
 * is not ours to destroy. */
static enum scrubgate_status destroy_origin(const struct sg_epoch *current, const char *keys_dir,
                                            struct scrubgate_fault *fault)
{
    uint8_t key[SG_KEY_SIZE];
    int keys;
    enum scrubgate_status rc = sg_keys_folder(keys_dir, &keys, fault);
    if (rc < 0)
        return rc;
    rc = sg_keys_mend(keys_dir, keys, SG_KEYS_FINGERPRINT, fault);
    if (rc < 0 || faccessat(keys, SG_KEYS_FINGERPRINT, F_OK, 0) != 0)
        goto out;
    rc = sg_keys_load_file(keys_dir, keys, SG_KEYS_FINGERPRINT, key, fault);
    if (rc < 0)
        goto out;
    if (memcmp(key, current->key, sizeof key) == 0 || memcmp(key, current->before, sizeof key) == 0)
        rc = sg_keys_destroy_file(keys_dir, keys, SG_KEYS_FINGERPRINT, fault);
    else
        rc = sg_keys_fail(keys_dir, SG_KEYS_FINGERPRINT, SCRUBGATE_EINVAL, fault,
                          "there are keys of epochs beside it (" SG_EPOCHS_FOLDER
                          "): remove this key, or that folder to begin with it",
                          "");
    sg_wipe(key, sizeof key);
out:
    (void)close(keys);
    return rc;
}

/* --- doubt --- */

static uint64_t read_doubt(const struct sg_epochs *epochs)
{
    char text[NUMBER_SIZE];
    uint64_t ms = 0;
    const int fd = openat(epochs->folder, doubt_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    const ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (fd >= 0)
        (void)close(fd);
    if (len <= 0 || !sg_bytes_to_u64((struct sg_bytes){(const uint8_t *)text, (size_t)len}, &ms))
        return 0;
    return ms;
}

/* Where it cannot be written the process still knows it. */
static void note_doubt(struct sg_epochs *epochs, uint64_t ms)
{
    char text[NUMBER_SIZE];
    const int len = snprintf(text, sizeof text, "%llu", (unsigned long long)ms);
    const int fd = openat(epochs->folder, doubt_name,
                          O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    epochs->doubt_ms = ms;
    if (fd < 0)
        return;
    (void)!write(fd, text, (size_t)len);
    (void)fsync(fd);
    (void)close(fd);
}

static void forget_doubt(struct sg_epochs *epochs)
{
    if (epochs->doubt_ms != 0)
        (void)unlinkat(epochs->folder, doubt_name, 0);
    epochs->doubt_ms = 0;
}

/* Whether the clock has asked for it for a day. One that was ahead meanwhile begins anew. */
static bool is_sure(struct sg_epochs *epochs, uint64_t now_ms)
{
    if (epochs->doubt_ms == 0 || epochs->doubt_ms > now_ms)
        note_doubt(epochs, now_ms);
    return now_ms - epochs->doubt_ms >= day_ms;
}

/* --- opening --- */

static enum scrubgate_status open_folder(struct sg_epochs *epochs, const char *keys_dir,
                                         uint64_t now_ms, struct scrubgate_fault *fault)
{
    uint32_t newest;
    enum scrubgate_status rc = sg_folder_make(epochs->dir, FOLDER_MODE, fault);
    if (rc >= 0)
        rc = sg_keys_folder(epochs->dir, &epochs->folder, fault);
    if (rc < 0)
        return rc;
    (void)flock(epochs->folder, LOCK_EX);
    rc = find_newest(epochs, &newest, fault);
    if (rc >= 0 && newest == 0) {
        const uint64_t now = now_ms / (EPOCH_DAYS * day_ms);
        newest = now < FIRST ? FIRST : (uint32_t)now;
        rc = adopt(epochs, keys_dir, newest, fault);
    }
    if (rc >= 0)
        rc = destroy_older(epochs, newest, fault);
    if (rc >= 0)
        rc = load_epoch(epochs, newest, &epochs->current, fault);
    if (rc >= 0)
        rc = destroy_origin(epochs->current, keys_dir, fault);
    (void)flock(epochs->folder, LOCK_UN);
    epochs->doubt_ms = read_doubt(epochs);
    return rc;
}

enum scrubgate_status sg_epochs_open(struct sg_epochs **epochs, const char *dir,
                                     const char *keys_dir, uint64_t now_ms,
                                     struct scrubgate_fault *fault)
{
    const size_t size = strlen(dir) + 1;
    struct sg_epochs *made = calloc(1, sizeof *made);
    *epochs = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->folder = -1;
    made->dir = malloc(size);
    if (made->dir == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made->dir);
        free(made);
        return SCRUBGATE_ENOMEM;
    }
    memcpy(made->dir, dir, size);
    enum scrubgate_status rc = open_folder(made, keys_dir, now_ms, fault);
    if (rc < 0)
        sg_epochs_close(made);
    else
        *epochs = made;
    return rc;
}

void sg_epochs_close(struct sg_epochs *epochs)
{
    if (epochs == NULL)
        return;
    sg_epoch_drop(epochs->current);
    (void)pthread_mutex_destroy(&epochs->lock);
    if (epochs->folder >= 0)
        (void)close(epochs->folder);
    free(epochs->dir);
    free(epochs);
}

struct sg_epoch *sg_epochs_current(struct sg_epochs *epochs)
{
    (void)pthread_mutex_lock(&epochs->lock);
    struct sg_epoch *epoch = sg_epoch_hold(epochs->current);
    (void)pthread_mutex_unlock(&epochs->lock);
    return epoch;
}

/* --- what is due --- */

static void put_in_force(struct sg_epochs *epochs, struct sg_epoch *next)
{
    (void)pthread_mutex_lock(&epochs->lock);
    struct sg_epoch *old = epochs->current;
    epochs->current = next;
    (void)pthread_mutex_unlock(&epochs->lock);
    sg_epoch_drop(old);
}

static enum scrubgate_status destroy(const struct sg_epochs *epochs, uint32_t number,
                                     struct scrubgate_fault *fault)
{
    char name[NAME_SIZE];
    name_of(number, name);
    return sg_keys_destroy_file(epochs->dir, epochs->folder, name, fault);
}

/* The overlap ends. */
static enum scrubgate_status end_before(struct sg_epochs *epochs, struct sg_epoch_turn *turn,
                                        struct scrubgate_fault *fault)
{
    const struct sg_epoch *current = epochs->current;
    struct sg_epoch *next = make_epoch(current->number);
    if (next == NULL)
        return SCRUBGATE_ENOMEM;
    memcpy(next->key, current->key, sizeof next->key);
    enum scrubgate_status rc = destroy(epochs, current->number - 1, fault);
    if (rc < 0) {
        sg_epoch_drop(next);
        return rc;
    }
    turn->destroyed = next->number - 1;
    put_in_force(epochs, next);
    return SCRUBGATE_OK;
}

/* Its file is there before the first digest is taken with it. Where epochs were skipped the old
 * key's overlap is over, too. */
static enum scrubgate_status begin(struct sg_epochs *epochs, uint32_t number,
                                   struct sg_epoch_turn *turn, struct scrubgate_fault *fault)
{
    const struct sg_epoch *current = epochs->current;
    const uint32_t old = current->number;
    struct sg_epoch *next = make_epoch(number);
    char name[NAME_SIZE];
    if (next == NULL)
        return SCRUBGATE_ENOMEM;
    memcpy(next->key, current->key, sizeof next->key);
    memcpy(next->before, current->key, sizeof next->before);
    next->doubled = number == old + 1;
    name_of(number, name);
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (uint32_t i = old + 1; i <= number && rc >= 0; i++)
        rc = next_key(next->key, i);
    if (rc >= 0)
        rc = sg_keys_put_file(epochs->dir, epochs->folder, name, next->key, fault);
    if (rc < 0) {
        sg_epoch_drop(next);
        return rc;
    }
    if (!next->doubled)
        sg_wipe(next->before, sizeof next->before);
    turn->began = number;
    put_in_force(epochs, next);
    if (number == old + 1)
        return SCRUBGATE_OK;
    turn->destroyed = old;
    return destroy(epochs, old, fault);
}

static enum scrubgate_status do_it(struct sg_epochs *epochs, bool ends, uint32_t wanted,
                                   struct sg_epoch_turn *turn, struct scrubgate_fault *fault)
{
    (void)flock(epochs->folder, LOCK_EX);
    enum scrubgate_status rc =
        ends ? end_before(epochs, turn, fault) : begin(epochs, wanted, turn, fault);
    (void)flock(epochs->folder, LOCK_UN);
    return rc;
}

enum scrubgate_status sg_epochs_tend(struct sg_epochs *epochs, uint64_t now_ms, bool held,
                                     struct sg_epoch_turn *turn, struct scrubgate_fault *fault)
{
    const uint64_t now_day = now_ms / day_ms, number = epochs->current->number,
                   wanted = now_day / EPOCH_DAYS;
    const bool ends = epochs->current->doubled && now_day >= number * EPOCH_DAYS + OVERLAP_DAYS;
    const bool skips = wanted > number + 1;
    *turn =
        (struct sg_epoch_turn){.trouble = wanted < number ? SG_EPOCH_CLOCK_BEHIND : SG_EPOCH_FINE};
    if ((ends || skips) && (wanted > number + SKIPPED_MOST || !is_sure(epochs, now_ms)))
        turn->trouble = SG_EPOCH_CLOCK_DOUBTED;
    if (!ends && !skips)
        forget_doubt(epochs);
    if (turn->trouble != SG_EPOCH_FINE || (!ends && wanted == number) || (held && (ends || skips)))
        return SCRUBGATE_DONE;
    enum scrubgate_status rc = do_it(epochs, ends, (uint32_t)wanted, turn, fault);
    if (rc >= 0 && !skips)
        forget_doubt(epochs);
    return rc;
}
