/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_arrivals.c - how connections begin: taken from a config that may go, and what of it a reload
 * may change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "net/tls.h"
#include "proxy/arrivals.h"
#include "../lib/identity.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define ROUTE "routes: [{name: a, path: /, upstream: 'http://127.0.0.1:9/', direction: to-agent}]\n"

static struct sg_tempdir dir;

/* The config of one listener; @ is the folder. */
static struct sg_config *load(const char *listener)
{
    char text[2048], path[512];
    struct sg_config *config = NULL;
    struct scrubgate_fault fault = {.what = ""};
    size_t len = (size_t)snprintf(text, sizeof text, "listen:\n  - ");
    for (; *listener != '\0'; listener++) {
        if (*listener == '@')
            len += (size_t)snprintf(text + len, sizeof text - len, "%s", dir.path);
        else
            text[len++] = *listener;
    }
    len += (size_t)snprintf(text + len, sizeof text - len, "\n" ROUTE);
    assert_true(len < sizeof text);
    sg_tempdir_write(&dir, "gateway.yaml", text, len);
    sg_tempdir_path(&dir, "gateway.yaml", path);
    assert_int_equal(sg_config_load(&config, path, NULL, 0, &fault), SCRUBGATE_OK);
    return config;
}

#define TLS      "tls: {certificate: @/own.crt, key: @/own.key}"
#define PROXY    "proxy: required, proxy_from: [10.0.0.0/8, '::1']"
#define ONE(how) "{address: 127.0.0.1:1, " how "}"

static void test_made(void **state)
{
    struct sg_arrivals *arrivals = NULL;
    struct sg_address inside, outside;
    struct sg_config *config = load(ONE(TLS ", " PROXY) "\n  - 127.0.0.1:2");
    (void)state;
    assert_int_equal(sg_arrivals_new(&arrivals, config, NULL), SCRUBGATE_OK);
    sg_config_free(config); /* a reload frees it */
    const struct sg_arrival *first = sg_arrivals_at(arrivals, 0);
    const struct sg_arrival *second = sg_arrivals_at(arrivals, 1);
    assert_non_null(first->tls);
    assert_true(first->proxy);
    assert_int_equal(sg_address_parse(&inside, "10.1.2.3:1", NULL), SCRUBGATE_OK);
    assert_int_equal(sg_address_parse(&outside, "11.1.2.3:1", NULL), SCRUBGATE_OK);
    assert_true(sg_arrival_admits(first, &inside));
    assert_false(sg_arrival_admits(first, &outside));
    assert_true(second->tls == NULL && !second->proxy && second->proxy_from == NULL);
    assert_true(sg_arrival_admits(second, &outside));
    sg_arrivals_free(arrivals);
}

static void test_refused(void **state)
{
    struct sg_arrivals *arrivals = NULL;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_config *config =
        load("127.0.0.1:2\n  - {address: 127.0.0.1:1, tls: {certificate: @/own.crt, key: @/no}}");
    (void)state;
    assert_int_equal(sg_arrivals_new(&arrivals, config, &fault), SCRUBGATE_EINVAL);
    assert_null(arrivals);
    assert_non_null(strstr(fault.file, "/no"));
    sg_config_free(config);
}

/* The objects that connections begin with stay: only what they show changes. */
static void test_renewed(void **state)
{
    struct sg_arrivals *arrivals = NULL, *fresh = NULL;
    struct sg_config *config = load(ONE(TLS));
    (void)state;
    assert_int_equal(sg_arrivals_new(&arrivals, config, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_arrivals_new(&fresh, config, NULL), SCRUBGATE_OK);
    sg_config_free(config);
    const struct sg_arrival *one = sg_arrivals_at(arrivals, 0);
    struct sg_tls_server *before = one->tls;
    sg_arrivals_renew(arrivals, fresh);
    sg_arrivals_free(fresh);
    assert_ptr_equal(sg_arrivals_at(arrivals, 0), one);
    assert_ptr_equal(one->tls, before);
    sg_arrivals_free(arrivals);
}

static const struct change {
    const char *name, *before, *after;
    bool same;
} changes[] = {
    {"nothing", ONE(TLS ", " PROXY), ONE(TLS ", " PROXY), true},
    {"another certificate", ONE(TLS), ONE("tls: {certificate: /a, key: /b}"), true},
    {"whom clients must be known to", ONE(TLS),
     ONE("tls: {certificate: /a, key: /b, client_ca: /c}"), true},
    {"TLS goes", ONE(TLS), "127.0.0.1:1", false},
    {"TLS comes", "127.0.0.1:1", ONE(TLS), false},
    {"PROXY headers go", ONE(PROXY), "127.0.0.1:1", false},
    {"PROXY headers come", "127.0.0.1:1", ONE(PROXY), false},
    {"from a network less", ONE(PROXY), ONE("proxy: required, proxy_from: 10.0.0.0/8"), false},
    {"from another network", ONE("proxy: required, proxy_from: 11.0.0.0/8"),
     ONE("proxy: required, proxy_from: 10.0.0.0/8"), false},
    {"from a wider network", ONE("proxy: required, proxy_from: 10.0.0.0/8"),
     ONE("proxy: required, proxy_from: 10.0.0.0/7"), false},
};

static void test_change(void **state)
{
    const struct change *row = *state;
    struct sg_config *before = load(row->before), *after = load(row->after);
    assert_int_equal(sg_arrivals_same(&before->door[0], &after->door[0]), row->same);
    sg_config_free(before);
    sg_config_free(after);
}

int main(void)
{
    sg_tempdir_make(&dir);
    struct sg_identity own =
        sg_identity_make("own", "DNS:own.example", NULL, SG_IDENTITY_DAY, NULL);
    sg_identity_write(&own, NULL, &dir, "own");
    sg_identity_drop(&own);
    sg_suite_add("they do not need the config that they were made from", test_made, NULL);
    sg_suite_add("a key that is not there refuses all", test_refused, NULL);
    sg_suite_add("renewed they stay where they are", test_renewed, NULL);
    SG_SUITE_ROWS(test_change, changes);
    int rc = sg_suite_run("proxy/arrivals");
    sg_tempdir_remove(&dir);
    return rc;
}
