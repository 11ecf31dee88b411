/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_reader.c - a log folder read by an outsider: records, places, nodes of the tree.
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

#include "audit/journal.h"
#include "audit/merkle.h"
#include "audit/reader.h"
#include "audit/tile_file.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define FIRST "log/000000.ndjson"
#define A     "{\"seq\":0,\"a\":1}\n"
#define B     "{\"seq\":1,\"a\":1}\n"
#define C     "{\"seq\":2,\"a\":1}\n"

struct world {
    struct sg_tempdir dir;
    struct sg_reader *reader;
    struct scrubgate_fault fault;
};

static void begin(struct world *world)
{
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    sg_tempdir_mkdir(&world->dir, "log");
}

static void look(struct world *world)
{
    assert_int_equal(sg_reader_open(&world->reader, world->dir.path, &world->fault), SCRUBGATE_OK);
}

static void end(struct world *world)
{
    sg_reader_close(world->reader);
    sg_tempdir_remove(&world->dir);
}

/* Reads to the end; answers what came then. */
static enum scrubgate_status read_all(struct world *world, uint64_t *n)
{
    struct sg_bytes record;
    uint64_t seq = 0;
    enum scrubgate_status rc;
    *n = 0;
    while ((rc = sg_reader_next(world->reader, &record, &seq, &world->fault)) == SCRUBGATE_OK) {
        assert_int_equal(record.data[record.len - 1], '}');
        (*n)++;
    }
    return rc;
}

/* Appends n records with the journal itself. */
static void write_log(const struct world *world, uint64_t n)
{
    struct sg_journal *journal;
    uint64_t seq;
    assert_int_equal(sg_journal_open(&journal, world->dir.path, NULL), SCRUBGATE_OK);
    for (uint64_t i = 0; i < n; i++)
        assert_int_equal(sg_journal_append(journal, SG_BYTES("\"a\":1}"), &seq), SCRUBGATE_OK);
    assert_int_equal(sg_journal_commit(journal, NULL), SCRUBGATE_OK);
    sg_journal_close(journal);
}

/* --- what a file says --- */

static const struct file_row {
    const char *name, *text;
    size_t len;
    uint64_t records;
    enum scrubgate_status want;
    unsigned line;
} file_rows[] = {
#define TEXT(text) text, sizeof(text) - 1
    {"an empty file has no record", TEXT(""), 0, SCRUBGATE_DONE, 0},
    {"records, to the end of the file", TEXT(A B), 2, SCRUBGATE_DONE, 0},
    {"zeros ahead are no records", TEXT(A B "\0\0\0\0\0\0\0\0"), 2, SCRUBGATE_DONE, 0},
    {"only zeros are no records", TEXT("\0\0\0\0"), 0, SCRUBGATE_DONE, 0},
    {"a line without its LF is not there yet", TEXT(A "{\"seq\":1,\"a\":1}"), 1, SCRUBGATE_DONE, 0},
    {"a line torn by zeros is not there yet", TEXT(A "{\"seq\":1,\0\0\0"), 1, SCRUBGATE_DONE, 0},
    {"a line with a hole is not there yet", TEXT(A "{\"seq\":1,\0\0\"a\":1}\n"), 1, SCRUBGATE_DONE,
     0},
    {"a number that is left out", TEXT(A C), 1, SCRUBGATE_EMALFORMED, 2},
    {"a number that comes twice", TEXT(A A), 1, SCRUBGATE_EMALFORMED, 2},
    {"another first number", TEXT(B), 0, SCRUBGATE_EMALFORMED, 1},
    {"a number with a zero before it", TEXT(A "{\"seq\":01,\"a\":1}\n"), 1, SCRUBGATE_EMALFORMED,
     2},
    {"an empty line", TEXT(A "\n" B), 1, SCRUBGATE_EMALFORMED, 2},
    {"a line that does not end", TEXT(A "{\"seq\":1,\"a\":1\n" C), 1, SCRUBGATE_EMALFORMED, 2},
};

static void reads_file(void **state)
{
    const struct file_row *row = *state;
    struct world world;
    uint64_t n;
    begin(&world);
    sg_tempdir_write(&world.dir, FIRST, row->text, row->len);
    look(&world);
    assert_int_equal(read_all(&world, &n), row->want);
    assert_int_equal(n, row->records);
    assert_int_equal(world.fault.line, row->line);
    if (row->line > 0)
        assert_non_null(strstr(world.fault.file, FIRST));
    /* It says so again. */
    assert_int_equal(read_all(&world, &n), row->want);
    assert_int_equal(n, 0);
    end(&world);
}

static void goes_on_when_more_is_written(void **state)
{
    struct world world;
    uint64_t n;
    (void)state;
    begin(&world);
    sg_tempdir_write(&world.dir, FIRST, A "{\"seq\":1,\0\0\0\0\0\0\0\0\0", sizeof A + 18);
    look(&world);
    assert_int_equal(read_all(&world, &n), SCRUBGATE_DONE);
    assert_int_equal(n, 1);
    sg_tempdir_write(&world.dir, FIRST, A B C "\0\0", sizeof(A B C) + 1);
    assert_int_equal(read_all(&world, &n), SCRUBGATE_DONE);
    assert_int_equal(n, 2);
    end(&world);
}

static void refuses_a_line_longer_than_any_record(void **state)
{
    struct world world;
    uint64_t n;
    const size_t len = 200 * 1024;
    char *text = malloc(len);
    (void)state;
    begin(&world);
    memset(text, 'a', len);
    memcpy(text, "{\"seq\":0,\"a\":", 13);
    sg_tempdir_write(&world.dir, FIRST, text, len);
    look(&world);
    assert_int_equal(read_all(&world, &n), SCRUBGATE_EMALFORMED);
    assert_int_equal(world.fault.line, 1);
    free(text);
    end(&world);
}

static void a_log_without_records_has_none(void **state)
{
    struct world world;
    struct sg_buf text = {0};
    uint64_t n;
    (void)state;
    begin(&world);
    look(&world);
    assert_int_equal(read_all(&world, &n), SCRUBGATE_DONE);
    assert_int_equal(n, 0);
    assert_int_equal(sg_reader_seek(world.reader, 70000, &world.fault), SCRUBGATE_DONE);
    assert_int_equal(sg_reader_checkpoint(world.reader, &text, &world.fault), SCRUBGATE_DONE);
    sg_tempdir_write(&world.dir, "checkpoint", "a\nb\n", 4);
    assert_int_equal(sg_reader_checkpoint(world.reader, &text, &world.fault), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&text), SG_BYTES("a\nb\n")));
    sg_buf_fini(&text);
    end(&world);
}

static void a_folder_that_is_no_log_is_refused(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    sg_tempdir_write(&world.dir, "log/000001.ndjson", "", 0);
    assert_int_equal(sg_reader_open(&world.reader, world.dir.path, &world.fault),
                     SCRUBGATE_EMALFORMED);
    assert_int_equal(sg_reader_open(&world.reader, "/nonexistent", &world.fault), SCRUBGATE_EIO);
    end(&world);
}

/* --- more than one file --- */

static void make_index(const struct world *world, bool right)
{
    size_t len, n = 0;
    char *text = sg_tempdir_read(&world->dir, FIRST, &len);
    uint8_t *index = calloc(SG_JOURNAL_SEGMENT, 8);
    uint64_t offset = 0;
    while (offset < len) {
        const uint64_t told = right ? offset : offset + 3;
        for (size_t i = 0; i < 8; i++)
            index[8 * n + i] = (uint8_t)(told >> (56 - 8 * i));
        offset = (uint64_t)(strchr(text + offset, '\n') + 1 - text);
        n++;
    }
    sg_tempdir_write(&world->dir, "log/000000.index", index, n * 8);
    free(index);
    free(text);
}

static const struct seek_row {
    const char *name;
    bool index, right;
} seek_rows[] = {
    {"a place is found without an index", false, false},
    {"a place is found by the index", true, true},
    {"an index that lies is not believed", true, false},
};

static void finds_places(void **state)
{
    const struct seek_row *row = *state;
    static const uint64_t at[] = {0, 1, 300, 65535, 65536, 65537, 70000 - 1, 5};
    struct world world;
    struct sg_bytes record;
    uint64_t seq, n;
    begin(&world);
    write_log(&world, 70000);
    if (row->index)
        make_index(&world, row->right);
    look(&world);
    assert_int_equal(read_all(&world, &n), SCRUBGATE_DONE);
    assert_int_equal(n, 70000);
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        assert_int_equal(sg_reader_seek(world.reader, at[i], &world.fault), SCRUBGATE_OK);
        assert_int_equal(sg_reader_next(world.reader, &record, &seq, &world.fault), SCRUBGATE_OK);
        assert_int_equal(seq, at[i]);
    }
    assert_int_equal(sg_reader_seek(world.reader, 70001, &world.fault), SCRUBGATE_DONE);
    end(&world);
}

static const struct joint_row {
    const char *name;
    bool cut; /* else something is put behind */
    uint64_t records;
    unsigned line;
} joint_rows[] = {
    {"a full file that lost its last record is named", true, 65535, 65536},
    {"bytes behind a full file's last record are named", false, 65536, 65536},
};

static void checks_joint(void **state)
{
    const struct joint_row *row = *state;
    struct world world;
    char path[512];
    size_t len;
    uint64_t n;
    begin(&world);
    write_log(&world, 65540);
    free(sg_tempdir_read(&world.dir, FIRST, &len));
    sg_tempdir_path(&world.dir, FIRST, path);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    if (row->cut)
        assert_int_equal(ftruncate(fd, (off_t)len - 1), 0);
    else
        assert_int_equal(pwrite(fd, "x", 1, (off_t)len), 1);
    (void)close(fd);
    look(&world);
    assert_int_equal(read_all(&world, &n), SCRUBGATE_EMALFORMED);
    assert_int_equal(n, row->records);
    assert_int_equal(world.fault.line, row->line);
    assert_non_null(strstr(world.fault.file, FIRST));
    end(&world);
}

/* --- the tree --- */

struct tree {
    struct sg_merkle_range range;
    struct sg_hash leaf[70000], root;
};

static enum scrubgate_status ignore(void *ctx, unsigned level, uint64_t index,
                                    const struct sg_hash *hash)
{
    struct tree *tree = ctx;
    if (level == 0)
        tree->leaf[index] = *hash;
    return SCRUBGATE_OK;
}

static struct tree *make_tree(struct world *world, struct sg_sha256 *sha)
{
    struct tree *tree = calloc(1, sizeof *tree);
    struct sg_bytes record;
    uint64_t seq;
    while (sg_reader_next(world->reader, &record, &seq, NULL) == SCRUBGATE_OK) {
        struct sg_hash leaf;
        assert_int_equal(sg_merkle_leaf(sha, record, &leaf), SCRUBGATE_OK);
        assert_int_equal(sg_merkle_push(&tree->range, sha, &leaf, ignore, tree), SCRUBGATE_OK);
    }
    assert_int_equal(sg_merkle_root(&tree->range, sha, &tree->root), SCRUBGATE_OK);
    return tree;
}

/* The tiles of one level, from the leaves. */
static void write_tiles(const struct world *world, const struct tree *tree, struct sg_sha256 *sha,
                        int level)
{
    const uint64_t span = (uint64_t)1 << (8 * level), size = tree->range.size;
    uint8_t hashes[SG_TILE_SIZE];
    struct sg_tile tile;
    int fd = open(world->dir.path, O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    for (uint64_t i = 0; sg_tile_in(&tile, level, i, size); i++) {
        for (unsigned k = 0; k < tile.width; k++) {
            struct sg_hash hash;
            const uint64_t start = (i * SG_TILE_WIDTH + k) * span;
            assert_int_equal(sg_tile_join(tree->leaf[start].bytes, (unsigned)span, sha, &hash),
                             SCRUBGATE_OK);
            memcpy(hashes + (size_t)k * 32, hash.bytes, 32);
        }
        assert_int_equal(sg_tile_file_write(fd, &tile, hashes), SCRUBGATE_OK);
    }
    (void)close(fd);
}

static void check_tree(struct world *world, const struct tree *tree, struct sg_sha256 *sha)
{
    static const uint64_t at[] = {0, 255, 256, 65535, 65536, 69999};
    struct sg_hash root;
    assert_int_equal(
        sg_merkle_root_of(0, tree->range.size, sha, sg_reader_node, world->reader, &root),
        SCRUBGATE_OK);
    assert_true(sg_hash_equal(&root, &tree->root));
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        struct sg_merkle_proof proof;
        if (at[i] >= tree->range.size)
            break;
        assert_int_equal(
            sg_merkle_prove(&proof, at[i], tree->range.size, sha, sg_reader_node, world->reader),
            SCRUBGATE_OK);
        assert_int_equal(
            sg_merkle_verify(&proof, at[i], tree->range.size, &tree->leaf[at[i]], &tree->root, sha),
            SCRUBGATE_OK);
    }
}

static const struct tree_row {
    const char *name;
    uint64_t size;
    bool level0, level1;
} tree_rows[] = {
    {"a tree of one record", 1, false, false},
    {"a small tree without tiles", 700, false, false},
    {"a tree with its leaves' tiles", 70000, true, false},
    {"a tree with all its tiles", 70000, true, true},
};

static void proves(void **state)
{
    const struct tree_row *row = *state;
    struct world world;
    struct sg_sha256 *sha;
    begin(&world);
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    write_log(&world, row->size);
    look(&world);
    struct tree *tree = make_tree(&world, sha);
    assert_int_equal(tree->range.size, row->size);
    if (row->level0)
        write_tiles(&world, tree, sha, 0);
    if (row->level1)
        write_tiles(&world, tree, sha, 1);
    sg_reader_set_size(world.reader, row->size);
    check_tree(&world, tree, sha);
    free(tree);
    sg_sha256_free(sha);
    end(&world);
}

static void a_node_beyond_the_records_is_none(void **state)
{
    struct world world;
    struct sg_hash hash;
    (void)state;
    begin(&world);
    write_log(&world, 5);
    look(&world);
    assert_int_equal(sg_reader_node(world.reader, 0, 4, &hash), SCRUBGATE_OK);
    assert_int_equal(sg_reader_node(world.reader, 0, 5, &hash), SCRUBGATE_EMALFORMED);
    assert_int_equal(sg_reader_node(world.reader, 2, 1, &hash), SCRUBGATE_EMALFORMED);
    assert_int_equal(sg_reader_node(world.reader, 64, 0, &hash), SCRUBGATE_EINVAL);
    end(&world);
}

static void a_wrong_tile_is_hearsay(void **state)
{
    struct world world;
    struct sg_hash hash, other;
    uint8_t hashes[SG_TILE_SIZE] = {1, 2, 3};
    struct sg_tile tile = {0, 0, 5};
    (void)state;
    begin(&world);
    write_log(&world, 5);
    int fd = open(world.dir.path, O_RDONLY | O_DIRECTORY);
    assert_int_equal(sg_tile_file_write(fd, &tile, hashes), SCRUBGATE_OK);
    (void)close(fd);
    look(&world);
    sg_reader_set_size(world.reader, 5);
    assert_int_equal(sg_reader_node(world.reader, 0, 0, &hash), SCRUBGATE_OK);
    assert_memory_equal(hash.bytes, hashes, 32);
    sg_reader_set_tiles(world.reader, false);
    assert_int_equal(sg_reader_node(world.reader, 0, 0, &other), SCRUBGATE_OK);
    assert_memory_not_equal(other.bytes, hashes, 32);
    /* One of another length is as if it were not there. */
    sg_tempdir_write(&world.dir, "tile/0/000.p/5", hashes, 31);
    sg_reader_close(world.reader);
    look(&world);
    sg_reader_set_size(world.reader, 5);
    assert_int_equal(sg_reader_node(world.reader, 0, 0, &hash), SCRUBGATE_OK);
    assert_true(sg_hash_equal(&hash, &other));
    end(&world);
}

static enum scrubgate_status open_once(void *ctx)
{
    struct world *world = ctx;
    enum scrubgate_status rc = sg_reader_open(&world->reader, world->dir.path, &world->fault);
    assert_true((rc < 0) == (world->reader == NULL));
    return rc;
}

static void out_of_memory_is_an_answer(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    assert_true(sg_alloc_fail_each(open_once, &world) > 3);
    end(&world);
}

int main(void)
{
    SG_SUITE_ROWS(reads_file, file_rows);
    SG_SUITE_ROWS(finds_places, seek_rows);
    SG_SUITE_ROWS(checks_joint, joint_rows);
    SG_SUITE_ROWS(proves, tree_rows);
    sg_suite_add("a record that is written later is read later", goes_on_when_more_is_written,
                 NULL);
    sg_suite_add("a line longer than any record", refuses_a_line_longer_than_any_record, NULL);
    sg_suite_add("a log without records", a_log_without_records_has_none, NULL);
    sg_suite_add("a folder that is no log", a_folder_that_is_no_log_is_refused, NULL);
    sg_suite_add("a node beyond the records is none", a_node_beyond_the_records_is_none, NULL);
    sg_suite_add("a tile is hearsay", a_wrong_tile_is_hearsay, NULL);
    sg_suite_add("out of memory is an answer", out_of_memory_is_an_answer, NULL);
    return sg_suite_run("reader");
}
