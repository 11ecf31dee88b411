/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_reading.c - what passages read as, and that the steps lead back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rule/reading.h"
#include "rule/reading_number.h"
#include "rule/reading_sign.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

/* The marks of digits that were said. */
#define S "\x0E"
#define E "\x0F"

/* view NULL: the passage reads as nothing else. */
static const struct row {
    const char *name, *reading, *passage, *view;
} rows[] = {
    /* Numbers. */
    {"digits said in English", "digits", "four one one one, one one one one", S "4111 1111" E},
    {"in German", "digits", "vier eins einundzwanzig", S "4121" E},
    {"in French, by twenties", "digits", "z\u00E9ro quatre-vingt-dix-neuf soixante-douze",
     S "09972" E},
    {"in Spanish, with y", "digits", "siete cuarenta y uno doscientos tres", S "741203" E},
    {"in Portuguese", "digits", "meia sete vinte e um", S "6721" E},
    {"in Italian, elided", "digits", "tre quarantuno ventitr\u00E9", S "34123" E},
    {"in Dutch, turned round", "digits", "nul zes vierendertig", S "0634" E},
    {"in Polish", "digits", "sze\u015B\u0107 dwie\u015Bcie trzy pi\u0119\u0107", S "62035" E},
    {"in Russian, by hundreds", "digits", "восемь девятьсот двенадцать триста", S "8912300" E},
    {"in Turkish", "digits", "s\u0131f\u0131r be\u015F y\u00FCz otuz iki", S "0532" E},
    {"in Chinese", "digits", "四一一一", S "4111" E},
    {"in capitals, with accents", "digits", "PI\u0118\u0106 SZE\u015A\u0106 СЕМЬ", S "567" E},
    {"in Latin letters without accents", "digits", "piec szesc dort", S "564" E},
    {"double and triple", "digits", "double five triple zero", S "55000" E},
    {"double of a written digit", "digits", "double 5 oh one", S "5501" E},
    {"so many times", "digits", "three times one, four times 2", S "1112222" E},
    {"glued together", "digits", "fouroneoneone", S "4111" E},
    {"with written ones between", "digits", "4one1 one", S "4111" E},
    {"words between digits go", "digits", "4111 (space) 1111 dash 1111", "4111 1111 1111"},
    {"a plus is kept", "digits", "+44 seven seven oh nine", S "+447709" E},
    {"a plus that is said", "digits", "plus four four seven seven", S "+4477" E},
    {"fewer words than digits are no marks", "digits", "4111 1111 1111 one one one",
     "4111 1111 1111111"},
    {"hundreds and thousands", "digits", "four thousand one hundred and eleven, nine hundred",
     S "4111900" E},
    {"what sounds like a digit", "digits", "one to one for one", S "12141" E},
    {"perhaps a digit at the edge", "digits", "for one one one one one one one to",
     S "4" S "1111111" E "2" E},
    {"what is around a number stays", "digits", "call oh seven seven now",
     "call " S "077" E " now"},
    {"letters for digits", "digits", "4O12 l888 IIII", "4012 1888 1111"},
    {"only letters are no number", "digits", "SOS BOSS LOL", NULL},
    {"a single I is a person", "digits", "one two three I think", S "123" E " I think"},
    {"a cry at its end is no digit", "digits", "4l11 1111!!", "4111 1111!!"},
    {"one by one", "digits", "4 1 1 1  1 1 1 1", "4111 1111"},
    {"one on each line", "digits", "4\n1\n1\n1\n1\n1\n1", "4111111"},
    {"emoji between", "digits",
     "4\U0001F6001\U0001F6001\U0001F6001\U0001F6001\U0001F6001"
     "\U0001F6001",
     "4111111"},
    {"the same noise between groups", "digits", "4111*1111*1111*1111", "4111 1111 1111 1111"},
    {"fours with this and that between", "digits", "4111-1111/1111.1111", "4111 1111 1111 1111"},
    {"fours in a row are as they are", "digits", "4111 1111 1111 1111", NULL},
    {"two or three in a sentence are words", "digits", "one or two of us", NULL},
    {"a date is as it is", "digits", "12.10.2026", NULL},
    {"nor with slashes, nor with a number behind it", "digits", "03/04/2026 e tre", NULL},
    {"nothing is nothing", "digits", "", NULL},
    /* Addresses. */
    {"at and dot", "address", "jo at example dot com", "jo@example.com"},
    {"in capitals", "address", "jo AT example DOT com", "jo@example.com"},
    {"in brackets", "address", "jo (at) example [dot] com", "jo@example.com"},
    {"signs in brackets", "address", "jo[@]example[.]com", "jo@example.com"},
    {"blanks around signs", "address", "jo @ example . com", "jo@example.com"},
    {"quotes around parts", "address", "jo\"@\"example\".\"com", "jo@example.com"},
    {"an underscore that is said", "address", "jo underscore doe at example dot com",
     "jo_doe@example.com"},
    {"signs of two words", "address", "jo guion bajo doe arroba example punto es",
     "jo_doe@example.es"},
    {"in Polish", "address", "jan ma\u0142pa wp kropka pl", "jan@wp.pl"},
    {"in Russian", "address", "иван собака mail точка ru", "иван@mail.ru"},
    {"in Turkish, by a word that is usual elsewhere", "address", "ali et gmail nokta com",
     "ali@gmail.com"},
    {"in Chinese, without blanks", "address", "jo小老鼠gmail点com", "jo@gmail.com"},
    {"a circled a", "address", "jo\u24D0example.com", "jo@example.com"},
    {"glued, in capitals", "address", "joATexampleDOTcom", "jo@example.com"},
    {"glued, beside a keeper of mail", "address", "joatgmaildotcom", "jo@gmail.com"},
    {"glued to the host only", "address", "jo@gmaildotcom", "jo@gmail.com"},
    {"no dot at all", "address", "jo at gmail com", "jo@gmail.com"},
    {"a comma for a dot", "address", "jo@example,com", "jo@example.com"},
    {"letters with blanks", "address", "j o at example dot com", "jo@example.com"},
    {"at is a word where there is an @", "address", "at @ example . com", "at@example.com"},
    {"an address is as it is", "address", "jo@example.com", NULL},
    {"a sentence is none", "address", "no sign in here", NULL},
    /* Parted letters. */
    {"blanks between letters", "spaced", "j o @ e x . c o m", "jo@ex.com"},
    {"dots between letters, and the dot", "spaced", "j.o.@.e.x...c.o.m", "jo@ex.com"},
    {"dots between letters, none for the dot", "spaced", "j.o@e.x.c.o.m", "jo@ex.com"},
    {"wider gaps are blanks", "spaced", "j o   a t   e x", "jo at ex"},
    {"digits as well", "spaced", "4-1-1-1-1-1", "411111"},
    {"two letters are two letters", "spaced", "a b", NULL},
    /* Characters by their numbers. */
    {"references of HTML", "entity", "jo&#64;ex&period;com", "jo@ex.com"},
    {"hexadecimal, with zeros, without semicolon", "entity", "&#x0040;&#00064 ", "@@ "},
    {"what nobody sees is nothing", "entity", "a&zwj;b&shy;&#0000001;c", "abc"},
    {"no reference", "entity", "R&D; &foo;", NULL},
    {"no character", "entity", "&#xD800; &#9999999;", NULL},
    {"bytes of a URL", "percent", "jo%40ex%2Ecom", "jo@ex.com"},
    {"twice", "percent", "jo%2540ex", "jo%40ex"},
    {"a character of several bytes", "percent", "%E2%82%AC", "\u20AC"},
    {"Latin-1 where it is no UTF-8", "percent", "%E9%34", "\u00E94"},
    {"a wide one", "percent", "%u0040", "@"},
    {"a percent sign", "percent", "100% of", NULL},
    {"escapes of JSON", "escape", "jo\\u0040ex\\/\\\"", "jo@ex/\""},
    {"a pair of surrogates", "escape", "\\ud83d\\ude00", "\U0001F600"},
    {"half a pair", "escape", "\\ud83d", NULL},
    {"escapes of other languages", "escape", "\\x40\\100\\u{40}\\U00000040\\0040 U+0040", "@@@@@@"},
    {"an escaped backslash", "escape", "\\\\u0040", "\\u0040"},
    {"a path", "escape", "C:\\data", NULL},
    {"quoted-printable", "qp", "jo=40ex=2Ecom", "jo@ex.com"},
    {"its soft line breaks", "qp", "jo=\r\n@ex= \n.com", "jo@ex.com"},
    {"an equals sign", "qp", "a=b", NULL},
    /* Other writings. */
    {"base64", "base64", "am9obkBnbWFpbC5jb20=", "john@gmail.com"},
    {"without padding, in lines", "base64", "am9obkBn\r\nbWFpbC5jb20", "john@gmail.com"},
    {"with its padding coded", "base64", "am9obkBnbWFpbC5jb20%3D", "john@gmail.com"},
    {"a long word is none", "base64", "internationalization", NULL},
    {"too short to be sure", "base64", "am9obg==", NULL},
    {"hex", "hex", "6a6f686e40676d61696c2e636f6d", "john@gmail.com"},
    {"hex in pairs", "hex", "0x6a,0x6f 68:6e-40 67 6d 61", "john@gma"},
    {"a hash is no text", "hex", "9f86d081884c7d659a2feaa0c55ad015", NULL},
    {"a card is no text", "hex", "4111111111111111", NULL},
    {"encoded words", "encoded-word",
     "=?utf-8?B?am9obkBn?=\r\n =?utf-8?q?mail=2Ecom?=", "john@gmail.com"},
    {"in Latin-1", "encoded-word", "=?iso-8859-1?Q?j=F6_d?=", "j\u00F6 d"},
    {"one that has no end", "encoded-word", "=?utf-8?B?am9o", NULL},
    {"UTF-7", "utf7", "jo+AEA-ex+AC4-com", "jo@ex.com"},
    {"a phone number is none", "utf7", "+44-207 946-", NULL},
    /* What stands between. */
    {"nothing is there", "nothing", "<!-- x -->", ""},
    {"a tag within a line", "tag", "<b class=\"x\">", ""},
    {"one that begins a line", "tag", "<BR/>", " "},
    {"one that begins a cell", "tag", "<td>", "|"},
    {"its end", "tag", "</td>", ""},
    {"from the end", "reversed", "moc.xe@oj", "jo@ex.com"},
    {"characters stay whole", "reversed", "\u00E9a\U0001F600", "\U0001F600a\u00E9"},
    {"one character", "reversed", "a", NULL},
    {"messages joined", "join",
     "41\x1E"
     "11",
     "4111"},
    {"nothing to join", "join", "4111", NULL},
    {"fields joined", "join",
     "41\x1F"
     "11",
     "4111"},
    {"what was told in parts is told in one", "join",
     "\x0E"
     "41\x0F\x1E\x0E"
     "11\x0F",
     "\x0E"
     "4111\x0F"},
    {"a part that is told", "part", "and then four one",
     "and then \x0E"
     "41\x0F"},
    {"a part of one word", "part", "seven",
     "\x0E"
     "7\x0F"},
    {"no part is told", "part", "41 11", NULL},
    {"words that tell no number", "part", "hello there", NULL},
};

static const struct sg_reading *find(const char *name)
{
    const struct sg_reading *reading = sg_reading_find(sg_bytes_of(name));
    if (reading == NULL)
        fail_msg("there is no reading %s", name);
    return reading;
}

/* The steps cover both texts. */
static void check_steps(const struct sg_reading_text *text, size_t raw_len)
{
    size_t view = 0, raw = 0;
    for (size_t i = 0; i < text->n; i++) {
        assert_true(text->steps[i].raw_len > 0);
        view += text->steps[i].view_len;
        raw += text->steps[i].raw_len;
    }
    assert_int_equal(view, text->view.len);
    assert_int_equal(raw, raw_len);
}

static void reads_as(void **state)
{
    const struct row *row = *state;
    struct sg_reading_text text = {.n = 0};
    bool reads = false;
    assert_int_equal(sg_reading_read(find(row->reading), sg_bytes_of(row->passage), &text, &reads),
                     SCRUBGATE_OK);
    assert_int_equal(reads, row->view != NULL);
    if (reads) {
        check_steps(&text, strlen(row->passage));
        if (!sg_bytes_equal(sg_buf_bytes(&text.view), sg_bytes_of(row->view)))
            fail_msg("\"%s\" reads as \"%.*s\"", row->passage, (int)text.view.len,
                     (const char *)text.view.data);
    } else {
        assert_int_equal(text.view.len + text.n, 0);
    }
    sg_reading_text_fini(&text);
}

/* --- which raw bytes a part of the view stands for ---------------------------------------------
 */

static const struct back_row {
    const char *name, *reading, *passage, *find, *raw;
} back_rows[] = {
    {"a digit leads to its word", "digits", "four one two", "1", "one"},
    {"the first digit's mark belongs to it", "digits", "four one two", S "4", "four"},
    {"the last one's as well", "digits", "four one two", "2" E, "two"},
    {"a number of more words is one step", "digits", "null einundzwanzig drei", "2",
     "einundzwanzig"},
    {"written digits are steps of their own", "digits", "4111 one two three 5678", "6", "6"},
    {"a sign leads to its word", "address", "jo (at) ex (dot) com", "@", "at"},
    {"what is between two of them goes along", "address", "jo (at) ex (dot) com", "o@e",
     "o (at) e"},
    {"a reference is one step", "entity", "a&#64;b", "@", "&#64;"},
    {"a character of several bytes as well", "percent", "a%E2%82%ACb", "\xE2", "%E2%82%AC"},
    {"base64 goes by four", "base64", "am9obkBnbWFpbC5jb20=", "joh", "am9o"},
    {"padding belongs to the last", "base64", "am9obkBnbWFpbC5jb20=", "om", "b20="},
    {"an encoded word's head belongs to its text", "encoded-word", "=?utf-8?Q?john?=", "j",
     "=?utf-8?Q?j"},
    {"and its end", "encoded-word", "=?utf-8?Q?john?=", "n", "n?="},
    {"reversed text is one step", "reversed", "moc.xe@oj", "jo", "moc.xe@oj"},
};

static void leads_back_to(void **state)
{
    const struct back_row *row = *state;
    struct sg_reading_text text = {.n = 0};
    bool reads = false;
    assert_int_equal(sg_reading_read(find(row->reading), sg_bytes_of(row->passage), &text, &reads),
                     SCRUBGATE_OK);
    assert_true(reads);
    size_t start = 0, len = strlen(row->find);
    while (start + len <= text.view.len && memcmp(text.view.data + start, row->find, len) != 0)
        start++;
    assert_true(start + len <= text.view.len);
    size_t view = 0, raw = 0, raw_start = SIZE_MAX, raw_end = 0;
    for (size_t i = 0; i < text.n; i++) {
        size_t end = view + text.steps[i].view_len;
        if (end > start && view < start + len) {
            raw_start = raw_start == SIZE_MAX ? raw : raw_start;
            raw_end = raw + text.steps[i].raw_len;
        }
        view = end;
        raw += text.steps[i].raw_len;
    }
    struct sg_bytes got = {(const uint8_t *)row->passage + raw_start, raw_end - raw_start};
    if (!sg_bytes_equal(got, sg_bytes_of(row->raw)))
        fail_msg("\"%s\" leads to \"%.*s\"", row->find, (int)got.len, (const char *)got.data);
    sg_reading_text_fini(&text);
}

/* --- the rest ------------------------------------------------------------------------------------
 */

static void a_text_is_used_again(void **state)
{
    (void)state;
    struct sg_reading_text text = {.n = 0};
    bool reads = false;
    assert_int_equal(sg_reading_read(find("entity"), SG_BYTES("&#64;&#64;"), &text, &reads), 0);
    assert_int_equal(sg_reading_read(find("entity"), SG_BYTES("a&#46;"), &text, &reads), 0);
    assert_true(reads && sg_bytes_equal(sg_buf_bytes(&text.view), SG_BYTES("a.")));
    check_steps(&text, strlen("a&#46;"));
    assert_int_equal(sg_reading_read(find("entity"), SG_BYTES("plain"), &text, &reads), 0);
    assert_true(!reads && text.view.len == 0 && text.n == 0);
    sg_reading_text_fini(&text);
}

static enum scrubgate_status read_row(void *ctx)
{
    const struct row *row = ctx;
    struct sg_reading_text text = {.n = 0};
    bool reads = false;
    enum scrubgate_status rc =
        sg_reading_read(find(row->reading), sg_bytes_of(row->passage), &text, &reads);
    assert_true(rc >= 0 || (!reads && text.view.len == 0 && text.n == 0));
    sg_reading_text_fini(&text);
    return rc;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct row row = rows[i];
        (void)sg_alloc_fail_each(read_row, &row);
    }
}

/* A run that is longer than what is read at once goes on behind it. */
static void a_long_run_is_read_to_its_end(void **state)
{
    (void)state;
    enum { WORDS = 1000 };
    struct sg_buf passage = {.len = 0};
    struct sg_reading_text text = {.n = 0};
    bool reads = false;
    size_t digits = 0;
    for (size_t i = 0; i < WORDS; i++)
        assert_int_equal(sg_buf_add_text(&passage, "four "), SCRUBGATE_OK);
    assert_int_equal(sg_reading_read(find("digits"), sg_buf_bytes(&passage), &text, &reads),
                     SCRUBGATE_OK);
    assert_true(reads);
    check_steps(&text, passage.len);
    for (size_t i = 0; i < text.view.len; i++)
        digits += text.view.data[i] == '4';
    assert_int_equal(digits, WORDS);
    sg_reading_text_fini(&text);
    sg_buf_fini(&passage);
}

static void names_are_found_and_guessed(void **state)
{
    (void)state;
    assert_string_equal(sg_reading_name(find("base64")), "base64");
    assert_null(sg_reading_find(SG_BYTES("digit")));
    assert_string_equal(sg_reading_nearest(SG_BYTES("digit")), "digits");
    assert_string_equal(sg_reading_nearest(SG_BYTES("adress")), "address");
    assert_null(sg_reading_nearest(SG_BYTES("something else")));
}

/* Each is found by what it says of itself: the table is sorted. */
static void number_words_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        unsigned value;
    } words[] = {{"acht", 8},   {"zwolf", 12}, {"zwei", 2}, {"uno", 1},    {"восемь", 8},
                 {"четыре", 4}, {"한", 0},     {"九", 9},   {"quatre", 4}, {"yuz", 100},
                 {"sto", 100},  {"oh", 0},     {"a", 0},    {"zz", 0}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const struct sg_number_word *found = sg_number_find(sg_bytes_of(words[i].word));
        if (words[i].value > 0)
            assert_non_null(found);
        if (found != NULL)
            assert_int_equal(found->value, words[i].value);
    }
    assert_null(sg_number_find(SG_BYTES("zz")));
    assert_null(sg_number_find(SG_BYTES("")));
}

int main(void)
{
    SG_SUITE_ROWS(reads_as, rows);
    SG_SUITE_ROWS(leads_back_to, back_rows);
    sg_suite_add("a text is used again", a_text_is_used_again, NULL);
    sg_suite_add("every allocation may fail", every_allocation_may_fail, NULL);
    sg_suite_add("a long run is read to its end", a_long_run_is_read_to_its_end, NULL);
    sg_suite_add("names are found and guessed", names_are_found_and_guessed, NULL);
    sg_suite_add("number words are found", number_words_are_found, NULL);
    return sg_suite_run("reading");
}
