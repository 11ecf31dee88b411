/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tile.c - tiles stand where C2SP tlog-tiles says, and nodes are found in them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "audit/tile.h"

#include "../lib/suite.h"

struct path {
    const char *name, *path;
    struct sg_tile tile;
};
static const struct path paths[] = {
    {"the first tile", "tile/0/000", {0, 0, 256}},
    {"a number of seven digits", "tile/0/x001/x234/067", {0, 1234067, 256}},
    {"a tile that is not full", "tile/0/x001/x234/067.p/12", {0, 1234067, 12}},
    {"a thousand", "tile/1/x001/000", {1, 1000, 256}},
    {"entries", "tile/entries/273.p/112", {SG_TILE_ENTRIES, 273, 112}},
    {"the last level", "tile/7/000.p/1", {7, 0, 1}},
};

static void test_a_path_is_written_and_read(void **state)
{
    const struct path *row = *state;
    struct sg_buf made = {0};
    struct sg_tile read;
    assert_int_equal(sg_tile_path(&made, &row->tile), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&made), sg_bytes_of(row->path)));
    assert_int_equal(sg_tile_read_path(&read, sg_buf_bytes(&made)), SCRUBGATE_OK);
    assert_int_equal(read.level, row->tile.level);
    assert_int_equal(read.index, row->tile.index);
    assert_int_equal(read.width, row->tile.width);
    sg_buf_fini(&made);
}

static const struct path bad_paths[] = {
    {"two digits", "tile/0/00", {0, 0, 0}},
    {"four digits", "tile/0/0000", {0, 0, 0}},
    {"an x before the last group", "tile/0/x001", {0, 0, 0}},
    {"no x before the first", "tile/0/001/234", {0, 0, 0}},
    {"a zero group before", "tile/0/x000/067", {0, 0, 0}},
    {"a width of nothing", "tile/0/067.p/0", {0, 0, 0}},
    {"a width of all", "tile/0/067.p/256", {0, 0, 0}},
    {"a width with a zero before it", "tile/0/067.p/012", {0, 0, 0}},
    {"a level that is not there", "tile/8/000", {0, 0, 0}},
    {"a path upwards", "tile/0/../000", {0, 0, 0}},
    {"another file", "checkpoint", {0, 0, 0}},
    {"a number over 64 bits", "tile/0/x999/x999/x999/x999/x999/x999/999", {0, 0, 0}},
    {"nothing", "", {0, 0, 0}},
};

static void test_a_bad_path_is_refused(void **state)
{
    const struct path *row = *state;
    struct sg_tile read;
    assert_int_equal(sg_tile_read_path(&read, sg_bytes_of(row->path)), SCRUBGATE_EMALFORMED);
}

/* So many tiles of that level, and the width of the last. */
static void assert_level(uint64_t size, int level, uint64_t full, unsigned partial)
{
    struct sg_tile tile;
    if (full > 0) {
        assert_true(sg_tile_in(&tile, level, full - 1, size));
        assert_int_equal(tile.width, SG_TILE_WIDTH);
    }
    assert_int_equal(sg_tile_in(&tile, level, full, size), partial > 0);
    if (partial > 0)
        assert_int_equal(tile.width, partial);
    assert_false(sg_tile_in(&tile, level, full + 1, size));
}

static void test_a_tree_of_70000_has_the_tiles_of_the_standard(void **state)
{
    (void)state;
    assert_level(70000, 0, 273, 112);
    assert_level(70000, 1, 1, 17);
    assert_level(70000, 2, 0, 1);
    assert_level(70000, 3, 0, 0);
    assert_level(70000, SG_TILE_ENTRIES, 273, 112);
}

static void test_a_tree_of_256_has_one_full_tile_and_one_above(void **state)
{
    (void)state;
    assert_level(256, 0, 1, 0);
    assert_level(256, 1, 0, 1);
    assert_level(256, 2, 0, 0);
    assert_level(0, 0, 0, 0);
}

static void test_a_node_between_levels_joins_hashes_of_one_tile(void **state)
{
    struct sg_tile tile;
    unsigned first, count;
    (void)state;
    assert_true(sg_tile_of_node(&tile, 3, 33, 70000, &first, &count));
    assert_int_equal(tile.level, 0);
    assert_int_equal(tile.index, 1);
    assert_int_equal(first, 8);
    assert_int_equal(count, 8);
    assert_true(sg_tile_of_node(&tile, 8, 272, 70000, &first, &count));
    assert_int_equal(tile.level, 1);
    assert_int_equal(tile.index, 1);
    assert_int_equal(tile.width, 17);
    assert_int_equal(first, 16);
    assert_int_equal(count, 1);
    assert_false(sg_tile_of_node(&tile, 8, 273, 70000, &first, &count));
    assert_false(sg_tile_of_node(&tile, 3, 8749, 70000 - 1, &first, &count));
}

int main(void)
{
    SG_SUITE_ROWS(test_a_path_is_written_and_read, paths);
    SG_SUITE_ROWS(test_a_bad_path_is_refused, bad_paths);
    sg_suite_add("a tree of 70,000 has the tiles of the standard",
                 test_a_tree_of_70000_has_the_tiles_of_the_standard, NULL);
    sg_suite_add("a tree of 256 has one full tile and one above",
                 test_a_tree_of_256_has_one_full_tile_and_one_above, NULL);
    sg_suite_add("a node between levels joins hashes of one tile",
                 test_a_node_between_levels_joins_hashes_of_one_tile, NULL);
    return sg_suite_run("audit/test_tile");
}
