/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_path.c - places: what a pattern matches, how a place is printed, what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "rule/path.h"
#include "../lib/suite.h"
#include "../lib/toy_place.h"

static const struct row {
    const char *name, *path, *place;
    bool matches;
} rows[] = {
    {"the top value", "$", "", true},
    {"the top value is no other", "$", "a", false},
    {"a name", "$.text", "text", true},
    {"another name", "$.text", "test", false},
    {"names mind their case", "$.text", "Text", false},
    {"a name is not the beginning of one", "$.text", "text2", false},
    {"a place below is another place", "$.a", "a/b", false},
    {"a place above is another place", "$.a.b", "a", false},
    {"a quoted name", "$['order no']", "order no", true},
    {"a quoted name with its own signs", "$['it\\'s \\\\']", "it's \\", true},
    {"the name of no bytes", "$['']", "-", true},
    {"a name beyond ASCII", "$.größe", "größe", true},
    {"an index", "$.items[3].text", "items/#3/text", true},
    {"another index", "$.items[3].text", "items/#4/text", false},
    {"an index is no name", "$.items.3", "items/#3", false},
    {"a name is no index", "$.items[3]", "items/3", false},
    {"a large index", "$[18446744073709551615]", "#18446744073709551615", true},
    {"* is one name", "$.message.*", "message/body", true},
    {"* is one index", "$.message.*", "message/#7", true},
    {"[*] is one step too", "$.items[*].text", "items/#12/text", true},
    {"* is not two steps", "$.message.*", "message/a/b", false},
    {"* is not no step", "$.message.*", "message", false},
    {".. is no step", "$..note", "note", true},
    {".. is many steps", "$..note", "a/#1/b/note", true},
    {".. ends at its name", "$..note", "a/note/b", false},
    {".. finds the last of several", "$..note", "note/a/note", true},
    {".. before an index", "$..[0]", "a/b/#0", true},
    {".. before a quoted name", "$..['x y']", "a/x y", true},
    {"..* is every place but the top", "$..*", "a/b/c", true},
    {"..* is not the top", "$..*", "", false},
    {"two .. find their names in order", "$..a..b", "x/a/y/b", true},
    {"two .. mind the order", "$..a..b", "x/b/y/a", false},
    {"after .. a wrong start is tried again", "$..a.b", "a/a/b", true},
    {"after .. steps stand together", "$..a.b", "a/x/b", false},
    {"a cut name is no name", "$.text", "text~", false},
    {"a cut name is one step", "$.*", "text~", true},
    {"a cut name is passed by ..", "$..text", "verylong~/text", true},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_arena arena = {0};
    struct sg_step steps[SG_TOY_STEPS];
    const struct sg_path *path = NULL;
    size_t at;
    assert_int_equal(sg_path_parse(&path, &arena, sg_bytes_of(row->path), &at, NULL), 0);
    assert_int_equal(sg_path_matches(path, sg_toy_place(row->place, steps)), row->matches);
    sg_arena_fini(&arena);
}

static const struct refusal {
    const char *name, *text;
    size_t at;
    const char *says;
} refusals[] = {
    {"nothing", "", 0, "begins with $"},
    {"no $ before it", "message.text", 0, "begins with $"},
    {"a name without a dot", "$text", 1, "begins with . or ["},
    {"a dot without a name", "$.a.", 4, "a name or *"},
    {".. without a name: it would be every place", "$.a..", 5, "a name or *"},
    {"three dots", "$...a", 3, "a name or *"},
    {"a blank in a bare name", "$.order no", 7, "begins with . or ["},
    {"a bracket that stays open", "$.a[3", 3, "not closed"},
    {"a quote that stays open", "$['a]", 1, "not closed"},
    {"a quote without its bracket", "$['a'", 1, "not closed"},
    {"a negative index", "$[-1]", 1, "a number, *"},
    {"an index over 64 bits", "$[18446744073709551616]", 1, "a number, *"},
    {"a slice", "$[1:2]", 1, "a number, *"},
    {"a filter", "$[?(@.a)]", 1, "a number, *"},
    {"double quotes", "$[\"a\"]", 1, "a number, *"},
    {"a stray backslash", "$['a\\b']", 1, "is written"},
};

static void test_refusal(void **state)
{
    const struct refusal *row = *state;
    struct sg_arena arena = {0};
    const struct sg_path *path = NULL;
    struct scrubgate_fault fault = {.what = ""};
    size_t at = 99;
    assert_int_equal(sg_path_parse(&path, &arena, sg_bytes_of(row->text), &at, &fault),
                     SCRUBGATE_EINVAL);
    assert_null(path);
    assert_int_equal(at, row->at);
    if (strstr(fault.what, row->says) == NULL)
        fail_msg("%s", fault.what);
    sg_arena_fini(&arena);
}

/* --- two patterns ------------------------------------------------------------------------- */

static const struct pair {
    const char *name, *a, *b;
    bool covers, covered, parts; /* a covers b, b covers a, surely no place is of both */
} pairs[] = {
    {"a pattern and itself", "$.a[3]", "$.a[3]", true, true, false},
    {"the top and itself", "$", "$", true, true, false},
    {"two names", "$.a", "$.b", false, false, true},
    {"a name and an index", "$['3']", "$[3]", false, false, true},
    {"a place and one below it", "$.a", "$.a.b", false, false, true},
    {"* takes in a name", "$.a.*", "$.a.b", true, false, false},
    {"* takes in an index", "$.a[*].c", "$.a[7].c", true, false, false},
    {"* does not take in ..", "$.*.a", "$..a", false, true, false},
    {"* is not two steps", "$.*", "$.a.b", false, false, true},
    {".. takes in a name", "$..a", "$.a", true, false, false},
    {".. takes in many steps", "$..a", "$.x[1].*.a", true, false, false},
    {".. takes in ..", "$..a", "$.b..a", true, false, false},
    {"the second .. is needed, too", "$..a..b", "$..b", false, true, false},
    {"after .. a wrong start is tried again", "$..a.b", "$.a.a.b", true, false, false},
    {"..* takes in all but the top", "$..*", "$.a..b", true, false, false},
    {"..* does not take in the top", "$..*", "$", false, false, false},
    {"two ends", "$..a", "$..b", false, false, true},
    {"two beginnings", "$.a..c", "$.b..c", false, false, true},
    {"patterns that meet and lie across", "$.a.*", "$.*.b", false, false, false},
    {"patterns whose .. meet", "$.a..c", "$..b.c", false, false, false},
};

static void test_pair(void **state)
{
    const struct pair *row = *state;
    struct sg_arena arena = {0};
    const struct sg_path *a = NULL, *b = NULL;
    size_t at;
    assert_int_equal(sg_path_parse(&a, &arena, sg_bytes_of(row->a), &at, NULL), 0);
    assert_int_equal(sg_path_parse(&b, &arena, sg_bytes_of(row->b), &at, NULL), 0);
    assert_int_equal(sg_path_covers(a, b), row->covers);
    assert_int_equal(sg_path_covers(b, a), row->covered);
    assert_int_equal(sg_path_parts(a, b), row->parts);
    assert_int_equal(sg_path_parts(b, a), row->parts);
    sg_arena_fini(&arena);
}

/* What is said of two patterns must hold for every place of the rows above. */
static void test_pairs_hold(void **state)
{
    (void)state;
    const size_t n = sizeof rows / sizeof *rows;
    for (size_t i = 0; i < n * n; i++) {
        struct sg_arena arena = {0};
        const struct sg_path *a = NULL, *b = NULL;
        size_t at;
        assert_int_equal(sg_path_parse(&a, &arena, sg_bytes_of(rows[i / n].path), &at, NULL), 0);
        assert_int_equal(sg_path_parse(&b, &arena, sg_bytes_of(rows[i % n].path), &at, NULL), 0);
        for (size_t k = 0; k < n; k++) {
            struct sg_step steps[SG_TOY_STEPS];
            struct sg_place place = sg_toy_place(rows[k].place, steps);
            bool in_a = sg_path_matches(a, place), in_b = sg_path_matches(b, place);
            assert_false(in_b && !in_a && sg_path_covers(a, b));
            assert_false(in_a && in_b && sg_path_parts(a, b));
        }
        sg_arena_fini(&arena);
    }
}

/* --- printing ----------------------------------------------------------------------------- */

static const struct printing {
    const char *name, *place, *text;
} printings[] = {
    {"the top is printed as $", "", "$"},
    {"names and indexes", "a/b/#0", "$.a.b[0]"},
    {"a name with a dot is quoted", "a.b", "$['a.b']"},
    {"a name with quotes is escaped", "it's", "$['it\\'s']"},
    {"a name with a backslash is escaped", "a\\b", "$['a\\\\b']"},
    {"the name of no bytes is quoted", "-", "$['']"},
    {"a cut name shows that it was cut", "long~", "$['long…']"},
};

static void test_printing(void **state)
{
    const struct printing *row = *state;
    struct sg_step steps[SG_TOY_STEPS];
    struct sg_buf out = {0};
    assert_int_equal(sg_place_print(sg_toy_place(row->place, steps), &out), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&out, 0), SCRUBGATE_OK);
    assert_string_equal((const char *)out.data, row->text);
    sg_buf_fini(&out);
}

static void test_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sg_arena arena = {0};
        struct sg_step steps[SG_TOY_STEPS];
        struct sg_place place = sg_toy_place(rows[i].place, steps);
        struct sg_buf out = {0};
        const struct sg_path *path = NULL;
        size_t at;
        if (strchr(rows[i].place, '~') != NULL)
            continue;
        assert_int_equal(sg_place_print(place, &out), SCRUBGATE_OK);
        assert_int_equal(sg_path_parse(&path, &arena, sg_buf_bytes(&out), &at, NULL), 0);
        assert_true(sg_path_matches(path, place));
        sg_buf_fini(&out);
        sg_arena_fini(&arena);
    }
}

/* Many .. against a deep place that just fails: linear work by construction, not exponential. */
static void test_many_deep(void **state)
{
    (void)state;
    static struct sg_step steps[4000];
    char text[200] = "$";
    struct sg_arena arena = {0};
    const struct sg_path *path = NULL;
    size_t at;
    for (size_t i = 0; i < 4000; i++)
        steps[i].name = SG_BYTES("a");
    for (size_t i = 0; i < 30; i++)
        strcat(text, "..a");
    strcat(text, ".b");
    assert_int_equal(sg_path_parse(&path, &arena, sg_bytes_of(text), &at, NULL), 0);
    assert_false(sg_path_matches(path, (struct sg_place){steps, 4000}));
    steps[3999].name = SG_BYTES("b");
    assert_true(sg_path_matches(path, (struct sg_place){steps, 4000}));
    sg_arena_fini(&arena);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    SG_SUITE_ROWS(test_refusal, refusals);
    SG_SUITE_ROWS(test_pair, pairs);
    SG_SUITE_ROWS(test_printing, printings);
    sg_suite_add("what is said of two patterns holds for places", test_pairs_hold, NULL);
    sg_suite_add("a printed place, read as a pattern, matches the place", test_round_trip, NULL);
    sg_suite_add("thirty .. on a deep place come to an end", test_many_deep, NULL);
    return sg_suite_run("path");
}
