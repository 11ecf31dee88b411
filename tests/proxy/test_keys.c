/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_keys.c - key files: made once, closed to others, refused when they are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "collusion/facet.h"
#include "proxy/keys.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define FILE_NAME "keys/agent.key"
#define HEX32     "00112233445566778899aabbccddeeff"

struct world {
    struct sg_tempdir dir;
    char keys[512];
    struct scrubgate_fault fault;
};

static void begin(struct world *world)
{
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    sg_tempdir_path(&world->dir, "keys", world->keys);
}

static void end(struct world *world)
{
    sg_tempdir_remove(&world->dir);
}

static unsigned mode_of(struct world *world, const char *name)
{
    char path[512];
    struct stat info;
    sg_tempdir_path(&world->dir, name, path);
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static void set_mode(struct world *world, const char *name, unsigned mode)
{
    char path[512];
    sg_tempdir_path(&world->dir, name, path);
    assert_int_equal(chmod(path, mode), 0);
}

static const char *const all_names[] = {"keys/agent.key", "keys/customer.key",
                                        "keys/conversation.key", "keys/fingerprint.key"};

/* Whole keys in the places of those that a test is not about. */
static void write_others(struct world *world)
{
    for (size_t i = 1; i < 3; i++) {
        sg_tempdir_write(&world->dir, all_names[i], HEX32 HEX32 "\n", 65);
        set_mode(world, all_names[i], 0600);
    }
}

static void test_a_missing_key_is_made_once(void **state)
{
    (void)state;
    struct world world;
    struct sg_keys keys, again, zero;
    unsigned made = 77;
    mode_t before = umask(0);
    begin(&world);
    assert_int_equal(sg_keys_make(world.keys, &made, &world.fault), SCRUBGATE_OK);
    (void)umask(before);
    assert_int_equal(made, 4);
    assert_int_equal(mode_of(&world, "keys"), 0700);
    for (size_t i = 0; i < 4; i++) {
        size_t len = 0;
        assert_int_equal(mode_of(&world, all_names[i]), 0600);
        char *text = sg_tempdir_read(&world.dir, all_names[i], &len);
        assert_int_equal(len, 65);
        assert_int_equal(strspn(text, "0123456789abcdef"), 64);
        assert_int_equal(text[64], '\n');
        free(text);
    }
    assert_int_equal(sg_keys_load(&keys, world.keys, &world.fault), SCRUBGATE_OK);
    assert_int_equal(sg_keys_make(world.keys, &made, &world.fault), SCRUBGATE_OK);
    assert_int_equal(made, 0);
    assert_int_equal(sg_keys_load(&again, world.keys, &world.fault), SCRUBGATE_OK);
    assert_memory_equal(&keys, &again, sizeof keys);
    memset(&zero, 0, sizeof zero);
    assert_memory_not_equal(&keys, &zero, sizeof keys);
    sg_keys_wipe(&keys);
    assert_memory_equal(&keys, &zero, sizeof keys);
    end(&world);
}

static void test_two_keys_differ(void **state)
{
    (void)state;
    struct world one, two;
    unsigned made;
    begin(&one);
    begin(&two);
    assert_int_equal(sg_keys_make(one.keys, &made, &one.fault), SCRUBGATE_OK);
    assert_int_equal(sg_keys_make(two.keys, &made, &two.fault), SCRUBGATE_OK);
    char *a = sg_tempdir_read(&one.dir, FILE_NAME, NULL);
    char *b = sg_tempdir_read(&two.dir, FILE_NAME, NULL);
    assert_string_not_equal(a, b);
    free(a);
    free(b);
    end(&one);
    end(&two);
}

static void test_a_umask_does_not_lock_us_out(void **state)
{
    (void)state;
    struct world world;
    unsigned made;
    begin(&world);
    sg_tempdir_mkdir(&world.dir, "keys");
    mode_t before = umask(0777);
    assert_int_equal(sg_keys_make(world.keys, &made, &world.fault), SCRUBGATE_OK);
    (void)umask(before);
    assert_int_equal(mode_of(&world, FILE_NAME), 0600);
    end(&world);
}

/* --- what is loaded and what is refused --- */

struct row {
    const char *name, *text; /* NULL: no file */
    unsigned mode, folder_mode;
    enum scrubgate_status want;
    const char *word; /* of the fault */
};

static const struct row rows[] = {
    {"64 hex digits and LF are a key", HEX32 HEX32 "\n", 0600, 0700, SCRUBGATE_OK, NULL},
    {"capital digits too", "00112233445566778899AABBCCDDEEFF" HEX32 "\n", 0600, 0700, SCRUBGATE_OK,
     NULL},
    {"a key we can only read is fine", HEX32 HEX32 "\n", 0400, 0700, SCRUBGATE_OK, NULL},
    {"a key the group can read is refused", HEX32 HEX32 "\n", 0640, 0700, SCRUBGATE_EINVAL,
     "chmod 600"},
    {"a key others can read is refused", HEX32 HEX32 "\n", 0604, 0700, SCRUBGATE_EINVAL,
     "chmod 600"},
    {"a key the group can write is refused", HEX32 HEX32 "\n", 0620, 0700, SCRUBGATE_EINVAL,
     "chmod 600"},
    {"a folder others can write is refused", HEX32 HEX32 "\n", 0600, 0702, SCRUBGATE_EINVAL,
     "chmod 700"},
    {"a folder others can list is fine", HEX32 HEX32 "\n", 0600, 0755, SCRUBGATE_OK, NULL},
    {"a missing key is an error", NULL, 0600, 0700, SCRUBGATE_EIO, "open"},
    {"an empty key is refused", "", 0600, 0700, SCRUBGATE_EINVAL, "64 hex"},
    {"a short key is refused", HEX32 "\n", 0600, 0700, SCRUBGATE_EINVAL, "64 hex"},
    {"a key without LF is refused", HEX32 HEX32, 0600, 0700, SCRUBGATE_EINVAL, "64 hex"},
    {"a longer key is refused", HEX32 HEX32 "\n\n", 0600, 0700, SCRUBGATE_EINVAL, "64 hex"},
    {"another letter is refused", "g0112233445566778899aabbccddeeff" HEX32 "\n", 0600, 0700,
     SCRUBGATE_EINVAL, "64 hex"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct world world;
    struct sg_keys keys;
    begin(&world);
    sg_tempdir_mkdir(&world.dir, "keys");
    write_others(&world);
    if (row->text != NULL) {
        sg_tempdir_write(&world.dir, FILE_NAME, row->text, strlen(row->text));
        set_mode(&world, FILE_NAME, row->mode);
    }
    set_mode(&world, "keys", row->folder_mode);
    memset(&keys, 0x55, sizeof keys);
    assert_int_equal(sg_keys_load(&keys, world.keys, &world.fault), row->want);
    if (row->want < 0) {
        assert_int_equal(keys.agent[0], 0x55); /* nothing written on an error */
        assert_non_null(strstr(world.fault.what, row->word));
        assert_true(strlen(world.fault.file) > 0);
        assert_null(strstr(world.fault.what, "0011"));
    } else {
        assert_int_equal(keys.agent[1], 0x11);
        assert_int_equal(keys.agent[31], 0xff);
        assert_int_equal(keys.customer[31], 0xff);
    }
    end(&world);
}

static void test_a_key_of_another_owner_is_refused(void **state)
{
    (void)state;
    struct world world;
    struct sg_keys keys;
    char path[512];
    if (geteuid() != 0)
        skip(); /* only root can give a file away */
    begin(&world);
    sg_tempdir_mkdir(&world.dir, "keys");
    write_others(&world);
    sg_tempdir_write(&world.dir, FILE_NAME, HEX32 HEX32 "\n", 65);
    set_mode(&world, FILE_NAME, 0600);
    sg_tempdir_path(&world.dir, FILE_NAME, path);
    assert_int_equal(chown(path, 12345, 12345), 0);
    assert_int_equal(sg_keys_load(&keys, world.keys, &world.fault), SCRUBGATE_EINVAL);
    assert_non_null(strstr(world.fault.what, "chown"));
    assert_int_equal(chown(path, 0, 0), 0);
    assert_int_equal(chown(world.keys, 12345, 12345), 0);
    assert_int_equal(sg_keys_load(&keys, world.keys, &world.fault), SCRUBGATE_EINVAL);
    end(&world);
}

static void test_a_link_or_a_pipe_is_no_key(void **state)
{
    (void)state;
    struct world world;
    struct sg_keys keys;
    char path[512];
    unsigned made;
    begin(&world);
    sg_tempdir_mkdir(&world.dir, "keys");
    write_others(&world);
    sg_tempdir_write(&world.dir, "elsewhere", HEX32 HEX32 "\n", 65);
    set_mode(&world, "elsewhere", 0600);
    sg_tempdir_path(&world.dir, FILE_NAME, path);
    assert_int_equal(symlink("../elsewhere", path), 0);
    assert_int_equal(sg_keys_load(&keys, world.keys, &world.fault), SCRUBGATE_EIO);
    assert_int_equal(sg_keys_make(world.keys, &made, &world.fault), SCRUBGATE_OK);
    assert_int_equal(made, 0); /* what is there is left alone */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(sg_keys_load(&keys, world.keys, &world.fault), SCRUBGATE_EINVAL);
    end(&world);
}

/* As an earlier version left it: what was digested with it stays what it was, and none of the keys
 * that come of it tells another. */
static void test_an_earlier_versions_key_goes_on(void **state)
{
    static const uint8_t old[SG_KEY_SIZE] = {0,    0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                             0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
                                             0,    0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                             0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    const struct sg_bytes brand = SG_BYTES("acme"), id = SG_BYTES("7");
    uint64_t before[3], after[3];
    struct world world;
    struct sg_keys keys;
    struct sg_facets *facets;
    unsigned made;
    (void)state;
    begin(&world);
    sg_tempdir_mkdir(&world.dir, "keys");
    sg_tempdir_write(&world.dir, "keys/fingerprint.key", HEX32 HEX32 "\n", 65);
    set_mode(&world, "keys/fingerprint.key", 0600);
    assert_int_equal(sg_keys_make(world.keys, &made, &world.fault), SCRUBGATE_OK);
    assert_int_equal(made, 3);
    assert_int_equal(sg_keys_load(&keys, world.keys, &world.fault), SCRUBGATE_OK);
    assert_int_equal(sg_facets_new(&facets, old), SCRUBGATE_OK);
    assert_int_equal(sg_facet_agent(facets, id, &before[0]), SCRUBGATE_OK);
    assert_int_equal(sg_facet_customer(facets, brand, id, &before[1]), SCRUBGATE_OK);
    assert_int_equal(sg_facet_conversation(facets, brand, id, &before[2]), SCRUBGATE_OK);
    sg_facets_free(facets);
    assert_int_equal(sg_facets_of_agents(&facets, keys.agent), SCRUBGATE_OK);
    assert_int_equal(sg_facets_set_own(facets, NULL, keys.customer, keys.conversation),
                     SCRUBGATE_OK);
    assert_int_equal(sg_facet_agent(facets, id, &after[0]), SCRUBGATE_OK);
    assert_int_equal(sg_facet_customer(facets, brand, id, &after[1]), SCRUBGATE_OK);
    assert_int_equal(sg_facet_conversation(facets, brand, id, &after[2]), SCRUBGATE_OK);
    assert_memory_equal(before, after, sizeof before);
    sg_facets_free(facets);
    end(&world);
}

/* A new one would not know the agents that are blocked. */
static void test_a_lost_key_is_not_made_again(void **state)
{
    struct world world;
    unsigned made;
    char path[512];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        begin(&world);
        assert_int_equal(sg_keys_make(world.keys, &made, &world.fault), SCRUBGATE_OK);
        sg_tempdir_path(&world.dir, all_names[3], path);
        assert_int_equal(unlink(path), 0); /* an epoch has it */
        assert_int_equal(sg_keys_make(world.keys, &made, &world.fault), SCRUBGATE_OK);
        assert_int_equal(made, 0);
        sg_tempdir_path(&world.dir, all_names[i], path);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(sg_keys_make(world.keys, &made, &world.fault), SCRUBGATE_EINVAL);
        assert_non_null(strstr(world.fault.what, "restore"));
        assert_non_null(strstr(world.fault.file, all_names[i]));
        end(&world);
    }
}

/* What stays of a key that is lost must not be thrown away on our advice. */
static void test_a_damaged_key_is_to_be_restored(void **state)
{
    struct world world;
    struct sg_keys keys;
    unsigned made;
    (void)state;
    begin(&world);
    assert_int_equal(sg_keys_make(world.keys, &made, &world.fault), SCRUBGATE_OK);
    sg_tempdir_write(&world.dir, FILE_NAME, HEX32 "\n", 33);
    assert_int_equal(sg_keys_load(&keys, world.keys, &world.fault), SCRUBGATE_EINVAL);
    assert_non_null(strstr(world.fault.what, "restore"));
    assert_null(strstr(world.fault.what, "remove"));
    end(&world);
}

/* Killed between a key's first byte and its name: the next start makes what is missing. */
static void test_a_kill_leaves_no_half_key(void **state)
{
    struct world world;
    struct sg_keys keys;
    unsigned made;
    int status;
    (void)state;
    begin(&world);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit none = {0, 0}; /* who writes a byte is killed for it */
        _exit(setrlimit(RLIMIT_FSIZE, &none) == 0 &&
              sg_keys_make(world.keys, &made, &world.fault) >= 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(sg_keys_make(world.keys, &made, &world.fault), SCRUBGATE_OK);
    assert_int_equal(made, 4);
    assert_int_equal(sg_keys_load(&keys, world.keys, &world.fault), SCRUBGATE_OK);
    end(&world);
}

static void test_a_file_in_the_folders_place_is_an_error(void **state)
{
    (void)state;
    struct world world;
    unsigned made;
    begin(&world);
    sg_tempdir_write(&world.dir, "keys", "", 0);
    assert_int_equal(sg_keys_make(world.keys, &made, &world.fault), SCRUBGATE_EIO);
    assert_int_equal(made, 0);
    end(&world);
}

int main(void)
{
    sg_suite_add("a missing key is made once", test_a_missing_key_is_made_once, NULL);
    sg_suite_add("an earlier version's key goes on", test_an_earlier_versions_key_goes_on, NULL);
    sg_suite_add("a lost key is not made again", test_a_lost_key_is_not_made_again, NULL);
    sg_suite_add("a damaged key is to be restored", test_a_damaged_key_is_to_be_restored, NULL);
    sg_suite_add("a kill leaves no half key", test_a_kill_leaves_no_half_key, NULL);
    sg_suite_add("two keys differ", test_two_keys_differ, NULL);
    sg_suite_add("a umask does not lock us out", test_a_umask_does_not_lock_us_out, NULL);
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("a key of another owner is refused", test_a_key_of_another_owner_is_refused, NULL);
    sg_suite_add("a link or a pipe is no key", test_a_link_or_a_pipe_is_no_key, NULL);
    sg_suite_add("a file in the folder's place is an error",
                 test_a_file_in_the_folders_place_is_an_error, NULL);
    return sg_suite_run("keys");
}
