/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_faults.c - the disk below the audit log of a running gateway fails under load: no
 * message leaves that the log does not know, and service comes back by itself.
 *
 * The disk is tests/preload/faults.c, in front of libc in the gateway's processes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../lib/broken_disk.h"
#include "../lib/flood.h"
#include "../lib/scene.h"
#include "../lib/suite.h"

enum { ROUNDS_MOST = 4000 };

static struct sg_scene scene;
static struct sg_faults *faults;

static const char pack[] =
    "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
    "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}', with: '[TOY]',\n"
    "     tests: ['«toy123»']}\n";
static const char config[] =
    "rules: [toy.yaml]\n"
    "routes:\n"
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent}\n";

/* --- a gateway on such a disk --- */

static void begin(struct sg_flood *flood)
{
    sg_gateway_init(&scene.gateway);
    faults = sg_broken_disk_new(&scene.gateway);
    scene.origin.audit_log = NULL;
    sg_recorder_start(&scene.origin);
    sg_scene_config(&scene, config);
    sg_tempdir_write(&scene.gateway.dir, "toy.yaml", pack, sizeof pack - 1);
    sg_gateway_start(&scene.gateway);
    sg_flood_begin(flood, &scene, "/in/x");
}

static void finish(struct sg_flood *flood)
{
    sg_gateway_stop(&scene.gateway);
    sg_flood_check(flood);
    sg_flood_end(flood);
    sg_scene_close(&scene);
    sg_broken_disk_free(faults);
}

/* --- what happens to it --- */

struct trouble {
    enum sg_fault_call call;
    long after, times;
    int error;
};

static const struct row {
    const char *name;
    struct trouble trouble[3];
    size_t n;
    enum { SERVES, REFUSES, AWAITED } meanwhile; /* AWAITED: serves, and comes with time */
} rows[] = {
    {"a sync fails once", {{SG_FAULT_SYNC, 20, 1, EIO}}, 1, REFUSES},
    {"syncs fail for a while", {{SG_FAULT_SYNC, 10, 25, EIO}}, 1, REFUSES},
    {"the disk is full for a while", {{SG_FAULT_WRITE, 10, 40, ENOSPC}}, 1, REFUSES},
    {"a write fails", {{SG_FAULT_WRITE, 15, 1, EIO}}, 1, REFUSES},
    {"every write is a short one", {{SG_FAULT_WRITE, 0, 2000, 0}}, 1, SERVES},
    {"writes are interrupted", {{SG_FAULT_WRITE, 0, 500, EINTR}}, 1, SERVES},
    {"short, then full", {{SG_FAULT_WRITE, 20, 1, 0}, {SG_FAULT_SYNC, 30, 3, ENOSPC}}, 2, REFUSES},
    {"a sync fails, and nothing can be cut off",
     {{SG_FAULT_SYNC, 20, 2, EIO}, {SG_FAULT_CUT, 0, 6, EIO}},
     2,
     REFUSES},
    {"a quota, and the cut is refused too",
     {{SG_FAULT_WRITE, 20, 8, EDQUOT}, {SG_FAULT_CUT, 0, 3, EIO}},
     2,
     REFUSES},
    {"the checkpoint cannot be put in its place", {{SG_FAULT_CHECKPOINT, 0, 1, EIO}}, 1, AWAITED},
};

static void arm(const struct row *row)
{
    for (size_t i = 0; i < row->n; i++) {
        const struct trouble *trouble = &row->trouble[i];
        sg_broken_disk_set(faults, trouble->call, trouble->after, trouble->times, trouble->error);
    }
}

/* All of what was set has happened. */
static bool is_over(const struct row *row)
{
    for (size_t i = 0; i < row->n; i++)
        if (atomic_load(&faults->call[row->trouble[i].call].times) > 0)
            return false;
    return true;
}

/* That which the row is about has not been seen yet. */
static bool awaits(const struct row *row, const struct sg_flood *flood)
{
    if (row->meanwhile == REFUSES)
        return flood->refused == 0;
    return row->meanwhile == AWAITED && atomic_load(&faults->call[row->trouble[0].call].met) == 0;
}

static void disarm(const struct row *row)
{
    for (size_t i = 0; i < row->n; i++) {
        struct sg_fault *fault = &faults->call[row->trouble[i].call];
        atomic_store(&fault->times, 0);
        if (atomic_load(&fault->met) == 0)
            fail_msg("%s: trouble %zu was never met", row->name, i);
    }
}

/* The last one after the disk works again; it may be that the gateway has yet to notice. */
static void come_back(struct sg_flood *flood)
{
    size_t before = flood->answered;
    for (unsigned i = 0; i < ROUNDS_MOST && flood->answered == before; i++)
        sg_flood_round(flood, 1, NULL, NULL);
    assert_true(flood->answered > before);
    before = flood->answered;
    sg_flood_round(flood, SG_FLOOD_AT_ONCE, NULL, NULL);
    assert_int_equal(flood->answered - before, SG_FLOOD_AT_ONCE);
}

static void test_trouble(void **state)
{
    const struct row *row = *state;
    struct sg_flood flood;
    begin(&flood);
    sg_flood_round(&flood, SG_FLOOD_AT_ONCE, NULL, NULL);
    assert_int_equal(flood.answered, SG_FLOOD_AT_ONCE);
    for (unsigned i = 0; i < 40 || (i < ROUNDS_MOST && awaits(row, &flood)); i++) {
        if (is_over(row)) /* maybe it met only what nobody waited for */
            arm(row);
        sg_flood_round(&flood, SG_FLOOD_AT_ONCE, NULL, NULL);
    }
    disarm(row);
    come_back(&flood);
    assert_int_equal(flood.cut + flood.turned_away, 0);
    const size_t refused = flood.refused;
    finish(&flood);
    if ((row->meanwhile == REFUSES) != (refused > 0))
        fail_msg("%s: %zu were refused", row->name, refused);
}

int main(void)
{
    SG_SUITE_ROWS(test_trouble, rows);
    return sg_suite_run("wire/test_wire_faults");
}
