/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_entry.c - what is read of a line is what was recorded, whatever else stands in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/entry.h"
#include "audit/line.h"
#include "base/json.h"

#include "../lib/suite.h"

enum { DEEPEST = 16 };

static const struct sg_record_source source = {
    .instance = "gateway.example/scrubgate/1",
    .boot = "00112233445566778899aabbccddeeff",
};

static struct sg_entry entry; /* too large for a stack that many tests share */

static void assert_text(struct sg_bytes is, const char *want)
{
    if (!sg_bytes_equal(is, sg_bytes_of(want)))
        fail_msg("%.*s instead of %s", (int)is.len, (const char *)is.data, want);
}

static void assert_word(enum sg_entry_member member, const char *want)
{
    assert_true(sg_entry_has(&entry, member));
    assert_text(sg_entry_text(&entry, member), want);
}

static void assert_number(enum sg_entry_member member, uint64_t want)
{
    assert_true(sg_entry_has(&entry, member));
    assert_int_equal(sg_entry_number(&entry, member), want);
}

/* As the journal completes it. */
static void read_record(struct sg_buf *line, const struct sg_buf *record)
{
    assert_int_equal(sg_buf_add_text(line, "{\"seq\":7,"), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_bytes(line, sg_buf_bytes(record)), SCRUBGATE_OK);
    assert_int_equal(sg_entry_read(&entry, sg_buf_bytes(line)), SCRUBGATE_OK);
    assert_int_equal(entry.n_others, 0);
    assert_false(entry.cut);
    assert_number(SG_ENTRY_SEQ, 7);
    assert_true(sg_entry_number(&entry, SG_ENTRY_TIME) > 1700000000000);
    assert_true(sg_entry_has(&entry, SG_ENTRY_MONO_NS));
    assert_word(SG_ENTRY_BOOT, source.boot);
    assert_word(SG_ENTRY_INSTANCE, source.instance);
    assert_word(SG_ENTRY_VERSION, "1.4.0");
    assert_word(SG_ENTRY_PRODUCT_NAME, "scrubgate");
    assert_true(sg_entry_has(&entry, SG_ENTRY_PRODUCT_VERSION));
}

static void make_decision(struct sg_buf *record)
{
    static const struct sg_record_rule found[] = {{"payment.card", "CREDIT_CARD", "mask", 2, 2},
                                                  {"contact.email", "EMAIL_ADDRESS", "mask", 1, 1}};
    static const struct sg_record_span spans[] = {{0, 10, 19}, {1, 40, 14}, {0, 60, 16}};
    struct sg_decision decision = {
        .id = "0123456789abcdef",
        .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
        .route = "chat-in",
        .direction = "to-agent",
        .mode = "enforce",
        .rules = "1f0e",
        .format = "json",
        .reason = "found",
        .level = 2,
        .verdict = SG_VERDICT_MASKED,
        .brand = SG_BYTES("acme"),
        .channel = SG_BYTES("widget"),
        .queue = SG_BYTES("caf\xc3\xa9 \"1\""),
        .event = SG_BYTES("message"),
        .bytes_in = 93,
        .bytes_out = 89,
        .values = 3,
        .edits = 4,
        .found = found,
        .n_found = 2,
        .spans = spans,
        .n_spans = 3,
        .facets = {1, 2, 3, 4, 9, 5, 6, {7, 8}, 2},
    };
    assert_int_equal(sg_record_decision(record, &source, &decision), SCRUBGATE_OK);
}

static void test_a_decision(void **state)
{
    struct sg_buf record = {0}, line = {0};
    (void)state;
    make_decision(&record);
    read_record(&line, &record);
    assert_int_equal(entry.kind, SG_KIND_DECISION);
    assert_int_equal(entry.verdict, SG_ENTRY_MASKED);
    assert_int_equal(entry.what, SG_WHAT_OTHER);
    assert_number(SG_ENTRY_TYPE_UID, 200601);
    assert_number(SG_ENTRY_SEVERITY_ID, 2);
    assert_word(SG_ENTRY_TRACE_ID, "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_word(SG_ENTRY_ID, "0123456789abcdef");
    assert_number(SG_ENTRY_DETECTION_SYSTEM_ID, 2);
    assert_number(SG_ENTRY_ACTION_ID, 4);
    assert_word(SG_ENTRY_PART, "whole");
    assert_word(SG_ENTRY_ROUTE, "chat-in");
    assert_word(SG_ENTRY_DIRECTION, "to-agent");
    assert_word(SG_ENTRY_MODE, "enforce");
    assert_number(SG_ENTRY_LEVEL, 2);
    assert_word(SG_ENTRY_RULES, "1f0e");
    assert_word(SG_ENTRY_FORMAT, "json");
    assert_word(SG_ENTRY_REASON, "found");
    assert_word(SG_ENTRY_BRAND, "acme");
    assert_word(SG_ENTRY_CHANNEL, "widget");
    assert_true(
        sg_entry_says(sg_entry_text(&entry, SG_ENTRY_QUEUE), SG_BYTES("caf\xc3\xa9 \"1\"")));
    assert_word(SG_ENTRY_EVENT, "message");
    assert_number(SG_ENTRY_BYTES_IN, 93);
    assert_number(SG_ENTRY_BYTES_OUT, 89);
    assert_number(SG_ENTRY_VALUES, 3);
    assert_number(SG_ENTRY_EDITS, 4);
    assert_word(SG_ENTRY_CUSTOMER, "0000000000000001");
    assert_word(SG_ENTRY_AGENT, "0000000000000002");
    assert_word(SG_ENTRY_CONVERSATION, "0000000000000003");
    assert_word(SG_ENTRY_NETWORK, "0000000000000004");
    assert_word(SG_ENTRY_TLS, "0000000000000009");
    assert_word(SG_ENTRY_DEVICE, "0000000000000005");
    assert_word(SG_ENTRY_CONTENT, "0000000000000006");
    assert_false(sg_entry_has(&entry, SG_ENTRY_REFUSED_NETWORK));
    assert_int_equal(entry.n_identities, 2);
    assert_text(entry.identity[1], "0000000000000008");
    assert_text(entry.spans, "[[0,10,19],[1,40,14],[0,60,16]]");
    assert_int_equal(entry.n_found, 2);
    assert_text(entry.found[0].rule, "payment.card");
    assert_text(entry.found[0].entity, "CREDIT_CARD");
    assert_text(entry.found[0].action, "mask");
    assert_int_equal(entry.found[0].count, 2);
    assert_text(entry.found[1].rule, "contact.email");
    sg_buf_fini(&record);
    sg_buf_fini(&line);
}

static void test_an_outcome(void **state)
{
    const struct sg_outcome outcome = {"0123456789abcdef", "4bf92f3577b34da6a3ce929d0e0e4736",
                                       "chat-in",          504,
                                       "upstream-timeout", 60000000123};
    struct sg_buf record = {0}, line = {0};
    (void)state;
    assert_int_equal(sg_record_outcome(&record, &source, &outcome), SCRUBGATE_OK);
    read_record(&line, &record);
    assert_int_equal(entry.kind, SG_KIND_OUTCOME);
    assert_number(SG_ENTRY_STATUS, 504);
    assert_number(SG_ENTRY_STATUS_ID, 2);
    assert_word(SG_ENTRY_REASON, "upstream-timeout");
    assert_number(SG_ENTRY_LATENCY_NS, 60000000123);
    assert_int_equal(entry.n_found, 0);
    assert_false(sg_entry_has(&entry, SG_ENTRY_VERDICT));
    sg_buf_fini(&record);
    sg_buf_fini(&line);
}

static void test_what_was_turned_away(void **state)
{
    const struct sg_refused refused = {"malformed", 400, 0xabc, 17};
    struct sg_buf record = {0}, line = {0};
    (void)state;
    assert_int_equal(sg_record_refused(&record, &source, &refused), SCRUBGATE_OK);
    read_record(&line, &record);
    assert_int_equal(entry.kind, SG_KIND_REFUSED);
    assert_number(SG_ENTRY_COUNT, 17);
    assert_number(SG_ENTRY_STATUS, 400);
    assert_word(SG_ENTRY_REFUSED_NETWORK, "0000000000000abc");
    assert_false(sg_entry_has(&entry, SG_ENTRY_NETWORK));
    sg_buf_fini(&record);
    sg_buf_fini(&line);
}

struct change_row {
    const char *name, *what;
    enum sg_entry_kind kind;
    enum sg_entry_what is;
};

static const struct change_row changes[] = {
    {"a start", "start", SG_KIND_LIFE, SG_WHAT_START},
    {"a takeover", "takeover", SG_KIND_LIFE, SG_WHAT_TAKEOVER},
    {"a stop", "stop", SG_KIND_LIFE, SG_WHAT_STOP},
    {"a log that is written again", "resume", SG_KIND_LIFE, SG_WHAT_RESUME},
    {"a reload", "reload", SG_KIND_CHANGE, SG_WHAT_RELOAD},
    {"a reload that failed", "reload-failed", SG_KIND_CHANGE, SG_WHAT_RELOAD_FAILED},
    {"engines that differ", "engine-distrusted", SG_KIND_CHANGE, SG_WHAT_ENGINE_DISTRUSTED},
};

static void test_change(void **state)
{
    const struct change_row *row = *state;
    const struct sg_change change = {row->what, "aa", "bb", "cc", "", {0}};
    struct sg_buf record = {0}, line = {0};
    assert_int_equal(sg_record_change(&record, &source, &change), SCRUBGATE_OK);
    read_record(&line, &record);
    assert_int_equal(entry.kind, row->kind);
    assert_int_equal(entry.what, row->is);
    assert_word(SG_ENTRY_WHAT, row->what);
    assert_word(SG_ENTRY_OLD_RULES, "aa");
    assert_word(SG_ENTRY_NEW_RULES, "bb");
    assert_word(SG_ENTRY_OLD_CONFIG, "cc");
    assert_word(SG_ENTRY_NEW_CONFIG, "");
    sg_buf_fini(&record);
    sg_buf_fini(&line);
}

static void test_a_seal(void **state)
{
    const struct sg_seal seal = {.epoch = 12, .size = 7, .boot = source.boot, .mono_ns = 99};
    const uint8_t mac[SG_SHA256_SIZE] = {0xab};
    struct sg_buf record = {0}, line = {0};
    (void)state;
    assert_int_equal(sg_record_seal(&record, &source, &seal, mac), SCRUBGATE_OK);
    read_record(&line, &record);
    assert_int_equal(entry.kind, SG_KIND_LIFE);
    assert_int_equal(entry.what, SG_WHAT_SEAL);
    assert_number(SG_ENTRY_EPOCH, 12);
    assert_number(SG_ENTRY_SIZE, 7);
    assert_number(SG_ENTRY_MONO_NS, 99);
    assert_word(SG_ENTRY_ROOT, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    assert_int_equal(sg_entry_text(&entry, SG_ENTRY_MAC).len, 64);
    sg_buf_fini(&record);
    sg_buf_fini(&line);
}

/* --- the log and its people --- */

static const struct sg_actor someone = {SG_ACTOR_USER, 1000};

static enum scrubgate_status make_gap(struct sg_buf *out)
{
    return sg_record_gap(out, &source, &(struct sg_gap){"hung", 11, 22, 33, 44});
}

static enum scrubgate_status make_recovery(struct sg_buf *out)
{
    return sg_record_recovery(out, &source, &(struct sg_recovery){"000002.ndjson", 55, {0xee}});
}

static enum scrubgate_status make_space(struct sg_buf *out)
{
    return sg_record_space(out, &source, &(struct sg_space){"low", 10, 100});
}

static enum scrubgate_status make_prune(struct sg_buf *out)
{
    return sg_record_prune(out, &source, &(struct sg_prune){0, 65535, 70000, {{0}}, "retention"});
}

static enum scrubgate_status make_hold(struct sg_buf *out)
{
    return sg_record_hold(out, &source, &(struct sg_hold){0, true, SG_BYTES("case 7"), someone});
}

static enum scrubgate_status make_erasure(struct sg_buf *out)
{
    return sg_record_erasure(out, &source,
                             &(struct sg_erasure){0, 0xaaaa, 0xbbbb, "conversation", true,
                                                  SG_BYTES("T-1"), SG_BYTES("gdpr-17"), someone});
}

static enum scrubgate_status make_guard(struct sg_buf *out)
{
    return sg_record_guard(out, &source,
                           &(struct sg_guard_act){.act = "order",
                                                  .kind = "attest",
                                                  .done = true,
                                                  .order = 12,
                                                  .clearance = SG_BYTES("nda"),
                                                  /* typed into the wrong field: not for a log */
                                                  .brand = SG_BYTES("jo@example.com"),
                                                  .queue = SG_BYTES("4111111111111111"),
                                                  .expires_ms = 77,
                                                  .by = SG_BYTES("jo"),
                                                  .actor = someone});
}

static enum scrubgate_status make_master(struct sg_buf *out)
{
    return sg_record_master(out, &source, &(struct sg_master){0xaaaa, 0xbbbb, 3, 4});
}

static enum scrubgate_status make_epoch(struct sg_buf *out)
{
    return sg_record_epoch(out, &source, &(struct sg_key_epoch){.number = 230, .destroyed = true});
}

static enum scrubgate_status make_expiry(struct sg_buf *out)
{
    return sg_record_expiry(out, &source, &(struct sg_expiry){3, 1767225600000});
}

static enum scrubgate_status make_act(struct sg_buf *out)
{
    return sg_record_act(
        out, &source,
        &(struct sg_act){0, "token-made", "keys", false, SG_BYTES("T-2"), {SG_ACTOR_PEER, 0xcccc}});
}

static enum scrubgate_status make_read(struct sg_buf *out)
{
    return sg_record_read(
        out, &source,
        &(struct sg_audit_read){0, "query", "log", true, 5, 9, 0, 99, SG_BYTES("T-3"), someone});
}

struct said {
    enum sg_entry_member member;
    const char *text;
};

struct kind_row {
    const char *name;
    enum scrubgate_status (*make)(struct sg_buf *out);
    enum sg_entry_kind kind;
    enum sg_entry_what what;
    struct said said[8];
};

static const struct kind_row kinds[] = {
    {"a gap",
     make_gap,
     SG_KIND_LIFE,
     SG_WHAT_GAP,
     {{SG_ENTRY_REASON, "hung"},
      {SG_ENTRY_FROM_MS, "11"},
      {SG_ENTRY_TO_MS, "22"},
      {SG_ENTRY_REFUSED_MESSAGES, "33"},
      {SG_ENTRY_DROPPED, "44"},
      {SG_ENTRY_ACTOR_APP, "scrubgate"}}},
    {"a recovery",
     make_recovery,
     SG_KIND_LIFE,
     SG_WHAT_RECOVERY,
     {{SG_ENTRY_FILE, "000002.ndjson"},
      {SG_ENTRY_BYTES, "55"},
      {SG_ENTRY_SHA256, "ee00000000000000000000000000000000000000000000000000000000000000"}}},
    {"a lack of space",
     make_space,
     SG_KIND_LIFE,
     SG_WHAT_SPACE,
     {{SG_ENTRY_STATE, "low"}, {SG_ENTRY_FREE_BYTES, "10"}, {SG_ENTRY_TOTAL_BYTES, "100"}}},
    {"a pruning",
     make_prune,
     SG_KIND_LIFE,
     SG_WHAT_PRUNE,
     {{SG_ENTRY_FIRST, "0"},
      {SG_ENTRY_LAST, "65535"},
      {SG_ENTRY_SIZE, "70000"},
      {SG_ENTRY_WHY, "retention"}}},
    {"a legal hold",
     make_hold,
     SG_KIND_LIFE,
     SG_WHAT_HOLD,
     {{SG_ENTRY_HOLD, "on"}, {SG_ENTRY_WHY, "case 7"}, {SG_ENTRY_ACTOR_UID, "1000"}}},
    {"an order about an agent",
     make_guard,
     SG_KIND_LIFE,
     SG_WHAT_GUARD,
     {{SG_ENTRY_ACT, "order"},
      {SG_ENTRY_KIND, "attest"},
      {SG_ENTRY_ORDER, "12"},
      {SG_ENTRY_CLEARANCE, "nda"},
      {SG_ENTRY_EXPIRES_MS, "77"},
      {SG_ENTRY_BY, "jo"},
      {SG_ENTRY_ACTOR_UID, "1000"}}},
    {"an erasure",
     make_erasure,
     SG_KIND_LIFE,
     SG_WHAT_ERASURE,
     {{SG_ENTRY_KIND, "conversation"},
      {SG_ENTRY_PSEUDONYM, "000000000000aaaa"},
      {SG_ENTRY_KEY, "000000000000bbbb"},
      {SG_ENTRY_REQUESTER, "T-1"},
      {SG_ENTRY_BASIS, "gdpr-17"},
      {SG_ENTRY_OBJECT, "keys"}}},
    {"a new master key",
     make_master,
     SG_KIND_LIFE,
     SG_WHAT_MASTER,
     {{SG_ENTRY_OLD_KEY, "000000000000aaaa"},
      {SG_ENTRY_NEW_KEY, "000000000000bbbb"},
      {SG_ENTRY_KEPT, "3"},
      {SG_ENTRY_DROPPED, "4"}}},
    {"the end of a key of fingerprints",
     make_epoch,
     SG_KIND_LIFE,
     SG_WHAT_EPOCH,
     {{SG_ENTRY_ACT, "destroyed"}, {SG_ENTRY_EPOCH, "230"}, {SG_ENTRY_OBJECT, "keys"}}},
    {"events that were old",
     make_expiry,
     SG_KIND_LIFE,
     SG_WHAT_EXPIRY,
     {{SG_ENTRY_COUNT, "3"}, {SG_ENTRY_TO_MS, "1767225600000"}, {SG_ENTRY_OBJECT, "events"}}},
    {"an act",
     make_act,
     SG_KIND_LIFE,
     SG_WHAT_ACT,
     {{SG_ENTRY_ACT, "token-made"},
      {SG_ENTRY_STATUS_ID, "2"},
      {SG_ENTRY_WHY, "T-2"},
      {SG_ENTRY_ACTOR_PEER, "000000000000cccc"}}},
    {"a read of the log",
     make_read,
     SG_KIND_READ,
     SG_WHAT_AUDIT_READ,
     {{SG_ENTRY_COMMAND, "query"},
      {SG_ENTRY_FIRST, "5"},
      {SG_ENTRY_LAST, "9"},
      {SG_ENTRY_TO_MS, "99"},
      {SG_ENTRY_OBJECT, "log"}}},
};

static void test_kind(void **state)
{
    const struct kind_row *row = *state;
    struct sg_buf record = {0}, line = {0};
    assert_int_equal(row->make(&record), SCRUBGATE_OK);
    read_record(&line, &record);
    assert_int_equal(entry.kind, row->kind);
    assert_int_equal(entry.what, row->what);
    for (size_t i = 0; i < 8 && row->said[i].text != NULL; i++)
        assert_word(row->said[i].member, row->said[i].text);
    sg_buf_fini(&record);
    sg_buf_fini(&line);
}

/* --- lines of others --- */

struct row {
    const char *name, *line;
    bool good;
    const char *others; /* key=value key=value; in.key=value; then so many findings, and whether
                           there were more than have room */
};

static const struct row rows[] = {
    {"an empty object", "{}", true, ""},
    {"words that are not known are kept",
     "{\"class_uid\":9,\"verdict\":\"odd\",\"what\":\"moonrise\"}", true, ""},
    {"what is no object", "[1]", false, ""},
    {"a cut line", "{\"seq\":1,\"time\":", false, ""},
    {"members that are not known are kept as they stand",
     "{\"seq\":1,\"moon\":\"f\\u00fcll\",\"n\":-1.5,\"o\":{\"a\":[1,{}]},\"t\":null}", true,
     "moon=\"f\\u00fcll\" n=-1.5 o={\"a\":[1,{}]} t=null "},
    {"and inside of objects that are", "{\"facets\":{\"shoe\":\"42\"},\"actor\":{\"tty\":1}}", true,
     "facets.shoe=\"42\" actor.tty=1 "},
    {"a member of another kind is not there, and kept",
     "{\"seq\":\"1\",\"time\":-1,\"id\":7,\"verdict\":[\"clean\"],\"level\":{},\"boot\":null}",
     true, "seq=\"1\" time=-1 id=7 verdict=[\"clean\"] level={} boot=null "},
    {"a number that is too large", "{\"time\":18446744073709551616}", true,
     "time=18446744073709551616 "},
    {"objects that should be, and are not",
     "{\"facets\":[\"a\"],\"found\":{\"rule\":\"x\"},\"metadata\":1}", true,
     "facets=[\"a\"] found={\"rule\":\"x\"} metadata=1 "},
    {"a member twice", "{\"id\":\"a\",\"id\":\"b\"}", false, ""},
    {"a member twice, of which one is an object", "{\"id\":{},\"id\":\"b\"}", false, ""},
    {"a facet twice", "{\"facets\":{\"agent\":\"a\",\"agent\":\"b\"}}", false, ""},
    {"found twice", "{\"found\":[],\"found\":[]}", false, ""},
    {"a member of the same name elsewhere is another",
     "{\"id\":\"a\",\"facets\":{\"id\":\"b\"},\"o\":{\"id\":\"c\"}}", true,
     "facets.id=\"b\" o={\"id\":\"c\"} "},
    {"findings of other kinds", "{\"found\":[1,\"a\",[2],{},{\"rule\":3,\"count\":\"x\"},null]}",
     true, "2 findings"},
    {"more identities than have room",
     "{\"facets\":{\"identity\":[\"1\",\"2\",\"3\",\"4\",\"5\"]}}", true, "cut"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_buf others = {0};
    enum scrubgate_status rc = sg_entry_read(&entry, sg_bytes_of(row->line));
    assert_int_equal(rc, row->good ? SCRUBGATE_OK : SCRUBGATE_EMALFORMED);
    if (!row->good)
        return;
    for (size_t i = 0; i < entry.n_others; i++) {
        const struct sg_entry_other *other = &entry.other[i];
        assert_true(sg_buf_addf(&others, "%.*s%s%.*s=%.*s ", (int)other->in.len,
                                other->in.len == 0 ? "" : (const char *)other->in.data,
                                other->in.len == 0 ? "" : ".", (int)other->key.len,
                                (const char *)other->key.data, (int)other->value.len,
                                (const char *)other->value.data) >= 0);
    }
    if (entry.n_found > 0)
        assert_true(sg_buf_addf(&others, "%zu findings", entry.n_found) >= 0);
    if (entry.cut)
        assert_true(sg_buf_add_text(&others, "cut") >= 0);
    assert_text(sg_buf_bytes(&others), row->others);
    sg_buf_fini(&others);
}

static void test_more_than_has_room(void **state)
{
    struct sg_buf line = {0};
    (void)state;
    assert_true(sg_buf_add_text(&line, "{\"found\":[{}") >= 0);
    for (int i = 0; i < SG_ENTRY_FOUND_MOST; i++)
        assert_true(sg_buf_add_text(&line, ",{\"count\":1}") >= 0);
    assert_true(sg_buf_add_text(&line, "]") >= 0);
    for (int i = 0; i <= SG_ENTRY_OTHERS_MOST; i++)
        assert_true(sg_buf_addf(&line, ",\"m%d\":1", i) >= 0);
    assert_true(sg_buf_add_text(&line, "}") >= 0);
    assert_int_equal(sg_entry_read(&entry, sg_buf_bytes(&line)), SCRUBGATE_OK);
    assert_int_equal(entry.n_found, SG_ENTRY_FOUND_MOST);
    assert_int_equal(entry.n_others, SG_ENTRY_OTHERS_MOST);
    assert_true(entry.cut);
    sg_buf_fini(&line);
}

/* As many findings as a record can hold, with names of one letter. */
static void test_the_longest_record_has_room(void **state)
{
    const size_t shortest =
        sizeof "{\"rule\":\"a\",\"entity\":\"b\",\"action\":\"c\",\"count\":1},";
    (void)state;
    assert_true(SG_RECORD_LONGEST / (shortest - 1) < SG_ENTRY_FOUND_MOST);
}

/* --- strings --- */

struct string_row {
    const char *name, *stands, *says;
};

static const struct string_row strings[] = {
    {"plain letters", "chat-in", "chat-in"},
    {"nothing", "", ""},
    {"short escapes", "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t"},
    {"a letter as its number", "\\u0061b", "ab"},
    {"letters of two and three bytes", "\\u00e9\\u20ac", "\xc3\xa9\xe2\x82\xac"},
    {"a pair", "\\ud83d\\ude00", "\xf0\x9f\x98\x80"},
    {"the first half of a pair alone", "\\ud83dx", "\xef\xbf\xbdx"},
    {"the second half of a pair alone", "\\ude00", "\xef\xbf\xbd"},
    {"two first halves", "\\ud83d\\ud83d", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"UTF-8 as it stands", "\xc3\xa9", "\xc3\xa9"},
};

static void test_string(void **state)
{
    const struct string_row *row = *state;
    struct sg_buf text = {0};
    assert_int_equal(sg_entry_decode(&text, sg_bytes_of(row->stands)), SCRUBGATE_OK);
    assert_text(sg_buf_bytes(&text), row->says);
    assert_true(sg_entry_says(sg_bytes_of(row->stands), sg_bytes_of(row->says)));
    assert_false(sg_entry_says(sg_bytes_of(row->stands), SG_BYTES("other")));
    assert_true(sg_buf_add_byte(&text, 'x') >= 0);
    assert_false(sg_entry_says(sg_bytes_of(row->stands), sg_buf_bytes(&text)));
    sg_buf_fini(&text);
}

static void test_paths(void **state)
{
    (void)state;
    for (size_t i = 0; i < SG_ENTRY_MEMBERS; i++) {
        const char *path = sg_entry_path((enum sg_entry_member)i);
        assert_non_null(path);
        assert_int_equal(sg_entry_member_of(sg_bytes_of(path)), i);
    }
    assert_int_equal(sg_entry_member_of(SG_BYTES("facets")), SG_ENTRY_MEMBERS);
    assert_string_equal(sg_entry_kind_word(SG_KIND_READ), "read");
    assert_string_equal(sg_entry_verdict_word(SG_ENTRY_DIVERTED), "diverted");
    assert_string_equal(sg_entry_what_word(SG_WHAT_AUDIT_READ), "audit-read");
}

/* --- any byte --- */

/* Whether what was read of text agrees with a parser's tree of it. */
static void compare(struct sg_bytes text)
{
    struct sg_json *json = NULL;
    if (sg_json_parse(&json, text, DEEPEST, NULL) < 0)
        return; /* it is stricter: all repeated keys, halves of pairs */
    for (size_t i = 0; i < SG_ENTRY_MEMBERS; i++) {
        char path[64];
        const struct sg_json_node *node = sg_json_root(json);
        uint64_t number;
        assert_true(sg_bytes_to_text(sg_bytes_of(sg_entry_path((enum sg_entry_member)i)), path,
                                     sizeof path));
        for (char *word = strtok(path, "."); word != NULL && node != NULL; word = strtok(NULL, "."))
            node = node->kind == SG_JSON_OBJECT ? sg_json_get(node, word) : NULL;
        bool is = node != NULL &&
                  (sg_entry_is_number((enum sg_entry_member)i)
                       ? node->kind == SG_JSON_NUMBER && sg_bytes_to_u64(node->text, &number)
                       : node->kind == SG_JSON_STRING);
        if (is != sg_entry_has(&entry, (enum sg_entry_member)i))
            fail_msg("%s in %.*s", sg_entry_path((enum sg_entry_member)i), (int)text.len,
                     (const char *)text.data);
        if (is)
            assert_true(sg_entry_says(entry.text[i], node->text));
    }
    sg_json_free(json);
}

static void test_any_byte(void **state)
{
    struct sg_buf record = {0}, line = {0};
    struct sg_line whole;
    (void)state;
    make_decision(&record);
    read_record(&line, &record);
    uint8_t *text = malloc(line.len);
    assert_non_null(text);
    memcpy(text, line.data, line.len);
    struct sg_bytes all = {text, line.len};
    for (size_t i = 0; i < line.len; i++) {
        for (unsigned c = 1; c < 256; c += 2) {
            text[i] = (uint8_t)(line.data[i] ^ c);
            bool good = sg_entry_read(&entry, all) >= 0;
            if (good)
                assert_true(sg_line_read(&whole, all) >= 0);
            if (good && c == 1)
                compare(all);
        }
        text[i] = line.data[i];
        assert_int_equal(sg_entry_read(&entry, (struct sg_bytes){text, i}), SCRUBGATE_EMALFORMED);
    }
    free(text);
    sg_buf_fini(&record);
    sg_buf_fini(&line);
}

int main(void)
{
    sg_suite_add("a decision", test_a_decision, NULL);
    sg_suite_add("an outcome", test_an_outcome, NULL);
    sg_suite_add("what was turned away", test_what_was_turned_away, NULL);
    sg_suite_add("a seal", test_a_seal, NULL);
    SG_SUITE_ROWS(test_change, changes);
    SG_SUITE_ROWS(test_kind, kinds);
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("more findings and members than have room", test_more_than_has_room, NULL);
    sg_suite_add("the findings of the longest record have room", test_the_longest_record_has_room,
                 NULL);
    SG_SUITE_ROWS(test_string, strings);
    sg_suite_add("every member has a path", test_paths, NULL);
    sg_suite_add("a record with any byte changed is read as by a parser", test_any_byte, NULL);
    return sg_suite_run("audit/test_entry");
}
