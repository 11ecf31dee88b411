/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_fetch.c - one request and its whole answer, from servers that answer well, badly, or never.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "net/fetch.h"

#include "../lib/identity.h"
#include "../lib/scripted_origin.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { CEILING = 64, MS = 1000000 };

static struct sg_tempdir dir;
static struct sg_identity authority, server;

struct row {
    const char *name, *says;
    enum scrubgate_status status;
    unsigned answered;
    const char *body, *fault;
};

static const struct row rows[] = {
    {"an answer with a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", SCRUBGATE_OK, 200,
     "ok", NULL},
    {"an answer in chunks",
     "HTTP/1.1 409 Conflict\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n40\r\n1\r\n\n\r\n0\r\n\r\n",
     SCRUBGATE_OK, 409, "40\n", NULL},
    {"an answer that ends with its connection", "HTTP/1.1 200 OK\r\n\r\nok", SCRUBGATE_OK, 200,
     "ok", NULL},
    {"an answer without a body", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
     SCRUBGATE_OK, 404, "", NULL},
    {"a length over the ceiling", "HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\nx",
     SCRUBGATE_ELIMIT, 200, NULL, "its answer is longer"},
    {"a body over the ceiling that did not say so",
     "HTTP/1.1 200 OK\r\n\r\n"
     "0123456789012345678901234567890123456789012345678901234567890123456789",
     SCRUBGATE_ELIMIT, 200, NULL, "its answer is longer"},
    {"what is no HTTP", "hello\r\n\r\n", SCRUBGATE_EIO, 0, NULL, "no answer: it does not answer"},
    {"half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", SCRUBGATE_EIO, 200, NULL,
     "no answer: it closed before"},
};

static enum scrubgate_status post(const struct sg_scripted_origin *at, const char *scheme,
                                  const char *ca, uint64_t total_ns, struct sg_fetched *answer,
                                  struct scrubgate_fault *fault)
{
    char url[64];
    (void)snprintf(url, sizeof url, "%s://127.0.0.1:%u/base", scheme, at->port);
    const struct sg_fetch fetch = {url, "add-checkpoint", ca, total_ns};
    sg_buf_init(&answer->body, CEILING);
    return sg_fetch_post(&fetch, SG_BYTES("old 0\n"), answer, fault);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_scripted_origin origin = {.lenient = true};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_fetched answer;
    sg_scripted_origin_add(&origin, SG_STEP_ACCEPT, NULL, 0);
    sg_scripted_origin_add(&origin, SG_STEP_HEAD, NULL, 0);
    sg_scripted_origin_add(&origin, SG_STEP_READ, NULL, 6);
    sg_scripted_origin_add(&origin, SG_STEP_SAY, row->says, 0);
    sg_scripted_origin_add(&origin, SG_STEP_CLOSE, NULL, 0);
    sg_scripted_origin_start(&origin, NULL);
    assert_int_equal(post(&origin, "http", NULL, 5000 * (uint64_t)MS, &answer, &fault),
                     row->status);
    assert_int_equal(answer.status, row->answered);
    if (row->body != NULL)
        assert_true(sg_bytes_equal(sg_buf_bytes(&answer.body), sg_bytes_of(row->body)));
    if (row->fault != NULL)
        assert_non_null(strstr(fault.what, row->fault));
    sg_buf_fini(&answer.body);
    sg_scripted_origin_stop(&origin);
    assert_non_null(strstr(origin.heard, "POST /base/add-checkpoint HTTP/1.1\r\nHost: 127.0.0.1:"));
    assert_non_null(strstr(origin.heard, "\r\nContent-Length: 6\r\nConnection: close\r\n\r\nold "));
}

static void test_who_never_answers_is_left_after_the_time_that_was_said(void **state)
{
    struct sg_scripted_origin origin = {.lenient = true};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_fetched answer;
    (void)state;
    sg_scripted_origin_add(&origin, SG_STEP_ACCEPT, NULL, 0);
    sg_scripted_origin_add(&origin, SG_STEP_HEAD, NULL, 0);
    sg_scripted_origin_add(&origin, SG_STEP_CLOSED, NULL, 0);
    sg_scripted_origin_start(&origin, NULL);
    assert_int_equal(post(&origin, "http", NULL, 50 * (uint64_t)MS, &answer, &fault),
                     SCRUBGATE_EIO);
    assert_string_equal(fault.what, "no answer: it took too long");
    sg_buf_fini(&answer.body);
    sg_scripted_origin_stop(&origin);
}

static SSL_CTX *serve(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    assert_non_null(context);
    assert_int_equal(SSL_CTX_use_certificate(context, server.certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, server.key), 1);
    return context;
}

static void test_over_tls(void **state)
{
    struct sg_scripted_origin origin = {.tls = serve(), .lenient = true};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_fetched answer;
    char ca[512];
    (void)state;
    sg_tempdir_path(&dir, "ca.crt", ca);
    sg_scripted_origin_add(&origin, SG_STEP_ACCEPT, NULL, 0);
    sg_scripted_origin_add(&origin, SG_STEP_HEAD, NULL, 0);
    sg_scripted_origin_add(&origin, SG_STEP_SAY, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                           0);
    sg_scripted_origin_add(&origin, SG_STEP_CLOSED, NULL, 0);
    sg_scripted_origin_start(&origin, NULL);
    assert_int_equal(post(&origin, "https", ca, 5000 * (uint64_t)MS, &answer, &fault),
                     SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&answer.body), SG_BYTES("ok")));
    sg_buf_fini(&answer.body);
    sg_scripted_origin_stop(&origin);
    SSL_CTX_free(origin.tls);
}

static void test_who_is_not_trusted_is_told_nothing(void **state)
{
    struct sg_scripted_origin origin = {.tls = serve(), .lenient = true};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_fetched answer;
    char other[512];
    (void)state;
    sg_tempdir_path(&dir, "other.crt", other);
    sg_scripted_origin_add(&origin, SG_STEP_REFUSE, NULL, 0);
    sg_scripted_origin_start(&origin, NULL);
    assert_int_equal(post(&origin, "https", other, 5000 * (uint64_t)MS, &answer, &fault),
                     SCRUBGATE_EIO);
    assert_non_null(strstr(fault.what, "its certificate is not trusted"));
    sg_buf_fini(&answer.body);
    sg_scripted_origin_stop(&origin);
    assert_int_equal(origin.n_read, 0);
    SSL_CTX_free(origin.tls);
}

static void test_what_is_no_url(void **state)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_fetched answer = {.body = {.ceiling = CEILING}};
    const struct sg_fetch fetch = {"gopher://127.0.0.1/", "x", NULL, MS};
    (void)state;
    assert_int_equal(sg_fetch_post(&fetch, SG_BYTES(""), &answer, &fault), SCRUBGATE_EINVAL);
    assert_true(fault.what[0] != '\0');
}

int main(void)
{
    struct sg_identity other = sg_identity_make("Other", NULL, NULL, SG_IDENTITY_DAY, NULL);
    sg_tempdir_make(&dir);
    authority = sg_identity_make("Test authority", NULL, NULL, SG_IDENTITY_DAY, NULL);
    server = sg_identity_make("server", "IP:127.0.0.1", "serverAuth", SG_IDENTITY_DAY, &authority);
    sg_identity_write(&authority, NULL, &dir, "ca");
    sg_identity_write(&other, NULL, &dir, "other");
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("who never answers is left after the time that was said",
                 test_who_never_answers_is_left_after_the_time_that_was_said, NULL);
    sg_suite_add("an answer over TLS", test_over_tls, NULL);
    sg_suite_add("who is not trusted is told nothing", test_who_is_not_trusted_is_told_nothing,
                 NULL);
    sg_suite_add("what is no URL", test_what_is_no_url, NULL);
    int code = sg_suite_run("net/test_fetch");
    sg_identity_drop(&other);
    sg_identity_drop(&server);
    sg_identity_drop(&authority);
    sg_tempdir_remove(&dir);
    return code;
}
