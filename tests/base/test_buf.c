/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_buf.c - owned bytes: ceilings, wiping, and what a failed call leaves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

static void expect(const struct sg_buf *buf, const char *text)
{
    assert_int_equal(buf->len, strlen(text));
    if (buf->len > 0)
        assert_memory_equal(buf->data, text, buf->len);
}

static void adds_in_every_form(void **state)
{
    (void)state;
    struct sg_buf buf = {0};
    assert_int_equal(sg_buf_add(&buf, "ab", 2), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&buf, 'c'), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_text(&buf, "-"), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_bytes(&buf, SG_BYTES("de")), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_u64(&buf, 0), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_u64(&buf, UINT64_MAX), SCRUBGATE_OK);
    assert_int_equal(sg_buf_addf(&buf, "[%s %d]", "x", -7), SCRUBGATE_OK);
    expect(&buf, "abc-de018446744073709551615[x -7]");
    sg_buf_fini(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.cap, 0);
}

static void an_all_zero_buf_is_empty(void **state)
{
    (void)state;
    struct sg_buf buf = {0};
    assert_int_equal(sg_buf_add(&buf, NULL, 0), SCRUBGATE_OK);
    assert_int_equal(sg_buf_bytes(&buf).len, 0);
    sg_buf_drop(&buf, 0);
    sg_buf_clear(&buf);
    sg_buf_fini(&buf);
}

static void holds_exactly_its_ceiling(void **state)
{
    (void)state;
    struct sg_buf buf;
    sg_buf_init(&buf, 100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(sg_buf_add_byte(&buf, 'x'), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&buf, 'y'), SCRUBGATE_ELIMIT);
    assert_int_equal(buf.len, 100);
    assert_int_equal(buf.cap, 100);
    assert_int_equal(buf.data[99], 'x');
    sg_buf_clear(&buf);
    assert_int_equal(sg_buf_add(&buf, "abc", 3), SCRUBGATE_OK);
    sg_buf_fini(&buf);
    assert_int_equal(buf.ceiling, 100);
}

static void refuses_lengths_that_wrap(void **state)
{
    (void)state;
    struct sg_buf buf = {0};
    assert_int_equal(sg_buf_add_text(&buf, "abc"), SCRUBGATE_OK);
    assert_int_equal(sg_buf_reserve(&buf, SIZE_MAX), SCRUBGATE_ENOMEM);
    assert_int_equal(sg_buf_reserve(&buf, SIZE_MAX - 1), SCRUBGATE_ENOMEM);
    expect(&buf, "abc");
    sg_buf_fini(&buf);
}

static void clear_leaves_no_byte(void **state)
{
    (void)state;
    struct sg_buf buf = {0};
    assert_int_equal(sg_buf_add_text(&buf, "4111111111111111"), SCRUBGATE_OK);
    sg_buf_clear(&buf);
    assert_int_equal(buf.len, 0);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(buf.data[i], 0);
    sg_buf_fini(&buf);
}

static void drop_moves_the_rest_and_wipes_behind_it(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 8; n++) {
        struct sg_buf buf = {0};
        assert_int_equal(sg_buf_add_text(&buf, "abcdefgh"), SCRUBGATE_OK);
        sg_buf_drop(&buf, n);
        expect(&buf, &"abcdefgh"[n]);
        for (size_t i = 8 - n; i < 8; i++)
            assert_int_equal(buf.data[i], 0);
        sg_buf_fini(&buf);
    }
}

static void move_hands_over_and_keeps_the_ceilings(void **state)
{
    (void)state;
    struct sg_buf to, from;
    sg_buf_init(&to, 10);
    sg_buf_init(&from, 20);
    assert_int_equal(sg_buf_add_text(&to, "old"), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_text(&from, "new one"), SCRUBGATE_OK);
    sg_buf_move(&to, &from);
    expect(&to, "new one");
    expect(&from, "");
    assert_null(from.data);
    assert_int_equal(to.ceiling, 10);
    assert_int_equal(from.ceiling, 20);
    sg_buf_fini(&to);
    sg_buf_fini(&from);
}

/* Grows several times; a refused call leaves what was there. */
static enum scrubgate_status fill(void *ctx)
{
    (void)ctx;
    struct sg_buf buf = {0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t whole = 0;
    for (size_t i = 0; i < 40 && rc >= 0; i++) {
        rc = sg_buf_add_text(&buf, "ten bytes!");
        whole += rc >= 0 ? 10 : 0;
    }
    if (rc >= 0) {
        rc = sg_buf_addf(&buf, "%500d", 1);
        whole += rc >= 0 ? 500 : 0;
    }
    assert_int_equal(buf.len, whole);
    for (size_t i = 0; i < whole && i < 400; i++)
        assert_int_equal(buf.data[i], "ten bytes!"[i % 10]);
    sg_buf_fini(&buf);
    return rc;
}

static void keeps_its_content_when_memory_runs_out(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(fill, NULL) >= 4);
}

static void writes_numbers_as_printf_does(void **state)
{
    (void)state;
    struct sg_buf buf = {0};
    char wanted[40];
    uint64_t value = 1;
    for (unsigned power = 0; power < 20; power++, value *= 10) {
        const uint64_t near[] = {value - 1, value, value + 1, value * 7 + 305};
        for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
            sg_buf_clear(&buf);
            assert_int_equal(sg_buf_add_u64(&buf, near[i]), SCRUBGATE_OK);
            assert_int_equal(sg_buf_add_hex64(&buf, near[i]), SCRUBGATE_OK);
            (void)snprintf(wanted, sizeof wanted, "%" PRIu64 "%016" PRIx64, near[i], near[i]);
            assert_true(sg_bytes_equal(sg_buf_bytes(&buf), sg_bytes_of(wanted)));
        }
    }
    sg_buf_fini(&buf);
}

int main(void)
{
    sg_suite_add("writes numbers as printf does", writes_numbers_as_printf_does, NULL);
    sg_suite_add("adds in every form", adds_in_every_form, NULL);
    sg_suite_add("an all-zero buf is empty", an_all_zero_buf_is_empty, NULL);
    sg_suite_add("holds exactly its ceiling", holds_exactly_its_ceiling, NULL);
    sg_suite_add("refuses lengths that wrap", refuses_lengths_that_wrap, NULL);
    sg_suite_add("clear leaves no byte", clear_leaves_no_byte, NULL);
    sg_suite_add("drop moves the rest and wipes behind it", drop_moves_the_rest_and_wipes_behind_it,
                 NULL);
    sg_suite_add("move hands over and keeps the ceilings", move_hands_over_and_keeps_the_ceilings,
                 NULL);
    sg_suite_add("keeps its content when memory runs out", keeps_its_content_when_memory_runs_out,
                 NULL);
    return sg_suite_run("buf");
}
