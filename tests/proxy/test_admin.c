/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_admin.c - what the admin port says of readiness, asked on a real socket; the rest of it is
 * asked of the running gateway (tests/wire).
 */
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "net/listen.h"
#include "proxy/admin.h"

#include "../lib/suite.h"
#include "../lib/wire.h"

static const struct row {
    const char *name;
    const char *why; /* it is not ready; NULL: it is */
    bool by_reference;
    unsigned status;
    const char *holds;
} rows[] = {
    {"it serves", NULL, false, 200, "ready\n"},
    {"it serves with the slow engine, and says so", NULL, true, 200,
     "ready, but slow: the fast engine was wrong"},
    {"it does not serve", "draining", false, 503, "not ready: draining\n"},
    {"it does not serve, and the engine is no matter", "draining", true, 503,
     "not ready: draining\n"},
};

struct world {
    const struct row *row;
    struct sg_loop *loop;
    struct sg_wake wake;
    struct sg_admin *admin;
    unsigned port;
};

static struct world world; /* the wake finds it */

static const char *unready(void *ctx)
{
    return ((struct world *)ctx)->row->why;
}

static bool by_reference(void *ctx)
{
    return ((struct world *)ctx)->row->by_reference;
}

static void woken(struct sg_wake *wake)
{
    (void)wake;
    sg_loop_stop(world.loop);
}

static void *run(void *ctx)
{
    (void)ctx;
    return sg_loop_run(world.loop) < 0 ? &world : NULL;
}

static int listen_somewhere(unsigned *port)
{
    struct sg_address address;
    struct scrubgate_fault fault;
    struct sockaddr_in bound;
    socklen_t len = sizeof bound;
    int fd = -1;
    assert_int_equal(sg_address_parse(&address, "127.0.0.1:0", &fault), SCRUBGATE_OK);
    assert_int_equal(sg_listen_open(&address, false, &fd, &fault), SCRUBGATE_OK);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&bound, &len), 0);
    *port = ntohs(bound.sin_port);
    return fd;
}

static void test_row(void **state)
{
    const struct sg_admin_host host = {
        .unready = unready, .by_reference = by_reference, .ctx = &world};
    struct sg_answer answer = {.cut = false};
    pthread_t thread;
    void *failed;
    world = (struct world){.row = *state};
    assert_int_equal(sg_loop_new(&world.loop), SCRUBGATE_OK);
    assert_int_equal(sg_wake_init(world.loop, &world.wake, woken), SCRUBGATE_OK);
    int fd = listen_somewhere(&world.port);
    assert_int_equal(sg_admin_start(&world.admin, world.loop, fd, &host), SCRUBGATE_OK);
    assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0);
    sg_wire_ask(world.port, "GET", "/readyz", "", SG_BYTES(""), &answer);
    sg_wake_ring(&world.wake);
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
    assert_int_equal(answer.head.status, world.row->status);
    assert_true(sg_holds(sg_buf_bytes(&answer.body), world.row->holds));
    sg_answer_fini(&answer);
    sg_admin_stop(world.admin);
    sg_wake_fini(world.loop, &world.wake);
    sg_loop_free(world.loop);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    return sg_suite_run("proxy/admin");
}
