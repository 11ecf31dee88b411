/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_turned_away.c - what is turned away is recorded in sums, without an address.
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

#include "proxy/turned_away.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define LOG "log/000000.ndjson"

static const struct sg_record_source source = {"gateway.example/scrubgate/1",
                                               "00112233445566778899aabbccddeeff"};
static const struct sg_refusal malformed = {400, "malformed", "two lengths"};
static const struct sg_refusal late = {408, "deadline", "the request took too long to come"};

struct world {
    struct sg_tempdir dir;
    struct sg_auditor *auditor;
    struct sg_loop *loop;
    struct sg_audit_port *port;
    struct sg_facets *facets;
    struct sg_metrics *metrics;
    struct sg_turned_away *away;
};

static int begin(struct world *world)
{
    static const uint8_t key[SG_KEY_SIZE] = {1, 2, 3};
    struct scrubgate_fault fault;
    *world = (struct world){.metrics = calloc(1, sizeof(struct sg_metrics)),
                            .away = calloc(1, sizeof(struct sg_turned_away))};
    sg_tempdir_make(&world->dir);
    assert_int_equal(sg_auditor_start(&world->auditor, world->dir.path, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_loop_new(&world->loop), SCRUBGATE_OK);
    assert_int_equal(sg_audit_port_open(&world->port, world->auditor, world->loop), SCRUBGATE_OK);
    assert_int_equal(sg_facets_new(&world->facets, key), SCRUBGATE_OK);
    sg_turned_away_init(world->away, world->loop, world->facets, world->port, &source,
                        world->metrics);
    return 0;
}

/* Ends all, and answers what is in the log. */
static char *end(struct world *world)
{
    sg_turned_away_fini(world->away);
    sg_audit_port_close(world->port);
    sg_auditor_stop(world->auditor);
    sg_loop_free(world->loop);
    sg_facets_free(world->facets);
    free(world->metrics);
    free(world->away);
    /* Without a record there is no file. */
    char *log =
        sg_tempdir_has(&world->dir, LOG) ? sg_tempdir_read(&world->dir, LOG, NULL) : calloc(1, 1);
    assert_non_null(log);
    sg_tempdir_remove(&world->dir);
    return log;
}

static unsigned lines(const char *log)
{
    unsigned n = 0;
    for (; *log != '\0'; log++)
        n += *log == '\n' ? 1 : 0;
    return n;
}

static void add(struct world *world, uint8_t third, const struct sg_refusal *why)
{
    const uint8_t peer[4] = {203, 0, third, 9};
    sg_turned_away_add(world->away, (struct sg_bytes){peer, sizeof peer}, why);
}

static void test_what_is_alike_is_one_record(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    for (unsigned i = 0; i < 1000; i++)
        add(&world, 1, &malformed);
    add(&world, 1, &late);
    add(&world, 2, &malformed);
    assert_int_equal(atomic_load(&world.metrics->turned_away[0]), 1001);
    char *log = end(&world);
    assert_int_equal(lines(log), 3);
    assert_non_null(strstr(log, "\"class_uid\":4002"));
    assert_non_null(strstr(log, "\"reason\":\"malformed\",\"http_response\":{\"code\":400},"
                                "\"count\":1000,\"network\":\""));
    assert_non_null(strstr(log, "\"reason\":\"deadline\",\"http_response\":{\"code\":408},"
                                "\"count\":1,\"network\":\""));
    free(log);
}

static void test_an_address_is_never_written(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    add(&world, 113, &malformed);
    char *log = end(&world);
    assert_null(strstr(log, "203.0.113"));
    assert_null(strstr(log, "cb007109"));
    free(log);
}

static void test_a_flood_from_everywhere_is_bounded_and_loses_no_count(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    for (unsigned i = 0; i < 200; i++)
        add(&world, (uint8_t)i, &malformed);
    char *log = end(&world);
    char rest[64];
    assert_int_equal(lines(log), SG_TURNED_AWAY_MOST + 1);
    (void)snprintf(rest, sizeof rest, "\"count\":%d}", 200 - SG_TURNED_AWAY_MOST);
    assert_non_null(strstr(log, rest)); /* of many networks: none is named */
    assert_non_null(strstr(log, "\"reason\":\"several\""));
    free(log);
}

static void test_a_second_later_they_are_recorded_without_an_end(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    add(&world, 1, &malformed);
    assert_true(world.away->timer.place != 0);
    sg_timer_cancel(world.loop, &world.away->timer);
    world.away->timer.due(&world.away->timer);
    assert_int_equal(world.away->n, 0);
    add(&world, 1, &malformed);
    char *log = end(&world);
    assert_int_equal(lines(log), 2);
    free(log);
}

static void test_a_peer_without_address_counts_too(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    sg_turned_away_add(world.away, (struct sg_bytes){NULL, 0}, &late);
    char *log = end(&world);
    assert_int_equal(lines(log), 1);
    assert_null(strstr(log, "network"));
    free(log);
}

static void test_none_turned_away_leaves_no_record(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    char *log = end(&world);
    assert_int_equal(lines(log), 0);
    free(log);
}

int main(void)
{
    sg_suite_add("what is alike is one record", test_what_is_alike_is_one_record, NULL);
    sg_suite_add("an address is never written", test_an_address_is_never_written, NULL);
    sg_suite_add("a flood from everywhere is bounded and loses no count",
                 test_a_flood_from_everywhere_is_bounded_and_loses_no_count, NULL);
    sg_suite_add("a second later they are recorded without an end",
                 test_a_second_later_they_are_recorded_without_an_end, NULL);
    sg_suite_add("a peer without address counts too", test_a_peer_without_address_counts_too, NULL);
    sg_suite_add("none turned away leaves no record", test_none_turned_away_leaves_no_record, NULL);
    return sg_suite_run("proxy/test_turned_away");
}
