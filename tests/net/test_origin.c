/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_origin.c - upstream URLs: what is taken, and that all else is refused without being quoted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "net/origin.h"
#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

#define L63 "a23456789012345678901234567890123456789012345678901234567890123"

struct taken {
    const char *name, *url;
    const char *authority, *path, *address;
    bool tls, numeric;
};

static const struct taken takens[] = {
    {"an address and a port", "http://127.0.0.1:9000/", "127.0.0.1:9000", "/", "127.0.0.1:9000", 0,
     1},
    {"no path", "http://127.0.0.1:9000", "127.0.0.1:9000", "/", "127.0.0.1:9000", 0, 1},
    {"no port", "http://127.0.0.1/", "127.0.0.1", "/", "127.0.0.1:80", 0, 1},
    {"the usual port, said", "http://127.0.0.1:80/", "127.0.0.1", "/", "127.0.0.1:80", 0, 1},
    {"https", "https://127.0.0.1/", "127.0.0.1", "/", "127.0.0.1:443", 1, 1},
    {"https elsewhere", "https://127.0.0.1:80/", "127.0.0.1:80", "/", "127.0.0.1:80", 1, 1},
    {"a base path", "http://127.0.0.1/a/b%20c/", "127.0.0.1", "/a/b%20c/", "127.0.0.1:80", 0, 1},
    {"IPv6", "http://[::1]:9000/", "[::1]:9000", "/", "[::1]:9000", 0, 1},
    {"a name", "http://LocalHost:9000/", "localhost:9000", "/", NULL, 0, 0},
    {"a unix socket", "unix:/run/app.sock", "localhost", "/", "unix:/run/app.sock", 0, 0},
    {"a unix socket with a base path", "unix:/run/app.sock:/base/", "localhost", "/base/",
     "unix:/run/app.sock", 0, 0},
};

static void test_taken(void **state)
{
    const struct taken *row = *state;
    struct sg_origin *origin;
    struct scrubgate_fault fault;
    char address[128];
    assert_int_equal(sg_origin_new(&origin, row->url, &fault), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_origin_authority(origin), sg_bytes_of(row->authority)));
    assert_true(sg_bytes_equal(sg_origin_path(origin), sg_bytes_of(row->path)));
    assert_int_equal(sg_origin_secure(origin), row->tls);
    assert_int_equal(origin->numeric, row->numeric);
    struct sg_places *places = sg_origin_places(origin);
    assert_true(places->to.n >= 1);
    assert_true(sg_origin_leads(origin, sg_address_mark(&places->to.item[0])));
    sg_address_print(&places->to.item[0], address, sizeof address);
    sg_places_drop(places);
    if (row->address != NULL)
        assert_string_equal(address, row->address);
    sg_origin_free(origin);
}

struct refused {
    const char *name, *url;
    const char *about; /* in the fault */
};

static const struct refused refuseds[] = {
    {"nothing", "", "does not begin"},
    {"no scheme", "127.0.0.1:9000", "does not begin"},
    {"another scheme", "ftp://127.0.0.1/", "does not begin"},
    {"a scheme in capitals", "HTTP://127.0.0.1/", "does not begin"},
    {"no host", "http:///in", "host"},
    {"no host but a port", "http://:80/", "host"},
    {"a password", "http://jo:s3cret@127.0.0.1/", "user"},
    {"a query", "http://127.0.0.1/?s3cret", "query"},
    {"a query without a path", "http://127.0.0.1?s3cret", "query"},
    {"a fragment", "http://127.0.0.1/#s3cret", "query"},
    {"a space in the path", "http://127.0.0.1/a b", "percent"},
    {"a line end in the path", "http://127.0.0.1/a\r\nX: s3cret", "percent"},
    {"a letter that is not ASCII", "http://127.0.0.1/\xC3\xA4", "percent"},
    {"half an escape", "http://127.0.0.1/%4", "hex"},
    {"a backslash", "http://127.0.0.1\\s3cret/", "host"},
    {"an escape in the host", "http://%6cocalhost/", "host"},
    {"a space in the host", "http://local host/", "host"},
    {"port 0", "http://127.0.0.1:0/", "port"},
    {"a port too large", "http://127.0.0.1:65536/", "port"},
    {"a port with a sign", "http://127.0.0.1:+80/", "port"},
    {"an empty port", "http://127.0.0.1:/", "port"},
    {"a short address", "http://127.1/", "host"},
    {"an octal address", "http://0177.0.0.1/", "host"},
    {"a hexadecimal address", "http://0x7f000001/", "host"},
    {"an address as one number", "http://2130706433/", "host"},
    {"an address with a number too large", "http://127.0.0.256/", "host"},
    {"IPv6 without brackets", "http://::1/", "host"},
    {"brackets without an end", "http://[::1/", "brackets"},
    {"brackets around a name", "http://[localhost]/", "host"},
    {"brackets with a zone", "http://[fe80::1%25eth0]/", "host"},
    {"something behind the brackets", "http://[::1]9000/", "only a port"},
    {"an empty label", "http://a..b/", "host"},
    {"a dot at the end", "http://a.b./", "host"},
    {"a hyphen before a label", "http://a.-b/", "host"},
    {"a hyphen after a label", "http://a-.b/", "host"},
    {"a label too long", "http://" L63 "x.b/", "host"},
    {"a host too long", "http://" L63 "." L63 "." L63 "." L63 "/", "host"},
    {"a socket's path that is relative", "unix:app.sock", "begin with /"},
    {"a socket's path of nothing", "unix:", "begin with /"},
    {"a socket's path too long", "unix:/" L63 L63, "too long"},
    {"a socket with a relative base", "unix:/run/app.sock:base", "must begin with /"},
};

static void test_refused(void **state)
{
    const struct refused *row = *state;
    struct sg_origin *origin = (struct sg_origin *)&origin;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_origin_new(&origin, row->url, &fault), SCRUBGATE_EINVAL);
    assert_null(origin);
    if (strstr(fault.what, row->about) == NULL)
        fail_msg("the fault says: %s", fault.what);
    assert_null(strstr(fault.what, "s3cret"));
    assert_int_equal(sg_origin_new(&origin, row->url, NULL), SCRUBGATE_EINVAL);
}

static void test_keys(void **state)
{
    static const char *const urls[] = {
        "http://127.0.0.1:9000/",
        "https://127.0.0.1:9000/",
        "http://127.0.0.1:9001/",
        "http://[::1]:9000/",
        "unix:/run/a",
        "unix:/run/b",
    };
    enum { N = sizeof urls / sizeof urls[0] };
    struct sg_origin *origin[N], *again;
    (void)state;
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(sg_origin_new(&origin[i], urls[i], NULL), SCRUBGATE_OK);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(origin[i]->key, origin[j]->key);
    }
    assert_int_equal(sg_origin_new(&again, "http://127.0.0.1:9000/other/", NULL), SCRUBGATE_OK);
    assert_string_equal(again->key, origin[0]->key);
    assert_true(again->hash == origin[0]->hash);
    assert_int_equal(sg_origin_trust(again, NULL, "elsewhere.example"), SCRUBGATE_OK);
    assert_string_not_equal(again->key, origin[0]->key);
    assert_false(again->numeric);
    sg_origin_free(again);
    for (size_t i = 0; i < N; i++)
        sg_origin_free(origin[i]);
    sg_origin_free(NULL);
}

/* --- when the name leads elsewhere --- */

static struct sg_addresses addresses(const char *const *texts)
{
    struct sg_addresses list = {.n = 0};
    for (; texts[list.n] != NULL; list.n++)
        assert_int_equal(sg_address_parse(&list.item[list.n], texts[list.n], NULL), SCRUBGATE_OK);
    return list;
}

static void test_move(void **state)
{
    struct sg_origin *origin;
    const struct sg_addresses two = addresses((const char *[]){"127.0.0.2:80", "[::1]:80", NULL});
    const struct sg_addresses turned =
        addresses((const char *[]){"[::1]:80", "127.0.0.2:80", NULL});
    const struct sg_addresses one = addresses((const char *[]){"[::1]:80", NULL});
    (void)state;
    assert_int_equal(sg_origin_new(&origin, "http://localhost/", NULL), SCRUBGATE_OK);
    assert_int_equal(sg_origin_move(origin, &two), SCRUBGATE_OK);
    assert_true(sg_origin_leads(origin, sg_address_mark(&two.item[0])));
    assert_true(sg_origin_leads(origin, sg_address_mark(&two.item[1])));
    struct sg_places *held = sg_origin_places(origin);
    /* Another order is no other list. */
    assert_int_equal(sg_origin_move(origin, &turned), SCRUBGATE_OK);
    struct sg_places *still = sg_origin_places(origin);
    assert_ptr_equal(still, held);
    sg_places_drop(still);
    /* Who connects keeps the list it has begun with. */
    assert_int_equal(sg_origin_move(origin, &one), SCRUBGATE_OK);
    assert_false(sg_origin_leads(origin, sg_address_mark(&two.item[0])));
    assert_true(sg_origin_leads(origin, sg_address_mark(&two.item[1])));
    assert_int_equal(held->to.n, 2);
    sg_places_drop(held);
    sg_origin_free(origin);
}

static enum scrubgate_status make(void *ctx)
{
    struct sg_origin *origin;
    enum scrubgate_status rc = sg_origin_new(&origin, ctx, NULL);
    assert_true((rc == SCRUBGATE_OK) == (origin != NULL));
    sg_origin_free(origin);
    return rc;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    char numeric[] = "http://127.0.0.1:9000/base/", local[] = "unix:/run/app.sock";
    assert_true(sg_alloc_fail_each(make, numeric) > 4);
    assert_true(sg_alloc_fail_each(make, local) > 4);
}

int main(void)
{
    SG_SUITE_ROWS(test_taken, takens);
    SG_SUITE_ROWS(test_refused, refuseds);
    sg_suite_add("connections are shared by scheme, host, port and name", test_keys, NULL);
    sg_suite_add("a name may come to lead elsewhere", test_move, NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory, NULL);
    return sg_suite_run("net/origin");
}
