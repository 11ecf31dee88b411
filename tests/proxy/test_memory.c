/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_memory.c - what senders said last is remembered, for so long, in so much memory, and wiped.
 */
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/memory.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

enum { TIME = 1000, MIB = 1024 * 1024 };

static struct sg_memory *open_memory(size_t bytes)
{
    struct sg_memory *memory;
    assert_int_equal(sg_memory_new(&memory, bytes, TIME), 0);
    return memory;
}

static struct sg_memory_key key_of(const struct sg_memory *memory, const char *name)
{
    const struct sg_bytes parts[] = {sg_bytes_of(name)};
    return sg_memory_key(memory, parts, 1);
}

static struct sg_memory_key key_number(const struct sg_memory *memory, unsigned number)
{
    const struct sg_bytes parts[] = {{(const uint8_t *)&number, sizeof number}};
    return sg_memory_key(memory, parts, 1);
}

static void add_message(struct sg_tail *tail, const char *text)
{
    sg_tail_message(tail);
    sg_tail_begin(tail, SG_FIELD_TEXT, (struct sg_place){NULL, 0});
    sg_tail_feed(tail, sg_bytes_of(text));
    sg_tail_end(tail);
}

/* One message, as a worker does it. */
static void say(struct sg_memory *memory, struct sg_memory_key key, uint64_t now, const char *text)
{
    struct sg_tail tail;
    uint64_t version = sg_memory_recall(memory, key, now, &tail);
    add_message(&tail, text);
    sg_memory_keep(memory, key, now, &tail, version);
    sg_tail_wipe(&tail);
}

static void expect(struct sg_memory *memory, struct sg_memory_key key, uint64_t now,
                   const char *want)
{
    struct sg_tail tail;
    struct sg_buf before = {0};
    (void)sg_memory_recall(memory, key, now, &tail);
    assert_int_equal(sg_tail_before(&tail, SG_FIELD_TEXT, (struct sg_place){NULL, 0}, &before), 0);
    if (before.len > 0)
        sg_buf_drop(&before, 1); /* the mark in front of it all */
    if (!sg_bytes_equal(sg_buf_bytes(&before), sg_bytes_of(want)))
        fail_msg("\"%.*s\"", (int)before.len, before.len > 0 ? (const char *)before.data : "");
    sg_buf_fini(&before);
    sg_tail_wipe(&tail);
}

static struct sg_memory_counts count(struct sg_memory *memory)
{
    struct sg_memory_counts counts;
    sg_memory_count(memory, &counts);
    return counts;
}

static void each_sender_has_a_memory(void **state)
{
    (void)state;
    struct sg_memory *memory = open_memory(MIB);
    struct sg_memory_key one = key_of(memory, "one"), other = key_of(memory, "other");
    say(memory, one, 1, "my card is");
    say(memory, other, 1, "12");
    say(memory, one, 2, "4111");
    expect(memory, one, 3,
           "my card is\x1e"
           "4111\x1e");
    expect(memory, other, 3, "12\x1e");
    expect(memory, key_of(memory, "third"), 3, "");
    assert_int_equal(count(memory).senders, 2);
    sg_memory_free(memory);
}

static void what_tells_nothing_takes_no_room(void **state)
{
    (void)state;
    struct sg_memory *memory = open_memory(MIB);
    say(memory, key_of(memory, "one"), 1, "hello there");
    assert_int_equal(count(memory).senders, 0);
    assert_int_equal(count(memory).bytes, 0);
    sg_memory_free(memory);
}

static void it_expires(void **state)
{
    (void)state;
    struct sg_memory *memory = open_memory(MIB);
    struct sg_memory_key one = key_of(memory, "one"), other = key_of(memory, "other");
    say(memory, one, 10, "4111");
    say(memory, other, 20, "4222");
    expect(memory, one, 10 + TIME - 1, "4111\x1e");
    sg_memory_expire(memory, 10 + TIME - 1);
    assert_int_equal(count(memory).expired, 0);
    sg_memory_expire(memory, 10 + TIME);
    assert_int_equal(count(memory).expired, 1);
    assert_int_equal(count(memory).senders, 1);
    expect(memory, one, 11, "");
    expect(memory, other, 20 + TIME, ""); /* also before anybody has looked */
    assert_int_equal(count(memory).expired, 2);
    assert_int_equal(count(memory).bytes, 0);
    sg_memory_free(memory);
}

static void only_what_tells_something_prolongs_it(void **state)
{
    (void)state;
    struct sg_memory *memory = open_memory(MIB);
    struct sg_memory_key one = key_of(memory, "one");
    say(memory, one, 0, "4111");
    say(memory, one, TIME / 2, "ok");
    expect(memory, one, TIME, "");
    say(memory, one, 2 * TIME, "4111");
    say(memory, one, 2 * TIME + TIME / 2, "1111");
    expect(memory, one, 3 * TIME,
           "4111\x1e"
           "1111\x1e");
    sg_memory_free(memory);
}

static void the_longest_silent_is_evicted(void **state)
{
    (void)state;
    struct sg_memory *memory = open_memory(SG_MEMORY_LEAST);
    unsigned n = 0;
    while (count(memory).evicted == 0) {
        say(memory, key_number(memory, n++), 1, "4111");
        say(memory, key_number(memory, 0), 1, "my card is 4111 and then it goes on and on");
    }
    expect(memory, key_number(memory, 1), 1, "");
    expect(memory, key_number(memory, 2), 1, "4111\x1e");
    assert_int_equal(count(memory).senders, n - count(memory).evicted);
    assert_true(count(memory).bytes <= SG_MEMORY_LEAST);
    sg_memory_free(memory);
}

/* How many short ones fit. */
static unsigned find_capacity(void)
{
    struct sg_memory *memory = open_memory(SG_MEMORY_LEAST);
    unsigned n = 0;
    while (count(memory).evicted == 0)
        say(memory, key_number(memory, n++), 1, "4111");
    sg_memory_free(memory);
    return n - 1;
}

static void a_sender_never_evicts_itself(void **state)
{
    (void)state;
    unsigned capacity = find_capacity();
    struct sg_memory *memory = open_memory(SG_MEMORY_LEAST);
    struct sg_tail tail;
    for (unsigned n = 0; n < capacity; n++)
        say(memory, key_number(memory, n), 1, "4111");
    assert_int_equal(count(memory).evicted, 0);
    /* The longest silent needs more room, and stays the longest silent: nothing is new. */
    uint64_t version = sg_memory_recall(memory, key_number(memory, 0), 1, &tail);
    add_message(&tail, "my card number is 1111 1111 1111");
    sg_tail_message(&tail);
    sg_memory_keep(memory, key_number(memory, 0), 1, &tail, version);
    expect(memory, key_number(memory, 0), 1,
           "4111\x1e"
           "my card number is 1111 1111 1111\x1e");
    expect(memory, key_number(memory, 1), 1, "");
    assert_int_equal(count(memory).evicted, 1);
    sg_memory_free(memory);
}

static void a_million_conversations_fit_the_ceiling(void **state)
{
    (void)state;
    const unsigned n = 1000000;
    const size_t ceiling = (size_t)16 * MIB;
    struct sg_memory *memory = open_memory(ceiling);
    for (unsigned i = 0; i < n; i++)
        say(memory, key_number(memory, i), i / 2000, "my number is 555");
    struct sg_memory_counts counts = count(memory);
    assert_true(counts.bytes <= ceiling);
    assert_true(counts.bytes > ceiling / 10 * 9);
    assert_int_equal(counts.senders + counts.evicted, n);
    expect(memory, key_number(memory, n - 1), n / 2000, "my number is 555\x1e");
    expect(memory, key_number(memory, n - 50000), n / 2000, "my number is 555\x1e");
    for (unsigned i = 0; i < 100; i++)
        sg_memory_expire(memory, (uint64_t)n + TIME);
    assert_int_equal(count(memory).bytes, 0);
    sg_memory_free(memory);
}

static void no_id_can_be_taken_for_another(void **state)
{
    (void)state;
    struct sg_memory *memory = open_memory(MIB), *second = open_memory(MIB);
    size_t long_len = (size_t)MIB;
    uint8_t *long_id = calloc(1, long_len);
    assert_non_null(long_id);
    const struct sg_bytes lists[][2] = {
        {SG_BYTES("ab"), SG_BYTES("c")},
        {SG_BYTES("a"), SG_BYTES("bc")},
        {SG_BYTES("abc"), {NULL, 0}},
        {{NULL, 0}, SG_BYTES("abc")},
        {SG_BYTES("abc\0"), {NULL, 0}},
        {{long_id, long_len}, SG_BYTES("")},
        {{long_id, long_len - 1}, SG_BYTES("")},
    };
    struct sg_memory_key keys[7];
    for (size_t i = 0; i < 7; i++) {
        keys[i] = sg_memory_key(memory, lists[i], 2);
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(&keys[i], &keys[k], sizeof keys[0]);
        /* Nobody can work out what another process makes of an id. */
        struct sg_memory_key elsewhere = sg_memory_key(second, lists[i], 2);
        assert_memory_not_equal(&keys[i], &elsewhere, sizeof elsewhere);
    }
    free(long_id);
    sg_memory_free(memory);
    sg_memory_free(second);
}

static void two_messages_at_once_are_both_remembered(void **state)
{
    (void)state;
    struct sg_memory *memory = open_memory(MIB);
    struct sg_memory_key key = key_of(memory, "one");
    struct sg_tail first, second;
    uint64_t first_version = sg_memory_recall(memory, key, 1, &first);
    uint64_t second_version = sg_memory_recall(memory, key, 1, &second);
    add_message(&first, "4111");
    add_message(&second, "1111");
    sg_memory_keep(memory, key, 1, &first, first_version);
    sg_memory_keep(memory, key, 1, &second, second_version);
    expect(memory, key, 2,
           "4111\x1e"
           "1111\x1e");
    sg_memory_free(memory);
}

/* --- wiping ------------------------------------------------------------------------------------
 */

/* Where the mapping of that size is; false when the kernel shows none. */
static bool find_mapping(size_t size, const uint8_t **start)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    uintptr_t from, to;
    bool found = false;
    assert_non_null(maps);
    while (!found && fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) == 2 && to - from == size) {
            *start = (const uint8_t *)from;
            found = true;
        }
    }
    (void)fclose(maps);
    return found;
}

static bool holds(const uint8_t *start, size_t size, const char *needle)
{
    size_t len = strlen(needle);
    for (size_t i = 0; i + len <= size; i++) {
        if (memcmp(start + i, needle, len) == 0)
            return true;
    }
    return false;
}

static void what_is_forgotten_is_wiped(void **state)
{
    (void)state;
    const size_t size = 3 * SG_MEMORY_LEAST + 37 * 4096;
    const uint8_t *start;
    struct sg_memory *memory = open_memory(size);
    struct sg_memory_key key = key_of(memory, "one");
    if (!find_mapping(size, &start)) {
        sg_memory_free(memory);
        skip();
    }
    say(memory, key, 1, "my number is 9876543");
    say(memory, key, 1, "and this is the rest of it all in all 13579");
    assert_true(holds(start, size, "9876543"));
    assert_true(holds(start, size, "13579"));
    sg_memory_expire(memory, 1 + TIME);
    assert_false(holds(start, size, "9876"));
    assert_false(holds(start, size, "1357"));
    say(memory, key, 5000, "my number is 9876543 24680 24680 24680 24680 24680 24680");
    say(memory, key, 5000, "I have nothing to say to this, really, nothing at all");
    for (unsigned i = 0; i < 3; i++) /* prose ends it */
        say(memory, key, 5000, "I have nothing to say to this, really, nothing at all");
    assert_int_equal(count(memory).senders, 0);
    assert_false(holds(start, size, "9876"));
    assert_false(holds(start, size, "2468"));
    sg_memory_free(memory);
}

/* --- threads, and no memory ----------------------------------------------------------------------
 */

struct talker {
    struct sg_memory *memory;
    pthread_t thread;
};

static void *talk(void *ctx)
{
    struct talker *talker = ctx;
    for (unsigned i = 0; i < 20000; i++) {
        say(talker->memory, key_number(talker->memory, i % 700), i, "my number is 555 12 34");
        if (i % 100 == 0)
            sg_memory_expire(talker->memory, i);
        if (i % 1000 == 0)
            (void)count(talker->memory);
    }
    return NULL;
}

static void threads_may_share_it(void **state)
{
    (void)state;
    struct talker talkers[2];
    struct sg_memory *memory = open_memory(SG_MEMORY_LEAST);
    for (size_t i = 0; i < 2; i++) {
        talkers[i].memory = memory;
        assert_int_equal(pthread_create(&talkers[i].thread, NULL, talk, &talkers[i]), 0);
    }
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_join(talkers[i].thread, NULL), 0);
    assert_true(count(memory).bytes <= SG_MEMORY_LEAST);
    sg_memory_free(memory);
}

static enum scrubgate_status make(void *ctx)
{
    struct sg_memory *memory;
    (void)ctx;
    enum scrubgate_status rc = sg_memory_new(&memory, MIB, TIME);
    assert_true((rc >= 0) == (memory != NULL));
    sg_memory_free(memory);
    return rc;
}

static void no_memory_is_an_answer(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(make, NULL) > 0);
}

int main(void)
{
    sg_suite_add("each sender has a memory", each_sender_has_a_memory, NULL);
    sg_suite_add("what tells nothing takes no room", what_tells_nothing_takes_no_room, NULL);
    sg_suite_add("it expires, to the nanosecond", it_expires, NULL);
    sg_suite_add("only what tells something prolongs it", only_what_tells_something_prolongs_it,
                 NULL);
    sg_suite_add("the longest silent is evicted, and counted", the_longest_silent_is_evicted, NULL);
    sg_suite_add("a sender never evicts itself", a_sender_never_evicts_itself, NULL);
    sg_suite_add("a million conversations fit the ceiling", a_million_conversations_fit_the_ceiling,
                 NULL);
    sg_suite_add("no id can be taken for another", no_id_can_be_taken_for_another, NULL);
    sg_suite_add("two messages at once are both remembered",
                 two_messages_at_once_are_both_remembered, NULL);
    sg_suite_add("what is forgotten is wiped", what_is_forgotten_is_wiped, NULL);
    sg_suite_add("threads may share it", threads_may_share_it, NULL);
    sg_suite_add("no memory is an answer", no_memory_is_an_answer, NULL);
    return sg_suite_run("memory");
}
