/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_export.c - a record in the words of others: what they read is what it says.
 *
 * What is written is read back by parsers that share nothing with the writers: yajl, and a reader
 * of CEF below.
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

#include "base/json.h"
#include "cli/export.h"

#include "../lib/made_records.h"
#include "../lib/suite.h"

enum { DEEPEST = 16, PATH_MOST = 128 };

typedef enum scrubgate_status export_add(struct sg_buf *out, const struct sg_export_item *item);

static struct sg_entry entry;

/* One line of a format, and what it was made of. */
struct exported {
    struct sg_buf record, line;
};

static void make(struct exported *exported, export_add *add, enum sg_made_record which)
{
    struct sg_export_item item = {.entry = &entry, .leaf = "00ff"};
    *exported = (struct exported){0};
    sg_made_record(&exported->record, which);
    assert_int_equal(sg_entry_read(&entry, sg_buf_bytes(&exported->record)), SCRUBGATE_OK);
    assert_true(sg_buf_add_text(&item.message, "a message") >= 0);
    assert_true(sg_buf_add_text(&item.rules, "payment.card:2") >= 0);
    assert_true(sg_buf_add_text(&item.entities, "CREDIT_CARD:2") >= 0);
    assert_int_equal(add(&exported->line, &item), SCRUBGATE_OK);
    for (size_t i = 0; i < exported->line.len; i++)
        assert_true(exported->line.data[i] >= ' ' && exported->line.data[i] != 0x7f);
    sg_buf_fini(&item.message);
    sg_buf_fini(&item.rules);
    sg_buf_fini(&item.entities);
}

static void done(struct exported *exported)
{
    sg_buf_fini(&exported->record);
    sg_buf_fini(&exported->line);
}

/* --- JSON --- */

/* "a.b.0.c"; NULL: it is not there. */
static const struct sg_json_node *find(const struct sg_json_node *node, const char *path)
{
    char copy[PATH_MOST];
    assert_true(sg_bytes_to_text(sg_bytes_of(path), copy, sizeof copy));
    for (char *word = strtok(copy, "."); word != NULL && node != NULL; word = strtok(NULL, ".")) {
        if (node->kind == SG_JSON_OBJECT) {
            node = sg_json_get(node, word);
            continue;
        }
        long i = strtol(word, NULL, 10);
        for (node = node->kind == SG_JSON_ARRAY ? node->child : NULL; node != NULL && i > 0; i--)
            node = node->next;
    }
    return node;
}

struct said {
    const char *path, *text; /* NULL: it must not be there */
};

struct row {
    const char *name;
    export_add *add;
    enum sg_made_record which;
    struct said said[16];
};

static const struct row rows[] = {
    {"OCSF: a message that was masked",
     sg_export_ocsf,
     SG_MADE_MASKED,
     {{"class_uid", "2006"},
      {"category_uid", "2"},
      {"type_uid", "200601"},
      {"activity_id", "1"},
      {"time", "1795310761000"},
      {"metadata.version", "1.4.0"},
      {"metadata.sequence", "1"},
      {"metadata.uid", "gateway.example/scrubgate/1/1"},
      {"metadata.profiles.0", "security_control"},
      {"action_id", "4"},
      {"disposition_id", "11"},
      {"finding_info.analytic.uid", "payment.card"},
      {"finding_info.related_analytics.0.uid", "contact.email"},
      {"data_security.detection_system_id", "2"},
      {"unmapped.record_integrity.leaf_hash", "00ff"},
      {"unmapped.facets.identity.0", "00000000000000e1"}}},
    {"OCSF: one that was blocked",
     sg_export_ocsf,
     SG_MADE_BLOCKED,
     {{"action_id", "2"},
      {"disposition_id", "2"},
      {"severity", "Medium"},
      {"finding_info.types.0", "PHONE_NUMBER"},
      {"finding_info.related_analytics", NULL},
      {"data_security.policy.name", "chat-out"},
      {"resources.0.type", "conversation"},
      {"resources.0.uid", "00000000000000a0"},
      {"status_id", NULL}}},
    {"OCSF: one that was refused tells why",
     sg_export_ocsf,
     SG_MADE_REFUSED,
     {{"status_detail", "json: a broken escape at byte 17"},
      {"disposition", "Blocked"},
      {"finding_info.uid", "gateway.example/scrubgate/1/5"},
      {"finding_info.analytic", NULL}}},
    {"OCSF: words from outside stay strings",
     sg_export_ocsf,
     SG_MADE_CLEAN,
     {{"unmapped.queue", "a,b\"c|d=e\\f"},
      {"unmapped.channel", "\x1b[31mred\n\xe2\x80\xae"},
      {"disposition_id", "1"},
      {"metadata.correlation_uid", "0000000000000004"}}},
    {"OCSF: an outcome",
     sg_export_ocsf,
     SG_MADE_CLEAN_ENDED,
     {{"class_uid", "6003"},
      {"category_uid", "6"},
      {"status_id", "2"},
      {"status", "Failure"},
      {"status_detail", "upstream-timeout"},
      {"http_response.code", "504"},
      {"api.operation", "chat-in"},
      {"api.request.uid", "0000000000000004"},
      {"duration", "1"},
      {"actor.app_name", "unknown"},
      {"src_endpoint.name", "unknown"},
      {"unmapped.trace_id", "aaaaaaaaaaaaaaaa0000000000000004"}}},
    {"OCSF: what was turned away",
     sg_export_ocsf,
     SG_MADE_TURNED_AWAY,
     {{"class_uid", "4002"},
      {"count", "17"},
      {"http_response.code", "400"},
      {"src_endpoint.uid", "0000000000000abc"},
      {"dst_endpoint.name", "gateway.example/scrubgate/1"},
      {"action_id", "2"}}},
    {"OCSF: a change of config tells who",
     sg_export_ocsf,
     SG_MADE_RELOAD,
     {{"class_uid", "5019"},
      {"category_uid", "5"},
      {"actor.user.uid", "1000"},
      {"device.type_id", "99"},
      {"state", "reload"},
      {"unmapped.old_rules", "aa"},
      {"unmapped.new_config", "dd"}}},
    {"OCSF: a gap",
     sg_export_ocsf,
     SG_MADE_GAP,
     {{"class_uid", "6002"},
      {"severity", "High"},
      {"activity_id", "99"},
      {"activity_name", "gap"},
      {"actor.app_name", "scrubgate"},
      {"app.name", "scrubgate"},
      {"unmapped.refused", "33"}}},
    {"OCSF: a read of the log",
     sg_export_ocsf,
     SG_MADE_READ,
     {{"class_uid", "6005"},
      {"activity_id", "1"},
      {"databucket.name", "log"},
      {"query_info.name", "query"},
      {"actor.user.uid", "1000"},
      {"unmapped.why", "T-3"},
      {"unmapped.first", "5"}}},
    {"OCSF: a class that nobody knows",
     sg_export_ocsf,
     SG_MADE_STRANGE,
     {{"class_uid", "9001"},
      {"class_name", NULL},
      {"type_uid", "900199"},
      {"unmapped.what", "moonrise"},
      {"unmapped.others.moon", "f\xc3\xbcll"},
      {"unmapped.others.id", "7"},
      {"unmapped.found", NULL}}},
    {"ECS: a message that was masked",
     sg_export_ecs,
     SG_MADE_MASKED,
     {{"@timestamp", "2026-11-22T01:26:01.000Z"},
      {"ecs.version", "8.11.0"},
      {"event.kind", "alert"},
      {"event.category.0", "network"},
      {"event.type.0", "allowed"},
      {"event.action", "masked"},
      {"event.outcome", "success"},
      {"event.sequence", "1"},
      {"event.hash", "00ff"},
      {"rule.id.1", "contact.email"},
      {"rule.category.0", "CREDIT_CARD"},
      {"trace.id", "aaaaaaaaaaaaaaaa0000000000000001"},
      {"transaction.id", "0000000000000001"},
      {"observer.product", "scrubgate"},
      {"scrubgate.found.0.count", "2"},
      {"scrubgate.facets.customer", "00000000000000c1"}}},
    {"ECS: one that was blocked",
     sg_export_ecs,
     SG_MADE_BLOCKED,
     {{"event.type.0", "denied"}, {"event.code", "200601"}}},
    {"ECS: a clean one is no alert", sg_export_ecs, SG_MADE_CLEAN, {{"event.kind", "event"}}},
    {"ECS: an outcome",
     sg_export_ecs,
     SG_MADE_CLEAN_ENDED,
     {{"event.category.0", "web"},
      {"event.outcome", "failure"},
      {"event.reason", "upstream-timeout"},
      {"event.duration", "1234567"},
      {"http.response.status_code", "504"},
      {"rule", NULL}}},
    {"ECS: a change of config tells who",
     sg_export_ecs,
     SG_MADE_RELOAD,
     {{"event.category.0", "configuration"},
      {"event.type.0", "change"},
      {"event.action", "reload"},
      {"user.id", "1000"}}},
    {"ECS: a start", sg_export_ecs, SG_MADE_BEGIN, {{"event.type.0", "start"}, {"user", NULL}}},
    {"ECS: a read of the log",
     sg_export_ecs,
     SG_MADE_READ,
     {{"event.category.0", "database"},
      {"event.type.0", "access"},
      {"scrubgate.command", "query"}}},
    {"ECS: a class that nobody knows",
     sg_export_ecs,
     SG_MADE_STRANGE,
     {{"event.action", "moonrise"}, {"event.outcome", "unknown"}, {"scrubgate.others.id", "7"}}},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct exported exported;
    struct sg_json *json = NULL;
    make(&exported, row->add, row->which);
    /* It refuses a key that comes twice. */
    assert_int_equal(sg_json_parse(&json, sg_buf_bytes(&exported.line), DEEPEST, NULL),
                     SCRUBGATE_OK);
    for (size_t i = 0; i < 16 && row->said[i].path != NULL; i++) {
        const struct sg_json_node *node = find(sg_json_root(json), row->said[i].path);
        const char *is = node == NULL ? NULL : (const char *)node->text.data;
        const char *want = row->said[i].text;
        if ((node == NULL) != (want == NULL) ||
            (want != NULL && (is == NULL || strcmp(is, want) != 0)))
            fail_msg("%s is %s instead of %s", row->said[i].path, is == NULL ? "not there" : is,
                     want == NULL ? "not there" : want);
    }
    sg_json_free(json);
    done(&exported);
}

/* The line itself goes along, so that its leaf hash can be computed again. */
static void test_the_line_goes_along(void **state)
{
    static const struct {
        export_add *add;
        const char *path;
    } formats[] = {{sg_export_ocsf, "raw_data"}, {sg_export_ecs, "event.original"}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        for (int which = 0; which < SG_MADE_RECORDS; which++) {
            struct exported exported;
            struct sg_json *json = NULL;
            make(&exported, formats[i].add, (enum sg_made_record)which);
            assert_int_equal(sg_json_parse(&json, sg_buf_bytes(&exported.line), DEEPEST, NULL),
                             SCRUBGATE_OK);
            const struct sg_json_node *node = find(sg_json_root(json), formats[i].path);
            assert_non_null(node);
            assert_true(sg_bytes_equal(node->text, sg_buf_bytes(&exported.record)));
            sg_json_free(json);
            done(&exported);
        }
    }
}

/* --- CEF --- */

enum { HEADERS = 7, FIELDS = 64, VALUE = 1024 };

struct field {
    char key[32], value[VALUE];
};

struct cef {
    char header[HEADERS][VALUE];
    struct field field[FIELDS];
    size_t n;
};

/* As whoever receives it: up to the next bar that is not escaped. */
static const char *read_header(const char *at, char *to)
{
    while (*at != '|') {
        assert_true(*at != '\0');
        if (*at == '\\')
            at++;
        *to++ = *at++;
    }
    *to = '\0';
    return at + 1;
}

static bool is_key(const char *at)
{
    size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    return len > 0 && at[len] == '=';
}

/* A value ends where a blank and another key follow. */
static const char *read_value(const char *at, char *to)
{
    while (*at != '\0' && !(*at == ' ' && is_key(at + 1))) {
        if (*at == '\\') {
            at++;
            *to++ = *at == 'n' ? '\n' : *at == 'r' ? '\r' : *at;
            at++;
            continue;
        }
        *to++ = *at++;
    }
    *to = '\0';
    return *at == ' ' ? at + 1 : at;
}

static void read_cef(struct cef *cef, const char *line)
{
    cef->n = 0;
    for (size_t i = 0; i < HEADERS; i++)
        line = read_header(line, cef->header[i]);
    while (*line != '\0') {
        struct field *field = &cef->field[cef->n++];
        size_t len = strcspn(line, "=");
        assert_true(cef->n <= FIELDS && len < sizeof field->key && is_key(line));
        memcpy(field->key, line, len);
        field->key[len] = '\0';
        line = read_value(line + len + 1, field->value);
        for (size_t i = 0; i + 1 < cef->n; i++)
            assert_string_not_equal(cef->field[i].key, field->key);
    }
}

static const char *value_of(const struct cef *cef, const char *key)
{
    for (size_t i = 0; i < cef->n; i++) {
        if (strcmp(cef->field[i].key, key) == 0)
            return cef->field[i].value;
    }
    return NULL;
}

struct cef_row {
    const char *name;
    enum sg_made_record which;
    const char *signature, *severity;
    struct said said[12];
};

static const struct cef_row cef_rows[] = {
    {"CEF: a message that was masked",
     SG_MADE_MASKED,
     "payment.card",
     "3",
     {{"rt", "1795310761000"},
      {"externalId", "1"},
      {"deviceExternalId", "gateway.example/scrubgate/1"},
      {"act", "masked"},
      {"cs1", "payment.card:2"},
      {"cs1Label", "rules"},
      {"cs6", "00ff"},
      {"cn1", "3"},
      {"cn1Label", "edits"},
      {"in", "93"},
      {"flexString2", "aaaaaaaaaaaaaaaa0000000000000001"}}},
    {"CEF: one that was blocked", SG_MADE_BLOCKED, "contact.phone", "6", {{"act", "blocked"}}},
    {"CEF: one that was refused",
     SG_MADE_REFUSED,
     "refused",
     "6",
     {{"reason", "json: a broken escape at byte 17"}}},
    {"CEF: an outcome",
     SG_MADE_CLEAN_ENDED,
     "outcome",
     "1",
     {{"outcome", "failure"},
      {"reason", "upstream-timeout"},
      {"cn2", "504"},
      {"cn3", "1"},
      {"act", NULL}}},
    {"CEF: what was turned away", SG_MADE_TURNED_AWAY, "refused", "3", {{"cnt", "17"}}},
    {"CEF: a change of config",
     SG_MADE_RELOAD,
     "reload",
     "1",
     {{"suid", "1000"}, {"flexString1", "bb"}, {"flexString1Label", "rulesDigest"}}},
    {"CEF: a gap", SG_MADE_GAP, "gap", "8", {{"outcome", "failure"}, {"reason", "disk-full"}}},
    {"CEF: a class that nobody knows", SG_MADE_STRANGE, "moonrise", "0", {{"cat", "other"}}},
};

static void test_cef(void **state)
{
    static struct cef cef;
    const struct cef_row *row = *state;
    struct exported exported;
    make(&exported, sg_export_cef, row->which);
    assert_true(sg_buf_add_byte(&exported.line, '\0') >= 0);
    read_cef(&cef, (const char *)exported.line.data);
    assert_string_equal(cef.header[0], "CEF:0");
    assert_string_equal(cef.header[1], "scrubgate");
    assert_string_equal(cef.header[4], row->signature);
    assert_string_equal(cef.header[6], row->severity);
    for (size_t i = 0; i < 12 && row->said[i].path != NULL; i++) {
        const char *is = value_of(&cef, row->said[i].path);
        if (row->said[i].text == NULL)
            assert_null(is);
        else
            assert_string_equal(is, row->said[i].text);
    }
    done(&exported);
}

/* Whatever a record says, it is one event with the fields that it has. */
static void test_cef_of_hostile_words(void **state)
{
    static struct cef cef;
    static const char line[] =
        "{\"seq\":3,\"metadata\":{\"product\":{\"version\":\"1|2\\\\\"}},\"what\":\"a|b\\\\c\\nd\","
        "\"instance\":\"x=1 cs1=y\",\"reason\":\"a=b\\\\ \\nCEF:0|z|\\r act=no\",\"route\":\"=\"}";
    struct sg_export_item item = {.entry = &entry, .leaf = "00ff"};
    struct sg_buf out = {0};
    (void)state;
    assert_int_equal(sg_entry_read(&entry, sg_bytes_of(line)), SCRUBGATE_OK);
    assert_int_equal(sg_export_cef(&out, &item), SCRUBGATE_OK);
    assert_true(sg_buf_add_byte(&out, '\0') >= 0);
    assert_null(strpbrk((char *)out.data, "\r\n"));
    read_cef(&cef, (char *)out.data);
    assert_string_equal(cef.header[3], "1|2\\");
    assert_string_equal(cef.header[4], "a|b\\c d");
    assert_string_equal(value_of(&cef, "reason"), "a=b\\ \nCEF:0|z|\r act=no");
    assert_string_equal(value_of(&cef, "deviceExternalId"), "x=1 cs1=y");
    assert_null(value_of(&cef, "cs1"));
    assert_string_equal(value_of(&cef, "cs4"), "=");
    sg_buf_fini(&out);
}

/* --- syslog --- */

static void test_syslog(void **state)
{
    struct sg_export_item item = {.entry = &entry};
    struct sg_buf record = {0}, out = {0};
    (void)state;
    sg_made_record(&record, SG_MADE_BLOCKED);
    assert_int_equal(sg_entry_read(&entry, sg_buf_bytes(&record)), SCRUBGATE_OK);
    assert_int_equal(sg_export_syslog(&out, &item, SG_BYTES("line\n")), SCRUBGATE_OK);
    assert_int_equal(sg_export_syslog(&out, &item, SG_BYTES("x")), SCRUBGATE_OK);
    assert_true(sg_buf_add_byte(&out, '\0') >= 0);
    assert_string_equal((char *)out.data,
                        "76 <108>1 2026-11-22T01:26:03.000Z gateway.example scrubgate - decision - "
                        "line\n72 <108>1 2026-11-22T01:26:03.000Z gateway.example scrubgate - "
                        "decision - x");
    sg_buf_fini(&record);
    sg_buf_fini(&out);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("OCSF and ECS take the line along", test_the_line_goes_along, NULL);
    SG_SUITE_ROWS(test_cef, cef_rows);
    sg_suite_add("CEF of hostile words is one event", test_cef_of_hostile_words, NULL);
    sg_suite_add("syslog counts octets", test_syslog, NULL);
    return sg_suite_run("cli/test_export");
}
