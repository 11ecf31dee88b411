/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_record.c - what a record says, and that it says it whatever comes from outside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/record.h"
#include "base/clock.h"
#include "base/json.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

static const struct sg_record_source source = {
    .instance = "gateway.example/scrubgate/1",
    .boot = "00112233445566778899aabbccddeeff",
};

static struct sg_decision decision_of_a_clean_message(void)
{
    return (struct sg_decision){
        .id = "0123456789abcdef",
        .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
        .route = "chat-in",
        .direction = "to-agent",
        .mode = "enforce",
        .rules = "1f0e",
        .format = "json",
        .reason = "",
        .level = 2,
        .bytes_in = 88,
        .bytes_out = 88,
        .values = 3,
        .facets = {.customer = 0x1a, .agent = 0xffffffffffffffff},
    };
}

/* A record as the journal completes it, read back. */
struct reading {
    struct sg_buf line;
    struct sg_json *json;
    const struct sg_json_node *root;
};

static void parse(struct reading *reading, struct sg_buf *record)
{
    struct scrubgate_fault fault = {.what = ""};
    memset(reading, 0, sizeof *reading);
    assert_int_equal(sg_buf_add_text(&reading->line, "{\"seq\":7,"), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_bytes(&reading->line, sg_buf_bytes(record)), SCRUBGATE_OK);
    sg_buf_fini(record);
    for (size_t i = 0; i < reading->line.len; i++)
        assert_in_range(reading->line.data[i], 0x20, 0x7e);
    assert_int_equal(sg_json_parse(&reading->json, sg_buf_bytes(&reading->line), 8, &fault),
                     SCRUBGATE_OK);
    reading->root = sg_json_root(reading->json);
}

static void read_decision(struct reading *reading, const struct sg_decision *decision)
{
    struct sg_buf out = {0};
    assert_int_equal(sg_record_decision(&out, &source, decision), SCRUBGATE_OK);
    parse(reading, &out);
}

static void done(struct reading *reading)
{
    sg_json_free(reading->json);
    sg_buf_fini(&reading->line);
}

static const char *text_of(const struct sg_json_node *object, const char *key)
{
    const struct sg_json_node *node = sg_json_get(object, key);
    return node == NULL ? NULL : (const char *)node->text.data;
}

static uint64_t number_of(const struct sg_json_node *object, const char *key)
{
    uint64_t value = UINT64_MAX;
    const struct sg_json_node *node = sg_json_get(object, key);
    assert_non_null(node);
    assert_int_equal(node->kind, SG_JSON_NUMBER);
    assert_true(sg_bytes_to_u64(node->text, &value));
    return value;
}

/* --- the whole line, once --- */

static void test_a_decision_is_this_line(void **state)
{
    (void)state;
    struct sg_decision decision = decision_of_a_clean_message();
    struct sg_record_rule found[] = {{"payment.card", "CREDIT_CARD", "mask", 2, 2},
                                     {"contact.email", "EMAIL_ADDRESS", "mask", 1, 1}};
    struct sg_record_span spans[] = {{0, 10, 19}, {1, 40, 14}, {0, 60, 16}};
    struct reading reading;
    decision.verdict = SG_VERDICT_MASKED;
    decision.found = found;
    decision.n_found = 2;
    decision.spans = spans;
    decision.n_spans = 3;
    decision.edits = 3;
    decision.brand = SG_BYTES("acme");
    decision.channel = SG_BYTES("widget");
    decision.queue = SG_BYTES("sales");
    decision.event = SG_BYTES("message");
    decision.facets = (struct sg_record_facets){1, 2, 3, 4, 9, 5, 6, {7, 8}, 2};
    read_decision(&reading, &decision);
    /* From time to boot the values are the moment's. */
    const char *line = (const char *)reading.line.data;
    const char *boot = strstr(line, "\"boot\"");
    const char *want =
        "\"boot\":\"00112233445566778899aabbccddeeff\",\"class_uid\":2006,\"type_uid\":200601,"
        "\"severity_id\":2,\"metadata\":{\"version\":\"1.4.0\",\"product\":{\"name\":\"scrubgate\","
        "\"version\":\"0.1.0\"}},\"instance\":\"gateway.example/scrubgate/1\","
        "\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"id\":\"0123456789abcdef\","
        "\"detection_system_id\":2,\"action_id\":4,\"verdict\":\"masked\",\"part\":\"whole\","
        "\"route\":\"chat-in\",\"direction\":\"to-agent\",\"mode\":\"enforce\",\"level\":2,"
        "\"rules\":\"1f0e\",\"format\":\"json\",\"brand\":\"acme\",\"channel\":\"widget\","
        "\"queue\":\"sales\",\"event\":\"message\",\"bytes_in\":88,\"bytes_out\":88,\"values\":3,"
        "\"edits\":3,\"found\":[{\"rule\":\"payment.card\",\"entity\":\"CREDIT_CARD\",\"action\":"
        "\"mask\",\"count\":2},{\"rule\":\"contact.email\",\"entity\":\"EMAIL_ADDRESS\",\"action\":"
        "\"mask\",\"count\":1}],\"spans\":[[0,10,19],[1,40,14],[0,60,16]],\"facets\":{\"customer\":"
        "\"0000000000000001\",\"agent\":\"0000000000000002\",\"conversation\":\"0000000000000003\","
        "\"network\":\"0000000000000004\",\"tls\":\"0000000000000009\",\"device\":"
        "\"0000000000000005\",\"content\":"
        "\"0000000000000006\",\"identity\":[\"0000000000000007\",\"0000000000000008\"]}}";
    assert_memory_equal(line, "{\"seq\":7,\"time\":", 16);
    assert_non_null(boot);
    assert_int_equal(strlen(want), reading.line.len - (size_t)(boot - line));
    assert_memory_equal(boot, want, strlen(want));
    done(&reading);
}

static void test_time_is_now(void **state)
{
    (void)state;
    struct sg_decision decision = decision_of_a_clean_message();
    struct reading reading;
    uint64_t wall = sg_clock_wall_ms(), mono = sg_clock_mono_ns();
    read_decision(&reading, &decision);
    assert_in_range(number_of(reading.root, "time"), wall, sg_clock_wall_ms());
    assert_in_range(number_of(reading.root, "mono_ns"), mono, sg_clock_mono_ns());
    done(&reading);
}

static void test_what_is_not_known_is_left_out(void **state)
{
    (void)state;
    struct sg_decision decision = decision_of_a_clean_message();
    struct reading reading;
    read_decision(&reading, &decision);
    assert_null(sg_json_get(reading.root, "brand"));
    assert_null(sg_json_get(reading.root, "event"));
    assert_null(sg_json_get(reading.root, "reason"));
    const struct sg_json_node *facets = sg_json_get(reading.root, "facets");
    assert_string_equal(text_of(facets, "customer"), "000000000000001a");
    assert_string_equal(text_of(facets, "agent"), "ffffffffffffffff");
    assert_null(sg_json_get(facets, "tls"));
    assert_null(sg_json_get(facets, "device"));
    assert_null(sg_json_get(facets, "identity"));
    assert_int_equal(sg_json_get(reading.root, "found")->count, 0);
    assert_int_equal(sg_json_get(reading.root, "spans")->count, 0);
    done(&reading);
}

/* --- what was decided and what was done --- */

struct verdict_row {
    const char *name;
    enum sg_verdict verdict;
    const char *mode, *word;
    uint64_t action_id, severity_id;
};

static const struct verdict_row verdicts[] = {
    {"clean is allowed", SG_VERDICT_CLEAN, "enforce", "clean", 1, 1},
    {"masked is modified", SG_VERDICT_MASKED, "enforce", "masked", 4, 2},
    {"blocked is denied", SG_VERDICT_BLOCKED, "enforce", "blocked", 2, 3},
    {"diverted is modified", SG_VERDICT_DIVERTED, "enforce", "diverted", 4, 3},
    {"refused is denied", SG_VERDICT_REFUSED, "enforce", "refused", 2, 3},
    {"in shadow, masked was allowed", SG_VERDICT_MASKED, "shadow", "masked", 1, 2},
    {"in shadow, blocked was allowed", SG_VERDICT_BLOCKED, "shadow", "blocked", 1, 3},
    {"in shadow, diverted was allowed", SG_VERDICT_DIVERTED, "shadow", "diverted", 1, 3},
    {"in shadow, refused is denied", SG_VERDICT_REFUSED, "shadow", "refused", 2, 3},
    {"by the named exception, refused was allowed", SG_VERDICT_REFUSED, "pass-and-record",
     "refused", 1, 3},
};

static void test_verdict(void **state)
{
    const struct verdict_row *row = *state;
    struct sg_decision decision = decision_of_a_clean_message();
    struct reading reading;
    decision.verdict = row->verdict;
    decision.mode = row->mode;
    read_decision(&reading, &decision);
    assert_string_equal(text_of(reading.root, "verdict"), row->word);
    assert_int_equal(number_of(reading.root, "action_id"), row->action_id);
    assert_int_equal(number_of(reading.root, "severity_id"), row->severity_id);
    done(&reading);
}

static void test_the_parts_of_a_stream_are_told_apart(void **state)
{
    (void)state;
    static const char *const words[] = {"whole", "begin", "end"};
    static const uint64_t types[] = {200601, 200601, 200602};
    for (unsigned i = 0; i < 3; i++) {
        struct sg_decision decision = decision_of_a_clean_message();
        struct reading reading;
        decision.part = (enum sg_record_part)i;
        read_decision(&reading, &decision);
        assert_string_equal(text_of(reading.root, "part"), words[i]);
        assert_int_equal(number_of(reading.root, "type_uid"), types[i]);
        done(&reading);
    }
}

/* --- what comes from outside --- */

#define X64  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X126 X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

struct foreign_row {
    const char *name, *text, *want;
};

static const struct foreign_row foreigns[] = {
    {"a quote cannot end its string", "a\",\"verdict\":\"clean", "a\",\"verdict\":\"clean"},
    {"a backslash cannot eat the quote", "a\\", "a\\"},
    {"a line feed makes no line", "a\nb", "a\nb"},
    {"control characters are escaped", "a\x01\x7f", "a\x01\x7f"},
    {"other letters are escaped", "m\xc3\xbcller", "m\xc3\xbcller"},
    {"bytes that are no UTF-8 are replaced", "a\xff", "a\xef\xbf\xbd"},
    {"128 bytes stay", X126 "xx", X126 "xx"},
    {"the 129th is cut", X126 "xxy", X126 "xx"},
    {"a code point over the end goes whole", X126 "x\xc3\xbcz", X126 "x"},
    {"a code point up to the end stays", X126 "\xc3\xbcz", X126 "\xc3\xbc"},
};

static void test_foreign(void **state)
{
    const struct foreign_row *row = *state;
    struct sg_decision decision = decision_of_a_clean_message();
    struct reading reading;
    decision.brand = sg_bytes_of(row->text);
    decision.queue = decision.channel = decision.event = decision.brand;
    decision.reason = row->text;
    read_decision(&reading, &decision);
    assert_string_equal(text_of(reading.root, "brand"), row->want);
    assert_string_equal(text_of(reading.root, "channel"), row->want);
    assert_string_equal(text_of(reading.root, "queue"), row->want);
    assert_string_equal(text_of(reading.root, "event"), row->want);
    assert_string_equal(text_of(reading.root, "reason"), row->want);
    assert_string_equal(text_of(reading.root, "verdict"), "clean");
    done(&reading);
}

static void test_continuation_bytes_alone_are_cut_too(void **state)
{
    (void)state;
    uint8_t text[300];
    struct sg_decision decision = decision_of_a_clean_message();
    struct reading reading;
    memset(text, 0x80, sizeof text);
    decision.brand = (struct sg_bytes){text, sizeof text};
    read_decision(&reading, &decision);
    assert_true(strlen(text_of(reading.root, "brand")) <= 3 * 128);
    done(&reading);
}

/* --- limits --- */

static void test_spans_are_cut_at_their_limit(void **state)
{
    (void)state;
    struct sg_record_span spans[SG_RECORD_SPANS + 10];
    struct sg_record_rule found[] = {{"a.b", "URL", "tag", SG_RECORD_SPANS + 10, 1}};
    struct sg_decision decision = decision_of_a_clean_message();
    struct reading reading;
    for (size_t i = 0; i < SG_RECORD_SPANS + 10; i++)
        spans[i] = (struct sg_record_span){0, UINT64_MAX - i, i};
    decision.spans = spans;
    decision.n_spans = SG_RECORD_SPANS + 10;
    decision.found = found;
    decision.n_found = 1;
    read_decision(&reading, &decision);
    const struct sg_json_node *list = sg_json_get(reading.root, "spans");
    assert_int_equal(list->count, SG_RECORD_SPANS);
    assert_string_equal((const char *)list->child->child->next->text.data, "18446744073709551615");
    const struct sg_json_node *rule = sg_json_get(reading.root, "found")->child;
    assert_int_equal(number_of(rule, "count"), SG_RECORD_SPANS + 10);
    done(&reading);
}

static void test_a_record_over_the_limit_adds_nothing(void **state)
{
    (void)state;
    struct sg_record_rule found[300];
    struct sg_decision decision = decision_of_a_clean_message();
    struct sg_buf out = {0};
    for (size_t i = 0; i < 300; i++)
        found[i] =
            (struct sg_record_rule){"pack.a-rule-with-a-long-name", "CREDIT_CARD", "mask", 1, 1};
    decision.found = found;
    decision.n_found = 300;
    assert_int_equal(sg_buf_add_text(&out, "before"), SCRUBGATE_OK);
    assert_int_equal(sg_record_decision(&out, &source, &decision), SCRUBGATE_ELIMIT);
    assert_int_equal(out.len, 6);
    sg_buf_fini(&out);
}

static enum scrubgate_status write_one(void *ctx)
{
    struct sg_decision decision = decision_of_a_clean_message();
    struct sg_buf out = {0};
    (void)ctx;
    decision.brand = SG_BYTES("m\xc3\xbcller");
    enum scrubgate_status rc = sg_record_decision(&out, &source, &decision);
    assert_true(rc >= 0 || out.len == 0);
    sg_buf_fini(&out);
    return rc;
}

static void test_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(write_one, NULL) > 0);
}

/* --- the other records --- */

static void test_an_outcome_joins_by_id(void **state)
{
    (void)state;
    static const struct {
        unsigned code;
        uint64_t status_id;
    } cases[] = {{200, 1}, {302, 1}, {422, 2}, {502, 2}, {0, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_outcome outcome = {.id = "0123456789abcdef",
                                     .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
                                     .route = "chat-in",
                                     .status = cases[i].code,
                                     .reason = "upstream-timeout",
                                     .latency_ns = 1234567};
        struct sg_buf out = {0};
        struct reading reading;
        assert_int_equal(sg_record_outcome(&out, &source, &outcome), SCRUBGATE_OK);
        parse(&reading, &out);
        assert_int_equal(number_of(reading.root, "class_uid"), 6003);
        assert_int_equal(number_of(reading.root, "type_uid"), 600399);
        assert_string_equal(text_of(reading.root, "id"), "0123456789abcdef");
        assert_string_equal(text_of(reading.root, "reason"), "upstream-timeout");
        assert_int_equal(number_of(sg_json_get(reading.root, "http_response"), "code"),
                         cases[i].code);
        assert_int_equal(number_of(reading.root, "status_id"), cases[i].status_id);
        assert_int_equal(number_of(reading.root, "latency_ns"), 1234567);
        done(&reading);
    }
}

struct change_row {
    const char *name, *what;
    uint64_t type_uid, status_id;
};

static const struct change_row changes[] = {
    {"a start is the life of the process", "start", 600203, 1},
    {"a stop is the life of the process", "stop", 600204, 1},
    {"a reload is a change of config", "reload", 501901, 1},
    {"a takeover is a start", "takeover", 600203, 1},
    {"a log that is written again is the life of the process", "resume", 600299, 1},
    {"a failed reload says so", "reload-failed", 501901, 2},
    {"an engine that is not trusted any more says so", "engine-distrusted", 501901, 2},
};

static void test_change(void **state)
{
    const struct change_row *row = *state;
    struct sg_change change = {row->what, "aa", "bb", "cc", "dd", {0}};
    struct sg_buf out = {0};
    struct reading reading;
    assert_int_equal(sg_record_change(&out, &source, &change), SCRUBGATE_OK);
    parse(&reading, &out);
    assert_int_equal(number_of(reading.root, "type_uid"), row->type_uid);
    assert_int_equal(number_of(reading.root, "class_uid"), row->type_uid / 100);
    assert_int_equal(number_of(reading.root, "status_id"), row->status_id);
    assert_string_equal(text_of(reading.root, "what"), row->what);
    assert_string_equal(text_of(reading.root, "old_rules"), "aa");
    assert_string_equal(text_of(reading.root, "new_rules"), "bb");
    assert_string_equal(text_of(reading.root, "old_config"), "cc");
    assert_string_equal(text_of(reading.root, "new_config"), "dd");
    done(&reading);
}

int main(void)
{
    sg_suite_add("a decision is this line", test_a_decision_is_this_line, NULL);
    sg_suite_add("time is now", test_time_is_now, NULL);
    sg_suite_add("what is not known is left out", test_what_is_not_known_is_left_out, NULL);
    SG_SUITE_ROWS(test_verdict, verdicts);
    sg_suite_add("the parts of a stream are told apart", test_the_parts_of_a_stream_are_told_apart,
                 NULL);
    SG_SUITE_ROWS(test_foreign, foreigns);
    sg_suite_add("continuation bytes alone are cut too", test_continuation_bytes_alone_are_cut_too,
                 NULL);
    sg_suite_add("spans are cut at their limit", test_spans_are_cut_at_their_limit, NULL);
    sg_suite_add("a record over the limit adds nothing", test_a_record_over_the_limit_adds_nothing,
                 NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory_is_an_answer, NULL);
    sg_suite_add("an outcome joins by id", test_an_outcome_joins_by_id, NULL);
    SG_SUITE_ROWS(test_change, changes);
    return sg_suite_run("record");
}
