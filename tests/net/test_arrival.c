/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_arrival.c - who may come, and a PROXY header taken off a socket without a byte behind it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "net/arrival.h"
#include "../lib/suite.h"

/* --- networks --- */

static const struct network {
    const char *name, *text, *inside, *outside; /* inside NULL: refused */
} networks[] = {
    {"a network", "10.0.0.0/8", "10.255.0.1:1", "11.0.0.1:1"},
    {"an odd prefix", "192.0.2.128/25", "192.0.2.128:1", "192.0.2.127:1"},
    {"another odd prefix", "192.0.2.128/25", "192.0.2.255:1", "192.0.3.128:1"},
    {"one address alone", "127.0.0.1", "127.0.0.1:1", "127.0.0.2:1"},
    {"one address in full", "127.0.0.1/32", "127.0.0.1:1", "127.0.0.0:1"},
    {"all of IPv4 is not IPv6", "0.0.0.0/0", "255.255.255.255:1", "[::1]:1"},
    {"IPv4 as IPv6 writes it is IPv4", "10.0.0.0/8", "[::ffff:10.0.0.1]:1", "[::10.0.0.1]:1"},
    {"all of IPv6", "::/0", "[2001:db8::1]:1", "unix:/run/x"},
    {"an IPv6 network", "2001:db8::/33", "[2001:db8:7fff::1]:1", "[2001:db8:8000::1]:1"},
    {"one IPv6 address", "::1", "[::1]:1", "[::]:1"},
    {"a unix socket is in none", "0.0.0.0/0", "1.2.3.4:1", "unix:/run/x"},
    {"nothing", "", NULL, NULL},
    {"a name", "localhost", NULL, NULL},
    {"a prefix alone", "/8", NULL, NULL},
    {"an empty prefix", "10.0.0.0/", NULL, NULL},
    {"a prefix that is too long", "10.0.0.0/33", NULL, NULL},
    {"a prefix that is too long for IPv6", "::/129", NULL, NULL},
    {"a prefix with a sign", "10.0.0.0/+8", NULL, NULL},
    {"a mask", "10.0.0.0/255.0.0.0", NULL, NULL},
    {"a port", "10.0.0.1:80", NULL, NULL},
    {"three octets", "10.0.0/8", NULL, NULL},
    {"bits below the prefix", "10.0.0.1/8", NULL, NULL},
    {"a bit below an odd prefix", "10.64.0.0/9", NULL, NULL},
};

static struct sg_address address_of(const char *text)
{
    struct sg_address address;
    assert_int_equal(sg_address_parse(&address, text, NULL), SCRUBGATE_OK);
    return address;
}

static void test_network(void **state)
{
    const struct network *row = *state;
    struct sg_network network[2];
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_network_parse(&network[0], "203.0.113.7", NULL), SCRUBGATE_OK);
    enum scrubgate_status rc = sg_network_parse(&network[1], row->text, &fault);
    if (row->inside == NULL) {
        assert_int_equal(rc, SCRUBGATE_EINVAL);
        assert_true(strlen(fault.what) > 10);
        return;
    }
    assert_int_equal(rc, SCRUBGATE_OK);
    struct sg_address inside = address_of(row->inside), outside = address_of(row->outside);
    const struct sg_networks list = {network, 2};
    const struct sg_arrival proxied = {.proxy = true, .proxy_from = &list};
    const struct sg_arrival plain = {.proxy_from = &list}, local = {.proxy = true};
    assert_true(sg_networks_contain(&list, &inside));
    assert_false(sg_networks_contain(&list, &outside));
    assert_true(sg_arrival_admits(&proxied, &inside));
    assert_false(sg_arrival_admits(&proxied, &outside));
    assert_true(sg_arrival_admits(&plain, &outside));
    assert_true(sg_arrival_admits(&local, &outside));
}

static void test_no_networks(void **state)
{
    const struct sg_networks none = {NULL, 0};
    struct sg_address address = address_of("127.0.0.1:1");
    (void)state;
    assert_false(sg_networks_contain(&none, &address));
    assert_false(sg_networks_contain(&none, &(struct sg_address){.len = 0}));
}

/* --- the header --- */

static int ends[2];

static void open_pair(void)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
}

static void close_pair(void)
{
    (void)close(ends[0]);
    if (ends[1] >= 0)
        (void)close(ends[1]);
}

static void say(const char *text, size_t len)
{
    assert_int_equal(send(ends[1], text, len, MSG_NOSIGNAL), len);
}

static void test_byte_by_byte(void **state)
{
    static const char line[] = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\nGET";
    const size_t len = sizeof line - 1 - 3;
    struct sg_address from = {.len = 0};
    const char *why = NULL;
    char text[64] = "";
    (void)state;
    open_pair();
    for (size_t i = 0; i < len; i++) {
        assert_int_equal(sg_arrival_take_proxy(ends[0], &from, &why), SCRUBGATE_FULL);
        say(line + i, i + 1 < len ? 1 : 4); /* the last one brings what follows */
    }
    assert_int_equal(sg_arrival_take_proxy(ends[0], &from, &why), SCRUBGATE_OK);
    sg_address_print(&from, text, sizeof text);
    assert_string_equal(text, "192.0.2.1:56324");
    assert_int_equal(recv(ends[0], text, sizeof text, 0), 3);
    assert_memory_equal(text, "GET", 3);
    close_pair();
}

static void test_no_header(void **state)
{
    struct sg_address from = {.len = 0};
    const char *why = NULL;
    (void)state;
    open_pair();
    say("GET / HTTP/1.1\r\n", 16);
    assert_int_equal(sg_arrival_take_proxy(ends[0], &from, &why), SCRUBGATE_EMALFORMED);
    assert_string_equal(why, "no PROXY header");
    close_pair();
}

static void test_gone(void **state)
{
    struct sg_address from = {.len = 0};
    const char *why = NULL;
    (void)state;
    open_pair();
    (void)close(ends[1]);
    ends[1] = -1;
    assert_int_equal(sg_arrival_take_proxy(ends[0], &from, &why), SCRUBGATE_EIO);
    close_pair();
}

int main(void)
{
    SG_SUITE_ROWS(test_network, networks);
    sg_suite_add("no network has nobody in it", test_no_networks, NULL);
    sg_suite_add("a header is taken, and what follows is left", test_byte_by_byte, NULL);
    sg_suite_add("no header is malformed", test_no_header, NULL);
    sg_suite_add("a client that has gone", test_gone, NULL);
    return sg_suite_run("net/arrival");
}
