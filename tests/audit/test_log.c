/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log.c - the audit log whole: what it signs is what is on disk, also after crashes; what was
 * changed behind its back it does not go on from.
 */
#define _GNU_SOURCE /* syscall */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/checkpoint.h"
#include "audit/line.h"
#include "audit/log.h"
#include "audit/reader.h"
#include "audit/seal_file.h"
#include "audit/tile.h"
#include "base/base64.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define FIRST  "log/000000.ndjson"
#define ORIGIN "example.com/scrubgate/1"

/* --- a disk that stops working: the n-th change from now on fails, and all after it --- */

static long changes_left = -1; /* -1: it works */

static bool refused(void)
{
    if (changes_left < 0)
        return false;
    if (changes_left > 0) {
        changes_left--;
        return false;
    }
    errno = EIO;
    return true;
}

int fdatasync(int fd)
{
    (void)fd;
    return refused() ? -1 : 0;
}

int fsync(int fd)
{
    (void)fd;
    return refused() ? -1 : 0;
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
    if (!refused())
        return syscall(SYS_pwrite64, fd, data, len, offset);
    if (len > 1) /* half of it is there */
        (void)!syscall(SYS_pwrite64, fd, data, len / 2, offset);
    return -1;
}

ssize_t write(int fd, const void *data, size_t len)
{
    if (fd > 2 && refused()) {
        (void)!syscall(SYS_write, fd, data, len / 2);
        return -1;
    }
    return syscall(SYS_write, fd, data, len);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return refused() ? -1 : (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
    return refused() ? -1 : (int)syscall(SYS_unlinkat, dir, path, flags);
}

int ftruncate(int fd, off_t len)
{
    return refused() ? -1 : (int)syscall(SYS_ftruncate, fd, len);
}

/* --- a log --- */

static const struct sg_record_source source = {ORIGIN, "00112233445566778899aabbccddeeff"};

enum { SECOND = 1000 * 1000 * 1000 };

struct world {
    struct sg_tempdir dir;
    struct sg_log *log;
    struct sg_note_key key; /* public half */
    struct scrubgate_fault fault;
    uint64_t now;
};

static void make_keys(struct world *world, struct sg_log_keys *keys)
{
    static const uint8_t seed[SG_ED25519_SEED] = "a seed only tests should use";
    uint8_t public_key[SG_ED25519_PUBLIC];
    char path[512];
    memset(keys, 0, sizeof *keys);
    assert_int_equal(sg_signer_new(&keys->signer, seed, public_key), SCRUBGATE_OK);
    assert_int_equal(sg_note_key_init(&keys->key, SG_BYTES(ORIGIN), SG_NOTE_ED25519, public_key),
                     SCRUBGATE_OK);
    world->key = keys->key;
    sg_tempdir_path(&world->dir, "seal.key", path);
    keys->seal_fd = open(path, O_RDWR | O_CREAT, 0600);
    assert_true(keys->seal_fd >= 0);
    if (sg_seal_file_read(keys->seal_fd, &keys->seal) < 0) {
        memset(&keys->seal, 7, sizeof keys->seal);
        keys->seal.epoch = 0;
        assert_int_equal(sg_seal_file_replace(keys->seal_fd, &keys->seal), SCRUBGATE_OK);
    }
}

static enum scrubgate_status open_log(struct world *world)
{
    struct sg_log_keys keys;
    const struct sg_log_setup setup = {.dir = world->dir.path,
                                       .source = &source,
                                       .checkpoint_ns = SECOND,
                                       .epoch_ns = 10 * (uint64_t)SECOND};
    make_keys(world, &keys);
    return sg_log_open(&world->log, &setup, &keys, &world->fault);
}

static void begin(struct world *world)
{
    memset(world, 0, sizeof *world);
    changes_left = -1;
    world->now = UINT64_C(1) << 50;
    sg_tempdir_make(&world->dir);
    assert_int_equal(open_log(world), SCRUBGATE_OK);
}

static void close_log(struct world *world)
{
    sg_log_close(world->log);
    world->log = NULL;
}

static void end(struct world *world)
{
    changes_left = -1;
    close_log(world);
    sg_tempdir_remove(&world->dir);
}

static enum scrubgate_status put(struct world *world, uint64_t n)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    uint64_t seq;
    for (uint64_t i = 0; i < n && rc >= 0; i++)
        rc = sg_log_append(world->log, SG_BYTES("\"a\":1}"), &seq);
    return rc < 0 ? rc : sg_log_commit(world->log, &world->fault);
}

static void write_some(struct world *world, uint64_t n)
{
    assert_int_equal(put(world, n), SCRUBGATE_OK);
}

static enum scrubgate_status tick(struct world *world, bool at_once)
{
    uint64_t next;
    enum scrubgate_status rc = sg_log_tick(world->log, world->now, at_once, &next, &world->fault);
    assert_true(next > 0);
    return rc;
}

static void sign(struct world *world)
{
    enum scrubgate_status rc = tick(world, true);
    assert_true(rc >= 0);
}

/* --- what an outsider finds --- */

struct outside {
    uint64_t records, seals, size;
    bool has_checkpoint;
};

static void check_seal(const struct sg_merkle_range *range, struct sg_sha256 *sha,
                       const struct sg_line *line, struct sg_seal_key *key,
                       const struct outside *outside)
{
    struct sg_hash root;
    size_t len;
    char boot[64], hex[65];
    uint8_t mac[32];
    struct sg_seal seal = {.origin = ORIGIN,
                           .boot = boot,
                           .epoch = line->epoch,
                           .size = line->size,
                           .mono_ns = line->mono_ns};
    assert_int_equal(line->epoch, outside->seals);
    assert_int_equal(line->size, outside->records);
    assert_int_equal(sg_merkle_root(range, sha, &root), SCRUBGATE_OK);
    assert_int_equal(sg_base64_read(line->root, seal.root.bytes, 32, &len), SCRUBGATE_OK);
    assert_true(sg_hash_equal(&root, &seal.root));
    assert_true(sg_bytes_to_text(line->boot, boot, sizeof boot));
    assert_int_equal(sg_seal_reach(key, seal.epoch), SCRUBGATE_OK);
    assert_int_equal(sg_seal_mac(key, &seal, mac), SCRUBGATE_OK);
    sg_hex((struct sg_bytes){mac, 32}, hex);
    assert_true(sg_bytes_equal(line->mac, SG_BYTES("")) == false);
    assert_memory_equal(line->mac.data, hex, 64);
}

static void check_tiles(struct sg_reader *reader, struct sg_sha256 *sha,
                        const struct sg_checkpoint *checkpoint)
{
    struct sg_hash root;
    sg_reader_set_size(reader, checkpoint->size);
    assert_int_equal(sg_merkle_root_of(0, checkpoint->size, sha, sg_reader_node, reader, &root),
                     SCRUBGATE_OK);
    assert_true(sg_hash_equal(&root, &checkpoint->root));
}

/* Everything a stranger can check with the public key and K(0). */
static struct outside look(const struct world *world)
{
    struct outside outside = {0};
    struct sg_reader *reader;
    struct sg_sha256 *sha;
    struct sg_merkle_range range = {.size = 0};
    struct sg_seal_key key = {.epoch = 0};
    struct sg_buf text = {0};
    struct sg_checkpoint checkpoint = {.size = 0};
    struct sg_bytes record;
    struct sg_hash root;
    uint64_t seq;
    memset(key.key, 7, sizeof key.key);
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    assert_int_equal(sg_reader_open(&reader, world->dir.path, NULL), SCRUBGATE_OK);
    if (sg_reader_checkpoint(reader, &text, NULL) == SCRUBGATE_OK) {
        assert_int_equal(sg_checkpoint_open(&checkpoint, NULL, sg_buf_bytes(&text), &world->key),
                         SCRUBGATE_OK);
        outside.has_checkpoint = true;
        outside.size = checkpoint.size;
    }
    while (sg_reader_next(reader, &record, &seq, NULL) == SCRUBGATE_OK) {
        struct sg_line line;
        struct sg_hash leaf;
        assert_int_equal(sg_line_read(&line, record), SCRUBGATE_OK);
        if ((line.has & SG_LINE_MAC) != 0) {
            check_seal(&range, sha, &line, &key, &outside);
            outside.seals++;
        }
        assert_int_equal(sg_merkle_leaf(sha, record, &leaf), SCRUBGATE_OK);
        assert_int_equal(sg_merkle_push(&range, sha, &leaf, NULL, NULL), SCRUBGATE_OK);
        outside.records++;
        if (outside.has_checkpoint && range.size == checkpoint.size) {
            assert_int_equal(sg_merkle_root(&range, sha, &root), SCRUBGATE_OK);
            assert_true(sg_hash_equal(&root, &checkpoint.root));
        }
    }
    assert_true(outside.records >= checkpoint.size);
    if (outside.has_checkpoint)
        check_tiles(reader, sha, &checkpoint);
    sg_buf_fini(&text);
    sg_reader_close(reader);
    sg_sha256_free(sha);
    return outside;
}

/* --- signing in time --- */

static void signs_in_time(void **state)
{
    struct world world;
    struct outside outside;
    (void)state;
    begin(&world);
    assert_int_equal(tick(&world, false), SCRUBGATE_DONE);
    assert_false(look(&world).has_checkpoint);
    write_some(&world, 3);
    assert_int_equal(tick(&world, false), SCRUBGATE_OK); /* its clock is far behind ours */
    outside = look(&world);
    assert_int_equal(outside.size, 3);
    assert_int_equal(outside.seals, 0);
    assert_int_equal(tick(&world, true), SCRUBGATE_DONE);
    world.now += 10 * (uint64_t)SECOND;
    assert_int_equal(tick(&world, false), SCRUBGATE_OK);
    sign(&world);
    outside = look(&world);
    assert_int_equal(outside.records, 4);
    assert_int_equal(outside.size, 4);
    assert_int_equal(outside.seals, 1);
    /* Idle: a seal for each epoch all the same. */
    world.now += 10 * (uint64_t)SECOND;
    sign(&world);
    assert_int_equal(look(&world).seals, 2);
    assert_int_equal(sg_log_finish(world.log, &world.fault), SCRUBGATE_OK);
    outside = look(&world);
    assert_int_equal(outside.seals, 3);
    assert_int_equal(outside.size, 6);
    end(&world);
}

static void goes_on_after_a_start(void **state)
{
    struct world world;
    struct outside outside;
    (void)state;
    begin(&world);
    for (unsigned i = 0; i < 5; i++) {
        write_some(&world, 200);
        assert_int_equal(sg_log_finish(world.log, &world.fault), SCRUBGATE_OK);
        close_log(&world);
        assert_int_equal(open_log(&world), SCRUBGATE_OK);
        assert_int_equal(tick(&world, true), SCRUBGATE_DONE);
    }
    outside = look(&world);
    assert_int_equal(outside.records, 5 * 201);
    assert_int_equal(outside.size, 5 * 201);
    assert_int_equal(outside.seals, 5);
    assert_true(sg_tempdir_has(&world.dir, "tile/0/002"));
    assert_true(sg_tempdir_has(&world.dir, "tile/0/003.p/237"));
    assert_true(sg_tempdir_has(&world.dir, "tile/1/000.p/3"));
    assert_false(sg_tempdir_has(&world.dir, "tile/0/003.p/36"));
    assert_false(sg_tempdir_has(&world.dir, "tile/0/000.p"));
    end(&world);
}

static void a_tail_without_checkpoint_is_taken(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    write_some(&world, 10);
    sign(&world);
    write_some(&world, 600); /* durable, and then a crash */
    close_log(&world);
    assert_int_equal(open_log(&world), SCRUBGATE_OK);
    assert_int_equal(sg_log_signed(world.log), 10);
    sign(&world);
    assert_int_equal(look(&world).size, 610);
    end(&world);
}

static void a_full_segment_is_signed(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    write_some(&world, 65530);
    sign(&world);
    write_some(&world, 10);
    assert_int_equal(tick(&world, false), SCRUBGATE_OK);
    assert_int_equal(look(&world).size, 65540);
    assert_true(sg_tempdir_has(&world.dir, "tile/1/000"));
    assert_true(sg_tempdir_has(&world.dir, "tile/2/000.p/1"));
    close_log(&world);
    assert_int_equal(open_log(&world), SCRUBGATE_OK);
    write_some(&world, 5);
    sign(&world);
    assert_int_equal(look(&world).size, 65545);
    /* Each record is found by its index. */
    size_t len;
    free(sg_tempdir_read(&world.dir, "log/000000.index", &len));
    assert_int_equal(len, 65536 * 8);
    free(sg_tempdir_read(&world.dir, "log/000001.index", &len));
    assert_int_equal(len, 9 * 8);
    end(&world);
}

static size_t size_of_log(const struct world *world)
{
    size_t len;
    free(sg_tempdir_read(&world->dir, FIRST, &len));
    return len;
}

static void is_zeroed_ahead_when_idle(void **state)
{
    static char record[2000] = "\"a\":\"";
    const struct sg_bytes text = {(const uint8_t *)record, sizeof record};
    struct world world;
    uint64_t seq, next;
    (void)state;
    memset(record + 5, 'x', sizeof record - 7);
    memcpy(record + sizeof record - 2, "\"}", 2);
    begin(&world);
    for (unsigned batch = 0; batch < 9; batch++) {
        for (unsigned i = 0; i < 40; i++)
            assert_int_equal(sg_log_append(world.log, text, &seq), SCRUBGATE_OK);
        assert_int_equal(sg_log_commit(world.log, &world.fault), SCRUBGATE_OK);
        assert_true(sg_log_tick(world.log, world.now, false, &next, &world.fault) >= 0);
    }
    const size_t before = size_of_log(&world);
    assert_true(next < world.now + SECOND / 10);
    /* Not while records come; then at once. */
    world.now = next - 1;
    assert_int_equal(sg_log_tick(world.log, world.now, false, &next, &world.fault), SCRUBGATE_DONE);
    assert_int_equal(size_of_log(&world), before);
    world.now = next;
    assert_int_equal(sg_log_tick(world.log, world.now, false, &next, &world.fault), SCRUBGATE_DONE);
    assert_true(size_of_log(&world) > before + 300000);
    assert_true(next >= world.now + SECOND / 2);
    close_log(&world);
    assert_true(size_of_log(&world) < before - 100000);
    assert_int_equal(open_log(&world), SCRUBGATE_OK);
    end(&world);
}

static void changes_hands(void **state)
{
    struct world world;
    struct sg_journal_place place;
    struct sg_log_keys keys;
    (void)state;
    begin(&world);
    write_some(&world, 300);
    world.now += 10 * (uint64_t)SECOND;
    sign(&world);
    write_some(&world, 3);
    assert_int_equal(sg_log_leave(&world.log, &place, &world.fault), SCRUBGATE_OK);
    assert_null(world.log);
    const struct sg_log_setup setup = {.dir = world.dir.path,
                                       .source = &source,
                                       .checkpoint_ns = SECOND,
                                       .epoch_ns = 10 * (uint64_t)SECOND};
    make_keys(&world, &keys);
    assert_int_equal(sg_log_adopt(&world.log, &setup, &keys, &place, &world.fault), SCRUBGATE_OK);
    write_some(&world, 300);
    assert_int_equal(sg_log_finish(world.log, &world.fault), SCRUBGATE_OK);
    assert_int_equal(look(&world).size, look(&world).records);
    assert_int_equal(look(&world).records, 300 + 3 + 300 + look(&world).seals);
    end(&world);
}

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

static void remove_file(const struct world *world, const char *name)
{
    char path[512];
    sg_tempdir_path(&world->dir, name, path);
    assert_int_equal(remove(path), 0);
}

static void flip(const struct world *world, const char *name, size_t at)
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
static void change_record(const struct world *world, size_t line)
{
    char *text = sg_tempdir_read(&world->dir, FIRST, NULL);
    size_t at = start_of(text, line);
    at = (size_t)(strstr(text + at, ":1}") - text) + 1;
    free(text);
    flip(world, FIRST, at);
}

static void shorten(const struct world *world, const char *name, size_t by)
{
    size_t len;
    char *text = sg_tempdir_read(&world->dir, name, &len);
    sg_tempdir_write(&world->dir, name, text, len - by);
    free(text);
}

static void remove_record(const struct world *world, size_t line)
{
    size_t len;
    char *text = sg_tempdir_read(&world->dir, FIRST, &len);
    size_t at = start_of(text, line), next = start_of(text, line + 1);
    memmove(text + at, text + next, len - next);
    sg_tempdir_write(&world->dir, FIRST, text, len - (next - at));
    free(text);
}

/* Four bytes of a record never reached the disk. */
static void make_hole(const struct world *world, const char *log, size_t line, size_t at)
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

static char *read_if_there(const struct world *world, const char *name, size_t *len)
{
    *len = 0;
    return sg_tempdir_has(&world->dir, name) ? sg_tempdir_read(&world->dir, name, len) : NULL;
}

static void keep(const struct world *world, struct copies *copies)
{
    copies->checkpoint = read_if_there(world, "checkpoint", &copies->checkpoint_len);
    copies->key = read_if_there(world, "seal.key", &copies->key_len);
    copies->log = read_if_there(world, FIRST, &copies->log_len);
}

static void put_other_key(const struct world *world)
{
    const struct sg_seal_key other = {.epoch = 1, .key = {9}};
    char path[512];
    sg_tempdir_path(&world->dir, "seal.key", path);
    int fd = open(path, O_RDWR);
    assert_int_equal(sg_seal_file_replace(fd, &other), SCRUBGATE_OK);
    (void)close(fd);
}

static void harm(struct world *world, enum harm harm, const struct copies *old,
                 const struct copies *last)
{
    const struct sg_tempdir *dir = &world->dir;
    switch (harm) {
    case NO_TILES:
        remove_file(world, "tile/0/000");
        remove_file(world, "tile/0/001");
        remove_file(world, "tile/1/000.p/3");
        break;
    case WRONG_TILE:
        flip(world, "tile/0/001", 77);
        break;
    case WRONG_PARTIAL:
        flip(world, "tile/1/000.p/3", 33);
        break;
    case EMPTY_TILE:
        sg_tempdir_write(dir, "tile/0/001", "", 0);
        break;
    case NO_INDEX:
        remove_file(world, "log/000000.index");
        break;
    case SHORT_INDEX:
        shorten(world, "log/000000.index", 5);
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
        sg_tempdir_write(dir, "checkpoint", old->checkpoint, old->checkpoint_len);
        break;
    case NO_CHECKPOINT:
        remove_file(world, "checkpoint");
        break;
    case SMALLER_CHECKPOINT:
        sg_tempdir_write(dir, "checkpoint", old->checkpoint, old->checkpoint_len);
        break;
    case BAD_SIGNATURE:
        flip(world, "checkpoint", strlen(ORIGIN) + 1);
        break;
    case NO_LOG:
        remove_file(world, FIRST);
        break;
    case ROLLED_BACK:
        sg_tempdir_write(dir, FIRST, old->log, old->log_len);
        sg_tempdir_write(dir, "checkpoint", old->checkpoint, old->checkpoint_len);
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
    struct world world;
    struct copies old, last, after;
    begin(&world);
    write_some(&world, 500);
    sign(&world);
    keep(&world, &old);
    write_some(&world, 300);
    world.now += 10 * (uint64_t)SECOND;
    sign(&world);
    write_some(&world, 100);
    world.now += 10 * (uint64_t)SECOND;
    sign(&world);
    write_some(&world, 3);
    assert_int_equal(tick(&world, false), SCRUBGATE_OK); /* their clock is behind: signed too */
    write_some(&world, 3);
    close_log(&world);
    keep(&world, &last);
    harm(&world, row->harm, &old, &last);
    keep(&world, &after);
    assert_int_equal(open_log(&world), row->want);
    if (row->want < 0) {
        assert_null(world.log);
        if (row->line > 0) {
            assert_non_null(strstr(world.fault.file, FIRST));
            assert_int_equal(world.fault.line, row->line);
        }
        /* Nothing was changed. */
        struct copies now;
        keep(&world, &now);
        assert_int_equal(now.log_len, after.log_len);
        if (now.log_len > 0)
            assert_memory_equal(now.log, after.log, now.log_len);
        free_copies(&now);
    } else {
        write_some(&world, 10);
        assert_int_equal(sg_log_finish(world.log, &world.fault), SCRUBGATE_OK);
        struct outside outside = look(&world);
        assert_int_equal(outside.size, outside.records);
        assert_int_equal(outside.seals, 3);
        assert_true(sg_tempdir_has(&world.dir, "log/000000.index"));
        assert_true(sg_tempdir_has(&world.dir, "tile/0/001"));
    }
    free_copies(&old);
    free_copies(&last);
    free_copies(&after);
    end(&world);
}

/* --- a crash between each pair of writes --- */

static bool run_once(struct world *world, uint64_t *acknowledged)
{
    for (unsigned round = 0; round < 4; round++) {
        if (put(world, 150) < 0)
            return false;
        *acknowledged += 150;
        world->now += 6 * (uint64_t)SECOND;
        if (tick(world, true) < 0)
            return false;
    }
    return sg_log_finish(world->log, &world->fault) >= 0;
}

static void survives_each_crash(void **state)
{
    bool done = false;
    long n = 0;
    (void)state;
    for (; !done; n++) {
        struct world world;
        uint64_t acknowledged = 0;
        begin(&world);
        write_some(&world, 5);
        sign(&world);
        changes_left = n;
        done = run_once(&world, &acknowledged) && changes_left > 0;
        /* The process ends here: nothing more is written by it. */
        changes_left = 0;
        close_log(&world);
        changes_left = -1;
        enum scrubgate_status rc = open_log(&world);
        if (rc != SCRUBGATE_OK)
            print_error("change %ld: %s: %s\n", n, world.fault.file, world.fault.what);
        assert_int_equal(rc, SCRUBGATE_OK);
        write_some(&world, 1);
        assert_int_equal(sg_log_finish(world.log, &world.fault), SCRUBGATE_OK);
        struct outside outside = look(&world);
        assert_true(outside.records >= 5 + acknowledged + 1);
        assert_int_equal(outside.size, outside.records);
        end(&world);
    }
    assert_true(n > 40);
}

/* The same without a crash: the disk comes back. */
static void goes_on_when_the_disk_is_back(void **state)
{
    bool done = false;
    (void)state;
    for (long n = 0; !done; n++) {
        struct world world;
        uint64_t acknowledged = 0;
        begin(&world);
        write_some(&world, 5);
        sign(&world);
        changes_left = n;
        done = run_once(&world, &acknowledged) && changes_left > 0;
        changes_left = -1;
        world.now += 10 * (uint64_t)SECOND;
        if (put(&world, 1) < 0)
            write_some(&world, 1);
        sign(&world);
        assert_int_equal(sg_log_finish(world.log, &world.fault), SCRUBGATE_OK);
        struct outside outside = look(&world);
        assert_true(outside.records >= 5 + acknowledged + 1);
        assert_int_equal(outside.size, outside.records);
        end(&world);
    }
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
    SG_SUITE_ROWS(meets_harm, harm_rows);
    sg_suite_add("a crash between any two changes loses nothing", survives_each_crash, NULL);
    sg_suite_add("a disk that failed and is back", goes_on_when_the_disk_is_back, NULL);
    return sg_suite_run("log");
}
