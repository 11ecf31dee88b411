/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_ring.c - one worker's records on their way to the log's writer, and the answers back.
 *
 *     word:  | len | bytes, filled up to 8 | len | bytes … |      a length, then the record
 *
 * Indices count words since the beginning and never wrap; their remainder is the place. What one
 * end writes for the other is published by a store that releases it, and seen by a load that
 * acquires it; where one end may sleep, stores and loads are of the one order of all
 * (memory_order_seq_cst): either the sleeper sees the record or the giver sees the sleeper.
 */
#include "proxy/audit_ring.h"

#include <assert.h>
#include <string.h>

enum { WORD = sizeof(uint64_t) };

void sg_ring_reset(struct sg_ring *ring)
{
    atomic_store(&ring->head, 0);
    atomic_store(&ring->given, 0);
    atomic_store(&ring->tail, 0);
    atomic_store(&ring->answered, 0);
    atomic_store(&ring->rung, 0);
}

static uint64_t words_of(size_t len)
{
    return 1 + (len + WORD - 1) / WORD;
}

/* --- the giver --- */

void sg_ring_giver_init(struct sg_ring_giver *giver, struct sg_ring *ring)
{
    *giver = (struct sg_ring_giver){.ring = ring};
}

/* A taker that took more than there was has taken nothing. */
static bool has_room(struct sg_ring_giver *giver, uint64_t words)
{
    if (giver->head - giver->tail + words <= SG_RING_WORDS)
        return true;
    uint64_t tail = atomic_load_explicit(&giver->ring->tail, memory_order_acquire);
    if (tail - giver->tail <= giver->head - giver->tail)
        giver->tail = tail;
    return giver->head - giver->tail + words <= SG_RING_WORDS;
}

static void copy_in(struct sg_ring *ring, uint64_t at, struct sg_bytes from)
{
    size_t place = at % SG_RING_WORDS * WORD, room = sizeof ring->word - place;
    size_t first = from.len < room ? from.len : room;
    uint8_t *to = (uint8_t *)ring->word;
    memcpy(to + place, from.data, first);
    memcpy(to, from.data + first, from.len - first);
}

enum scrubgate_status sg_ring_give(struct sg_ring_giver *giver, struct sg_bytes record)
{
    const uint64_t words = words_of(record.len);
    if (record.len > SG_RING_RECORD_MOST)
        return SCRUBGATE_ELIMIT;
    if (giver->sent - giver->heard >= SG_RING_ANSWERS || !has_room(giver, words))
        return SCRUBGATE_FULL;
    giver->ring->word[giver->head % SG_RING_WORDS] = record.len;
    copy_in(giver->ring, giver->head + 1, record);
    giver->head += words;
    giver->sent++;
    return SCRUBGATE_OK;
}

void sg_ring_show(struct sg_ring_giver *giver)
{
    atomic_store_explicit(&giver->ring->given, giver->sent, memory_order_relaxed);
    atomic_store(&giver->ring->head, giver->head);
}

enum scrubgate_status sg_ring_hear(struct sg_ring_giver *giver, uint64_t *answer, size_t most,
                                   size_t *n)
{
    uint64_t answered = atomic_load(&giver->ring->answered);
    uint64_t waiting = answered - giver->heard;
    *n = 0;
    if (waiting > giver->sent - giver->heard)
        return SCRUBGATE_EMALFORMED;
    *n = waiting < most ? (size_t)waiting : most;
    for (size_t i = 0; i < *n; i++)
        answer[i] = giver->ring->answer[(giver->heard + i) % SG_RING_ANSWERS];
    giver->heard += *n;
    return SCRUBGATE_OK;
}

void sg_ring_listen(struct sg_ring_giver *giver)
{
    atomic_store(&giver->ring->rung, 0);
}

bool sg_ring_waits(const struct sg_ring *ring)
{
    return atomic_load(&ring->given) != atomic_load(&ring->answered);
}

/* --- the taker --- */

void sg_ring_taker_init(struct sg_ring_taker *taker, struct sg_ring *ring)
{
    *taker = (struct sg_ring_taker){.ring = ring};
}

bool sg_ring_has(const struct sg_ring_taker *taker)
{
    return atomic_load(&taker->ring->head) != taker->tail;
}

static void copy_out(const struct sg_ring *ring, uint64_t at, uint8_t *to, size_t len)
{
    size_t place = at % SG_RING_WORDS * WORD, room = sizeof ring->word - place;
    size_t first = len < room ? len : room;
    const uint8_t *from = (const uint8_t *)ring->word;
    memcpy(to, from + place, first);
    memcpy(to + first, from, len - first);
}

/* Read once: who wrote it could change it between a look and the next. */
static uint64_t length_at(const struct sg_ring *ring, uint64_t at)
{
    return *(const volatile uint64_t *)&ring->word[at % SG_RING_WORDS];
}

enum scrubgate_status sg_ring_take(struct sg_ring_taker *taker, uint8_t *to, size_t *len)
{
    if (taker->head == taker->tail)
        taker->head = atomic_load_explicit(&taker->ring->head, memory_order_acquire);
    const uint64_t there = taker->head - taker->tail;
    if (there == 0)
        return SCRUBGATE_DONE;
    if (there > SG_RING_WORDS)
        return SCRUBGATE_EMALFORMED;
    const uint64_t size = length_at(taker->ring, taker->tail);
    if (size > SG_RING_RECORD_MOST || words_of((size_t)size) > there)
        return SCRUBGATE_EMALFORMED;
    copy_out(taker->ring, taker->tail + 1, to, (size_t)size);
    taker->tail += words_of((size_t)size);
    *len = (size_t)size;
    return SCRUBGATE_OK;
}

void sg_ring_taken(struct sg_ring_taker *taker)
{
    atomic_store_explicit(&taker->ring->tail, taker->tail, memory_order_release);
}

bool sg_ring_answer(struct sg_ring_taker *taker, const uint64_t *answer, size_t n)
{
    struct sg_ring *ring = taker->ring;
    assert(n <= SG_RING_ANSWERS);
    for (size_t i = 0; i < n; i++)
        ring->answer[(taker->answered + i) % SG_RING_ANSWERS] = answer[i];
    taker->answered += n;
    atomic_store(&ring->answered, taker->answered);
    return n > 0 && atomic_exchange(&ring->rung, 1) == 0;
}
