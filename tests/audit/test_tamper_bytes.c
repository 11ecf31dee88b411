/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tamper_bytes.c - every byte of an audit log of 64 KiB is changed, one at a time: each is
 * found, and the record named. So is every byte of its checkpoint, tiles and index.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
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

#include "../lib/live_log.h"
#include "../lib/sample_log.h"
#include "../lib/suite.h"

/* Of the lines, each byte is changed in memory and every so many-th in the folder, where tiles help
 * to name the record; TAMPER_EVERY=1 (make soak) does all. */
enum { EVERY = 32 };

static struct sg_sample *const sample = &sg_sample;

/*
 * The log is verified some hundred thousand times, and nearly always with the checkpoint that it
 * has: libcrypto's answer to the same question is remembered. It is asked with one key only.
 */
typedef int digest_verify(void *ctx, const unsigned char *signature, size_t signature_len,
                          const unsigned char *text, size_t len);
digest_verify EVP_DigestVerify;

int EVP_DigestVerify(void *ctx, const unsigned char *signature, size_t signature_len,
                     const unsigned char *text, size_t len)
{
    static digest_verify *real;
    static unsigned char held_signature[64], held_text[256];
    static size_t held_len;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "EVP_DigestVerify");
    if (held_len > 0 && len == held_len && signature_len == sizeof held_signature &&
        memcmp(signature, held_signature, signature_len) == 0 && memcmp(text, held_text, len) == 0)
        return 1;
    int good = real(ctx, signature, signature_len, text, len);
    if (good == 1 && signature_len == sizeof held_signature && len <= sizeof held_text) {
        memcpy(held_signature, signature, signature_len);
        memcpy(held_text, text, len);
        held_len = len;
    }
    return good;
}

/* Every bit has its turn. */
static char changed(const char *text, size_t at)
{
    return (char)(text[at] ^ (1 << at % 8));
}

static void test_nothing_was_done(void **state)
{
    (void)state;
    sg_sample_begin();
    sg_sample_verify(NULL, 0);
    assert_string_equal(sg_sample_word(), "PROVEN");
    assert_int_equal(sample->report.result.proven, sample->lines);
    assert_true(sample->report.result.seals > 5);
    sg_sample_end();
}

/* --- the lines --- */

/* Fed as the folder's check feeds it, without tiles that would name the record. */
static void feed(const struct sg_verify_config *config)
{
    struct sg_verify *verify;
    enum scrubgate_status rc = sg_verify_open(&verify, config);
    for (size_t i = 0; i < sample->lines && rc == SCRUBGATE_OK; i++)
        rc = sg_verify_take(verify, sg_sample_line(i));
    assert_true(rc >= 0);
    assert_int_equal(sg_verify_end(verify), SCRUBGATE_OK);
    sample->report = (struct sg_verify_report){.result = *sg_verify_result(verify)};
    sg_verify_close(verify);
}

static void test_every_byte(void **state)
{
    uint8_t first_key[SG_KEY_SIZE];
    (void)state;
    sg_sample_begin();
    sg_live_first_key(first_key);
    const struct sg_verify_config config = {
        .key = &sample->key,
        .first_key = first_key,
        .checkpoint = {(const uint8_t *)sample->checkpoint, sample->checkpoint_len},
    };
    for (size_t line = 0; line < sample->lines; line++)
        for (size_t at = sample->start[line]; at + 1 < sample->start[line + 1]; at++) {
            sample->text[at] = changed(sample->text, at);
            feed(&config);
            sg_sample_expect_found("byte", at, line);
            sample->text[at] = changed(sample->text, at);
        }
    feed(&config);
    assert_string_equal(sg_sample_word(), "PROVEN"); /* all were put back */
    sg_sample_end();
}

static void test_bytes_on_disk(void **state)
{
    const char *asked = getenv("TAMPER_EVERY");
    const size_t every = asked == NULL ? EVERY : strtoul(asked, NULL, 10);
    char path[512];
    (void)state;
    sg_sample_begin();
    sg_tempdir_path(&sample->dir, SG_SAMPLE_LINES, path);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0 && every > 0);
    for (size_t line = 0; line < sample->lines; line++)
        for (size_t at = sample->start[line]; at < sample->start[line + 1]; at++) {
            const char other = changed(sample->text, at);
            if (at % every != 0 && at + 1 != sample->start[line + 1])
                continue;
            assert_int_equal(pwrite(fd, &other, 1, (off_t)at), 1);
            sg_sample_verify(NULL, 0);
            sg_sample_expect_named("byte on disk", at, line);
            assert_int_equal(pwrite(fd, &sample->text[at], 1, (off_t)at), 1);
        }
    (void)close(fd);
    sg_sample_verify(NULL, 0);
    assert_string_equal(sg_sample_word(), "PROVEN");
    sg_sample_end();
}

/* --- what stands beside them --- */

static void change_byte(const char *name, char *text, size_t len, size_t at)
{
    text[at] = changed(text, at);
    sg_tempdir_write(&sample->dir, name, text, len);
}

static void test_checkpoint(void **state)
{
    (void)state;
    sg_sample_begin();
    for (size_t at = 0; at < sample->checkpoint_len; at++) {
        change_byte(SG_SAMPLE_CHECKPOINT, sample->checkpoint, sample->checkpoint_len, at);
        sg_sample_verify(NULL, 0);
        if (sample->report.result.n_troubles == 0 || sample->report.result.has_signed)
            fail_msg("byte %zu of the checkpoint", at);
        change_byte(SG_SAMPLE_CHECKPOINT, sample->checkpoint, sample->checkpoint_len, at);
    }
    sg_sample_verify(NULL, 0);
    assert_string_equal(sg_sample_word(), "PROVEN");
    sg_sample_end();
}

/* Files that follow from the lines: whether a wrong one is trouble is told elsewhere. Here: no
 * record is called wrong because of it, and a wrong record is found all the same. */
static const struct beside {
    const char *name, *file; /* file: or of so many records, behind it */
    bool sized;
    size_t every;
} besides[] = {
    {"a byte of the index blames no record and hides none", "audit/log/000000.index", false, 7},
    {"a byte of a tile blames no record and hides none", "audit/tile/0/000.p/", true, 19},
};

static void check_beside(const struct beside *beside, const char *file, size_t at)
{
    const struct sg_verify_result *result = &sample->report.result;
    const size_t line = at % sample->lines, byte = sample->start[line] + 12;
    struct sg_buf text = {0};
    sg_sample_verify(NULL, 0);
    if (result->proven != sample->lines || sample->report.located)
        fail_msg("%s: byte %zu of %s: %s, line %u", beside->name, at, file, sg_sample_word(),
                 sample->report.place.line);
    assert_true(sg_buf_add(&text, sample->text, sample->len) >= 0);
    text.data[byte] = (uint8_t)changed(sample->text, byte);
    sg_sample_put(&text);
    sg_sample_verify(NULL, 0);
    sg_sample_expect_found(beside->name, at, line);
    sg_buf_fini(&text);
    sg_sample_restore();
}

static void test_beside(void **state)
{
    const struct beside *beside = *state;
    char file[64];
    size_t len;
    sg_sample_begin();
    if (beside->sized)
        (void)snprintf(file, sizeof file, "%s%zu", beside->file, sample->lines);
    else
        (void)snprintf(file, sizeof file, "%s", beside->file);
    char *text = sg_tempdir_read(&sample->dir, file, &len);
    for (size_t at = 0; at < len; at += beside->every) {
        change_byte(file, text, len, at);
        check_beside(beside, file, at);
        change_byte(file, text, len, at);
    }
    free(text);
    sg_sample_end();
}

int main(void)
{
    sg_suite_add("a log that nobody changed is proven to its end", test_nothing_was_done, NULL);
    sg_suite_add("every byte of 64 KiB changed, one at a time, is found", test_every_byte, NULL);
    sg_suite_add("bytes changed on disk name the record itself", test_bytes_on_disk, NULL);
    sg_suite_add("every byte of the checkpoint changed is found", test_checkpoint, NULL);
    SG_SUITE_ROWS(test_beside, besides);
    return sg_suite_run("audit/test_tamper_bytes");
}
