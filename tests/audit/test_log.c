/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log.c - the audit log whole: what it signs is what is on disk, in time, over starts and
 * takeovers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/log.h"

#include "../lib/live_log.h"
#include "../lib/log_world.h"
#include "../lib/outside.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define FIRST "audit/log/000000.ndjson"

enum { SECOND = 1000 * 1000 * 1000 };

/* --- signing in time --- */

static void signs_in_time(void **state)
{
    struct sg_log_world world;
    struct sg_outside outside;
    (void)state;
    sg_log_world_begin(&world);
    assert_int_equal(sg_live_tick(&world.live, 0, false), SCRUBGATE_DONE);
    assert_false(sg_outside_look(&world.dir).has_checkpoint);
    sg_log_world_put(&world, 3);
    assert_int_equal(sg_live_tick(&world.live, 0, false),
                     SCRUBGATE_OK); /* its clock is far behind ours */
    outside = sg_outside_look(&world.dir);
    assert_int_equal(outside.size, 3);
    assert_int_equal(outside.seals, 0);
    assert_int_equal(sg_live_tick(&world.live, 0, true), SCRUBGATE_DONE);
    world.live.now += 10 * (uint64_t)SECOND;
    assert_int_equal(sg_live_tick(&world.live, 0, false), SCRUBGATE_OK);
    sg_log_world_sign(&world);
    outside = sg_outside_look(&world.dir);
    assert_int_equal(outside.records, 4);
    assert_int_equal(outside.size, 4);
    assert_int_equal(outside.seals, 1);
    /* Idle: a seal for each epoch all the same. */
    world.live.now += 10 * (uint64_t)SECOND;
    sg_log_world_sign(&world);
    assert_int_equal(sg_outside_look(&world.dir).seals, 2);
    assert_int_equal(sg_log_finish(world.live.log, &world.live.fault), SCRUBGATE_OK);
    outside = sg_outside_look(&world.dir);
    assert_int_equal(outside.seals, 3);
    assert_int_equal(outside.size, 6);
    sg_log_world_end(&world);
}

static void goes_on_after_a_start(void **state)
{
    struct sg_log_world world;
    struct sg_outside outside;
    (void)state;
    sg_log_world_begin(&world);
    for (unsigned i = 0; i < 5; i++) {
        sg_log_world_put(&world, 200);
        assert_int_equal(sg_log_finish(world.live.log, &world.live.fault), SCRUBGATE_OK);
        sg_live_close(&world.live);
        assert_int_equal(sg_live_open(&world.live), SCRUBGATE_OK);
        assert_int_equal(sg_live_tick(&world.live, 0, true), SCRUBGATE_DONE);
    }
    outside = sg_outside_look(&world.dir);
    assert_int_equal(outside.records, 5 * 201);
    assert_int_equal(outside.size, 5 * 201);
    assert_int_equal(outside.seals, 5);
    assert_true(sg_tempdir_has(&world.dir, "audit/tile/0/002"));
    assert_true(sg_tempdir_has(&world.dir, "audit/tile/0/003.p/237"));
    assert_true(sg_tempdir_has(&world.dir, "audit/tile/1/000.p/3"));
    assert_false(sg_tempdir_has(&world.dir, "audit/tile/0/003.p/36"));
    assert_false(sg_tempdir_has(&world.dir, "audit/tile/0/000.p"));
    sg_log_world_end(&world);
}

static void a_tail_without_checkpoint_is_taken(void **state)
{
    struct sg_log_world world;
    (void)state;
    sg_log_world_begin(&world);
    sg_log_world_put(&world, 10);
    sg_log_world_sign(&world);
    sg_log_world_put(&world, 600); /* durable, and then a crash */
    sg_live_close(&world.live);
    assert_int_equal(sg_live_open(&world.live), SCRUBGATE_OK);
    assert_int_equal(sg_log_signed(world.live.log), 10);
    sg_log_world_sign(&world);
    assert_int_equal(sg_outside_look(&world.dir).size, 610);
    sg_log_world_end(&world);
}

static void a_full_segment_is_signed(void **state)
{
    struct sg_log_world world;
    (void)state;
    sg_log_world_begin(&world);
    sg_log_world_put(&world, 65530);
    sg_log_world_sign(&world);
    sg_log_world_put(&world, 10);
    assert_int_equal(sg_live_tick(&world.live, 0, false), SCRUBGATE_OK);
    assert_int_equal(sg_outside_look(&world.dir).size, 65540);
    assert_true(sg_tempdir_has(&world.dir, "audit/tile/1/000"));
    assert_true(sg_tempdir_has(&world.dir, "audit/tile/2/000.p/1"));
    sg_live_close(&world.live);
    assert_int_equal(sg_live_open(&world.live), SCRUBGATE_OK);
    sg_log_world_put(&world, 5);
    sg_log_world_sign(&world);
    assert_int_equal(sg_outside_look(&world.dir).size, 65545);
    /* Each record is found by its index. */
    size_t len;
    free(sg_tempdir_read(&world.dir, "audit/log/000000.index", &len));
    assert_int_equal(len, 65536 * 8);
    free(sg_tempdir_read(&world.dir, "audit/log/000001.index", &len));
    assert_int_equal(len, 9 * 8);
    sg_log_world_end(&world);
}

static size_t size_of_log(const struct sg_log_world *world)
{
    size_t len;
    free(sg_tempdir_read(&world->dir, FIRST, &len));
    return len;
}

static void is_zeroed_ahead_when_idle(void **state)
{
    static char record[2000] = "\"a\":\"";
    const struct sg_bytes text = {(const uint8_t *)record, sizeof record};
    struct sg_log_world world;
    uint64_t seq, next;
    (void)state;
    memset(record + 5, 'x', sizeof record - 7);
    memcpy(record + sizeof record - 2, "\"}", 2);
    sg_log_world_begin(&world);
    for (unsigned batch = 0; batch < 9; batch++) {
        for (unsigned i = 0; i < 40; i++)
            assert_int_equal(sg_log_append(world.live.log, text, &seq), SCRUBGATE_OK);
        assert_int_equal(sg_log_commit(world.live.log, &world.live.fault), SCRUBGATE_OK);
        assert_true(sg_log_tick(world.live.log, world.live.now, false, &next, &world.live.fault) >=
                    0);
    }
    const size_t before = size_of_log(&world);
    assert_true(next < world.live.now + SECOND / 10);
    /* Not while records come; then at once. */
    world.live.now = next - 1;
    assert_int_equal(sg_log_tick(world.live.log, world.live.now, false, &next, &world.live.fault),
                     SCRUBGATE_DONE);
    assert_int_equal(size_of_log(&world), before);
    world.live.now = next;
    assert_int_equal(sg_log_tick(world.live.log, world.live.now, false, &next, &world.live.fault),
                     SCRUBGATE_DONE);
    assert_true(size_of_log(&world) > before + 300000);
    assert_true(next >= world.live.now + SECOND / 2);
    sg_live_close(&world.live);
    assert_true(size_of_log(&world) < before - 100000);
    assert_int_equal(sg_live_open(&world.live), SCRUBGATE_OK);
    sg_log_world_end(&world);
}

static void changes_hands(void **state)
{
    struct sg_log_world world;
    struct sg_journal_place place;
    (void)state;
    sg_log_world_begin(&world);
    sg_log_world_put(&world, 300);
    world.live.now += 10 * (uint64_t)SECOND;
    sg_log_world_sign(&world);
    sg_log_world_put(&world, 3);
    assert_int_equal(sg_log_leave(&world.live.log, &place, &world.live.fault), SCRUBGATE_OK);
    assert_null(world.live.log);
    assert_int_equal(sg_live_adopt(&world.live, &place), SCRUBGATE_OK);
    sg_log_world_put(&world, 300);
    assert_int_equal(sg_log_finish(world.live.log, &world.live.fault), SCRUBGATE_OK);
    assert_int_equal(sg_outside_look(&world.dir).size, sg_outside_look(&world.dir).records);
    assert_int_equal(sg_outside_look(&world.dir).records,
                     300 + 3 + 300 + sg_outside_look(&world.dir).seals);
    sg_log_world_end(&world);
}

int main(void)
{
    sg_suite_add("a checkpoint within a second, a seal for each epoch", signs_in_time, NULL);
    sg_suite_add("a log goes on after a start", goes_on_after_a_start, NULL);
    sg_suite_add("records behind the checkpoint are taken", a_tail_without_checkpoint_is_taken,
                 NULL);
    sg_suite_add("a full segment is signed at once", a_full_segment_is_signed, NULL);
    sg_suite_add("a log that is idle is zeroed ahead", is_zeroed_ahead_when_idle, NULL);
    sg_suite_add("a log changes hands with its tree", changes_hands, NULL);
    return sg_suite_run("log");
}
