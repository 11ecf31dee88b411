/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_erase.c - names in the log of a running gateway hold within a conversation, until its
 * key is destroyed beside it; that is recorded, and the log is still what was written.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/acts.h"

#include "../lib/program.h"
#include "../lib/scene.h"
#include "../lib/suite.h"

#define JSON "Content-Type: application/json\r\n"

static struct sg_scene scene;

static const char *const planted[] = {"toy123", NULL};
static const char *const names_in_messages[] = {"anna", "talk-one", "talk-two", NULL};

static const char pack[] =
    "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
    "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}', with: '[TOY]',\n"
    "     tests: ['«toy123»']}\n";

static const char config[] =
    "rules: [toy.yaml]\n"
    "routes:\n"
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent,\n"
    "     identity: {customer: $.from, conversation: $.talk, brand: =acme}}\n";

struct names {
    char customer[17], conversation[17];
};

static void copy_name(const char *record, const char *key, char name[17])
{
    const char *at = strstr(record, key);
    name[0] = '\0';
    if (at != NULL)
        memcpy(name, at + strlen(key), 16);
    name[16] = '\0';
}

/* One message, delivered; what its record calls who took part. */
static struct names deliver(const char *talk)
{
    char text[200];
    struct names names;
    struct sg_answer answer = {.cut = false};
    size_t from = sg_gateway_records(&scene.gateway);
    (void)snprintf(text, sizeof text, "{\"from\":\"anna\",\"talk\":\"%s\",\"text\":\"my toy123\"}",
                   talk);
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", JSON, sg_bytes_of(text), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_answer_fini(&answer);
    sg_scene_skip(&scene);
    char *record =
        sg_gateway_record(&scene.gateway, from, (const char *[]){"\"class_uid\":2006", NULL});
    copy_name(record, "\"customer\":\"", names.customer);
    copy_name(record, "\"conversation\":\"", names.conversation);
    assert_int_equal(strlen(names.customer), 16);
    free(record);
    return names;
}

static void command(const char *const args[], const char *in, int code, struct sg_buf *out)
{
    struct sg_program_run run;
    sg_program_run(&run, scene.gateway.dir.path, args, sg_bytes_of(in));
    if (run.code != code)
        fail_msg("exit %d: %s%s", run.code, (const char *)run.out.data, (const char *)run.err.data);
    if (out != NULL)
        sg_buf_move(out, &run.out);
    sg_program_run_fini(&run);
}

static void test_names_hold_within_a_conversation(void **state)
{
    (void)state;
    struct names one = deliver("talk-one"), again = deliver("talk-one"), two = deliver("talk-two");
    assert_string_equal(one.customer, again.customer);
    assert_string_equal(one.conversation, again.conversation);
    assert_string_not_equal(one.customer, two.customer);
    assert_string_not_equal(one.conversation, two.conversation);
    assert_string_not_equal(one.customer, one.conversation);
}

static void test_a_command_tells_what_a_conversation_is_called(void **state)
{
    (void)state;
    struct sg_buf out = {0};
    char who[32];
    struct names one = deliver("talk-one");
    size_t from = sg_gateway_records(&scene.gateway);
    command((const char *[]){"audit", "pseudonym", "-c", "gateway.yaml", "--conversation", "-",
                             "--why", "ticket-9", NULL},
            "talk-one\n", 0, &out);
    assert_memory_equal(out.data, one.conversation, 16);
    (void)snprintf(who, sizeof who, "\"actor\":{\"uid\":%u}", (unsigned)geteuid());
    free(sg_gateway_record(&scene.gateway, from,
                           (const char *[]){"\"what\":\"audit-read\"", "\"why\":\"ticket-9\"",
                                            "\"command\":\"pseudonym\"", who, NULL}));
    sg_buf_fini(&out);
}

static void test_what_is_erased_is_named_no_more(void **state)
{
    (void)state;
    static const char *const erase[] = {"audit",          "erase",    "-c",          "gateway.yaml",
                                        "--conversation", "talk-one", "--requester", "ticket-9",
                                        "--basis",        "GDPR 17",  NULL};
    char pseudonym[64];
    struct names one = deliver("talk-one"), two = deliver("talk-two");
    size_t from = sg_gateway_records(&scene.gateway);
    command(erase, "", 0, NULL);
    (void)snprintf(pseudonym, sizeof pseudonym, "\"pseudonym\":\"%s\"", one.conversation);
    free(sg_gateway_record(&scene.gateway, from,
                           (const char *[]){"\"what\":\"erasure\"", "\"status_id\":1", pseudonym,
                                            "\"requester\":\"ticket-9\"", "\"basis\":\"GDPR 17\"",
                                            NULL}));
    command((const char *[]){"audit", "pseudonym", "-c", "gateway.yaml", "--conversation",
                             "talk-one", NULL},
            "", 1, NULL);
    struct names later = deliver("talk-one"), other = deliver("talk-two");
    assert_string_not_equal(later.customer, one.customer);
    assert_string_not_equal(later.conversation, one.conversation);
    assert_string_equal(other.customer, two.customer);
    assert_string_equal(other.conversation, two.conversation);
}

static void test_an_erasure_of_nobody_is_recorded_as_that(void **state)
{
    (void)state;
    size_t from = sg_gateway_records(&scene.gateway);
    command((const char *[]){"audit", "erase", "-c", "gateway.yaml", "--customer", "nobody",
                             "--requester", "ticket-9", "--basis", "GDPR 17", NULL},
            "", 1, NULL);
    free(sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){"\"what\":\"erasure\"", "\"status_id\":2", "\"customer\"", NULL}));
}

static void test_without_a_record_nothing_is_erased(void **state)
{
    (void)state;
    struct names one = deliver("talk-one");
    command((const char *[]){"audit", "erase", "-c", "gateway.yaml", "--audit", "nowhere",
                             "--conversation", "talk-one", "--requester", "ticket-9", "--basis",
                             "GDPR 17", NULL},
            "", 1, NULL);
    /* Nor where a note seems to have its place, and finds no room when it is made. */
    sg_tempdir_mkdir(&scene.gateway.dir, "blind");
    sg_tempdir_write(&scene.gateway.dir, "blind/acts", "", 0);
    char path[512];
    sg_tempdir_path(&scene.gateway.dir, "blind/acts", path);
    assert_int_equal(chmod(path, 0700), 0);
    command((const char *[]){"audit", "erase", "-c", "gateway.yaml", "--audit", "blind",
                             "--conversation", "talk-one", "--requester", "ticket-9", "--basis",
                             "GDPR 17", NULL},
            "", 1, NULL);
    struct names again = deliver("talk-one");
    assert_string_equal(one.conversation, again.conversation);
}

static void test_over_a_restart_and_an_erasure_meanwhile(void **state)
{
    (void)state;
    struct names one = deliver("talk-one"), two = deliver("talk-two");
    sg_gateway_stop(&scene.gateway);
    command((const char *[]){"audit", "erase", "-c", "gateway.yaml", "--conversation", "talk-two",
                             "--requester", "ticket-10", "--basis", "GDPR 17", NULL},
            "", 0, NULL);
    size_t from = sg_gateway_records(&scene.gateway);
    sg_gateway_start(&scene.gateway);
    free(sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){"\"what\":\"erasure\"", "\"requester\":\"ticket-10\"", NULL}));
    struct names again = deliver("talk-one"), other = deliver("talk-two");
    assert_string_equal(one.conversation, again.conversation);
    assert_string_not_equal(two.conversation, other.conversation);
}

/* The writer sorts them, in its sandbox. */
static void test_many_notes_at_once(void **state)
{
    enum { NOTES = 60 };
    char dir[512];
    (void)state;
    sg_tempdir_path(&scene.gateway.dir, "var/audit", dir);
    sg_gateway_stop(&scene.gateway);
    for (int i = 0; i < NOTES; i++) {
        const struct sg_act_note note = {
            .kind = SG_ACT_READ,
            .of.read = {.command = "query",
                        .object = "log",
                        .done = true,
                        .last = UINT64_MAX,
                        .to_ms = UINT64_MAX,
                        .why = sg_bytes_of(i + 1 < NOTES ? "ticket-1" : "ticket-last")}};
        assert_int_equal(sg_acts_leave(dir, &note, NULL), SCRUBGATE_OK);
    }
    size_t from = sg_gateway_records(&scene.gateway);
    sg_gateway_start(&scene.gateway);
    free(sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){"\"what\":\"audit-read\"", "\"why\":\"ticket-last\"", NULL}));
}

static void test_the_log_is_what_was_written(void **state)
{
    (void)state;
    struct sg_buf out = {0};
    sg_gateway_keeps_quiet(&scene.gateway, names_in_messages);
    sg_scene_ends_quietly(&scene, planted);
    command((const char *[]){"audit", "verify", "var/audit", NULL}, "", 0, &out);
    assert_non_null(strstr((const char *)out.data, "PROVEN"));
    sg_buf_fini(&out);
}

int main(void)
{
    sg_scene_open(&scene, pack, config);
    sg_suite_add("names hold within a conversation", test_names_hold_within_a_conversation, NULL);
    sg_suite_add("a command tells what a conversation is called",
                 test_a_command_tells_what_a_conversation_is_called, NULL);
    sg_suite_add("what is erased is named no more, others are",
                 test_what_is_erased_is_named_no_more, NULL);
    sg_suite_add("an erasure of nobody is recorded as that",
                 test_an_erasure_of_nobody_is_recorded_as_that, NULL);
    sg_suite_add("what could not be recorded is not erased",
                 test_without_a_record_nothing_is_erased, NULL);
    sg_suite_add("names outlive a restart, and not an erasure meanwhile",
                 test_over_a_restart_and_an_erasure_meanwhile, NULL);
    sg_suite_add("many notes at once are recorded", test_many_notes_at_once, NULL);
    sg_suite_add("the log is still what was written", test_the_log_is_what_was_written, NULL);
    int rc = sg_suite_run("wire/erase");
    sg_scene_close(&scene);
    return rc;
}
