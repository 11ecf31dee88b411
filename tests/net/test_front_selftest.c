/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_front_selftest.c - the proof that the guard is in the way: that it holds with the guard.
 * That it fails without one is test_front_unguarded.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "net/front.h"
#include "net/loop.h"

static unsigned heard;

static void *begin(void *ctx, struct sg_request *request)
{
    (void)ctx;
    (void)request;
    heard++;
    return NULL;
}

static bool admit(void *ctx)
{
    (void)ctx;
    heard++;
    return true;
}

static void refused(void *ctx, struct sg_bytes peer, const struct sg_refusal *why)
{
    (void)ctx;
    (void)peer;
    (void)why;
    heard++;
}

static void test_with_the_guard_it_passes_and_the_handler_hears_nothing(void **state)
{
    const struct sg_front_limits limits = {
        .header = 16384, .connections = 1, .header_ns = 1u << 30, .idle_ns = 1u << 30};
    const struct sg_front_handler handler = {.begin = begin, .admit = admit, .refused = refused};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_loop *loop;
    struct sg_front *front;
    (void)state;
    assert_int_equal(sg_loop_new(&loop), SCRUBGATE_OK);
    assert_int_equal(sg_front_new(&front, loop, &limits, &handler), SCRUBGATE_OK);
    assert_int_equal(sg_front_selftest(front, &fault), SCRUBGATE_OK);
    assert_string_equal(fault.what, "");
    assert_int_equal(heard, 0);
    assert_int_equal(sg_front_connections(front), 0);
    assert_int_equal(sg_front_selftest(front, &fault), SCRUBGATE_OK); /* it leaves nothing behind */
    sg_front_free(front);
    sg_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_with_the_guard_it_passes_and_the_handler_hears_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
