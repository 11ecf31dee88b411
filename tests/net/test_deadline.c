/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_deadline.c - deadlines of few durations: order, moving, cancelling, setting anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "net/deadline.h"
#include "net/loop.h"

enum { MS = 1000000 };

static struct sg_loop *loop;
static struct sg_deadlines all;
static struct sg_deadline a, b, c, stop;
static char story[32];
static size_t told;

static void tell(char letter)
{
    assert_true(told + 1 < sizeof story);
    story[told++] = letter;
}

static void due(struct sg_deadlines *from, struct sg_deadline *deadline, unsigned kind)
{
    assert_ptr_equal(from, &all);
    assert_int_equal(deadline->kind, 0); /* idle again */
    tell(deadline == &a ? 'a' : deadline == &b ? 'b' : deadline == &c ? 'c' : '.');
    tell((char)('0' + kind));
    if (deadline == &stop)
        sg_loop_stop(loop);
    else if (deadline == &c)
        sg_deadline_set(&all, told < 8 ? &c : &stop, kind);
}

static int begin(void **state)
{
    const uint64_t durations[SG_DEADLINE_KINDS] = {1 * MS, 25 * MS, 60 * MS};
    (void)state;
    told = 0;
    for (size_t i = 0; i < sizeof story; i++)
        story[i] = '\0';
    a = b = c = stop = (struct sg_deadline){.kind = 0};
    if (sg_loop_new(&loop) < 0)
        return -1;
    return sg_deadlines_init(&all, loop, durations, due) < 0 ? -1 : 0;
}

static int finish(void **state)
{
    (void)state;
    sg_deadlines_fini(&all);
    sg_loop_free(loop);
    return 0;
}

static void test_each_kind_is_due_after_its_own_time(void **state)
{
    (void)state;
    sg_deadline_set(&all, &stop, 2);
    sg_deadline_set(&all, &b, 1);
    sg_deadline_set(&all, &a, 0);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, "a0b1.2");
}

static void test_a_deadline_set_again_starts_anew_and_may_change_its_kind(void **state)
{
    (void)state;
    sg_deadline_set(&all, &a, 0);
    sg_deadline_set(&all, &b, 0);
    sg_deadline_set(&all, &a, 1);
    sg_deadline_set(&all, &stop, 2);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, "b0a1.2");
}

static void test_a_cancelled_deadline_is_never_due(void **state)
{
    (void)state;
    sg_deadline_set(&all, &a, 0);
    sg_deadline_set(&all, &b, 0);
    sg_deadline_set(&all, &c, 0);
    sg_deadline_set(&all, &stop, 1);
    sg_deadline_cancel(&all, &b); /* from the middle */
    sg_deadline_cancel(&all, &c); /* the last */
    sg_deadline_cancel(&all, &a); /* the only one left */
    sg_deadline_cancel(&all, &a);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, ".1");
}

static void test_a_deadline_may_be_set_when_it_is_due(void **state)
{
    (void)state;
    sg_deadline_set(&all, &c, 0);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, "c0c0c0c0.0");
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(test_each_kind_is_due_after_its_own_time),
        ROW(test_a_deadline_set_again_starts_anew_and_may_change_its_kind),
        ROW(test_a_cancelled_deadline_is_never_due),
        ROW(test_a_deadline_may_be_set_when_it_is_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
