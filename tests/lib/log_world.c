/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_world.c - a live log in a folder of its own, for one test.
 */
#include "log_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

void sg_log_world_begin(struct sg_log_world *world)
{
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    world->live.dir = world->dir.path;
    assert_int_equal(sg_live_open(&world->live), SCRUBGATE_OK);
}

void sg_log_world_end(struct sg_log_world *world)
{
    sg_live_close(&world->live);
    sg_tempdir_remove(&world->dir);
}

void sg_log_world_put(struct sg_log_world *world, unsigned n)
{
    assert_int_equal(sg_live_put(&world->live, n, 0), SCRUBGATE_OK);
}

void sg_log_world_sign(struct sg_log_world *world)
{
    assert_true(sg_live_tick(&world->live, 0, true) >= 0);
}
