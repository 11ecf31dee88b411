/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caller.c - who calls an origin that does what a script says, over loopback.
 */
#include "caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { MS = 1000000 };

struct sg_caller sg_caller;

const struct sg_upstream_limits sg_caller_usual = {.connect_ns = UINT64_C(100000) * MS,
                                                   .first_ns = UINT64_C(100000) * MS,
                                                   .idle_ns = UINT64_C(100000) * MS,
                                                   .kept_ns = UINT64_C(100000) * MS,
                                                   .header = SG_CALLER_MAX_HEAD,
                                                   .kept = 8};

void sg_caller_rung(struct sg_wake *wake)
{
    (void)wake;
    sg_loop_stop(sg_caller.loop);
}

void sg_caller_begin_with(const struct sg_upstream_limits *limits)
{
    memset(&sg_caller.origin, 0, sizeof sg_caller.origin);
    assert_int_equal(sg_loop_new(&sg_caller.loop), SCRUBGATE_OK);
    assert_int_equal(sg_wake_init(sg_caller.loop, &sg_caller.bell, sg_caller_rung), SCRUBGATE_OK);
    assert_int_equal(sg_upstream_new(&sg_caller.upstream, sg_caller.loop, limits, NULL),
                     SCRUBGATE_OK);
    sg_caller.target = NULL;
}

void sg_caller_begin(void)
{
    sg_caller_begin_with(&sg_caller_usual);
}

void sg_caller_add(enum sg_step_kind kind)
{
    sg_scripted_origin_add(&sg_caller.origin, kind, NULL, 0);
}

void sg_caller_say(const char *text)
{
    sg_scripted_origin_add(&sg_caller.origin, SG_STEP_SAY, text, 0);
}

void sg_caller_turn(void)
{
    sg_wake_ring(&sg_caller.bell);
    sg_probe_run(sg_caller.loop);
}

void sg_caller_start(void)
{
    char url[64];
    sg_scripted_origin_start(&sg_caller.origin, &sg_caller.bell);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", sg_caller.origin.port);
    assert_int_equal(sg_origin_new(&sg_caller.target, url, NULL), SCRUBGATE_OK);
    sg_caller_turn();
}

/* The client first: what the origin waits for is often its end. */
void sg_caller_finish(void)
{
    sg_upstream_free(sg_caller.upstream);
    sg_origin_free(sg_caller.target);
    sg_wake_fini(sg_caller.loop, &sg_caller.bell);
    sg_loop_free(sg_caller.loop);
    sg_scripted_origin_stop(&sg_caller.origin);
}

void sg_caller_open(struct sg_probe *probe, const char *head, bool idempotent)
{
    probe->loop = sg_caller.loop;
    assert_int_equal(sg_call_open(&probe->call, sg_caller.upstream, sg_caller.target,
                                  sg_bytes_of(head), strstr(head, "chunked") != NULL,
                                  strncmp(head, "HEAD", 4) == 0, idempotent, &sg_probe_handler,
                                  probe),
                     SCRUBGATE_OK);
}

void sg_caller_send_last(struct sg_probe *probe, const char *body)
{
    assert_int_equal(sg_call_send(probe->call, sg_bytes_of(body), true), SCRUBGATE_OK);
}

void sg_caller_expect(const char *head, const char *body, bool idempotent, const char *want)
{
    struct sg_probe probe = {0};
    sg_caller_open(&probe, head, idempotent);
    sg_caller_send_last(&probe, body);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, want);
}

void sg_caller_fill(struct sg_probe *probe)
{
    static const uint8_t piece[30000];
    enum { ENOUGH = 64 << 20 };
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc == SCRUBGATE_OK) {
        assert_true(sg_caller.sent < ENOUGH);
        rc = sg_call_send(probe->call, (struct sg_bytes){piece, sizeof piece}, false);
        assert_true(rc >= 0);
        sg_caller.sent += sizeof piece;
    }
    assert_int_equal(rc, SCRUBGATE_FULL);
}
