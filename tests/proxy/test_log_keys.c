/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log_keys.c - the log's keys are made once, are ours alone, and belong to their log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/digest.h"
#include "proxy/log_keys.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define ORIGIN "gateway.example/scrubgate/1"

static struct sg_tempdir dir;
static struct scrubgate_fault fault;
static struct sg_seal_key first;

static enum scrubgate_status make(const char *origin, unsigned *made, bool *fresh)
{
    *made = 0;
    *fresh = false;
    fault = (struct scrubgate_fault){.what = ""};
    return sg_log_keys_make(dir.path, origin, made, fresh, &first, &fault);
}

static enum scrubgate_status open_keys(struct sg_log_keys *keys, const char *origin)
{
    fault = (struct scrubgate_fault){.what = ""};
    return sg_log_keys_open(keys, dir.path, origin, &fault);
}

static void begin(void)
{
    unsigned made;
    bool fresh;
    sg_tempdir_make(&dir);
    assert_int_equal(chmod(dir.path, 0700), 0);
    assert_int_equal(make(ORIGIN, &made, &fresh), SCRUBGATE_OK);
    assert_int_equal(made, 2);
    assert_true(fresh);
}

static void end(void)
{
    sg_tempdir_remove(&dir);
}

static unsigned mode_of(const char *name)
{
    char path[512];
    struct stat info;
    sg_tempdir_path(&dir, name, path);
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static void test_they_are_made_once(void **state)
{
    unsigned made;
    bool fresh;
    (void)state;
    begin();
    char *key = sg_tempdir_read(&dir, "log.key", NULL);
    assert_int_equal(mode_of("log.key"), 0600);
    assert_int_equal(mode_of("seal.key"), 0600);
    assert_int_equal(mode_of("log.vkey"), 0644);
    assert_int_equal(make(ORIGIN, &made, &fresh), SCRUBGATE_OK);
    assert_int_equal(made, 0);
    assert_false(fresh);
    char *again = sg_tempdir_read(&dir, "log.key", NULL);
    assert_string_equal(key, again);
    free(key);
    free(again);
    end();
}

static void test_without_a_name_only_the_seals_key_is_made(void **state)
{
    unsigned made;
    bool fresh;
    (void)state;
    sg_tempdir_make(&dir);
    assert_int_equal(chmod(dir.path, 0700), 0);
    assert_int_equal(make(NULL, &made, &fresh), SCRUBGATE_OK);
    assert_int_equal(made, 1);
    assert_true(fresh);
    assert_false(sg_tempdir_has(&dir, "log.key"));
    end();
}

static void test_what_is_opened_is_what_was_made(void **state)
{
    static const uint8_t text[] = "text";
    uint8_t signature[SG_ED25519_SIGNATURE];
    struct sg_log_keys keys;
    struct sg_note_key public_key;
    (void)state;
    begin();
    assert_int_equal(open_keys(&keys, ORIGIN), SCRUBGATE_OK);
    char *vkey = sg_tempdir_read(&dir, "log.vkey", NULL);
    assert_int_equal(
        sg_note_key_read(&public_key, (struct sg_bytes){(uint8_t *)vkey, strlen(vkey) - 1}),
        SCRUBGATE_OK);
    assert_int_equal(public_key.id, keys.key.id);
    assert_string_equal(public_key.name, ORIGIN);
    assert_int_equal(sg_signer_sign(keys.signer, (struct sg_bytes){text, sizeof text}, signature),
                     SCRUBGATE_OK);
    assert_true(
        sg_ed25519_verify(public_key.public_key, (struct sg_bytes){text, sizeof text}, signature));
    assert_int_equal(keys.seal.epoch, 0);
    assert_memory_equal(keys.seal.key, first.key, sizeof first.key);
    sg_log_keys_fini(&keys);
    free(vkey);
    end();
}

static void test_two_logs_have_two_keys(void **state)
{
    (void)state;
    begin();
    char *one = sg_tempdir_read(&dir, "log.key", NULL);
    struct sg_seal_key first_of_one = first;
    end();
    begin();
    char *other = sg_tempdir_read(&dir, "log.key", NULL);
    assert_string_not_equal(one, other);
    assert_memory_not_equal(first_of_one.key, first.key, sizeof first.key);
    free(one);
    free(other);
    end();
}

static void remove_file(const char *name)
{
    char path[512];
    sg_tempdir_path(&dir, name, path);
    assert_int_equal(unlink(path), 0);
}

static void others_read_key(void)
{
    char path[512];
    sg_tempdir_path(&dir, "log.key", path);
    assert_int_equal(chmod(path, 0640), 0);
}

static void others_write_folder(void)
{
    assert_int_equal(chmod(dir.path, 0777), 0);
}

static void others_read_seal_key(void)
{
    char path[512];
    sg_tempdir_path(&dir, "seal.key", path);
    assert_int_equal(chmod(path, 0604), 0);
}

static void key_is_link(void)
{
    char from[512], to[512];
    sg_tempdir_path(&dir, "log.key", from);
    sg_tempdir_path(&dir, "elsewhere", to);
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(symlink("elsewhere", from), 0);
}

static void key_is_pipe(void)
{
    char path[512];
    remove_file("seal.key");
    sg_tempdir_path(&dir, "seal.key", path);
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void key_is_gone(void)
{
    remove_file("log.key");
}

static void seal_key_is_empty(void)
{
    sg_tempdir_write(&dir, "seal.key", "", 0);
}

static void key_is_cut(void)
{
    size_t len = 0;
    char *text = sg_tempdir_read(&dir, "log.key", &len);
    sg_tempdir_write(&dir, "log.key", text, len - 2);
    free(text);
}

static void key_has_more(void)
{
    size_t len = 0;
    char *text = sg_tempdir_read(&dir, "log.key", &len);
    text = realloc(text, len + 2);
    assert_non_null(text);
    text[len] = '\n';
    sg_tempdir_write(&dir, "log.key", text, len + 1);
    free(text);
}

static void key_is_public_one(void)
{
    size_t len = 0;
    char *text = sg_tempdir_read(&dir, "log.vkey", &len);
    sg_tempdir_write(&dir, "log.key", text, len);
    free(text);
}

static void key_has_others_id(void)
{
    size_t len = 0;
    char *text = sg_tempdir_read(&dir, "log.key", &len);
    char *id = strchr(strchr(text, '/'), '+') + 1;
    *id = *id == '0' ? '1' : '0';
    sg_tempdir_write(&dir, "log.key", text, len);
    free(text);
}

struct row {
    const char *name;
    void (*change)(void);
    const char *origin, *said;
    enum scrubgate_status rc;
};

static const struct row rows[] = {
    {"a key of another log", NULL, "gateway.example/scrubgate/2",
     "this key is of another log: audit.origin must be: " ORIGIN, SCRUBGATE_EINVAL},
    {"a signing key that others can read", others_read_key, ORIGIN, "log.key", SCRUBGATE_EINVAL},
    {"a seal key that others can read", others_read_seal_key, ORIGIN, "seal.key", SCRUBGATE_EINVAL},
    {"a folder that others can write to", others_write_folder, ORIGIN, "", SCRUBGATE_EINVAL},
    {"a signing key that is a link", key_is_link, ORIGIN, "cannot open this key", SCRUBGATE_EIO},
    {"a seal key that is a pipe", key_is_pipe, ORIGIN, "seal.key", SCRUBGATE_EINVAL},
    {"a signing key that is gone", key_is_gone, ORIGIN, "cannot open this key", SCRUBGATE_EIO},
    {"a seal key that is empty", seal_key_is_empty, ORIGIN, "it holds no key: restore it",
     SCRUBGATE_EINVAL},
    {"a signing key that was cut", key_is_cut, ORIGIN, "this is no signing key", SCRUBGATE_EINVAL},
    {"a signing key with something behind it", key_has_more, ORIGIN, "this is no signing key",
     SCRUBGATE_EINVAL},
    {"a public key in its place", key_is_public_one, ORIGIN, "this is no signing key",
     SCRUBGATE_EINVAL},
    {"a signing key with the id of another", key_has_others_id, ORIGIN, "this is no signing key",
     SCRUBGATE_EINVAL},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_log_keys keys;
    char said[sizeof fault.file + sizeof fault.what];
    begin();
    if (row->change != NULL)
        row->change();
    assert_int_equal(open_keys(&keys, row->origin), row->rc);
    (void)snprintf(said, sizeof said, "%s %s", fault.file, fault.what);
    if (strstr(said, row->said) == NULL)
        fail_msg("%s", said);
    assert_int_equal(keys.seal_fd, -1);
    assert_null(keys.signer);
    assert_int_equal(chmod(dir.path, 0700), 0);
    end();
}

/* A start that was cut off between two keys makes the rest the next time. */
static void test_what_is_missing_is_made(void **state)
{
    struct sg_log_keys keys;
    unsigned made;
    bool fresh;
    (void)state;
    begin();
    remove_file("log.key");
    assert_int_equal(make(ORIGIN, &made, &fresh), SCRUBGATE_OK);
    assert_int_equal(made, 1);
    assert_false(fresh);
    assert_int_equal(open_keys(&keys, ORIGIN), SCRUBGATE_OK);
    sg_log_keys_fini(&keys);
    end();
}

int main(void)
{
    sg_suite_add("they are made once, and closed to others", test_they_are_made_once, NULL);
    sg_suite_add("without a name only the seals' key is made",
                 test_without_a_name_only_the_seals_key_is_made, NULL);
    sg_suite_add("what is opened is what was made", test_what_is_opened_is_what_was_made, NULL);
    sg_suite_add("two logs have two keys", test_two_logs_have_two_keys, NULL);
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("what is missing is made", test_what_is_missing_is_made, NULL);
    return sg_suite_run("proxy/test_log_keys");
}
