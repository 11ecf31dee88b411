/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_syntax.c - bounds and refusals of patterns, and the text PCRE2 gets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rule/syntax.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

/* --- bounds -------------------------------------------------------------------------------------
 */

static const struct bound {
    const char *name, *pattern;
    size_t min, max, behind, ahead;
    const char *printed; /* NULL: the pattern as it is */
} bounds[] = {
    {"a literal", "abc", 3, 3, 0, 0, NULL},
    {"a class is one byte", "[a-f]", 1, 1, 0, 0, NULL},
    {"a class of one byte is that byte", "[a]", 1, 1, 0, 0, "a"},
    {"a repeat", "a{2,5}", 2, 5, 0, 0, NULL},
    {"a repeat of nothing or one", "xa?", 1, 2, 0, 0, NULL},
    {"a repeat of groups", "(?:ab{1,2}){2,3}", 4, 9, 0, 0, NULL},
    {"a lazy repeat", "a{1,3}?b", 2, 4, 0, 0, NULL},
    {"a possessive repeat", "a{1,3}+b", 2, 4, 0, 0, NULL},
    {"alternatives: the shortest and the longest", "ab|cde|f", 1, 3, 0, 0, NULL},
    {"an empty alternative counts", "x(?:ab|)", 1, 3, 0, 0, NULL},
    {"a word boundary sees one byte each way", "\\bab\\b", 2, 2, 1, 1, NULL},
    {"a word boundary inside sees nothing outside", "a\\bb", 2, 2, 0, 0, NULL},
    {"no word boundary", "\\Bab", 2, 2, 1, 0, NULL},
    {"the start looks one back", "^ab", 2, 2, 1, 0, "\\Aab"},
    {"the end looks one ahead", "ab$", 2, 2, 0, 1, "ab\\z"},
    {"the end or a last line end looks two ahead", "ab\\Z", 2, 2, 0, 2, NULL},
    {"a lookahead", "ab(?=cde)", 2, 2, 0, 3, NULL},
    {"a trailing (?!\\d) sees one byte", "a(?!\\d)", 1, 1, 0, 1, NULL},
    {"a lookahead within the match sees nothing beyond", "(?=ab)\\w{4}", 4, 4, 0, 0, NULL},
    {"a lookahead partly beyond the match", "(?=\\w{6})ab", 2, 2, 0, 4, NULL},
    {"a lookahead in a lookahead", "a(?=bc(?!d{3}))", 1, 1, 0, 5, NULL},
    {"a lookbehind", "(?<!ab)c", 1, 1, 2, 0, NULL},
    {"a lookbehind behind bytes", "abc(?<=xabc)", 3, 3, 1, 0, NULL},
    {"a lookbehind over an optional byte", "x?(?<=ab)c", 1, 2, 2, 0, NULL},
    {"a boundary in a lookbehind", "(?<=\\bab )c", 1, 1, 4, 0, NULL},
    {"the start in a lookbehind", "(?<=^ab)c", 1, 1, 3, 0, "(?<=\\Aab)c"},
    {"a lookbehind in a lookahead", "a(?=b(?<=cab))", 1, 1, 1, 1, NULL},
    {"a lookahead in a lookbehind", "(?<=a(?=bc))b", 1, 1, 1, 1, NULL},
    {"a repeat of a condition in brackets", "a(?:\\b)?(?:(?!c)){2}", 1, 1, 0, 1, NULL},
    {"an atomic group", "(?>ab|a)c", 2, 3, 0, 0, NULL},
    {"a group nobody refers to does not capture", "(ab){2}", 4, 4, 0, 0, "(?:ab){2}"},
    {"a reference is as long as its group", "(\\d{2,3})-\\1", 5, 7, 0, 0, "(\\d{2,3})-\\g{1}"},
    {"references are numbered anew", "(a)(?<two>b)(c)\\k<two>\\g{-1}", 5, 5, 0, 0,
     "a(b)(c)\\g{1}\\g{2}"},
    {"the forms of a reference", "(?'n'a)\\k'n'\\k{n}\\g{n}\\g1\\g{1}(?P=n)\\1", 8, 8, 0, 0,
     "(a)\\g{1}\\g{1}\\g{1}\\g{1}\\g{1}\\g{1}\\g{1}"},
    {"a reference ignoring case", "(a)(?i)\\1", 2, 2, 0, 0, "(a)(?i)\\g{1}"},
    {"case: letters are no longer sure", "(?i)a1_", 3, 3, 0, 0, NULL},
    {"case: up to the end of the group", "((?i)a)a", 2, 2, 0, 0, "(?i)a(?-i)a"},
    {"case: into the next alternative", "(?:(?i)a|b)c", 2, 2, 0, 0, NULL},
    {"case: scoped", "(?i:a)b", 2, 2, 0, 0, "(?i)a(?-i)b"},
    {"case: a class", "(?i)[a-c]x(?-i)y", 3, 3, 0, 0, "[A-Ca-c](?i)x(?-i)y"},
    {"case: POSIX upper is alpha", "(?i)[[:upper:]][[:^lower:]]", 2, 2, 0, 0, "[A-Za-z][^A-Za-z]"},
    {"a dot is no line feed", "a.", 2, 2, 0, 0, "a[^\\x0A]"},
    {"a dot under (?s) is any byte", "(?s)a.", 2, 2, 0, 0, NULL},
    {"(?s) scoped, and off again", "(?s-i:.).", 2, 2, 0, 0, "(?s).[^\\x0A]"},
    {"(?x) drops blanks and comments", "(?x) a {2} # two\n b", 3, 3, 0, 0, "a{2}b"},
    {"(?x) not in a class", "(?x)[ #]\\ a", 3, 3, 0, 0, "[ #] a"},
    {"a comment", "a(?# (b )c", 2, 2, 0, 0, "ac"},
    {"a quote", "\\Qa.{2}\\E{2}", 6, 6, 0, 0, "a\\.\\{2\\}{2}"},
    {"a quote up to the end", "\\Qa|)", 3, 3, 0, 0, "a\\|\\)"},
    {"an empty quote before a repeat", "a\\Q\\E{2}", 2, 2, 0, 0, "a{2}"},
    {"escaped bytes", "\\x41\\x{42}\\n\\r\\t\\e\\f\\a", 8, 8, 0, 0,
     "AB\\x0A\\x0D\\x09\\x1B\\x0C\\x07"},
    {"escaped punctuation", "\\.\\-\\_\\/\\\\", 5, 5, 0, 0, "\\.-_/\\\\"},
    {"brackets that close nothing", "a]b}", 4, 4, 0, 0, "a\\]b\\}"},
    {"shorthands", "\\d\\D\\w\\W\\s\\S", 6, 6, 0, 0, NULL},
    {"a class of shorthands", "[\\d\\s-]", 1, 1, 0, 0, "[\\x09-\\x0D \\-0-9]"},
    {"a class: ] and - as members", "[]a-][^]-]", 2, 2, 0, 0, "[\\-\\]a][^\\-\\]]"},
    {"a class: escapes and a quote", "[\\b\\]\\x5E\\Q]-\\E]", 1, 1, 0, 0, "[\\x08\\-\\]\\^]"},
    {"a class: POSIX names", "[[:digit:][:^print:]x]", 1, 1, 0, 0, "[^ -/:-wy-~]"},
    {"a class: a [ is a member", "[[a]", 1, 1, 0, 0, "[\\[a]"},
    {"a class of all bytes is a dot", "[\\d\\D]x", 2, 2, 0, 0, "(?s).x"},
    {"a class of raw bytes", "[\\x80-\\xFF]", 1, 1, 0, 0, NULL},
    {"a negated class of raw bytes", "[^\\x80-\\xFF]", 1, 1, 0, 0, "[\\x00-\\x7F]"},
    {"a literal beyond ASCII is its bytes", "\xC2\xB7", 2, 2, 0, 0, "\\xC2\\xB7"},
    {"a repeat takes the whole code point", "a\xC2\xB7?", 1, 3, 0, 0, "a(?:\\xC2\\xB7)?"},
    {"a code point by number", "\\x{20AC}", 3, 3, 0, 0, "\\xE2\\x82\\xAC"},
    {"a class with a code point", "[ \xC2\xB7]", 1, 2, 0, 0, " |\\xC2\\xB7"},
    {"a class with a code point, repeated", "[ \xC2\xB7]{2}", 2, 4, 0, 0, "(?: |\\xC2\\xB7){2}"},
    {"a range of code points", "[\xD0\xB0-\xD1\x8F]", 2, 2, 0, 0,
     "\\xD0[\\xB0-\\xBF]|\\xD1[\\x80-\\x8F]"},
    {"a range from ASCII on", "[z-\xC3\xBF]", 1, 2, 0, 0, "[z-\\x7F]|[\\xC2\\xC3][\\x80-\\xBF]"},
    {"a range over lengths and surrogates", "[\\x{7FF}-\\x{10000}]", 2, 4, 0, 0,
     "\\xDF\\xBF|\\xE0[\\xA0-\\xBF][\\x80-\\xBF]|[\\xE1-\\xEC][\\x80-\\xBF][\\x80-\\xBF]|"
     "\\xED[\\x80-\\x9F][\\x80-\\xBF]|[\\xEE\\xEF][\\x80-\\xBF][\\x80-\\xBF]|"
     "\\xF0\\x90\\x80\\x80"},
    {"a code point in a lookbehind", "(?<![\\w\xC2\xB7])a", 1, 1, 2, 0, "(?<!\\w|\\xC2\\xB7)a"},
    {"a lookbehind of several lengths", "(?<=a(?:b|cd)?)x", 1, 1, 3, 0, "(?<=a|ab|acd)x"},
    {"a repeat in a lookbehind", "(?<=\\d{1,2} )x", 1, 1, 3, 0, "(?<=\\d |\\d\\d )x"},
    {"blanks of Unicode", "\\h", 1, 3, 0, 0,
     "[\\x09 ]|\\xC2\\xA0|\\xE1\\x9A\\x80|\\xE1\\xA0\\x8E|\\xE2\\x80[\\x80-\\x8A]|\\xE2\\x80\\xAF|"
     "\\xE2\\x81\\x9F|\\xE3\\x80\\x80"},
    {"line ends of Unicode", "\\v", 1, 3, 0, 0, "[\\x0A-\\x0D]|\\xC2\\x85|\\xE2\\x80[\\xA8\\xA9]"},
    {"a line end", "\\R", 1, 3, 0, 0,
     "(?>\\x0D\\x0A|[\\x0A-\\x0D]|\\xC2\\x85|\\xE2\\x80[\\xA8\\xA9])"},
    {"a card", "(?<![\\w-])\\d(?:[ .-]?\\d){11,18}(?![\\w-])", 12, 37, 1, 1,
     "(?<![\\-0-9A-Z_a-z])\\d(?:[ \\-.]?\\d){11,18}(?![\\-0-9A-Z_a-z])"},
    {"the longest match there may be", "[ab]{16384}", 16384, 16384, 0, 0, NULL},
    {"the farthest lookbehind", "(?<=[ab]{64})c", 1, 1, 64, 0, NULL},
    {"the farthest lookahead", "c(?=[ab]{64})", 1, 1, 0, 64, NULL},
};

static void keeps_its_bounds(void **state)
{
    const struct bound *row = *state;
    struct sg_syntax syntax;
    struct scrubgate_fault fault = {.what = ""};
    size_t at = 0;
    if (sg_syntax_parse(&syntax, sg_bytes_of(row->pattern), false, &at, &fault) < 0)
        fail_msg("at %zu: %s", at, fault.what);
    const char *printed = row->printed == NULL ? row->pattern : row->printed;
    assert_int_equal(sg_buf_add_byte(&syntax.text, '\0'), SCRUBGATE_OK);
    assert_string_equal((const char *)syntax.text.data, printed);
    assert_int_equal(syntax.extent.min, row->min);
    assert_int_equal(syntax.extent.max, row->max);
    assert_int_equal(syntax.extent.behind, row->behind);
    assert_int_equal(syntax.extent.ahead, row->ahead);
    sg_syntax_fini(&syntax);
}

/* What PCRE2 gets means the same to us, so nothing was lost on the way. */
static void prints_what_parses_to_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        struct sg_syntax once, twice;
        struct scrubgate_fault fault;
        size_t at = 0;
        assert_int_equal(sg_syntax_parse(&once, sg_bytes_of(bounds[i].pattern), false, &at, &fault),
                         0);
        assert_int_equal(sg_syntax_parse(&twice, sg_buf_bytes(&once.text), false, &at, &fault), 0);
        assert_int_equal(once.text.len, twice.text.len);
        assert_memory_equal(once.text.data, twice.text.data, once.text.len);
        assert_memory_equal(&once.extent, &twice.extent, sizeof once.extent);
        sg_syntax_fini(&once);
        sg_syntax_fini(&twice);
    }
}

/* --- refusals -----------------------------------------------------------------------------------
 */

static const struct refusal {
    const char *name, *pattern;
    size_t at;
    const char *says;
} refusals[] = {
    {"+ has no bound", "ab+", 2, "+ has no upper bound: write {1,64}"},
    {"* has no bound", "ab*c", 2, "* has no upper bound: write {0,64}"},
    {"{n,} has no bound", "a{3,}", 1, "{3,} has no upper bound: write {3,64}"},
    {"a repeat at the start", "?a", 0, "nothing to repeat"},
    {"a repeat after an option", "(?i){2}", 4, "nothing to repeat"},
    {"a repeat of a repeat", "a{2}{3}", 4, "put a group between"},
    {"a repeat of a boundary", "a\\b?", 3, "takes no bytes"},
    {"a repeat of a lookahead", "a(?=b){2}", 6, "takes no bytes"},
    {"a repeat backwards", "a{3,2}", 1, "write {2,3}"},
    {"a repeat of zero", "ab{0}", 2, "zero times"},
    {"a repeat without numbers", "a{x}", 1, "write \\{"},
    {"a repeat with no end", "a{2", 1, "write \\{"},
    {"a repeat over 65535", "a{0,65536}", 1, "over 65535"},
    {"a repeat over any number", "a{0,99999999999999999999}", 1, "over 65535"},
    {"nothing", "", 0, "can match nothing"},
    {"an empty alternative", "a|", 0, "can match nothing"},
    {"only conditions", "\\b(?=a)", 0, "can match nothing"},
    {"too long a match", "x[ab]{16385}", 5, "over the 16384 allowed"},
    {"too long a match in groups", "(?:a{1000}){1000}", 11, "over the 16384 allowed"},
    {"too far a lookbehind", "a(?<=[ab]{65})", 1, "over the 64 allowed"},
    {"too far a lookahead", "ab(?=[ab]{65})", 2, "(65), over the 64 allowed"},
    {"too far a lookahead from the start", "(?=\\w{90})\\w{20}", 0, "(70), over the 64 allowed"},
    {"too large for PCRE2", "(?:(?:\\b[ab]?){100}){100}x", 0, "too large with its repeats"},
    {"an open group", "a(b", 1, "not closed"},
    {"an open group in a quote", "a(\\Qb)", 1, "not closed"},
    {"an open class", "a[b", 1, "not closed"},
    {"an open comment", "a(?#b", 1, "not closed"},
    {"a ) too many", "ab)c", 2, "without its ("},
    {"a backslash at the end", "ab\\", 2, "ends the pattern"},
    {"an unknown escape", "a\\y", 1, "unknown escape \\y"},
    {"\\K", "a\\Kb", 1, "(?<=...)"},
    {"\\G", "\\Ga", 0, "\\G"},
    {"\\C", "a\\C", 1, "\\C"},
    {"\\X", "a\\X", 1, "\\X"},
    {"\\p", "\\p{L}", 0, "Unicode properties"},
    {"\\N", "a\\N", 1, "[^\\n]"},
    {"\\H", "a\\H", 1, "negated class"},
    {"\\0", "a\\0", 1, "\\xHH"},
    {"\\12", "(a)\\12", 3, "\\g{N}"},
    {"\\x without digits", "a\\xZ", 1, "\\xHH"},
    {"\\x with one digit", "a\\x4", 1, "\\xHH"},
    {"\\x{} empty", "a\\x{}", 1, "\\xHH"},
    {"\\x{} of a surrogate", "a\\x{D800}", 1, "no such code point"},
    {"\\x{} too high", "a\\x{110000}", 1, "no such code point"},
    {"a reference to no group", "a\\1", 1, "no group closed before"},
    {"a reference forwards", "\\1(a)", 0, "no group closed before"},
    {"a reference inside its group", "(a\\1)", 2, "no group closed before"},
    {"a reference too far back", "(a)\\g{-2}", 3, "no group closed before"},
    {"a reference to an unknown name", "(?<n>a)\\k<m>", 7, "no group closed before"},
    {"a reference in a lookbehind", "(a)(?<=\\1)", 7, "no fixed length"},
    {"a reference into a lookbehind", "(?<=(a))\\1", 8, "no fixed length"},
    {"two groups of one name", "(?<n>a)(?<n>b)", 7, "two groups of one name"},
    {"a name that starts with a digit", "(?<1a>b)", 3, "a group's name"},
    {"a recursion", "a(?R)", 1, "recursion"},
    {"a call by number", "(a)(?1)", 3, "subroutine"},
    {"a call by relative number", "(a)(?-1)", 3, "subroutine"},
    {"a call by name", "(?<n>a)(?&n)", 7, "subroutine"},
    {"a call by \\g", "(a)\\g<1>", 3, "subroutine"},
    {"a condition", "(a)(?(1)b)", 3, "conditions"},
    {"a callout", "a(?C1)", 1, "callouts"},
    {"a verb", "a(*SKIP)b", 1, "verbs"},
    {"a branch reset", "(?|(a)|(b))", 0, "branch reset"},
    {"(?m)", "a(?im)b", 4, "(?<![^\\n])"},
    {"(?U)", "(?U)a", 2, "(?U)"},
    {"(?J)", "(?J)a", 2, "(?J)"},
    {"(?n)", "(?n)a", 2, "(?n)"},
    {"(?xx)", "(?xx)a", 2, "(?xx)"},
    {"an unknown option", "a(?q)", 1, "no group or option"},
    {"a lookbehind in a lookbehind", "(?<=a(?<=b))c", 5, "side by side"},
    {"a lookbehind in a lookahead in one", "(?<=a(?=b(?<!c)))d", 9, "side by side"},
    {"an atomic lookbehind of two lengths", "(?<=(?>a|bc))d", 0, "atomic"},
    {"a possessive lookbehind of two lengths", "(?<=a?+)d", 0, "possessive"},
    {"a lookbehind in too many forms", "(?<=(?:a|bc)(?:a|bc)(?:a|bc)(?:a|bc)(?:a|bc)(?:a|bc)a?)d",
     0, "over 64 ways"},
    {"a negated class beyond ASCII", "a[^\xC3\xA9]", 1, "(?!"},
    {"a negated class of blanks", "a[^\\h]", 1, "(?!"},
    {"a class without a member", "a[^\\d\\D]", 1, "no member"},
    {"a range backwards", "[z-a]", 1, "backwards"},
    {"a range that ends with a class", "[a-\\d]", 2, "\\-"},
    {"a range that starts with a class", "[\\w-.]", 3, "\\-"},
    {"a range from a byte to a character", "[\\x80-\xC3\xBF]", 1, "a byte to a character"},
    {"a range from a character to a byte", "[\xC2\x80-\\xFF]", 1, "a byte to a character"},
    {"a POSIX class that is none", "[[:foo:]]", 1, "POSIX"},
    {"a collating element", "[[.a.]]", 1, "collating"},
    {"\\R in a class", "[\\R]", 1, "\\R"},
    {"\\B in a class", "[\\B]", 1, "not a member"},
    {"an octal escape in a class", "[\\1]", 1, "octal"},
    {"a stray byte", "a\xFF", 1, "not valid UTF-8"},
    {"half a code point", "ab\xC3", 2, "not valid UTF-8"},
    {"a stray byte in a class", "[a\x80]", 2, "not valid UTF-8"},
};

static void refuses_with_a_place(void **state)
{
    const struct refusal *row = *state;
    struct sg_syntax syntax;
    struct scrubgate_fault fault = {.what = ""};
    size_t at = 999;
    assert_int_equal(sg_syntax_parse(&syntax, sg_bytes_of(row->pattern), false, &at, &fault),
                     SCRUBGATE_EINVAL);
    if (strstr(fault.what, row->says) == NULL)
        fail_msg("says: %s", fault.what);
    assert_int_equal(at, row->at);
    assert_null(syntax.text.data);
    /* A fault is not asked for everywhere. */
    assert_int_equal(sg_syntax_parse(&syntax, sg_bytes_of(row->pattern), false, NULL, NULL),
                     SCRUBGATE_EINVAL);
}

/* --- the rest -----------------------------------------------------------------------------------
 */

static enum scrubgate_status parse(struct sg_bytes text, bool may_be_empty)
{
    struct sg_syntax syntax;
    enum scrubgate_status rc = sg_syntax_parse(&syntax, text, may_be_empty, NULL, NULL);
    if (rc >= 0)
        sg_syntax_fini(&syntax);
    return rc;
}

static void may_be_empty_when_asked(void **state)
{
    (void)state;
    assert_int_equal(parse(SG_BYTES("(?:ab)?$"), true), SCRUBGATE_OK);
    assert_int_equal(parse(SG_BYTES(""), true), SCRUBGATE_OK);
    assert_int_equal(parse(SG_BYTES("(?:ab)?$"), false), SCRUBGATE_EINVAL);
}

static void nests_64_groups_and_no_more(void **state)
{
    (void)state;
    for (size_t depth = 63; depth <= 66; depth++) {
        char text[160] = "";
        memset(text, '(', depth);
        text[depth] = 'a';
        memset(text + depth + 1, ')', depth);
        struct sg_bytes pattern = {(const uint8_t *)text, 2 * depth + 1};
        assert_int_equal(parse(pattern, false), depth <= 64 ? SCRUBGATE_OK : SCRUBGATE_EINVAL);
    }
    /* However deep the rest goes, it is refused before it is read. */
    static char deep[60000];
    memset(deep, '(', sizeof deep);
    assert_int_equal(parse((struct sg_bytes){(const uint8_t *)deep, sizeof deep}, false),
                     SCRUBGATE_EINVAL);
}

static void takes_255_groups_that_capture(void **state)
{
    (void)state;
    for (size_t n = 254; n <= 256; n++) {
        struct sg_buf text = {0};
        for (size_t i = 0; i < n; i++)
            assert_int_equal(sg_buf_add_text(&text, "(a)"), SCRUBGATE_OK);
        assert_int_equal(parse(sg_buf_bytes(&text), false),
                         n <= 255 ? SCRUBGATE_OK : SCRUBGATE_EINVAL);
        sg_buf_fini(&text);
    }
}

static void takes_64_kib_of_pattern(void **state)
{
    (void)state;
    static char text[65537];
    memset(text, 'a', sizeof text);
    assert_int_equal(parse((struct sg_bytes){(const uint8_t *)text, 16384}, false), SCRUBGATE_OK);
    assert_int_equal(parse((struct sg_bytes){(const uint8_t *)text, 65537}, false),
                     SCRUBGATE_EINVAL);
}

static void no_byte_is_special_but_by_name(void **state)
{
    (void)state;
    for (unsigned b = 0; b <= 0x7F; b++) {
        uint8_t escaped[] = {'\\', 'x', 0, 0}, plain[] = {(uint8_t)b};
        static const char hex[] = "0123456789abcdef";
        escaped[2] = (uint8_t)hex[b >> 4];
        escaped[3] = (uint8_t)hex[b & 15];
        assert_int_equal(parse((struct sg_bytes){escaped, 4}, false), SCRUBGATE_OK);
        bool special = b != 0 && strchr("\\^$|()[?*+{", (int)b) != NULL;
        assert_int_equal(parse((struct sg_bytes){plain, 1}, false),
                         special ? SCRUBGATE_EINVAL : SCRUBGATE_OK);
    }
}

/* A pattern cut anywhere is taken or refused within its length, never read beyond. */
static void any_part_of_a_pattern_has_an_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        size_t len = strlen(bounds[i].pattern);
        for (size_t cut = 0; cut <= len; cut++) {
            uint8_t *part = malloc(cut + 1); /* its own memory, so that a sanitizer sees */
            struct scrubgate_fault fault = {.what = ""};
            struct sg_syntax syntax;
            size_t at = 0;
            assert_non_null(part);
            memcpy(part, bounds[i].pattern, cut);
            struct sg_bytes text = {part, cut};
            enum scrubgate_status rc = sg_syntax_parse(&syntax, text, false, &at, &fault);
            if (rc >= 0) {
                sg_syntax_fini(&syntax);
            } else {
                assert_int_equal(rc, SCRUBGATE_EINVAL);
                assert_true(at <= cut);
                assert_true(fault.what[0] != '\0');
            }
            free(part);
        }
    }
}

static enum scrubgate_status parse_row(void *ctx)
{
    const struct bound *row = ctx;
    return parse(sg_bytes_of(row->pattern), false);
}

static void running_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        struct bound row = bounds[i];
        assert_true(sg_alloc_fail_each(parse_row, &row) > 0);
    }
}

int main(void)
{
    SG_SUITE_ROWS(keeps_its_bounds, bounds);
    SG_SUITE_ROWS(refuses_with_a_place, refusals);
    sg_suite_add("prints what parses to the same", prints_what_parses_to_the_same, NULL);
    sg_suite_add("may be empty when asked", may_be_empty_when_asked, NULL);
    sg_suite_add("nests 64 groups and no more", nests_64_groups_and_no_more, NULL);
    sg_suite_add("takes 255 groups that capture", takes_255_groups_that_capture, NULL);
    sg_suite_add("takes 64 KiB of pattern", takes_64_kib_of_pattern, NULL);
    sg_suite_add("no byte is special but by name", no_byte_is_special_but_by_name, NULL);
    sg_suite_add("any part of a pattern has an answer", any_part_of_a_pattern_has_an_answer, NULL);
    sg_suite_add("running out of memory is an answer", running_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("syntax");
}
