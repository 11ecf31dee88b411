/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_epochs.c - the key of fingerprints is another one every 90 days: at the right moment, beside
 * the one before for 60, gone after that, whatever the clock says and wherever a crash comes.
 */
#define _GNU_SOURCE /* syscall */
#include <fcntl.h>
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

#include "proxy/epochs.h"
#include "proxy/keys.h"

#include "../lib/alloc_fail.h"
#include "../lib/last_call.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define DAY  (UINT64_C(24) * 60 * 60 * 1000)
#define FOUR "00112233445566778899aabbccddeeff"

enum { FIRST = 228 }; /* begins in March 2026 */

static uint64_t at(unsigned epoch, unsigned day)
{
    return (epoch * UINT64_C(90) + day) * DAY + 1000;
}

/* --- a gateway's keys in a folder of its own --- */

struct world {
    struct sg_tempdir dir;
    char keys[512], folder[512];
    struct sg_epochs *epochs;
    struct sg_epoch_turn turn;
    struct scrubgate_fault fault;
};

static void open_at(struct world *world, uint64_t now_ms)
{
    if (sg_epochs_open(&world->epochs, world->folder, world->keys, now_ms, &world->fault) < 0)
        fail_msg("%s: %s", world->fault.file, world->fault.what);
}

static void begin(struct world *world, uint64_t now_ms)
{
    unsigned made;
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    sg_tempdir_path(&world->dir, "keys", world->keys);
    sg_tempdir_path(&world->dir, SG_EPOCHS_FOLDER, world->folder);
    assert_int_equal(sg_keys_make(world->keys, &made, &world->fault), SCRUBGATE_OK);
    open_at(world, now_ms);
}

static void again(struct world *world, uint64_t now_ms)
{
    sg_epochs_close(world->epochs);
    open_at(world, now_ms);
}

static void end(struct world *world)
{
    sg_epochs_close(world->epochs);
    sg_tempdir_remove(&world->dir);
}

/* What is in force; the caller's copy. */
static struct sg_epoch current(struct world *world)
{
    struct sg_epoch *epoch = sg_epochs_current(world->epochs);
    struct sg_epoch copy = {.number = epoch->number, .doubled = epoch->doubled};
    memcpy(copy.key, epoch->key, sizeof copy.key);
    memcpy(copy.before, epoch->before, sizeof copy.before);
    sg_epoch_drop(epoch);
    return copy;
}

static enum scrubgate_status tend(struct world *world, uint64_t now_ms)
{
    return sg_epochs_tend(world->epochs, now_ms, false, &world->turn, &world->fault);
}

static bool has(const struct world *world, unsigned epoch)
{
    char name[64];
    (void)snprintf(name, sizeof name, SG_EPOCHS_FOLDER "/epoch-%u.key", epoch);
    return sg_tempdir_has(&world->dir, name);
}

/* --- a year --- */

static void test_a_year(void **state)
{
    struct world world;
    (void)state;
    begin(&world, at(FIRST, 20));
    assert_false(sg_tempdir_has(&world.dir, "keys/fingerprint.key")); /* it has moved */
    struct sg_epoch before = current(&world);
    assert_int_equal(before.number, FIRST);
    assert_false(before.doubled);
    unsigned begun = 0, ended = 0;
    for (unsigned day = 20; day < 4 * 90; day++) {
        const unsigned epoch = FIRST + day / 90, of_it = day % 90;
        if (day % 7 == 0)
            again(&world, at(FIRST, day)); /* restarts change nothing */
        while (tend(&world, at(FIRST, day)) == SCRUBGATE_OK) {
            begun += world.turn.began != 0;
            ended += world.turn.destroyed != 0;
        }
        const struct sg_epoch now = current(&world);
        assert_int_equal(now.number, epoch);
        /* Sixty days, and the one for which the clock is not believed. */
        const bool doubled = epoch > FIRST && of_it <= 60;
        assert_true(now.doubled == doubled);
        assert_true(has(&world, epoch) && has(&world, epoch - 1) == doubled);
        assert_false(has(&world, epoch - 2));
        if (epoch == before.number + 1)
            assert_memory_equal(now.before, before.key, sizeof before.key);
        else
            assert_memory_equal(now.key, before.key, sizeof now.key);
        assert_memory_not_equal(now.key, now.before, sizeof now.key);
        before = now;
    }
    assert_int_equal(begun, 3);
    assert_int_equal(ended, 3);
    end(&world);
}

/* Two gateways that were given one key, of which one was switched off for a while. */
static void test_two_agree(void **state)
{
    struct world one, two;
    (void)state;
    begin(&one, at(FIRST, 20));
    memset(&two, 0, sizeof two);
    sg_tempdir_make(&two.dir);
    sg_tempdir_path(&two.dir, "keys", two.keys);
    sg_tempdir_path(&two.dir, SG_EPOCHS_FOLDER, two.folder);
    sg_tempdir_mkdir(&two.dir, "keys");
    char *key = sg_tempdir_read(&one.dir, SG_EPOCHS_FOLDER "/epoch-228.key", NULL), path[512];
    sg_tempdir_write(&two.dir, "keys/fingerprint.key", key, 65);
    sg_tempdir_path(&two.dir, "keys/fingerprint.key", path);
    assert_int_equal(chmod(path, 0600), 0);
    free(key);
    open_at(&two, at(FIRST, 60));
    assert_int_equal(tend(&one, at(FIRST + 1, 0)), SCRUBGATE_OK);
    assert_int_equal(tend(&one, at(FIRST + 1, 61)), SCRUBGATE_DONE);
    assert_int_equal(tend(&one, at(FIRST + 1, 62)), SCRUBGATE_OK);
    assert_int_equal(tend(&one, at(FIRST + 2, 0)), SCRUBGATE_OK);
    assert_int_equal(tend(&two, at(FIRST + 2, 0)), SCRUBGATE_DONE);
    assert_int_equal(two.turn.trouble, SG_EPOCH_CLOCK_DOUBTED);
    assert_int_equal(tend(&two, at(FIRST + 2, 1)), SCRUBGATE_OK);
    assert_int_equal(two.turn.began, FIRST + 2);
    assert_int_equal(two.turn.destroyed, FIRST);
    const struct sg_epoch a = current(&one), b = current(&two);
    assert_int_equal(a.number, b.number);
    assert_memory_equal(a.key, b.key, sizeof a.key);
    assert_true(a.doubled && !b.doubled); /* the other one's had no overlap */
    assert_true(!has(&two, FIRST) && !has(&two, FIRST + 1) && has(&two, FIRST + 2));
    end(&one);
    end(&two);
}

/* --- clocks --- */

static void test_a_clock_that_is_behind(void **state)
{
    struct world world;
    (void)state;
    begin(&world, at(FIRST, 89));
    assert_int_equal(tend(&world, at(FIRST + 1, 0)), SCRUBGATE_OK);
    const struct sg_epoch now = current(&world);
    static const unsigned back[] = {FIRST, FIRST - 100, 1, 0};
    for (size_t i = 0; i < sizeof back / sizeof back[0]; i++) {
        assert_int_equal(tend(&world, at(back[i], 50)), SCRUBGATE_DONE);
        assert_int_equal(world.turn.trouble, SG_EPOCH_CLOCK_BEHIND);
        again(&world, at(back[i], 50));
        const struct sg_epoch still = current(&world);
        assert_int_equal(still.number, now.number);
        assert_memory_equal(still.key, now.key, sizeof now.key);
        assert_true(has(&world, FIRST) && has(&world, FIRST + 1));
    }
    end(&world);
}

/* Years ahead for an hour, again and again, also across a restart: no key is made, none ends. */
static void test_a_clock_that_jumps_ahead(void **state)
{
    struct world world;
    (void)state;
    begin(&world, at(FIRST, 80));
    assert_int_equal(tend(&world, at(FIRST + 1, 0)), SCRUBGATE_OK);
    for (unsigned i = 0; i < 30; i++) {
        const unsigned ahead = FIRST + 3 + i % 5;
        assert_int_equal(tend(&world, at(ahead, 0)), SCRUBGATE_DONE);
        assert_int_equal(world.turn.trouble, SG_EPOCH_CLOCK_DOUBTED);
        again(&world, at(ahead, 0) + DAY / 24);
        assert_int_equal(tend(&world, at(ahead, 0) + DAY / 24), SCRUBGATE_DONE);
        assert_int_equal(tend(&world, at(FIRST + 1, 1 + i)), SCRUBGATE_DONE);
        assert_int_equal(world.turn.trouble, SG_EPOCH_FINE);
    }
    assert_int_equal(current(&world).number, FIRST + 1);
    assert_true(has(&world, FIRST));
    /* A machine without a clock that begins in 1970, and one at the end of time. */
    assert_int_equal(tend(&world, UINT64_MAX), SCRUBGATE_DONE);
    assert_int_equal(tend(&world, UINT64_MAX), SCRUBGATE_DONE);
    assert_int_equal(tend(&world, at(FIRST + 60, 0)), SCRUBGATE_DONE);
    assert_int_equal(tend(&world, at(FIRST + 60, 9)), SCRUBGATE_DONE); /* too far for any belief */
    assert_int_equal(world.turn.trouble, SG_EPOCH_CLOCK_DOUBTED);
    assert_int_equal(current(&world).number, FIRST + 1);
    end(&world);
}

/* The overlap's end waits for a day of the same opinion, and a restart does not shorten it. */
static void test_an_end_waits_for_a_day(void **state)
{
    struct world world;
    (void)state;
    begin(&world, at(FIRST, 80));
    assert_int_equal(tend(&world, at(FIRST + 1, 0)), SCRUBGATE_OK);
    assert_int_equal(tend(&world, at(FIRST + 1, 70)), SCRUBGATE_DONE);
    again(&world, at(FIRST + 1, 70) + DAY / 2);
    assert_int_equal(tend(&world, at(FIRST + 1, 70) + DAY / 2), SCRUBGATE_DONE);
    assert_int_equal(tend(&world, at(FIRST + 1, 5)), SCRUBGATE_DONE); /* it was wrong */
    assert_int_equal(tend(&world, at(FIRST + 1, 71)), SCRUBGATE_DONE);
    assert_true(has(&world, FIRST));
    again(&world, at(FIRST + 1, 72));
    assert_int_equal(tend(&world, at(FIRST + 1, 72)), SCRUBGATE_OK);
    assert_int_equal(world.turn.destroyed, FIRST);
    assert_false(has(&world, FIRST));
    assert_false(sg_tempdir_has(&world.dir, SG_EPOCHS_FOLDER "/doubt") &&
                 tend(&world, at(FIRST + 1, 73)) != SCRUBGATE_DONE);
    end(&world);
}

static void test_a_hold_keeps_keys(void **state)
{
    struct world world;
    (void)state;
    begin(&world, at(FIRST, 80));
    assert_int_equal(sg_epochs_tend(world.epochs, at(FIRST + 1, 0), true, &world.turn, NULL),
                     SCRUBGATE_OK); /* nothing ends by it */
    for (unsigned day = 60; day < 300; day++)
        assert_int_equal(sg_epochs_tend(world.epochs, at(FIRST + 1, day), true, &world.turn, NULL),
                         SCRUBGATE_DONE);
    assert_true(has(&world, FIRST) && has(&world, FIRST + 1));
    assert_int_equal(tend(&world, at(FIRST + 1, 300)), SCRUBGATE_OK);
    assert_false(has(&world, FIRST));
    end(&world);
}

/* A clock that was never set makes no epoch zero, which no later one could follow. */
static void test_a_first_start_in_1970(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 1000);
    assert_int_equal(current(&world).number, 227);
    again(&world, at(FIRST, 0));
    assert_int_equal(tend(&world, at(FIRST, 0)), SCRUBGATE_OK);
    assert_int_equal(current(&world).number, FIRST);
    end(&world);
}

/* Somebody took the keys away: another chain begins, and agents stay who they are. */
static void test_a_new_chain(void **state)
{
    struct world world;
    char path[512];
    (void)state;
    begin(&world, at(FIRST, 0));
    const struct sg_epoch before = current(&world);
    sg_tempdir_path(&world.dir, SG_EPOCHS_FOLDER "/epoch-228.key", path);
    assert_int_equal(remove(path), 0);
    again(&world, at(FIRST, 1));
    const struct sg_epoch now = current(&world);
    assert_int_equal(now.number, FIRST);
    assert_memory_not_equal(now.key, before.key, sizeof now.key);
    assert_false(sg_tempdir_has(&world.dir, "keys/fingerprint.key"));
    end(&world);
}

/* --- files --- */

static void spoil(struct world *world, const char *name, const char *text, unsigned mode)
{
    char path[512];
    sg_tempdir_write(&world->dir, name, text, strlen(text));
    sg_tempdir_path(&world->dir, name, path);
    assert_int_equal(chmod(path, mode), 0);
}

static const struct bad {
    const char *name, *file, *text;
    unsigned mode;
    const char *says;
} bads[] = {
    {"a key that others can read", SG_EPOCHS_FOLDER "/epoch-228.key", FOUR FOUR "\n", 0644,
     "chmod 600"},
    {"half a key", SG_EPOCHS_FOLDER "/epoch-228.key", FOUR "\n", 0600, "64 hex digits"},
    {"half a key of the epoch before", SG_EPOCHS_FOLDER "/epoch-227.key", FOUR "\n", 0600,
     "64 hex digits"},
    {"somebody's key beside epochs", "keys/fingerprint.key", FOUR FOUR "\n", 0600,
     "remove this key"},
};

static void test_bad(void **state)
{
    const struct bad *bad = *state;
    struct world world;
    begin(&world, at(FIRST, 0));
    sg_epochs_close(world.epochs);
    spoil(&world, bad->file, bad->text, bad->mode);
    assert_int_equal(
        sg_epochs_open(&world.epochs, world.folder, world.keys, at(FIRST, 0), &world.fault),
        SCRUBGATE_EINVAL);
    assert_null(world.epochs);
    assert_non_null(strstr(world.fault.what, bad->says));
    assert_null(strstr(world.fault.what, "0011"));
    assert_true(sg_tempdir_has(&world.dir, bad->file));
    end(&world);
}

/* Its bytes are overwritten before its name goes: whoever holds the file open reads zeros. */
static void test_a_destroyed_key_is_overwritten(void **state)
{
    struct world world;
    char path[512], bytes[65], zeros[65] = {0};
    (void)state;
    begin(&world, at(FIRST, 0));
    sg_tempdir_path(&world.dir, SG_EPOCHS_FOLDER "/epoch-228.key", path);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(tend(&world, at(FIRST + 1, 0)), SCRUBGATE_OK);
    assert_int_equal(tend(&world, at(FIRST + 1, 60)), SCRUBGATE_DONE);
    assert_int_equal(tend(&world, at(FIRST + 1, 61)), SCRUBGATE_OK);
    assert_int_equal(read(fd, bytes, sizeof bytes), sizeof bytes);
    assert_memory_equal(bytes, zeros, sizeof bytes);
    (void)close(fd);
    end(&world);
}

/* Wherever it is cut off, the next start goes on: with the same keys, and nothing that has ended.
 */
static void crash_at(long n, uint64_t from_ms, uint64_t to_ms, bool *through)
{
    struct world world;
    begin(&world, from_ms);
    if (to_ms >= at(FIRST + 1, 60)) {
        assert_int_equal(tend(&world, at(FIRST + 1, 0)), SCRUBGATE_OK);
        assert_int_equal(tend(&world, to_ms - DAY), SCRUBGATE_DONE);
    }
    const struct sg_epoch before = current(&world);
    const pid_t pid = fork();
    if (pid == 0) {
        sg_calls_left = n;
        _exit(tend(&world, to_ms) == SCRUBGATE_OK ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    *through = WEXITSTATUS(status) == 0;
    assert_true(*through || WEXITSTATUS(status) == 42);
    again(&world, to_ms);
    while (tend(&world, to_ms) == SCRUBGATE_OK)
        continue;
    const struct sg_epoch now = current(&world);
    if (now.number == before.number) {
        assert_memory_equal(now.key, before.key, sizeof now.key);
        assert_false(now.doubled);
    } else {
        assert_int_equal(now.number, before.number + 1);
        assert_memory_equal(now.before, before.key, sizeof now.key);
        assert_true(now.doubled);
    }
    end(&world);
}

static void test_crashes(void **state)
{
    bool through = false;
    long n = 0;
    (void)state;
    for (; !through; n++)
        crash_at(n, at(FIRST, 0), at(FIRST + 1, 0), &through);
    assert_true(n > 4);
    through = false;
    for (n = 0; !through; n++)
        crash_at(n, at(FIRST, 0), at(FIRST + 1, 62), &through);
    assert_true(n > 3);
}

/* The first start, which takes the key from where an earlier version had it. */
static void test_crashes_of_the_first_start(void **state)
{
    bool through = false;
    (void)state;
    for (long n = 0; !through; n++) {
        struct world world;
        unsigned made;
        int status;
        memset(&world, 0, sizeof world);
        sg_tempdir_make(&world.dir);
        sg_tempdir_path(&world.dir, "keys", world.keys);
        sg_tempdir_path(&world.dir, SG_EPOCHS_FOLDER, world.folder);
        assert_int_equal(sg_keys_make(world.keys, &made, &world.fault), SCRUBGATE_OK);
        char *key = sg_tempdir_read(&world.dir, "keys/fingerprint.key", NULL);
        const pid_t pid = fork();
        if (pid == 0) {
            sg_calls_left = n;
            open_at(&world, at(FIRST, 0));
            _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        through = WEXITSTATUS(status) == 0;
        open_at(&world, at(FIRST, 0));
        char *moved = sg_tempdir_read(&world.dir, SG_EPOCHS_FOLDER "/epoch-228.key", NULL);
        assert_string_equal(key, moved);
        assert_false(sg_tempdir_has(&world.dir, "keys/fingerprint.key"));
        free(key);
        free(moved);
        end(&world);
    }
}

static enum scrubgate_status open_and_turn(void *ctx)
{
    struct world *world = ctx;
    enum scrubgate_status rc =
        sg_epochs_open(&world->epochs, world->folder, world->keys, at(FIRST, 0), &world->fault);
    if (rc >= 0)
        rc = tend(world, at(FIRST + 1, 0));
    sg_epochs_close(world->epochs);
    world->epochs = NULL;
    return rc >= 0 ? SCRUBGATE_OK : rc;
}

static void test_out_of_memory(void **state)
{
    struct world world;
    (void)state;
    begin(&world, at(FIRST, 0));
    sg_epochs_close(world.epochs);
    assert_true(sg_alloc_fail_each(open_and_turn, &world) > 0);
    sg_tempdir_remove(&world.dir);
}

int main(void)
{
    sg_suite_add("a year has four keys, and never more than two at once", test_a_year, NULL);
    sg_suite_add("gateways with one key agree, also one that was off", test_two_agree, NULL);
    sg_suite_add("a clock that is behind changes nothing", test_a_clock_that_is_behind, NULL);
    sg_suite_add("a clock that jumps ahead changes nothing", test_a_clock_that_jumps_ahead, NULL);
    sg_suite_add("a key's end waits for a day", test_an_end_waits_for_a_day, NULL);
    sg_suite_add("under a legal hold no key ends", test_a_hold_keeps_keys, NULL);
    sg_suite_add("a first start in 1970", test_a_first_start_in_1970, NULL);
    sg_suite_add("without its keys a new chain begins", test_a_new_chain, NULL);
    SG_SUITE_ROWS(test_bad, bads);
    sg_suite_add("a destroyed key is overwritten", test_a_destroyed_key_is_overwritten, NULL);
    sg_suite_add("a crash loses no key and leaves none", test_crashes, NULL);
    sg_suite_add("a crash of the first start loses nothing", test_crashes_of_the_first_start, NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory, NULL);
    return sg_suite_run("epochs");
}
