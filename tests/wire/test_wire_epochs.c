/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_epochs.c - a gateway that serves, in its sandbox, while its key of fingerprints is
 * replaced: no message is lost, and what belongs together is not cut.
 *
 * No clock is turned: the gateway begins with a key that lies there for an earlier epoch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/clock.h"
#include "collusion/event_read.h"

#include "../lib/scene.h"
#include "../lib/suite.h"

#define JSON "Content-Type: application/json\r\n"

static struct sg_scene scene;

static const char *const planted[] = {"toy123", NULL};
static const char *const names_in_messages[] = {"anna", "agent-seven", "talk-one", NULL};

static const char pack[] =
    "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
    "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}', with: '[TOY]',\n"
    "     tests: ['«toy123»']}\n";

static const char config[] =
    "rules: [toy.yaml]\n"
    "routes:\n"
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent,\n"
    "     identity: {customer: $.from, agent: $.agent, conversation: $.talk, brand: =acme}}\n";

static void deliver(void)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", JSON,
                SG_BYTES("{\"from\":\"anna\",\"agent\":\"agent-seven\",\"talk\":\"talk-one\","
                         "\"text\":\"my toy123\"}"),
                &answer);
    assert_int_equal(answer.head.status, 200);
    sg_answer_fini(&answer);
    sg_scene_skip(&scene);
}

static void key_name(unsigned long epoch, char name[64])
{
    (void)snprintf(name, 64, "var/fingerprints/epoch-%lu.key", epoch);
}

static bool has_key(unsigned long epoch)
{
    char name[64];
    key_name(epoch, name);
    return sg_tempdir_has(&scene.gateway.dir, name);
}

/* The key of the epoch that is now becomes one of so many epochs ago. Returns the epoch. */
static unsigned long make_older(unsigned long by)
{
    const unsigned long now = (unsigned long)sg_clock_today() / 90;
    char name[64], from[512], to[512];
    sg_gateway_stop(&scene.gateway);
    key_name(now, name);
    sg_tempdir_path(&scene.gateway.dir, name, from);
    key_name(now - by, name);
    sg_tempdir_path(&scene.gateway.dir, name, to);
    assert_int_equal(rename(from, to), 0);
    return now;
}

static bool audit_has(const char *text)
{
    char *log = sg_gateway_audit(&scene.gateway);
    const bool has = strstr(log, text) != NULL;
    free(log);
    return has;
}

/* Response legs have events, too: those of requests are the customer's. */
static bool next_event(char **at, struct sg_collusion_event *event, struct sg_json **json)
{
    for (;;) {
        char *end = *at == NULL ? NULL : strchr(*at, '\n');
        if (end == NULL)
            return false;
        const struct sg_bytes line = {(const uint8_t *)*at, (size_t)(end - *at)};
        *at = end + 1;
        assert_int_equal(sg_collusion_event_read(event, json, line, NULL), SCRUBGATE_OK);
        if (!event->by_agent && event->network != 0)
            return true;
        sg_json_free(*json);
    }
}

static void test_an_epoch_begins(void **state)
{
    struct sg_collusion_event event, first = {.time_ms = 0}, last = {.time_ms = 0};
    struct sg_json *json;
    char name[64], text[64], day[25];
    (void)state;
    const unsigned long now = make_older(1);
    (void)snprintf(text, sizeof text, "\"act\":\"begun\",\"epoch\":%lu", now);
    sg_clock_format(sg_clock_wall_ms(), day);
    (void)snprintf(name, sizeof name, "var/events/%.10s.ndjson", day);
    sg_gateway_start(&scene.gateway);
    deliver();
    while (!audit_has(text))
        deliver();
    /* Workers were told before it was recorded; the next message wakes behind that. */
    deliver();
    deliver();
    sg_gateway_stop(&scene.gateway);
    assert_true(has_key(now) && has_key(now - 1));
    char *events = sg_tempdir_read(&scene.gateway.dir, name, NULL), *at = events;
    while (next_event(&at, &event, &json)) {
        if (event.epoch == now - 1 && first.time_ms == 0)
            first = event;
        if (event.epoch == now)
            last = event;
        sg_json_free(json);
    }
    assert_true(first.time_ms != 0 && last.time_ms != 0);
    assert_true(first.was.customer == 0 && first.was.n_identities == 0);
    assert_true(last.agent == first.agent && first.agent != 0);
    assert_true(last.customer != first.customer && last.was.customer == first.customer);
    assert_true(last.ticket != first.ticket && last.was.ticket == first.ticket);
    assert_true(last.network != first.network && last.was.network == first.network);
    assert_true(last.device != first.device && last.was.device == first.device);
    assert_int_equal(first.n_identities, 1);
    assert_int_equal(last.n_identities, 1);
    assert_true(last.identities[0] != first.identities[0]);
    assert_true(last.was.identities[0] == first.identities[0]);
    free(events);
    sg_gateway_start(&scene.gateway);
    deliver();
}

/* And what is too old ends, under the sandbox too. */
static void test_what_is_old_ends(void **state)
{
    char name[64], path[512], day[25], text[64];
    (void)state;
    const unsigned long now = make_older(2);
    key_name(now - 1, name);
    sg_tempdir_path(&scene.gateway.dir, name, path);
    assert_int_equal(remove(path), 0);
    sg_clock_format((uint64_t)(sg_clock_today() - 1) * 86400000, day);
    (void)snprintf(name, sizeof name, "var/events/%.10s.ndjson", day);
    sg_tempdir_write(&scene.gateway.dir, name, "{\"t\":1}\n", 8);
    sg_tempdir_write(&scene.gateway.dir, "var/events/2020-01-01.ndjson", "{\"t\":1}\n", 8);
    sg_tempdir_write(&scene.gateway.dir, "var/fingerprints/doubt", "1000", 4);
    sg_gateway_start(&scene.gateway);
    (void)snprintf(text, sizeof text, "\"act\":\"destroyed\",\"epoch\":%lu", now - 2);
    free(sg_gateway_record(&scene.gateway, 0, (const char *[]){text, NULL}));
    free(sg_gateway_record(&scene.gateway, 0,
                           (const char *[]){"\"what\":\"expiry\"", "\"count\":1,", NULL}));
    assert_true(has_key(now) && !has_key(now - 2));
    assert_false(sg_tempdir_has(&scene.gateway.dir, "var/events/2020-01-01.ndjson"));
    assert_true(sg_tempdir_has(&scene.gateway.dir, name));
    deliver();
}

static void test_nothing_is_told(void **state)
{
    (void)state;
    sg_gateway_keeps_quiet(&scene.gateway, names_in_messages);
    sg_scene_ends_quietly(&scene, planted);
}

int main(void)
{
    sg_scene_open(&scene, pack, config);
    sg_suite_add("an epoch begins while messages come", test_an_epoch_begins, NULL);
    sg_suite_add("what is old ends beside them", test_what_is_old_ends, NULL);
    sg_suite_add("nothing of a message is told", test_nothing_is_told, NULL);
    int rc = sg_suite_run("wire/epochs");
    sg_scene_close(&scene);
    return rc;
}
