/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_risk.c - what a judgement comes to, what of it is remembered, and what is done meanwhile.
 *
 * The guard's file and the keeper's thread are real; the test is worker and server.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "proxy/assess.h"
#include "proxy/risk_parts.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define CONFLICT "conflicts:\n  - {name: cruises, brands: [atlantica, borealis], cooloff: 30d}\n"

static struct sg_collusion_policy *read_policy(const char *text)
{
    struct sg_collusion_policy *policy;
    struct scrubgate_fault fault = {.what = ""};
    if (sg_collusion_policy_read(&policy, "p.yaml", sg_bytes_of(text), &fault) < 0)
        fail_msg("%s", fault.what);
    return policy;
}

/* --- what weights and rulings come to --------------------------------------------------------- */

#define NONE SG_GUARD_RULES

struct course_row {
    const char *name, *policy;
    enum sg_signal signal;
    double weight;
    enum sg_guard_rule rule; /* NONE: no ruling */
    enum sg_signal_mode mode;
    bool can_divert, is_private;
    enum sg_course want;
    const char *told; /* to the upstream */
};

#define PAIR(mode) "signals: {pair: {mode: " mode ", threshold: 3}}\n"
#define SELF       "signals: {self: {mode: enforce, threshold: 12}}\n"

static const struct course_row courses[] = {
    {"under its threshold a signal is told, and no more", PAIR("enforce"), SG_SIGNAL_PAIR, 2.9,
     NONE, 0, true, false, SG_COURSE_ALLOW, "0.44, reasons=(pair;w=2.9)"},
    {"in shadow it is not told", PAIR("shadow"), SG_SIGNAL_PAIR, 7, NONE, 0, true, false,
     SG_COURSE_ALLOW, "0.00"},
    {"one that advises asks for a review", PAIR("advise"), SG_SIGNAL_PAIR, 7.2, NONE, 0, true,
     false, SG_COURSE_REVIEW, "1.00, reasons=(pair;w=7.2), action=review"},
    {"one that is enforced diverts", PAIR("enforce"), SG_SIGNAL_PAIR, 3, NONE, 0, true, false,
     SG_COURSE_DIVERT, "0.50, reasons=(pair;w=3.0), action=divert"},
    {"a statistic never denies", PAIR("enforce"), SG_SIGNAL_PAIR, 8, NONE, 0, false, false,
     SG_COURSE_DIVERT, "1.00, reasons=(pair;w=8.0), action=divert"},
    {"the threshold of self is in bits: 3.7 is over twelve", SELF, SG_SIGNAL_SELF, 3.7, NONE, 0,
     true, false, SG_COURSE_DIVERT, "0.83, reasons=(self;w=3.7), action=divert"},
    {"and 3.5 is not", SELF, SG_SIGNAL_SELF, 3.5, NONE, 0, true, false, SG_COURSE_ALLOW,
     "0.76, reasons=(self;w=3.5)"},
    {"what rounds to nothing is no reason", PAIR("advise"), SG_SIGNAL_PAIR, 0.04, NONE, 0, true,
     false, SG_COURSE_ALLOW, "0.00"},
    {"a ruling that is enforced diverts where it can", "", SG_SIGNAL_PAIR, 0, SG_GUARD_COOLOFF,
     SG_SIGNAL_ENFORCE, true, false, SG_COURSE_DIVERT, ", reasons=(cooloff), action=divert"},
    {"and denies where it cannot", "", SG_SIGNAL_PAIR, 0, SG_GUARD_COOLOFF, SG_SIGNAL_ENFORCE,
     false, false, SG_COURSE_DENY, ", reasons=(cooloff), action=deny"},
    {"one that advises asks for a review too", "", SG_SIGNAL_PAIR, 0, SG_GUARD_FLAGGED,
     SG_SIGNAL_ADVISE, false, false, SG_COURSE_REVIEW, ", reasons=(flagged), action=review"},
    {"a ruling in shadow is not told", "", SG_SIGNAL_PAIR, 0, SG_GUARD_COOLOFF, SG_SIGNAL_SHADOW,
     false, false, SG_COURSE_ALLOW, ""},
    {"rulings stand first, and the sterner of two counts", PAIR("enforce"), SG_SIGNAL_PAIR, 5,
     SG_GUARD_BLOCK, SG_SIGNAL_ENFORCE, false, false, SG_COURSE_DENY,
     "0.99, reasons=(block pair;w=5.0), action=deny"},
    {"among representatives a block counts", "", SG_SIGNAL_PAIR, 0, SG_GUARD_BLOCK,
     SG_SIGNAL_ENFORCE, false, true, SG_COURSE_DENY, ", reasons=(block), action=deny"},
    {"so does a guard that does not know", "", SG_SIGNAL_PAIR, 0, SG_GUARD_UNKNOWN,
     SG_SIGNAL_ENFORCE, false, true, SG_COURSE_DENY, ", reasons=(unknown), action=deny"},
    {"a cool-off does not", "", SG_SIGNAL_PAIR, 0, SG_GUARD_COOLOFF, SG_SIGNAL_ENFORCE, false, true,
     SG_COURSE_ALLOW, ""},
};

/* agent: its score, over the threshold; 0: it is not. */
static void check_course(const struct course_row *row, double agent)
{
    struct sg_collusion_policy *policy = read_policy(row->policy);
    const struct sg_risk_question question = {.can_divert = row->can_divert,
                                              .is_private = row->is_private};
    struct sg_risk risk = {.n = 0};
    struct sg_eligibility eligibility = {.allowed = true};
    struct sg_assessment assessment;
    struct sg_buf told = {0};
    if (row->weight > 0) {
        risk.settled = true;
        risk.total = row->weight;
        risk.risk = sg_scorer_risk(row->weight);
        risk.flagged = agent > 0;
        risk.agent = agent;
        risk.n = 1;
        risk.reasons[0] = (struct sg_risk_reason){row->signal, row->weight};
    }
    if (row->rule != NONE) {
        eligibility.n = 1;
        eligibility.ruling[0] =
            (struct sg_ruling){.rule = row->rule, .mode = row->mode, .order = 7};
    }
    sg_assessment_make(&assessment, policy, &question, &risk, &eligibility);
    assert_int_equal(assessment.course, row->want);
    assert_int_equal(sg_assessment_print(&assessment, false, &told), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&told, '\0'), SCRUBGATE_OK);
    assert_string_equal((const char *)told.data, row->told);
    sg_buf_clear(&told);
    assert_int_equal(sg_assessment_print(&assessment, true, &told), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&told, '\0'), SCRUBGATE_OK);
    assert_null(strstr((const char *)told.data, "action"));
    sg_buf_fini(&told);
    sg_collusion_policy_free(policy);
}

static void test_course(void **state)
{
    check_course(*state, 0);
}

/* With an agent whose score is 2.6. */
static const struct course_row standings[] = {
    {"an agent whose score is up is to be looked at", "", SG_SIGNAL_PAIR, 0.5, NONE, 0, true, false,
     SG_COURSE_REVIEW, "0.00, reasons=(pair;w=0.5 flagged;w=2.6), action=review"},
    {"and no more, whatever the mode", "signals: {flagged: {mode: enforce}}\n", SG_SIGNAL_PAIR, 2.7,
     NONE, 0, true, false, SG_COURSE_REVIEW,
     "0.33, reasons=(pair;w=2.7 flagged;w=2.6), action=review"},
    {"in shadow nobody hears of it", "signals: {flagged: {mode: shadow}}\n", SG_SIGNAL_PAIR, 0.5,
     NONE, 0, true, false, SG_COURSE_ALLOW, "0.00, reasons=(pair;w=0.5)"},
    {"nor where another signal is in shadow, of which it may be made", PAIR("shadow"),
     SG_SIGNAL_SELF, 0.5, NONE, 0, true, false, SG_COURSE_ALLOW, "0.00, reasons=(self;w=0.5)"},
    {"where a person has flagged the agent that says it", "", SG_SIGNAL_PAIR, 0.5, SG_GUARD_FLAGGED,
     SG_SIGNAL_ADVISE, true, false, SG_COURSE_REVIEW,
     "0.00, reasons=(flagged pair;w=0.5), action=review"},
};

static void test_standing(void **state)
{
    check_course(*state, 2.6);
}

/* --- a world ---------------------------------------------------------------------------------- */

struct world {
    struct sg_tempdir dir;
    char state[512];
    struct sg_loop *loop;
    struct sg_config config, other_config;
    struct sg_generation generation, other;
    struct sg_risks *risks;
    uint8_t key[SG_KEY_SIZE];
};

static void open_risks(struct world *world)
{
    struct scrubgate_fault fault = {.what = ""};
    const struct sg_risks_setup setup = {.state = world->state,
                                         .generation = &world->generation,
                                         .key = world->key,
                                         .loop = world->loop};
    if (sg_risks_open(&world->risks, &setup, &fault) < 0)
        fail_msg("%s: %s", fault.file, fault.what);
}

static void begin(struct world *world, const char *policy)
{
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    sg_tempdir_path(&world->dir, ".", world->state);
    sg_tempdir_mkdir(&world->dir, SG_GUARD_FOLDER);
    assert_int_equal(sg_loop_new(&world->loop), SCRUBGATE_OK);
    world->config.policy = read_policy(policy);
    world->generation.config = &world->config;
    world->other.config = &world->other_config;
    atomic_init(&world->generation.holders, 1);
    atomic_init(&world->other.holders, 1);
    open_risks(world);
}

static void end(struct world *world)
{
    sg_risks_close(world->risks);
    assert_true(sg_generation_alone(&world->generation));
    assert_true(sg_generation_alone(&world->other));
    sg_collusion_policy_free(world->config.policy);
    sg_collusion_policy_free(world->other_config.policy);
    sg_loop_free(world->loop);
    sg_tempdir_remove(&world->dir);
}

static struct sg_risk_question serving(const char *brand)
{
    return (struct sg_risk_question){.agent = 7,
                                     .now_ms = sg_clock_wall_ms(),
                                     .brand = sg_bytes_of(brand),
                                     .acts = true,
                                     .serves = true};
}

static enum sg_course judge(struct world *world, const struct sg_risk_question *question)
{
    struct sg_assessment assessment;
    assert_int_equal(sg_risks_judge(world->risks, question, &assessment), SCRUBGATE_OK);
    return assessment.course;
}

/* May the agent serve atlantica? Asking leaves no trace. */
static enum sg_course ask(struct world *world)
{
    struct sg_risk_question question = serving("atlantica");
    question.serves = false;
    return judge(world, &question);
}

/* --- jobs ------------------------------------------------------------------------------------- */

struct errand {
    struct sg_guard_job job; /* first: its owner is found from it */
    struct sg_loop *loop;
    unsigned done;
    uint64_t id;
};

static enum scrubgate_status block_agent(struct sg_guard_job *job, struct sg_collusion_guard *guard)
{
    struct errand *errand = (struct errand *)job;
    const uint64_t now = sg_clock_wall_ms();
    const struct sg_collusion_order order = {.kind = SG_ORDER_BLOCK,
                                             .agent = 7,
                                             .actor = SG_BYTES("jo"),
                                             .reason = SG_BYTES("case 7"),
                                             .created_ms = now,
                                             .expires_ms = now + 86400000};
    return sg_collusion_guard_add(guard, &order, &errand->id, &job->fault);
}

static enum scrubgate_status lift_block(struct sg_guard_job *job, struct sg_collusion_guard *guard)
{
    return sg_collusion_guard_lift(guard, 1, SG_BYTES("jo"), SG_BYTES("heard"), sg_clock_wall_ms(),
                                   &job->fault);
}

static enum scrubgate_status nothing(struct sg_guard_job *job, struct sg_collusion_guard *guard)
{
    (void)job;
    (void)guard;
    return SCRUBGATE_OK;
}

static void done(struct sg_guard_job *job)
{
    struct errand *errand = (struct errand *)job;
    errand->done++;
    sg_loop_stop(errand->loop);
}

static struct errand run_errand(struct world *world,
                                enum scrubgate_status (*run)(struct sg_guard_job *job,
                                                             struct sg_collusion_guard *guard))
{
    struct errand errand = {.job = {.run = run, .done = done}, .loop = world->loop};
    sg_risks_submit(world->risks, &errand.job);
    assert_int_equal(errand.done, 0);
    assert_int_equal(sg_loop_run(world->loop), SCRUBGATE_OK);
    assert_int_equal(errand.done, 1);
    return errand;
}

/* --- what is remembered ----------------------------------------------------------------------- */

struct memory_row {
    const char *name;
    bool acts, can_divert, is_private, serves, blocked;
    enum sg_course course;
    bool remembered;
};

static const struct memory_row memories[] = {
    {"who is let serve a brand has served it", true, false, false, true, false, SG_COURSE_ALLOW,
     true},
    {"who only asks has not", true, false, false, false, false, SG_COURSE_ALLOW, false},
    {"nor has a representative", true, false, true, true, false, SG_COURSE_ALLOW, false},
    {"nor who is denied", true, false, false, true, true, SG_COURSE_DENY, false},
    {"nor whose ticket goes to another", true, true, false, true, true, SG_COURSE_DIVERT, false},
    {"where a route only watches it has, whatever it should have been", false, false, false, true,
     true, SG_COURSE_DENY, true},
};

static void test_memory(void **state)
{
    const struct memory_row *row = *state;
    struct world world;
    begin(&world, CONFLICT);
    struct sg_risk_question question = serving("borealis");
    question.acts = row->acts;
    question.can_divert = row->can_divert;
    question.is_private = row->is_private;
    question.serves = row->serves;
    if (row->blocked)
        (void)run_errand(&world, block_agent);
    assert_int_equal(judge(&world, &question), row->course);
    if (row->blocked) /* what is left is the cool-off */
        (void)run_errand(&world, lift_block);
    const enum sg_course want = row->remembered ? SG_COURSE_DENY : SG_COURSE_ALLOW;
    assert_int_equal(ask(&world), want);
    sg_risks_close(world.risks);
    open_risks(&world);
    assert_int_equal(ask(&world), want); /* the same from the disk */
    end(&world);
}

/* --- orders, policies ------------------------------------------------------------------------- */

static void test_order(void **state)
{
    struct world world;
    struct sg_risks_answer answer;
    (void)state;
    begin(&world, CONFLICT);
    assert_int_equal(ask(&world), SG_COURSE_ALLOW);
    const struct errand errand = run_errand(&world, block_agent);
    assert_int_equal(errand.job.status, SCRUBGATE_OK);
    assert_int_equal(ask(&world), SG_COURSE_DENY); /* in force before it was done */
    sg_risks_eligible(world.risks, 7, SG_BYTES("atlantica"), SG_BYTES(""), &answer);
    assert_false(answer.eligibility.allowed);
    assert_int_equal(answer.eligibility.ruling[0].order, errand.id);
    end(&world);
}

static void test_answer(void **state)
{
    struct world world;
    struct sg_risks_answer answer;
    (void)state;
    begin(&world, CONFLICT);
    const struct sg_risk_question question = serving("borealis");
    assert_int_equal(judge(&world, &question), SG_COURSE_ALLOW);
    sg_risks_eligible(world.risks, 7, SG_BYTES("atlantica"), SG_BYTES(""), &answer);
    assert_false(answer.eligibility.allowed);
    assert_int_equal(answer.eligibility.n, 1);
    assert_ptr_equal(answer.eligibility.ruling[0].name, answer.name[0]);
    assert_string_equal(answer.eligibility.ruling[0].name, "cruises");
    assert_string_equal(answer.eligibility.ruling[0].brand, "borealis");
    end(&world);
}

static void test_renew(void **state)
{
    struct world world;
    (void)state;
    begin(&world, CONFLICT);
    const struct sg_risk_question question = serving("borealis");
    assert_int_equal(judge(&world, &question), SG_COURSE_ALLOW);
    assert_int_equal(ask(&world), SG_COURSE_DENY);
    world.other_config.policy = read_policy("signals: {cooloff: {mode: advise}}\n" CONFLICT);
    sg_risks_renew(world.risks, &world.other);
    (void)run_errand(&world, nothing); /* the policy is put in force before it */
    assert_int_equal(ask(&world), SG_COURSE_REVIEW);
    sg_risks_renew(world.risks, &world.generation);
    sg_risks_renew(world.risks, &world.other); /* the later one of two */
    sg_risks_renew(world.risks, &world.generation);
    (void)run_errand(&world, nothing);
    assert_int_equal(ask(&world), SG_COURSE_DENY); /* and the contact is there still */
    end(&world);
}

static void test_no_guard(void **state)
{
    struct world world;
    struct sg_risks_counts counts;
    (void)state;
    begin(&world, CONFLICT);
    sg_risks_close(world.risks);
    sg_tempdir_write(&world.dir, SG_GUARD_FILE, "no database, but long enough to be looked at", 44);
    open_risks(&world);
    assert_int_equal(ask(&world), SG_COURSE_DENY);
    sg_risks_count(world.risks, &counts);
    assert_false(counts.guard_known);
    const struct errand errand = run_errand(&world, block_agent);
    assert_int_equal(errand.job.status, SCRUBGATE_EMALFORMED);
    assert_true(errand.job.fault.what[0] != '\0');
    end(&world);
}

/* Jobs that nobody waits for any more are done all the same, once. */
static void test_close(void **state)
{
    enum { N = 5 };
    struct world world;
    struct errand errands[N];
    (void)state;
    begin(&world, CONFLICT);
    for (int i = 0; i < N; i++) {
        errands[i] = (struct errand){.job = {.run = nothing, .done = done}, .loop = world.loop};
        sg_risks_submit(world.risks, &errands[i].job);
    }
    end(&world);
    for (int i = 0; i < N; i++)
        assert_int_equal(errands[i].done, 1);
}

static void test_lent(void **state)
{
    struct world world;
    (void)state;
    begin(&world, CONFLICT);
    sg_risks_hand_over(world.risks);
    assert_true(sg_tempdir_has(&world.dir, SG_GUARD_FOLDER "/scorer.state"));
    sg_tempdir_write(&world.dir, SG_GUARD_FOLDER "/scorer.state", "another's", 9);
    sg_risks_close(world.risks); /* which writes none */
    char *text = sg_tempdir_read(&world.dir, SG_GUARD_FOLDER "/scorer.state", NULL);
    assert_string_equal(text, "another's");
    free(text);
    open_risks(&world);
    sg_risks_hand_over(world.risks);
    sg_risks_keep(world.risks);
    sg_tempdir_write(&world.dir, SG_GUARD_FOLDER "/scorer.state", "nobody's", 8);
    sg_risks_close(world.risks);
    text = sg_tempdir_read(&world.dir, SG_GUARD_FOLDER "/scorer.state", NULL);
    assert_string_not_equal(text, "nobody's");
    free(text);
    open_risks(&world);
    end(&world);
}

/* --- together --------------------------------------------------------------------------------- */

enum { WORKERS = 3, EACH = 2000 };

struct judging {
    struct world *world;
    unsigned number, denied;
};

static void *judge_many(void *ctx)
{
    struct judging *judging = ctx;
    for (unsigned i = 0; i < EACH; i++) {
        struct sg_assessment assessment;
        const struct sg_collusion_event event = {.time_ms = sg_clock_wall_ms(),
                                                 .event = SG_BYTES("message"),
                                                 .brand = SG_BYTES("borealis"),
                                                 .ticket = 1 + i * WORKERS + judging->number,
                                                 .customer = 1 + i % 97,
                                                 .agent = 100 + i % 23};
        struct sg_risk_question question = serving("borealis");
        question.event = &event;
        question.agent = event.agent;
        if (sg_risks_judge(judging->world->risks, &question, &assessment) < 0)
            return NULL;
        judging->denied += assessment.course == SG_COURSE_DENY;
    }
    return judging;
}

static void test_together(void **state)
{
    struct world world;
    pthread_t threads[WORKERS];
    struct judging judging[WORKERS];
    struct sg_risks_counts counts;
    (void)state;
    begin(&world, CONFLICT);
    world.other_config.policy = read_policy(CONFLICT);
    for (unsigned i = 0; i < WORKERS; i++) {
        judging[i] = (struct judging){&world, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, judge_many, &judging[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        sg_risks_renew(world.risks, i % 2 == 0 ? &world.other : &world.generation);
        (void)run_errand(&world, i == 0 ? block_agent : nothing);
        sg_risks_hand_over(world.risks); /* saves while they judge */
        sg_risks_keep(world.risks);
    }
    for (unsigned i = 0; i < WORKERS; i++) {
        void *answer;
        assert_int_equal(pthread_join(threads[i], &answer), 0);
        assert_non_null(answer);
        assert_int_equal(judging[i].denied, 0);
    }
    sg_risks_count(world.risks, &counts);
    assert_int_equal(counts.agents, 23);
    assert_int_equal(counts.save_failures + counts.flush_failures, 0);
    sg_risks_close(world.risks);
    open_risks(&world);
    sg_risks_count(world.risks, &counts);
    assert_int_equal(counts.agents, 23); /* what was saved under way could be read */
    assert_int_equal(ask(&world), SG_COURSE_DENY);
    struct sg_risk_question question = serving("atlantica");
    question.agent = 100;
    assert_int_equal(judge(&world, &question), SG_COURSE_DENY);
    end(&world);
}

int main(void)
{
    SG_SUITE_ROWS(test_course, courses);
    SG_SUITE_ROWS(test_standing, standings);
    SG_SUITE_ROWS(test_memory, memories);
    sg_suite_add("an order is in force when it is done", test_order, NULL);
    sg_suite_add("an answer's names are its own", test_answer, NULL);
    sg_suite_add("another policy loses no contact", test_renew, NULL);
    sg_suite_add("without its file the guard denies, and jobs hear why", test_no_guard, NULL);
    sg_suite_add("at the end every job is done, once", test_close, NULL);
    sg_suite_add("a state that is lent is not written", test_lent, NULL);
    sg_suite_add("workers judge while the keeper writes", test_together, NULL);
    return sg_suite_run("risk");
}
