/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample_log.c - over 64 KiB of an audit log that was sealed and signed, for those who change it,
 * and what must be said of it then.
 */
#include "sample_log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/seal_file.h"
#include "live_log.h"

enum { RECORD = 440, BATCH = 23 };

struct sg_sample sg_sample;

/* --- the log --- */

static void find_lines(void)
{
    struct sg_sample *sample = &sg_sample;
    sample->lines = 0;
    for (size_t at = 0; at < sample->len; sample->lines++) {
        assert_true(sample->lines < SG_SAMPLE_MOST);
        sample->start[sample->lines] = at;
        const char *end = memchr(sample->text + at, '\n', sample->len - at);
        at = (size_t)(end - sample->text) + 1;
    }
    sample->start[sample->lines] = sample->len;
}

static void read_stolen(void)
{
    char path[512];
    sg_tempdir_path(&sg_sample.dir, "seal.key", path);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(sg_seal_file_read(fd, &sg_sample.stolen), SCRUBGATE_OK);
    (void)close(fd);
}

static void write_log(void)
{
    struct sg_live_log live = {.dir = sg_sample.dir.path};
    assert_int_equal(sg_live_open(&live), SCRUBGATE_OK);
    for (size_t n = 0; n * RECORD < SG_SAMPLE_BYTES; n += BATCH) {
        assert_int_equal(sg_live_put(&live, BATCH, RECORD), SCRUBGATE_OK);
        assert_true(sg_live_tick(&live, 11, true) >= 0); /* an epoch: a seal, a checkpoint */
    }
    assert_int_equal(sg_log_finish(live.log, &live.fault), SCRUBGATE_OK);
    sg_live_close(&live);
}

void sg_sample_begin(void)
{
    struct sg_sample *sample = &sg_sample;
    memset(sample, 0, sizeof *sample);
    sg_tempdir_make(&sample->dir);
    sg_live_key(&sample->key);
    write_log();
    sample->text = sg_tempdir_read(&sample->dir, SG_SAMPLE_LINES, &sample->len);
    while (sample->len > 0 && sample->text[sample->len - 1] != '\n')
        sample->len--; /* room ahead that nobody needed */
    assert_true(sample->len >= SG_SAMPLE_BYTES);
    sample->checkpoint =
        sg_tempdir_read(&sample->dir, SG_SAMPLE_CHECKPOINT, &sample->checkpoint_len);
    find_lines();
    read_stolen();
}

void sg_sample_end(void)
{
    free(sg_sample.text);
    free(sg_sample.checkpoint);
    sg_tempdir_remove(&sg_sample.dir);
}

struct sg_bytes sg_sample_line(size_t line)
{
    const struct sg_sample *sample = &sg_sample;
    return (struct sg_bytes){(const uint8_t *)sample->text + sample->start[line],
                             sample->start[line + 1] - sample->start[line] - 1};
}

void sg_sample_put(const struct sg_buf *text)
{
    sg_tempdir_write(&sg_sample.dir, SG_SAMPLE_LINES, text->data, text->len);
}

void sg_sample_restore(void)
{
    const struct sg_sample *sample = &sg_sample;
    sg_tempdir_write(&sample->dir, SG_SAMPLE_LINES, sample->text, sample->len);
    sg_tempdir_write(&sample->dir, SG_SAMPLE_CHECKPOINT, sample->checkpoint,
                     sample->checkpoint_len);
}

/* --- the verdict --- */

void sg_sample_verify(const struct sg_verify_known *known, size_t n_known)
{
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc =
        sg_live_verify(sg_sample.dir.path, known, n_known, &sg_sample.report, &fault);
    if (rc < 0)
        fail_msg("no verdict: %s:%u: %s", fault.file, fault.line, fault.what);
}

const char *sg_sample_word(void)
{
    const struct sg_verify_result *result = &sg_sample.report.result;
    return result->n_troubles == 0 ? "PROVEN" : sg_verify_word(result->trouble[0].what);
}

void sg_sample_expect_found(const char *what, size_t at, size_t bad)
{
    const struct sg_verify_report *report = &sg_sample.report;
    const struct sg_verify_result *result = &report->result;
    if (result->n_troubles == 0)
        fail_msg("%s %zu: not found", what, at);
    if (result->proven > bad)
        fail_msg("%s %zu: %" PRIu64 " records are said to be proven, of which record %zu is none",
                 what, at, result->proven, bad);
    if (result->trouble[0].seq != bad &&
        (report->located || result->trouble[0].from > bad || result->trouble[0].seq < bad))
        fail_msg("%s %zu: record %zu is the first that is wrong, but %s names records %" PRIu64
                 " to %" PRIu64,
                 what, at, bad, sg_sample_word(), result->trouble[0].from, result->trouble[0].seq);
}

void sg_sample_expect_named(const char *what, size_t at, size_t bad)
{
    sg_sample_expect_found(what, at, bad);
    if (sg_sample.report.place.line != bad + 1)
        fail_msg("%s %zu: record %zu is the first that is wrong, but %s names line %u", what, at,
                 bad, sg_sample_word(), sg_sample.report.place.line);
}
