/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.c - what senders said last, by conversation.
 *
 * One mapping, cut into shards with a lock each, and these into blocks of 64 bytes. An entry is a
 * chain of blocks: its head with the first bytes of a packed tail, then more of them. A shard finds
 * entries by hash and keeps them in the order in which they were last added to, so that the first
 * one expires, or is evicted, first.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS, MADV_DONTDUMP, mlock2 */
#include "proxy/memory.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/digest.h"
#include "base/siphash.h"

enum { BLOCK = 64, SHARDS_MOST = 16, HEAD_DATA = 18, MORE_DATA = 60, EXPIRED_MOST = 4096 };

/* Blocks are named by their index + 1; 0 is none. */
enum { NONE = 0 };

struct head {
    struct sg_memory_key key;
    uint64_t said_ns;             /* when a message last left something */
    uint32_t version;             /* of the shard when it was last kept */
    uint32_t older, newer, chain; /* by said_ns; in its bucket */
    uint32_t more;
    uint16_t len; /* of the packed tail */
    uint8_t data[HEAD_DATA];
};

struct more {
    uint32_t more;
    uint8_t data[MORE_DATA];
};

union block {
    struct head head;
    struct more more;
};

_Static_assert(sizeof(union block) == BLOCK, "blocks fill their shard");

struct shard {
    pthread_mutex_t lock;
    union block *blocks;
    uint32_t n_blocks;
    uint32_t n_touched; /* those behind have never been used */
    uint32_t n_used;
    uint32_t free; /* a chain by more */
    uint32_t *buckets;
    uint32_t mask; /* of their number */
    uint32_t oldest, newest;
    uint32_t version;
    struct sg_memory_counts counts;
};

struct sg_memory {
    uint64_t time_ns;
    uint8_t key[SG_SIPHASH_KEY];
    void *mapping;
    size_t size;
    size_t n_shards;
    struct shard shards[SHARDS_MOST];
};

/* --- blocks, under the shard's lock ------------------------------------------------------------
 */

static union block *block_of(const struct shard *shard, uint32_t name)
{
    return &shard->blocks[name - 1];
}

static struct head *head_of(const struct shard *shard, uint32_t name)
{
    return &shard->blocks[name - 1].head;
}

/* There is one: room was made. */
static uint32_t take_block(struct shard *shard)
{
    uint32_t name = shard->free;
    assert(shard->n_used < shard->n_blocks);
    shard->n_used++;
    if (name == NONE)
        return ++shard->n_touched;
    shard->free = block_of(shard, name)->more.more;
    return name;
}

static void give_block(struct shard *shard, uint32_t name)
{
    union block *block = block_of(shard, name);
    sg_wipe(block, sizeof *block);
    block->more.more = shard->free;
    shard->free = name;
    shard->n_used--;
}

static uint32_t blocks_behind(size_t len)
{
    return len <= HEAD_DATA ? 0 : (uint32_t)((len - HEAD_DATA + MORE_DATA - 1) / MORE_DATA);
}

/* --- entries, under the shard's lock -----------------------------------------------------------
 */

static uint32_t *bucket_of(struct shard *shard, struct sg_memory_key key)
{
    return &shard->buckets[key.word[1] & shard->mask];
}

static uint32_t find(struct shard *shard, struct sg_memory_key key)
{
    uint32_t name = *bucket_of(shard, key);
    while (name != NONE) {
        const struct head *head = head_of(shard, name);
        if (head->key.word[0] == key.word[0] && head->key.word[1] == key.word[1])
            break;
        name = head->chain;
    }
    return name;
}

static void link_newest(struct shard *shard, uint32_t name)
{
    struct head *head = head_of(shard, name);
    head->older = shard->newest;
    head->newer = NONE;
    if (shard->newest != NONE)
        head_of(shard, shard->newest)->newer = name;
    else
        shard->oldest = name;
    shard->newest = name;
}

static void unlink_age(struct shard *shard, uint32_t name)
{
    const struct head *head = head_of(shard, name);
    if (head->older != NONE)
        head_of(shard, head->older)->newer = head->newer;
    else
        shard->oldest = head->newer;
    if (head->newer != NONE)
        head_of(shard, head->newer)->older = head->older;
    else
        shard->newest = head->older;
}

static void give_more(struct shard *shard, struct head *head)
{
    while (head->more != NONE) {
        uint32_t name = head->more;
        head->more = block_of(shard, name)->more.more;
        give_block(shard, name);
    }
}

/* Wipes an entry. */
static void forget(struct shard *shard, uint32_t name)
{
    struct head *head = head_of(shard, name);
    uint32_t *link = bucket_of(shard, head->key);
    while (*link != name)
        link = &head_of(shard, *link)->chain;
    *link = head->chain;
    unlink_age(shard, name);
    give_more(shard, head);
    give_block(shard, name);
    shard->counts.senders--;
}

/* Forgets the longest silent, but for one entry, until there are n free blocks. */
static void make_room(struct shard *shard, uint32_t n, uint32_t but)
{
    while (shard->n_blocks - shard->n_used < n) {
        uint32_t name = shard->oldest;
        if (name == but)
            name = head_of(shard, name)->newer;
        forget(shard, name);
        shard->counts.evicted++;
    }
}

static bool is_expired(const struct sg_memory *memory, const struct head *head, uint64_t now_ns)
{
    return now_ns >= head->said_ns && now_ns - head->said_ns >= memory->time_ns;
}

/* The entry, unless it has expired. */
static uint32_t find_fresh(struct sg_memory *memory, struct shard *shard, struct sg_memory_key key,
                           uint64_t now_ns)
{
    uint32_t name = find(shard, key);
    if (name == NONE || !is_expired(memory, head_of(shard, name), now_ns))
        return name;
    forget(shard, name);
    shard->counts.expired++;
    return NONE;
}

static void write_entry(struct shard *shard, struct head *head, struct sg_bytes packed)
{
    size_t at = packed.len < HEAD_DATA ? packed.len : HEAD_DATA;
    uint32_t *link = &head->more;
    head->len = (uint16_t)packed.len;
    memcpy(head->data, packed.data, at);
    memset(head->data + at, 0, HEAD_DATA - at);
    while (at < packed.len) {
        uint32_t name = take_block(shard);
        struct more *more = &block_of(shard, name)->more;
        size_t n = packed.len - at < MORE_DATA ? packed.len - at : MORE_DATA;
        more->more = NONE;
        memcpy(more->data, packed.data + at, n);
        *link = name;
        link = &more->more;
        at += n;
    }
}

static struct sg_bytes read_entry(const struct shard *shard, const struct head *head,
                                  uint8_t packed[SG_TAIL_PACKED])
{
    size_t at = head->len < HEAD_DATA ? head->len : HEAD_DATA;
    uint32_t name = head->more;
    memcpy(packed, head->data, at);
    while (at < head->len) {
        const struct more *more = &block_of(shard, name)->more;
        size_t n = head->len - at < MORE_DATA ? head->len - at : (size_t)MORE_DATA;
        memcpy(packed + at, more->data, n);
        name = more->more;
        at += n;
    }
    return (struct sg_bytes){packed, at};
}

/* A head for a sender that is not remembered, with so many free blocks behind it. */
static uint32_t add_entry(struct shard *shard, struct sg_memory_key key, uint32_t behind)
{
    make_room(shard, behind + 1, NONE);
    uint32_t name = take_block(shard), *bucket = bucket_of(shard, key);
    *head_of(shard, name) = (struct head){.key = key, .chain = *bucket};
    *bucket = name;
    link_newest(shard, name);
    shard->counts.senders++;
    return name;
}

static void store(struct shard *shard, uint32_t name, struct sg_memory_key key, uint64_t now_ns,
                  const struct sg_tail *tail, bool news)
{
    uint8_t packed[SG_TAIL_PACKED];
    size_t len = sg_tail_pack(tail, packed);
    uint32_t behind = blocks_behind(len);
    if (len == 0 && name != NONE)
        forget(shard, name);
    if (len == 0)
        return;
    if (name == NONE) {
        name = add_entry(shard, key, behind);
        head_of(shard, name)->said_ns = now_ns;
    } else {
        give_more(shard, head_of(shard, name));
        make_room(shard, behind, name);
    }
    struct head *head = head_of(shard, name);
    if (news) {
        head->said_ns = now_ns;
        unlink_age(shard, name);
        link_newest(shard, name);
    }
    write_entry(shard, head, (struct sg_bytes){packed, len});
    head->version = ++shard->version;
    sg_wipe(packed, len);
}

/* --- for all threads ---------------------------------------------------------------------------
 */

static struct shard *lock_shard(struct sg_memory *memory, struct sg_memory_key key)
{
    struct shard *shard = &memory->shards[key.word[0] % memory->n_shards];
    (void)pthread_mutex_lock(&shard->lock);
    return shard;
}

static void unlock(struct shard *shard)
{
    (void)pthread_mutex_unlock(&shard->lock);
}

struct sg_memory_key sg_memory_key(const struct sg_memory *memory, const struct sg_bytes *parts,
                                   size_t n)
{
    struct sg_siphash hash;
    struct sg_memory_key key;
    sg_siphash_begin(&hash, memory->key);
    for (size_t i = 0; i < n; i++) {
        const uint64_t len = parts[i].len;
        sg_siphash_add(&hash, (struct sg_bytes){(const uint8_t *)&len, sizeof len});
        sg_siphash_add(&hash, parts[i]);
    }
    sg_siphash_done(&hash, key.word);
    return key;
}

uint64_t sg_memory_recall(struct sg_memory *memory, struct sg_memory_key key, uint64_t now_ns,
                          struct sg_tail *tail)
{
    uint8_t packed[SG_TAIL_PACKED];
    struct sg_bytes found = {packed, 0};
    uint64_t version = 0;
    struct shard *shard = lock_shard(memory, key);
    uint32_t name = find_fresh(memory, shard, key, now_ns);
    if (name != NONE) {
        found = read_entry(shard, head_of(shard, name), packed);
        version = head_of(shard, name)->version;
        shard->counts.recalled++;
    }
    unlock(shard);
    sg_tail_unpack(tail, found);
    sg_wipe(packed, found.len);
    return version;
}

void sg_memory_keep(struct sg_memory *memory, struct sg_memory_key key, uint64_t now_ns,
                    const struct sg_tail *tail, uint64_t version)
{
    uint8_t packed[SG_TAIL_PACKED];
    struct sg_tail both;
    struct shard *shard = lock_shard(memory, key);
    uint32_t name = find_fresh(memory, shard, key, now_ns);
    bool news = sg_tail_has_news(tail);
    if (name != NONE && head_of(shard, name)->version != version) {
        struct sg_bytes stored = read_entry(shard, head_of(shard, name), packed);
        sg_tail_unpack(&both, stored);
        sg_tail_merge(&both, tail);
        store(shard, name, key, now_ns, &both, news);
        sg_tail_wipe(&both);
        sg_wipe(packed, stored.len);
    } else {
        store(shard, name, key, now_ns, tail, news);
    }
    unlock(shard);
}

void sg_memory_expire(struct sg_memory *memory, uint64_t now_ns)
{
    for (size_t i = 0; i < memory->n_shards; i++) {
        struct shard *shard = &memory->shards[i];
        (void)pthread_mutex_lock(&shard->lock);
        for (unsigned n = 0; n < EXPIRED_MOST && shard->oldest != NONE; n++) {
            if (!is_expired(memory, head_of(shard, shard->oldest), now_ns))
                break;
            forget(shard, shard->oldest);
            shard->counts.expired++;
        }
        unlock(shard);
    }
}

void sg_memory_count(struct sg_memory *memory, struct sg_memory_counts *counts)
{
    *counts = (struct sg_memory_counts){0};
    for (size_t i = 0; i < memory->n_shards; i++) {
        struct shard *shard = &memory->shards[i];
        (void)pthread_mutex_lock(&shard->lock);
        counts->senders += shard->counts.senders;
        counts->bytes += (uint64_t)shard->n_used * BLOCK;
        counts->recalled += shard->counts.recalled;
        counts->expired += shard->counts.expired;
        counts->evicted += shard->counts.evicted;
        unlock(shard);
    }
}

/* --- its life ----------------------------------------------------------------------------------
 */

/* Its share of the mapping: buckets, about one for two blocks, and blocks behind them. */
static void lay_out(struct shard *shard, uint8_t *at, size_t size)
{
    size_t buckets = 1;
    while (buckets * 4 * BLOCK <= size)
        buckets *= 2;
    shard->buckets = (uint32_t *)(void *)at;
    shard->mask = (uint32_t)buckets - 1;
    size_t taken = (buckets * sizeof(uint32_t) + BLOCK - 1) / BLOCK * BLOCK;
    shard->blocks = (union block *)(void *)(at + taken);
    shard->n_blocks = (uint32_t)((size - taken) / BLOCK);
}

/* Neither in a core dump nor, where the system's limit on locked memory allows, in the swap. */
static enum scrubgate_status map(struct sg_memory *memory, size_t bytes)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    memory->mapping = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (memory->mapping == MAP_FAILED) {
        memory->mapping = NULL;
        return SCRUBGATE_ENOMEM;
    }
    memory->size = bytes;
    (void)madvise(memory->mapping, bytes, MADV_DONTDUMP);
    (void)mlock2(memory->mapping, bytes, MLOCK_ONFAULT);
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_memory_new(struct sg_memory **memory, size_t bytes, uint64_t time_ns)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    size_t n = bytes / SG_MEMORY_LEAST < SHARDS_MOST ? bytes / SG_MEMORY_LEAST : SHARDS_MOST;
    struct sg_memory *made = calloc(1, sizeof *made);
    assert(bytes >= SG_MEMORY_LEAST);
    *memory = NULL;
    if (made == NULL)
        goto out;
    rc = sg_random(made->key, sizeof made->key);
    if (rc >= 0)
        rc = map(made, bytes);
    if (rc < 0)
        goto out;
    made->time_ns = time_ns;
    size_t each = bytes / n / BLOCK * BLOCK;
    while (made->n_shards < n) {
        struct shard *shard = &made->shards[made->n_shards];
        if (pthread_mutex_init(&shard->lock, NULL) != 0) {
            rc = SCRUBGATE_ENOMEM;
            goto out;
        }
        lay_out(shard, (uint8_t *)made->mapping + made->n_shards * each, each);
        made->n_shards++;
    }
    *memory = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_memory_free(made);
    return rc;
}

void sg_memory_free(struct sg_memory *memory)
{
    if (memory == NULL)
        return;
    for (size_t i = 0; i < memory->n_shards; i++) {
        struct shard *shard = &memory->shards[i];
        sg_wipe(shard->blocks, (size_t)shard->n_touched * BLOCK);
        (void)pthread_mutex_destroy(&shard->lock);
    }
    if (memory->mapping != NULL)
        (void)munmap(memory->mapping, memory->size);
    sg_wipe(memory, sizeof *memory);
    free(memory);
}
