/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_key_store.c - each conversation has a key, and when it is destroyed nobody has it: beside
 * others, after a new master, and wherever a crash comes between.
 */
#define _GNU_SOURCE /* syscall */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "proxy/key_slots.h"
#include "proxy/key_store.h"

#include "../lib/alloc_fail.h"
#include "../lib/last_call.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { HEAD = 4096, SLOT = 80 };

/* --- a store in a folder of its own --- */

struct world {
    struct sg_tempdir dir;
    struct sg_key_store *store;
    struct sg_key_door *door;
    struct scrubgate_fault fault;
};

static void open_store(struct world *world)
{
    assert_int_equal(sg_key_store_open(&world->store, world->dir.path, &world->fault),
                     SCRUBGATE_OK);
    assert_int_equal(sg_key_door_new(&world->door, world->store), SCRUBGATE_OK);
}

static void close_store(struct world *world)
{
    sg_key_door_free(world->door);
    sg_key_store_close(world->store);
    world->door = NULL;
    world->store = NULL;
}

static void setup(struct world *world)
{
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    assert_int_equal(chmod(world->dir.path, 0700), 0);
    open_store(world);
}

static void teardown(struct world *world)
{
    close_store(world);
    sg_tempdir_remove(&world->dir);
}

struct key {
    uint8_t bytes[SG_KEY_SIZE];
};

/* A digest that spreads, as the ids of real ones do. */
static uint64_t id_of(uint64_t n)
{
    n = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
    return n ^ n >> 29;
}

static enum scrubgate_status take(struct world *world, uint64_t n, bool make, struct key *key)
{
    return sg_key_door_take(world->door, SG_KEY_CONVERSATION, id_of(n), make, key->bytes);
}

static struct key key_of(struct world *world, uint64_t n)
{
    struct key key;
    assert_int_equal(take(world, n, true, &key), SCRUBGATE_OK);
    return key;
}

static bool has_key(struct world *world, uint64_t n, const struct key *want)
{
    struct key key;
    return take(world, n, false, &key) == SCRUBGATE_OK && memcmp(&key, want, sizeof key) == 0;
}

static void roll(struct world *world, uint32_t oldest_day, struct sg_key_roll *rolled)
{
    assert_int_equal(
        sg_key_store_roll(world->store, sg_clock_wall_ms(), oldest_day, rolled, &world->fault),
        SCRUBGATE_OK);
}

/* Whether these bytes are anywhere in the file. */
static bool holds(const struct world *world, const char *name, const void *bytes, size_t len)
{
    size_t size;
    bool found = false;
    char *data = sg_tempdir_read(&world->dir, name, &size);
    for (size_t i = 0; i + len <= size && !found; i++)
        found = memcmp(data + i, bytes, len) == 0;
    free(data);
    return found;
}

/* The wrapped key of n, as it lies in the file. */
static struct key wrapped(const struct world *world, uint64_t n)
{
    struct key key = {{0}};
    size_t size;
    const uint64_t id = id_of(n);
    char *data = sg_tempdir_read(&world->dir, "keys", &size);
    for (size_t at = HEAD; at + SLOT <= size; at += SLOT)
        if (memcmp(data + at + 8, &id, sizeof id) == 0)
            memcpy(&key, data + at + 32, sizeof key);
    free(data);
    return key;
}

/* --- keys --- */

static void test_a_conversation_keeps_its_key(void **state)
{
    (void)state;
    struct world world;
    struct key again;
    setup(&world);
    struct key one = key_of(&world, 1), other = key_of(&world, 2);
    assert_memory_not_equal(&one, &other, sizeof one);
    assert_true(has_key(&world, 1, &one));
    assert_int_equal(sg_key_door_take(world.door, SG_KEY_CUSTOMER, id_of(1), true, again.bytes),
                     SCRUBGATE_OK);
    assert_memory_not_equal(&one, &again, sizeof one);
    close_store(&world);
    open_store(&world);
    assert_true(has_key(&world, 1, &one));
    assert_true(has_key(&world, 2, &other));
    teardown(&world);
}

static void test_who_only_asks_makes_none(void **state)
{
    (void)state;
    struct world world;
    struct key key;
    static const struct key none;
    setup(&world);
    memset(&key, 1, sizeof key);
    assert_int_equal(take(&world, 1, false, &key), SCRUBGATE_DONE);
    assert_memory_equal(&key, &none, sizeof key);
    teardown(&world);
}

static void test_the_file_holds_no_key_and_no_master(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    struct key one = key_of(&world, 1);
    assert_int_equal(sg_key_store_sync(world.store), SCRUBGATE_OK);
    assert_false(holds(&world, "keys", &one, sizeof one));
    assert_false(holds(&world, "keys", &one, 8));
    teardown(&world);
}

static void test_keys_are_found_until_the_table_is_nearly_full(void **state)
{
    (void)state;
    enum { MOST = SG_KEY_SLOTS_FEWEST / 8 * 7 };
    struct world world;
    struct key key;
    static struct key keys[MOST + 1];
    setup(&world);
    for (uint64_t n = 0; n <= MOST; n++)
        keys[n] = key_of(&world, n);
    assert_int_equal(take(&world, MOST + 1, true, &key), SCRUBGATE_DONE);
    for (uint64_t n = 0; n <= MOST; n++)
        assert_true(has_key(&world, n, &keys[n]));
    assert_true(sg_key_store_wants_roll(world.store, sg_clock_wall_ms()));
    struct sg_key_roll rolled;
    roll(&world, 0, &rolled);
    assert_int_equal(rolled.kept, MOST + 1);
    assert_false(sg_key_store_wants_roll(world.store, sg_clock_wall_ms()));
    assert_int_equal(take(&world, MOST + 1, true, &key), SCRUBGATE_OK);
    for (uint64_t n = 0; n <= MOST; n++)
        assert_true(has_key(&world, n, &keys[n]));
    teardown(&world);
}

/* Three that begin their search in one place. */
static void test_a_key_behind_an_erased_one_is_still_found(void **state)
{
    (void)state;
    const uint64_t next = UINT64_C(1) << 32;
    struct world world;
    struct key keys[3], key;
    setup(&world);
    for (uint64_t i = 0; i < 3; i++)
        assert_int_equal(
            sg_key_door_take(world.door, SG_KEY_CONVERSATION, 77 + i * next, true, keys[i].bytes),
            SCRUBGATE_OK);
    assert_int_equal(sg_key_store_erase(world.store, SG_KEY_CONVERSATION, 77 + next, &world.fault),
                     SCRUBGATE_OK);
    for (uint64_t i = 0; i < 3; i++) {
        enum scrubgate_status want = i == 1 ? SCRUBGATE_DONE : SCRUBGATE_OK;
        assert_int_equal(
            sg_key_door_take(world.door, SG_KEY_CONVERSATION, 77 + i * next, false, key.bytes),
            want);
        assert_true(i == 1 || memcmp(&key, &keys[i], sizeof key) == 0);
    }
    teardown(&world);
}

/* --- torn slots --- */

static void damage(const struct world *world, uint64_t n, size_t at)
{
    char path[512];
    uint8_t byte;
    struct stat info;
    const uint64_t id = id_of(n);
    sg_tempdir_path(&world->dir, "keys", path);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &info), 0);
    for (off_t slot = HEAD; slot < info.st_size; slot += SLOT) {
        uint64_t found;
        assert_int_equal(pread(fd, &found, sizeof found, slot + 8), sizeof found);
        if (found != id)
            continue;
        assert_int_equal(pread(fd, &byte, 1, slot + (off_t)at), 1);
        byte ^= 0x10;
        assert_int_equal(pwrite(fd, &byte, 1, slot + (off_t)at), 1);
    }
    (void)close(fd);
}

static void test_a_torn_slot_is_no_key(void **state)
{
    (void)state;
    static const size_t places[] = {16, 20, 31, 32, 63, 64, 79}; /* kind, nonce, key, tag */
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct world world;
        struct key key;
        setup(&world);
        struct key one = key_of(&world, 1), other = key_of(&world, 2);
        damage(&world, 1, places[i]);
        assert_int_equal(take(&world, 1, false, &key), SCRUBGATE_DONE);
        key = key_of(&world, 1);
        assert_memory_not_equal(&key, &one, sizeof one);
        assert_true(has_key(&world, 1, &key));
        assert_true(has_key(&world, 2, &other));
        teardown(&world);
    }
}

static void test_a_slot_that_was_moved_is_no_key(void **state)
{
    (void)state;
    struct world world;
    struct key key;
    setup(&world);
    (void)key_of(&world, 1);
    /* Its id is another one, which is looked for in the same place: what is wrapped was for the
     * first. */
    damage(&world, 1, 15);
    assert_int_equal(take(&world, 1, false, &key), SCRUBGATE_DONE);
    assert_int_equal(sg_key_door_take(world.door, SG_KEY_CONVERSATION,
                                      id_of(1) ^ UINT64_C(0x10) << 56, false, key.bytes),
                     SCRUBGATE_DONE);
    teardown(&world);
}

/* --- erasing --- */

static void test_an_erased_key_is_gone(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    struct key one = key_of(&world, 1), other = key_of(&world, 2);
    assert_int_equal(sg_key_store_sync(world.store), SCRUBGATE_OK);
    struct key stored = wrapped(&world, 1);
    const uint64_t id = id_of(1);
    assert_true(holds(&world, "keys", &stored, sizeof stored));
    assert_int_equal(sg_key_store_erase(world.store, SG_KEY_CONVERSATION, id_of(1), &world.fault),
                     SCRUBGATE_OK);
    assert_false(holds(&world, "keys", &stored, 8));
    assert_false(holds(&world, "keys", &id, sizeof id));
    assert_false(has_key(&world, 1, &one));
    assert_true(has_key(&world, 2, &other));
    assert_int_equal(sg_key_store_erase(world.store, SG_KEY_CONVERSATION, id_of(1), &world.fault),
                     SCRUBGATE_DONE);
    struct key next = key_of(&world, 1);
    assert_memory_not_equal(&next, &one, sizeof one);
    teardown(&world);
}

/* As a command does, while a gateway has the store. */
static void test_one_that_is_erased_beside_is_gone_at_once(void **state)
{
    (void)state;
    struct world world, beside;
    setup(&world);
    struct key one = key_of(&world, 1), other = key_of(&world, 2);
    beside = world;
    open_store(&beside);
    assert_true(has_key(&beside, 1, &one));
    assert_int_equal(sg_key_store_erase(beside.store, SG_KEY_CONVERSATION, id_of(1), &world.fault),
                     SCRUBGATE_OK);
    close_store(&beside);
    assert_false(has_key(&world, 1, &one));
    assert_true(has_key(&world, 2, &other));
    teardown(&world);
}

static void test_a_command_sees_what_the_gateway_adds(void **state)
{
    (void)state;
    struct world world, beside;
    setup(&world);
    beside = world;
    open_store(&beside);
    struct key one = key_of(&world, 1);
    assert_true(has_key(&beside, 1, &one));
    close_store(&beside);
    teardown(&world);
}

/* --- a new master --- */

static void test_a_new_master_keeps_keys_and_ends_the_old(void **state)
{
    (void)state;
    struct world world;
    struct sg_key_roll rolled;
    setup(&world);
    struct key one = key_of(&world, 1), other = key_of(&world, 2);
    assert_int_equal(sg_key_store_sync(world.store), SCRUBGATE_OK);
    size_t len;
    char *copy = sg_tempdir_read(&world.dir, "keys", &len);
    char *master = sg_tempdir_read(&world.dir, "master", NULL);
    struct key stored = wrapped(&world, 1);
    char from[512], to[512];
    sg_tempdir_path(&world.dir, "master", from);
    sg_tempdir_path(&world.dir, "old", to);
    assert_int_equal(link(from, to), 0); /* its blocks: they are overwritten, not only let go */
    assert_int_equal(sg_key_store_erase(world.store, SG_KEY_CONVERSATION, id_of(2), &world.fault),
                     SCRUBGATE_OK);
    roll(&world, 0, &rolled);
    assert_false(holds(&world, "old", master, 4));
    assert_int_equal(rolled.kept, 1);
    assert_int_equal(rolled.dropped, 0);
    assert_int_not_equal(rolled.old_print, rolled.new_print);
    assert_true(has_key(&world, 1, &one));
    assert_false(holds(&world, "master", master, 16));
    assert_false(holds(&world, "keys", &stored, 8));
    assert_false(sg_tempdir_has(&world.dir, "keys.new"));
    assert_false(sg_tempdir_has(&world.dir, "master.new"));
    close_store(&world);
    open_store(&world);
    assert_true(has_key(&world, 1, &one));
    close_store(&world);
    /* A copy of the file that somebody kept opens no more, with all that is there today. */
    sg_tempdir_write(&world.dir, "keys", copy, len);
    assert_int_equal(sg_key_store_open(&world.store, world.dir.path, &world.fault),
                     SCRUBGATE_EINVAL);
    assert_non_null(strstr(world.fault.what, "this is not the key"));
    (void)other;
    free(copy);
    free(master);
    teardown(&world);
}

static void test_keys_that_are_over_retention_are_dropped(void **state)
{
    (void)state;
    struct world world;
    struct sg_key_roll rolled;
    struct key key;
    setup(&world);
    (void)key_of(&world, 1);
    const uint32_t today = (uint32_t)sg_clock_today();
    roll(&world, today, &rolled);
    assert_int_equal(rolled.kept, 1);
    roll(&world, today + 1, &rolled);
    assert_int_equal(rolled.kept, 0);
    assert_int_equal(rolled.dropped, 1);
    assert_int_equal(take(&world, 1, false, &key), SCRUBGATE_DONE);
    teardown(&world);
}

static void test_no_new_master_while_another_has_the_store(void **state)
{
    (void)state;
    struct world world, beside;
    struct sg_key_roll rolled;
    setup(&world);
    beside = world;
    open_store(&beside);
    assert_int_equal(sg_key_store_roll(world.store, sg_clock_wall_ms(), 0, &rolled, &world.fault),
                     SCRUBGATE_DONE);
    close_store(&beside);
    roll(&world, 0, &rolled);
    teardown(&world);
}

static void test_a_master_is_a_week_old(void **state)
{
    (void)state;
    const uint64_t week = UINT64_C(7) * 24 * 60 * 60 * 1000;
    struct world world;
    setup(&world);
    uint64_t now = sg_clock_wall_ms();
    assert_false(sg_key_store_wants_roll(world.store, now + week - 60000));
    assert_true(sg_key_store_wants_roll(world.store, now + week));
    teardown(&world);
}

/* Of two threads that both find no key for a conversation one makes it. */
enum { RACES = 3000, TOGETHER = 5 };
struct racer {
    struct world *world;
    pthread_barrier_t *start;
    struct key keys[RACES];
    unsigned wrong;
};

static void *race(void *ctx)
{
    struct racer *racer = ctx;
    struct world own = *racer->world;
    if (sg_key_door_new(&own.door, own.store) < 0)
        racer->wrong++;
    for (uint64_t i = 0; i < RACES; i++) {
        if (i % TOGETHER == 0)
            (void)pthread_barrier_wait(racer->start);
        racer->wrong += take(&own, i, true, &racer->keys[i]) != SCRUBGATE_OK;
    }
    sg_key_door_free(own.door);
    return NULL;
}

static void test_two_threads_make_one_key(void **state)
{
    (void)state;
    struct world world;
    static struct racer racers[2];
    pthread_t threads[2];
    pthread_barrier_t start;
    setup(&world);
    assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
    for (size_t i = 0; i < 2; i++) {
        racers[i].world = &world;
        racers[i].start = &start;
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        (void)pthread_join(threads[i], NULL);
        assert_int_equal(racers[i].wrong, 0);
    }
    assert_memory_equal(racers[0].keys, racers[1].keys, sizeof racers[0].keys);
    (void)pthread_barrier_destroy(&start);
    teardown(&world);
}

struct taker {
    struct world *world;
    atomic_bool stop;
    uint64_t first;
    unsigned wrong;
    struct key keys[64];
};

/* Threads go on while a master is made: old keys stay, new ones are kept. */
static void *take_on(void *ctx)
{
    struct taker *taker = ctx;
    struct world own = *taker->world;
    if (sg_key_door_new(&own.door, own.store) < 0) {
        taker->wrong++;
        return NULL;
    }
    for (uint64_t i = 0; !atomic_load(&taker->stop) || i < 64; i++) {
        struct key key;
        if (take(&own, taker->first + i % 64, true, &key) != SCRUBGATE_OK)
            taker->wrong++;
        else if (i < 64)
            taker->keys[i] = key;
        else if (memcmp(&key, &taker->keys[i % 64], sizeof key) != 0)
            taker->wrong++;
    }
    sg_key_door_free(own.door);
    return NULL;
}

static void test_threads_go_on_while_a_master_is_made(void **state)
{
    (void)state;
    struct world world;
    static struct taker takers[3];
    pthread_t threads[3];
    struct sg_key_roll rolled;
    setup(&world);
    struct key one = key_of(&world, 100000);
    memset(takers, 0, sizeof takers);
    for (size_t i = 0; i < 3; i++) {
        takers[i].world = &world;
        takers[i].first = i == 2 ? 0 : i * 1000; /* two of them the same conversations */
        assert_int_equal(pthread_create(&threads[i], NULL, take_on, &takers[i]), 0);
    }
    for (int i = 0; i < 10; i++)
        roll(&world, 0, &rolled);
    for (size_t i = 0; i < 3; i++) {
        atomic_store(&takers[i].stop, true);
        (void)pthread_join(threads[i], NULL);
        assert_int_equal(takers[i].wrong, 0);
    }
    assert_memory_equal(takers[0].keys, takers[2].keys, sizeof takers[0].keys);
    for (uint64_t n = 0; n < 64; n++)
        assert_true(has_key(&world, n, &takers[0].keys[n]));
    assert_true(has_key(&world, 100000, &one));
    teardown(&world);
}

/* --- a crash at each step --- */

/* Runs what in a process that ends at its n-th step; true when it came to its end before. */
static bool crash_at(struct world *world, long n, void (*what)(struct world *world))
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        open_store(world);
        sg_calls_left = n;
        what(world);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 42);
    return WEXITSTATUS(status) == 0;
}

static void roll_once(struct world *world)
{
    struct sg_key_roll rolled;
    if (sg_key_store_roll(world->store, sg_clock_wall_ms(), 0, &rolled, NULL) != SCRUBGATE_OK)
        _exit(1);
}

static void test_a_crash_while_a_master_is_made_loses_no_key(void **state)
{
    (void)state;
    bool through = false;
    long n = 0;
    for (; !through; n++) {
        struct world world;
        setup(&world);
        struct key one = key_of(&world, 1), other = key_of(&world, 2);
        close_store(&world);
        char *master = sg_tempdir_read(&world.dir, "master", NULL);
        through = crash_at(&world, n, roll_once);
        open_store(&world);
        assert_true(has_key(&world, 1, &one));
        assert_true(has_key(&world, 2, &other));
        /* One master, and when it is the new one the old is nowhere. */
        assert_false(sg_tempdir_has(&world.dir, "master.new"));
        assert_false(sg_tempdir_has(&world.dir, "keys.new"));
        assert_true(!through || !holds(&world, "master", master, 16));
        free(master);
        teardown(&world);
    }
    assert_true(n > 10);
}

static void first_open(struct world *world)
{
    close_store(world);
}

static void test_a_crash_at_the_first_start_is_mended_by_the_next(void **state)
{
    (void)state;
    bool through = false;
    for (long n = 0; !through; n++) {
        struct world world;
        int status;
        memset(&world, 0, sizeof world);
        sg_tempdir_make(&world.dir);
        assert_int_equal(chmod(world.dir.path, 0700), 0);
        pid_t child = fork();
        if (child == 0) {
            sg_calls_left = n;
            open_store(&world);
            first_open(&world);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        through = WEXITSTATUS(status) == 0;
        open_store(&world);
        (void)key_of(&world, 1);
        teardown(&world);
    }
}

/* --- what is not ours --- */

static void test_files_of_others_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"keys", "master"};
    for (size_t i = 0; i < 2; i++) {
        struct world world;
        char path[512];
        setup(&world);
        close_store(&world);
        sg_tempdir_path(&world.dir, names[i], path);
        assert_int_equal(chmod(path, 0640), 0);
        assert_int_equal(sg_key_store_open(&world.store, world.dir.path, &world.fault),
                         SCRUBGATE_EINVAL);
        assert_non_null(strstr(world.fault.file, names[i]));
        teardown(&world);
    }
}

static void test_what_is_no_file_of_keys_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t to;
    } changes[] = {{0, 'S'}, {16, 1}, {20, 1}, {40, 81}};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct world world;
        size_t len;
        setup(&world);
        close_store(&world);
        char *data = sg_tempdir_read(&world.dir, "keys", &len);
        data[changes[i].at] = (char)changes[i].to;
        sg_tempdir_write(&world.dir, "keys", data, len);
        assert_int_equal(sg_key_store_open(&world.store, world.dir.path, &world.fault),
                         SCRUBGATE_EINVAL);
        sg_tempdir_write(&world.dir, "keys", data, len - 1);
        assert_int_equal(sg_key_store_open(&world.store, world.dir.path, &world.fault),
                         SCRUBGATE_EINVAL);
        free(data);
        teardown(&world);
    }
}

static enum scrubgate_status open_and_close(void *ctx)
{
    struct world *world = ctx;
    struct sg_key_store *store;
    enum scrubgate_status rc = sg_key_store_open(&store, world->dir.path, &world->fault);
    sg_key_store_close(store);
    return rc;
}

static void test_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    assert_true(sg_alloc_fail_each(open_and_close, &world) > 0);
    teardown(&world);
}

int main(void)
{
#define ADD(sentence, test) sg_suite_add(sentence, test, NULL)
    ADD("a conversation keeps its key", test_a_conversation_keeps_its_key);
    ADD("who only asks makes none", test_who_only_asks_makes_none);
    ADD("the file holds no key", test_the_file_holds_no_key_and_no_master);
    ADD("keys are found until the table is nearly full, and a larger one holds them",
        test_keys_are_found_until_the_table_is_nearly_full);
    ADD("a key behind an erased one is still found",
        test_a_key_behind_an_erased_one_is_still_found);
    ADD("two threads make one key", test_two_threads_make_one_key);
    ADD("a torn slot is no key", test_a_torn_slot_is_no_key);
    ADD("a slot that was moved is no key", test_a_slot_that_was_moved_is_no_key);
    ADD("an erased key is gone from the file, others are not", test_an_erased_key_is_gone);
    ADD("one that is erased beside is gone at once",
        test_one_that_is_erased_beside_is_gone_at_once);
    ADD("a command sees what the gateway adds", test_a_command_sees_what_the_gateway_adds);
    ADD("a new master keeps the keys, and the old one is gone",
        test_a_new_master_keeps_keys_and_ends_the_old);
    ADD("keys that are over retention are dropped", test_keys_that_are_over_retention_are_dropped);
    ADD("no new master while another has the store",
        test_no_new_master_while_another_has_the_store);
    ADD("a master is a week old", test_a_master_is_a_week_old);
    ADD("threads go on while a master is made", test_threads_go_on_while_a_master_is_made);
    ADD("a crash while a master is made loses no key",
        test_a_crash_while_a_master_is_made_loses_no_key);
    ADD("a crash at the first start is mended by the next",
        test_a_crash_at_the_first_start_is_mended_by_the_next);
    ADD("files of others are refused", test_files_of_others_are_refused);
    ADD("what is no file of keys is refused", test_what_is_no_file_of_keys_is_refused);
    ADD("out of memory is an answer", test_out_of_memory_is_an_answer);
    return sg_suite_run("key_store");
}
