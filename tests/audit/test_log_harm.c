/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log_harm.c - a log that was changed behind the gateway's back: what follows from its lines
 * is made again, and what was signed and is not there any more stops the start.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/log.h"
#include "audit/seal_file.h"

#include "../lib/live_log.h"
#include "../lib/log_world.h"
#include "../lib/outside.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define FIRST "audit/log/000000.ndjson"

enum { SECOND = 1000 * 1000 * 1000 };

/* --- what is found at the next start --- */

enum harm {
    NO_TILES,
    WRONG_TILE,
    WRONG_PARTIAL,
    EMPTY_TILE,
    NO_INDEX,
    SHORT_INDEX,
    TORN_TAIL,
    TORN_SIGNED,
    HOLE_TAIL,
    HOLE_SIGNED,
    REMOVED,
    SWAPPED_DIGIT,
    FLIPPED_BELOW,
    FLIPPED_FIRST,
    FLIPPED_ABOVE,
    NO_CHECKPOINT,
    SMALLER_CHECKPOINT,
    BAD_SIGNATURE,
    NO_LOG,
    ROLLED_BACK,
    SEAL_KEY_GONE,
    SEAL_KEY_OLD
};

static const struct harm_row {
    const char *name;
    enum harm harm;
    enum scrubgate_status want;
    unsigned line; /* 0: any */
} harm_rows[] = {
    {"missing tiles are made again", NO_TILES, SCRUBGATE_OK, 0},
    {"a wrong tile is made again", WRONG_TILE, SCRUBGATE_OK, 0},
    {"a wrong partial tile is made again", WRONG_PARTIAL, SCRUBGATE_OK, 0},
    {"an empty tile is made again", EMPTY_TILE, SCRUBGATE_OK, 0},
    {"a missing index is made again", NO_INDEX, SCRUBGATE_OK, 0},
    {"a short index is made again", SHORT_INDEX, SCRUBGATE_OK, 0},
    {"a torn line behind the checkpoint is cut", TORN_TAIL, SCRUBGATE_OK, 0},
    {"a torn line that was signed is damage", TORN_SIGNED, SCRUBGATE_EMALFORMED, 902},
    {"a hole behind the checkpoint is cut, with what follows", HOLE_TAIL, SCRUBGATE_OK, 0},
    {"a hole in what was signed is damage", HOLE_SIGNED, SCRUBGATE_EMALFORMED, 902},
    {"a record that is missing is damage", REMOVED, SCRUBGATE_EMALFORMED, 101},
    {"a record that says something else is damage", SWAPPED_DIGIT, SCRUBGATE_EMALFORMED, 101},
    {"a flipped byte below the checkpoint is damage", FLIPPED_BELOW, SCRUBGATE_EMALFORMED, 901},
    {"the first record's too", FLIPPED_FIRST, SCRUBGATE_EMALFORMED, 1},
    {"a flipped byte before a later seal is damage", FLIPPED_ABOVE, SCRUBGATE_EMALFORMED, 0},
    {"a sealed log without its checkpoint is damage", NO_CHECKPOINT, SCRUBGATE_EMALFORMED, 0},
    {"an older checkpoint of this log will do", SMALLER_CHECKPOINT, SCRUBGATE_OK, 0},
    {"a checkpoint that another key signed is damage", BAD_SIGNATURE, SCRUBGATE_EMALFORMED, 0},
    {"a log that is gone is damage", NO_LOG, SCRUBGATE_EMALFORMED, 1},
    {"an older copy of all but the key is damage", ROLLED_BACK, SCRUBGATE_EMALFORMED, 0},
    {"a seal key of another log is refused", SEAL_KEY_GONE, SCRUBGATE_EINVAL, 0},
    {"a seal key one behind the log's last seal goes on", SEAL_KEY_OLD, SCRUBGATE_OK, 0},
};

static void remove_file(const struct sg_log_world *world, const char *name)
{
    char path[512];
    sg_tempdir_path(&world->dir, name, path);
    assert_int_equal(remove(path), 0);
}

static void flip(const struct sg_log_world *world, const char *name, size_t at)
{
    size_t len;
    char *text = sg_tempdir_read(&world->dir, name, &len);
    assert_true(at < len);
    text[at] = (char)(text[at] ^ 1);
    sg_tempdir_write(&world->dir, name, text, len);
    free(text);
}

static size_t start_of(const char *text, size_t line)
{
    size_t at = 0;
    for (; line > 0; line--)
        at = (size_t)(strchr(text + at, '\n') - text) + 1;
    return at;
}

/* The value of record `line` becomes another. */
static void change_record(const struct sg_log_world *world, size_t line)
{
    char *text = sg_tempdir_read(&world->dir, FIRST, NULL);
    size_t at = start_of(text, line);
    at = (size_t)(strstr(text + at, ":1}") - text) + 1;
    free(text);
    flip(world, FIRST, at);
}

static void shorten(const struct sg_log_world *world, const char *name, size_t by)
{
    size_t len;
    char *text = sg_tempdir_read(&world->dir, name, &len);
    sg_tempdir_write(&world->dir, name, text, len - by);
    free(text);
}

static void remove_record(const struct sg_log_world *world, size_t line)
{
    size_t len;
    char *text = sg_tempdir_read(&world->dir, FIRST, &len);
    size_t at = start_of(text, line), next = start_of(text, line + 1);
    memmove(text + at, text + next, len - next);
    sg_tempdir_write(&world->dir, FIRST, text, len - (next - at));
    free(text);
}

/* Four bytes of a record never reached the disk. */
static void make_hole(const struct sg_log_world *world, const char *log, size_t line, size_t at)
{
    size_t len;
    char *text = sg_tempdir_read(&world->dir, FIRST, &len);
    memset(text + start_of(log, line) + at, 0, 4);
    sg_tempdir_write(&world->dir, FIRST, text, len);
    free(text);
}

struct copies {
    char *checkpoint, *key, *log;
    size_t checkpoint_len, key_len, log_len;
};

static char *read_if_there(const struct sg_log_world *world, const char *name, size_t *len)
{
    *len = 0;
    return sg_tempdir_has(&world->dir, name) ? sg_tempdir_read(&world->dir, name, len) : NULL;
}

static void keep(const struct sg_log_world *world, struct copies *copies)
{
    copies->checkpoint = read_if_there(world, "audit/checkpoint", &copies->checkpoint_len);
    copies->key = read_if_there(world, "seal.key", &copies->key_len);
    copies->log = read_if_there(world, FIRST, &copies->log_len);
}

static void put_other_key(const struct sg_log_world *world)
{
    const struct sg_seal_key other = {.epoch = 1, .key = {9}};
    char path[512];
    sg_tempdir_path(&world->dir, "seal.key", path);
    int fd = open(path, O_RDWR);
    assert_int_equal(sg_seal_file_replace(fd, &other), SCRUBGATE_OK);
    (void)close(fd);
}

static void harm(struct sg_log_world *world, enum harm harm, const struct copies *old,
                 const struct copies *last)
{
    const struct sg_tempdir *dir = &world->dir;
    switch (harm) {
    case NO_TILES:
        remove_file(world, "audit/tile/0/000");
        remove_file(world, "audit/tile/0/001");
        remove_file(world, "audit/tile/1/000.p/3");
        break;
    case WRONG_TILE:
        flip(world, "audit/tile/0/001", 77);
        break;
    case WRONG_PARTIAL:
        flip(world, "audit/tile/1/000.p/3", 33);
        break;
    case EMPTY_TILE:
        sg_tempdir_write(dir, "audit/tile/0/001", "", 0);
        break;
    case NO_INDEX:
        remove_file(world, "audit/log/000000.index");
        break;
    case SHORT_INDEX:
        shorten(world, "audit/log/000000.index", 5);
        break;
    case TORN_TAIL:
        shorten(world, FIRST, 7);
        break;
    case TORN_SIGNED:
        sg_tempdir_write(dir, FIRST, last->log, start_of(last->log, 902) - 3);
        break;
    case HOLE_TAIL:
        make_hole(world, last->log, 906, 0);
        break;
    case HOLE_SIGNED:
        make_hole(world, last->log, 901, 3);
        break;
    case REMOVED:
        remove_record(world, 100);
        break;
    case SWAPPED_DIGIT:
        change_record(world, 100);
        break;
    case FLIPPED_BELOW:
        change_record(world, 900);
        break;
    case FLIPPED_FIRST:
        change_record(world, 0);
        break;
    case FLIPPED_ABOVE:
        change_record(world, 700); /* with the checkpoint of before, below */
        sg_tempdir_write(dir, "audit/checkpoint", old->checkpoint, old->checkpoint_len);
        break;
    case NO_CHECKPOINT:
        remove_file(world, "audit/checkpoint");
        break;
    case SMALLER_CHECKPOINT:
        sg_tempdir_write(dir, "audit/checkpoint", old->checkpoint, old->checkpoint_len);
        break;
    case BAD_SIGNATURE:
        flip(world, "audit/checkpoint", strlen(SG_LIVE_ORIGIN) + 1);
        break;
    case NO_LOG:
        remove_file(world, FIRST);
        break;
    case ROLLED_BACK:
        sg_tempdir_write(dir, FIRST, old->log, old->log_len);
        sg_tempdir_write(dir, "audit/checkpoint", old->checkpoint, old->checkpoint_len);
        break;
    case SEAL_KEY_GONE:
        put_other_key(world);
        break;
    case SEAL_KEY_OLD:
        sg_tempdir_write(dir, "seal.key", old->key, old->key_len);
        break;
    }
}

static void free_copies(struct copies *copies)
{
    free(copies->checkpoint);
    free(copies->key);
    free(copies->log);
}

/* 500 records, signed; 403 with two seals among them, signed; three that are not signed. */
static void meets_harm(void **state)
{
    const struct harm_row *row = *state;
    struct sg_log_world world;
    struct copies old, last, after;
    sg_log_world_begin(&world);
    sg_log_world_put(&world, 500);
    sg_log_world_sign(&world);
    keep(&world, &old);
    sg_log_world_put(&world, 300);
    world.live.now += 10 * (uint64_t)SECOND;
    sg_log_world_sign(&world);
    sg_log_world_put(&world, 100);
    world.live.now += 10 * (uint64_t)SECOND;
    sg_log_world_sign(&world);
    sg_log_world_put(&world, 3);
    assert_int_equal(sg_live_tick(&world.live, 0, false),
                     SCRUBGATE_OK); /* their clock is behind: signed too */
    sg_log_world_put(&world, 3);
    sg_live_close(&world.live);
    keep(&world, &last);
    harm(&world, row->harm, &old, &last);
    keep(&world, &after);
    assert_int_equal(sg_live_open(&world.live), row->want);
    if (row->want < 0) {
        assert_null(world.live.log);
        if (row->line > 0) {
            assert_non_null(strstr(world.live.fault.file, FIRST));
            assert_int_equal(world.live.fault.line, row->line);
        }
        /* Nothing was changed. */
        struct copies now;
        keep(&world, &now);
        assert_int_equal(now.log_len, after.log_len);
        if (now.log_len > 0)
            assert_memory_equal(now.log, after.log, now.log_len);
        free_copies(&now);
    } else {
        sg_log_world_put(&world, 10);
        assert_int_equal(sg_log_finish(world.live.log, &world.live.fault), SCRUBGATE_OK);
        struct sg_outside outside = sg_outside_look(&world.dir);
        assert_int_equal(outside.size, outside.records);
        assert_int_equal(outside.seals, 3);
        assert_true(sg_tempdir_has(&world.dir, "audit/log/000000.index"));
        assert_true(sg_tempdir_has(&world.dir, "audit/tile/0/001"));
    }
    free_copies(&old);
    free_copies(&last);
    free_copies(&after);
    sg_log_world_end(&world);
}

int main(void)
{
    SG_SUITE_ROWS(meets_harm, harm_rows);
    return sg_suite_run("log: harm");
}
