/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scrub.c - what a message adds up to: captures, tallies, identities, flags.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "body/format.h"

#include "../lib/suite.h"
#include "../lib/toy_body.h"

static enum scrubgate_status make_json(struct sg_stage **stage, struct sg_scrub *scrub)
{
    return sg_json_new(stage, scrub, false);
}

static const struct sg_cut cuts[] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {3, 2, 0, 0}, {1, 1, 0, 0}};
enum { N_CUTS = sizeof cuts / sizeof cuts[0] };

/* --- captures --------------------------------------------------------------------------------- */

/* want NULL: not found. */
struct capture_row {
    const char *name;
    bool form;
    const char *path, *in, *want;
    bool unclear;
};

static const struct capture_row captures[] = {
    {"a string", false, "$.from", "{\"from\":\"c1\",\"to\":\"a1\"}", "c1", false},
    {"a string that is masked, as it came", false, "$.from", "{\"from\":\"jo@example.com\"}",
     "jo@example.com", false},
    {"escapes are read", false, "$.from", "{\"from\":\"j\\u00f6\\n\"}", "jö\n", false},
    {"a number, as it is written", false, "$.from", "{\"from\":-1.50e2}", "-1.50e2", false},
    {"deep in arrays", false, "$.a[1].b", "{\"a\":[{\"b\":\"no\"},{\"b\":\"yes\"}]}", "yes", false},
    {"only the first value counts", false, "$.from", "{\"from\":\"one\",\"from\":\"two\"}", "one",
     true},
    {"the same once more", false, "$.from", "{\"from\":\"one\",\"from\":\"one\"}", "one", false},
    {"the first, and more", false, "$.from", "{\"from\":\"one\",\"from\":\"ones\"}", "one", true},
    {"less than the first", false, "$.from", "{\"from\":\"ones\",\"from\":\"one\"}", "ones", true},
    {"nothing, then something", false, "$.from", "{\"from\":\"\",\"from\":\"one\"}", "", true},
    {"an empty value is found", false, "$.from", "{\"from\":\"\"}", "", false},
    {"another name is not", false, "$.from", "{\"form\":\"x\",\"a\":{\"from\":\"x\"}}", NULL,
     false},
    {"an object is not", false, "$.from", "{\"from\":{\"x\":\"c1\"}}", NULL, false},
    {"a literal is not", false, "$.from", "{\"from\":null}", NULL, false},
    {"a form field", true, "$.from", "text=x&from=c%31+x&from=2", "c1 x", true},
    {"a form field with an escaped name", true, "$.from", "%66rom=c1", "c1", false},
    {"a form field without a value", true, "$.from", "from", NULL, false},
};

static void check_capture(const struct capture_row *row, const char *in, const char *want)
{
    struct sg_arena arena = {NULL};
    struct scrubgate_fault fault;
    const struct sg_path *path = NULL;
    size_t at = 0;
    assert_int_equal(sg_path_parse(&path, &arena, sg_bytes_of(row->path), &at, &fault),
                     SCRUBGATE_OK);
    struct sg_capture capture = {.path = path};
    sg_buf_init(&capture.value, SG_CAPTURE_LONGEST);
    struct sg_toy_body body = {
        .make = row->form ? sg_form_new : make_json, .captures = &capture, .n_captures = 1};
    struct sg_splits splits = sg_toy_body_splits(&body);
    for (size_t i = 0; i < N_CUTS; i++) {
        struct sg_buf out = {0};
        assert_int_equal(sg_splits_run(&splits, sg_bytes_of(in), cuts[i], &out), SCRUBGATE_DONE);
        assert_int_equal(capture.found, want != NULL);
        assert_int_equal(capture.unclear, row->unclear);
        assert_true(sg_bytes_equal(sg_buf_bytes(&capture.value), sg_bytes_of(want)));
        sg_buf_fini(&out);
    }
    sg_buf_fini(&capture.value);
    sg_arena_fini(&arena);
}

static void is_captured(void **state)
{
    const struct capture_row *row = *state;
    check_capture(row, row->in, row->want);
}

static void a_capture_has_a_longest_length(void **state)
{
    (void)state;
    static const struct capture_row row = {.path = "$.v"};
    char in[SG_CAPTURE_LONGEST + 64], want[SG_CAPTURE_LONGEST + 2];
    memset(want, 'x', sizeof want);
    want[SG_CAPTURE_LONGEST] = '\0';
    (void)snprintf(in, sizeof in, "{\"v\":\"%s\"}", want);
    check_capture(&row, in, want);
    static const struct capture_row long_row = {.path = "$.v", .unclear = true};
    want[SG_CAPTURE_LONGEST] = 'x';
    want[SG_CAPTURE_LONGEST + 1] = '\0';
    /* Too long is not found, and a later value does not stand in for it. */
    (void)snprintf(in, sizeof in, "{\"v\":\"%s\",\"v\":\"short\"}", want);
    check_capture(&long_row, in, NULL);
}

/* --- sums ------------------------------------------------------------------------------------- */

struct sums {
    struct sg_summary summary;
    char tallies[256];
};

static struct sg_toy_body *watched;

/* Tallies live as long as the scrub: written down at the last event. */
static void note_tallies(void *ctx, const struct scrubgate_event *event)
{
    struct sums *sums = ctx;
    const struct sg_summary *summary = sg_scrub_summary(watched->scrub);
    size_t len = 0;
    (void)event;
    for (size_t i = 0; i < summary->n_tallies; i++) {
        const struct sg_tally *tally = &summary->tallies[i];
        len += (size_t)snprintf(sums->tallies + len, sizeof sums->tallies - len, "%s*%u=%u ",
                                tally->rule->id, (unsigned)tally->count, (unsigned)tally->bytes);
    }
}

static void sums_up(void **state)
{
    (void)state;
    static const uint8_t key[32] = {7};
    const char *in = "[\"apple jo@example.com apple\", 4111111111111111, \"notable\", "
                     "\"JO jo@example.com\", \"elsewhere\", \"\", true]";
    for (size_t i = 0; i < N_CUTS; i++) {
        struct sums sums = {.tallies = ""};
        struct sg_toy_body body = {
            .make = make_json, .key = key, .on_event = note_tallies, .ctx = &sums};
        struct sg_splits splits = sg_toy_body_splits(&body);
        struct sg_buf out = {0};
        watched = &body;
        assert_int_equal(sg_splits_run(&splits, sg_bytes_of(in), cuts[i], &out), SCRUBGATE_DONE);
        sg_buf_fini(&out);
        assert_string_equal(sums.tallies, "toy.fruit*2=10 toy.mail*2=28 toy.card*1=16 "
                                          "toy.note*1=7 toy.turn*1=9 ");
        assert_int_equal(body.summary.values, 6);
        assert_int_equal(body.summary.findings, 7);
        assert_int_equal(body.summary.edits, 5);
        assert_true(body.summary.diverted);
        assert_false(body.summary.blocked);
    }
}

static void identities_are_distinct_and_at_most_four(void **state)
{
    (void)state;
    static const uint8_t key[32] = {7};
    struct sg_toy_body body = {.make = sg_text_new, .key = key};
    struct sg_splits splits = sg_toy_body_splits(&body);
    struct sg_buf out = {0};
    assert_int_equal(sg_splits_run(&splits,
                                   SG_BYTES("a@example.com b@example.com a@example.com "
                                            "4111 1111 1111 1111 4111111111111111"),
                                   cuts[0], &out),
                     SCRUBGATE_DONE);
    assert_int_equal(body.summary.n_identities, 3);
    assert_true(body.summary.identities[0] != body.summary.identities[1]);
    assert_int_equal(sg_splits_run(&splits,
                                   SG_BYTES("a@example.com b@example.com c@example.com "
                                            "d@example.com e@example.com"),
                                   cuts[0], &out),
                     SCRUBGATE_DONE);
    assert_int_equal(body.summary.n_identities, 4);
    body.key = NULL;
    assert_int_equal(sg_splits_run(&splits, SG_BYTES("a@example.com"), cuts[0], &out),
                     SCRUBGATE_DONE);
    assert_int_equal(body.summary.n_identities, 0);
    sg_buf_fini(&out);
}

static void a_block_names_its_rule(void **state)
{
    (void)state;
    struct sg_toy_body body = {.make = make_json};
    struct sg_splits splits = sg_toy_body_splits(&body);
    struct sg_buf out = {0};
    assert_int_equal(sg_splits_run(&splits, SG_BYTES("[\"a bomb\"]"), cuts[0], &out),
                     SCRUBGATE_EBLOCKED);
    assert_string_equal(body.reason, "rule toy.bomb: blocked");
    assert_true(body.summary.blocked);
    assert_int_equal(body.summary.findings, 1);
    sg_buf_fini(&out);
}

int main(void)
{
    SG_SUITE_ROWS(is_captured, captures);
    sg_suite_add("a capture has a longest length", a_capture_has_a_longest_length, NULL);
    sg_suite_add("a message sums up", sums_up, NULL);
    sg_suite_add("identities are distinct and at most four",
                 identities_are_distinct_and_at_most_four, NULL);
    sg_suite_add("a block names its rule", a_block_names_its_rule, NULL);
    int rc = sg_suite_run("scrub");
    sg_toy_body_fini();
    return rc;
}
