/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_service.c - the gateway as a service: what its manager gives and hears, and that it
 * answers while rules load.
 *
 * A load is held where it reads a pack that is a FIFO, a worker where it writes to one that is
 * full: nothing below waits for time to pass.
 */
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include <fcntl.h>
#include <netinet/in.h>
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
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "net/listen.h"

#include "../lib/program.h"
#include "../lib/scene.h"
#include "../lib/suite.h"

#define TEXT "Content-Type: text/plain\r\n"

static const char pack[] =
    "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
    "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}', with: '[TOY]',\n"
    "     tests: ['«toy123»']}\n";
static const char config[] =
    "rules: [toy.yaml]\n"
    "routes:\n"
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent}\n";

static struct sg_scene scene;

static void ask(const char *text, const char *want)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", TEXT, sg_bytes_of(text), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_buf_bytes(&answer.body), want);
    sg_scene_skip(&scene);
    sg_answer_fini(&answer);
}

static unsigned admin_says(const char *target)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_ask(scene.gateway.admin, "GET", target, "", SG_BYTES(""), &answer);
    unsigned status = answer.head.status;
    sg_answer_fini(&answer);
    return status;
}

/* --- a load that takes its time --- */

static void make_fifo(const char *name)
{
    char path[512];
    sg_tempdir_path(&scene.gateway.dir, name, path);
    (void)unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
}

/* Gives the load what it waits for; it has the FIFO open when this returns. */
static void feed(const char *text)
{
    char path[512];
    sg_tempdir_path(&scene.gateway.dir, "toy.yaml", path);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}

static void test_answers_while_loading(void **state)
{
    (void)state;
    size_t at = 0;
    sg_scene_open(&scene, pack, config);
    make_fifo("toy.yaml");
    sg_gateway_signal(&scene.gateway, SIGHUP);
    /* Two rounds: the signal has been taken by the second, whichever came first. */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(admin_says("/healthz"), 200);
        assert_int_equal(admin_says("/readyz"), 200);
        assert_int_equal(sg_gateway_metric(&scene.gateway, "scrubgate_reloads_total"), 0);
        ask("my toy123", "my [TOY]");
    }
    feed(pack);
    sg_gateway_await(&scene.gateway, "\"what\":\"reloaded\"", &at);
    sg_scene_close(&scene);
}

static void test_signals_coalesce(void **state)
{
    (void)state;
    size_t at = 0;
    char path[512];
    sg_scene_open(&scene, pack, config);
    make_fifo("toy.yaml");
    sg_gateway_signal(&scene.gateway, SIGHUP);
    sg_tempdir_path(&scene.gateway.dir, "toy.yaml", path);
    int fd = open(path, O_WRONLY | O_CLOEXEC); /* waits until the load reads */
    assert_true(fd >= 0);
    for (int i = 0; i < 5; i++) {
        sg_gateway_signal(&scene.gateway, SIGHUP);
        assert_int_equal(admin_says("/healthz"), 200);
    }
    assert_int_equal(write(fd, pack, sizeof pack - 1), sizeof pack - 1);
    assert_int_equal(close(fd), 0);
    sg_gateway_await(&scene.gateway, "\"what\":\"reloaded\"", &at);
    feed(pack); /* the one that is left; were there more they would wait here for ever */
    sg_gateway_await(&scene.gateway, "\"what\":\"reloaded\"", &at);
    assert_int_equal(sg_gateway_metric(&scene.gateway, "scrubgate_reloads_total"), 2);
    sg_scene_close(&scene);
}

static void test_drains_while_loading(void **state)
{
    (void)state;
    size_t at = 0;
    char path[512];
    sg_scene_open(&scene, pack, config);
    make_fifo("toy.yaml");
    sg_gateway_signal(&scene.gateway, SIGHUP);
    sg_tempdir_path(&scene.gateway.dir, "toy.yaml", path);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    sg_gateway_signal(&scene.gateway, SIGTERM);
    sg_gateway_await(&scene.gateway, "\"what\":\"draining\"", &at);
    assert_int_equal(write(fd, pack, sizeof pack - 1), sizeof pack - 1);
    assert_int_equal(close(fd), 0);
    sg_gateway_join(&scene.gateway);
    /* What was recorded has happened: the reload, and behind it the stop. */
    free(sg_gateway_record(&scene.gateway, 1, (const char *[]){"\"what\":\"reload\"", NULL}));
    free(sg_gateway_record(&scene.gateway, 2, (const char *[]){"\"what\":\"stop\"", NULL}));
    sg_scene_close(&scene);
}

/* --- scans that take their time --- */

enum { SCANS = 24, SCAN_SIZE = 900 * 1024 };

/* Each of what costs most: findings. */
static void post_scan(struct sg_wire *wire)
{
    struct sg_buf body = {0};
    assert_true(sg_buf_add_text(&body, "{\"text\":\"") >= 0);
    while (body.len < SCAN_SIZE)
        assert_true(sg_buf_add_text(&body, "toy123 and toy456 or toy789 ") >= 0);
    assert_true(sg_buf_add_text(&body, "\"}") >= 0);
    sg_wire_open(wire, scene.gateway.admin);
    sg_wire_say(wire,
                "POST /v1/scrub HTTP/1.1\r\nHost: g\r\nContent-Type: application/json\r\n"
                "Content-Length: %zu\r\n\r\n",
                body.len);
    sg_wire_send(wire, sg_buf_bytes(&body));
    sg_buf_fini(&body);
}

static bool has_answer(const struct sg_wire *wire)
{
    struct pollfd poller = {.fd = wire->fd, .events = POLLIN};
    return poll(&poller, 1, 0) == 1;
}

static void test_answers_while_scanning(void **state)
{
    (void)state;
    struct sg_wire wire[SCANS];
    struct sg_answer answer = {.cut = false};
    size_t waiting = 0, scanned = 0;
    sg_scene_open(&scene, pack, config);
    for (size_t i = 0; i < SCANS; i++)
        post_scan(&wire[i]);
    assert_int_equal(admin_says("/healthz"), 200);
    assert_int_equal(admin_says("/metrics"), 200);
    for (size_t i = 0; i < SCANS; i++)
        waiting += !has_answer(&wire[i]);
    assert_true(waiting > 0); /* or this has shown nothing */
    /* One that nobody waits for any more does no harm. */
    sg_wire_reset(&wire[1]);
    for (size_t i = 0; i < SCANS; i++) {
        if (i == 1)
            continue;
        sg_wire_read(&wire[i], &answer, false);
        assert_true(answer.head.status == 200 || answer.head.status == 503);
        scanned += answer.head.status == 200;
        sg_wire_close(&wire[i]);
    }
    assert_true(scanned > 1); /* more than may wait are turned away */
    sg_answer_fini(&answer);
    sg_scene_close(&scene);
}

/* --- what the manager hears --- */

struct manager {
    int fd;
    char variable[256];
    const char *variables[3];
};

static void manager_open(struct manager *manager, const char *watchdog)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int len = snprintf(to.sun_path, sizeof to.sun_path, "%s/notify", scene.gateway.dir.path);
    assert_true(len > 0 && (size_t)len < sizeof to.sun_path);
    manager->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(manager->fd >= 0);
    assert_int_equal(bind(manager->fd, (struct sockaddr *)&to, sizeof to), 0);
    (void)snprintf(manager->variable, sizeof manager->variable, "NOTIFY_SOCKET=%.200s",
                   to.sun_path);
    manager->variables[0] = manager->variable;
    manager->variables[1] = watchdog;
    manager->variables[2] = NULL;
    scene.gateway.variables = manager->variables;
}

/* The next thing it hears, but for the watchdog's; it has to hold the text. */
static void manager_hears(struct manager *manager, const char *text)
{
    char heard[512];
    do {
        struct pollfd poller = {.fd = manager->fd, .events = POLLIN};
        assert_int_equal(poll(&poller, 1, SG_PATIENCE_MS), 1);
        ssize_t n = recv(manager->fd, heard, sizeof heard - 1, 0);
        assert_true(n > 0);
        heard[n] = '\0';
    } while (strcmp(text, "WATCHDOG=1\n") != 0 && strcmp(heard, "WATCHDOG=1\n") == 0);
    if (strstr(heard, text) == NULL)
        fail_msg("the manager heard %s", heard);
}

/* As sg_scene_open, with what the manager gives. */
static void open_scene_for(struct manager *manager, const char *watchdog)
{
    sg_gateway_init(&scene.gateway);
    sg_tempdir_path(&scene.gateway.dir, "var/audit/log/000000.ndjson", scene.audit_log);
    scene.origin.audit_log = scene.audit_log;
    sg_recorder_start(&scene.origin);
    sg_scene_config(&scene, config);
    sg_tempdir_write(&scene.gateway.dir, "toy.yaml", pack, sizeof pack - 1);
    if (manager != NULL)
        manager_open(manager, watchdog);
}

static void test_manager_hears(void **state)
{
    (void)state;
    struct manager manager;
    struct timespec now;
    char heard[512];
    unsigned long long us = 0;
    open_scene_for(&manager, NULL);
    sg_gateway_start(&scene.gateway);
    manager_hears(&manager, "READY=1\nSTATUS=serving: 1 workers, ");
    sg_gateway_signal(&scene.gateway, SIGHUP);
    ssize_t n = recv(manager.fd, heard, sizeof heard - 1, 0);
    assert_true(n > 0);
    heard[n] = '\0';
    assert_int_equal(sscanf(heard, "RELOADING=1\nMONOTONIC_USEC=%llu\n", &us), 1);
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    assert_true(us > 0 && us / 1000000 <= (unsigned long long)now.tv_sec + 1);
    manager_hears(&manager, "READY=1\nSTATUS=serving: 1 workers, ");
    sg_gateway_signal(&scene.gateway, SIGTERM);
    manager_hears(&manager, "STOPPING=1\nSTATUS=draining");
    sg_gateway_join(&scene.gateway);
    (void)close(manager.fd);
    sg_scene_close(&scene);
}

static void test_watchdog(void **state)
{
    (void)state;
    struct manager manager;
    open_scene_for(&manager, "WATCHDOG_USEC=100000");
    sg_gateway_start(&scene.gateway);
    manager_hears(&manager, "READY=1\n");
    for (int i = 0; i < 3; i++)
        manager_hears(&manager, "WATCHDOG=1\n");
    (void)close(manager.fd);
    sg_scene_close(&scene);
}

/* Whether anything at all was said until now. */
static size_t count_heard(const struct manager *manager)
{
    char heard[512];
    size_t n = 0;
    while (recv(manager->fd, heard, sizeof heard, MSG_DONTWAIT) > 0)
        n++;
    return n;
}

/* A pipe in the place of today's events, with room for a few: the worker hangs where it writes. */
static int block_events(void)
{
    char day[48], path[512];
    time_t now = time(NULL);
    struct tm tm;
    assert_non_null(gmtime_r(&now, &tm));
    assert_true(strftime(day, sizeof day, "var/events/%Y-%m-%d.ndjson", &tm) > 0);
    sg_tempdir_mkdir(&scene.gateway.dir, "var");
    sg_tempdir_mkdir(&scene.gateway.dir, "var/events");
    make_fifo(day);
    sg_tempdir_path(&scene.gateway.dir, day, path);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_SETPIPE_SZ, 4096) >= 0);
    return fd;
}

static void test_watchdog_of_hanging_worker(void **state)
{
    (void)state;
    static const char hangs[] = "\"what\":\"a worker does not turn\",\"worker\":\"0\"";
    struct manager manager;
    struct sg_wire wire;
    char piece[4096];
    size_t at = 0;
    open_scene_for(&manager, "WATCHDOG_USEC=100000");
    int fd = block_events();
    sg_gateway_start(&scene.gateway);
    /* Nobody waits for an answer: it hangs as soon as their events are more than the pipe takes. */
    sg_wire_open(&wire, scene.gateway.port);
    for (int i = 0; i < 60; i++)
        sg_wire_say(&wire, "POST /in/x HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
                           "Content-Length: 9\r\n\r\nmy toy123");
    sg_gateway_await(&scene.gateway, hangs, &at);
    (void)count_heard(&manager);
    sg_gateway_await(&scene.gateway, hangs, &at);
    sg_gateway_await(&scene.gateway, hangs, &at);
    assert_int_equal(count_heard(&manager), 0);
    /* Somebody reads: it goes on, and the manager hears of it. */
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    for (int i = 0; count_heard(&manager) == 0; i++) {
        assert_true(i < SG_PATIENCE_MS);
        if (poll(&poller, 1, 1) == 1)
            assert_true(read(fd, piece, sizeof piece) >= 0);
    }
    sg_wire_close(&wire);
    sg_gateway_stop(&scene.gateway);
    (void)close(fd);
    (void)close(manager.fd);
    sg_scene_close(&scene);
}

/* --- what the manager gives --- */

static int listening_socket(const char *text, char *address, size_t cap)
{
    struct sg_address at;
    int fd = -1;
    assert_true(sg_address_parse(&at, text, NULL) >= 0);
    assert_true(sg_listen_open(&at, false, &fd, NULL) >= 0);
    at.len = sizeof at.storage;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at.storage, &at.len), 0);
    sg_address_print(&at, address, cap);
    return fd;
}

/* A config that names these addresses. */
static void config_for(const char *listens, const char *admin)
{
    char text[2048];
    (void)snprintf(text, sizeof text,
                   "listen: %s\nadmin: %s\nworkers: 2\nstate: var\nrules: [toy.yaml]\nroutes:\n"
                   "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:%u/up/', direction: "
                   "to-agent}\n",
                   listens, admin, scene.origin.port);
    sg_tempdir_write(&scene.gateway.dir, "gateway.yaml", text, strlen(text));
}

static void test_activation(void **state)
{
    (void)state;
    char data[64], admin[64], local[300], listens[400];
    open_scene_for(NULL, NULL);
    (void)snprintf(local, sizeof local, "unix:%.200s/data.sock", scene.gateway.dir.path);
    const int sockets[] = {listening_socket(local, local, sizeof local),
                           listening_socket("127.0.0.1:0", admin, sizeof admin),
                           listening_socket("127.0.0.1:0", data, sizeof data)};
    (void)snprintf(listens, sizeof listens, "[%s, '%s']", data, local);
    config_for(listens, admin);
    scene.gateway.sockets = sockets;
    scene.gateway.n_sockets = 3;
    /* A request that came before the gateway did is answered by it. */
    struct sg_wire early;
    struct sg_answer answer = {.cut = false};
    sg_wire_open(&early, (unsigned)strtoul(strchr(data, ':') + 1, NULL, 10));
    sg_wire_say(&early,
                "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 6\r\n\r\ntoy123");
    sg_gateway_start(&scene.gateway);
    assert_int_equal(scene.gateway.admin, strtoul(strchr(admin, ':') + 1, NULL, 10));
    assert_int_equal(scene.gateway.port, strtoul(strchr(data, ':') + 1, NULL, 10));
    sg_wire_read(&early, &answer, false);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_buf_bytes(&answer.body), "[TOY]");
    sg_scene_skip(&scene);
    ask("my toy123", "my [TOY]");
    sg_answer_fini(&answer);
    sg_wire_close(&early);
    sg_gateway_stop(&scene.gateway);
    for (size_t i = 0; i < 3; i++)
        (void)close(sockets[i]);
    sg_scene_close(&scene);
}

struct bad_row {
    const char *name;
    bool listens; /* the socket given */
    const char *variable;
    const char *what;
};

static const struct bad_row bads[] = {
    {"a socket that no key names", true, NULL, "is named by neither listen nor admin"},
    {"a descriptor that does not listen", false, NULL, "is no listening stream socket"},
    {"a number of sockets that is none", true, "LISTEN_FDS=many",
     "LISTEN_FDS: no number of sockets"},
    {"more sockets than there are", true, "LISTEN_FDS=2", "LISTEN_FDS: descriptor 4 is not open"},
};

static void test_bad_activation(void **state)
{
    const struct bad_row *row = *state;
    const char *const variables[] = {row->variable, NULL};
    char other[64];
    open_scene_for(NULL, NULL);
    const int fd = row->listens ? listening_socket("127.0.0.1:0", other, sizeof other)
                                : socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    scene.gateway.sockets = &fd;
    scene.gateway.n_sockets = 1;
    scene.gateway.variables = variables;
    assert_int_equal(sg_gateway_fails(&scene.gateway), 2);
    if (!sg_holds(sg_buf_bytes(&scene.gateway.log), row->what))
        fail_msg("it said %.*s", (int)scene.gateway.log.len, (const char *)scene.gateway.log.data);
    (void)close(fd);
    sg_scene_close(&scene);
}

/* The variables of a parent that left them behind. */
static void test_activation_of_another(void **state)
{
    (void)state;
    static const char *const variables[] = {"LISTEN_PID=1", NULL};
    char other[64];
    open_scene_for(NULL, NULL);
    const int fd = listening_socket("127.0.0.1:0", other, sizeof other);
    scene.gateway.sockets = &fd;
    scene.gateway.n_sockets = 1;
    scene.gateway.variables = variables;
    sg_gateway_start(&scene.gateway);
    assert_int_not_equal(scene.gateway.port, strtoul(strchr(other, ':') + 1, NULL, 10));
    ask("my toy123", "my [TOY]");
    (void)close(fd);
    sg_scene_close(&scene);
}

int main(void)
{
    sg_suite_add("health, metrics and messages are answered while rules load",
                 test_answers_while_loading, NULL);
    sg_suite_add("SIGHUPs during a load make one more load together", test_signals_coalesce, NULL);
    sg_suite_add("SIGTERM during a load drains, and ends when it is through",
                 test_drains_while_loading, NULL);
    sg_suite_add("health and metrics are answered while the admin port scans",
                 test_answers_while_scanning, NULL);
    sg_suite_add("the manager hears ready, reloading, ready, stopping", test_manager_hears, NULL);
    sg_suite_add("the manager's watchdog hears that it lives", test_watchdog, NULL);
    sg_suite_add("the watchdog hears nothing while a worker hangs", test_watchdog_of_hanging_worker,
                 NULL);
    sg_suite_add("sockets that the manager opened are served, with what waits in them",
                 test_activation, NULL);
    SG_SUITE_ROWS(test_bad_activation, bads);
    sg_suite_add("sockets for another process are left alone", test_activation_of_another, NULL);
    return sg_suite_run("wire: service");
}
