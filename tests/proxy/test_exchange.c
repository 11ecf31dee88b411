/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_exchange.c - how an exchange opens its streams: with the engine that is trusted, and what
 * the live sample says of it goes to the worker. All else of it is asked of the running gateway.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/exchange_inside.h"
#include "proxy/oplog.h"
#include "scan/kernel.h"

#include "../lib/blind.h"
#include "../lib/overheard.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"
#include "../lib/toy.h"

#define FRUIT                                                                                      \
    "  - {id: fruit, title: t, entity: FRUIT, level: 1, match: 'apple', with: '[FRUIT]',\n"        \
    "     tests: ['apple']}\n"

struct world {
    struct sg_exchange x;
    struct sg_worker worker;
    struct sg_tempdir dir;
    struct sg_auditor *auditor;
    struct sg_record_source source;
    struct sg_epoch epoch;
    struct sg_trust trust;
    struct sg_config config;
    struct sg_route route;
    struct sg_generation generation;
    struct sg_headers headers;
    char said[4096];
};

static void begin(struct world *world, unsigned sample)
{
    char audit[512];
    struct scrubgate_fault fault;
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    sg_tempdir_path(&world->dir, "audit", audit);
    assert_int_equal(sg_auditor_start(&world->auditor, audit, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_loop_new(&world->worker.loop), SCRUBGATE_OK);
    assert_int_equal(sg_audit_port_open(&world->worker.audit, world->auditor, world->worker.loop),
                     SCRUBGATE_OK);
    assert_int_equal(scrubgate_scratch_new(&world->worker.scratch), SCRUBGATE_OK);
    world->source = (struct sg_record_source){"test.example/1", "00112233445566778899aabbccddeeff"};
    world->config =
        (struct sg_config){.recheck = sample, .limits = {.held = 65536, .body = 1 << 20}};
    world->route = (struct sg_route){.name = "r", .direction = SCRUBGATE_TO_AGENT, .level = 2};
    world->generation.config = &world->config;
    world->generation.rules = sg_toy_rules(FRUIT);
    world->generation.rules->kernel = sg_kernels[0]; /* as loading does */
    world->generation.digest = "abcdef";
    world->worker.source = &world->source;
    world->x.epoch = &world->epoch;
    world->worker.trust = &world->trust;
    world->x.worker = &world->worker;
    world->x.generation = &world->generation;
    world->x.route = &world->route;
    memcpy(world->x.trace.id, "0011223344556677", 17);
    assert_int_equal(
        sg_headers_add(&world->headers, SG_BYTES("Content-Type"), SG_BYTES("application/json")),
        SCRUBGATE_OK);
    sg_oplog_init();
}

/* Sends a body through the leg to the upstream; it must leave as the reference engine has it. */
static void pass(struct world *world)
{
    struct sg_leg *leg = &world->x.to_upstream;
    sg_overheard_begin();
    sg_exchange_open_relay(&world->x, leg, &world->headers, false);
    (void)sg_relay_push(&leg->relay, SG_BYTES("[\"an apple\",\"a day\"]"), true);
    (void)sg_overheard_end(world->said, sizeof world->said);
    assert_true(leg->relay.done);
    assert_true(
        sg_bytes_equal(sg_relay_ready(&leg->relay), SG_BYTES("[\"an [FRUIT]\",\"a day\"]")));
    sg_relay_clear(&leg->relay);
}

static void end(struct world *world)
{
    sg_audit_port_close(world->worker.audit);
    sg_auditor_stop(world->auditor);
    sg_leg_fini(&world->x.to_upstream);
    sg_loop_free(world->worker.loop);
    scrubgate_scratch_free(world->worker.scratch);
    scrubgate_ruleset_free(world->generation.rules);
    sg_tempdir_remove(&world->dir);
}

static void test_a_sample_that_agrees_is_counted(void **state)
{
    static struct world world;
    (void)state;
    begin(&world, 1);
    pass(&world);
    pass(&world);
    assert_string_equal(world.said, "");
    assert_int_equal(world.worker.metrics.rechecks, 4);
    assert_int_equal(world.worker.metrics.recheck_differences, 0);
    assert_false(sg_trust_lost(&world.trust));
    end(&world);
}

static void test_without_a_sample_nothing_is_compared(void **state)
{
    static struct world world;
    (void)state;
    begin(&world, 0);
    pass(&world);
    assert_int_equal(world.worker.metrics.rechecks, 0);
    end(&world);
}

/* Nothing that should be masked leaves: not in the message that shows the fault, nor in later
 * ones. */
static void test_a_wrong_engine_scans_no_later_message(void **state)
{
    static struct world world;
    (void)state;
    begin(&world, 1);
    sg_blind(world.generation.rules);
    pass(&world);
    assert_non_null(strstr(world.said, "the engines differ"));
    assert_non_null(strstr(world.said, "\"id\":\"0011223344556677\""));
    assert_true(world.worker.metrics.recheck_differences > 0);
    assert_true(sg_trust_lost(&world.trust));
    world.config.recheck = 0; /* as after a reload: it does not bring the trust back */
    pass(&world);
    assert_string_equal(world.said, "");
    end(&world);
}

int main(void)
{
    sg_suite_add("a sample that agrees is counted", test_a_sample_that_agrees_is_counted, NULL);
    sg_suite_add("without a sample nothing is compared", test_without_a_sample_nothing_is_compared,
                 NULL);
    sg_suite_add("a wrong engine scans no later message",
                 test_a_wrong_engine_scans_no_later_message, NULL);
    return sg_suite_run("proxy/exchange");
}
