/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_parties.c - who takes part: from headers, constants and the body, kept as digests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "proxy/parties.h"

#include "../lib/suite.h"

static const struct sg_keys keys = {.agent = {1}, .customer = {2}, .conversation = {3}};
static const uint8_t peer4[4] = {192, 0, 2, 7};

struct world {
    struct sg_arena arena;
    struct sg_route route;
    struct sg_headers headers;
    struct sg_epoch epoch;
    struct sg_digests digests;
    struct sg_parties parties;
};

static struct sg_source from_body(struct world *world, const char *text)
{
    struct sg_source source = {.kind = SG_SOURCE_BODY};
    size_t at;
    assert_int_equal(sg_path_parse(&source.path, &world->arena, sg_bytes_of(text), &at, NULL),
                     SCRUBGATE_OK);
    return source;
}

static void begin(struct world *world)
{
    *world = (struct world){.route = {.name = "r"}};
    world->epoch.number = 230;
    world->epoch.key[0] = 4;
    atomic_init(&world->epoch.holders, 1);
    assert_int_equal(sg_digests_init(&world->digests, &keys, &world->epoch), SCRUBGATE_OK);
    struct sg_source *party = world->route.party;
    party[SG_PARTY_CUSTOMER] = from_body(world, "$.from");
    party[SG_PARTY_AGENT] = (struct sg_source){SG_SOURCE_HEADER, NULL, SG_BYTES("x-agent-id")};
    party[SG_PARTY_CONVERSATION] = from_body(world, "$.conversation");
    party[SG_PARTY_BRAND] = (struct sg_source){SG_SOURCE_CONST, NULL, SG_BYTES("acme")};
    party[SG_PARTY_CHANNEL] = (struct sg_source){SG_SOURCE_HEADER, NULL, SG_BYTES("X-Channel")};
    assert_int_equal(sg_headers_add(&world->headers, SG_BYTES("X-Agent-Id"), SG_BYTES("agent-7")),
                     SCRUBGATE_OK);
    assert_int_equal(sg_headers_add(&world->headers, SG_BYTES("X-Channel"), SG_BYTES("widget")),
                     SCRUBGATE_OK);
    sg_parties_begin(&world->parties, &world->route, &world->headers);
}

static void end(struct world *world)
{
    sg_parties_clear(&world->parties);
    sg_parties_fini(&world->parties);
    sg_digests_fini(&world->digests);
    sg_arena_fini(&world->arena);
}

/* As the body's stream does. */
static void capture(struct world *world, enum sg_party party, const char *value)
{
    for (size_t i = 0; i < world->parties.n; i++) {
        if (world->parties.captured[i] != party)
            continue;
        struct sg_capture *one = &world->parties.capture[i];
        assert_int_equal(sg_buf_add_text(&one->value, value), SCRUBGATE_OK);
        one->found = true;
    }
}

static void settle(struct world *world)
{
    const struct sg_peer peer = {{peer4, sizeof peer4}, SG_BYTES("t13i-own")};
    assert_int_equal(sg_parties_settle(&world->parties, &world->digests, &peer, &world->headers),
                     SCRUBGATE_OK);
}

static void test_headers_and_constants_are_known_at_once(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    assert_true(sg_bytes_equal(world.parties.value[SG_PARTY_AGENT], SG_BYTES("agent-7")));
    assert_true(sg_bytes_equal(world.parties.value[SG_PARTY_BRAND], SG_BYTES("acme")));
    assert_int_equal(world.parties.value[SG_PARTY_QUEUE].len, 0);
    assert_string_equal(world.parties.channel, "widget");
    end(&world);
}

static void test_each_body_source_is_captured_under_a_ceiling(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    assert_int_equal(world.parties.n, 2);
    assert_int_equal(world.parties.captured[0], SG_PARTY_CUSTOMER);
    assert_int_equal(world.parties.captured[1], SG_PARTY_CONVERSATION);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(world.parties.capture[i].value.ceiling, SG_CAPTURE_LONGEST);
    end(&world);
}

static void test_a_body_is_wanted_until_it_named_someone(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    assert_true(sg_parties_wanting(&world.parties));
    capture(&world, SG_PARTY_CUSTOMER, "c1");
    assert_false(sg_parties_wanting(&world.parties));
    end(&world);
}

static void test_parties_become_digests(void **state)
{
    struct world world;
    uint64_t customer, other;
    (void)state;
    begin(&world);
    capture(&world, SG_PARTY_CUSTOMER, "c1");
    settle(&world);
    const struct sg_record_facets *facets = &world.parties.facets;
    struct sg_facets *names = world.digests.names, *now = world.digests.now;
    assert_int_equal(sg_facet_customer(names, SG_BYTES("acme"), SG_BYTES("c1"), &customer),
                     SCRUBGATE_OK);
    assert_int_equal(sg_facet_customer(names, SG_BYTES("other"), SG_BYTES("c1"), &other),
                     SCRUBGATE_OK);
    assert_true(facets->customer == customer);
    assert_true(facets->customer != other);
    assert_int_equal(sg_facet_customer(now, SG_BYTES("acme"), SG_BYTES("c1"), &customer),
                     SCRUBGATE_OK);
    assert_true(world.parties.now.customer == customer && customer != facets->customer);
    assert_true(world.parties.now.network == facets->network);
    assert_int_equal(world.parties.epoch, 230);
    assert_true(world.parties.before.customer == 0 && world.parties.before.network == 0);
    assert_true(facets->agent != 0 && facets->network != 0 && facets->device != 0);
    assert_true(facets->conversation == 0); /* the body did not name it */
    end(&world);
}

/* While two keys count: what the log says stays the same, what events say is told under both, and
 * under the key before it is what was said then. */
static void test_two_keys_digest_twice(void **state)
{
    struct world world;
    struct sg_epoch next = {.number = 231, .doubled = true, .key = {5}, .before = {4}};
    (void)state;
    atomic_init(&next.holders, 1);
    begin(&world);
    capture(&world, SG_PARTY_CUSTOMER, "c1");
    capture(&world, SG_PARTY_CONVERSATION, "v1");
    settle(&world);
    const struct sg_record_facets log = world.parties.facets;
    const struct sg_collusion_was now = world.parties.now;
    world.parties.settled = false;
    assert_int_equal(sg_digests_use(&world.digests, &next), SCRUBGATE_OK);
    settle(&world);
    assert_memory_equal(&world.parties.before, &now, sizeof now);
    assert_int_equal(world.parties.epoch, 231);
    assert_true(world.parties.now.customer != now.customer && world.parties.now.tls != now.tls);
    assert_true(world.parties.now.ticket != now.ticket && world.parties.now.device != now.device);
    assert_true(world.parties.facets.customer == log.customer);
    assert_true(world.parties.facets.conversation == log.conversation);
    assert_true(world.parties.facets.agent == log.agent);
    end(&world);
    assert_int_equal(atomic_load(&next.holders), 1);
}

static void test_a_later_body_completes_them(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    settle(&world);
    struct sg_record_facets before = world.parties.facets;
    capture(&world, SG_PARTY_CONVERSATION, "v1");
    settle(&world);
    assert_true(before.conversation == 0);
    assert_true(world.parties.facets.conversation != 0);
    assert_true(world.parties.facets.network == before.network);
    assert_true(world.parties.facets.device == before.device);
    end(&world);
}

static void test_a_channel_too_long_to_keep_is_not_known(void **state)
{
    struct world world;
    char name[sizeof world.parties.channel + 1];
    (void)state;
    begin(&world);
    sg_parties_clear(&world.parties);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    world.headers.item[1].value = sg_bytes_of(name);
    sg_parties_begin(&world.parties, &world.route, &world.headers);
    assert_string_equal(world.parties.channel, "");
    end(&world);
}

static void expect_tls(const struct world *world, const char *print)
{
    uint64_t want = 0;
    assert_int_equal(sg_facet_tls(world->digests.now, sg_bytes_of(print), &want), SCRUBGATE_OK);
    assert_true(world->parties.facets.tls == want);
}

static void test_the_tls_print_is_the_connections(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    settle(&world);
    expect_tls(&world, "t13i-own");
    end(&world);
}

/* Which is the balancer's where there is one: the client's is what it says, or nothing. */
static void test_the_tls_print_is_the_balancers_word(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    sg_parties_clear(&world.parties);
    world.route.party[SG_PARTY_TLS] = (struct sg_source){SG_SOURCE_HEADER, NULL, SG_BYTES("x-ja4")};
    sg_parties_begin(&world.parties, &world.route, &world.headers);
    settle(&world);
    expect_tls(&world, "");
    sg_parties_clear(&world.parties);
    assert_int_equal(sg_headers_add(&world.headers, SG_BYTES("X-JA4"), SG_BYTES("t13d-theirs")),
                     SCRUBGATE_OK);
    sg_parties_begin(&world.parties, &world.route, &world.headers);
    settle(&world);
    expect_tls(&world, "t13d-theirs");
    end(&world);
}

static void test_clearing_wipes_what_was_captured(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    capture(&world, SG_PARTY_CUSTOMER, "secret-name");
    const uint8_t *memory = world.parties.capture[0].value.data;
    size_t cap = world.parties.capture[0].value.cap;
    sg_parties_clear(&world.parties);
    for (size_t i = 0; i < cap && i < 11; i++)
        assert_int_equal(memory[i], 0);
    assert_int_equal(world.parties.n, 0);
    assert_true(world.parties.facets.agent == 0);
    end(&world);
}

static const struct sender_row {
    const char *name;
    enum scrubgate_direction direction;
    bool request;
    const char *customer, *conversation; /* "": not named */
    const char *want;                    /* its parts, each behind a / */
} sender_rows[] = {
    {"a customer speaks in a conversation", SCRUBGATE_TO_AGENT, true, "c1", "v1",
     "/customer/acme/v1/c1/"},
    {"... or, where none is named, at all", SCRUBGATE_TO_AGENT, true, "c1", "",
     "/customer/acme//c1/"},
    {"an agent speaks in a conversation", SCRUBGATE_TO_CUSTOMER, true, "c1", "v1",
     "/agent/acme/v1/agent-7/"},
    {"... or to a customer", SCRUBGATE_TO_CUSTOMER, true, "c1", "", "/agent/acme//agent-7/c1"},
    {"an answer is nobody's message", SCRUBGATE_TO_CUSTOMER, false, "c1", "v1",
     "/answer to customer/acme/v1/agent-7/"},
    {"a conversation is enough", SCRUBGATE_TO_AGENT, true, "", "v1", "/customer/acme/v1//"},
    {"without both nobody is known", SCRUBGATE_TO_CUSTOMER, true, "", "", ""},
};

static void test_sender_row(void **state)
{
    const struct sender_row *row = *state;
    struct sg_bytes parts[SG_SENDER_PARTS];
    struct sg_buf text = {0};
    struct world world;
    begin(&world);
    if (row->customer[0] != '\0')
        capture(&world, SG_PARTY_CUSTOMER, row->customer);
    if (row->conversation[0] != '\0')
        capture(&world, SG_PARTY_CONVERSATION, row->conversation);
    size_t n = sg_parties_sender(&world.parties, row->direction, row->request, parts);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(sg_buf_add_text(&text, "/"), 0);
        assert_int_equal(sg_buf_add_bytes(&text, parts[i]), 0);
    }
    assert_true(sg_bytes_equal(sg_buf_bytes(&text), sg_bytes_of(row->want)));
    sg_buf_fini(&text);
    end(&world);
}

int main(void)
{
    SG_SUITE_ROWS(test_sender_row, sender_rows);
    sg_suite_add("two keys digest twice", test_two_keys_digest_twice, NULL);
    sg_suite_add("headers and constants are known at once",
                 test_headers_and_constants_are_known_at_once, NULL);
    sg_suite_add("the TLS print is the connection's", test_the_tls_print_is_the_connections, NULL);
    sg_suite_add("the TLS print is the load balancer's word where the route says so",
                 test_the_tls_print_is_the_balancers_word, NULL);
    sg_suite_add("each body source is captured under a ceiling",
                 test_each_body_source_is_captured_under_a_ceiling, NULL);
    sg_suite_add("a body is wanted until it named someone",
                 test_a_body_is_wanted_until_it_named_someone, NULL);
    sg_suite_add("parties become digests", test_parties_become_digests, NULL);
    sg_suite_add("a later body completes them", test_a_later_body_completes_them, NULL);
    sg_suite_add("a channel too long to keep is not known",
                 test_a_channel_too_long_to_keep_is_not_known, NULL);
    sg_suite_add("clearing wipes what was captured", test_clearing_wipes_what_was_captured, NULL);
    return sg_suite_run("proxy/parties");
}
