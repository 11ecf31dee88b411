/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe.c - an upstream call whose handler writes down what it is told.
 */
#include "probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const uint64_t patience_ns = UINT64_C(20000000000);

static void write_down(struct sg_probe *probe, const char *text, size_t len)
{
    assert_true(probe->n_story + len < sizeof probe->story);
    memcpy(probe->story + probe->n_story, text, len);
    probe->n_story += len;
    probe->story[probe->n_story] = '\0';
}

/* Does what the probe is to do at that point. False: its call is gone. */
static bool pass(struct sg_probe *probe, enum sg_probe_point point)
{
    if (probe->act_at == point && probe->act != NULL)
        probe->act(probe);
    if (probe->cancel_at != point)
        return true;
    probe->cancel_at = SG_PROBE_NOWHERE;
    probe->over = true;
    sg_call_cancel(probe->call);
    probe->call = NULL;
    write_down(probe, "<cancelled>", 11);
    if (!probe->goes_on)
        sg_loop_stop(probe->loop);
    return false;
}

static void on_head(void *own, const struct sg_head *head, const struct sg_framing *framing)
{
    static const char *const kinds[] = {"none", "length", "chunked", "close"};
    struct sg_probe *probe = own;
    char text[64];
    assert_false(probe->over);
    int n = snprintf(text, sizeof text, "<%u %s>", head->status, kinds[framing->kind]);
    write_down(probe, text, (size_t)n);
    (void)pass(probe, SG_PROBE_HEAD);
}

static void go_on(struct sg_task *task)
{
    struct sg_probe *probe =
        (struct sg_probe *)(void *)((char *)task - offsetof(struct sg_probe, resume));
    if (!probe->over)
        sg_call_resume(probe->call);
}

static size_t on_body(void *own, struct sg_bytes piece)
{
    struct sg_probe *probe = own;
    assert_false(probe->over);
    assert_true(piece.len > 0);
    if (!pass(probe, SG_PROBE_BODY) || (probe->pauses && !probe->taking))
        return 0;
    size_t n = piece.len;
    if (probe->take_most > 0 && n > probe->take_most) {
        n = probe->take_most;
        probe->resume.run = go_on;
        sg_task_queue(probe->loop, &probe->resume);
    }
    if (probe->body + n <= SG_PROBE_BODY_SHOWN)
        write_down(probe, (const char *)piece.data, n);
    probe->body += n;
    return n;
}

static void finish(struct sg_probe *probe, enum sg_probe_point point)
{
    assert_false(probe->over);
    probe->over = true;
    sg_task_cancel(probe->loop, &probe->resume);
    if (pass(probe, point) && !probe->goes_on)
        sg_loop_stop(probe->loop);
}

static void on_end(void *own)
{
    write_down(own, "<end>", 5);
    finish(own, SG_PROBE_END);
}

static void on_failed(void *own, enum sg_call_failure why)
{
    char text[64];
    int n = snprintf(text, sizeof text, "<%s>", sg_call_failure_word(why));
    write_down(own, text, (size_t)n);
    finish(own, SG_PROBE_FAILED);
}

static void on_writable(void *own)
{
    struct sg_probe *probe = own;
    assert_false(probe->over);
    probe->writables++;
    (void)pass(probe, SG_PROBE_WRITABLE);
}

const struct sg_call_handler sg_probe_handler = {
    .head = on_head, .body = on_body, .end = on_end, .failed = on_failed, .writable = on_writable};

static void too_long(struct sg_timer *timer)
{
    (void)timer;
    fail_msg("the loop was not stopped in time");
}

void sg_probe_run(struct sg_loop *loop)
{
    struct sg_timer guard = {.due = too_long};
    assert_int_equal(sg_timer_set(loop, &guard, sg_loop_now(loop) + patience_ns), SCRUBGATE_OK);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    sg_timer_cancel(loop, &guard);
}
