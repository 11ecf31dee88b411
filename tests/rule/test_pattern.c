/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pattern.c - searching: whole texts, windows, limits; PCRE2 itself, given the source, judges.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <pcre2.h>

#include "rule/pattern.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/toy_pattern.h"

/* last: whether the text ends. The span of a partial match is its start only. */
static const struct row {
    const char *name, *pattern, *text;
    size_t from;
    bool last;
    enum sg_match match;
    size_t start, end;
} rows[] = {
    {"the leftmost match", "\\d{2}", "a12b34", 0, true, SG_MATCH_FOUND, 1, 3},
    {"the first at or after from", "\\d{2}", "a12b34", 2, true, SG_MATCH_FOUND, 4, 6},
    {"no match", "\\d{3}", "a12b34", 0, true, SG_MATCH_NONE, 0, 0},
    {"no match in no text", "a", "", 0, true, SG_MATCH_NONE, 0, 0},
    {"no match from the very end", "a", "aa", 2, true, SG_MATCH_NONE, 0, 0},
    {"the captures do not matter", "(a)(b)\\2\\1", "xabba", 0, true, SG_MATCH_FOUND, 1, 5},
    {"from looks back", "(?<!a)b", "ab", 1, true, SG_MATCH_NONE, 0, 0},
    {"the start is the text's, not from", "^b", "ab", 1, true, SG_MATCH_NONE, 0, 0},
    {"the end is the very end", "a$", "a\n", 0, true, SG_MATCH_NONE, 0, 0},
    {"\\Z is also before a last line feed", "a\\Z", "a\n", 0, true, SG_MATCH_FOUND, 0, 1},
    {"\\Z knows no other line end", "a\\Z", "a\r", 0, true, SG_MATCH_NONE, 0, 0},
    {"bytes, not characters", "[^a]{2}", "\xC3\xA9", 0, true, SG_MATCH_FOUND, 0, 2},
    {"a window: decided within", "ab", "xabx", 0, false, SG_MATCH_FOUND, 1, 3},
    {"a window: nothing begun", "ab", "xxx", 0, false, SG_MATCH_NONE, 0, 0},
    {"a window: begun at its end", "ab", "xxa", 0, false, SG_MATCH_PARTIAL, 2, 0},
    {"a window: a repeat may go on", "a{1,3}", "xaa", 0, false, SG_MATCH_PARTIAL, 1, 0},
    {"a window: a repeat is full", "a{1,3}", "xaaa", 0, false, SG_MATCH_FOUND, 1, 4},
    {"a window: a boundary at its end", "ab\\b", "ab", 0, false, SG_MATCH_PARTIAL, 0, 0},
    {"a window: no boundary at its end", "ab\\B", "ab", 0, false, SG_MATCH_PARTIAL, 0, 0},
    {"a window: a lookahead at its end", "ab(?!c)", "ab", 0, false, SG_MATCH_PARTIAL, 0, 0},
    {"a window: a lookahead half seen", "a(?=bcd)", "abc", 0, false, SG_MATCH_PARTIAL, 0, 0},
    {"a window: a lookahead decided", "a(?!bc)", "abd", 0, false, SG_MATCH_FOUND, 0, 1},
    {"a window: $ at its end", "ab$", "ab", 0, false, SG_MATCH_PARTIAL, 0, 0},
    {"a window: $ not at its end", "ab$", "abc", 0, false, SG_MATCH_NONE, 0, 0},
    {"a window: \\Z before a line feed at its end", "a\\Z", "a\n", 0, false, SG_MATCH_PARTIAL, 0,
     0},
    {"a window: the shorter way is not taken early", "a|ab", "a", 0, false, SG_MATCH_FOUND, 0, 1},
    {"a window: the longer way comes first", "ab|a", "a", 0, false, SG_MATCH_PARTIAL, 0, 0},
    {"a window: a possible start hides later matches", "abcx|bc", "abc", 0, false, SG_MATCH_PARTIAL,
     0, 0},
    {"a window: CR may begin CR LF", "a\\R", "a\r", 0, false, SG_MATCH_PARTIAL, 0, 0},
    {"a window: what starts at its end is the next one's", "\\bab", "x ", 0, false, SG_MATCH_NONE,
     0, 0},
    {"a window: half a reference", "(\\w\\w)-\\1", "ab-a", 0, false, SG_MATCH_PARTIAL, 0, 0},
    {"a window: a required byte may still come", "a[^x]{0,5}b", "accc", 0, false, SG_MATCH_PARTIAL,
     0, 0},
};

/* A pattern and texts to cut it in: every answer about a part must hold for the whole. */
static const struct cut {
    const char *name, *pattern;
    const char *texts[4];
} cuts[] = {
    {"literals", "abc|bcd", {"abcd", "aabbccdd", "ababcd"}},
    {"repeats", "a{2,4}b?", {"aaaaab", "aab", "ab aaa"}},
    {"lazy repeats", "a{1,4}?b", {"aaaab", "aab", "ab aaa b"}},
    {"possessive repeats", "a{1,4}+b|a", {"aaaab", "aaaaab", "aac"}},
    {"atomic groups", "(?>a|ab)c|b", {"abc", "ac", "ab"}},
    {"boundaries", "\\b\\d{2,3}\\b|\\Bx\\B", {"12 345", "a12 1234", "axb x", "1x2"}},
    {"the end", "a$|b\\z|c\\Z", {"aa", "bb", "cc\n", "c\nc\n"}},
    {"the start", "^a|(?<=^b)c", {"aa", "bcc", "ba"}},
    {"lookaheads", "a(?=bc)|b(?!c)|c(?=(?!d))", {"abcd", "abdc", "ccd"}},
    {"lookbehinds", "(?<=ab)c|(?<!a)b", {"abcb", "bab", "cabc"}},
    {"line ends", "a\\R|\\R\\R", {"a\r\n\r\n", "\r\r\n", "\n\na\r"}},
    {"references", "(a{1,2})b\\1", {"aabaa", "abab", "aaba"}},
    {"atomic groups that can be empty",
     "[ab]{0,2}(?:xy)?+b|[ab]{1,2}(?>|x)c",
     {"bb", "bbxyb", "bc"}},
    {"case", "(?i)ab(?-i)c", {"ABc", "aBC", "abABc"}},
    {"code points", "[\xD0\xB0-\xD1\x8F]{2}|\xC2\xB7", {"\xD0\xB0\xD1\x8F", "a\xC2\xB7"}},
    {"a card",
     "(?<![\\w-])\\d(?:[ .-]?\\d){11,18}(?![\\w-])",
     {"4111 1111 1111 1111", "x 4111-1111-1111-1111.", "a4111111111111111", "411111111111"}},
};

static void finds(void **state)
{
    const struct row *row = *state;
    struct sg_pattern *pattern = sg_toy_pattern(row->pattern, false);
    struct sg_matcher *matcher = sg_toy_matcher();
    enum sg_match match;
    struct sg_span span = {0, 0};
    assert_int_equal(sg_pattern_search(pattern, matcher, sg_bytes_of(row->text), row->from,
                                       row->last, &match, &span),
                     SCRUBGATE_OK);
    assert_int_equal(match, row->match);
    if (match != SG_MATCH_NONE)
        assert_int_equal(span.start, row->start);
    if (match == SG_MATCH_FOUND)
        assert_int_equal(span.end, row->end);
    sg_matcher_free(matcher);
    sg_pattern_free(pattern);
}

/* --- parts and wholes ---------------------------------------------------------------------------
 */

static enum sg_match search(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                            struct sg_bytes text, size_t from, bool last, struct sg_span *span)
{
    enum sg_match match;
    *span = (struct sg_span){0, 0};
    assert_int_equal(sg_pattern_search(pattern, matcher, text, from, last, &match, span),
                     SCRUBGATE_OK);
    return match;
}

/* What is said about the part holds for the whole. */
static void part_agrees(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                        struct sg_bytes whole, size_t len, size_t from)
{
    struct sg_span in_part, in_whole;
    struct sg_bytes part = {whole.data, len};
    enum sg_match said = search(pattern, matcher, part, from, false, &in_part);
    enum sg_match is = search(pattern, matcher, whole, from, true, &in_whole);
    switch (said) {
    case SG_MATCH_FOUND:
        assert_int_equal(is, SG_MATCH_FOUND);
        assert_int_equal(in_part.start, in_whole.start);
        assert_int_equal(in_part.end, in_whole.end);
        break;
    case SG_MATCH_NONE:
        assert_true(is == SG_MATCH_NONE || in_whole.start >= len);
        break;
    case SG_MATCH_PARTIAL:
        assert_true(in_part.start < len);
        assert_true(is == SG_MATCH_NONE || in_whole.start >= in_part.start);
        break;
    }
}

/* A match is found alike when only what its extent covers is there. */
static void extent_suffices(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                            struct sg_bytes text)
{
    const struct sg_extent *extent = sg_pattern_extent(pattern);
    struct sg_span span, again;
    size_t from = 0;
    while (from < text.len && search(pattern, matcher, text, from, true, &span) == SG_MATCH_FOUND) {
        size_t start = span.start > extent->behind + 1 ? span.start - extent->behind - 1 : 0;
        size_t end = span.start + extent->max + extent->ahead;
        if (end > text.len)
            end = text.len;
        struct sg_bytes window = {text.data + start, end - start};
        assert_true(span.end - span.start >= extent->min);
        assert_true(span.end - span.start <= extent->max);
        assert_int_equal(
            search(pattern, matcher, window, span.start - start, end == text.len, &again),
            SG_MATCH_FOUND);
        assert_int_equal(again.start + start, span.start);
        assert_int_equal(again.end + start, span.end);
        from = span.end;
    }
}

static void holds_for_every_part(void **state)
{
    const struct cut *row = *state;
    struct sg_pattern *pattern = sg_toy_pattern(row->pattern, false);
    struct sg_matcher *matcher = sg_toy_matcher();
    for (size_t t = 0; t < 4 && row->texts[t] != NULL; t++) {
        struct sg_bytes whole = sg_bytes_of(row->texts[t]);
        for (size_t len = 0; len <= whole.len; len++) {
            for (size_t from = 0; from <= len; from++)
                part_agrees(pattern, matcher, whole, len, from);
        }
        extent_suffices(pattern, matcher, whole);
    }
    sg_matcher_free(matcher);
    sg_pattern_free(pattern);
}

/* --- the judge ----------------------------------------------------------------------------------
 */

/* Every text of the cuts, searched by PCRE2 with the pattern's own source. */
static void agrees_with_pcre2(void **state)
{
    const struct cut *row = *state;
    struct sg_pattern *pattern = sg_toy_pattern(row->pattern, false);
    struct sg_matcher *matcher = sg_toy_matcher();
    int error;
    PCRE2_SIZE offset;
    /* Some repeats 10.42 wrongly makes possessive. UTF only for code points in classes: bytes are
     * what everything else is about. */
    bool utf = strstr(row->pattern, "\xD0") != NULL;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)row->pattern, PCRE2_ZERO_TERMINATED,
                      PCRE2_DOLLAR_ENDONLY | PCRE2_NO_AUTO_POSSESS | (utf ? PCRE2_UTF : 0), &error,
                      &offset, NULL);
    assert_non_null(code);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    assert_non_null(data);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        for (size_t t = 0; t < 4 && cuts[i].texts[t] != NULL; t++) {
            struct sg_bytes text = sg_bytes_of(cuts[i].texts[t]);
            struct sg_span span;
            enum sg_match match = search(pattern, matcher, text, 0, true, &span);
            int rc = pcre2_match(code, text.data, text.len, 0, 0, data, NULL);
            assert_int_equal(match == SG_MATCH_FOUND, rc >= 0);
            if (rc >= 0) {
                assert_int_equal(span.start, pcre2_get_ovector_pointer(data)[0]);
                assert_int_equal(span.end, pcre2_get_ovector_pointer(data)[1]);
            }
        }
    }
    pcre2_match_data_free(data);
    pcre2_code_free(code);
    sg_matcher_free(matcher);
    sg_pattern_free(pattern);
}

/* --- limits -------------------------------------------------------------------------------------
 */

static void a_search_over_its_limit_is_an_error(void **state)
{
    (void)state;
    struct sg_pattern *pattern = sg_toy_pattern("(?:a{1,10}){1,10}b", false);
    struct sg_matcher *matcher = sg_toy_matcher();
    uint8_t text[80];
    enum sg_match match = SG_MATCH_NONE;
    struct sg_span span;
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = 'b';
    text[sizeof text - 2] = '-';
    struct sg_bytes bytes = {text, sizeof text};
    for (int last = 0; last <= 1; last++) {
        assert_int_equal(sg_pattern_search(pattern, matcher, bytes, 0, last != 0, &match, &span),
                         SCRUBGATE_EMATCH);
        assert_string_equal(sg_matcher_error(matcher), "match limit exceeded");
    }
    /* The matcher is as good as new. */
    assert_int_equal(sg_pattern_search(pattern, matcher, SG_BYTES("xaab"), 0, true, &match, &span),
                     SCRUBGATE_OK);
    assert_int_equal(match, SG_MATCH_FOUND);
    sg_matcher_free(matcher);
    sg_pattern_free(pattern);
}

/* What a text of many a takes is near `units`: it fits twice that, and not half. */
static const struct fit {
    const char *name, *pattern;
    uint32_t units;
} fits[] = {
    {"a literal takes next to nothing", "abc", 2},
    {"a run that is given back takes its length", "[a-c]{1,30}c", 32},
    {"a repeat of more ways than one takes the ways", "(?:aa?){1,7}c", 1200},
};

static void fits_what_it_takes(void **state)
{
    const struct fit *row = *state;
    struct sg_pattern *pattern = sg_toy_pattern(row->pattern, false);
    struct sg_matcher *matcher = sg_toy_matcher();
    struct sg_bytes text = SG_BYTES("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-abc-aab");
    enum sg_match match;
    struct sg_span span;
    assert_true(sg_pattern_fits(pattern, matcher, text, 2 * row->units));
    assert_false(sg_pattern_fits(pattern, matcher, text, row->units / 2));
    /* The limit of every other search is what it was. */
    assert_int_equal(sg_pattern_search(pattern, matcher, text, 0, true, &match, &span),
                     SCRUBGATE_OK);
    sg_matcher_free(matcher);
    sg_pattern_free(pattern);
}

/* JIT gives bytes back uncounted: only the interpreter's count shows what this takes. */
static void giving_back_bytes_costs(void **state)
{
    (void)state;
    struct sg_pattern *pattern = sg_toy_pattern("[a-z]{1,1000}[a-z]{1,1000}x", false);
    struct sg_matcher *matcher = sg_toy_matcher();
    static uint8_t text[1000];
    memset(text, 'a', sizeof text);
    text[sizeof text - 2] = '-';
    text[sizeof text - 1] = 'x';
    assert_false(sg_pattern_fits(pattern, matcher, (struct sg_bytes){text, sizeof text}, 10000));
    sg_matcher_free(matcher);
    sg_pattern_free(pattern);
}

static void matches_the_longest_there_may_be(void **state)
{
    (void)state;
    struct sg_pattern *pattern = sg_toy_pattern("(?:[ab]{63}c){256}", false);
    struct sg_matcher *matcher = sg_toy_matcher();
    static uint8_t text[16384];
    struct sg_span span;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 64 == 63 ? 'c' : 'b';
    struct sg_bytes bytes = {text, sizeof text};
    assert_int_equal(search(pattern, matcher, bytes, 0, true, &span), SG_MATCH_FOUND);
    assert_int_equal(span.end, sizeof text);
    sg_matcher_free(matcher);
    sg_pattern_free(pattern);
}

/* --- the rest -----------------------------------------------------------------------------------
 */

static void a_broken_pattern_gives_none(void **state)
{
    (void)state;
    struct sg_pattern *pattern = (struct sg_pattern *)state;
    struct scrubgate_fault fault = {.what = ""};
    size_t at = 0;
    assert_int_equal(sg_pattern_new(&pattern, SG_BYTES("ab+"), false, &at, &fault),
                     SCRUBGATE_EINVAL);
    assert_null(pattern);
    assert_int_equal(at, 2);
    assert_non_null(strstr(fault.what, "{1,64}"));
    sg_pattern_free(NULL);
    sg_matcher_free(NULL);
}

static void tells_its_bounds(void **state)
{
    (void)state;
    struct sg_pattern *pattern = sg_toy_pattern("(?<=x)7{2,3}\\b", false);
    assert_int_equal(sg_pattern_extent(pattern)->min, 2);
    assert_int_equal(sg_pattern_extent(pattern)->max, 3);
    assert_int_equal(sg_pattern_extent(pattern)->behind, 1);
    assert_int_equal(sg_pattern_extent(pattern)->ahead, 1);
    sg_pattern_free(pattern);
}

static void an_empty_match_is_found_when_asked(void **state)
{
    (void)state;
    struct sg_pattern *pattern = sg_toy_pattern("(?:ab)?$", true);
    struct sg_matcher *matcher = sg_toy_matcher();
    struct sg_span span;
    assert_int_equal(search(pattern, matcher, SG_BYTES("xab"), 0, true, &span), SG_MATCH_FOUND);
    assert_int_equal(span.start, 1);
    assert_int_equal(search(pattern, matcher, SG_BYTES("xa"), 0, true, &span), SG_MATCH_FOUND);
    assert_int_equal(span.start, 2);
    struct sg_bytes nothing = {NULL, 0};
    assert_int_equal(search(pattern, matcher, nothing, 0, true, &span), SG_MATCH_FOUND);
    sg_matcher_free(matcher);
    sg_pattern_free(pattern);
}

static void names_the_library(void **state)
{
    (void)state;
    char version[64];
    assert_true(pcre2_config(PCRE2_CONFIG_VERSION, NULL) <= (int)sizeof version);
    assert_true(pcre2_config(PCRE2_CONFIG_VERSION, version) > 0);
    assert_memory_equal(sg_pattern_library(), "PCRE2 ", 6);
    assert_string_equal(sg_pattern_library() + 6, version);
}

/* JIT that runs out of memory is done without, so not every refusal is an ENOMEM. */
static void running_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    bool refused = true;
    struct sg_matcher *matcher = sg_toy_matcher();
    for (size_t n = 0; refused; n++) {
        struct sg_pattern *pattern;
        struct sg_span span;
        sg_alloc_fail_start(n);
        enum scrubgate_status rc =
            sg_pattern_new(&pattern, SG_BYTES("(\\d)[ \xC2\xB7]\\1"), false, NULL, NULL);
        refused = sg_alloc_fail_stop();
        assert_true(rc == SCRUBGATE_OK || (refused && rc == SCRUBGATE_ENOMEM));
        if (rc == SCRUBGATE_OK)
            assert_int_equal(search(pattern, matcher, SG_BYTES("a1 1"), 0, true, &span),
                             SG_MATCH_FOUND);
        sg_pattern_free(pattern);
    }
    sg_matcher_free(matcher);
}

static enum scrubgate_status make_matcher(void *ctx)
{
    struct sg_matcher *matcher;
    (void)ctx;
    enum scrubgate_status rc = sg_matcher_new(&matcher);
    sg_matcher_free(matcher);
    return rc;
}

static void a_matcher_without_memory_is_none(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(make_matcher, NULL) >= 3);
}

int main(void)
{
    SG_SUITE_ROWS(finds, rows);
    SG_SUITE_ROWS(holds_for_every_part, cuts);
    SG_SUITE_ROWS(agrees_with_pcre2, cuts);
    sg_suite_add("a search over its limit is an error", a_search_over_its_limit_is_an_error, NULL);
    SG_SUITE_ROWS(fits_what_it_takes, fits);
    sg_suite_add("giving back bytes costs", giving_back_bytes_costs, NULL);
    sg_suite_add("matches the longest there may be", matches_the_longest_there_may_be, NULL);
    sg_suite_add("a broken pattern gives none", a_broken_pattern_gives_none, NULL);
    sg_suite_add("tells its bounds", tells_its_bounds, NULL);
    sg_suite_add("an empty match is found when asked", an_empty_match_is_found_when_asked, NULL);
    sg_suite_add("names the library", names_the_library, NULL);
    sg_suite_add("running out of memory is an answer", running_out_of_memory_is_an_answer, NULL);
    sg_suite_add("a matcher without memory is none", a_matcher_without_memory_is_none, NULL);
    return sg_suite_run("pattern");
}
