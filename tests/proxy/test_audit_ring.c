/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_audit_ring.c - records through memory of two processes: in order, once, and only what can
 * be, whatever the other end says.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/audit_ring.h"

#include "../lib/suite.h"

enum { WORD = 8 };

static struct sg_ring ring;
static struct sg_ring_giver giver;
static struct sg_ring_taker taker;
static uint8_t record[SG_RING_RECORD_MOST];

static void begin(void)
{
    memset(&ring, 0, sizeof ring);
    sg_ring_giver_init(&giver, &ring);
    sg_ring_taker_init(&taker, &ring);
}

static struct sg_bytes piece(size_t len)
{
    static uint8_t bytes[SG_RING_RECORD_MOST + 1];
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(len + i);
    return (struct sg_bytes){bytes, len};
}

static void give(size_t len)
{
    assert_int_equal(sg_ring_give(&giver, piece(len)), SCRUBGATE_OK);
}

static void take(size_t want)
{
    size_t len = 0;
    assert_int_equal(sg_ring_take(&taker, record, &len), SCRUBGATE_OK);
    assert_int_equal(len, want);
    assert_memory_equal(record, piece(want).data, want);
}

static void take_nothing(void)
{
    size_t len;
    assert_int_equal(sg_ring_take(&taker, record, &len), SCRUBGATE_DONE);
}

/* Answers from the number first on. */
static bool answer(uint64_t first, size_t n)
{
    static uint64_t numbers[SG_RING_ANSWERS];
    for (size_t i = 0; i < n; i++)
        numbers[i] = first + i;
    return sg_ring_answer(&taker, numbers, n);
}

static void hear(uint64_t first, size_t want)
{
    static uint64_t numbers[SG_RING_ANSWERS];
    size_t n = 0;
    assert_int_equal(sg_ring_hear(&giver, numbers, SG_RING_ANSWERS, &n), SCRUBGATE_OK);
    assert_int_equal(n, want);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(numbers[i], first + i);
}

/* --- two that behave --- */

static void test_there_and_back(void **state)
{
    (void)state;
    begin();
    give(10);
    give(1);
    take_nothing(); /* not shown yet */
    assert_false(sg_ring_has(&taker));
    sg_ring_show(&giver);
    assert_true(sg_ring_has(&taker) && sg_ring_waits(&ring));
    take(10);
    take(1);
    take_nothing();
    sg_ring_taken(&taker);
    hear(0, 0);
    assert_true(answer(7, 2));
    assert_false(sg_ring_waits(&ring));
    hear(7, 2);
    hear(0, 0);
}

static void test_rings_once(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < 4; i++)
        give(8);
    sg_ring_show(&giver);
    for (int i = 0; i < 4; i++)
        take(8);
    assert_true(answer(0, 1));
    assert_false(answer(1, 1)); /* it was rung, and has not come */
    sg_ring_listen(&giver);
    hear(0, 2);
    assert_true(answer(2, 1));
    assert_false(answer(3, 0)); /* nothing to tell */
}

static void test_every_place(void **state)
{
    (void)state;
    begin();
    /* Lengths that share no factor with the ring's: each comes to lie over its end. */
    for (uint64_t i = 0; i < 4 * SG_RING_WORDS / 100; i++) {
        size_t len = (size_t)(i * 37 % 1700);
        give(len);
        sg_ring_show(&giver);
        take(len);
        sg_ring_taken(&taker);
        (void)answer(i, 1);
        hear(i, 1);
    }
}

static void test_full(void **state)
{
    (void)state;
    size_t n = 0;
    begin();
    while (sg_ring_give(&giver, piece(1016)) == SCRUBGATE_OK)
        n++;
    assert_int_equal(n, SG_RING_WORDS / 128);
    assert_int_equal(sg_ring_give(&giver, piece(1)), SCRUBGATE_FULL);
    sg_ring_show(&giver);
    take(1016);
    assert_int_equal(sg_ring_give(&giver, piece(1016)), SCRUBGATE_FULL);
    sg_ring_taken(&taker);
    give(1016);
    assert_int_equal(sg_ring_give(&giver, piece(1)), SCRUBGATE_FULL);
}

static void test_answers_have_room(void **state)
{
    (void)state;
    begin();
    for (size_t i = 0; i < SG_RING_ANSWERS; i++)
        give(1);
    assert_int_equal(sg_ring_give(&giver, piece(1)), SCRUBGATE_FULL);
    sg_ring_show(&giver);
    for (size_t i = 0; i < SG_RING_ANSWERS; i++)
        take(1);
    sg_ring_taken(&taker);
    assert_int_equal(sg_ring_give(&giver, piece(1)), SCRUBGATE_FULL); /* not heard yet */
    (void)answer(0, SG_RING_ANSWERS);
    hear(0, SG_RING_ANSWERS);
    give(1);
}

static void test_too_long(void **state)
{
    (void)state;
    begin();
    give(SG_RING_RECORD_MOST);
    assert_int_equal(sg_ring_give(&giver, piece(SG_RING_RECORD_MOST + 1)), SCRUBGATE_ELIMIT);
    sg_ring_show(&giver);
    take(SG_RING_RECORD_MOST);
    take_nothing();
}

static void test_reset(void **state)
{
    (void)state;
    begin();
    give(5);
    sg_ring_show(&giver);
    sg_ring_reset(&ring);
    sg_ring_giver_init(&giver, &ring);
    sg_ring_taker_init(&taker, &ring);
    assert_false(sg_ring_waits(&ring));
    take_nothing();
    give(6);
    sg_ring_show(&giver);
    take(6);
}

/* --- a giver that lies --- */

struct giver_row {
    const char *name;
    uint64_t head, len; /* as they stand in the ring */
    enum scrubgate_status want;
};

static const struct giver_row givers[] = {
    {"a head without a record", 1, 8, SCRUBGATE_EMALFORMED},
    {"a record that ends behind the head", 2, 9, SCRUBGATE_EMALFORMED},
    {"a head a ring and a word ahead", SG_RING_WORDS + 1, 8, SCRUBGATE_EMALFORMED},
    {"a head far ahead", UINT64_MAX, 8, SCRUBGATE_EMALFORMED},
    {"a record longer than any", SG_RING_WORDS, SG_RING_RECORD_MOST + 1, SCRUBGATE_EMALFORMED},
    {"a record longer than the ring", SG_RING_WORDS, sizeof ring, SCRUBGATE_EMALFORMED},
    {"a length whose words come round to none", 2, UINT64_MAX - 6, SCRUBGATE_EMALFORMED},
    {"the longest length there is", SG_RING_WORDS, UINT64_MAX, SCRUBGATE_EMALFORMED},
    {"a record that fits exactly", 2, 8, SCRUBGATE_OK},
    {"a record of nothing", 1, 0, SCRUBGATE_OK},
};

static void test_giver(void **state)
{
    const struct giver_row *row = *state;
    size_t len = 0;
    begin();
    ring.word[0] = row->len;
    atomic_store(&ring.head, row->head);
    assert_int_equal(sg_ring_take(&taker, record, &len), row->want);
    if (row->want < 0)
        assert_int_equal(sg_ring_take(&taker, record, &len), row->want); /* and stays so */
}

/* --- a taker that lies --- */

struct taker_row {
    const char *name;
    uint64_t answered;
    enum scrubgate_status want;
};

static const struct taker_row takers[] = {
    {"one answer for one record", 1, SCRUBGATE_OK},
    {"an answer to what was never given", 2, SCRUBGATE_EMALFORMED},
    {"answers taken back", UINT64_MAX, SCRUBGATE_EMALFORMED},
};

static void test_taker(void **state)
{
    const struct taker_row *row = *state;
    uint64_t number;
    size_t n = 0;
    begin();
    give(1);
    sg_ring_show(&giver);
    atomic_store(&ring.answered, row->answered);
    assert_int_equal(sg_ring_hear(&giver, &number, 1, &n), row->want);
    assert_int_equal(n, row->want >= 0 ? 1 : 0);
}

/* It says that it has taken what was not there: no room comes of it. */
static void test_taken_too_much(void **state)
{
    (void)state;
    begin();
    while (sg_ring_give(&giver, piece(1016)) == SCRUBGATE_OK) {
    }
    atomic_store(&ring.tail, SG_RING_WORDS + 1);
    assert_int_equal(sg_ring_give(&giver, piece(1)), SCRUBGATE_FULL);
    atomic_store(&ring.tail, UINT64_MAX);
    assert_int_equal(sg_ring_give(&giver, piece(1)), SCRUBGATE_FULL);
}

/* --- two threads --- */

enum { MANY = 200000 };

static void *run_taker(void *ctx)
{
    static uint64_t numbers[SG_RING_ANSWERS];
    uint64_t seq = 0;
    (void)ctx;
    while (seq < MANY) {
        size_t n = 0, len;
        while (n < SG_RING_ANSWERS && sg_ring_take(&taker, record, &len) == SCRUBGATE_OK) {
            uint64_t text;
            if (len < sizeof text)
                abort();
            memcpy(&text, record, sizeof text);
            if (text != seq)
                abort();
            numbers[n++] = seq++;
        }
        sg_ring_taken(&taker);
        (void)!sg_ring_answer(&taker, numbers, n);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    static uint64_t numbers[SG_RING_ANSWERS];
    static uint8_t bytes[64];
    pthread_t thread;
    uint64_t sent = 0, heard = 0;
    begin();
    assert_int_equal(pthread_create(&thread, NULL, run_taker, NULL), 0);
    while (heard < MANY) {
        size_t n = 0;
        memcpy(bytes, &sent, sizeof sent);
        if (sent < MANY &&
            sg_ring_give(&giver, (struct sg_bytes){bytes, 8 + sent % 56}) == SCRUBGATE_OK)
            sent++;
        sg_ring_show(&giver);
        assert_int_equal(sg_ring_hear(&giver, numbers, SG_RING_ANSWERS, &n), SCRUBGATE_OK);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(numbers[i], heard++);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(sg_ring_waits(&ring));
}

int main(void)
{
    sg_suite_add("records go there, numbers come back", test_there_and_back, NULL);
    sg_suite_add("who was rung and has not come is not rung again", test_rings_once, NULL);
    sg_suite_add("a record may lie anywhere, also over the end", test_every_place, NULL);
    sg_suite_add("full is told, and ends when records are taken", test_full, NULL);
    sg_suite_add("no more than there is room for answers", test_answers_have_room, NULL);
    sg_suite_add("a record that is too long is refused", test_too_long, NULL);
    sg_suite_add("an emptied ring begins anew", test_reset, NULL);
    SG_SUITE_ROWS(test_giver, givers);
    SG_SUITE_ROWS(test_taker, takers);
    sg_suite_add("a taker that took too much makes no room", test_taken_too_much, NULL);
    sg_suite_add("two threads: all there, in order, once", test_threads, NULL);
    return sg_suite_run("audit ring");
}
