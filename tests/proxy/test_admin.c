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
#include "proxy/generation.h"
#include "proxy/sandbox.h"

#include "../lib/suite.h"
#include "../lib/wire.h"

enum { CROWD = 64 }; /* as many as one address may hold */

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
    pthread_t thread;
    struct sg_generation generation; /* of nothing: it is not looked at */
    bool unconfined;                 /* threads cannot be */
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

static struct sg_generation *generation(void *ctx)
{
    return &((struct world *)ctx)->generation;
}

/* Instead of the sandbox. */
enum scrubgate_status sg_sandbox_enter(enum sg_sandbox_role role)
{
    assert_int_equal(role, SG_SANDBOX_WORKER);
    return world.unconfined ? SCRUBGATE_EIO : SCRUBGATE_OK;
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

static void begin(const struct row *row, bool unconfined)
{
    static const struct sg_admin_host host = {
        .unready = unready, .by_reference = by_reference, .generation = generation, .ctx = &world};
    world = (struct world){.row = row, .unconfined = unconfined, .generation = {.holders = 1}};
    assert_int_equal(sg_loop_new(&world.loop), SCRUBGATE_OK);
    assert_int_equal(sg_wake_init(world.loop, &world.wake, woken), SCRUBGATE_OK);
    int fd = listen_somewhere(&world.port);
    assert_int_equal(sg_admin_start(&world.admin, world.loop, fd, &host), SCRUBGATE_OK);
    assert_int_equal(pthread_create(&world.thread, NULL, run, NULL), 0);
}

static void finish(void)
{
    void *failed;
    sg_wake_ring(&world.wake);
    assert_int_equal(pthread_join(world.thread, &failed), 0);
    assert_null(failed);
    sg_admin_stop(world.admin);
    sg_wake_fini(world.loop, &world.wake);
    sg_loop_free(world.loop);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_answer answer = {.cut = false};
    begin(row, false);
    sg_wire_ask(world.port, "GET", "/readyz", "", SG_BYTES(""), &answer);
    finish();
    assert_int_equal(answer.head.status, row->status);
    assert_true(sg_holds(sg_buf_bytes(&answer.body), row->holds));
    sg_answer_fini(&answer);
}

/* From an address of this host that nobody else here uses. */
static void dial_from_elsewhere(struct sg_wire *wire)
{
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002)};
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)world.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *wire = (struct sg_wire){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_true(wire->fd >= 0);
    assert_int_equal(bind(wire->fd, (const struct sockaddr *)&from, sizeof from), 0);
    assert_int_equal(connect(wire->fd, (const struct sockaddr *)&to, sizeof to), 0);
}

static void test_crowd(void **state)
{
    static struct sg_wire silent[CROWD];
    struct sg_wire last;
    struct sg_answer answer = {.cut = false};
    (void)state;
    begin(&rows[0], false);
    for (size_t i = 0; i < CROWD; i++)
        dial_from_elsewhere(&silent[i]);
    dial_from_elsewhere(&last);
    sg_wire_say(&last, "GET /healthz HTTP/1.1\r\nHost: gate.example\r\n\r\n");
    sg_wire_read(&last, &answer, false);
    assert_int_equal(answer.head.status, 503);
    sg_wire_ask(world.port, "GET", "/healthz", "", SG_BYTES(""), &answer);
    assert_int_equal(answer.head.status, 200);
    for (size_t i = 0; i < CROWD; i++)
        sg_wire_close(&silent[i]);
    sg_wire_close(&last);
    sg_answer_fini(&answer);
    finish();
}

static void test_unconfined(void **state)
{
    struct sg_answer answer = {.cut = false};
    (void)state;
    begin(&rows[0], true);
    sg_wire_ask(world.port, "POST", "/v1/scrub", "", SG_BYTES("{}"), &answer);
    assert_int_equal(answer.head.status, 503);
    sg_answer_fini(&answer);
    finish();
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("one address that is silent leaves room for others", test_crowd, NULL);
    sg_suite_add("a thread that cannot be confined: what it is to scan is refused at once",
                 test_unconfined, NULL);
    return sg_suite_run("proxy/admin");
}
