/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_attack_crowds.c - more connections than there is room for, by descriptors, by a cap, by one
 * address; and clients who leave in a crowd. Those who are inside are served, and so is everybody
 * afterwards.
 */
#define _GNU_SOURCE /* prlimit */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "../bench/origin.h"
#include "../bench/program.h"
#include "../lib/gateway.h"
#include "../lib/suite.h"

enum { CROWD = 200, INSIDE = 4, SPARE = 40, CAP = 20, PER_ADDRESS = 8, PARKED = 100 };

#define ASK  "GET /small HTTP/1.1\r\nHost: g\r\n\r\n"
#define WAIT "GET /hold HTTP/1.1\r\nHost: g\r\n\r\n"
#define GONE "scrubgate_failures_total{reason=\"client-gone\"}"

static struct sg_gateway gateway;
static struct origin *origin;

/* --- clients ---------------------------------------------------------------------------------- */

/* From 127.0.0.n. */
static struct sg_wire dial_from(unsigned n)
{
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
    struct sg_wire wire = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + n - 1);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((uint16_t)gateway.port);
    assert_true(wire.fd >= 0);
    assert_int_equal(bind(wire.fd, (struct sockaddr *)&from, sizeof from), 0);
    assert_int_equal(connect(wire.fd, (struct sockaddr *)&to, sizeof to), 0);
    return wire;
}

/* The status of its next answer; 0: cut without one. */
static unsigned status_of(struct sg_wire *wire)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_read(wire, &answer, false);
    unsigned status = answer.cut ? 0 : answer.head.status;
    sg_answer_fini(&answer);
    return status;
}

static unsigned ask(struct sg_wire *wire)
{
    return sg_wire_try(wire, SG_BYTES(ASK)) ? status_of(wire) : 0;
}

static bool has_heard(const struct sg_wire *wire)
{
    struct pollfd look = {wire->fd, POLLIN, 0};
    return poll(&look, 1, 0) > 0;
}

static void hang_up(struct sg_wire *wires, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sg_wire_close(&wires[i]);
}

/* Somebody new is served again, sooner or later. */
static void check_recovers(void)
{
    unsigned status = 0;
    for (int ms = 0; status != 200 && ms < SG_PATIENCE_MS; ms++) {
        struct sg_wire wire = dial_from(1);
        status = ask(&wire);
        sg_wire_close(&wire);
        if (status != 200)
            (void)poll(NULL, 0, 1);
    }
    assert_int_equal(status, 200);
}

static void check_health(void)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_ask(gateway.admin, "GET", "/healthz", "", SG_BYTES(""), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_answer_fini(&answer);
}

/* --- the stage -------------------------------------------------------------------------------- */

static void open_stage(const char *limits)
{
    static const char pack[] =
        "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
        "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}',\n"
        "     with: '[TOY]', tests: ['«toy123»']}\n";
    const struct origin_service services[] = {
        {.path = "/small", .way = ORIGIN_ANSWERS, .gives = text_of("fine")},
        {.path = "/hold", .way = ORIGIN_HOLDS, .gives = text_of("fine")},
    };
    uint16_t port = 0;
    origin = origin_start(&port, services, sizeof services / sizeof services[0], -1);
    sg_gateway_init(&gateway);
    sg_tempdir_write(&gateway.dir, "toy.yaml", pack, sizeof pack - 1);
    sg_gateway_config(&gateway,
                      "rules: [toy.yaml]\n"
                      "limits: {%s}\n"
                      "routes:\n"
                      "  - {name: all, path: /, upstream: 'http://127.0.0.1:%u/',\n"
                      "     direction: to-agent, request: scrub, response: pass}\n",
                      limits, port);
    sg_gateway_start(&gateway);
}

static void close_stage(void)
{
    sg_gateway_fini(&gateway);
    origin_stop(origin);
}

/* --- descriptors ------------------------------------------------------------------------------ */

static unsigned descriptors(void)
{
    char path[64];
    unsigned n = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)gateway.pid);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return 0; /* it is not dumpable, and we are not root */
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir))
        n += entry->d_name[0] != '.';
    (void)closedir(dir);
    return n;
}

/* From now on it has so many descriptors more than it uses. */
static void limit_descriptors(unsigned spare)
{
    const unsigned usual = 64;
    unsigned now = descriptors();
    struct rlimit limit;
    assert_int_equal(prlimit(gateway.pid, RLIMIT_NOFILE, NULL, &limit), 0);
    limit.rlim_cur = (now > 0 ? now : usual) + spare;
    assert_int_equal(prlimit(gateway.pid, RLIMIT_NOFILE, &limit, NULL), 0);
}

static void without_descriptors(void **state)
{
    (void)state;
    static struct sg_wire inside[INSIDE], crowd[CROWD];
    size_t turned_away = 0, served = 0;
    open_stage("connections: 10000");
    limit_descriptors(SPARE);
    for (size_t i = 0; i < INSIDE; i++) {
        inside[i] = dial_from(1);
        assert_int_equal(ask(&inside[i]), 200);
    }
    for (size_t i = 0; i < CROWD; i++)
        crowd[i] = dial_from(1);
    for (size_t i = 0; i < CROWD; i++) { /* none is left without an answer */
        unsigned status = ask(&crowd[i]);
        served += status == 200;
        turned_away += status == 503 || status == 0;
    }
    assert_int_equal(served + turned_away, CROWD);
    assert_true(served > 0 && turned_away >= CROWD - SPARE);
    for (size_t i = 0; i < INSIDE; i++)
        assert_int_equal(ask(&inside[i]), 200);
    hang_up(crowd, CROWD);
    check_recovers();
    for (size_t i = 0; i < INSIDE; i++)
        assert_int_equal(ask(&inside[i]), 200);
    hang_up(inside, INSIDE);
    check_health();
    close_stage();
}

/* --- caps ------------------------------------------------------------------------------------- */

static void over_the_cap(void **state)
{
    (void)state;
    static struct sg_wire crowd[CROWD];
    size_t inside = 0;
    open_stage("connections: 20");
    for (size_t i = 0; i < CROWD; i++) {
        crowd[i] = dial_from(1);
        sg_wire_send(&crowd[i], SG_BYTES(ASK));
    }
    while (inside < CAP) { /* in the order in which they came */
        assert_int_equal(status_of(&crowd[inside]), 200);
        inside++;
    }
    check_health();
    assert_int_equal(ask(&crowd[0]), 200); /* the loop has turned meanwhile */
    assert_false(has_heard(&crowd[CROWD - 1]));
    /* Each that leaves lets the next one in. */
    for (size_t i = 0; i + CAP < CROWD; i++) {
        sg_wire_close(&crowd[i]);
        assert_int_equal(status_of(&crowd[i + CAP]), 200);
    }
    hang_up(&crowd[CROWD - CAP], CAP);
    check_recovers();
    close_stage();
}

static void from_one_address(void **state)
{
    (void)state;
    static struct sg_wire inside[PER_ADDRESS], crowd[CROWD];
    struct sg_wire other;
    open_stage("per_address: 8");
    for (size_t i = 0; i < PER_ADDRESS; i++) {
        inside[i] = dial_from(1);
        assert_int_equal(ask(&inside[i]), 200);
    }
    for (size_t i = 0; i < CROWD; i++) {
        crowd[i] = dial_from(1);
        unsigned status = status_of(&crowd[i]); /* told before it asks */
        assert_int_equal(status, 503);
        assert_true(sg_wire_ends(&crowd[i]));
    }
    other = dial_from(2);
    assert_int_equal(ask(&other), 200);
    for (size_t i = 0; i < PER_ADDRESS; i++)
        assert_int_equal(ask(&inside[i]), 200);
    assert_int_equal(
        sg_gateway_metric(&gateway, "scrubgate_turned_away_total{reason=\"overload\"}"), CROWD);
    hang_up(crowd, CROWD);
    sg_wire_close(&inside[0]);
    check_recovers();
    hang_up(&inside[1], PER_ADDRESS - 1);
    sg_wire_close(&other);
    close_stage();
}

/* --- leaving ---------------------------------------------------------------------------------- */

static void await_held(unsigned n)
{
    for (int ms = 0; origin_held(origin) != n; ms++) {
        assert_true(ms < SG_PATIENCE_MS);
        (void)poll(NULL, 0, 1);
    }
}

static void leave(void (*how)(struct sg_wire *wire))
{
    static struct sg_wire crowd[PARKED];
    uint64_t before = sg_gateway_metric(&gateway, GONE);
    size_t records = sg_gateway_records(&gateway);
    for (size_t i = 0; i < PARKED; i++) {
        crowd[i] = dial_from(1);
        sg_wire_send(&crowd[i], SG_BYTES(WAIT));
    }
    await_held(PARKED);
    for (size_t i = 0; i < PARKED; i++)
        how(&crowd[i]);
    await_held(0); /* the origin has seen that nobody waits for it */
    for (int ms = 0; sg_gateway_metric(&gateway, GONE) - before < PARKED; ms++)
        assert_true(ms < SG_PATIENCE_MS);
    /* Of each, what was said and what became of it. */
    free(sg_gateway_record(&gateway, records + 2 * PARKED - 1,
                           (const char *const[]){"\"seq\":", NULL}));
    free(sg_gateway_record(&gateway, records,
                           (const char *const[]){"\"class_uid\":6003", "client-gone", NULL}));
}

static void a_parked_crowd_leaves(void **state)
{
    (void)state;
    open_stage("idle_time: 60m");
    leave(sg_wire_reset);
    leave(sg_wire_close);
    check_recovers();
    close_stage();
}

int main(void)
{
    sg_suite_add("without descriptors those inside are served", without_descriptors, NULL);
    sg_suite_add("over the cap of connections the others wait", over_the_cap, NULL);
    sg_suite_add("over the cap of an address the others are turned away", from_one_address, NULL);
    sg_suite_add("a parked crowd that leaves ends its calls", a_parked_crowd_leaves, NULL);
    return sg_suite_run("attack: crowds");
}
