/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_facet.c - what makes two requests the same to a fingerprint, and what does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <scrubgate/collusion.h>

#include "collusion/facet.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

static const uint8_t key[SG_KEY_SIZE] = {1, 2, 3};

static struct sg_facets *open_facets(void)
{
    struct sg_facets *facets;
    assert_int_equal(sg_facets_new(&facets, key), SCRUBGATE_OK);
    return facets;
}

/* --- parties --- */

static uint64_t customer(struct sg_facets *facets, const char *brand, const char *id)
{
    uint64_t out = 77;
    assert_int_equal(sg_facet_customer(facets, sg_bytes_of(brand), sg_bytes_of(id), &out),
                     SCRUBGATE_OK);
    return out;
}

static uint64_t conversation(struct sg_facets *facets, const char *brand, const char *id)
{
    uint64_t out = 77;
    assert_int_equal(sg_facet_conversation(facets, sg_bytes_of(brand), sg_bytes_of(id), &out),
                     SCRUBGATE_OK);
    return out;
}

static uint64_t agent(struct sg_facets *facets, const char *id)
{
    uint64_t out = 77;
    assert_int_equal(sg_facet_agent(facets, sg_bytes_of(id), &out), SCRUBGATE_OK);
    return out;
}

static void test_one_id_has_one_digest(void **state)
{
    (void)state;
    struct sg_facets *facets = open_facets(), *again = open_facets();
    assert_int_equal(customer(facets, "acme", "c1"), customer(again, "acme", "c1"));
    assert_int_equal(agent(facets, "a1"), agent(again, "a1"));
    assert_int_not_equal(customer(facets, "acme", "c1"), customer(facets, "acme", "c2"));
    sg_facets_free(facets);
    sg_facets_free(again);
}

static void test_brands_cannot_link_their_customers(void **state)
{
    (void)state;
    struct sg_facets *facets = open_facets();
    assert_int_not_equal(customer(facets, "acme", "c1"), customer(facets, "other", "c1"));
    assert_int_not_equal(conversation(facets, "acme", "c1"), conversation(facets, "other", "c1"));
    /* Where the brand ends is part of it. */
    assert_int_not_equal(customer(facets, "acme", "c1"), customer(facets, "acm", "ec1"));
    sg_facets_free(facets);
}

static void test_facets_of_one_id_are_unrelated(void **state)
{
    (void)state;
    struct sg_facets *facets = open_facets();
    assert_int_not_equal(customer(facets, "", "x1"), agent(facets, "x1"));
    assert_int_not_equal(customer(facets, "", "x1"), conversation(facets, "", "x1"));
    assert_int_not_equal(agent(facets, "x1"), conversation(facets, "", "x1"));
    sg_facets_free(facets);
}

static void test_another_key_gives_other_digests(void **state)
{
    (void)state;
    static const uint8_t other_key[SG_KEY_SIZE] = {9};
    struct sg_facets *facets = open_facets(), *other;
    assert_int_equal(sg_facets_new(&other, other_key), SCRUBGATE_OK);
    assert_int_not_equal(customer(facets, "acme", "c1"), customer(other, "acme", "c1"));
    sg_facets_free(facets);
    sg_facets_free(other);
}

static void test_no_id_is_not_known(void **state)
{
    (void)state;
    struct sg_facets *facets = open_facets();
    assert_int_equal(customer(facets, "acme", ""), 0);
    assert_int_equal(agent(facets, ""), 0);
    assert_int_equal(conversation(facets, "acme", ""), 0);
    sg_facets_free(facets);
}

/* --- network --- */

struct network_row {
    const char *name;
    uint8_t a[16], b[16];
    size_t len_a, len_b;
    bool same;
};

#define MAPPED 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff

static const struct network_row networks[] = {
    {"two hosts of one /24 are one network", {192, 0, 2, 1}, {192, 0, 2, 200}, 4, 4, true},
    {"two /24 are two networks", {192, 0, 2, 1}, {192, 0, 3, 1}, 4, 4, false},
    {"two hosts of one /48 are one network",
     {0x20, 1, 0xd, 0xb8, 0, 1, 0, 1, 9},
     {0x20, 1, 0xd, 0xb8, 0, 1, 0, 2, 7},
     16,
     16,
     true},
    {"two /48 are two networks",
     {0x20, 1, 0xd, 0xb8, 0, 1},
     {0x20, 1, 0xd, 0xb8, 0, 2},
     16,
     16,
     false},
    {"IPv4 in IPv6 is IPv4", {192, 0, 2, 1}, {MAPPED, 192, 0, 2, 9}, 4, 16, true},
    {"IPv4 and IPv6 with the same first bytes differ", {1, 2, 3}, {1, 2, 3}, 4, 16, false},
};

static void test_network(void **state)
{
    const struct network_row *row = *state;
    struct sg_facets *facets = open_facets();
    uint64_t a = 0, b = 0;
    assert_int_equal(sg_facet_network(facets, (struct sg_bytes){row->a, row->len_a}, &a),
                     SCRUBGATE_OK);
    assert_int_equal(sg_facet_network(facets, (struct sg_bytes){row->b, row->len_b}, &b),
                     SCRUBGATE_OK);
    assert_true(a != 0 && b != 0);
    assert_int_equal(a == b, row->same);
    sg_facets_free(facets);
}

static void test_no_address_is_not_known(void **state)
{
    (void)state;
    struct sg_facets *facets = open_facets();
    uint64_t out = 77;
    assert_int_equal(sg_facet_network(facets, (struct sg_bytes){0}, &out), SCRUBGATE_OK);
    assert_int_equal(out, 0);
    out = 77;
    assert_int_equal(sg_facet_network(facets, SG_BYTES("12345"), &out), SCRUBGATE_OK);
    assert_int_equal(out, 0);
    sg_facets_free(facets);
}

/* --- TLS library --- */

static void test_tls_prints(void **state)
{
    static const char one[] = "t13d1516h2_8daaf6152771_e5627efa2ab1";
    static const char other[] = "t13d1516h2_8daaf6152771_6d807ffa2a79";
    struct sg_facets *facets = open_facets();
    uint64_t a = 0, b = 0;
    (void)state;
    assert_int_equal(sg_facet_tls(facets, SG_BYTES(one), &a), SCRUBGATE_OK);
    assert_int_equal(sg_facet_tls(facets, SG_BYTES(one), &b), SCRUBGATE_OK);
    assert_int_not_equal(a, 0);
    assert_int_equal(a, b);
    assert_int_equal(sg_facet_tls(facets, SG_BYTES(other), &b), SCRUBGATE_OK);
    assert_int_not_equal(a, b);
    assert_int_not_equal(a, agent(facets, one));
    assert_int_equal(sg_facet_tls(facets, (struct sg_bytes){0}, &a), SCRUBGATE_OK);
    assert_int_equal(a, 0);
    sg_facets_free(facets);
}

/* --- device --- */

#define UA_CHROME_131                                                                              \
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "            \
    "Chrome/131.0.0.0 Safari/537.36"
#define UA_CHROME_131_1                                                                            \
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "            \
    "Chrome/131.0.6778.86 Safari/537.36"
#define UA_CHROME_132                                                                              \
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "            \
    "Chrome/132.0.0.0 Safari/537.36"
#define UA_EDGE_131 UA_CHROME_131 " Edg/131.0.0.0"
#define UA_SAFARI_17                                                                               \
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "    \
    "Version/17.1 Safari/605.1.15"
#define UA_SAFARI_18                                                                               \
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "    \
    "Version/18.1 Safari/605.1.15"

enum { FIELDS = 5 };
struct request {
    const char *name[FIELDS], *value[FIELDS];
};

struct device_row {
    const char *name;
    struct request a, b;
    bool same;
};

#define NAMES                                                                                      \
    {                                                                                              \
        "Host", "User-Agent", "Accept-Language", "Cookie"                                          \
    }

static const struct device_row devices[] = {
    {"what the message decides counts by name only",
     {NAMES, {"a.example", "curl/8.5.0", "de", "one=1"}},
     {NAMES, {"b.example", "curl/8.5.0", "de", "two=2; three=3"}},
     true},
    {"another order is another device",
     {{"Host", "Accept"}, {"a", "*/*"}},
     {{"Accept", "Host"}, {"*/*", "a"}},
     false},
    {"the case of a name counts", {{"Host"}, {"a"}}, {{"host"}, {"a"}}, false},
    {"a field more is another device", {{"Host"}, {"a"}}, {{"Host", "DNT"}, {"a", "1"}}, false},
    {"where a name ends counts", {{"ab", "c"}, {"", ""}}, {{"a", "bc"}, {"", ""}}, false},
    {"a minor version is the same browser",
     {{"User-Agent"}, {UA_CHROME_131}},
     {{"User-Agent"}, {UA_CHROME_131_1}},
     true},
    {"a major version is another",
     {{"User-Agent"}, {UA_CHROME_131}},
     {{"User-Agent"}, {UA_CHROME_132}},
     false},
    {"Edge is not Chrome",
     {{"User-Agent"}, {UA_CHROME_131}},
     {{"User-Agent"}, {UA_EDGE_131}},
     false},
    {"Safari's version is behind Version",
     {{"User-Agent"}, {UA_SAFARI_17}},
     {{"User-Agent"}, {UA_SAFARI_18}},
     false},
    {"a program not known counts by its first product",
     {{"User-Agent"}, {"okhttp/4.12.0"}},
     {{"User-Agent"}, {"okhttp/4.9.1 (build 7)"}},
     true},
    {"and by its major version",
     {{"User-Agent"}, {"okhttp/4.12.0"}},
     {{"User-Agent"}, {"okhttp/5.0.0"}},
     false},
    {"the name User-Agent may be in any case, its value is read",
     {{"user-agent"}, {"okhttp/4.12.0"}},
     {{"user-agent"}, {"okhttp/5.0.0"}},
     false},
    {"the first language counts",
     {{"Accept-Language"}, {"de-AT,de;q=0.9"}},
     {{"Accept-Language"}, {"de-at;q=1, en"}},
     true},
    {"another first language is another device",
     {{"Accept-Language"}, {"de,en"}},
     {{"Accept-Language"}, {"en,de"}},
     false},
    {"the platform hint counts",
     {{"Sec-CH-UA-Platform"}, {"\"Android\""}},
     {{"Sec-CH-UA-Platform"}, {"\"Windows\""}},
     false},
};

static uint64_t device(struct sg_facets *facets, const struct request *request)
{
    struct sg_facet_field fields[FIELDS];
    uint64_t out = 0;
    size_t n = 0;
    for (; n < FIELDS && request->name[n] != NULL; n++)
        fields[n] =
            (struct sg_facet_field){sg_bytes_of(request->name[n]), sg_bytes_of(request->value[n])};
    assert_int_equal(sg_facet_device(facets, fields, n, &out), SCRUBGATE_OK);
    return out;
}

static void test_device(void **state)
{
    const struct device_row *row = *state;
    struct sg_facets *facets = open_facets();
    uint64_t a = device(facets, &row->a), b = device(facets, &row->b);
    assert_true(a != 0 && b != 0);
    assert_int_equal(a == b, row->same);
    sg_facets_free(facets);
}

static void test_no_fields_are_not_known(void **state)
{
    (void)state;
    struct sg_facets *facets = open_facets();
    uint64_t out = 77;
    assert_int_equal(sg_facet_device(facets, NULL, 0, &out), SCRUBGATE_OK);
    assert_int_equal(out, 0);
    sg_facets_free(facets);
}

static void test_fields_of_hostile_size_are_refused_and_forgotten(void **state)
{
    (void)state;
    static char name[300 * 1024];
    struct sg_facets *facets = open_facets();
    struct sg_facet_field huge = {{(uint8_t *)name, sizeof name}, {NULL, 0}};
    struct sg_facet_field plain = {SG_BYTES("Host"), SG_BYTES("a")};
    uint64_t before = 0, after = 0, out = 77;
    memset(name, 'a', sizeof name);
    assert_int_equal(sg_facet_device(facets, &plain, 1, &before), SCRUBGATE_OK);
    assert_int_equal(sg_facet_device(facets, &huge, 1, &out), SCRUBGATE_ELIMIT);
    assert_int_equal(out, 0);
    assert_int_equal(sg_facet_device(facets, &plain, 1, &after), SCRUBGATE_OK);
    assert_int_equal(before, after);
    sg_facets_free(facets);
}

/* --- the public calls, and memory --- */

static void test_the_public_calls_give_the_same_digests(void **state)
{
    (void)state;
    struct sg_facets *facets = open_facets();
    struct scrubgate_facets *outside;
    struct scrubgate_field field = {"Host", "a"};
    struct sg_facet_field inside = {SG_BYTES("Host"), SG_BYTES("a")};
    uint64_t out = 0, want = 0;
    assert_int_equal(scrubgate_facets_new(&outside, key), SCRUBGATE_OK);
    assert_int_equal(scrubgate_facet_party(outside, SCRUBGATE_CUSTOMER, "acme", "c1", 2, &out),
                     SCRUBGATE_OK);
    assert_int_equal(out, customer(facets, "acme", "c1"));
    assert_int_equal(scrubgate_facet_party(outside, SCRUBGATE_AGENT, NULL, "a1", 2, &out),
                     SCRUBGATE_OK);
    assert_int_equal(out, agent(facets, "a1"));
    assert_int_equal(scrubgate_facet_party(outside, SCRUBGATE_CONVERSATION, "acme", "v1", 2, &out),
                     SCRUBGATE_OK);
    assert_int_equal(out, conversation(facets, "acme", "v1"));
    assert_int_equal(scrubgate_facet_party(outside, (enum scrubgate_party)9, "", "x", 1, &out),
                     SCRUBGATE_EINVAL);
    assert_int_equal(out, 0);
    assert_int_equal(scrubgate_facet_network(outside, "\x01\x02\x03\x04", 4, &out), SCRUBGATE_OK);
    assert_int_equal(sg_facet_network(facets, SG_BYTES("\x01\x02\x03\x09"), &want), SCRUBGATE_OK);
    assert_int_equal(out, want);
    assert_int_equal(scrubgate_facet_network(outside, "12345", 5, &out), SCRUBGATE_EINVAL);
    assert_int_equal(scrubgate_facet_tls(outside, "t13i", &out), SCRUBGATE_OK);
    assert_int_equal(sg_facet_tls(facets, SG_BYTES("t13i"), &want), SCRUBGATE_OK);
    assert_int_equal(out, want);
    assert_int_equal(scrubgate_facet_device(outside, &field, 1, &out), SCRUBGATE_OK);
    assert_int_equal(sg_facet_device(facets, &inside, 1, &want), SCRUBGATE_OK);
    assert_int_equal(out, want);
    assert_int_equal(scrubgate_facet_device(outside, &field, 129, &out), SCRUBGATE_ELIMIT);
    scrubgate_facets_free(outside);
    scrubgate_facets_free(NULL);
    sg_facets_free(facets);
}

static void test_out_of_memory_is_an_answer_and_not_the_end(void **state)
{
    (void)state;
    struct sg_facets *facets = open_facets();
    uint64_t out = 77;
    sg_alloc_fail_start(0); /* the run of bytes: what OpenSSL makes of it is not ours */
    enum scrubgate_status rc = sg_facet_customer(facets, SG_BYTES("acme"), SG_BYTES("c1"), &out);
    assert_true(sg_alloc_fail_stop());
    assert_int_equal(rc, SCRUBGATE_ENOMEM);
    assert_int_equal(out, 0);
    assert_int_not_equal(customer(facets, "acme", "c1"), 0);
    sg_facets_free(facets);
}

int main(void)
{
    sg_suite_add("one id has one digest", test_one_id_has_one_digest, NULL);
    sg_suite_add("brands cannot link their customers", test_brands_cannot_link_their_customers,
                 NULL);
    sg_suite_add("facets of one id are unrelated", test_facets_of_one_id_are_unrelated, NULL);
    sg_suite_add("another key gives other digests", test_another_key_gives_other_digests, NULL);
    sg_suite_add("no id is not known", test_no_id_is_not_known, NULL);
    SG_SUITE_ROWS(test_network, networks);
    sg_suite_add("no address is not known", test_no_address_is_not_known, NULL);
    sg_suite_add("a TLS library is known again by its print", test_tls_prints, NULL);
    SG_SUITE_ROWS(test_device, devices);
    sg_suite_add("no fields are not known", test_no_fields_are_not_known, NULL);
    sg_suite_add("fields of hostile size are refused and forgotten",
                 test_fields_of_hostile_size_are_refused_and_forgotten, NULL);
    sg_suite_add("the public calls give the same digests",
                 test_the_public_calls_give_the_same_digests, NULL);
    sg_suite_add("out of memory is an answer and not the end",
                 test_out_of_memory_is_an_answer_and_not_the_end, NULL);
    return sg_suite_run("facet");
}
