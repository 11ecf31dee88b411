/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_restart.c - a new gateway takes over from the one that runs: no request fails, none is
 * without its record, and the log is one row of numbers.
 *
 * The last test does it under load, with reloads between. RESTART_REQUESTS, RESTART_RELOADS and
 * RESTART_HANDOVERS set how much of it: `make attack` asks for more.
 */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "net/packet.h"
#include "proxy/echo.h"
#include "proxy/handover.h"

#include "../lib/program.h"
#include "../lib/scene.h"
#include "../lib/suite.h"
#include "../lib/traffic.h"

#define TEXT "Content-Type: text/plain\r\n"

#define PACK(rule, mask)                                                                           \
    "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"                                     \
    "  - {id: " rule ", title: Toy, entity: TOY, level: 1, match: '" rule "\\d{3}',\n"             \
    "     with: '" mask "', tests: ['«" rule "123»']}\n"

static const char pack_of_toys[] = PACK("toy", "[TOY]");
static const char pack_of_boys[] = PACK("boy", "[BOY]");
static const char config[] =
    "rules: [toy.yaml]\n"
    "routes:\n"
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent}\n";

static struct sg_scene scene;

static void ask(struct sg_gateway *gateway)
{
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    sg_wire_ask(gateway->port, "POST", "/in/x", TEXT, SG_BYTES("my toy123"), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_buf_bytes(&answer.body), "my [TOY]");
    sg_recorder_take(&scene.origin, &heard);
    assert_true(heard.recorded);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
}

/* --- the audit log --- */

struct counts {
    size_t lines, to_agent, outcomes, starts, takeovers, stops, reloads, refused;
};

static void count_line(struct counts *counts, const char *line)
{
    char begins[40];
    (void)snprintf(begins, sizeof begins, "{\"seq\":%zu,\"time\":", counts->lines);
    if (strncmp(line, begins, strlen(begins)) != 0)
        fail_msg("line %zu is %.60s", counts->lines, line);
    counts->lines++;
    counts->to_agent += strstr(line, "\"direction\":\"to-agent\"") != NULL;
    counts->outcomes += strstr(line, "\"class_uid\":6003") != NULL;
    counts->starts += strstr(line, "\"what\":\"start\"") != NULL;
    counts->takeovers += strstr(line, "\"what\":\"takeover\"") != NULL;
    counts->stops += strstr(line, "\"what\":\"stop\"") != NULL;
    counts->reloads += strstr(line, "\"what\":\"reload\"") != NULL;
    counts->refused += strstr(line, "\"what\":\"reload-failed\"") != NULL;
}

/* All of the log: its numbers have no gap and none comes twice. */
static struct counts count_log(void)
{
    struct counts counts = {.lines = 0};
    char name[64];
    for (unsigned number = 0;; number++) {
        (void)snprintf(name, sizeof name, "var/audit/log/%06u.ndjson", number);
        if (!sg_tempdir_has(&scene.gateway.dir, name))
            return counts;
        char *text = sg_tempdir_read(&scene.gateway.dir, name, NULL), *rest = NULL;
        for (char *line = strtok_r(text, "\n", &rest); line != NULL;
             line = strtok_r(NULL, "\n", &rest))
            count_line(&counts, line);
        free(text);
    }
}

/* --- one takeover --- */

static void test_takeover(void **state)
{
    (void)state;
    struct sg_gateway next;
    struct sg_wire running;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    size_t at = 0;
    sg_scene_open(&scene, pack_of_toys, config);
    ask(&scene.gateway);
    sg_wire_open(&running, scene.gateway.port);
    sg_wire_say(&running,
                "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 13\r\n\r\ntoy123 ");
    ask(&scene.gateway); /* so the beginning above has been read */
    sg_gateway_init_beside(&next, &scene.gateway);
    next.takes_over = true;
    sg_gateway_start(&next);
    assert_int_equal(next.port, scene.gateway.port);
    assert_int_equal(next.admin, scene.gateway.admin);
    sg_gateway_await(&scene.gateway, "\"what\":\"draining\"", &at);
    ask(&next);
    /* What the old one had begun it ends; the new one records that, before it leaves. */
    sg_wire_say(&running, "toy456");
    sg_wire_read(&running, &answer, false);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_buf_bytes(&answer.body), "[TOY] [TOY]");
    assert_true(sg_wire_ends(&running));
    sg_recorder_take(&scene.origin, &heard);
    assert_true(heard.recorded);
    sg_heard_fini(&heard);
    sg_gateway_join(&scene.gateway);
    ask(&next);
    sg_gateway_stop(&next);
    struct counts counts = count_log();
    assert_int_equal(counts.to_agent, 5);
    assert_int_equal(counts.outcomes, 5);
    assert_int_equal(counts.starts, 1);
    assert_int_equal(counts.takeovers, 1);
    assert_int_equal(counts.stops, 2);
    sg_answer_fini(&answer);
    sg_wire_close(&running);
    sg_gateway_fini(&next);
    sg_scene_close(&scene);
}

struct workers_row {
    const char *name;
    const char *before, *after;
    size_t sockets; /* that listen afterwards */
};

static const struct workers_row workers[] = {
    {"a new one with more workers", "SCRUBGATE_WORKERS=1", "SCRUBGATE_WORKERS=3", 3},
    {"a new one with fewer workers accepts from all sockets", "SCRUBGATE_WORKERS=4",
     "SCRUBGATE_WORKERS=1", 4},
};

/* Sockets that listen on a loopback port: each has a queue of its own. */
static size_t count_listeners(unsigned port)
{
    char line[256], wanted[64];
    size_t n = 0;
    FILE *file = fopen("/proc/net/tcp", "r");
    assert_non_null(file);
    (void)snprintf(wanted, sizeof wanted, " 0100007F:%04X 00000000:0000 0A ", port);
    while (fgets(line, sizeof line, file) != NULL)
        n += strstr(line, wanted) != NULL;
    (void)fclose(file);
    return n;
}

static void test_workers(void **state)
{
    const struct workers_row *row = *state;
    const char *const before[] = {row->before, NULL}, *const after[] = {row->after, NULL};
    struct sg_gateway next;
    sg_gateway_init(&scene.gateway);
    scene.gateway.variables = before;
    sg_tempdir_path(&scene.gateway.dir, "var/audit/log/000000.ndjson", scene.audit_log);
    scene.origin.audit_log = scene.audit_log;
    sg_recorder_start(&scene.origin);
    sg_scene_config(&scene, config);
    sg_tempdir_write(&scene.gateway.dir, "toy.yaml", pack_of_toys, sizeof pack_of_toys - 1);
    sg_gateway_start(&scene.gateway);
    sg_gateway_init_beside(&next, &scene.gateway);
    next.takes_over = true;
    next.variables = after;
    sg_gateway_start(&next);
    sg_gateway_join(&scene.gateway);
    assert_int_equal(count_listeners(next.port), row->sockets);
    for (int i = 0; i < 40; i++) /* each on a connection of its own, to whichever socket */
        ask(&next);
    sg_gateway_stop(&next);
    assert_int_equal(count_log().to_agent, 40);
    sg_gateway_fini(&next);
    sg_scene_close(&scene);
}

static void test_nobody_runs(void **state)
{
    (void)state;
    size_t at = 0;
    sg_gateway_init(&scene.gateway);
    sg_tempdir_path(&scene.gateway.dir, "var/audit/log/000000.ndjson", scene.audit_log);
    scene.origin.audit_log = scene.audit_log;
    sg_recorder_start(&scene.origin);
    sg_scene_config(&scene, config);
    sg_tempdir_write(&scene.gateway.dir, "toy.yaml", pack_of_toys, sizeof pack_of_toys - 1);
    scene.gateway.takes_over = true;
    for (int i = 0; i < 2; i++) { /* the second finds what the killed first one left behind */
        sg_gateway_start(&scene.gateway);
        at = 0;
        sg_gateway_await(&scene.gateway, "no gateway runs to take over from", &at);
        ask(&scene.gateway);
        sg_gateway_kill(&scene.gateway);
    }
    sg_scene_close(&scene);
}

/* --- takeovers that do not come about --- */

/* One that fails must leave the old one as it was. */
static void takes_over_in_vain(struct sg_gateway *next, const char *why)
{
    next->takes_over = true;
    assert_int_not_equal(sg_gateway_fails(next), 0);
    if (!sg_holds(sg_buf_bytes(&next->log), why))
        fail_msg("it said %.*s", (int)next->log.len, (const char *)next->log.data);
    ask(&scene.gateway);
    assert_int_equal(sg_gateway_metric(&scene.gateway, "scrubgate_audit_failures_total"), 0);
}

static void test_takeover_fails(void **state)
{
    (void)state;
    static const char *const elsewhere[] = {"SCRUBGATE_AUDIT_DIR=var/other", NULL};
    struct sg_gateway next;
    char events[512], moved[512];
    size_t at = 0, len;
    sg_scene_open(&scene, pack_of_toys, config);
    ask(&scene.gateway);
    sg_gateway_init_beside(&next, &scene.gateway);
    /* Before anything has changed hands. */
    sg_tempdir_write(&scene.gateway.dir, "toy.yaml", "oops", 4);
    takes_over_in_vain(&next, "toy.yaml:1");
    sg_tempdir_write(&scene.gateway.dir, "toy.yaml", pack_of_toys, sizeof pack_of_toys - 1);
    /* With the log in its hands, which is not the one it wants. */
    next.variables = elsewhere;
    takes_over_in_vain(&next, "the running gateway has another audit log");
    next.variables = NULL;
    sg_gateway_await(&scene.gateway, "the takeover has failed", &at);
    /* With the log, and with a record in it: its workers cannot start. */
    sg_tempdir_path(&scene.gateway.dir, "var/events", events);
    sg_tempdir_path(&scene.gateway.dir, "var/moved", moved);
    assert_int_equal(rename(events, moved), 0);
    sg_tempdir_write(&scene.gateway.dir, "var/events", "", 0);
    takes_over_in_vain(&next, "var/events");
    sg_gateway_await(&scene.gateway, "the takeover has failed", &at);
    assert_int_equal(unlink(events), 0);
    assert_int_equal(rename(moved, events), 0);
    /* It would not know whom the old one knows to be blocked. */
    char *guard = sg_tempdir_read(&scene.gateway.dir, "var/collusion/guard.db", &len);
    sg_tempdir_write(&scene.gateway.dir, "var/collusion/guard.db", "no database", 11);
    takes_over_in_vain(&next, "the running gateway may know what it says");
    sg_gateway_await(&scene.gateway, "the takeover has failed", &at);
    sg_tempdir_write(&scene.gateway.dir, "var/collusion/guard.db", guard, len);
    free(guard);
    /* And the next one that can, does. */
    sg_gateway_start(&next);
    sg_gateway_join(&scene.gateway);
    ask(&next);
    sg_gateway_stop(&next);
    assert_int_equal(count_log().to_agent, 6);
    sg_gateway_fini(&next);
    sg_scene_close(&scene);
}

/* A new gateway whose steps the test takes. */
static int connect_as_new(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int len = snprintf(to.sun_path, sizeof to.sun_path, "%s/var/" SG_HANDOVER_FILE,
                       scene.gateway.dir.path);
    assert_true(len > 0 && (size_t)len < sizeof to.sun_path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_true(sg_packet_send(fd, sg_bytes_of(text), NULL, 0) >= 0);
}

static void hears(int fd, const char *begins)
{
    struct sg_packet packet;
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&poller, 1, SG_PATIENCE_MS), 1);
    assert_int_equal(sg_packet_receive(fd, &packet), SCRUBGATE_OK);
    sg_packet_close(&packet);
    if (strncmp(packet.text, begins, strlen(begins)) != 0)
        fail_msg("it said %.100s", packet.text);
}

static void test_new_one_dies(void **state)
{
    (void)state;
    size_t at = 0;
    sg_scene_open(&scene, pack_of_toys, config);
    /* With the sockets. */
    int fd = connect_as_new();
    say(fd, SG_HANDOVER_ASK);
    hears(fd, SG_HANDOVER_LISTEN);
    hears(fd, SG_HANDOVER_END);
    ask(&scene.gateway);
    (void)close(fd);
    sg_gateway_await(&scene.gateway, "the takeover has failed", &at);
    ask(&scene.gateway);
    /* With the log; what the link had is closed with the packet. */
    fd = connect_as_new();
    say(fd, SG_HANDOVER_ASK);
    hears(fd, SG_HANDOVER_LISTEN);
    hears(fd, SG_HANDOVER_END);
    say(fd, SG_HANDOVER_WANT_LOG);
    hears(fd, "log ");
    ask(&scene.gateway); /* nobody answers on the link: the log comes back by itself */
    (void)close(fd);
    sg_gateway_await(&scene.gateway, "the takeover has failed", &at);
    ask(&scene.gateway);
    sg_gateway_stop(&scene.gateway);
    assert_int_equal(count_log().to_agent, 4);
    sg_scene_close(&scene);
}

static void test_silent_one(void **state)
{
    (void)state;
    size_t at = 0;
    struct sg_packet packet;
    sg_scene_open(&scene, pack_of_toys, config);
    int silent = connect_as_new();
    sg_gateway_await(&scene.gateway, "the other gateway says nothing", &at);
    assert_int_equal(sg_packet_receive(silent, &packet), SCRUBGATE_DONE);
    (void)close(silent);
    int fd = connect_as_new();
    say(fd, SG_HANDOVER_ASK);
    hears(fd, SG_HANDOVER_LISTEN);
    (void)close(fd);
    sg_gateway_stop(&scene.gateway);
    sg_scene_close(&scene);
}

static void test_strangers(void **state)
{
    (void)state;
    struct stat st;
    char path[512];
    sg_scene_open(&scene, pack_of_toys, config);
    sg_tempdir_path(&scene.gateway.dir, "var/" SG_HANDOVER_FILE, path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    int fd = connect_as_new();
    say(fd, "takeover 2\n");
    hears(fd, "refused it speaks another version");
    (void)close(fd);
    /* Two at a time. */
    fd = connect_as_new();
    say(fd, SG_HANDOVER_ASK);
    hears(fd, SG_HANDOVER_LISTEN);
    int other = connect_as_new();
    hears(other, "refused another gateway is taking over");
    (void)close(other);
    /* Steps out of order. */
    hears(fd, SG_HANDOVER_END);
    say(fd, SG_HANDOVER_SERVING);
    hears(fd, "refused it speaks another version");
    (void)close(fd);
    ask(&scene.gateway);
    sg_gateway_stop(&scene.gateway);
    assert_false(sg_tempdir_has(&scene.gateway.dir, "var/" SG_HANDOVER_FILE));
    sg_scene_close(&scene);
}

/* --- while the old one still drains --- */

/* A request of which half has come, to a gateway that another one then takes over from. */
static void begin_and_take_over(struct sg_wire *running, struct sg_gateway *next)
{
    size_t at = 0;
    sg_scene_open(&scene, pack_of_toys, config);
    sg_wire_open(running, scene.gateway.port);
    sg_wire_say(running,
                "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 13\r\n\r\ntoy123 ");
    ask(&scene.gateway);
    sg_gateway_init_beside(next, &scene.gateway);
    next->takes_over = true;
    sg_gateway_start(next);
    sg_gateway_await(&scene.gateway, "\"what\":\"draining\"", &at);
    ask(next);
}

static void end_request(struct sg_wire *running)
{
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    sg_wire_say(running, "toy456");
    sg_wire_read(running, &answer, false);
    assert_int_equal(answer.head.status, 200);
    sg_recorder_take(&scene.origin, &heard);
    assert_true(heard.recorded);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_wire_close(running);
    sg_gateway_join(&scene.gateway);
}

/* Who writes for the old one is gone: it takes the log back. */
struct writer_row {
    const char *name;
    bool killed;
};

static const struct writer_row writers[] = {
    {"the old one writes again when the one that writes for it dies", true},
    {"the old one writes again when the one that writes for it stops", false},
};

static void test_writer_gone(void **state)
{
    const struct writer_row *row = *state;
    struct sg_gateway next;
    struct sg_wire running;
    begin_and_take_over(&running, &next);
    if (row->killed)
        sg_gateway_kill(&next);
    else
        sg_gateway_stop(&next);
    end_request(&running);
    struct counts counts = count_log();
    assert_int_equal(counts.to_agent, 3);
    /* Nobody waits for an outcome: who is killed may not have written the last one. */
    assert_true(counts.outcomes == 3 || (row->killed && counts.outcomes == 2));
    assert_int_equal(counts.stops, row->killed ? 1 : 2);
    sg_gateway_fini(&next);
    sg_scene_close(&scene);
}

/* A third one gets the log when the first is through with it. */
static void test_third(void **state)
{
    (void)state;
    struct sg_gateway next;
    struct sg_wire running;
    size_t at = 0;
    begin_and_take_over(&running, &next);
    int fd = connect_as_new();
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    say(fd, SG_HANDOVER_ASK);
    hears(fd, SG_HANDOVER_LISTEN);
    hears(fd, SG_HANDOVER_END);
    say(fd, SG_HANDOVER_WANT_LOG);
    ask(&next);
    assert_int_equal(poll(&poller, 1, 0), 0);
    end_request(&running);
    hears(fd, "log ");
    (void)close(fd);
    sg_gateway_await(&next, "the takeover has failed", &at);
    ask(&next);
    sg_gateway_stop(&next);
    assert_int_equal(count_log().to_agent, 5);
    sg_gateway_fini(&next);
    sg_scene_close(&scene);
}

/* --- all of it under load --- */

/* One set of rules for a message and for what comes back, never half of each. */
static bool of_one_set(struct sg_bytes body)
{
    return sg_bytes_equal(body, SG_BYTES("[TOY] boy123")) ||
           sg_bytes_equal(body, SG_BYTES("toy123 [BOY]"));
}

static size_t amount(const char *name, size_t usual)
{
    const char *text = getenv(name);
    return text == NULL ? usual : (size_t)strtoul(text, NULL, 10);
}

/* A reload, every tenth time of something that is no pack. */
static void reload(struct sg_gateway *gateway, size_t number)
{
    const char *text = number % 10 == 9  ? "pack: oops\n"
                       : number % 2 == 0 ? pack_of_boys
                                         : pack_of_toys;
    size_t at;
    (void)pthread_mutex_lock(&gateway->lock);
    at = gateway->log.len;
    (void)pthread_mutex_unlock(&gateway->lock);
    sg_tempdir_write(&gateway->dir, "toy.yaml", text, strlen(text));
    sg_gateway_signal(gateway, SIGHUP);
    sg_gateway_await(gateway,
                     number % 10 == 9 ? "\"what\":\"reload refused" : "\"what\":\"reloaded\"", &at);
}

struct plan {
    size_t requests, reloads, handovers;
};

/* Spreads what there is to do over the requests. The last gateway comes back. */
static struct sg_gateway *work_through(struct sg_traffic *traffic, const struct plan *plan,
                                       struct sg_gateway *gateways)
{
    size_t steps = plan->reloads + plan->handovers, done = 0;
    struct sg_gateway *now = &gateways[0];
    for (size_t step = 0; step < steps && atomic_load(&traffic->failed) == 0; step++) {
        sg_traffic_await(traffic, plan->requests * (step + 1) / (steps + 1));
        if (done < plan->handovers && (step + 1) * (plan->handovers + 1) > (done + 1) * steps) {
            struct sg_gateway *next = &gateways[++done];
            sg_tempdir_write(&now->dir, "toy.yaml", pack_of_toys, sizeof pack_of_toys - 1);
            sg_gateway_init_beside(next, &gateways[0]);
            next->takes_over = true;
            next->variables = gateways[0].variables;
            sg_gateway_start(next);
            sg_gateway_join(now);
            now = next;
        } else {
            reload(now, step - done);
        }
    }
    sg_traffic_await(traffic, plan->requests);
    return now;
}

static void test_under_load(void **state)
{
    (void)state;
    static const char *const two_workers[] = {"SCRUBGATE_WORKERS=2", NULL};
    static const struct sg_traffic_talk talk = {"/in/x", "toy123 boy123", of_one_set};
    const struct plan plan = {amount("RESTART_REQUESTS", 5000), amount("RESTART_RELOADS", 20),
                              amount("RESTART_HANDOVERS", 2)};
    struct sg_gateway *gateways = calloc(plan.handovers + 1, sizeof *gateways);
    struct sg_traffic traffic;
    struct sg_echo *echo;
    const char *url;
    struct scrubgate_fault fault;
    assert_non_null(gateways);
    assert_true(sg_echo_open(&echo, "127.0.0.1:0", &url, &fault) >= 0);
    assert_true(sg_echo_start(echo) >= 0);
    sg_gateway_init(&scene.gateway);
    gateways[0] = scene.gateway;
    gateways[0].variables = two_workers;
    sg_gateway_config(&gateways[0],
                      "rules: [toy.yaml]\nroutes:\n"
                      "  - {name: in, path: /in/, upstream: '%s', direction: to-agent}\n",
                      url);
    sg_tempdir_write(&gateways[0].dir, "toy.yaml", pack_of_toys, sizeof pack_of_toys - 1);
    sg_gateway_start(&gateways[0]);
    sg_traffic_start(&traffic, gateways[0].port, &talk);
    struct sg_gateway *last = work_through(&traffic, &plan, gateways);
    sg_traffic_stop(&traffic);
    if (atomic_load(&traffic.failed) > 0)
        fail_msg("%zu of %zu failed; %s", atomic_load(&traffic.failed),
                 atomic_load(&traffic.answered), traffic.why);
    sg_gateway_stop(last);
    struct counts counts = count_log();
    print_message("%zu answered, %zu connections, %zu reloads, %zu refused, %zu takeovers\n",
                  atomic_load(&traffic.answered), atomic_load(&traffic.connections), counts.reloads,
                  counts.refused, counts.takeovers);
    assert_int_equal(counts.to_agent, atomic_load(&traffic.answered));
    assert_int_equal(counts.outcomes, atomic_load(&traffic.answered));
    assert_int_equal(counts.reloads + counts.refused, plan.reloads);
    assert_int_equal(counts.refused, plan.reloads / 10);
    assert_int_equal(counts.takeovers, plan.handovers);
    assert_int_equal(counts.stops, plan.handovers + 1);
    for (size_t i = plan.handovers; i > 0; i--)
        sg_gateway_fini(&gateways[i]);
    sg_gateway_fini(&gateways[0]);
    sg_echo_stop(echo);
    free(gateways);
}

int main(void)
{
    sg_suite_add("takeover: the old one ends what it has begun, the new one goes on", test_takeover,
                 NULL);
    SG_SUITE_ROWS(test_workers, workers);
    sg_suite_add("takeover where nobody runs is a start", test_nobody_runs, NULL);
    sg_suite_add("a takeover that fails leaves the old one as it was", test_takeover_fails, NULL);
    sg_suite_add("a new one that dies on the way leaves the old one as it was", test_new_one_dies,
                 NULL);
    sg_suite_add("who connects and says nothing makes room for others", test_silent_one, NULL);
    sg_suite_add("only who speaks the takeover may take over, one at a time", test_strangers, NULL);
    SG_SUITE_ROWS(test_writer_gone, writers);
    sg_suite_add("a third one waits until the first has drained", test_third, NULL);
    sg_suite_add("reloads and takeovers under load: none failed, none without a record",
                 test_under_load, NULL);
    return sg_suite_run("wire: restart");
}
