/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.h - what senders said last, by conversation: for values that are split over messages.
 *
 *     recall -> tail -> [one message is scanned] -> tail -> keep        any worker, any thread
 *
 * Of a fixed size: when it is full the sender who has been silent longest is forgotten. What is
 * forgotten, has expired or is stopped is wiped. It never touches a disk, and core dumps leave it
 * out. A conversation's id is only ever hashed, under a key of this process.
 */
#ifndef SG_PROXY_MEMORY_H
#define SG_PROXY_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "scan/tail.h"

struct sg_memory;

enum { SG_MEMORY_LEAST = 64 * 1024 };

/* A sender in a conversation. */
struct sg_memory_key {
    uint64_t word[2];
};

struct sg_memory_counts {
    uint64_t senders, bytes; /* remembered now */
    uint64_t recalled;       /* messages that were read behind what was remembered */
    uint64_t expired, evicted;
};

/* Of so many bytes in all, SG_MEMORY_LEAST at least, that forgets a sender after time_ns. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_memory_new(struct sg_memory **memory, size_t bytes,
                                                       uint64_t time_ns);
/* Wipes and frees; nobody may use it any more. NULL is fine. */
void sg_memory_free(struct sg_memory *memory);

/* The key of what names a sender: n texts of any length and content. Not the same for two lists of
 * texts that are not the same. */
struct sg_memory_key sg_memory_key(const struct sg_memory *memory, const struct sg_bytes *parts,
                                   size_t n);
/*
 * Sets tail to what is remembered, nothing when it is not or no longer. Answers the version, for
 * sg_memory_keep. The clock is any that never steps back, the same for all calls.
 */
uint64_t sg_memory_recall(struct sg_memory *memory, struct sg_memory_key key, uint64_t now_ns,
                          struct sg_tail *tail);
/* Remembers what the message has made of the tail. When another message of the sender was
 * remembered since the recall of that version, what this one brought comes behind that. */
void sg_memory_keep(struct sg_memory *memory, struct sg_memory_key key, uint64_t now_ns,
                    const struct sg_tail *tail, uint64_t version);
/* Wipes what has expired. */
void sg_memory_expire(struct sg_memory *memory, uint64_t now_ns);
void sg_memory_count(struct sg_memory *memory, struct sg_memory_counts *counts);

#endif
