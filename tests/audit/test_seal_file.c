/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_seal_file.c - one key is on disk, the one before it is not, and a crash between leaves the
 * later one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/seal_file.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

static struct sg_tempdir dir;
static int fd;

static void begin(void)
{
    char path[512];
    sg_tempdir_make(&dir);
    sg_tempdir_write(&dir, "seal.key", "", 0);
    sg_tempdir_path(&dir, "seal.key", path);
    fd = open(path, O_RDWR);
    assert_true(fd >= 0);
}

static void end(void)
{
    (void)close(fd);
    sg_tempdir_remove(&dir);
}

static struct sg_seal_key key_of(uint64_t epoch)
{
    struct sg_seal_key key = {.epoch = epoch};
    memset(key.key, (int)(0x30 + epoch), sizeof key.key);
    return key;
}

static void replace(uint64_t epoch)
{
    const struct sg_seal_key key = key_of(epoch);
    assert_int_equal(sg_seal_file_replace(fd, &key), SCRUBGATE_OK);
}

static void expect(uint64_t epoch)
{
    const struct sg_seal_key want = key_of(epoch);
    struct sg_seal_key key;
    assert_int_equal(sg_seal_file_read(fd, &key), SCRUBGATE_OK);
    assert_int_equal(key.epoch, epoch);
    assert_memory_equal(key.key, want.key, sizeof key.key);
}

static char *read_file(void)
{
    size_t len = 0;
    char *text = sg_tempdir_read(&dir, "seal.key", &len);
    assert_int_equal(len, SG_SEAL_FILE_SIZE);
    return text;
}

/* Whether that key's hex, or its bytes, stand anywhere in the file. */
static bool holds_key(uint64_t epoch)
{
    const struct sg_seal_key key = key_of(epoch);
    char hex[2 * SG_KEY_SIZE + 1], *text = read_file();
    bool found = false;
    sg_hex((struct sg_bytes){key.key, SG_KEY_SIZE}, hex);
    for (size_t i = 0; i + sizeof hex <= SG_SEAL_FILE_SIZE; i++)
        found |= memcmp(text + i, hex, sizeof hex - 1) == 0 ||
                 memcmp(text + i, key.key, sizeof key.key) == 0;
    free(text);
    return found;
}

static void test_a_key_is_read_back(void **state)
{
    struct sg_seal_key key;
    (void)state;
    begin();
    assert_int_equal(sg_seal_file_read(fd, &key), SCRUBGATE_EMALFORMED);
    replace(0);
    expect(0);
    for (uint64_t epoch = 1; epoch < 9; epoch++) {
        replace(epoch);
        expect(epoch);
    }
    end();
}

static void test_the_key_before_is_gone(void **state)
{
    (void)state;
    begin();
    replace(0);
    for (uint64_t epoch = 1; epoch < 6; epoch++) {
        assert_true(holds_key(epoch - 1));
        replace(epoch);
        assert_true(holds_key(epoch));
        assert_false(holds_key(epoch - 1));
    }
    end();
}

/* The new key was written, the old one is not wiped yet: both stand there. */
static void test_a_crash_between(void **state)
{
    (void)state;
    begin();
    replace(3);
    char *before = read_file();
    replace(4);
    char *after = read_file();
    for (size_t i = 0; i < SG_SEAL_FILE_SIZE; i++)
        after[i] = (char)(after[i] | before[i]);
    sg_tempdir_write(&dir, "seal.key", after, SG_SEAL_FILE_SIZE);
    expect(4);
    replace(5);
    expect(5);
    assert_false(holds_key(3));
    assert_false(holds_key(4));
    free(before);
    free(after);
    end();
}

/* Half a new key: the one before still counts. */
static void test_a_torn_key(void **state)
{
    (void)state;
    begin();
    replace(3);
    char *before = read_file();
    replace(4);
    char *after = read_file();
    const size_t from = after[0] != '\0' ? 0 : SG_SEAL_FILE_BLOCK;
    for (size_t cut = 1; cut < strlen(after + from); cut++) {
        char torn[SG_SEAL_FILE_SIZE];
        memcpy(torn, before, sizeof torn);
        memcpy(torn + from, after + from, cut);
        sg_tempdir_write(&dir, "seal.key", torn, sizeof torn);
        expect(3);
    }
    free(before);
    free(after);
    end();
}

static void test_no_bit_may_change(void **state)
{
    (void)state;
    begin();
    replace(7);
    char *text = read_file();
    size_t used = 0;
    while (text[used] != '\0')
        used++;
    assert_true(used > 150);
    for (size_t i = 0; i < 8 * used; i++) {
        struct sg_seal_key key;
        text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
        sg_tempdir_write(&dir, "seal.key", text, SG_SEAL_FILE_SIZE);
        if (sg_seal_file_read(fd, &key) != SCRUBGATE_EMALFORMED)
            fail_msg("bit %d of byte %d", (int)(i % 8), (int)(i / 8));
        text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
    }
    free(text);
    end();
}

static void test_a_file_that_cannot_be_written(void **state)
{
    const struct sg_seal_key key = key_of(8);
    char path[512];
    (void)state;
    begin();
    replace(7);
    (void)close(fd);
    sg_tempdir_path(&dir, "seal.key", path);
    fd = open(path, O_RDONLY);
    assert_int_equal(sg_seal_file_replace(fd, &key), SCRUBGATE_EIO);
    expect(7);
    end();
}

int main(void)
{
    sg_suite_add("a key is read back, and each that follows", test_a_key_is_read_back, NULL);
    sg_suite_add("the key before is gone from the file", test_the_key_before_is_gone, NULL);
    sg_suite_add("a crash before the old one is wiped: the later counts", test_a_crash_between,
                 NULL);
    sg_suite_add("a torn new key: the old one counts", test_a_torn_key, NULL);
    sg_suite_add("no bit of it may change", test_no_bit_may_change, NULL);
    sg_suite_add("a file that cannot be written keeps its key", test_a_file_that_cannot_be_written,
                 NULL);
    return sg_suite_run("audit/test_seal_file");
}
