/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_front_memory.c - what a front holds: little, and nothing of a message that is over.
 */
#define _GNU_SOURCE /* memmem */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/stand.h"
#include "../lib/talk.h"
#include "../lib/visitor.h"
#include "net/front_parts.h"

#define SECRET "4111111111111111"

/* What the loop's thread found, for the test's to judge. */
static bool clean, small;

static bool holds_none(const uint8_t *data, size_t len)
{
    return memmem(data, len, SECRET, sizeof SECRET - 1) == NULL;
}

/* A spare buf's memory beyond what it holds is allocated too, and may be looked at. */
static bool is_wiped(const struct sg_buf *buf)
{
    return buf->data == NULL || holds_none(buf->data, buf->cap);
}

static void look(void)
{
    const struct sg_front *front = sg_stand.front;
    clean = holds_none(front->input, SG_FRONT_PIECE) &&
            holds_none(front->output, SG_FRONT_BEFORE + SG_FRONT_PIECE + SG_FRONT_AFTER);
    small = front->n_spares == 1;
    for (const struct sg_request *one = front->spares; one != NULL; one = one->spare) {
        clean = clean && is_wiped(&one->text) && is_wiped(&one->out);
        small = small && one->later.data == NULL;
    }
    for (const struct sg_client *one = front->clients; one != NULL; one = one->next)
        small = small && one->ahead.data == NULL;
}

static const struct trace_row {
    const char *name, *send, *then;
} traces[] = {
    {"nothing of a target, a field or a body stays",
     "POST /" SECRET " HTTP/1.1\r\nHost: h\r\nX: " SECRET "\r\nContent-Length: 16\r\n\r\n" SECRET,
     ""},
    {"nothing of a head and a body that came in pieces stays",
     "POST /" SECRET " HTTP/1.1\r\nHost: h\r\nContent-Length: 32\r\nX: " SECRET,
     "\r\n\r\n" SECRET SECRET},
    {"nothing of chunks stays",
     "POST /" SECRET " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" SECRET,
     "\r\n10\r\n" SECRET "\r\n0\r\n\r\n"},
};

static void test_trace(void **state)
{
    const struct trace_row *row = *state;
    sg_stand_start(&sg_stand_usual, "127.0.0.1:0");
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, row->send);
    sg_stand_let_loop(sg_stand_count); /* the loop has turned */
    sg_visitor_put_text(&line, row->then);
    sg_visitor_expect_status(&line, 200);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_SENT], 1);
    sg_stand_let_loop(look);
    assert_true(clean);
    assert_true(small);
    sg_visitor_hang_up(&line);
    sg_stand_stop();
}

static void test_an_idle_connection_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct sg_client) <= 512);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_idle_connection_is_small),
    };
    int failed = SG_STAND_ROWS("traces", traces, test_trace);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
