/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_trust.c - one difference between the engines, and every later stream is the reference's.
 *
 * A real auditor writes to a folder of the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/oplog.h"
#include "proxy/trust.h"
#include "rule/ruleset.h"
#include "scan/kernel.h"

#include "../lib/overheard.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { SAMPLE = 7 };

struct world {
    struct sg_tempdir dir;
    struct sg_auditor *auditor;
    struct sg_loop *loop;
    struct sg_audit_port *port;
    struct sg_record_source source;
    struct scrubgate_ruleset rules;
    struct sg_config config;
    struct sg_generation generation;
    struct sg_metrics metrics;
    struct sg_trust trust;
    struct sg_trust_case seen;
    char said[4096]; /* to the operator */
};

static void begin(struct world *world)
{
    static const struct sg_kernel kernel = {.name = "toy-kernel"};
    char audit[512];
    struct scrubgate_fault fault;
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    sg_tempdir_path(&world->dir, "audit", audit);
    assert_int_equal(sg_auditor_start(&world->auditor, audit, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_loop_new(&world->loop), SCRUBGATE_OK);
    assert_int_equal(sg_audit_port_open(&world->port, world->auditor, world->loop), SCRUBGATE_OK);
    world->source = (struct sg_record_source){"test.example/1", "00112233445566778899aabbccddeeff"};
    world->config.recheck = SAMPLE;
    world->rules.kernel = &kernel;
    world->generation.config = &world->config;
    world->generation.rules = &world->rules;
    world->generation.digest = "abcdef";
    world->seen = (struct sg_trust_case){
        .metrics = &world->metrics,
        .audit = world->port,
        .source = &world->source,
        .generation = &world->generation,
        .id = "0011223344556677",
    };
    sg_oplog_init();
}

/* Ends the port, so that what it was given is written; the records, to be freed. */
static char *end(struct world *world)
{
    sg_audit_port_close(world->port);
    sg_auditor_stop(world->auditor);
    char *records = sg_tempdir_has(&world->dir, "audit/log/000000.ndjson")
                        ? sg_tempdir_read(&world->dir, "audit/log/000000.ndjson", NULL)
                        : calloc(1, 1);
    assert_non_null(records);
    sg_loop_free(world->loop);
    sg_tempdir_remove(&world->dir);
    return records;
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        n++;
    return n;
}

static void recheck(struct world *world, bool same)
{
    sg_overheard_begin();
    sg_trust_rechecked(&world->trust, &world->seen, same);
    (void)sg_overheard_end(world->said, sizeof world->said);
}

static struct scrubgate_stream_config choose(const struct world *world)
{
    struct scrubgate_stream_config stream = {.level = 3};
    sg_trust_choose(&world->trust, &world->config, &stream);
    assert_int_equal(stream.level, 3);
    return stream;
}

static void test_the_same_is_counted_and_no_more(void **state)
{
    static struct world world;
    (void)state;
    begin(&world);
    for (int i = 0; i < 3; i++) {
        recheck(&world, true);
        assert_string_equal(world.said, "");
    }
    assert_int_equal(world.metrics.rechecks, 3);
    assert_int_equal(world.metrics.recheck_differences, 0);
    assert_false(sg_trust_lost(&world.trust));
    assert_false(choose(&world).reference);
    assert_int_equal(choose(&world).recheck, SAMPLE);
    char *records = end(&world);
    assert_string_equal(records, "");
    free(records);
}

static void test_a_difference_is_the_end_of_trust(void **state)
{
    static struct world world;
    (void)state;
    begin(&world);
    recheck(&world, false);
    assert_true(sg_trust_lost(&world.trust));
    assert_true(choose(&world).reference);
    assert_int_equal(choose(&world).recheck, 0); /* there is nothing to compare with any more */
    assert_int_equal(world.metrics.rechecks, 1);
    assert_int_equal(world.metrics.recheck_differences, 1);
    assert_int_equal(count(world.said, "\n"), 1);
    assert_int_equal(count(world.said, "\"level\":\"error\""), 1);
    assert_int_equal(count(world.said, "\"kernel\":\"toy-kernel\""), 1);
    assert_int_equal(count(world.said, "\"rules\":\"abcdef\""), 1);
    assert_int_equal(count(world.said, "\"id\":\"0011223344556677\""), 1);
    char *records = end(&world);
    assert_int_equal(count(records, "\"what\":\"engine-distrusted\""), 1);
    assert_int_equal(count(records, "\"new_rules\":\"abcdef\""), 1);
    free(records);
}

static void test_it_is_told_once_and_stays(void **state)
{
    static struct world world;
    (void)state;
    begin(&world);
    recheck(&world, false);
    recheck(&world, false);
    assert_string_equal(world.said, "");
    recheck(&world, true);
    assert_string_equal(world.said, "");
    assert_true(choose(&world).reference);
    assert_int_equal(world.metrics.rechecks, 3);
    assert_int_equal(world.metrics.recheck_differences, 2);
    char *records = end(&world);
    assert_int_equal(count(records, "engine-distrusted"), 1);
    free(records);
}

int main(void)
{
    sg_suite_add("the same is counted, and no more", test_the_same_is_counted_and_no_more, NULL);
    sg_suite_add("a difference is the end of trust", test_a_difference_is_the_end_of_trust, NULL);
    sg_suite_add("it is told once, and stays", test_it_is_told_once_and_stays, NULL);
    return sg_suite_run("proxy/trust");
}
