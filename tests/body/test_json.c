/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_json.c - JSON bodies, each cut in every way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/format.h"

#include "../lib/suite.h"
#include "../lib/toy_body.h"

/* want NULL: as it came. */
struct row {
    const char *name, *in, *want;
};

static const struct row clean[] = {
    {"an empty body passes", "", NULL},
    {"the top value may be a string", "\"x\"", NULL},
    {"the top value may be a number", "17", NULL},
    {"the top value may be a literal", " null ", NULL},
    {"spacing, key order, double keys and numbers survive",
     "{ \"b\" : 1.50 ,\n\t\"a\":[true,false,null, -0 , 1e400, 12345678901234567890123],\"b\":{} }",
     NULL},
    {"escapes that nothing matches leave as they came",
     "[\"\\u00e9\\n\\/\\\"\\ud83d\\ude00 \\u0000 \\\\\"]", NULL},
    {"raw text beyond ASCII leaves as it came", "{\"ü\":\"grün 😀 ünit\"}", NULL},
    {"a key is never scanned", "{\"apple\":1,\"jo@example.com\":{\"4111111111111111\":[]}}", NULL},
    {"a part of a word is no word", "[\"appl\",\"e\"]", NULL},
    {"a number that is no card stays a number", "{\"n\":4111111111111112}", NULL},
    {"exponents stay as they came",
     "[1e2,4.111111111111112E15,-0.0e-0,0e41,1e-400,12E+0003,1.5e1,9e99999999999999999999]", NULL},
    {"an empty key and an empty value", "{\"\":\"\"}", NULL},
    {"64 levels are fine",
     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
     NULL},
};

static const struct row edited[] = {
    {"a word in a string", "{\"t\":\"an apple a day\"}", "{\"t\":\"an [FRUIT] a day\"}"},
    {"the top string", "\"apple\"", "\"[FRUIT]\""},
    {"two values of an array", "[\"apple\", \"jo@example.com\" ]", "[\"[FRUIT]\", \"[MAIL]\" ]"},
    {"an escape inside a match is replaced with it", "[\"x jo\\u0040example.com y\"]",
     "[\"x [MAIL] y\"]"},
    {"a match all in escapes", "[\"\\u0061\\u0070\\u0070\\u006c\\u0065\"]", "[\"[FRUIT]\"]"},
    {"escapes beside a match stay as they came", "[\"\\u0041\\tapple\\n\\u00e9\"]",
     "[\"\\u0041\\t[FRUIT]\\n\\u00e9\"]"},
    {"a replacement is escaped", "[\"ünited\"]", "[\"«ü\\\"»\"]"},
    {"a match may be written in both ways", "[\"\\u00fcnited \\u00fc\"]", "[\"«ü\\\"» \\u00fc\"]"},
    {"a card in a string", "{\"pay\":\"4111 1111 1111 1111\"}", "{\"pay\":\"[CARD ••1111]\"}"},
    {"a card as a number becomes a string", "{\"pay\":4111111111111111}",
     "{\"pay\":\"[CARD ••1111]\"}"},
    {"a card as the top number", "4111111111111111", "\"[CARD ••1111]\""},
    {"a card among numbers", "[1,4111111111111111 ,2]", "[1,\"[CARD ••1111]\" ,2]"},
    {"a card with an exponent", "[4.111111111111111E15, 0.04111111111111111e+17]",
     "[\"[CARD ••1111]\", \"[CARD ••1111]\"]"},
    {"a card behind a negative exponent", "[41111111111111110e-1]", "[\"[CARD ••1111].0\"]"},
    {"a negative card with an exponent", "[-4.111111111111111e15]", "[\"-[CARD ••1111]\"]"},
    {"the rest of an edited number is kept", "[-4111111111111111]", "[\"-[CARD ••1111]\"]"},
    {"a value behind a double key", "{\"a\":\"apple\",\"a\":\"apple\"}",
     "{\"a\":\"[FRUIT]\",\"a\":\"[FRUIT]\"}"},
    {"two matches side by side", "[\"appleapple\"]", "[\"[FRUIT][FRUIT]\"]"},
    {"a long clean run before and behind",
     "[\"0123456789 0123456789 0123456789 apple 0123456789 0123456789\"]",
     "[\"0123456789 0123456789 0123456789 [FRUIT] 0123456789 0123456789\"]"},
};

static const struct row lines[] = {
    {"no line at all", "", NULL},
    {"only an empty line", "\n", NULL},
    {"one value a line", "{\"a\":1}\n{\"a\":\"apple\"}\n", "{\"a\":1}\n{\"a\":\"[FRUIT]\"}\n"},
    {"values of any kind", "\"apple\"\n4111111111111111\n[]\n",
     "\"[FRUIT]\"\n\"[CARD ••1111]\"\n[]\n"},
    {"the last line need not end", "1\n\"apple\"", "1\n\"[FRUIT]\""},
};

struct refused {
    const char *name, *in;
    enum scrubgate_status rc;
    const char *why;
};

static const struct refused refused[] = {
    {"only white space", " \n", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"cut in half", "{\"a\":[1,", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"cut inside a string", "{\"a\":\"app", SCRUBGATE_EMALFORMED, "a string without an end"},
    {"cut inside a key", "{\"a", SCRUBGATE_EMALFORMED, "a string without an end"},
    {"cut inside an escape", "[\"\\u00", SCRUBGATE_EMALFORMED, "a string without an end"},
    {"two values where one is due", "1 2", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"text behind the value", "{} x", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"a byte order mark", "\xEF\xBB\xBF{}", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"a comment", "/* */ {}", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"single quotes", "{'a':1}", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"a trailing comma", "[1,]", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"a key without a value", "{\"a\"}", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"a value where a key is due", "{\"a\":1,\"4111111111111111\"}", SCRUBGATE_EMALFORMED,
     "no valid JSON"},
    {"a number where a key is due", "{4111111111111111:1}", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"a value where a colon is due", "{\"a\" \"4111111111111111\"}", SCRUBGATE_EMALFORMED,
     "no valid JSON"},
    {"a closing bracket of the other kind", "[1}", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"a closing bracket too many", "[]]", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"a leading zero", "[01]", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"a plus sign", "[+1]", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"dashes in a card outside quotes", "[4111-1111-1111-1111]", SCRUBGATE_EMALFORMED,
     "no valid JSON"},
    {"a number without an end", "[1.]", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"a word that is no literal", "[nul]", SCRUBGATE_EMALFORMED, "no valid JSON"},
    {"a control byte in a string", "[\"a\tb\"]", SCRUBGATE_EMALFORMED,
     "a control byte in a string"},
    {"a control byte in a key", "{\"a\nb\":1}", SCRUBGATE_EMALFORMED, "a control byte in a string"},
    {"an unknown escape", "[\"\\x41\"]", SCRUBGATE_EMALFORMED, "a broken escape in a string"},
    {"an escape with too few digits", "[\"\\u12g4\"]", SCRUBGATE_EMALFORMED,
     "a broken escape in a string"},
    {"a lone high surrogate", "[\"\\ud83d\"]", SCRUBGATE_EMALFORMED, "a lone surrogate"},
    {"a high surrogate before a letter", "[\"\\ud83d\\u0041\"]", SCRUBGATE_EMALFORMED,
     "a lone surrogate"},
    {"a lone low surrogate", "[\"\\ude00\"]", SCRUBGATE_EMALFORMED, "a lone surrogate"},
    {"a lone surrogate in a key", "{\"\\ude00\":1}", SCRUBGATE_EMALFORMED, "a lone surrogate"},
    {"invalid UTF-8 in a string", "[\"a\xFF\"]", SCRUBGATE_EMALFORMED, "invalid UTF-8 in a string"},
    {"invalid UTF-8 beside a card", "[\"4111 1111 1111 1111 \xC3(\"]", SCRUBGATE_EMALFORMED,
     "invalid UTF-8 in a string"},
    {"a surrogate in UTF-8", "[\"\xED\xA0\x80\"]", SCRUBGATE_EMALFORMED,
     "invalid UTF-8 in a string"},
    {"UTF-8 cut by the closing quote", "[\"a\xE2\x82\"]", SCRUBGATE_EMALFORMED,
     "invalid UTF-8 in a string"},
    {"UTF-8 cut by an escape", "[\"a\xE2\x82\\n\"]", SCRUBGATE_EMALFORMED,
     "invalid UTF-8 in a string"},
    {"a rule that blocks", "{\"a\":\"the bomb\"}", SCRUBGATE_EBLOCKED, ""},
    {"a rule that blocks wins over a later fault", "{\"a\":\"the bomb \xFF\"}", SCRUBGATE_EBLOCKED,
     ""},
    {"an earlier fault wins over a rule that blocks", "{\"a\":]\"the bomb\"}", SCRUBGATE_EMALFORMED,
     "no valid JSON"},
};

static enum scrubgate_status make_json(struct sg_stage **stage, struct sg_scrub *scrub)
{
    return sg_json_new(stage, scrub, false);
}

static enum scrubgate_status make_lines(struct sg_stage **stage, struct sg_scrub *scrub)
{
    return sg_json_new(stage, scrub, true);
}

static void check_row(const struct row *row,
                      enum scrubgate_status (*make)(struct sg_stage **, struct sg_scrub *))
{
    struct sg_toy_body body = {.make = make};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, sg_bytes_of(row->in), SCRUBGATE_DONE,
                    sg_bytes_of(row->want == NULL ? row->in : row->want));
}

static void leaves_every_byte(void **state)
{
    check_row(*state, make_json);
}

static void is_edited(void **state)
{
    const struct row *row = *state;
    check_row(row, make_json);
    /* In shadow mode nothing changes. */
    struct sg_toy_body body = {.make = make_json, .shadow = true};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, sg_bytes_of(row->in), SCRUBGATE_DONE, sg_bytes_of(row->in));
    assert_true(body.summary.findings > 0);
    assert_int_equal(body.summary.edits, 0);
}

static void lines_are_scrubbed(void **state)
{
    check_row(*state, make_lines);
}

static void is_refused(void **state)
{
    const struct refused *row = *state;
    struct sg_toy_body body = {.make = make_json};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, sg_bytes_of(row->in), row->rc, (struct sg_bytes){NULL, 0});
    assert_string_equal(body.why, row->why);
}

/* --- sizes ------------------------------------------------------------------------------------ */

static char *repeat(const char *head, const char *text, size_t n, const char *tail)
{
    size_t len = strlen(text);
    char *made = malloc(strlen(head) + len * n + strlen(tail) + 1);
    assert_non_null(made);
    char *end = stpcpy(made, head);
    for (size_t i = 0; i < n; i++)
        end = stpcpy(end, text);
    (void)stpcpy(end, tail);
    return made;
}

static enum scrubgate_status run_json(const char *in, struct sg_cut cut, struct sg_buf *out)
{
    struct sg_toy_body body = {.make = make_json};
    struct sg_splits splits = sg_toy_body_splits(&body);
    return sg_splits_run(&splits, sg_bytes_of(in), cut, out);
}

static void check_sizes(const char *in, const char *want)
{
    static const struct sg_cut cuts[] = {
        {0, 0, 0, 0}, {1000, 0, 0, 0}, {0, 999, 0, 0}, {8191, 4096, 0, 0}, {8193, 0, 0, 0}};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct sg_buf out = {0};
        assert_int_equal(run_json(in, cuts[i], &out), SCRUBGATE_DONE);
        assert_int_equal(out.len, strlen(want));
        assert_memory_equal(out.data, want, out.len);
        sg_buf_fini(&out);
    }
}

static void a_long_string_streams(void **state)
{
    (void)state;
    char *in = repeat("[\"", "one two three, ", 20000, "apple\"]");
    char *want = repeat("[\"", "one two three, ", 20000, "[FRUIT]\"]");
    check_sizes(in, want);
    free(in);
    free(want);
}

static void a_long_string_of_escapes_streams(void **state)
{
    (void)state;
    char *in = repeat("[\"", "\\u00e9\\ud83d\\ude00 ", 6000, "apple\"]");
    char *want = repeat("[\"", "\\u00e9\\ud83d\\ude00 ", 6000, "[FRUIT]\"]");
    check_sizes(in, want);
    free(in);
    free(want);
}

static void many_values_pass(void **state)
{
    (void)state;
    char *in = repeat("[", "{\"k\":\"apple\",\"n\":17}, ", 3000, "0]");
    char *want = repeat("[", "{\"k\":\"[FRUIT]\",\"n\":17}, ", 3000, "0]");
    check_sizes(in, want);
    free(in);
    free(want);
}

static void a_number_of_4096_digits_passes(void **state)
{
    (void)state;
    char *in = repeat("[", "1", SG_JSON_NUMBER_LONGEST, "]");
    check_sizes(in, in);
    free(in);
}

static void a_number_of_4097_digits_is_over_the_limit(void **state)
{
    (void)state;
    char *in = repeat("[", "1", SG_JSON_NUMBER_LONGEST + 1, "]");
    static const struct sg_cut cuts[] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {1000, 7, 0, 0}};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct sg_buf out = {0};
        assert_int_equal(run_json(in, cuts[i], &out), SCRUBGATE_ELIMIT);
        sg_buf_fini(&out);
    }
    free(in);
}

static void depth_is_limited(void **state)
{
    (void)state;
    struct sg_toy_body body = {.make = make_json};
    struct sg_splits splits = sg_toy_body_splits(&body);
    char *shut = repeat("", "]", SG_JSON_DEPTH, "");
    char *deep = repeat("", "[", SG_JSON_DEPTH, shut);
    sg_splits_check(&splits, sg_bytes_of(deep), SCRUBGATE_DONE, sg_bytes_of(deep));
    char *deeper = repeat("", "[", SG_JSON_DEPTH + 1, shut);
    sg_splits_check(&splits, sg_bytes_of(deeper), SCRUBGATE_ELIMIT, (struct sg_bytes){NULL, 0});
    assert_string_equal(body.why, "nested too deep");
    free(shut);
    free(deep);
    free(deeper);
}

static void depth_100000_is_refused(void **state)
{
    (void)state;
    char *in = repeat("", "[", 100000, "");
    struct sg_buf out = {0};
    assert_int_equal(run_json(in, (struct sg_cut){0}, &out), SCRUBGATE_ELIMIT);
    assert_int_equal(out.len, 0);
    sg_buf_fini(&out);
    free(in);
}

static void many_matches_in_escapes_are_no_limit(void **state)
{
    (void)state;
    /* Only a run of matches that overlap waits as a whole, and these do not. */
    char *in = repeat("[\"", "\\u0061pple", 70000, "\"]");
    struct sg_buf out = {0};
    assert_int_equal(run_json(in, (struct sg_cut){0}, &out), SCRUBGATE_DONE);
    sg_buf_fini(&out);
    free(in);
}

/* --- places and events ------------------------------------------------------------------------ */

struct told {
    char text[512];
};

static void write_down(void *ctx, const struct scrubgate_event *event)
{
    struct told *told = ctx;
    size_t len = strlen(told->text);
    (void)snprintf(told->text + len, sizeof told->text - len, "%s %s %d-%d; ", event->rule,
                   event->path, (int)event->start, (int)event->end);
}

struct event_row {
    const char *name, *in, *told;
};

static const struct event_row events[] = {
    {"an event names path and raw offsets", "{\"a\":{\"b\":[1,\"x apple\"]}}",
     "toy.fruit $.a.b[1] 16-21; "},
    {"the top value is $", "\"apple\"", "toy.fruit $ 1-6; "},
    {"a number has its place", "[[],{},{\"n\":4111111111111111}]", "toy.card $[2].n 12-28; "},
    {"a number with an exponent has its place", "[4.111111111111111e15]", "toy.card $[0] 1-21; "},
    {"offsets count raw bytes when escapes stand before", "[\"\\u00e9\\n apple\"]",
     "toy.fruit $[0] 11-16; "},
    {"a match that ends in an escape ends behind it", "[\"xappl\\u0065y\"]",
     "toy.fruit $[0] 3-13; "},
    {"a match that begins in an escape begins before it", "[\"\\u0061pple\"]",
     "toy.fruit $[0] 2-12; "},
    {"an escaped key reads", "{\"\\u0061\":\"apple\"}", "toy.fruit $.a 11-16; "},
    {"members and elements are counted", "[0,[1,2],{\"x\":1,\"y\":[\"apple\"]}]",
     "toy.fruit $[2].y[0] 22-27; "},
    {"after a closed object the outer key is back", "{\"a\":{\"b\":1},\"c\":\"apple\"}",
     "toy.fruit $.c 18-23; "},
    {"tag and divert are told, and edit nothing", "[\"notable elsewhere\"]",
     "toy.note $[0] 2-9; toy.turn $[0] 10-19; "},
};

static void tells_events(void **state)
{
    const struct event_row *row = *state;
    struct told told = {""};
    struct sg_toy_body body = {.make = make_json, .on_event = write_down, .ctx = &told};
    struct sg_splits splits = sg_toy_body_splits(&body);
    static const struct sg_cut cuts[] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {3, 2, 0, 0}};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct sg_buf out = {0};
        told.text[0] = '\0';
        assert_int_equal(sg_splits_run(&splits, sg_bytes_of(row->in), cuts[i], &out),
                         SCRUBGATE_DONE);
        assert_string_equal(told.text, row->told);
        sg_buf_fini(&out);
    }
}

int main(void)
{
    SG_SUITE_ROWS(leaves_every_byte, clean);
    SG_SUITE_ROWS(is_edited, edited);
    SG_SUITE_ROWS(lines_are_scrubbed, lines);
    SG_SUITE_ROWS(is_refused, refused);
    SG_SUITE_ROWS(tells_events, events);
    sg_suite_add("a long string streams", a_long_string_streams, NULL);
    sg_suite_add("a long string of escapes streams", a_long_string_of_escapes_streams, NULL);
    sg_suite_add("many values pass", many_values_pass, NULL);
    sg_suite_add("a number of 4096 digits passes", a_number_of_4096_digits_passes, NULL);
    sg_suite_add("a number of 4097 digits is over the limit",
                 a_number_of_4097_digits_is_over_the_limit, NULL);
    sg_suite_add("64 levels pass, 65 do not", depth_is_limited, NULL);
    sg_suite_add("depth 100000 is refused", depth_100000_is_refused, NULL);
    sg_suite_add("many matches in escapes are no limit", many_matches_in_escapes_are_no_limit,
                 NULL);
    int rc = sg_suite_run("json");
    sg_toy_body_fini();
    return rc;
}
