/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tamper_lines.c - whole lines of an audit log are dropped, swapped, doubled, cut off, made up
 * and sealed again, at every place: each is found, and the first record that is wrong is named.
 *
 * Who does that has the folder; where a row says so also log.key and the seal key of now, but never
 * an older one; at last all keys there ever were, and then a checkpoint that was kept tells.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/checkpoint.h"
#include "audit/line.h"
#include "audit/log.h"
#include "base/base64.h"

#include "../lib/live_log.h"
#include "../lib/sample_log.h"
#include "../lib/suite.h"

static struct sg_sample *const sample = &sg_sample;

/* --- what is written instead --- */

/* The log as somebody wants it to be: lines without LF, owned. */
struct story {
    struct sg_buf line[SG_SAMPLE_MOST + 2];
    size_t n;
};
static struct story story;

static void add(struct sg_bytes line)
{
    assert_true(story.n < SG_SAMPLE_MOST + 2);
    struct sg_buf *to = &story.line[story.n++];
    to->len = 0;
    assert_true(sg_buf_add_bytes(to, line) >= 0);
}

static void add_originals(size_t from, size_t end)
{
    for (size_t i = from; i < end; i++)
        add(sg_sample_line(i));
}

static void begin_story(void)
{
    story.n = 0;
}

static void end_story(void)
{
    for (size_t i = 0; i < SG_SAMPLE_MOST + 2; i++)
        sg_buf_fini(&story.line[i]);
}

/* Every line begins with its number again. */
static void renumber(void)
{
    for (size_t i = 0; i < story.n; i++) {
        struct sg_buf made = {0}, *line = &story.line[i];
        const size_t comma = sg_bytes_find(sg_buf_bytes(line), ',');
        assert_true(sg_buf_addf(&made, "{\"seq\":%zu", i) >= 0 &&
                    sg_buf_add(&made, line->data + comma, line->len - comma) >= 0);
        sg_buf_fini(line);
        *line = made;
    }
}

static void tell(void)
{
    struct sg_buf text = {0};
    for (size_t i = 0; i < story.n; i++)
        assert_true(sg_buf_add_bytes(&text, sg_buf_bytes(&story.line[i])) >= 0 &&
                    sg_buf_add_byte(&text, '\n') >= 0);
    sg_sample_put(&text);
    sg_buf_fini(&text);
}

/* --- with the keys of now --- */

static void root_of(size_t size, struct sg_hash *root)
{
    struct sg_merkle_range range = {.size = 0};
    struct sg_sha256 *sha = NULL;
    struct sg_hash leaf;
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    for (size_t i = 0; i < size; i++) {
        assert_true(sg_merkle_leaf(sha, sg_buf_bytes(&story.line[i]), &leaf) >= 0);
        assert_true(sg_merkle_push(&range, sha, &leaf, NULL, NULL) >= 0);
    }
    assert_true(sg_merkle_root(&range, sha, root) >= 0);
    sg_sha256_free(sha);
}

static void sign(void)
{
    struct sg_checkpoint checkpoint = {SG_BYTES(SG_LIVE_ORIGIN), story.n, {{0}}};
    struct sg_signer *signer = sg_live_signer();
    struct sg_buf note = {0};
    root_of(story.n, &checkpoint.root);
    assert_true(sg_checkpoint_add(&note, &checkpoint, &sample->key, signer) >= 0);
    sg_tempdir_write(&sample->dir, SG_SAMPLE_CHECKPOINT, note.data, note.len);
    sg_buf_fini(&note);
    sg_signer_free(signer);
}

static bool read_seal(size_t at, struct sg_line *line)
{
    return sg_line_read(line, sg_buf_bytes(&story.line[at])) >= 0 &&
           (line->has & SG_LINE_WHAT) != 0 && sg_bytes_equal(line->what, SG_BYTES("seal"));
}

/* Puts text over what stands there, which is as long. */
static void put_over(struct sg_buf *line, struct sg_bytes there, const void *text)
{
    memcpy(line->data + (there.data - line->data), text, there.len);
}

/* The seal at `at` again, for what stands before it now; the stolen key says it is of its epoch. */
static void reseal(size_t at, struct sg_line *line)
{
    struct sg_buf root = {0};
    char boot[64], hex[2 * SG_SHA256_SIZE + 1];
    uint8_t mac[SG_SHA256_SIZE];
    struct sg_seal_key key = sample->stolen;
    struct sg_seal seal = {SG_LIVE_ORIGIN, boot, line->epoch, line->size, line->mono_ns, {{0}}};
    key.epoch = line->epoch;
    root_of(at, &seal.root);
    assert_true(sg_bytes_to_text(line->boot, boot, sizeof boot));
    assert_true(sg_seal_mac(&key, &seal, mac) >= 0);
    sg_hex((struct sg_bytes){mac, sizeof mac}, hex);
    assert_true(sg_base64_add(&root, (struct sg_bytes){seal.root.bytes, 32}) >= 0);
    assert_int_equal(root.len, line->root.len);
    assert_int_equal(sizeof hex - 1, line->mac.len);
    put_over(&story.line[at], line->root, root.data);
    put_over(&story.line[at], line->mac, hex);
    sg_buf_fini(&root);
}

static void reseal_from(size_t from)
{
    struct sg_line line;
    for (size_t i = from; i < story.n; i++)
        if (read_seal(i, &line))
            reseal(i, &line);
}

/* --- at every place --- */

static void change_verdict(size_t at)
{
    struct sg_buf *line = &story.line[at];
    line->data[line->len - 3] ^= 1; /* a letter of its last value */
}

static void drop(size_t at)
{
    add_originals(0, at);
    add_originals(at + 1, sample->lines);
}

static void swap(size_t at)
{
    add_originals(0, at);
    if (at + 1 < sample->lines)
        add_originals(at + 1, at + 2);
    add_originals(at, at + 1);
    add_originals(at + 2, sample->lines);
}

static void double_up(size_t at)
{
    add_originals(0, at + 1);
    add_originals(at, sample->lines);
}

static void cut(size_t at)
{
    add_originals(0, at);
}

static void drop_numbered(size_t at)
{
    drop(at);
    renumber();
}

static void swap_numbered(size_t at)
{
    swap(at);
    renumber();
}

static void double_numbered(size_t at)
{
    double_up(at);
    renumber();
}

/* The same story, but from there on it is told by somebody else. */
static void go_on_as(size_t at)
{
    add_originals(0, sample->lines);
    for (size_t i = at; i < story.n; i++)
        if (memcmp(story.line[i].data + story.line[i].len - 2, "\"}", 2) == 0)
            change_verdict(i);
}

static void go_on_signed(size_t at)
{
    add_originals(0, at);
    for (size_t i = 0; i < 5; i++)
        add(sg_sample_line(1)); /* a decision */
    renumber();
    sign();
}

static void change_signed(size_t at)
{
    add_originals(0, sample->lines);
    change_verdict(at);
    sign();
}

static void change_resealed(size_t at)
{
    add_originals(0, sample->lines);
    change_verdict(at);
    reseal_from(at + 1);
    sign();
}

static void cut_resealed(size_t at)
{
    struct sg_line line;
    add_originals(0, at);
    size_t seal = sample->lines - 1; /* the last line is one: with it a log is whole again */
    add(sg_sample_line(seal));
    renumber();
    assert_true(read_seal(story.n - 1, &line));
    reseal(story.n - 1, &line);
    sign();
}

static const struct way {
    const char *name;
    void (*make)(size_t at);
    size_t behind; /* the first record that is wrong is so far behind the place */
    enum { NAMED, RANGE, UNSEALED } told; /* by itself; where it lies; behind the last seal */
    bool seals;                           /* may be done to seals */
} ways[] = {
    {"a line dropped", drop, 0, NAMED, true},
    {"a line dropped, the rest numbered anew", drop_numbered, 0, NAMED, true},
    {"two neighbours swapped", swap, 0, NAMED, true},
    {"two neighbours swapped and numbered anew", swap_numbered, 0, NAMED, true},
    {"a line doubled", double_up, 1, NAMED, true},
    {"a line doubled, the rest numbered anew", double_numbered, 1, NAMED, true},
    {"cut off behind any line", cut, 0, NAMED, true},
    {"cut off and gone on with records that look well", go_on_as, 0, NAMED, true},
    {"the same, signed by the log's key", go_on_signed, 0, UNSEALED, true},
    {"a record changed and signed by the log's key", change_signed, 0, RANGE, false},
    {"a record changed, sealed with today's key, signed", change_resealed, 0, RANGE, false},
    {"cut off, sealed with today's key, signed", cut_resealed, 0, RANGE, true},
};

static bool is_seal(size_t line)
{
    struct sg_line read;
    return sg_line_read(&read, sg_sample_line(line)) >= 0 && (read.has & SG_LINE_MAC) != 0;
}

/* What is signed is the log's, as far as its key can tell; but none of it is sealed. */
static void expect_unsealed(const char *what, size_t at)
{
    const struct sg_verify_result *result = &sample->report.result;
    if (result->n_troubles == 0 || result->trouble[0].from > at || result->sealed > at)
        fail_msg("%s %zu: %s, sealed up to %" PRIu64, what, at, sg_sample_word(), result->sealed);
}

static void test_way(void **state)
{
    const struct way *way = *state;
    sg_sample_begin();
    for (size_t at = 0; at + 1 < sample->lines; at++) {
        if (is_seal(at) && !way->seals)
            continue;
        begin_story();
        way->make(at);
        tell();
        sg_sample_verify(NULL, 0);
        if (way->told == NAMED)
            sg_sample_expect_named(way->name, at, at + way->behind);
        else if (way->told == RANGE)
            sg_sample_expect_found(way->name, at, at + way->behind);
        else
            expect_unsealed(way->name, at);
        sg_sample_restore();
    }
    sg_sample_verify(NULL, 0);
    assert_string_equal(sg_sample_word(), "PROVEN");
    end_story();
    sg_sample_end();
}

/* --- cut in the middle of a line --- */

static void test_cut_anywhere(void **state)
{
    (void)state;
    sg_sample_begin();
    size_t line = 0;
    for (size_t at = 1; at < sample->len; at += 37) {
        const struct sg_buf text = {.data = (uint8_t *)sample->text, .len = at};
        while (sample->start[line + 1] <= at)
            line++;
        sg_sample_put(&text);
        sg_sample_verify(NULL, 0);
        sg_sample_expect_named("cut at byte", at, line);
    }
    sg_sample_end();
}

/* --- who has every key that there ever was --- */

/* A copy of all, from which somebody goes on. */
struct copy {
    char *lines, *checkpoint, *key;
    size_t len, checkpoint_len, key_len;
};

static void take_copy(struct copy *copy)
{
    copy->lines = sg_tempdir_read(&sample->dir, SG_SAMPLE_LINES, &copy->len);
    copy->checkpoint = sg_tempdir_read(&sample->dir, SG_SAMPLE_CHECKPOINT, &copy->checkpoint_len);
    copy->key = sg_tempdir_read(&sample->dir, "seal.key", &copy->key_len);
}

static void put_copy(struct copy *copy)
{
    sg_tempdir_write(&sample->dir, SG_SAMPLE_LINES, copy->lines, copy->len);
    sg_tempdir_write(&sample->dir, SG_SAMPLE_CHECKPOINT, copy->checkpoint, copy->checkpoint_len);
    sg_tempdir_write(&sample->dir, "seal.key", copy->key, copy->key_len);
    free(copy->lines);
    free(copy->checkpoint);
    free(copy->key);
}

static void go_on(unsigned records)
{
    struct sg_live_log live = {.dir = sample->dir.path};
    assert_int_equal(sg_live_open(&live), SCRUBGATE_OK);
    assert_int_equal(sg_live_put(&live, records, 200), SCRUBGATE_OK);
    assert_int_equal(sg_log_finish(live.log, &live.fault), SCRUBGATE_OK);
    sg_live_close(&live);
}

/* What an officer, a witness or a SIEM kept. */
static struct sg_verify_known keep(void)
{
    struct sg_checkpoint checkpoint;
    size_t len;
    char *text = sg_tempdir_read(&sample->dir, SG_SAMPLE_CHECKPOINT, &len);
    assert_int_equal(sg_checkpoint_open(&checkpoint, NULL,
                                        (struct sg_bytes){(const uint8_t *)text, len},
                                        &sample->key),
                     SCRUBGATE_OK);
    free(text);
    return (struct sg_verify_known){checkpoint.size, checkpoint.root};
}

/* The folder and its keys as they were before go_on(20), and from there go_on(records). */
static void rewrite_with_all_keys(unsigned records, struct sg_verify_known *kept)
{
    struct copy copy;
    sg_sample_begin();
    take_copy(&copy);
    go_on(20);
    *kept = keep();
    sg_sample_verify(kept, 1);
    assert_string_equal(sg_sample_word(), "PROVEN");
    put_copy(&copy);
    if (records > 0)
        go_on(records);
    sg_sample_verify(NULL, 0);
    assert_string_equal(sg_sample_word(), "PROVEN"); /* by itself it is a good log */
    sg_sample_verify(kept, 1);
}

static void test_rolled_back(void **state)
{
    struct sg_verify_known kept;
    (void)state;
    rewrite_with_all_keys(0, &kept);
    assert_string_equal(sg_sample_word(), "short");
    sg_sample_expect_named("rolled back", 0, sample->lines);
    sg_sample_end();
}

static void test_forked(void **state)
{
    (void)state;
    for (unsigned records = 19; records <= 21; records++) {
        struct sg_verify_known kept;
        rewrite_with_all_keys(records, &kept);
        assert_string_equal(sg_sample_word(), records < 20 ? "short" : "known");
        sg_sample_end();
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_way, ways);
    sg_suite_add("cut off in the middle of a line", test_cut_anywhere, NULL);
    sg_suite_add("rolled back with all its keys: a kept checkpoint is of more", test_rolled_back,
                 NULL);
    sg_suite_add("forked with all its keys: a kept checkpoint is of another", test_forked, NULL);
    return sg_suite_run("audit/test_tamper_lines");
}
