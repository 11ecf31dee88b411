/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_risk_guard.c - what the gateway does about its guard's file: gone, another, unreadable,
 * full, not to be written, too old.
 *
 * Where a moment counts the keeper's thread is stopped, and the test does its work.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "proxy/risk_parts.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define CONFLICT "conflicts:\n  - {name: cruises, brands: [atlantica, borealis], cooloff: 30d}\n"
#define ADVISE   "signals: {cooloff: {mode: advise}}\n"

static const uint64_t day_ms = 86400000;

/* --- a world ---------------------------------------------------------------------------------- */

static struct sg_tempdir dir;
static char state[512], file[512];
static struct sg_loop *loop;
static struct sg_config config, other_config;
static struct sg_generation generation, other;
static struct sg_risks *risks;
static const uint8_t key[SG_KEY_SIZE];

static struct sg_collusion_policy *read_policy(const char *text)
{
    struct sg_collusion_policy *policy;
    assert_int_equal(sg_collusion_policy_read(&policy, "p.yaml", sg_bytes_of(text), NULL),
                     SCRUBGATE_OK);
    return policy;
}

static void open_risks(void)
{
    struct scrubgate_fault fault = {.what = ""};
    const struct sg_risks_setup setup = {
        .state = state, .generation = &generation, .key = key, .loop = loop};
    if (sg_risks_open(&risks, &setup, &fault) < 0)
        fail_msg("%s: %s", fault.file, fault.what);
}

static void begin(const char *policy)
{
    sg_tempdir_make(&dir);
    sg_tempdir_path(&dir, ".", state);
    sg_tempdir_mkdir(&dir, SG_GUARD_FOLDER);
    sg_tempdir_path(&dir, SG_GUARD_FILE, file);
    assert_int_equal(sg_loop_new(&loop), SCRUBGATE_OK);
    config = (struct sg_config){.policy = read_policy(policy), .audit_dir = state};
    other_config = (struct sg_config){.policy = read_policy(ADVISE CONFLICT), .audit_dir = state};
    generation.config = &config;
    other.config = &other_config;
    atomic_init(&generation.holders, 1);
    atomic_init(&other.holders, 1);
    open_risks();
}

static void end(void)
{
    sg_risks_close(risks);
    assert_true(sg_generation_alone(&generation));
    assert_true(sg_generation_alone(&other));
    sg_collusion_policy_free(config.policy);
    sg_collusion_policy_free(other_config.policy);
    sg_loop_free(loop);
    sg_tempdir_remove(&dir);
}

static struct sg_risk_question serving(uint64_t agent, const char *brand)
{
    return (struct sg_risk_question){.agent = agent,
                                     .now_ms = sg_clock_wall_ms(),
                                     .brand = sg_bytes_of(brand),
                                     .acts = true,
                                     .serves = true};
}

static void serve(uint64_t agent, const char *brand, uint64_t now_ms)
{
    struct sg_assessment assessment;
    struct sg_risk_question question = serving(agent, brand);
    question.now_ms = now_ms;
    assert_int_equal(sg_risks_judge(risks, &question, &assessment), SCRUBGATE_OK);
    assert_int_equal(assessment.course, SG_COURSE_ALLOW);
}

/* What the agent would hear; asking leaves no trace. */
static enum sg_course ask(uint64_t agent, const char *brand)
{
    struct sg_assessment assessment;
    struct sg_risk_question question = serving(agent, brand);
    question.serves = false;
    assert_int_equal(sg_risks_judge(risks, &question, &assessment), SCRUBGATE_OK);
    return assessment.course;
}

static enum scrubgate_status add_block(struct sg_collusion_guard *guard)
{
    uint64_t id;
    const uint64_t now = sg_clock_wall_ms();
    const struct sg_collusion_order order = {.kind = SG_ORDER_BLOCK,
                                             .agent = 7,
                                             .actor = SG_BYTES("jo"),
                                             .reason = SG_BYTES("case 7"),
                                             .created_ms = now,
                                             .expires_ms = now + day_ms};
    return sg_collusion_guard_add(guard, &order, &id, NULL);
}

struct errand {
    struct sg_guard_job job; /* first: its owner is found from it */
    unsigned done;
};

static enum scrubgate_status block_agent(struct sg_guard_job *job, struct sg_collusion_guard *guard)
{
    (void)job;
    return add_block(guard);
}

static enum scrubgate_status nothing(struct sg_guard_job *job, struct sg_collusion_guard *guard)
{
    (void)job;
    (void)guard;
    return SCRUBGATE_OK;
}

static void done(struct sg_guard_job *job)
{
    ((struct errand *)job)->done++;
    sg_loop_stop(loop);
}

/* A turn of the keeper's, with something to do. */
static enum scrubgate_status turn(enum scrubgate_status (*run)(struct sg_guard_job *job,
                                                               struct sg_collusion_guard *guard))
{
    struct errand errand = {.job = {.run = run, .done = done}};
    sg_risks_submit(risks, &errand.job);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_int_equal(errand.done, 1);
    return errand.job.status;
}

static uint64_t orders_in_file(void)
{
    struct sg_collusion_guard *guard;
    assert_int_equal(sg_collusion_guard_open(&guard, file, config.policy, NULL), SCRUBGATE_OK);
    const uint64_t n = sg_collusion_guard_orders(guard);
    sg_collusion_guard_close(guard);
    return n;
}

static bool is_known(void)
{
    struct sg_risks_counts counts;
    sg_risks_count(risks, &counts);
    return counts.guard_known;
}

/* --- gone, another, unreadable ---------------------------------------------------------------- */

static void test_removed(void **unused)
{
    (void)unused;
    begin(CONFLICT);
    serve(7, "borealis", sg_clock_wall_ms());
    assert_int_equal(turn(nothing), SCRUBGATE_OK);
    assert_int_equal(unlink(file), 0);
    (void)turn(nothing);
    assert_int_equal(turn(block_agent), SCRUBGATE_OK);
    assert_int_equal(ask(7, "acme"), SG_COURSE_DENY); /* what was answered is in force */
    assert_int_equal(orders_in_file(), 1);
    assert_true(is_known());
    end();
}

static struct sg_collusion_guard *clerks[2];

static enum scrubgate_status note_clerk(struct sg_guard_job *job, struct sg_collusion_guard *guard)
{
    (void)job;
    clerks[clerks[0] != NULL] = guard;
    return SCRUBGATE_OK;
}

/* To read and check the whole file for each would keep contacts from the disk for seconds. */
static void test_many_jobs(void **unused)
{
    (void)unused;
    struct sg_collusion_guard *beside;
    begin(CONFLICT);
    assert_int_equal(turn(note_clerk), SCRUBGATE_OK);
    assert_int_equal(sg_collusion_guard_open(&beside, file, config.policy, NULL), SCRUBGATE_OK);
    assert_int_equal(add_block(beside), SCRUBGATE_OK);
    sg_collusion_guard_close(beside);
    assert_int_equal(turn(note_clerk), SCRUBGATE_OK);
    assert_ptr_equal(clerks[0], clerks[1]);
    assert_int_equal(sg_collusion_guard_orders(clerks[1]), 1); /* it knows what others wrote */
    end();
}

static void test_replaced(void **unused)
{
    (void)unused;
    struct sg_collusion_guard *made;
    char copy[520];
    begin(CONFLICT);
    serve(9, "borealis", sg_clock_wall_ms());
    assert_int_equal(turn(nothing), SCRUBGATE_OK);
    (void)snprintf(copy, sizeof copy, "%s.copy", file);
    assert_int_equal(sg_collusion_guard_open(&made, copy, config.policy, NULL), SCRUBGATE_OK);
    assert_int_equal(add_block(made), SCRUBGATE_OK);
    sg_collusion_guard_close(made);
    assert_int_equal(rename(copy, file), 0);
    (void)turn(nothing);
    (void)turn(nothing);
    assert_int_equal(ask(7, "acme"), SG_COURSE_DENY);
    assert_int_equal(ask(9, "atlantica"), SG_COURSE_ALLOW); /* it is that file that counts */
    assert_int_equal(orders_in_file(), 1);
    end();
}

/* A policy is put in force whatever the file is; a good file is found without a restart. */
static void test_unreadable(void **unused)
{
    (void)unused;
    char bad[512];
    begin(CONFLICT);
    serve(7, "borealis", sg_clock_wall_ms());
    assert_int_equal(turn(nothing), SCRUBGATE_OK);
    sg_risks_stop_keeper(risks);
    sg_tempdir_write(&dir, "bad", "no database, but long enough to be looked at", 44);
    sg_tempdir_path(&dir, "bad", bad);
    assert_int_equal(rename(bad, file), 0);
    sg_risks_renew(risks, &other);
    sg_risks_catch_up(risks);
    assert_false(is_known());
    assert_ptr_equal(risks->generation, &other);
    assert_int_equal(ask(1, "acme"), SG_COURSE_DENY);
    assert_int_equal(unlink(file), 0);
    sg_risks_open_guard(risks);
    assert_true(is_known());
    assert_int_equal(ask(1, "acme"), SG_COURSE_ALLOW);
    end();
}

/* --- not to be written, full ------------------------------------------------------------------ */

static void test_not_written(void **unused)
{
    (void)unused;
    char aside[520];
    begin(CONFLICT);
    sg_risks_stop_keeper(risks);
    (void)snprintf(aside, sizeof aside, "%s.aside", file);
    assert_int_equal(rename(file, aside), 0);
    serve(7, "borealis", sg_clock_wall_ms());
    sg_risks_flush(risks);
    assert_int_equal(ask(8, "borealis"), SG_COURSE_ALLOW); /* a moment is nothing */
    risks->doubt_after_ns = 0;
    sg_risks_flush(risks);
    assert_int_equal(ask(8, "borealis"), SG_COURSE_DENY);
    assert_int_equal(ask(8, "acme"), SG_COURSE_ALLOW);
    assert_int_equal(rename(aside, file), 0);
    sg_risks_flush(risks);
    assert_int_equal(ask(8, "borealis"), SG_COURSE_ALLOW);
    assert_int_equal(ask(7, "atlantica"), SG_COURSE_DENY);
    end();
}

static void fill(void)
{
    sg_risks_stop_keeper(risks);
    for (uint64_t i = 1; i <= SG_GUARD_AGENTS; i++)
        assert_int_equal(sg_collusion_guard_contact(risks->guard, i << 40, SG_BYTES("borealis"), 1),
                         SCRUBGATE_OK);
}

static void test_full(void **unused)
{
    (void)unused;
    struct sg_assessment assessment;
    struct sg_risks_counts counts;
    struct sg_risk_question question = serving(7, "borealis");
    begin(CONFLICT);
    fill();
    assert_int_equal(ask(7, "borealis"), SG_COURSE_DENY);
    question.acts = false; /* a route that only watches refuses nothing */
    assert_int_equal(sg_risks_judge(risks, &question, &assessment), SCRUBGATE_OK);
    sg_risks_count(risks, &counts);
    assert_int_equal(counts.contacts_lost, 1);
    end();
    begin(ADVISE CONFLICT);
    fill();
    question.acts = true;
    assert_int_equal(sg_risks_judge(risks, &question, &assessment), SCRUBGATE_OK);
    assert_int_equal(assessment.course, SG_COURSE_REVIEW);
    end();
}

/* --- too old ---------------------------------------------------------------------------------- */

static const struct prune_row {
    const char *name;
    bool lived, is_held;
    uint64_t ran_days, jumped_days;
    bool erased;
} prunes[] = {
    {"a clock that nothing speaks for erases nothing", false, false, 0, 0, false},
    {"one that has kept pace for a day does", false, false, 1, 0, true},
    {"so does one by which yesterday was lived through", true, false, 0, 0, true},
    {"one that has jumped does not", true, false, 1, 400, false},
    {"nothing is erased under a legal hold", true, true, 1, 0, false},
};

static void test_prune(void **row_of)
{
    const struct prune_row *row = *row_of;
    const uint64_t now = sg_clock_wall_ms(), ran = row->ran_days * day_ms;
    begin(CONFLICT);
    sg_risks_stop_keeper(risks);
    serve(7, "borealis", now - 200 * day_ms);
    if (row->lived)
        serve(8, "borealis", now - 3 * day_ms);
    if (row->is_held)
        sg_tempdir_write(&dir, "hold", "", 0);
    sg_risks_flush(risks);
    risks->clock.wall_ms = now - ran - row->jumped_days * day_ms;
    risks->clock.boot_ns = sg_clock_boot_ns() - ran * 1000000;
    risks->prune_ns = 0;
    sg_risks_prune(risks);
    sg_risks_catch_up(risks);
    struct sg_assessment assessment;
    struct sg_risk_question question = serving(7, "atlantica");
    question.now_ms = now - 199 * day_ms; /* when it would matter */
    assert_int_equal(sg_risks_judge(risks, &question, &assessment), SCRUBGATE_OK);
    assert_int_equal(assessment.course, row->erased ? SG_COURSE_ALLOW : SG_COURSE_DENY);
    end();
}

int main(void)
{
    sg_suite_add("a file that was removed is made anew, and orders go to that", test_removed, NULL);
    sg_suite_add("one job after the other has the same guard, with what others wrote",
                 test_many_jobs, NULL);
    sg_suite_add("another file in its place is the one that counts", test_replaced, NULL);
    sg_suite_add("a file that cannot be read is opened anew, a policy comes all the same",
                 test_unreadable, NULL);
    sg_suite_add("contacts that are not written for long are not relied on", test_not_written,
                 NULL);
    sg_suite_add("what has no room is refused only where that is acted on", test_full, NULL);
    SG_SUITE_ROWS(test_prune, prunes);
    return sg_suite_run("risk: the guard's file");
}
