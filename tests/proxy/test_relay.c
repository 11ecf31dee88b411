/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_relay.c - one body in one direction, cut in every way on both sides.
 *
 *     pieces in -> relay -> pieces out
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "proxy/relay.h"

#include "../lib/costly.h"
#include "../lib/suite.h"
#include "../lib/toy_body.h"

enum { LIMIT = 4 * 1024 * 1024 };

static struct sg_relay_config config_of(const char *type)
{
    return (struct sg_relay_config){
        .content_type = sg_bytes_of(type),
        .stream = {.direction = SCRUBGATE_TO_AGENT, .level = 2, .max_decoded = LIMIT},
        .limit = LIMIT,
    };
}

/* What a relay that remembers told. */
static struct heard {
    unsigned recalls, keeps;
    char who[32];     /* in the capture, at recall */
    const char *said; /* earlier, to be recalled */
    struct sg_tail kept;
    struct sg_capture *who_from;
} heard;

static void say_to(struct sg_tail *tail, const char *text)
{
    sg_tail_message(tail);
    sg_tail_begin(tail, SG_FIELD_TEXT, (struct sg_place){NULL, 0});
    sg_tail_feed(tail, sg_bytes_of(text));
    sg_tail_end(tail);
}

static void recall(void *ctx, struct sg_tail *tail)
{
    struct heard *own = ctx;
    own->recalls++;
    if (own->who_from != NULL)
        assert_true(sg_bytes_to_text(sg_buf_bytes(&own->who_from->value), own->who, 32));
    if (own->said != NULL)
        say_to(tail, own->said);
}

static void keep(void *ctx, const struct sg_tail *tail)
{
    struct heard *own = ctx;
    own->keeps++;
    own->kept = *tail;
}

static const struct sg_relay_memory remembering = {recall, keep, &heard};

static void open_relay(struct sg_relay *relay, const struct sg_relay_config *config)
{
    if (config != NULL)
        sg_relay_open(relay, sg_toy_body_rules(), sg_toy_body_scratch(), config);
    else
        sg_relay_pass(relay, LIMIT);
}

static void drain(struct sg_relay *relay, size_t most, struct sg_buf *out)
{
    struct sg_bytes ready = sg_relay_ready(relay);
    if (most != 0 && ready.len > most)
        ready.len = most;
    if (out != NULL)
        assert_int_equal(sg_buf_add_bytes(out, ready), SCRUBGATE_OK);
    sg_relay_take(relay, ready.len);
}

/* Pushes text in pieces of `step` after a first one, takes at most `most` between two pushes. */
static void run(struct sg_relay *relay, struct sg_bytes text, size_t first, size_t step,
                size_t most, struct sg_buf *out)
{
    size_t pos = 0, len = first;
    while (relay->status >= 0 && !relay->done) {
        if (len > text.len - pos)
            len = text.len - pos;
        bool last = pos + len == text.len;
        size_t n = sg_relay_push(relay, (struct sg_bytes){text.data + pos, len}, last);
        assert_true(n <= len);
        assert_true(sg_relay_ready(relay).len <= SG_RELAY_MARK);
        pos += n;
        len = step;
        if (relay->status >= 0)
            drain(relay, most, out);
    }
    while (relay->status >= 0 && sg_relay_ready(relay).len > 0)
        drain(relay, most, out);
}

static const struct row {
    const char *name, *type, *text, *want; /* NULL: refused */
    enum scrubgate_status status;
} rows[] = {
    {"nothing to find leaves every byte", "text/plain", "plain 12 text", "plain 12 text", 0},
    {"a value is masked", "text/plain", "an apple a day", "an [FRUIT] a day", 0},
    {"a value ends with the body", "text/plain", "jo@example.com", "[MAIL]", 0},
    {"strings of JSON are masked", "application/json", "{\"a\":[\"apple\",1]}",
     "{\"a\":[\"[FRUIT]\",1]}", 0},
    {"an empty body is clean", "text/plain", "", "", 0},
    {"a body without a route's rules passes", NULL, "an apple \xff bomb", "an apple \xff bomb", 0},
    {"a block finding refuses", "text/plain", "a bomb here", NULL, SCRUBGATE_EBLOCKED},
    {"half a JSON refuses", "application/json", "{\"a\":", NULL, SCRUBGATE_EMALFORMED},
    {"bytes that are no UTF-8 refuse", "text/plain", "a \xff b", NULL, SCRUBGATE_EMALFORMED},
    {"a type that cannot be inspected refuses", "text/xml", "<p>", NULL, SCRUBGATE_EUNSUPPORTED},
    {"no type refuses", "", "x", NULL, SCRUBGATE_EUNSUPPORTED},
};

static void check_cut(const struct row *row, size_t first, size_t step, size_t most, bool remembers)
{
    static struct sg_relay relay;
    struct sg_relay_config config =
        config_of(row->type != NULL && row->type[0] != '\0' ? row->type : "application/x");
    heard = (struct heard){.recalls = 0};
    if (remembers)
        config.memory = remembering;
    struct sg_bytes text = sg_bytes_of(row->text);
    struct sg_buf out = {0};
    open_relay(&relay, row->type != NULL ? &config : NULL);
    run(&relay, text, first, step, most, &out);
    if (row->want != NULL) {
        assert_int_equal(relay.status, SCRUBGATE_OK);
        assert_true(relay.done);
        assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_bytes_of(row->want)));
        assert_int_equal(relay.bytes_in, text.len);
        assert_int_equal(relay.bytes_out, out.len);
        assert_int_equal(relay.bytes_left, out.len);
        assert_int_equal(heard.keeps, remembers && row->type != NULL ? 1 : 0);
    } else {
        assert_int_equal(heard.keeps, 0);
        assert_int_equal(relay.status, row->status);
        assert_true(strlen(relay.reason) > 0);
    }
    sg_buf_fini(&out);
    sg_relay_clear(&relay);
    sg_relay_fini(&relay);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    size_t len = strlen(row->text);
    for (int remembers = 0; remembers <= 1; remembers++) {
        for (size_t first = 0; first <= len; first++)
            for (size_t most = 0; most <= 2; most++)
                check_cut(row, first, len + 1, most, remembers != 0);
        check_cut(row, 1, 1, 0, remembers != 0);
        check_cut(row, 1, 1, 1, remembers != 0);
        check_cut(row, 3, 2, 1, remembers != 0);
    }
}

/* --- large bodies --- */

/* "word apple word apple …" of about that many bytes; to be freed. */
static char *large(size_t len, size_t *made)
{
    static const char unit[] = "word apple word words ";
    char *text = malloc(len + sizeof unit);
    assert_non_null(text);
    *made = 0;
    while (*made < len) {
        memcpy(text + *made, unit, sizeof unit - 1);
        *made += sizeof unit - 1;
    }
    return text;
}

static void test_a_large_body_never_holds_more_than_the_mark(void **state)
{
    static struct sg_relay relay;
    struct sg_relay_config config = config_of("text/plain");
    static const size_t steps[] = {4096, 65536, 1000003};
    static const size_t mosts[] = {777, 16384, 0};
    size_t len;
    char *text = large(1000000, &len);
    if (*state != NULL)
        config.memory = remembering;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        for (size_t k = 0; k < sizeof mosts / sizeof mosts[0]; k++) {
            struct sg_buf out = {0};
            open_relay(&relay, &config);
            run(&relay, (struct sg_bytes){(uint8_t *)text, len}, steps[i], steps[i], mosts[k],
                &out);
            assert_int_equal(relay.status, SCRUBGATE_OK);
            assert_int_equal(out.len, len / 22 * 24);
            assert_null(memchr(out.data, 'p', out.len));
            sg_buf_fini(&out);
            sg_relay_clear(&relay);
        }
    free(text);
    sg_relay_fini(&relay);
}

static void test_a_full_relay_takes_nothing_until_there_is_room(void **state)
{
    static struct sg_relay relay;
    size_t len;
    char *text = large(100000, &len);
    (void)state;
    sg_relay_pass(&relay, 0);
    assert_int_equal(sg_relay_push(&relay, (struct sg_bytes){(uint8_t *)text, len}, true),
                     SG_RELAY_MARK);
    assert_true(sg_relay_full(&relay));
    assert_false(relay.done);
    assert_int_equal(sg_relay_push(&relay, (struct sg_bytes){(uint8_t *)text, len}, true), 0);
    sg_relay_take(&relay, 10);
    assert_int_equal(sg_relay_push(&relay, SG_BYTES("abcdefghijkl"), true), 10);
    assert_false(relay.done);
    sg_relay_clear(&relay);
    sg_relay_fini(&relay);
    free(text);
}

static void test_the_limit_is_kept_to_the_byte(void **state)
{
    static struct sg_relay relay;
    (void)state;
    sg_relay_pass(&relay, 10);
    assert_int_equal(sg_relay_push(&relay, SG_BYTES("01234"), false), 5);
    assert_int_equal(sg_relay_push(&relay, SG_BYTES("56789"), true), 5);
    assert_int_equal(relay.status, SCRUBGATE_OK);
    sg_relay_clear(&relay);
    sg_relay_pass(&relay, 10);
    assert_int_equal(sg_relay_push(&relay, SG_BYTES("01234"), false), 5);
    assert_int_equal(sg_relay_push(&relay, SG_BYTES("567890"), true), 6);
    assert_int_equal(relay.status, SCRUBGATE_ELIMIT);
    sg_relay_clear(&relay);
    sg_relay_fini(&relay);
}

static void test_a_refused_relay_swallows_what_still_comes(void **state)
{
    static struct sg_relay relay;
    const struct sg_relay_config config = config_of("text/plain");
    (void)state;
    open_relay(&relay, &config);
    assert_int_equal(sg_relay_push(&relay, SG_BYTES("a bomb "), false), 7);
    assert_int_equal(relay.status, SCRUBGATE_EBLOCKED);
    assert_int_equal(sg_relay_push(&relay, SG_BYTES("harmless"), true), 8);
    assert_int_equal(relay.status, SCRUBGATE_EBLOCKED);
    assert_false(relay.done);
    assert_null(strstr(relay.reason, "a bomb"));
    sg_relay_clear(&relay);
    sg_relay_fini(&relay);
}

/* --- pass on failure --- */

static const struct lax_row {
    const char *name, *type, *text;
    bool passes;
} lax_rows[] = {
    {"what cannot be inspected passes as it came", "text/xml", "<p>apple", true},
    {"what turns out malformed passes from its first byte", "application/json",
     "{\"a\":\"apple\",]", true},
    {"what ends too early passes", "application/json", "{\"a\":\"apple\"", true},
    {"a blocked body does not", "text/plain", "an apple and a bomb here", false},
};

static void test_lax_row(void **state)
{
    const struct lax_row *row = *state;
    static struct sg_relay relay;
    struct sg_relay_config config = config_of(row->type);
    struct sg_bytes text = sg_bytes_of(row->text);
    config.pass_on_failure = true;
    for (size_t first = 0; first <= 2 * text.len + 1; first++) {
        struct sg_buf out = {0};
        /* The second time round, what comes is gathered first. */
        config.memory = first > text.len ? remembering : (struct sg_relay_memory){.recall = NULL};
        size_t pos = 0, len = first % (text.len + 1);
        open_relay(&relay, &config);
        while (relay.status >= 0 && !relay.done) { /* nothing is taken: nothing has left */
            pos += sg_relay_push(&relay, (struct sg_bytes){text.data + pos, len},
                                 pos + len == text.len);
            len = text.len - pos;
        }
        assert_int_equal(relay.gave_in, row->passes);
        if (row->passes) {
            drain(&relay, 0, &out);
            assert_true(sg_bytes_equal(sg_buf_bytes(&out), text));
            assert_int_equal(strncmp(relay.reason, "passed on failure: ", 19), 0);
        } else {
            assert_int_equal(relay.status, SCRUBGATE_EBLOCKED);
        }
        sg_buf_fini(&out);
        sg_relay_clear(&relay);
    }
    sg_relay_fini(&relay);
}

static void test_what_has_begun_to_leave_cannot_give_in(void **state)
{
    static struct sg_relay relay;
    struct sg_relay_config config = config_of("application/json");
    (void)state;
    config.pass_on_failure = true;
    open_relay(&relay, &config);
    assert_int_equal(sg_relay_push(&relay, SG_BYTES("{\"a\":1,"), false), 7);
    sg_relay_commit(&relay);
    (void)sg_relay_push(&relay, SG_BYTES("]"), true);
    assert_int_equal(relay.status, SCRUBGATE_EMALFORMED);
    assert_false(relay.gave_in);
    sg_relay_clear(&relay);
    sg_relay_fini(&relay);
}

static void test_an_original_too_large_to_keep_is_refused(void **state)
{
    static struct sg_relay relay;
    struct sg_relay_config config = config_of("text/plain");
    size_t len;
    char *text = large(SG_RELAY_MARK + 1000, &len);
    (void)state;
    config.pass_on_failure = true;
    open_relay(&relay, &config);
    run(&relay, (struct sg_bytes){(uint8_t *)text, len - 1}, 1000, 1000, 0, NULL);
    assert_int_equal(relay.status, SCRUBGATE_OK);
    sg_relay_clear(&relay);
    text[len - 1] = '\xff';
    open_relay(&relay, &config);
    size_t pos = 0;
    while (pos < len && relay.status >= 0) {
        size_t n = len - pos < 1000 ? len - pos : 1000;
        pos += sg_relay_push(&relay, (struct sg_bytes){(uint8_t *)text + pos, n}, pos + n == len);
        drain(&relay, 0, NULL);
    }
    assert_int_equal(relay.status, SCRUBGATE_EMALFORMED);
    sg_relay_clear(&relay);
    sg_relay_fini(&relay);
    free(text);
}

static void test_over_the_limit_nothing_passes(void **state)
{
    static struct sg_relay relay;
    struct sg_relay_config config = config_of("text/xml");
    (void)state;
    config.pass_on_failure = true;
    config.limit = 4;
    open_relay(&relay, &config);
    assert_true(relay.gave_in);
    (void)sg_relay_push(&relay, SG_BYTES("12345"), true);
    assert_int_equal(relay.status, SCRUBGATE_ELIMIT);
    sg_relay_clear(&relay);
    sg_relay_fini(&relay);
}

/* --- remembering --- */

static const struct memory_row {
    const char *name, *said, *text, *want, *who, *kept;
} memory_rows[] = {
    {"who speaks is known before the first byte is scanned", NULL,
     "{\"text\":\"an apple\",\"from\":\"c1\"}", "{\"text\":\"an [FRUIT]\",\"from\":\"c1\"}", "c1",
     ""},
    {"... where somebody is named", NULL, "{\"text\":\"an apple\"}", "{\"text\":\"an [FRUIT]\"}",
     "", ""},
    {"what a message leaves is kept", NULL, "\"my card is 41\"", "\"my card is 41\"", "",
     "my card is 41\x1e"},
    {"... behind what was said before", "my card is", "\"4111\"", "\"4111\"", "",
     "my card is\x1e"
     "4111\x1e"},
    {"a body that cannot be read leaves nothing", "my card is", "\"4111", NULL, "", NULL},
    {"nor does one that a rule blocks", "my card is", "\"41 bomb\"", NULL, "", NULL},
};

static void check_memory(const struct memory_row *row, size_t first, struct sg_capture *who)
{
    static struct sg_relay relay;
    struct sg_relay_config config = config_of("application/json");
    struct sg_buf out = {0}, before = {0};
    config.memory = remembering;
    config.captures = who;
    config.n_captures = 1;
    heard = (struct heard){.said = row->said, .who_from = who};
    sg_buf_clear(&who->value);
    who->found = false;
    open_relay(&relay, &config);
    run(&relay, sg_bytes_of(row->text), first, 3, 0, &out);
    assert_int_equal(heard.recalls, 1);
    assert_string_equal(heard.who, row->who);
    assert_int_equal(heard.keeps, row->kept != NULL ? 1 : 0);
    if (row->want != NULL) {
        assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_bytes_of(row->want)));
        assert_true(sg_bytes_equal(sg_buf_bytes(&who->value), sg_bytes_of(row->who)));
    }
    if (row->kept != NULL) {
        assert_int_equal(
            sg_tail_before(&heard.kept, SG_FIELD_TEXT, (struct sg_place){NULL, 0}, &before), 0);
        if (before.len > 0)
            sg_buf_drop(&before, 1); /* the mark in front of it all */
        assert_true(sg_bytes_equal(sg_buf_bytes(&before), sg_bytes_of(row->kept)));
    }
    sg_relay_clear(&relay);
    assert_true(sg_tail_empty(&relay.tail.own));
    assert_int_equal(relay.raw.len, 0);
    sg_relay_fini(&relay);
    sg_buf_fini(&out);
    sg_buf_fini(&before);
}

static void test_memory_row(void **state)
{
    const struct memory_row *row = *state;
    struct sg_arena arena = {0};
    struct sg_capture who = {.value = {.ceiling = SG_CAPTURE_LONGEST}};
    size_t at;
    assert_int_equal(sg_path_parse(&who.path, &arena, SG_BYTES("$.from"), &at, NULL), 0);
    for (size_t first = 0; first <= strlen(row->text); first++)
        check_memory(row, first, &who);
    sg_buf_fini(&who.value);
    sg_arena_fini(&arena);
}

/* --- a rule that cannot be matched --- */

static const struct failure_row {
    const char *name;
    bool lax;
} failure_rows[] = {
    {"a rule that cannot be matched refuses and is named", false},
    {"a rule that cannot be matched is named where the body passes", true},
};

static void test_failure_row(void **state)
{
    const struct failure_row *row = *state;
    static struct sg_relay relay;
    struct sg_relay_config config = config_of("text/plain");
    struct sg_costly costly;
    sg_costly_make(&costly);
    config.stream.reference = true;
    config.pass_on_failure = row->lax;
    sg_relay_open(&relay, costly.set, sg_toy_body_scratch(), &config);
    assert_null(relay.failed);
    (void)sg_relay_push(&relay, SG_BYTES("an apple, " SG_COSTLY_TEXT), true);
    assert_int_equal(relay.status, row->lax ? SCRUBGATE_OK : SCRUBGATE_EMATCH);
    assert_int_equal(relay.gave_in, row->lax);
    assert_true(relay.failed == costly.rule);
    assert_non_null(strstr(relay.reason, "rule toy.costly: the matcher failed"));
    sg_relay_clear(&relay);
    sg_relay_pass(&relay, 0);
    assert_null(relay.failed);
    sg_relay_fini(&relay);
    sg_costly_fini(&costly);
}

/* --- what is told --- */

static void test_findings_are_told_by_place_only(void **state)
{
    static struct sg_relay relay;
    const struct sg_relay_config config = config_of("text/plain");
    (void)state;
    open_relay(&relay, &config);
    (void)sg_relay_push(&relay, SG_BYTES("an apple, jo@example.com"), true);
    assert_true(relay.done);
    sg_relay_sum_up(&relay);
    assert_string_equal(relay.format, "text");
    assert_int_equal(relay.n_spans, 2);
    assert_int_equal(sg_relay_summary(&relay)->edits, 2);
    bool first = strcmp(relay.spans[0].rule, "toy.fruit") == 0;
    assert_string_equal(relay.spans[first ? 0 : 1].rule, "toy.fruit");
    assert_int_equal(relay.spans[first ? 0 : 1].start, 3);
    assert_int_equal(relay.spans[first ? 0 : 1].length, 5);
    assert_int_equal(relay.spans[first ? 1 : 0].start, 10);
    assert_int_equal(relay.spans[first ? 1 : 0].length, 14);
    sg_relay_clear(&relay);
    assert_int_equal(sg_relay_summary(&relay)->edits, 0);
    sg_relay_fini(&relay);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("a large body never holds more than the mark",
                 test_a_large_body_never_holds_more_than_the_mark, NULL);
    sg_suite_add("... nor does one that is gathered first",
                 test_a_large_body_never_holds_more_than_the_mark, &remembering);
    sg_suite_add("a full relay takes nothing until there is room",
                 test_a_full_relay_takes_nothing_until_there_is_room, NULL);
    sg_suite_add("the limit is kept to the byte", test_the_limit_is_kept_to_the_byte, NULL);
    sg_suite_add("a refused relay swallows what still comes",
                 test_a_refused_relay_swallows_what_still_comes, NULL);
    SG_SUITE_ROWS(test_lax_row, lax_rows);
    sg_suite_add("what has begun to leave cannot give in",
                 test_what_has_begun_to_leave_cannot_give_in, NULL);
    sg_suite_add("an original too large to keep is refused",
                 test_an_original_too_large_to_keep_is_refused, NULL);
    sg_suite_add("over the limit nothing passes", test_over_the_limit_nothing_passes, NULL);
    SG_SUITE_ROWS(test_memory_row, memory_rows);
    SG_SUITE_ROWS(test_failure_row, failure_rows);
    sg_suite_add("findings are told by place only", test_findings_are_told_by_place_only, NULL);
    int rc = sg_suite_run("proxy/relay");
    sg_toy_body_fini();
    return rc;
}
