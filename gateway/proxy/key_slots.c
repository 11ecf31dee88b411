/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_slots.c - many wrapped keys in one file: a hash table of fixed slots, mapped.
 */
#include "proxy/key_slots.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD = 4096, FILE_MODE = 0600, OTHERS = 077 };
/* A search that is longer finds a table too full to be used. */
enum { PROBES_MOST = 1024 };

struct sg_key_slots_head {
    char mark[16];
    uint64_t capacity, print, made_ms, slot_size;
};

static const char mark[16] = "scrubgate keys 1";

_Static_assert(sizeof(struct sg_key_slot) == 80, "a slot is 80 bytes in the file");
_Static_assert(sizeof(struct sg_key_slots_head) <= HEAD, "the head is one page");

static bool is_capacity(uint64_t capacity)
{
    return capacity >= SG_KEY_SLOTS_FEWEST && capacity <= SG_KEY_SLOTS_MOST &&
           (capacity & (capacity - 1)) == 0;
}

static size_t size_of(uint64_t capacity)
{
    return HEAD + (size_t)capacity * sizeof(struct sg_key_slot);
}

/* --- the file --- */

static bool write_zeros(int fd, size_t len)
{
    static const uint8_t zeros[64 * 1024];
    while (len > 0) {
        size_t piece = len < sizeof zeros ? len : sizeof zeros;
        ssize_t put = write(fd, zeros, piece);
        if (put < 0 && errno != EINTR)
            return false;
        len -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

enum scrubgate_status sg_key_slots_make(int folder, const char *name, uint64_t capacity,
                                        uint64_t print, uint64_t made_ms)
{
    struct sg_key_slots_head head = {.capacity = capacity,
                                     .print = print,
                                     .made_ms = made_ms,
                                     .slot_size = sizeof(struct sg_key_slot)};
    assert(is_capacity(capacity));
    memcpy(head.mark, mark, sizeof mark);
    if (unlinkat(folder, name, 0) != 0 && errno != ENOENT)
        return SCRUBGATE_EIO;
    int fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd < 0)
        return SCRUBGATE_EIO;
    bool ok = fchmod(fd, FILE_MODE) == 0 && write_zeros(fd, size_of(capacity)) &&
              pwrite(fd, &head, sizeof head, 0) == (ssize_t)sizeof head && fsync(fd) == 0 &&
              fsync(folder) == 0;
    int saved = errno;
    (void)close(fd);
    if (!ok)
        (void)unlinkat(folder, name, 0);
    errno = saved;
    return ok ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

static bool is_ours(const struct sg_key_slots_head *head, uint64_t size)
{
    return memcmp(head->mark, mark, sizeof mark) == 0 &&
           head->slot_size == sizeof(struct sg_key_slot) && is_capacity(head->capacity) &&
           size == size_of(head->capacity);
}

static void count_used(struct sg_key_slots *slots)
{
    uint64_t used = 0;
    for (uint64_t i = 0; i < slots->capacity; i++)
        used += atomic_load_explicit(&slots->slot[i].state, memory_order_relaxed) != SG_SLOT_EMPTY;
    atomic_store(&slots->used, used);
}

enum scrubgate_status sg_key_slots_open(struct sg_key_slots *slots, int folder, const char *name)
{
    struct sg_key_slots_head head;
    struct stat info;
    enum scrubgate_status rc = SCRUBGATE_EMALFORMED;
    void *map = MAP_FAILED;
    int fd = openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    *slots = (struct sg_key_slots){.fd = -1};
    if (fd < 0)
        return errno == ELOOP ? SCRUBGATE_EMALFORMED : SCRUBGATE_EIO;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_uid != geteuid() ||
        (info.st_mode & OTHERS) != 0 || info.st_size < HEAD ||
        pread(fd, &head, sizeof head, 0) != (ssize_t)sizeof head ||
        !is_ours(&head, (uint64_t)info.st_size))
        goto out;
    rc = SCRUBGATE_EIO;
    map = mmap(NULL, size_of(head.capacity), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        goto out;
    *slots = (struct sg_key_slots){.fd = fd,
                                   .head = map,
                                   .slot = (struct sg_key_slot *)(void *)((uint8_t *)map + HEAD),
                                   .capacity = head.capacity};
    count_used(slots);
    return SCRUBGATE_OK;
out:
    (void)close(fd);
    return rc;
}

void sg_key_slots_close(struct sg_key_slots *slots)
{
    if (slots->head != NULL) {
        (void)munmap(slots->head, size_of(slots->capacity));
        (void)close(slots->fd);
    }
    *slots = (struct sg_key_slots){.fd = -1};
}

uint64_t sg_key_slots_print(const struct sg_key_slots *slots)
{
    return slots->head->print;
}

uint64_t sg_key_slots_made_ms(const struct sg_key_slots *slots)
{
    return slots->head->made_ms;
}

enum scrubgate_status sg_key_slots_sync(const struct sg_key_slots *slots)
{
    return fdatasync(slots->fd) == 0 ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

/* --- slots --- */

/* Ids are keyed digests: as good as thrown dice, and nobody outside can choose one. */
static struct sg_key_slot *place(const struct sg_key_slots *slots, uint64_t id, uint32_t kind,
                                 uint64_t at)
{
    return &slots->slot[(id + kind + at) & (slots->capacity - 1)];
}

struct sg_key_slot *sg_key_slots_find(const struct sg_key_slots *slots, uint64_t id, uint32_t kind,
                                      uint64_t *at)
{
    while (*at < PROBES_MOST) {
        struct sg_key_slot *slot = place(slots, id, kind, (*at)++);
        uint32_t state = atomic_load_explicit(&slot->state, memory_order_acquire);
        if (state == SG_SLOT_EMPTY)
            break;
        if (state != SG_SLOT_DEAD && slot->id == id && slot->kind == kind)
            return slot;
    }
    *at = PROBES_MOST;
    return NULL;
}

struct sg_key_slot *sg_key_slots_claim(struct sg_key_slots *slots, uint64_t id, uint32_t kind)
{
    for (uint64_t at = 0; at < PROBES_MOST; at++) {
        struct sg_key_slot *slot = place(slots, id, kind, at);
        uint_least32_t seen = atomic_load_explicit(&slot->state, memory_order_relaxed);
        bool fresh = seen == SG_SLOT_EMPTY;
        if (!fresh && seen != SG_SLOT_DEAD)
            continue;
        if (!atomic_compare_exchange_strong(&slot->state, &seen, SG_SLOT_BUSY))
            continue;
        if (fresh)
            (void)atomic_fetch_add_explicit(&slots->used, 1, memory_order_relaxed);
        slot->id = id;
        slot->kind = kind;
        return slot;
    }
    return NULL;
}

void sg_key_slot_publish(struct sg_key_slot *slot)
{
    atomic_store_explicit(&slot->state, SG_SLOT_LIVE, memory_order_release);
}

/* The key before its id: should we die between, whoever erases it again still finds it. */
void sg_key_slot_wipe(struct sg_key_slot *slot)
{
    atomic_store(&slot->state, SG_SLOT_BUSY);
    sg_wipe(slot->key, sizeof slot->key);
    sg_wipe(slot->tag, sizeof slot->tag);
    sg_wipe(slot->nonce, sizeof slot->nonce);
    atomic_store(&slot->day, 0);
    slot->kind = 0;
    slot->id = 0;
    atomic_store(&slot->state, SG_SLOT_DEAD);
}
