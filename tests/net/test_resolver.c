/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_resolver.c - names that are looked up again, by a resolver that the test plays.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "net/origin.h"
#include "net/resolver.h"
#include "../lib/suite.h"

enum { MS = 1000000, PATIENCE_S = 20 };

/* What the resolver's thread is told, and has asked. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t news;
    const char *answer; /* an address; NULL: there is none */
    unsigned asked, failures, recoveries;
    bool blocks; /* a lookup hangs until this is taken back */
    char host[64];
} world = {.lock = PTHREAD_MUTEX_INITIALIZER, .news = PTHREAD_COND_INITIALIZER};

static enum scrubgate_status lookup(void *ctx, const char *host, unsigned port,
                                    struct sg_addresses *found, const char **why)
{
    enum scrubgate_status rc = SCRUBGATE_EIO;
    assert_ptr_equal(ctx, &world);
    (void)pthread_mutex_lock(&world.lock);
    world.asked++;
    (void)pthread_cond_broadcast(&world.news);
    while (world.blocks)
        (void)pthread_cond_wait(&world.news, &world.lock);
    *why = "no such name";
    if (world.answer != NULL) {
        found->n = 1;
        rc = sg_address_parse(&found->item[0], world.answer, NULL);
    }
    (void)pthread_mutex_unlock(&world.lock);
    assert_int_equal(port, 9000);
    assert_string_equal(host, "localhost");
    return rc;
}

static void told(void *ctx, const char *host, const char *why)
{
    (void)ctx;
    assert_string_equal(host, "localhost");
    (void)pthread_mutex_lock(&world.lock);
    if (why != NULL)
        assert_string_equal(why, "no such name");
    *(why != NULL ? &world.failures : &world.recoveries) += 1;
    (void)pthread_mutex_unlock(&world.lock);
}

/* Waits for so many lookups more to have begun: the one before the last has had its effect. */
static void await(unsigned more)
{
    struct timespec end;
    (void)clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_S;
    (void)pthread_mutex_lock(&world.lock);
    unsigned until = world.asked + more;
    int rc = 0;
    while (world.asked < until && rc == 0)
        rc = pthread_cond_timedwait(&world.news, &world.lock, &end);
    (void)pthread_mutex_unlock(&world.lock);
    assert_int_equal(rc, 0);
}

static void answer(const char *text)
{
    (void)pthread_mutex_lock(&world.lock);
    world.answer = text;
    (void)pthread_mutex_unlock(&world.lock);
    await(2);
}

/* Stopping may leave the thread behind in a lookup: it lets go a moment later. */
static void await_sole(const struct sg_origin *origin)
{
    for (unsigned spins = 0; !sg_origin_sole(origin); spins++) {
        const struct timespec moment = {0, MS};
        assert_true(spins < PATIENCE_S * 1000);
        (void)nanosleep(&moment, NULL);
    }
}

static bool leads(const struct sg_origin *origin, const char *text)
{
    struct sg_address address;
    assert_int_equal(sg_address_parse(&address, text, NULL), SCRUBGATE_OK);
    struct sg_places *places = sg_origin_places(origin);
    bool only = places->to.n == 1;
    sg_places_drop(places);
    return only && sg_origin_leads(origin, sg_address_mark(&address));
}

static struct sg_resolver *start(void)
{
    const struct sg_resolver_config config = {
        .every_ns = MS, .lookup = lookup, .told = told, .ctx = &world};
    struct sg_resolver *resolver;
    world.asked = world.failures = world.recoveries = 0;
    world.answer = "127.0.0.1:9000";
    assert_int_equal(sg_resolver_start(&resolver, &config), SCRUBGATE_OK);
    return resolver;
}

static void test_moves(void **state)
{
    (void)state;
    struct sg_origin *origin;
    struct sg_resolver *resolver = start();
    assert_int_equal(sg_origin_new(&origin, "http://localhost:9000/", NULL), SCRUBGATE_OK);
    assert_int_equal(sg_resolver_watch(resolver, origin), SCRUBGATE_OK);
    answer("127.0.0.2:9000");
    assert_true(leads(origin, "127.0.0.2:9000"));
    answer("127.0.0.3:9000");
    assert_true(leads(origin, "127.0.0.3:9000"));
    sg_resolver_stop(resolver);
    assert_int_equal(world.failures + world.recoveries, 0);
    sg_origin_free(origin);
}

static void test_keeps_the_last_good_ones(void **state)
{
    (void)state;
    struct sg_origin *origin;
    struct sg_resolver *resolver = start();
    assert_int_equal(sg_origin_new(&origin, "http://localhost:9000/", NULL), SCRUBGATE_OK);
    assert_int_equal(sg_resolver_watch(resolver, origin), SCRUBGATE_OK);
    answer("127.0.0.2:9000");
    answer(NULL);
    await(5);
    assert_true(leads(origin, "127.0.0.2:9000"));
    answer("127.0.0.4:9000");
    assert_true(leads(origin, "127.0.0.4:9000"));
    sg_resolver_stop(resolver);
    /* Many lookups failed: it was said once, and once that they work again. */
    assert_int_equal(world.failures, 1);
    assert_int_equal(world.recoveries, 1);
    sg_origin_free(origin);
}

static void test_forgets(void **state)
{
    (void)state;
    struct sg_origin *origin, *other;
    struct sg_resolver *resolver = start();
    assert_int_equal(sg_origin_new(&origin, "http://localhost:9000/", NULL), SCRUBGATE_OK);
    assert_int_equal(sg_origin_new(&other, "http://localhost:9000/", NULL), SCRUBGATE_OK);
    assert_int_equal(sg_resolver_watch(resolver, origin), SCRUBGATE_OK);
    assert_int_equal(sg_resolver_watch(resolver, other), SCRUBGATE_OK);
    await(2);
    answer("127.0.0.2:9000");
    await(2); /* both have moved */
    struct sg_places *left = sg_origin_places(origin);
    sg_origin_free(origin); /* its config is gone */
    await(4);
    assert_int_equal(atomic_load(&left->holders), 1); /* ours: the origin is no more */
    sg_places_drop(left);
    assert_false(sg_origin_sole(other));
    sg_resolver_stop(resolver);
    await_sole(other);
    sg_origin_free(other);
}

static void test_leaves_addresses_alone(void **state)
{
    static const char *const urls[] = {"http://127.0.0.1:9000/", "http://[::1]:9000/",
                                       "unix:/run/app.sock"};
    (void)state;
    struct sg_resolver *resolver = start();
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct sg_origin *origin;
        assert_int_equal(sg_origin_new(&origin, urls[i], NULL), SCRUBGATE_OK);
        assert_int_equal(sg_resolver_watch(resolver, origin), SCRUBGATE_OK);
        assert_true(sg_origin_sole(origin));
        sg_origin_free(origin);
    }
    sg_resolver_stop(resolver);
    assert_int_equal(world.asked, 0);
}

/* A name server that does not answer must not keep the gateway from ending. */
static void test_stop_does_not_wait_for_a_lookup(void **state)
{
    (void)state;
    struct sg_origin *origin;
    struct sg_resolver *resolver = start();
    world.blocks = true;
    assert_int_equal(sg_origin_new(&origin, "http://localhost:9000/", NULL), SCRUBGATE_OK);
    assert_int_equal(sg_resolver_watch(resolver, origin), SCRUBGATE_OK);
    await(1);
    sg_resolver_stop(resolver);
    struct sg_places *before = sg_origin_places(origin);
    (void)pthread_mutex_lock(&world.lock);
    world.blocks = false;
    world.answer = "127.0.0.9:9000";
    (void)pthread_cond_broadcast(&world.news);
    (void)pthread_mutex_unlock(&world.lock);
    /* The thread that was left behind lets go of the origin, and has not moved it. */
    await_sole(origin);
    struct sg_places *after = sg_origin_places(origin);
    assert_ptr_equal(before, after);
    sg_places_drop(before);
    sg_places_drop(after);
    sg_origin_free(origin);
}

int main(void)
{
    sg_suite_add("an origin follows its name", test_moves, NULL);
    sg_suite_add("a name that cannot be looked up keeps its last good addresses, and is told of",
                 test_keeps_the_last_good_ones, NULL);
    sg_suite_add("what nobody else holds is forgotten", test_forgets, NULL);
    sg_suite_add("addresses and sockets are left alone", test_leaves_addresses_alone, NULL);
    sg_suite_add("to stop is not to wait for a lookup", test_stop_does_not_wait_for_a_lookup, NULL);
    return sg_suite_run("net/resolver");
}
