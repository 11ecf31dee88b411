/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_record_schema.c - every kind of record says who, what, when, how it went, where, to what.
 *
 * One row per kind. A kind that record.h makes and no row has fails too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/record.h"
#include "base/file.h"
#include "base/json.h"

#include "../lib/suite.h"

#define KINDS "gateway/audit/record.h"

static const struct sg_record_source source = {"gateway.example/scrubgate/1",
                                               "00112233445566778899aabbccddeeff"};
static const struct sg_actor person = {SG_ACTOR_USER, 1000};

/* --- one of each, with all that can be known --- */

static enum scrubgate_status decision(struct sg_buf *out)
{
    const struct sg_decision made = {.id = "0123456789abcdef",
                                     .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
                                     .route = "chat-in",
                                     .direction = "to-agent",
                                     .mode = "enforce",
                                     .rules = "1f0e",
                                     .format = "json",
                                     .reason = "",
                                     .facets = {.customer = 1, .network = 2}};
    return sg_record_decision(out, &source, &made);
}

static enum scrubgate_status outcome(struct sg_buf *out)
{
    const struct sg_outcome made = {.id = "0123456789abcdef",
                                    .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
                                    .route = "chat-in",
                                    .status = 200,
                                    .reason = ""};
    return sg_record_outcome(out, &source, &made);
}

static enum scrubgate_status refused(struct sg_buf *out)
{
    const struct sg_refused made = {"overload", 503, 7, 12};
    return sg_record_refused(out, &source, &made);
}

static enum scrubgate_status change_of(struct sg_buf *out, const char *what)
{
    const struct sg_change made = {what, "", "aa", "", "bb", person};
    return sg_record_change(out, &source, &made);
}

static enum scrubgate_status start(struct sg_buf *out)
{
    return change_of(out, "start");
}

static enum scrubgate_status stop(struct sg_buf *out)
{
    return change_of(out, "stop");
}

static enum scrubgate_status resume(struct sg_buf *out)
{
    return change_of(out, "resume");
}

static enum scrubgate_status reload(struct sg_buf *out)
{
    return change_of(out, "reload");
}

static enum scrubgate_status reload_failed(struct sg_buf *out)
{
    return change_of(out, "reload-failed");
}

static enum scrubgate_status seal(struct sg_buf *out)
{
    static const uint8_t mac[SG_SHA256_SIZE] = {1, 2, 3};
    const struct sg_seal made = {.origin = source.instance, .boot = source.boot, .size = 4};
    return sg_record_seal(out, &source, &made, mac);
}

static enum scrubgate_status gap(struct sg_buf *out)
{
    const struct sg_gap made = {"disk-full", 1000, 2000, 3, 4};
    return sg_record_gap(out, &source, &made);
}

static enum scrubgate_status recovery(struct sg_buf *out)
{
    const struct sg_recovery made = {"000001.ndjson", 17, {0xab}};
    return sg_record_recovery(out, &source, &made);
}

static enum scrubgate_status space_low(struct sg_buf *out)
{
    const struct sg_space made = {"low", 10, 100};
    return sg_record_space(out, &source, &made);
}

static enum scrubgate_status space_full(struct sg_buf *out)
{
    const struct sg_space made = {"full", 4, 100};
    return sg_record_space(out, &source, &made);
}

static enum scrubgate_status space_ok(struct sg_buf *out)
{
    const struct sg_space made = {"ok", 60, 100};
    return sg_record_space(out, &source, &made);
}

static enum scrubgate_status prune(struct sg_buf *out)
{
    const struct sg_prune made = {0, 65535, 65536, {{0}}, "retention"};
    return sg_record_prune(out, &source, &made);
}

static enum scrubgate_status hold(struct sg_buf *out)
{
    const struct sg_hold made = {5, true, SG_BYTES("case 17"), person};
    return sg_record_hold(out, &source, &made);
}

static enum scrubgate_status erasure(struct sg_buf *out)
{
    const struct sg_erasure made = {
        5, 1, 2, "conversation", true, SG_BYTES("ticket 9"), SG_BYTES("GDPR 17(1)(b)"), person};
    return sg_record_erasure(out, &source, &made);
}

static enum scrubgate_status erasure_of_nothing(struct sg_buf *out)
{
    const struct sg_erasure made = {
        5, 0, 0, "customer", false, SG_BYTES("ticket 9"), SG_BYTES("GDPR 17(1)(b)"), person};
    return sg_record_erasure(out, &source, &made);
}

static enum scrubgate_status guard(struct sg_buf *out)
{
    const struct sg_guard_act made = {.id = 5,
                                      .act = "order",
                                      .kind = "block",
                                      .done = true,
                                      .order = 12,
                                      .brand = SG_BYTES("atlantica"),
                                      .expires_ms = 1800000000000,
                                      .actor = person};
    return sg_record_guard(out, &source, &made);
}

static enum scrubgate_status guard_forgets(struct sg_buf *out)
{
    const struct sg_guard_act made = {.act = "erase",
                                      .kept = 1,
                                      .by = SG_BYTES("jo"),
                                      .actor = {SG_ACTOR_PEER, 0x1122334455667788}};
    return sg_record_guard(out, &source, &made);
}

static enum scrubgate_status master(struct sg_buf *out)
{
    const struct sg_master made = {1, 2, 40, 3};
    return sg_record_master(out, &source, &made);
}

static enum scrubgate_status epoch_begins(struct sg_buf *out)
{
    return sg_record_epoch(out, &source, &(struct sg_key_epoch){.number = 231});
}

static enum scrubgate_status epoch_ends(struct sg_buf *out)
{
    return sg_record_epoch(out, &source, &(struct sg_key_epoch){.number = 230, .destroyed = true});
}

static enum scrubgate_status expiry(struct sg_buf *out)
{
    return sg_record_expiry(out, &source, &(struct sg_expiry){3, 1767225600000});
}

static enum scrubgate_status act(struct sg_buf *out)
{
    const struct sg_act made = {0,    "reset",   "parties",
                                true, {NULL, 0}, {SG_ACTOR_PEER, 0x1122334455667788}};
    return sg_record_act(out, &source, &made);
}

static enum scrubgate_status restored(struct sg_buf *out)
{
    const struct sg_sketches made = {"sketches-restored", true, "", 7};
    return sg_record_sketches(out, &source, &made);
}

static enum scrubgate_status begun_anew(struct sg_buf *out)
{
    const struct sg_sketches made = {"sketches-restored", false, "damaged", 0};
    return sg_record_sketches(out, &source, &made);
}

static enum scrubgate_status begun(struct sg_buf *out)
{
    const struct sg_sketches made = {"sketches-restored", false, "none", 0};
    return sg_record_sketches(out, &source, &made);
}

static enum scrubgate_status saved(struct sg_buf *out)
{
    const struct sg_sketches made = {"sketches-saved", true, "", 7};
    return sg_record_sketches(out, &source, &made);
}

static enum scrubgate_status guard_anew(struct sg_buf *out)
{
    const struct sg_guard_news made = {"guard-anew", false, 0};
    return sg_record_guard_news(out, &source, &made);
}

static enum scrubgate_status guard_pruned(struct sg_buf *out)
{
    const struct sg_guard_news made = {"guard-pruned", true, 7};
    return sg_record_guard_news(out, &source, &made);
}

static enum scrubgate_status act_failed(struct sg_buf *out)
{
    const struct sg_act made = {0, "reset", "parties", false, SG_BYTES("why"), person};
    return sg_record_act(out, &source, &made);
}

static enum scrubgate_status audit_read(struct sg_buf *out)
{
    const struct sg_audit_read made = {
        5, "query", "log", true, 1, 2, 3, 4, SG_BYTES("ticket 9"), person};
    return sg_record_read(out, &source, &made);
}

/* --- what they must say --- */

struct kind_row {
    const char *name;
    const char *function; /* of record.h */
    enum scrubgate_status (*make)(struct sg_buf *out);
    const char *type_uid;                      /* OCSF 1.4: class_uid * 100 + activity_id */
    const char *user, *result, *object, *what; /* members; what: of "what", NULL: it has none */
    const char *result_is;
};

/* PCI DSS 10.2.2: user, type, time, success or failure, origin, what was affected. Type, time and
 * origin are common to all. A message's user is its facets; an outcome's, those of the decision
 * with its id. A finding's result in OCSF is its action: its status_id means another thing. */
static const struct kind_row kinds[] = {
    {"a decision", "decision", decision, "200601", "facets", "action_id", "route", NULL, "1"},
    {"an outcome", "outcome", outcome, "600399", "id", "status_id", "route", NULL, "1"},
    {"what was turned away", "refused", refused, "400299", "network", "action_id", "object", NULL,
     "2"},
    {"a start", "change", start, "600203", "actor", "status_id", "object", "start", "1"},
    {"a stop", "change", stop, "600204", "actor", "status_id", "object", "stop", "1"},
    {"a log that is written again", "change", resume, "600299", "actor", "status_id", "object",
     "resume", "1"},
    {"a reload", "change", reload, "501901", "actor", "status_id", "object", "reload", "1"},
    {"a failed reload", "change", reload_failed, "501901", "actor", "status_id", "object",
     "reload-failed", "2"},
    {"a seal", "seal", seal, "600299", "actor", "status_id", "object", "seal", "1"},
    {"a gap", "gap", gap, "600299", "actor", "status_id", "object", "gap", "2"},
    {"a recovery", "recovery", recovery, "600299", "actor", "status_id", "object", "recovery", "1"},
    {"little space", "space", space_low, "600299", "actor", "status_id", "object", "space", "1"},
    {"no space", "space", space_full, "600299", "actor", "status_id", "object", "space", "2"},
    {"space again", "space", space_ok, "600299", "actor", "status_id", "object", "space", "1"},
    {"a prune", "prune", prune, "600202", "actor", "status_id", "object", "prune", "1"},
    {"a legal hold", "hold", hold, "600208", "actor", "status_id", "object", "hold", "1"},
    {"an erasure", "erasure", erasure, "600202", "actor", "status_id", "object", "erasure", "1"},
    {"an erasure of what was not there", "erasure", erasure_of_nothing, "600202", "actor",
     "status_id", "object", "erasure", "2"},
    {"an order about an agent", "guard", guard, "600208", "actor", "status_id", "object", "guard",
     "1"},
    {"an agent who is not quite forgotten", "guard", guard_forgets, "600202", "actor", "status_id",
     "object", "guard", "2"},
    {"a new master key", "master", master, "600208", "actor", "status_id", "object", "master", "1"},
    {"a new key of fingerprints", "epoch", epoch_begins, "600208", "actor", "status_id", "object",
     "epoch", "1"},
    {"the end of one", "epoch", epoch_ends, "600202", "actor", "status_id", "object", "epoch", "1"},
    {"events that were old", "expiry", expiry, "600202", "actor", "status_id", "object", "expiry",
     "1"},
    {"sketches that go on", "sketches", restored, "600299", "actor", "status_id", "object",
     "sketches-restored", "1"},
    {"sketches that were damaged", "sketches", begun_anew, "600299", "actor", "status_id", "object",
     "sketches-restored", "2"},
    {"sketches that nobody had yet", "sketches", begun, "600299", "actor", "status_id", "object",
     "sketches-restored", "1"},
    {"sketches that were saved", "sketches", saved, "600299", "actor", "status_id", "object",
     "sketches-saved", "1"},
    {"a guard's file that was gone", "guard_news", guard_anew, "600299", "actor", "status_id",
     "object", "guard-anew", "2"},
    {"what was too old in it", "guard_news", guard_pruned, "600202", "actor", "status_id", "object",
     "guard-pruned", "1"},
    {"an act", "act", act, "600299", "actor", "status_id", "object", "act", "1"},
    {"an act that failed", "act", act_failed, "600299", "actor", "status_id", "object", "act", "2"},
    {"a read of the log", "read", audit_read, "600501", "actor", "status_id", "object",
     "audit-read", "1"},
};

static const char *const common[] = {"seq",      "time",        "mono_ns",  "boot",    "class_uid",
                                     "type_uid", "severity_id", "metadata", "instance"};

static const struct sg_json_node *member(const struct sg_json_node *root, const char *name)
{
    const struct sg_json_node *node = sg_json_get(root, name);
    if (node == NULL)
        fail_msg("no member %s", name);
    /* An empty object tells nobody. */
    if (node->kind == SG_JSON_OBJECT)
        assert_non_null(node->child);
    else
        assert_true(node->text.len > 0);
    return node;
}

static void assert_text(const struct sg_json_node *root, const char *name, const char *want)
{
    assert_string_equal((const char *)member(root, name)->text.data, want);
}

static void test_kind(void **state)
{
    const struct kind_row *row = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf record = {0}, line = {0};
    struct sg_json *json = NULL;
    char class_uid[5] = {0};
    assert_int_equal(row->make(&record), SCRUBGATE_OK);
    assert_true(sg_buf_add_text(&line, "{\"seq\":7,") >= 0 &&
                sg_buf_add_bytes(&line, sg_buf_bytes(&record)) >= 0);
    assert_int_equal(sg_json_parse(&json, sg_buf_bytes(&line), 8, &fault), SCRUBGATE_OK);
    const struct sg_json_node *root = sg_json_root(json);
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        (void)member(root, common[i]);
    memcpy(class_uid, row->type_uid, 4);
    assert_text(root, "class_uid", class_uid);
    assert_text(root, "type_uid", row->type_uid);
    assert_text(root, "instance", source.instance);
    (void)member(root, row->user);
    (void)member(root, row->object);
    assert_text(root, row->result, row->result_is);
    if (row->what != NULL)
        assert_text(root, "what", row->what);
    sg_json_free(json);
    sg_buf_fini(&record);
    sg_buf_fini(&line);
}

/* --- who --- */

struct actor_row {
    const char *name;
    struct sg_actor actor;
    const char *want;
};

static const struct actor_row actors[] = {
    {"nobody but the gateway", {0}, "\"actor\":{\"app\":\"scrubgate\"}"},
    {"a user of this host", {SG_ACTOR_USER, 1000}, "\"actor\":{\"uid\":1000}"},
    {"root is a user too", {SG_ACTOR_USER, 0}, "\"actor\":{\"uid\":0}"},
    {"an address, as a digest",
     {SG_ACTOR_PEER, 0xabcdef},
     "\"actor\":{\"peer\":\"0000000000abcdef\"}"},
};

static void test_actor(void **state)
{
    const struct actor_row *row = *state;
    const struct sg_act made = {0, "reset", "parties", true, {NULL, 0}, row->actor};
    struct sg_buf out = {0};
    assert_int_equal(sg_record_act(&out, &source, &made), SCRUBGATE_OK);
    assert_true(sg_buf_add_byte(&out, '\0') >= 0);
    assert_non_null(strstr((const char *)out.data, row->want));
    sg_buf_fini(&out);
}

static void test_what_was_not_asked_for_is_left_out(void **state)
{
    (void)state;
    const struct sg_audit_read made = {0,          "export", "log",      true,      UINT64_MAX,
                                       UINT64_MAX, 0,        UINT64_MAX, {NULL, 0}, person};
    struct sg_buf out = {0};
    assert_int_equal(sg_record_read(&out, &source, &made), SCRUBGATE_OK);
    assert_true(sg_buf_add_byte(&out, '\0') >= 0);
    static const char *const none[] = {"\"first\"", "\"last\"", "\"from_ms\"", "\"to_ms\"",
                                       "\"why\""};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_null(strstr((const char *)out.data, none[i]));
    sg_buf_fini(&out);
}

/* --- nothing is forgotten --- */

static void test_each_function_that_makes_a_record_has_a_row(void **state)
{
    (void)state;
    static const char mark[] = "sg_record_", taken[] = "(struct sg_buf *out";
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf text = {0};
    size_t found = 0;
    assert_int_equal(sg_file_read(KINDS, &text, &fault), SCRUBGATE_OK);
    assert_true(sg_buf_add_byte(&text, '\0') >= 0);
    for (char *at = strstr((char *)text.data, mark); at != NULL; at = strstr(at + 1, mark)) {
        char *name = at + sizeof mark - 1, *end = strchr(name, '(');
        if (end == NULL || strncmp(end, taken, sizeof taken - 1) != 0 ||
            strcspn(name, " ") < (size_t)(end - name))
            continue;
        size_t i = 0, n = sizeof kinds / sizeof kinds[0];
        *end = '\0';
        while (i < n && strcmp(kinds[i].function, name) != 0)
            i++;
        if (i == n)
            fail_msg("no row for sg_record_%s", name);
        *end = '(';
        found++;
    }
    assert_true(found >= 13);
    sg_buf_fini(&text);
}

int main(void)
{
    SG_SUITE_ROWS(test_kind, kinds);
    SG_SUITE_ROWS(test_actor, actors);
    sg_suite_add("what was not asked for is left out", test_what_was_not_asked_for_is_left_out,
                 NULL);
    sg_suite_add("each function that makes a record has a row",
                 test_each_function_that_makes_a_record_has_a_row, NULL);
    return sg_suite_run("record_schema");
}
