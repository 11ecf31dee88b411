/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_leak.c - ten thousand personal values go through a gateway, in every place a message
 * has, while its disk fails, its rules change and it is killed: none of them stands in anything
 * that it keeps or says.
 *
 * Looked through are all files below its folder (log, tiles, checkpoint, index, keys, rules, acts,
 * events, whatever a crash leaves), standard error, the metrics, /readyz, and what the commands
 * print that read the log. LEAK_VALUES says how many.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/broken_disk.h"
#include "../lib/flood.h"
#include "../lib/planted.h"
#include "../lib/program.h"
#include "../lib/scene.h"
#include "../lib/suite.h"

enum { VALUES = 10000, EACH = SG_PLANTED_KINDS, BROKEN_EVERY = 5 };

static struct sg_scene scene;
static struct sg_planted *planted;
static struct sg_faults *faults;
static size_t values;

static const char config[] =
    "routes:\n"
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent,\n"
    "     identity: {customer: $.from, agent: 'header:X-Agent', conversation: $.talk,\n"
    "     brand: =acme, channel: =web, event: $.kind}}\n"
    "  - {name: shadow, path: /shadow/, upstream: 'http://127.0.0.1:@/up/', mode: shadow,\n"
    "     direction: to-agent, identity: {customer: 'header:X-Customer', conversation: $.talk}}\n";

/* --- messages --- */

static const char *value(size_t n, size_t kind)
{
    return sg_planted_value(planted, (n * EACH + kind) % values);
}

/* A header or a place in the target, by turns; one name each. */
static void place_name(size_t n, struct sg_flood_ask *ask)
{
    static const char *const fields[] = {"X-Agent: %s\r\n",
                                         "User-Agent: %s/1.0\r\n",
                                         "Cookie: name=%s\r\n",
                                         "X-Mail-Of: %s\r\n",
                                         "tracestate: a=%s\r\n",
                                         "Referer: http://shop.example/%s\r\n",
                                         "Scrubgate: verdict=clean, audit=\"%s/1\"\r\n",
                                         "baggage: who=%s\r\n"};
    const size_t turn = n % 10;
    const char *name = value(n, SG_PLANTED_NAME + 2);
    const size_t len = strlen(ask->fields);
    if (turn == 8)
        (void)snprintf(ask->target + strlen(ask->target), 128, "/%s", name);
    else if (turn == 9)
        (void)snprintf(ask->target + strlen(ask->target), 128, "?who=%s&mail=%s", name,
                       value(n, 2));
    else
        (void)snprintf(ask->fields + len, sizeof ask->fields - len, fields[turn], name);
}

static void make_json(size_t n, struct sg_flood_ask *ask)
{
    const char *end = n % BROKEN_EVERY == 0 ? "" : "}"; /* some are no JSON */
    ask->len = (size_t)snprintf(
        ask->body, sizeof ask->body,
        "{\"from\":\"%s\",\"talk\":\"%s\",\"kind\":\"%s\",\"%s\":1,\"who\":\"%s\","
        "\"text\":\"write to %s or %s, call %s, card %s, yours %s\"%s",
        value(n, n % 2 == 0 ? 2 : 4), value(n, SG_PLANTED_NAME + 1), value(n, SG_PLANTED_NAME + 3),
        value(n, SG_PLANTED_NAME + 3), value(n, SG_PLANTED_NAME), value(n, 0), value(n, 1),
        value(n, SG_PLANTED_PHONE), value(n, SG_PLANTED_CARD), value(n, SG_PLANTED_NAME), end);
}

static void make_form(size_t n, struct sg_flood_ask *ask)
{
    ask->len = (size_t)snprintf(
        ask->body, sizeof ask->body, "from=%s&talk=%s&%s=1&text=call %s or %s%s", value(n, 2),
        value(n, SG_PLANTED_NAME + 1), value(n, SG_PLANTED_NAME + 3), value(n, SG_PLANTED_PHONE),
        value(n, 1), n % BROKEN_EVERY == 0 ? "%zz" : "");
}

static void make_multipart(size_t n, struct sg_flood_ask *ask)
{
    const char *name = value(n, SG_PLANTED_NAME + 3);
    ask->len = (size_t)snprintf(
        ask->body, sizeof ask->body,
        "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s.txt\"\r\n"
        "Content-Type: text/plain\r\n\r\n%s, card %s\r\n--%s%s\r\n",
        name, value(n, 1), value(n, SG_PLANTED_NAME), value(n, 0), value(n, SG_PLANTED_CARD), name,
        n % BROKEN_EVERY == 0 ? "" : "--");
}

static void make(size_t n, struct sg_flood_ask *ask)
{
    char type[128] = "application/json";
    (void)snprintf(ask->target, sizeof ask->target, n % 4 == 3 ? "/shadow/x" : "/in/x");
    ask->fields[0] = '\0';
    place_name(n, ask);
    switch (n % 7) {
    case 4:
        (void)snprintf(type, sizeof type, "application/x-www-form-urlencoded");
        make_form(n, ask);
        break;
    case 5:
        (void)snprintf(type, sizeof type, "multipart/form-data; boundary=%s",
                       value(n, SG_PLANTED_NAME + 3));
        make_multipart(n, ask);
        break;
    case 6: /* a type that nobody reads */
        (void)snprintf(type, sizeof type, "text/%s; charset=%s", value(n, SG_PLANTED_NAME),
                       value(n, SG_PLANTED_NAME + 1));
        make_json(n, ask);
        break;
    default:
        make_json(n, ask);
        break;
    }
    const size_t len = strlen(ask->fields);
    (void)snprintf(ask->fields + len, sizeof ask->fields - len,
                   "Content-Type: %s\r\nX-Customer: %s\r\n", type, value(n, 1));
}

/* --- what is looked through --- */

static void look_at_log(void)
{
    struct sg_gateway *gateway = &scene.gateway;
    (void)pthread_mutex_lock(&gateway->lock);
    const struct sg_bytes log = sg_buf_bytes(&gateway->log);
    const char *found = sg_planted_find(planted, log);
    (void)pthread_mutex_unlock(&gateway->lock);
    if (found != NULL)
        fail_msg("standard error holds %s", found);
}

static void look_at_admin(void)
{
    static const char *const pages[] = {"/metrics", "/readyz", "/livez", "/nothing"};
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        struct sg_answer answer = {.cut = false};
        sg_wire_ask(scene.gateway.admin, "GET", pages[i], "", SG_BYTES(""), &answer);
        sg_planted_none_in(planted, pages[i], sg_buf_bytes(&answer.body));
        sg_answer_fini(&answer);
    }
}

/* What reads the log, and prints it for people and programs; `says` is in what it prints. */
static const struct command {
    const char *says;
    const char *args[8];
} commands[] = {
    {"PROVEN", {"audit", "verify", "--vkey", "var/keys/log.vkey", "var/audit"}},
    {"c2sp.org/tlog-proof", {"audit", "prove", "var/audit", "5"}},
    {"\"class_uid\":2006", {"audit", "query", "-f", "ndjson", "var/audit"}},
    {"masked", {"audit", "query", "-f", "table", "var/audit"}},
    {"masked", {"audit", "query", "-f", "csv", "var/audit"}},
    {"\"class_uid\":2006", {"audit", "export", "-f", "ocsf", "var/audit"}},
    {"\"ecs\"", {"audit", "export", "-f", "ecs", "var/audit"}},
    {"CEF:0|", {"audit", "export", "-f", "cef", "--syslog", "var/audit"}},
    {"masked", {"audit", "export", "-f", "csv", "var/audit"}},
    {"",
     {"audit", "report", "-o", "report.html", "var/audit"}}, /* files: looked at with the rest */
    {"{", {"audit", "report", "--json", "var/audit"}},
    {"", {"audit", "reconcile", "var/audit", "gateway.yaml"}},
};

static void look_at_commands(void)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct command *command = &commands[i];
        struct sg_program_run run;
        sg_program_run(&run, scene.gateway.dir.path, command->args, SG_BYTES(""));
        if (run.code > 1 || strstr((const char *)run.out.data, command->says) == NULL)
            fail_msg("%s %s %s ends with %d: %.300s", command->args[1], command->args[2],
                     command->args[3], run.code, (const char *)run.err.data);
        sg_planted_none_in(planted, command->args[1], sg_buf_bytes(&run.out));
        sg_planted_none_in(planted, command->args[1], sg_buf_bytes(&run.err));
        sg_program_run_fini(&run);
    }
    assert_true(sg_tempdir_has(&scene.gateway.dir, "report.html"));
}

/* --- what happens meanwhile --- */

static void mend_disk(void)
{
    sg_broken_disk_set(faults, SG_FAULT_SYNC, 0, 0, 0);
    sg_broken_disk_set(faults, SG_FAULT_WRITE, 0, 0, 0);
}

/* A gateway does not start on a disk that fails: what faults were left are not for it. */
static void start_again(void)
{
    mend_disk();
    look_at_log(); /* the next one's begins empty */
    sg_gateway_start(&scene.gateway);
}

static void kill_it(void *ctx)
{
    (void)ctx;
    sg_gateway_kill(&scene.gateway);
}

/* It would leave a core, were it allowed to. */
static void abort_it(void *ctx)
{
    (void)ctx;
    sg_gateway_signal(&scene.gateway, SIGABRT);
    (void)sg_gateway_end(&scene.gateway);
}

static void abort_writer(void *ctx)
{
    (void)ctx;
    assert_int_equal(kill(sg_gateway_writer(&scene.gateway), SIGABRT), 0);
}

static void reload(bool good)
{
    size_t at = scene.gateway.log.len;
    sg_scene_config(&scene, good ? config : "routes: [{name: in}]\n");
    sg_gateway_signal(&scene.gateway, SIGHUP);
    sg_gateway_await(&scene.gateway, good ? "\"what\":\"reloaded\"" : "\"what\":\"reload refused",
                     &at);
    if (!good)
        sg_scene_config(&scene, config);
}

static void round_of_trouble(struct sg_flood *flood, unsigned n)
{
    void (*meanwhile)(void *) = n % 48 == 7    ? kill_it
                                : n % 48 == 31 ? abort_it
                                : n % 12 == 2  ? abort_writer
                                               : NULL;
    if (n % 6 == 1)
        sg_broken_disk_set(faults, SG_FAULT_SYNC, 3, 2, EIO);
    if (n % 6 == 3)
        sg_broken_disk_set(faults, SG_FAULT_WRITE, 2, 3, ENOSPC);
    sg_flood_round(flood, SG_FLOOD_AT_ONCE, meanwhile, NULL);
    if (meanwhile == kill_it || meanwhile == abort_it)
        start_again();
    if (n % 21 == 4)
        reload(n % 2 == 0);
    if (n % 5 == 0)
        look_at_admin();
}

static void begin(struct sg_flood *flood)
{
    const char *asked = getenv("LEAK_VALUES");
    values = asked == NULL ? VALUES : strtoul(asked, NULL, 10);
    planted = sg_planted_new(values);
    sg_gateway_init(&scene.gateway);
    faults = sg_broken_disk_new(&scene.gateway);
    scene.origin.audit_log = NULL;
    sg_recorder_start(&scene.origin);
    sg_scene_config(&scene, config);
    sg_gateway_start(&scene.gateway);
    sg_flood_begin(flood, &scene, NULL);
    flood->make = make;
}

/* Cards as ids of traces: hex to the letter. */
static void plant_traces(void)
{
    static const char *const forms[] = {
        "%s4bf92f3577b34da6-00f067aa0ba902b7", "a3ce929d0e0e4736%s-00f067aa0ba902b7",
        "0000000000000000%s-00f067aa0ba902b7", "4bf92f3577b34da6a3ce929d0e0e4736-%s"};
    for (size_t i = SG_PLANTED_CARD; i < 20 * EACH; i += 3 * EACH) { /* those without spaces */
        char ids[64], fields[160];
        struct sg_answer answer = {.cut = false};
        struct sg_heard heard;
        (void)snprintf(ids, sizeof ids, forms[i / (3 * EACH) % 4], value(0, i));
        (void)snprintf(fields, sizeof fields,
                       "Content-Type: text/plain\r\ntraceparent: 00-%s-01\r\n", ids);
        sg_wire_ask(scene.gateway.port, "POST", "/in/x", fields, SG_BYTES("hello"), &answer);
        assert_int_equal(answer.head.status, 200);
        sg_answer_fini(&answer);
        sg_recorder_take(&scene.origin, &heard);
        sg_planted_none_in(planted, "traceparent", sg_heard_field(&heard, "traceparent"));
        sg_heard_fini(&heard);
    }
}

static void test_leak(void **state)
{
    static const char *const ours[] = {"gateway.yaml", "faults", NULL};
    struct sg_flood flood;
    (void)state;
    begin(&flood);
    plant_traces();
    for (unsigned n = 0; flood.n * EACH < values; n++)
        round_of_trouble(&flood, n);
    mend_disk();
    sg_flood_round(&flood, 1, NULL, NULL);
    look_at_admin();
    sg_gateway_stop(&scene.gateway);
    look_at_log();
    look_at_commands();
    const size_t bytes = sg_planted_none_below(planted, &scene.gateway.dir, ours);
    print_message("%zu values in %zu requests: %zu answered, %zu refused, %zu turned away, %zu cut "
                  "off; %zu bytes looked through\n",
                  values, flood.n, flood.answered, flood.refused, flood.turned_away, flood.cut,
                  bytes);
    assert_true(bytes > 100 * 1000 && flood.answered > flood.n / 4 && flood.turned_away > 0 &&
                flood.refused > 0 && flood.cut > 0);
    sg_flood_check(&flood);
    /* What this test would say if there were one. */
    sg_tempdir_write(&scene.gateway.dir, "var/audit/log/000000.torn", value(3, 1),
                     strlen(value(3, 1)));
    size_t len;
    char *text = sg_tempdir_read(&scene.gateway.dir, "var/audit/log/000000.torn", &len);
    assert_non_null(sg_planted_find(planted, (struct sg_bytes){(const uint8_t *)text, len}));
    free(text);
    sg_flood_end(&flood);
    sg_planted_free(planted);
    sg_scene_close(&scene);
    sg_broken_disk_free(faults);
}

/* That each kind of value would be seen, and its plain digest too. */
static void test_they_are_found(void **state)
{
    (void)state;
    struct sg_planted *some = sg_planted_new(100);
    for (size_t i = 0; i < 100; i++) {
        char text[128];
        int n =
            snprintf(text, sizeof text, "{\"seq\":%zu,\"x\":\"%s\"}", i, sg_planted_value(some, i));
        const struct sg_bytes bytes = {(const uint8_t *)text, (size_t)n};
        assert_non_null(sg_planted_find(some, bytes));
        assert_null(sg_planted_find(some, (struct sg_bytes){bytes.data, bytes.len - 3}));
    }
    sg_planted_free(some);
}

int main(void)
{
    sg_suite_add("a value of each kind is found where it is", test_they_are_found, NULL);
    sg_suite_add("ten thousand values leave no trace", test_leak, NULL);
    return sg_suite_run("wire/test_wire_leak");
}
