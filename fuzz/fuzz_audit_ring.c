/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_audit_ring.c - the ring between a worker and the audit log's writer, with either end
 * hostile.
 *
 * Its memory and indices are what the input says. Whatever that is: what is taken fits where it is
 * put, no more comes out than a ring holds, a ring that is foul stays foul, and nothing is heard
 * that was not given.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/audit_ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sg_ring ring;
/* Exactly as large as promised, so that a byte too many is seen. */
static uint8_t *record;

static uint64_t number(const uint8_t **data, size_t *size)
{
    uint64_t value = 0;
    size_t n = *size < sizeof value ? *size : sizeof value;
    memcpy(&value, *data, n);
    *data += n;
    *size -= n;
    return value;
}

static void from_hostile_giver(const uint8_t *data, size_t size)
{
    struct sg_ring_taker taker;
    size_t len = 0, words = 0;
    sg_ring_reset(&ring);
    sg_ring_taker_init(&taker, &ring);
    taker.tail = taker.head = number(&data, &size); /* anywhere in its life */
    atomic_store(&ring.tail, taker.tail);
    atomic_store(&ring.head, taker.tail + number(&data, &size) % (SG_RING_WORDS + 3));
    for (size_t i = 0; i + sizeof(uint64_t) <= size; i += sizeof(uint64_t))
        memcpy(&ring.word[(taker.tail + i / sizeof(uint64_t)) % SG_RING_WORDS], data + i,
               sizeof(uint64_t));
    enum scrubgate_status rc;
    while ((rc = sg_ring_take(&taker, record, &len)) == SCRUBGATE_OK) {
        assert(len <= SG_RING_RECORD_MOST);
        words += 1 + (len + 7) / 8;
        assert(words <= SG_RING_WORDS);
    }
    assert(rc == SCRUBGATE_DONE || rc == SCRUBGATE_EMALFORMED);
    assert(sg_ring_take(&taker, record, &len) == rc);
}

static void from_hostile_taker(const uint8_t *data, size_t size)
{
    static uint64_t numbers[SG_RING_ANSWERS];
    struct sg_ring_giver giver;
    uint64_t sent = 0, heard = 0;
    sg_ring_reset(&ring);
    sg_ring_giver_init(&giver, &ring);
    while (size > 0) {
        const uint64_t what = number(&data, &size);
        size_t n = 0;
        switch (what % 4) {
        case 0:
            atomic_store(&ring.answered, what >> 2);
            break;
        case 1:
            atomic_store(&ring.tail, what >> 2);
            break;
        case 2:
            sent += sg_ring_give(&giver,
                                 (struct sg_bytes){record, (what >> 2) % SG_RING_RECORD_MOST}) ==
                    SCRUBGATE_OK;
            sg_ring_show(&giver);
            break;
        default:
            if (sg_ring_hear(&giver, numbers, (what >> 2) % SG_RING_ANSWERS, &n) < 0)
                assert(n == 0);
            heard += n;
        }
        assert(heard <= sent && sent - heard <= SG_RING_ANSWERS);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (record == NULL)
        record = calloc(1, SG_RING_RECORD_MOST);
    if (record == NULL || size == 0)
        return 0;
    if (data[0] % 2 == 0)
        from_hostile_giver(data + 1, size - 1);
    else
        from_hostile_taker(data + 1, size - 1);
    return 0;
}
