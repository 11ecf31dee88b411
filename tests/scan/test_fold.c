/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_fold.c - what a reader sees in a text, the same for every way of cutting it, and where each
 * byte of it comes from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "scan/fold.h"
#include "scan/fold_native.h"
#include "scan/fold_table.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

#define TEN(s)   s s s s s s s s s s
#define ZWSP     "\u200B"
#define VS16     "\uFE0F"
#define ACUTE    "\u0301"
#define KEYCAP   "\u20E3"
#define LONG_RUN TEN("ооо") "оо" /* 64 bytes of Cyrillic o */

/* What the view is; and, when find is there, which raw bytes its bytes stand for. */
static const struct row {
    const char *name, *text, *view, *find, *raw;
} rows[] = {
    {"ASCII is its own view", "call 4111-1111, ok", "call 4111-1111, ok", "4111", "4111"},
    {"nothing is nothing", "", "", NULL, NULL},
    /* What goes away. */
    {"zero-width characters are gone", "41" ZWSP "11", "4111", "4111", "41" ZWSP "11"},
    {"and do not belong to their neighbours", "a" ZWSP "41" ZWSP "b", "a41b", "41", "41"},
    {"bidi marks are gone", "\u202D41\u202C1\u2066 \u061C", "411 ", "411", "41\u202C1"},
    {"the one that turns the order of reading is a mark", "\u202E14",
     "\x12"
     "14",
     "14", "14"},
    {"soft hyphens are gone", "jo\xC2\xADhn", "john", "john", "jo\xC2\xADhn"},
    {"tags are gone", "4\U000E0031\U000E01001", "41", "41", "4\U000E0031\U000E01001"},
    {"Hangul fillers are gone", "4\u31641\uFFA01\u115F", "411", "411", "4\u31641\uFFA01"},
    {"a byte order mark is gone", "\uFEFF411", "411", "411", "411"},
    {"joiners beside ASCII are gone", "4\u200D1 \u200C", "41 ", "41", "4\u200D1"},
    {"a joiner before ASCII is gone", "\u0645\u200C4", "\u06454", "4", "4"},
    {"joiners in native text stay", "\u0645\u06CC\u200C\u062E", "\u0645\u06CC\u200C\u062E", NULL,
     NULL},
    {"joiners of emoji stay", "👨\u200D👩\u200D👧 x", "👨\u200D👩\u200D👧 x", NULL, NULL},
    {"variation selectors behind emoji stay", "❤" VS16 " x", "❤" VS16 " x", NULL, NULL},
    {"variation selectors behind ASCII are gone", "4" VS16 "1" VS16, "41", "41", "4" VS16 "1"},
    {"marks are gone, behind the last one they stay", "x4" ACUTE "1" ACUTE ACUTE "y", "x41y", "41",
     "4" ACUTE "1"},
    {"marks before a place do not belong to it", "x" ACUTE "41", "x41", "41", "41"},
    {"keycaps are digits", "4" VS16 KEYCAP "1" VS16 KEYCAP "x", "41x", "41", "4" VS16 KEYCAP "1"},
    /* Digits, letters, blanks and punctuation. */
    {"Arabic digits", "\u0664\u0661\u06F1", "411", "41", "\u0664\u0661"},
    {"digits of India and Thailand", "\u096A\u09E7\u0E51", "411", "1", "\u09E7"},
    {"digits of far scripts", "\U0001E954\U00011DA1\U0001FBF1", "411", "411",
     "\U0001E954\U00011DA1\U0001FBF1"},
    {"wide digits and letters", "４１１ Ｊｏ＠ｘ", "411 Jo@x", "Jo@x", "Ｊｏ＠ｘ"},
    {"mathematical digits and letters", "\U0001D7D2\U0001D7CF\U0001D7FF 𝐀𝓏\u210E", "419 Azh", "41",
     "\U0001D7D2\U0001D7CF"},
    {"circled and raised and lowered digits", "④①⓪⓵❶➀➊²³¹⁰⁴₀₉",
     "4101111231"
     "0409",
     "410", "④①⓪"},
    {"a number in a circle that is not a digit stays", "a⑩", "a⑩", NULL, NULL},
    {"letters in circles and squares", "ⓑⒷ🄰🅰🅐", "bBAAA", "bB", "ⓑⒷ"},
    {"the circled a stays: it may be an @", "joⓐx", "joⓐx", NULL, NULL},
    {"letters of flags stay", "🇩🇪", "🇩🇪", NULL, NULL},
    {"raised letters and small capitals", "ʲᵒʰⁿ@ᴊ", "john@j", "john@j", "ʲᵒʰⁿ@ᴊ"},
    {"blanks of all widths",
     "4\xC2\xA0"
     "1\u20031\u202F1\u30001",
     "4 1 1 1 1", "1 1", "1\u20031"},
    {"ends of lines",
     "a\u2028b\u2029c\xC2\x85"
     "d",
     "a\nb\nc\nd", NULL, NULL},
    {"dashes", "4‐1‑1‒1–1—1―1−1－1ー1", "4-1-1-1-1-1-1-1-1-1", "1-1", "1‑1"},
    {"dots", "a․b‧c·d。e．f｡g", "a.b.c.d.e.f.g", "a.b", "a․b"},
    {"at-signs", "a＠b﹫c", "a@b@c", "a@b", "a＠b"},
    {"punctuation of Chinese text stays", "你好，世界。（好）！", "你好，世界。（好）！", NULL,
     NULL},
    {"and is ASCII beside ASCII", "（030）1，2", "(030)1,2", "(030)", "（030）"},
    {"and beside what becomes ASCII", "（０３０）", "(030)", "(030)", "（０３０）"},
    /* Accents. */
    {"accents alone are no reason for a change", "jösé ÅŁ Việt", "jösé ÅŁ Việt", NULL, NULL},
    {"they are lost behind another change", "é" ZWSP "é ÅŁ Việt", "ée AL Viet", "e", "é"},
    /* Look-alikes. */
    {"look-alikes in native text stay", "оса есть и ρω", "оса есть и ρω", NULL, NULL},
    {"look-alikes behind a letter are letters", "jоhn", "john", "ohn", "оhn"},
    {"look-alikes before a letter are letters", "раypal", "paypal", "pay", "раy"},
    {"look-alikes beside digits and @", "О1 2О @о о@", "O1 2O @o o@", NULL, NULL},
    {"look-alikes behind a dot behind a word", "x@y.сом", "x@y.com", "com", "сом"},
    {"but not behind a dot alone or two", ".сом y..сом", ".сом y..сом", NULL, NULL},
    {"a run ends where a native letter stands", "5шт оj", "5шт oj", NULL, NULL},
    {"what is not seen does not end a run", "о" ZWSP "а\u200Dh", "oah", "oah", "о" ZWSP "а\u200Dh"},
    {"a run beside wide letters", "оｊо", "ojo", "ojo", "оｊо"},
    {"a run beside a letter that loses its accent", ZWSP "оé", "oe", "oe", "оé"},
    {"not if it keeps the accent", "оé", "оé", NULL, NULL},
    {"a run as long as can be", LONG_RUN "x", TEN("ooo") "oox", NULL, NULL},
    {"a longer one folds no more than that", "о" LONG_RUN "x", "о" TEN("ooo") "oox", NULL, NULL},
    {"a run behind a letter has no end", "x" LONG_RUN "о", "x" TEN("ooo") "ooo", NULL, NULL},
    {"Greek, Armenian, Cherokee, Coptic, Lisu", "xΟ xօ xᎪ xⲟ xꓮ", "xO xo xA xo xA", NULL, NULL},
    {"accented look-alikes", "xά xё", "xa xe", NULL, NULL},
    {"a native stretch before a word", ZWSP "где мой заказао1 где，о1", "где мой заказao1 гдe,o1",
     NULL, NULL},
    {"quotes stay", "don’t “x” …", "don’t “x” …", NULL, NULL},
    /* Bad UTF-8. */
    {"bad bytes stay",
     "a\xFF" ZWSP "\x80"
     "b\xC0\xAF\xE0\x80\x80\xED\xA0\x80",
     "a\xFF\x80"
     "b\xC0\xAF\xE0\x80\x80\xED\xA0\x80",
     "\xFF", "\xFF"},
    {"a code point that is cut short stays", "4" ZWSP "\xE2\x80", "4\xE2\x80", "4", "4"},
    {"a lead in front of ASCII stays",
     "\xE2\x80"
     "a\xD0"
     "b",
     "\xE2\x80"
     "a\xD0"
     "b",
     NULL, NULL},
};

static void *exactly(const void *data, size_t len)
{
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    assert_non_null(copy);
    if (len > 0)
        memcpy(copy, data, len);
    return copy;
}

/* Adds text[fold->raw_end … end). */
static void add(struct sg_fold *fold, struct sg_bytes text, size_t end, bool last)
{
    size_t from = (size_t)fold->raw_end;
    uint8_t *copy = exactly(text.data + from, end - from);
    assert_int_equal(sg_fold_add(fold, (struct sg_bytes){copy, end - from}, last), SCRUBGATE_OK);
    free(copy);
    assert_true(fold->raw_end <= end);
    assert_true(last ? fold->raw_end == end : end - fold->raw_end < SG_FOLD_RUN + 8);
}

static void make(struct sg_fold *fold, struct sg_bytes text, size_t first, size_t step)
{
    assert_int_equal(sg_fold_begin(fold, 0, (struct sg_bytes){NULL, 0}), SCRUBGATE_OK);
    for (size_t end = first; end < text.len; end += step)
        add(fold, text, end, false);
    add(fold, text, text.len, true);
}

/* Pieces lie side by side and are what they say. */
static void check_pieces(const struct sg_fold *fold, struct sg_bytes text, uint64_t raw)
{
    uint64_t view = fold->view_base;
    for (size_t i = 0; i < fold->n_pieces; i++) {
        const struct sg_fold_piece *piece = fold->pieces + i;
        assert_int_equal(piece->view, view);
        assert_int_equal(piece->raw, raw);
        assert_true(piece->raw_len > 0);
        view += piece->view_len;
        raw += piece->raw_len;
        if (!piece->whole)
            assert_memory_equal(fold->view.data + (piece->view - fold->view_base),
                                text.data + piece->raw, piece->raw_len);
    }
    assert_int_equal(view, fold->view_base + fold->view.len);
    assert_int_equal(raw, fold->raw_end);
}

static void check_same(const struct sg_fold *a, const struct sg_fold *b)
{
    assert_int_equal(a->view.len, b->view.len);
    if (a->view.len > 0)
        assert_memory_equal(a->view.data, b->view.data, a->view.len);
    for (size_t start = 0; start < a->view.len; start++) {
        assert_int_equal(sg_fold_place(a, start), sg_fold_place(b, start));
        for (size_t end = start + 1; end <= a->view.len && end < start + 4; end++) {
            uint64_t from[2], to[2];
            sg_fold_back(a, start, end, &from[0], &to[0]);
            sg_fold_back(b, start, end, &from[1], &to[1]);
            assert_int_equal(from[0], from[1]);
            assert_int_equal(to[0], to[1]);
        }
    }
}

static void folds(void **state)
{
    const struct row *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    struct sg_fold fold = {.view_base = 0};
    make(&fold, text, text.len, 1);
    assert_int_equal(fold.view.len, strlen(row->view));
    if (fold.view.len > 0)
        assert_memory_equal(fold.view.data, row->view, fold.view.len);
    assert_int_equal(fold.changed, strcmp(row->text, row->view) != 0);
    check_pieces(&fold, text, 0);
    if (row->find != NULL) {
        uint64_t start, end, at = (uint64_t)(strstr(row->view, row->find) - row->view);
        sg_fold_back(&fold, at, at + strlen(row->find), &start, &end);
        assert_int_equal(end - start, strlen(row->raw));
        assert_memory_equal(row->text + start, row->raw, end - start);
        assert_int_equal(sg_fold_place(&fold, at), start);
    }
    sg_fold_fini(&fold);
}

static void folds_in_pieces(void **state)
{
    const struct row *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    struct sg_fold whole = {.view_base = 0};
    make(&whole, text, text.len, 1);
    for (size_t first = 0; first <= text.len; first++) {
        static const size_t steps[] = {1, 2, 3, 7, SIZE_MAX / 2};
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
            struct sg_fold fold = {.view_base = 0};
            make(&fold, text, first, steps[i]);
            check_same(&whole, &fold);
            check_pieces(&fold, text, 0);
            sg_fold_fini(&fold);
        }
    }
    sg_fold_fini(&whole);
}

/* Where the first byte stands that is not its own view; text.len when there is none. */
static size_t first_change(const struct sg_fold *fold, size_t len)
{
    for (size_t i = 0; i < fold->n_pieces; i++)
        if (fold->pieces[i].whole)
            return (size_t)fold->pieces[i].raw;
    return len;
}

static void check_begun(const struct sg_fold *whole, struct sg_bytes text, size_t at)
{
    size_t base = at < 2 ? 0 : at - 2;
    struct sg_fold fold = {.view_base = 0};
    assert_int_equal(sg_fold_begin(&fold, base, (struct sg_bytes){text.data + base, at - base}),
                     SCRUBGATE_OK);
    add(&fold, text, text.len, true);
    assert_int_equal(base + fold.view.len, whole->view.len);
    if (fold.view.len > 0)
        assert_memory_equal(fold.view.data, whole->view.data + base, fold.view.len);
    check_pieces(&fold, text, base);
    sg_fold_fini(&fold);
}

static void tells_what_is_the_same(void **state)
{
    const struct row *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    struct sg_fold whole = {.view_base = 0};
    make(&whole, text, text.len, 1);
    size_t first = first_change(&whole, text.len);
    for (const struct sg_kernel *const *kernel = sg_kernels; *kernel != NULL; kernel++) {
        if (!(*kernel)->works())
            continue;
        size_t from = 0;
        for (size_t end = 0; end <= text.len; end++) {
            bool changed;
            uint8_t *copy = exactly(text.data, end);
            struct sg_bytes part = {copy, end};
            size_t same = sg_fold_same(*kernel, part, 0, false, &changed);
            assert_true(same <= end && same <= first);
            assert_true(!changed || same == first);
            assert_true(changed || end - same < SG_FOLD_RUN + 8);
            /* And from where an earlier part left off. */
            from = sg_fold_same(*kernel, part, from, false, &changed);
            assert_int_equal(from, same);
            struct sg_fold fold = {.view_base = 0};
            make(&fold, part, end, 1);
            same = sg_fold_same(*kernel, part, 0, true, &changed);
            assert_int_equal(same, first_change(&fold, end));
            assert_int_equal(changed, same < end);
            sg_fold_fini(&fold);
            free(copy);
            check_begun(&whole, text, from);
        }
    }
    sg_fold_fini(&whole);
}

static void drops_what_is_done(void **state)
{
    const struct row *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    struct sg_fold whole = {.view_base = 0};
    make(&whole, text, text.len, 1);
    for (size_t place = 0; place <= whole.view.len; place++) {
        struct sg_fold fold = {.view_base = 0};
        make(&fold, text, text.len, 1);
        sg_fold_drop(&fold, place / 2);
        sg_fold_drop(&fold, place);
        assert_int_equal(fold.view.len, whole.view.len - place);
        for (size_t start = place; start < whole.view.len; start++) {
            uint64_t from[2], to[2];
            sg_fold_back(&whole, start, whole.view.len, &from[0], &to[0]);
            sg_fold_back(&fold, start, whole.view.len, &from[1], &to[1]);
            assert_int_equal(from[0], from[1]);
            assert_int_equal(to[0], to[1]);
            assert_int_equal(sg_fold_place(&fold, start), from[0]);
        }
        assert_int_equal(sg_fold_place(&fold, whole.view.len), text.len);
        sg_fold_fini(&fold);
    }
    sg_fold_fini(&whole);
}

static enum scrubgate_status make_all(void *ctx)
{
    struct sg_fold *fold = ctx;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; rc >= 0 && i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_bytes text = sg_bytes_of(rows[i].text);
        size_t half = text.len / 2;
        sg_fold_clear(fold);
        rc = sg_fold_begin(fold, 0, (struct sg_bytes){NULL, 0});
        if (rc >= 0)
            rc = sg_fold_add(fold, (struct sg_bytes){text.data, half}, false);
        half = (size_t)fold->raw_end;
        if (rc >= 0)
            rc = sg_fold_add(fold, (struct sg_bytes){text.data + half, text.len - half}, true);
    }
    sg_fold_fini(fold);
    assert_null(fold->pieces);
    return rc;
}

static void says_when_memory_is_short(void **state)
{
    struct sg_fold fold = {.view_base = 0};
    (void)state;
    assert_true(sg_alloc_fail_each(make_all, &fold) > 2);
}

static void is_wiped_and_used_again(void **state)
{
    struct sg_fold fold = {.view_base = 0};
    (void)state;
    make(&fold, sg_bytes_of("４１１１ secret"), 22, 1);
    const uint8_t *data = fold.view.data;
    size_t len = fold.view.len, cap = fold.cap;
    sg_fold_clear(&fold);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(data[i], 0);
    assert_int_equal(fold.cap, cap);
    assert_int_equal(fold.view_base + fold.raw_end + fold.n_pieces + fold.view.len, 0);
    assert_false(fold.changed);
    assert_int_equal(fold.before, 0);
    /* Behind nothing, an accent stays and a look-alike is native. */
    make(&fold, sg_bytes_of("éо"), 4, 1);
    assert_int_equal(fold.view.len, 4);
    sg_fold_fini(&fold);
}

/* Long runs and many pieces must not cost their square: this ends in a moment or never. */
static void takes_long_texts(void **state)
{
    static const char *const parts[] = {"о", ZWSP, "оГ1", "é", "4" ACUTE, "о" ZWSP, "о\u200D"};
    enum { TIMES = 300000 };
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t len = strlen(parts[i]);
        uint8_t *text = malloc(len * TIMES);
        bool changed;
        struct sg_fold fold = {.view_base = 0};
        assert_non_null(text);
        for (size_t k = 0; k < TIMES; k++)
            memcpy(text + k * len, parts[i], len);
        struct sg_bytes all = {text, len * TIMES};
        (void)sg_fold_same(sg_kernels[0], all, 0, false, &changed);
        assert_int_equal(sg_fold_begin(&fold, 0, (struct sg_bytes){NULL, 0}), SCRUBGATE_OK);
        for (size_t end = 4096; end < all.len; end += 4096)
            assert_int_equal(
                sg_fold_add(&fold,
                            (struct sg_bytes){text + fold.raw_end, end - (size_t)fold.raw_end},
                            false),
                SCRUBGATE_OK);
        assert_int_equal(
            sg_fold_add(&fold,
                        (struct sg_bytes){text + fold.raw_end, all.len - (size_t)fold.raw_end},
                        true),
            SCRUBGATE_OK);
        check_pieces(&fold, all, 0);
        sg_fold_fini(&fold);
        free(text);
    }
}

/* The table is what it should be where it could be off by one. */
static void knows_code_points(void **state)
{
    static const struct {
        uint32_t code_point;
        int kind;
        char byte;
    } points[] = {
        {0x7F, SG_FOLD_KEEP, 0},     {0xA0, SG_FOLD_MAP, ' '},     {0xC0, SG_FOLD_WEAK, 'A'},
        {0xD7, SG_FOLD_KEEP, 0},     {0xFF, SG_FOLD_WEAK, 'y'},    {0x17E, SG_FOLD_WEAK, 'z'},
        {0x24F, SG_FOLD_WEAK, 'y'},  {0x251, SG_FOLD_NEAR, 'a'},   {0x261, SG_FOLD_NEAR, 'g'},
        {0x2B8, SG_FOLD_NEAR, 'y'},  {0x300, SG_FOLD_DROP, 0},     {0x36F, SG_FOLD_DROP, 0},
        {0x370, SG_FOLD_KEEP, 0},    {0x37F, SG_FOLD_NEAR, 'J'},   {0x391, SG_FOLD_NEAR, 'A'},
        {0x3A7, SG_FOLD_NEAR, 'X'},  {0x3BD, SG_FOLD_NEAR, 'v'},   {0x3BF, SG_FOLD_NEAR, 'o'},
        {0x3C1, SG_FOLD_NEAR, 'p'},  {0x3C9, SG_FOLD_NEAR, 'w'},   {0x3F2, SG_FOLD_NEAR, 'c'},
        {0x405, SG_FOLD_NEAR, 'S'},  {0x410, SG_FOLD_NEAR, 'A'},   {0x417, SG_FOLD_KEEP, 0},
        {0x430, SG_FOLD_NEAR, 'a'},  {0x43E, SG_FOLD_NEAR, 'o'},   {0x445, SG_FOLD_NEAR, 'x'},
        {0x455, SG_FOLD_NEAR, 's'},  {0x458, SG_FOLD_NEAR, 'j'},   {0x482, SG_FOLD_KEEP, 0},
        {0x483, SG_FOLD_DROP, 0},    {0x489, SG_FOLD_DROP, 0},     {0x4AF, SG_FOLD_NEAR, 'y'},
        {0x4BB, SG_FOLD_NEAR, 'h'},  {0x4CF, SG_FOLD_NEAR, 'l'},   {0x501, SG_FOLD_NEAR, 'd'},
        {0x51B, SG_FOLD_NEAR, 'q'},  {0x51D, SG_FOLD_NEAR, 'w'},   {0x52F, SG_FOLD_KEEP, 0},
        {0x555, SG_FOLD_NEAR, 'O'},  {0x585, SG_FOLD_NEAR, 'o'},   {0x13AA, SG_FOLD_NEAR, 'A'},
        {0x1D0F, SG_FOLD_NEAR, 'o'}, {0x1E00, SG_FOLD_WEAK, 'A'},  {0x1EF9, SG_FOLD_WEAK, 'y'},
        {0x1EFF, SG_FOLD_WEAK, 'y'}, {0x2070, SG_FOLD_MAP, '0'},   {0x2079, SG_FOLD_MAP, '9'},
        {0x2089, SG_FOLD_MAP, '9'},  {0x2116, SG_FOLD_KEEP, 0},    {0x212B, SG_FOLD_KEEP, 0},
        {0x2134, SG_FOLD_MAP, 'o'},  {0x24E9, SG_FOLD_MAP, 'z'},   {0x2C9F, SG_FOLD_NEAR, 'o'},
        {0xA4F4, SG_FOLD_NEAR, 'U'}, {0xFE50, SG_FOLD_MAP, ','},   {0xFE6B, SG_FOLD_MAP, '@'},
        {0xFF01, SG_FOLD_NEAR, '!'}, {0xFF5E, SG_FOLD_NEAR, '~'},  {0x1D434, SG_FOLD_MAP, 'A'},
        {0x1D6A3, SG_FOLD_MAP, 'z'}, {0x1D6B0, SG_FOLD_NEAR, 'I'}, {0x1D7CE, SG_FOLD_MAP, '0'},
        {0x1D7FF, SG_FOLD_MAP, '9'}, {0x1F189, SG_FOLD_MAP, 'Z'},  {0x10FFFF, SG_FOLD_KEEP, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        struct sg_fold_code code = sg_fold_code(points[i].code_point);
        if (code.kind != points[i].kind || code.byte != points[i].byte)
            fail_msg("U+%04X is kind %d, '%c'", (unsigned)points[i].code_point, code.kind,
                     code.byte);
    }
    for (uint32_t value = 0x80; value <= 0x10FFFF; value++) {
        struct sg_fold_code code = sg_fold_code(value);
        bool byte =
            code.kind == SG_FOLD_MAP || code.kind == SG_FOLD_WEAK || code.kind == SG_FOLD_NEAR;
        assert_true(byte ? code.byte == '\n' || code.byte == 0x12 ||
                               (code.byte >= ' ' && code.byte < 0x7F)
                         : code.byte == 0);
    }
}

/* Native stretches are skipped unseen: nothing may be in them that changes by itself. */
static void skips_only_what_stays(void **state)
{
    uint32_t skipped = 0;
    (void)state;
    for (uint32_t value = 0x80; value <= 0x10FFFF; value++) {
        uint8_t encoded[4];
        struct sg_bytes text = {encoded, sg_utf8_encode(value, encoded)};
        if (text.len == 0)
            continue;
        size_t end = sg_fold_native_end(text, 0);
        int kind = sg_fold_code(value).kind;
        assert_true(end == 0 || end == text.len);
        if (end > 0 && kind != SG_FOLD_KEEP && kind != SG_FOLD_NEAR)
            fail_msg("U+%04X is skipped", (unsigned)value);
        skipped += end > 0;
    }
    assert_true(skipped > 40000);
}

int main(void)
{
    SG_SUITE_ROWS(folds, rows);
    SG_SUITE_ROWS(folds_in_pieces, rows);
    SG_SUITE_ROWS(tells_what_is_the_same, rows);
    SG_SUITE_ROWS(drops_what_is_done, rows);
    sg_suite_add("code points have their kinds and bytes", knows_code_points, NULL);
    sg_suite_add("native stretches hold nothing that changes alone", skips_only_what_stays, NULL);
    sg_suite_add("out of memory is an answer", says_when_memory_is_short, NULL);
    sg_suite_add("a view is wiped, and its memory used again", is_wiped_and_used_again, NULL);
    sg_suite_add("long texts take time that grows with them", takes_long_texts, NULL);
    return sg_suite_run("fold");
}
