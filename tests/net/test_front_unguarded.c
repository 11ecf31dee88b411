/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_front_unguarded.c - without the guard the front's self-test fails.
 *
 * In this program the guard's calls are the ones below: a reader that takes for a request whatever
 * ends in an empty line. The linker prefers them to the guard's own.
 */
#define _GNU_SOURCE /* memmem */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "http/guard.h"
#include "net/front.h"
#include "net/loop.h"

/* What a request must hold to be taken, NULL: anything. */
static const char *seen;
/* The connection's head; there is one at a time. */
static bool told;

void sg_guard_init(struct sg_guard *guard, size_t max_head)
{
    (void)guard;
    (void)max_head;
    told = false;
}

enum sg_guard_step sg_guard_read(struct sg_guard *guard, struct sg_bytes text, size_t *pos,
                                 struct sg_head *head, struct sg_framing *framing,
                                 struct sg_bytes *run, const struct sg_refusal **why)
{
    static const struct sg_refusal refusal = {400, "malformed", "seen"};
    (void)guard;
    (void)run;
    if (told) {
        told = false;
        return SG_GUARD_END;
    }
    if (text.len == *pos)
        return SG_GUARD_MORE;
    if (seen != NULL && memmem(text.data, text.len, seen, strlen(seen)) == NULL) {
        *why = &refusal;
        return SG_GUARD_REJECT;
    }
    memset(head, 0, sizeof *head);
    head->minor_version = 1;
    head->method = (struct sg_bytes){text.data + *pos, 3};
    head->target = (struct sg_bytes){text.data + *pos, 0};
    *framing = (struct sg_framing){.kind = SG_FRAMING_NONE};
    *pos = text.len;
    told = true;
    return SG_GUARD_HEAD;
}

void sg_guard_take(struct sg_guard *guard, size_t *pos, size_t n)
{
    (void)guard;
    *pos += n;
}

static const struct leak_row {
    const char *name;
    const char *let_in; /* the only thing that the reader takes; NULL: everything */
} leaks[] = {
    {"nothing is refused", NULL},
    {"a bare LF is let in", "h\n\r\n"},
    {"two lengths are let in", "Content-Length: 2"},
    {"a length beside a transfer coding is let in", "chunked"},
    {"a space before the colon is let in", "Length : 1"},
    {"nothing is let in", "no such thing"},
};

static void test_leak(void **state)
{
    const struct leak_row *row = *state;
    const struct sg_front_limits limits = {
        .header = 16384, .connections = 1, .header_ns = 1u << 30, .idle_ns = 1u << 30};
    const struct sg_front_handler handler = {.ctx = NULL};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_loop *loop;
    struct sg_front *front;
    seen = row->let_in;
    assert_int_equal(sg_loop_new(&loop), SCRUBGATE_OK);
    assert_int_equal(sg_front_new(&front, loop, &limits, &handler), SCRUBGATE_OK);
    assert_int_equal(sg_front_selftest(front, &fault), SCRUBGATE_EIO);
    assert_non_null(strstr(fault.what, "self-test"));
    sg_front_free(front);
    sg_loop_free(loop);
}

int main(void)
{
    struct CMUnitTest tests[sizeof leaks / sizeof leaks[0]];
    for (size_t i = 0; i < sizeof leaks / sizeof leaks[0]; i++)
        tests[i] =
            (struct CMUnitTest){leaks[i].name, test_leak, NULL, NULL, (void *)(uintptr_t)&leaks[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
