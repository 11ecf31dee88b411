/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tail.c - what is read in front of the next message, and that no more than that is kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "scan/tail.h"

#include "../lib/suite.h"
#include "../lib/toy_place.h"

/*
 * Messages stand apart by " / ", the values of one by " ; ", a value's place before "=="; before is
 * asked for at the last value's place. In want, | and ~ stand for SG_TAIL_CLOSE and _LOOSE.
 */
static const struct row {
    const char *name, *said, *want;
} rows[] = {
    {"nothing said leaves nothing", "what", ""},
    {"digits are read in front of the next message", "4111 / 1111", "4111|"},
    {"parts follow in the order they came", "4111 / 1111 / 1111 / x", "4111|1111|1111|"},
    {"what announces a value is kept", "my card number is / 4111", "my card number is|"},
    {"... in other languages and capitals", "MEINE TELEFONNUMMER / 030", "MEINE TELEFONNUMMER|"},
    {"... when it ends so", "you can mail john at / x", "you can mail john at|"},
    {"... with a colon", "here you go: / x", "here you go:|"},
    {"an open address is kept", "john.doe@ / gmail.com", "john.doe@|"},
    {"digits in words are kept", "four one one one / one one", "four one one one|"},
    {"digits of another script are kept", "４１１１ / x", "４１１１|"},
    {"a word for a digit in prose is no digit",
     "is there one for me or not, please say what you think of it / x", ""},
    {"a word that announces nothing any more is not kept", "my account is locked / x", ""},
    {"... unless it calls", "can you call me back / x", "can you call me back|"},
    {"... or the name of a mail address follows", "my e-mail is john.doe / x",
     "my e-mail is john.doe|"},
    {"digits may stand behind it", "my ssn is two four / x", "my ssn is two four|"},
    {"a filler leaves no trace", "4111 / ok / then / 1111", "4111|"},
    {"a filler alone is nothing", "ok / then / x", ""},
    {"prose between parts shows", "4111 / I have to look for the rest of this, sorry / 1111",
     "4111~"},
    {"much prose ends it",
     "4111 / I have to look for the rest of this, sorry / I have to look for the rest of this, "
     "sorry / I have to look for the rest of this, sorry / I have to look for the rest of this, "
     "sorry / 1111",
     ""},
    {"an announcing word far from the end announces nothing",
     "call it what you will but nobody told us that there would be such a thing as that / x", ""},
    {"the end of a long text is kept, in whole words",
     "it has been a very long way to here, and nobody wanted to listen to what was said about "
     "everything that happened, so my number is 555 / x",
     "nobody wanted to listen to what was said about everything that happened, so my number is "
     "555|"},
    {"blanks at both ends are not kept", "  4111\n / x", "4111|"},
    {"what people say around a part is not kept", "then 4111, and... / ok, 1111 then / x",
     "4111|1111|"},
    {"nor is a pause that begins with a digit's word", "one sec 4111 / x", "4111|"},
    {"... a pause alone is nothing", "just a moment / x", ""},
    {"... digits before it stay", "5 min 4111 / x", "5 min 4111|"},
    {"... dots in front of a part are not kept", "... 9 / x", "9|"},
    {"... a digit in words is", "one 4111 / x", "one 4111|"},
    {"... but what it announces is", "and my card number is / 4111", "my card number is|"},
    {"a dot of an address stays, one of a sentence goes", "my mail is john. / 4111. / x",
     "my mail is john.|4111|"},
    {"other places are not read", "a==4111 / b==1111", ""},
    {"a talk's places are told apart", "text==4111 / body==55 / text==1111", "4111|"},
    {"numbers in a name make no other place", "line1==4111 / line22==1111", "4111|"},
    {"nor do indexes", "items/#1==4111 ; items/#2==11 ; items/#3==11", "4111~11~"},
    {"... of talk, where parts follow directly", "messages/#0==4111 ; messages/#1==11", "4111|"},
    {"... in objects", "messages/#0/text==4111 ; messages/#1/text==11", "4111|"},
    {"a field is read behind the one before it", "a==4111 ; b==1111", "4111~"},
    {"... not in the next message", "a==4111 / c==1 ; b==1111", "1~"},
    {"... over short values that tell nothing", "a==4111 ; lang_x==en ; b==1111", "4111~"},
    {"... not over prose", "a==41 ; b==this field has nothing to do with any of it ; c==1", ""},
    {"... not over a machine's", "a==41 ; created_at==2026-11-22T10:00:00 ; b==1", "41~"},
    {"a machine's field is not remembered", "order_no==4111 / order_no==4112", ""},
    {"... however it is written", "orderId==41 / orderId==42", ""},
    {"... also in a message object", "message/id==41 / message/id==42", ""},
    {"... and has nothing in front of it", "a==41 ; timestamp==42", ""},
    {"a machine's numbered field is one too", "id2==41 / id2==42", ""},
    {"a talk's own name counts most", "message/de==my card is / message/de==41", "my card is|"},
    {"ids under an unknown name do not join", "foo==48213377 / foo==59120034", ""},
    {"numbers that count up do not join", "foo==100451 / foo==100452 / foo==100453", "100451~"},
    {"parts of one body may be the same", "pan/#1==4111 ; pan/#2==1111 ; pan/#3==1111 ; pan/#4==1",
     "4111~1111~1111~"},
    {"... an id that comes again is none", "foo==4821 / foo==4821 / foo==1", "4821~"},
    {"a talk may say the same twice", "4111 / 1111 / 1111 / x", "4111|1111|1111|"},
    {"the talk so far comes before this message's fields", "text==41 / a==5 ; text==11", "41|"},
    {"a mark that somebody sent is a blank",
     "4\x1e"
     "1\x1f"
     "1 / x",
     "4 1 1|"},
};

/* Feeds the value in pieces of that many bytes. */
static void feed(struct sg_tail *tail, struct sg_bytes text, size_t most)
{
    while (text.len > 0) {
        size_t n = text.len < most ? text.len : most;
        struct sg_bytes piece = {text.data, n};
        sg_tail_feed(tail, piece);
        text.data += n;
        text.len -= n;
    }
}

struct value {
    struct sg_step steps[SG_TOY_STEPS];
    struct sg_place place;
    struct sg_bytes text;
    bool message_ends, last;
};

/* Reads the value at *at, and moves on. */
static void read_value(struct value *value, char **at)
{
    char *end = strstr(*at, " / "), *next = strstr(*at, " ; "), *name = *at;
    value->message_ends = end != NULL && (next == NULL || end < next);
    value->last = end == NULL && next == NULL;
    char *stop = value->last ? *at + strlen(*at) : value->message_ends ? end : next;
    *at = value->last ? stop : stop + 3;
    *stop = '\0';
    char *text = strstr(name, "==");
    if (text != NULL) {
        *text = '\0';
        text += 2;
    }
    value->place = sg_toy_place(text == NULL ? "" : name, value->steps);
    value->text = sg_bytes_of(text == NULL ? name : text);
}

/* Says all but the last value, in pieces, and asks what is before that. */
static void say(struct sg_tail *tail, const char *said, size_t most, struct sg_buf *before)
{
    char *script = strdup(said), *at = script;
    struct value value;
    sg_tail_message(tail);
    for (;;) {
        read_value(&value, &at);
        if (value.last)
            break;
        sg_tail_begin(tail, SG_FIELD_TEXT, value.place);
        feed(tail, value.text, most);
        sg_tail_end(tail);
        if (value.message_ends)
            sg_tail_message(tail);
    }
    sg_buf_clear(before);
    assert_int_equal(sg_tail_before(tail, SG_FIELD_TEXT, value.place, before), 0);
    free(script);
}

static void is_read_before(void **state)
{
    const struct row *row = *state;
    struct sg_buf before = {0};
    for (size_t most = 1; most < 200; most += 1 + most / 4) {
        struct sg_tail tail = {.n_slots = 0};
        say(&tail, row->said, most, &before);
        for (size_t i = 0; i < before.len; i++) {
            uint8_t c = before.data[i];
            before.data[i] = c == SG_TAIL_CLOSE ? '|' : c == SG_TAIL_LOOSE ? '~' : c;
        }
        if (before.len > 0) { /* the one in front of it all */
            assert_int_equal(before.data[0], '~');
            sg_buf_drop(&before, 1);
        }
        if (!sg_bytes_equal(sg_buf_bytes(&before), sg_bytes_of(row->want)))
            fail_msg("in pieces of %zu: \"%.*s\"", most, (int)before.len, before.data);
        sg_tail_wipe(&tail);
    }
    sg_buf_fini(&before);
}

/* --- what holds for anything that is said ------------------------------------------------------
 */

static const char *const places[] = {"",     "text", "a",  "b",  "c",    "d",    "e", "f",
                                     "body", "note", "id", "x1", "y/#0", "y/#1", "z", "items/#4"};
static const char *const words[] = {"4111",
                                    "card",
                                    "ok",
                                    "hello",
                                    "two",
                                    "jo@",
                                    "é",
                                    "٤",
                                    "12345",
                                    "then",
                                    "é1",
                                    "number",
                                    ":",
                                    "a\x1e"
                                    "b"};

static unsigned draw(unsigned *seed, size_t n)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 16) % (unsigned)n;
}

#define DRAW(seed, list) ((list)[draw(seed, sizeof(list) / sizeof((list)[0]))])

static void draw_text(struct sg_buf *text, unsigned *seed)
{
    sg_buf_clear(text);
    for (unsigned n = draw(seed, draw(seed, 3) == 0 ? 90 : 6); n > 0; n--) {
        assert_int_equal(sg_buf_add_text(text, DRAW(seed, words)), 0);
        assert_int_equal(sg_buf_add_text(text, " "), 0);
    }
}

static void check_before(const struct sg_tail *tail)
{
    struct sg_buf before = {0};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct sg_step steps[SG_TOY_STEPS];
        sg_buf_clear(&before);
        assert_int_equal(
            sg_tail_before(tail, SG_FIELD_TEXT, sg_toy_place(places[i], steps), &before), 0);
        assert_true(before.len <= 1 + SG_TAIL_TEXT);
        if (before.len > 0)
            assert_true(before.data[before.len - 1] == SG_TAIL_CLOSE ||
                        before.data[before.len - 1] == SG_TAIL_LOOSE);
        assert_true(sg_utf8_valid(sg_buf_bytes(&before)));
    }
    sg_buf_fini(&before);
}

/* What is not held is not there. */
static void check_wiped(const struct sg_tail *tail)
{
    size_t used = 0;
    for (size_t i = 0; i < tail->n_slots; i++)
        used += tail->slots[i].len;
    assert_true(used <= SG_TAIL_TEXT);
    for (size_t i = used; i < SG_TAIL_TEXT; i++)
        assert_int_equal(tail->text[i], 0);
    for (size_t i = 0; i < SG_TAIL_VALUE; i++)
        assert_int_equal(tail->end[i], 0);
}

static void check_packs(struct sg_tail *tail)
{
    uint8_t packed[SG_TAIL_PACKED], again[SG_TAIL_PACKED];
    struct sg_tail copy = {.n_slots = 0};
    size_t n = sg_tail_pack(tail, packed);
    assert_true(n <= sizeof packed);
    sg_tail_unpack(&copy, (struct sg_bytes){packed, n});
    check_before(&copy);
    assert_int_equal(sg_tail_pack(&copy, again), n);
    assert_memory_equal(packed, again, n);
    assert_true(n > 0 || sg_tail_empty(&copy));
    sg_tail_wipe(&copy);
}

static void any_talk_stays_within_bounds(void **state)
{
    (void)state;
    unsigned seed = 7;
    struct sg_tail tail = {.n_slots = 0};
    struct sg_buf text = {0};
    for (unsigned round = 0; round < 20000; round++) {
        struct sg_step steps[SG_TOY_STEPS];
        if (draw(&seed, 3) == 0)
            sg_tail_message(&tail);
        draw_text(&text, &seed);
        sg_tail_begin(&tail, SG_FIELD_TEXT, sg_toy_place(DRAW(&seed, places), steps));
        feed(&tail, sg_buf_bytes(&text), 1 + draw(&seed, 200));
        sg_tail_end(&tail);
        check_before(&tail);
        if (text.len > 0)
            check_wiped(&tail);
        if (round % 16 == 0)
            check_packs(&tail);
    }
    sg_buf_fini(&text);
    sg_tail_wipe(&tail);
}

static void a_value_that_does_not_end_leaves_nothing(void **state)
{
    (void)state;
    struct sg_tail tail = {.n_slots = 0};
    sg_tail_message(&tail);
    sg_tail_begin(&tail, SG_FIELD_TEXT, (struct sg_place){NULL, 0});
    sg_tail_feed(&tail, SG_BYTES("4111"));
    sg_tail_message(&tail);
    assert_true(sg_tail_empty(&tail));
    check_wiped(&tail);
}

static void numbers_are_no_talk(void **state)
{
    (void)state;
    struct sg_tail tail = {.n_slots = 0};
    struct sg_buf before = {0};
    struct sg_place top = {NULL, 0};
    sg_tail_message(&tail);
    sg_tail_begin(&tail, SG_FIELD_NUMBER, top);
    sg_tail_feed(&tail, SG_BYTES("4111"));
    sg_tail_end(&tail);
    assert_true(sg_tail_empty(&tail));
    say(&tail, "4111 / 1111", 9, &before);
    sg_buf_clear(&before);
    assert_int_equal(sg_tail_before(&tail, SG_FIELD_NUMBER, top, &before), 0);
    assert_int_equal(before.len, 0);
    sg_buf_fini(&before);
}

static void two_messages_at_once_are_both_remembered(void **state)
{
    (void)state;
    struct sg_tail stored = {.n_slots = 0}, one, other;
    struct sg_buf before = {0};
    say(&stored, "my card is / x", 9, &before);
    one = other = stored;
    say(&one, "4111 / x", 9, &before);
    say(&other, "1111 ; x", 9, &before);
    sg_tail_merge(&one, &other);
    say(&one, "x", 9, &before);
    assert_memory_equal(before.data,
                        "\x1f"
                        "my card is\x1e"
                        "4111\x1e"
                        "1111\x1e",
                        22);
    assert_int_equal(before.len, 22);
    sg_buf_fini(&before);
}

int main(void)
{
    SG_SUITE_ROWS(is_read_before, rows);
    sg_suite_add("any talk stays within bounds, and what is dropped is wiped",
                 any_talk_stays_within_bounds, NULL);
    sg_suite_add("a value that does not end leaves nothing",
                 a_value_that_does_not_end_leaves_nothing, NULL);
    sg_suite_add("numbers of a JSON body are no talk", numbers_are_no_talk, NULL);
    sg_suite_add("two messages at once are both remembered",
                 two_messages_at_once_are_both_remembered, NULL);
    return sg_suite_run("tail");
}
