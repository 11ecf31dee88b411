/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rig.c - what a value is scanned with goes round: to the scanner whose value is open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "scan/scratch.h"

#include "../lib/suite.h"
#include "../lib/toy.h"

#define RULES                                                                                      \
    "  - {id: a, title: t, entity: TOY, level: 1, match: 'catfish', with: '<a>', "                 \
    "tests: [{todo: x}]}\n"

enum { MESSAGES = 8 };

struct world {
    struct scrubgate_ruleset *rules;
    struct scrubgate_scratch *scratch;
    struct sg_scanner *scanners[MESSAGES];
};

static void begin(struct world *world)
{
    const struct sg_scan_config config = {.level = 1, .max_held = 4096};
    world->rules = sg_toy_rules(RULES);
    assert_int_equal(scrubgate_scratch_new(&world->scratch), SCRUBGATE_OK);
    for (size_t i = 0; i < MESSAGES; i++)
        assert_int_equal(sg_scanner_new(&world->scanners[i], world->rules, world->scratch, &config),
                         SCRUBGATE_OK);
}

static void end(struct world *world)
{
    for (size_t i = 0; i < MESSAGES; i++)
        sg_scanner_free(world->scanners[i]);
    scrubgate_scratch_free(world->scratch);
    scrubgate_ruleset_free(world->rules);
}

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    (void)start;
    return sg_buf_add_bytes(ctx, text);
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t stop,
                                  struct sg_bytes replacement)
{
    (void)start;
    (void)stop;
    return sg_buf_add_bytes(ctx, replacement);
}

static enum scrubgate_status finding(void *ctx, const struct sg_finding *one)
{
    (void)ctx;
    (void)one;
    return SCRUBGATE_OK;
}

static void start(struct sg_scanner *scanner, struct sg_buf *out)
{
    const struct sg_scan_sink sink = {keep, edit, finding, out};
    const struct sg_place nowhere = {NULL, 0};
    assert_int_equal(sg_scanner_begin(scanner, SG_FIELD_TEXT, nowhere, &sink), SCRUBGATE_OK);
}

static void feed(struct sg_scanner *scanner, const char *text, bool last)
{
    assert_int_equal(sg_scanner_feed(scanner, sg_bytes_of(text), last), SCRUBGATE_OK);
    sg_scanner_rest(scanner);
}

static void messages_between_two_values_hold_none(void **state)
{
    (void)state;
    struct world world;
    struct sg_buf out = {0};
    begin(&world);
    for (size_t i = 0; i < 2 * MESSAGES; i++) {
        start(world.scanners[i % MESSAGES], &out);
        feed(world.scanners[i % MESSAGES], "a catfish", true);
        assert_int_equal(world.scratch->n_rigs, 1);
    }
    end(&world);
    sg_buf_fini(&out);
}

/* Longer than the scratch has room for: those over it are freed. */
static void messages_within_a_value_keep_theirs(void **state)
{
    (void)state;
    struct world world;
    struct sg_buf out[MESSAGES] = {{0}};
    begin(&world);
    for (size_t i = 0; i < MESSAGES; i++) {
        start(world.scanners[i], &out[i]);
        feed(world.scanners[i], "a cat", false);
    }
    assert_int_equal(world.scratch->n_rigs, 0);
    for (size_t i = 0; i < MESSAGES; i++) {
        feed(world.scanners[i], "fish, a cat", true);
        assert_true(sg_bytes_equal(sg_buf_bytes(&out[i]), SG_BYTES("a <a>, a cat")));
        sg_buf_fini(&out[i]);
    }
    assert_int_equal(world.scratch->n_rigs, SG_SCRATCH_SPARES);
    end(&world);
}

/* Its last piece may be empty. */
static void a_value_that_ended_with_nothing_more_has_ended(void **state)
{
    (void)state;
    struct world world;
    struct sg_buf out = {0};
    begin(&world);
    start(world.scanners[0], &out);
    feed(world.scanners[0], "a dog.", false);
    feed(world.scanners[0], "", true);
    assert_true(sg_bytes_equal(sg_buf_bytes(&out), SG_BYTES("a dog.")));
    assert_int_equal(world.scratch->n_rigs, 1);
    end(&world);
    sg_buf_fini(&out);
}

int main(void)
{
    sg_suite_add("messages between two values hold none", messages_between_two_values_hold_none,
                 NULL);
    sg_suite_add("messages within a value keep theirs", messages_within_a_value_keep_theirs, NULL);
    sg_suite_add("a value that ended with nothing more has ended",
                 a_value_that_ended_with_nothing_more_has_ended, NULL);
    return sg_suite_run("rig");
}
