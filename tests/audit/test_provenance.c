/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_provenance.c - the packs behind a digest are shown as they were, or not at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/provenance.h"
#include "base/digest.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

static const struct sg_provenance_source packs[] = {
    {"toys", {(const uint8_t *)"pack: toys\n", 11}},
    {"animals", {(const uint8_t *)"pack: animals\n", 14}},
};
enum { PACKS = sizeof packs / sizeof packs[0] };

/* By hand: what the digest of a rule set is said to be. */
static const char said[] = "11\npack: toys\n14\npack: animals\n";

struct world {
    struct sg_tempdir dir;
    char digest[2 * SG_SHA256_SIZE + 1];
    struct scrubgate_fault fault;
    struct sg_provenance rules;
};

static void setup(struct world *world)
{
    uint8_t digest[SG_SHA256_SIZE];
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    assert_int_equal(sg_sha256(sg_bytes_of(said), digest), SCRUBGATE_OK);
    sg_hex((struct sg_bytes){digest, sizeof digest}, world->digest);
}

static void teardown(struct world *world)
{
    sg_provenance_free(&world->rules);
    sg_tempdir_remove(&world->dir);
}

static void keep(struct world *world)
{
    assert_int_equal(
        sg_provenance_keep(world->dir.path, world->digest, packs, PACKS, &world->fault),
        SCRUBGATE_OK);
}

static enum scrubgate_status load(struct world *world)
{
    sg_provenance_free(&world->rules);
    return sg_provenance_load(&world->rules, world->dir.path, world->digest, &world->fault);
}

static void path_of(const struct world *world, const char *file, char path[512])
{
    char name[256];
    (void)snprintf(name, sizeof name, "rules/%s/%s", world->digest, file);
    sg_tempdir_path(&world->dir, name, path);
}

static void put(const struct world *world, const char *file, const char *text)
{
    char path[512];
    path_of(world, file, path);
    (void)unlink(path);
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    assert_true(fputs(text, to) >= 0);
    assert_int_equal(fclose(to), 0);
}

static void assert_whole(struct world *world)
{
    assert_int_equal(load(world), SCRUBGATE_OK);
    assert_int_equal(world->rules.n, PACKS);
    assert_string_equal(world->rules.packs[0].name, "000-toys.yaml");
    assert_string_equal(world->rules.packs[1].name, "001-animals.yaml");
    for (size_t i = 0; i < PACKS; i++)
        assert_true(sg_bytes_equal(sg_buf_bytes(&world->rules.packs[i].text), packs[i].text));
}

static void test_what_was_kept_is_shown_in_load_order(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    keep(&world);
    assert_whole(&world);
    teardown(&world);
}

static void test_keeping_again_changes_nothing(void **state)
{
    (void)state;
    struct world world;
    struct stat before, after;
    char path[512];
    setup(&world);
    keep(&world);
    path_of(&world, "000-toys.yaml", path);
    assert_int_equal(stat(path, &before), 0);
    keep(&world);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    teardown(&world);
}

static void test_a_digest_of_other_packs_is_not_taken(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    world.digest[0] = world.digest[0] == '0' ? '1' : '0';
    assert_int_equal(sg_provenance_keep(world.dir.path, world.digest, packs, PACKS, &world.fault),
                     SCRUBGATE_EINVAL);
    assert_int_not_equal(load(&world), SCRUBGATE_OK);
    teardown(&world);
}

/* --- what is not as it was --- */

static void drop_one(struct world *world)
{
    char path[512];
    path_of(world, "001-animals.yaml", path);
    assert_int_equal(unlink(path), 0);
}

static void change_one(struct world *world)
{
    put(world, "001-animals.yaml", "pack: Animals\n");
}

static void add_one(struct world *world)
{
    put(world, "002-more.yaml", "");
}

static void move_the_border(struct world *world)
{
    put(world, "000-toys.yaml", "pack: toys\np");
    put(world, "001-animals.yaml", "ack: animals\n");
}

static void swap_them(struct world *world)
{
    put(world, "000-toys.yaml", "pack: animals\n");
    put(world, "001-animals.yaml", "pack: toys\n");
}

static void link_one(struct world *world)
{
    char path[512], other[512];
    path_of(world, "001-animals.yaml", path);
    sg_tempdir_path(&world->dir, "elsewhere", other);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink(other, path), 0);
}

static void pipe_one(struct world *world)
{
    char path[512];
    path_of(world, "001-animals.yaml", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
}

struct changed_row {
    const char *name;
    void (*change)(struct world *world);
};

static const struct changed_row changes[] = {
    {"one that is gone", drop_one}, {"a byte that is another", change_one},
    {"one too many", add_one},      {"the same bytes, cut elsewhere", move_the_border},
    {"another order", swap_them},   {"a link to the same bytes", link_one},
    {"a pipe", pipe_one},
};

static void test_changed(void **state)
{
    const struct changed_row *row = *state;
    struct world world;
    setup(&world);
    keep(&world);
    row->change(&world);
    assert_int_equal(load(&world), SCRUBGATE_EMALFORMED);
    assert_int_equal(world.rules.n, 0);
    assert_non_null(strstr(world.fault.file, world.digest));
    keep(&world); /* the gateway starts again with them */
    assert_whole(&world);
    teardown(&world);
}

/* --- what is asked for --- */

struct asked_row {
    const char *name, *digest, *what;
};

static const struct asked_row asked[] = {
    {"one that is not kept", "0000000000000000000000000000000000000000000000000000000000000000",
     "no rules with this digest"},
    {"one that is short", "00", "64 lower-case hex digits"},
    {"a path", "../../../../../../../../../../../../../../../../../../../../../../etc",
     "64 lower-case hex digits"},
    {"capitals", "ABCDEF0000000000000000000000000000000000000000000000000000000000",
     "64 lower-case hex digits"},
};

static void test_asked(void **state)
{
    const struct asked_row *row = *state;
    struct world world;
    setup(&world);
    keep(&world);
    assert_int_equal(sg_provenance_load(&world.rules, world.dir.path, row->digest, &world.fault),
                     SCRUBGATE_EINVAL);
    assert_non_null(strstr(world.fault.what, row->what));
    teardown(&world);
}

static enum scrubgate_status keep_and_load(void *ctx)
{
    struct world *world = ctx;
    enum scrubgate_status rc =
        sg_provenance_keep(world->dir.path, world->digest, packs, PACKS, &world->fault);
    if (rc >= 0)
        rc = load(world);
    assert_true(rc >= 0 || world->rules.n == 0);
    sg_provenance_free(&world->rules);
    return rc;
}

static void test_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    keep(&world);
    assert_true(sg_alloc_fail_each(keep_and_load, &world) > 0);
    teardown(&world);
}

int main(void)
{
    sg_suite_add("what was kept is shown in load order", test_what_was_kept_is_shown_in_load_order,
                 NULL);
    sg_suite_add("keeping again changes nothing", test_keeping_again_changes_nothing, NULL);
    sg_suite_add("a digest of other packs is not taken", test_a_digest_of_other_packs_is_not_taken,
                 NULL);
    SG_SUITE_ROWS(test_changed, changes);
    SG_SUITE_ROWS(test_asked, asked);
    sg_suite_add("out of memory is an answer", test_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("provenance");
}
