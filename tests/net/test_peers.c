/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_peers.c - how many connections each address has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <arpa/inet.h>
#include <cmocka.h>

#include "net/peers.h"

enum { MOST = 2 };

static struct sg_bytes address(const char *text, uint8_t room[16])
{
    int six = strchr(text, ':') != NULL;
    assert_int_equal(inet_pton(six ? AF_INET6 : AF_INET, text, room), 1);
    return (struct sg_bytes){room, six ? 16 : 4};
}

static const struct pair_row {
    const char *name, *full, *other;
    bool same;
} pairs[] = {
    {"an address is counted", "192.0.2.1", "192.0.2.1", true},
    {"another address is another", "192.0.2.1", "192.0.2.2", false},
    {"all of a /64 are one", "2001:db8::1", "2001:db8::ffff:2", true},
    {"another /64 is another", "2001:db8::1", "2001:db8:0:1::1", false},
    {"a mapped address is the one it maps", "::ffff:192.0.2.1", "192.0.2.1", true},
    {"mapped addresses are no network", "::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
};

static void test_pair(void **state)
{
    const struct pair_row *row = *state;
    uint8_t room[16];
    struct sg_peers *peers;
    assert_int_equal(sg_peers_new(&peers, MOST), SCRUBGATE_OK);
    for (int i = 0; i < MOST; i++)
        assert_true(sg_peers_add(peers, address(row->full, room)));
    assert_int_equal(sg_peers_add(peers, address(row->other, room)), !row->same);
    sg_peers_drop(peers, address(row->full, room));
    assert_true(sg_peers_add(peers, address(row->other, room)));
    sg_peers_free(peers);
}

static void test_many_come_and_go(void **state)
{
    enum { MANY = 5000 };
    uint8_t key[4] = {10, 0, 0, 0};
    struct sg_peers *peers;
    (void)state;
    assert_int_equal(sg_peers_new(&peers, 1), SCRUBGATE_OK);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            key[2] = (uint8_t)(i >> 8);
            key[3] = (uint8_t)i;
            assert_true(sg_peers_add(peers, (struct sg_bytes){key, 4}));
            assert_false(sg_peers_add(peers, (struct sg_bytes){key, 4}));
        }
        for (int i = 0; i < MANY; i++) {
            key[2] = (uint8_t)(i >> 8);
            key[3] = (uint8_t)i;
            sg_peers_drop(peers, (struct sg_bytes){key, 4});
        }
    }
    sg_peers_free(peers);
}

int main(void)
{
    enum { PAIRS = sizeof pairs / sizeof pairs[0] };
    struct CMUnitTest tests[PAIRS + 1];
    for (size_t i = 0; i < PAIRS; i++)
        tests[i] =
            (struct CMUnitTest){pairs[i].name, test_pair, NULL, NULL, (void *)(uintptr_t)&pairs[i]};
    tests[PAIRS] = (struct CMUnitTest)cmocka_unit_test(test_many_come_and_go);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
