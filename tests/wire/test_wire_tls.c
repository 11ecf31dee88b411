/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_tls.c - what comes before the first request, with the real binary: TLS, certificates
 * exchanged while it runs, clients that must show one, PROXY headers, and what of all that a
 * record tells.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "../lib/identity.h"
#include "../lib/scene.h"
#include "../lib/suite.h"

enum { DAY = SG_IDENTITY_DAY, LARGE = 1 << 20, DIGEST = 17 };

#define TEXT  "Content-Type: text/plain\r\n"
#define LINE1 "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"

/* Items of listen. */
enum { PLAIN, TLS, MUTUAL, PROXY, BOTH, FAR };

static struct sg_scene scene;
static struct sg_tempdir dir;
static struct sg_identity authority, stranger, one, two, visitor, impostor;
static char listeners[4096];

static const char pack[] =
    "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
    "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}', with: '[TOY]',\n"
    "     tests: ['«toy123»', not: 'toy12']}\n";

static const char config[] =
    "rules: [toy.yaml]\n"
    "limits: {per_address: 4, header_time: 3s}\n"
    "routes:\n"
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent,\n"
    "     identity: {conversation: '=talk'}}\n" /* within it names in records hold */
    "  - {name: told, path: /told/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent,\n"
    "     identity: {conversation: '=talk', tls: 'header:X-JA4'}}\n";

/* --- what it is made of --- */

static void write_listeners(const char *mutual)
{
    const char *at = dir.path;
    int len =
        snprintf(listeners, sizeof listeners,
                 "\n"
                 "  - 127.0.0.1:0\n"
                 "  - {address: 127.0.0.1:0, tls: {certificate: %s/own.crt, key: %s/own.key}}\n"
                 "  - {address: 127.0.0.1:0, tls: {certificate: %s/own.crt, key: %s/own.key, %s}}\n"
                 "  - {address: 127.0.0.1:0, proxy: required, proxy_from: 127.0.0.0/8}\n"
                 "  - {address: 127.0.0.1:0, tls: {certificate: %s/own.crt, key: %s/own.key},\n"
                 "     proxy: required, proxy_from: [192.0.2.0/24, 127.0.0.1]}\n"
                 "  - {address: 127.0.0.1:0, proxy: required, proxy_from: [192.0.2.0/24, '::1']}",
                 at, at, at, at, mutual, at, at);
    assert_true(len > 0 && (size_t)len < sizeof listeners);
}

static void open_scene(void)
{
    char mutual[600];
    sg_tempdir_make(&dir);
    authority = sg_identity_make("Test authority", NULL, NULL, DAY, NULL);
    stranger = sg_identity_make("Test stranger", NULL, NULL, DAY, NULL);
    one = sg_identity_make("one", "IP:127.0.0.1", "serverAuth", DAY, &authority);
    two = sg_identity_make("two", "IP:127.0.0.1", "serverAuth", DAY, &authority);
    visitor = sg_identity_make("visitor", NULL, "clientAuth", DAY, &authority);
    impostor = sg_identity_make("visitor", NULL, "clientAuth", DAY, &stranger);
    sg_identity_write(&authority, NULL, &dir, "ca");
    sg_identity_write(&one, &authority, &dir, "own");
    (void)snprintf(mutual, sizeof mutual, "client_ca: %s/ca.crt", dir.path);
    write_listeners(mutual);
    scene.listen = listeners;
    sg_scene_open(&scene, pack, config);
}

static void close_scene(void)
{
    sg_scene_close(&scene);
    sg_identity_drop(&authority);
    sg_identity_drop(&stranger);
    sg_identity_drop(&one);
    sg_identity_drop(&two);
    sg_identity_drop(&visitor);
    sg_identity_drop(&impostor);
    sg_tempdir_remove(&dir);
}

static SSL_CTX *visit_as(const struct sg_identity *who)
{
    char path[512];
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    assert_non_null(context);
    sg_tempdir_path(&dir, "ca.crt", path);
    assert_int_equal(SSL_CTX_load_verify_file(context, path), 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (who != NULL) {
        assert_int_equal(SSL_CTX_use_certificate(context, who->certificate), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey(context, who->key), 1);
    }
    return context;
}

/* --- clients --- */

/* A connection to an item of listen: says what is to come before TLS, then TLS where it is wanted.
 * False: the handshake failed. */
static bool arrive(struct sg_wire *wire, unsigned item, struct sg_bytes header, SSL_CTX *context)
{
    sg_wire_open(wire, sg_gateway_port(&scene.gateway, item));
    if (header.len > 0)
        sg_wire_send(wire, header);
    return context == NULL || sg_wire_secure(wire, context);
}

static void send_message(struct sg_wire *wire, const char *target, const char *fields)
{
    sg_wire_say(wire, "POST %s HTTP/1.1\r\nHost: g\r\n" TEXT "%sContent-Length: 9\r\n\r\nmy toy123",
                target, fields);
}

/* A message that is answered, masked, on a connection that stays. */
static void talk(struct sg_wire *wire, const char *target, const char *fields)
{
    struct sg_answer answer = {.cut = false};
    send_message(wire, target, fields);
    sg_wire_read(wire, &answer, false);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_buf_bytes(&answer.body), "my [TOY]");
    sg_answer_fini(&answer);
    sg_scene_skip(&scene);
}

/* What a record says of a facet: 16 hex digits, or "" where there is none. */
static void facet_of(size_t from, const char *name, char out[DIGEST])
{
    char key[32];
    char *record = sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){"\"class_uid\":2006", "\"direction\":\"to-agent\"", NULL});
    (void)snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *facets = strstr(record, "\"facets\":");
    assert_non_null(facets);
    const char *at = strstr(facets, key);
    out[0] = '\0';
    if (at != NULL)
        (void)snprintf(out, DIGEST, "%s", at + strlen(key));
    assert_true(at == NULL || out[0] != '"');
    free(record);
}

/* One message over one connection, and what its record says of a facet. */
static void learn(unsigned item, struct sg_bytes header, SSL_CTX *context, const char *target,
                  const char *fields, const char *facet, char out[DIGEST])
{
    struct sg_wire wire;
    size_t from = sg_gateway_records(&scene.gateway);
    assert_true(arrive(&wire, item, header, context));
    talk(&wire, target, fields);
    sg_wire_close(&wire);
    facet_of(from, facet, out);
}

static const struct sg_bytes nothing = {NULL, 0};

/* --- messages over TLS --- */

static void test_messages(void **state)
{
    struct sg_wire wire;
    SSL_CTX *context = visit_as(NULL);
    (void)state;
    assert_true(arrive(&wire, TLS, nothing, context));
    talk(&wire, "/in/x", "");
    talk(&wire, "/in/x", "");
    sg_wire_close(&wire);
    SSL_CTX_free(context);
}

static void test_byte_by_byte(void **state)
{
    static const char text[] =
        "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 6\r\n\r\ntoy123";
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    SSL_CTX *context = visit_as(NULL);
    (void)state;
    assert_true(arrive(&wire, TLS, nothing, context));
    for (size_t i = 0; i < sizeof text - 1; i++)
        sg_wire_send(&wire, (struct sg_bytes){(const uint8_t *)text + i, 1});
    sg_wire_read(&wire, &answer, false);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_buf_bytes(&answer.body), "[TOY]");
    sg_answer_fini(&answer);
    sg_scene_skip(&scene);
    sg_wire_close(&wire);
    SSL_CTX_free(context);
}

static void test_pipelined(void **state)
{
    static const char both[] =
        "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 6\r\n\r\ntoy111"
        "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 5\r\n\r\nother";
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    SSL_CTX *context = visit_as(NULL);
    (void)state;
    assert_true(arrive(&wire, TLS, nothing, context));
    sg_wire_send(&wire, SG_BYTES(both)); /* one record: the socket tells of it once */
    sg_wire_read(&wire, &answer, false);
    sg_assert_text(sg_buf_bytes(&answer.body), "[TOY]");
    sg_wire_read(&wire, &answer, false);
    sg_assert_text(sg_buf_bytes(&answer.body), "other");
    sg_answer_fini(&answer);
    sg_scene_skip(&scene);
    sg_scene_skip(&scene);
    sg_wire_close(&wire);
    SSL_CTX_free(context);
}

/* More than any buffer on the way holds, there and back. */
static void test_large(void **state)
{
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    SSL_CTX *context = visit_as(NULL);
    struct sg_buf body = {0};
    (void)state;
    assert_int_equal(sg_buf_reserve(&body, LARGE), SCRUBGATE_OK);
    for (size_t i = 0; i < LARGE; i++)
        body.data[i] = i % 64 == 63 ? '\n' : (uint8_t)('a' + i % 26);
    body.len = LARGE;
    assert_true(arrive(&wire, TLS, nothing, context));
    sg_wire_say(&wire, "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: %d\r\n\r\n",
                LARGE);
    sg_wire_send(&wire, sg_buf_bytes(&body));
    sg_wire_read(&wire, &answer, false);
    assert_int_equal(answer.head.status, 200);
    sg_assert_same(sg_buf_bytes(&answer.body), sg_buf_bytes(&body));
    sg_answer_fini(&answer);
    sg_scene_skip(&scene);
    sg_buf_fini(&body);
    sg_wire_close(&wire);
    SSL_CTX_free(context);
}

/* --- who must show a certificate --- */

static void test_guests(void **state)
{
    struct sg_wire wire;
    const struct sg_identity *wrong[] = {NULL, &impostor};
    SSL_CTX *context = visit_as(&visitor);
    (void)state;
    assert_true(arrive(&wire, MUTUAL, nothing, context));
    talk(&wire, "/in/x", "");
    sg_wire_close(&wire);
    SSL_CTX_free(context);
    for (size_t i = 0; i < 2; i++) {
        context = visit_as(wrong[i]);
        /* Over TLS 1.3 the client is done before the server has looked at what it shows. */
        if (arrive(&wire, MUTUAL, nothing, context))
            assert_false(sg_wire_more(&wire));
        sg_wire_close(&wire);
        SSL_CTX_free(context);
    }
}

/* --- certificates that are exchanged --- */

static size_t log_at(void)
{
    (void)pthread_mutex_lock(&scene.gateway.lock);
    size_t at = scene.gateway.log.len;
    (void)pthread_mutex_unlock(&scene.gateway.lock);
    return at;
}

static void reload(const char *says)
{
    size_t at = log_at();
    sg_gateway_signal(&scene.gateway, SIGHUP);
    sg_gateway_await(&scene.gateway, says, &at);
}

static void expect_name(const struct sg_wire *wire, const char *want)
{
    char name[64] = "";
    X509 *seen = SSL_get0_peer_certificate(wire->tls);
    assert_non_null(seen);
    (void)X509_NAME_get_text_by_NID(X509_get_subject_name(seen), NID_commonName, name, sizeof name);
    assert_string_equal(name, want);
}

static void expect_served_as(unsigned item, const char *name)
{
    struct sg_wire wire;
    SSL_CTX *context = visit_as(&visitor);
    assert_true(arrive(&wire, item, nothing, context));
    expect_name(&wire, name);
    talk(&wire, "/in/x", "");
    sg_wire_close(&wire);
    SSL_CTX_free(context);
}

static void test_renewal(void **state)
{
    struct sg_wire open;
    SSL_CTX *context = visit_as(NULL);
    (void)state;
    assert_true(arrive(&open, TLS, nothing, context));
    expect_name(&open, "one");
    talk(&open, "/in/x", "");
    sg_identity_write(&two, &authority, &dir, "own");
    reload("\"what\":\"reloaded\"");
    expect_served_as(TLS, "two");
    expect_served_as(MUTUAL, "two");
    talk(&open, "/in/x", "");
    sg_wire_close(&open);
    SSL_CTX_free(context);
}

static void test_renewal_under_load(void **state)
{
    struct sg_wire wire;
    SSL_CTX *context = visit_as(NULL);
    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        assert_true(arrive(&wire, TLS, nothing, context));
        sg_wire_say(&wire, "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 6\r\n\r\n");
        sg_identity_write(i % 2 == 0 ? &one : &two, &authority, &dir, "own");
        reload("\"what\":\"reloaded\"");
        struct sg_answer answer = {.cut = false};
        sg_wire_say(&wire, "toy123");
        sg_wire_read(&wire, &answer, false);
        assert_int_equal(answer.head.status, 200);
        sg_answer_fini(&answer);
        sg_scene_skip(&scene);
        sg_wire_close(&wire);
    }
    SSL_CTX_free(context);
    expect_served_as(TLS, "two");
}

static void test_end_is_told(void **state)
{
    char name[128];
    time_t now = time(NULL);
    (void)state;
    (void)snprintf(name, sizeof name,
                   "scrubgate_certificate_expires_timestamp_seconds{address=\"127.0.0.1:%u\"}",
                   sg_gateway_port(&scene.gateway, TLS));
    uint64_t ends = sg_gateway_metric(&scene.gateway, name);
    assert_in_range(ends, (uint64_t)now, (uint64_t)now + DAY);
}

static void test_bad_renewal(void **state)
{
    char path[512];
    (void)state;
    sg_identity_write(&one, &authority, &dir, "other");
    char *text = sg_tempdir_read(&dir, "other.key", NULL);
    sg_tempdir_write(&dir, "own.key", text, strlen(text));
    reload("the key is not the certificate's");
    expect_served_as(TLS, "two");
    sg_tempdir_write(&dir, "own.crt", "no PEM", 6);
    reload("no certificate (PEM)");
    expect_served_as(TLS, "two");
    sg_identity_write(&one, &authority, &dir, "own");
    sg_tempdir_path(&dir, "own.key", path);
    assert_int_equal(chmod(path, 0644), 0);
    reload("others can read or write this key");
    expect_served_as(TLS, "two");
    sg_identity_write(&two, &authority, &dir, "own");
    reload("\"what\":\"reloaded\"");
    free(text);
}

static void test_what_cannot_change(void **state)
{
    const char *saved = scene.gateway.listen;
    (void)state;
    scene.gateway.listen = "[127.0.0.1:0, 127.0.0.1:0, 127.0.0.1:0, 127.0.0.1:0, 127.0.0.1:0, "
                           "127.0.0.1:0]";
    sg_scene_config(&scene, config);
    reload("listen: cannot change while running");
    expect_served_as(TLS, "two");
    scene.gateway.listen = saved;
    sg_scene_config(&scene, config);
}

/* --- what a record says of the TLS library --- */

static void test_print(void **state)
{
    char first[DIGEST], again[DIGEST], other[DIGEST], plain[DIGEST];
    SSL_CTX *context = visit_as(NULL);
    (void)state;
    learn(TLS, nothing, context, "/in/x", "", "tls", first);
    learn(BOTH, SG_BYTES(LINE1), context, "/in/x", "", "tls", again);
    assert_int_equal(SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256"), 1);
    learn(TLS, nothing, context, "/in/x", "", "tls", other);
    learn(PLAIN, nothing, NULL, "/in/x", "X-JA4: t13d\r\n", "tls", plain);
    SSL_CTX_free(context);
    assert_int_equal(strlen(first), 16);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    assert_string_equal(plain, "");
}

static void test_told_print(void **state)
{
    char first[DIGEST], again[DIGEST], other[DIGEST], none[DIGEST];
    SSL_CTX *context = visit_as(NULL);
    (void)state;
    learn(PLAIN, nothing, NULL, "/told/x", "X-JA4: t13d\r\n", "tls", first);
    learn(TLS, nothing, context, "/told/x", "X-JA4: t13d\r\n", "tls", again);
    learn(PLAIN, nothing, NULL, "/told/x", "X-JA4: t12d\r\n", "tls", other);
    learn(TLS, nothing, context, "/told/x", "", "tls", none);
    SSL_CTX_free(context);
    assert_int_equal(strlen(first), 16);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    assert_string_equal(none, ""); /* the connection's own is the balancer's */
}

/* --- PROXY headers --- */

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

static const struct announced {
    const char *name;
    unsigned item;
    const char *header;
    size_t len;
    bool same; /* as the first one's network */
} announceds[] = {
    {"PROXY 1: another address of the network", PROXY,
     "PROXY TCP4 192.0.2.77 198.51.100.1 1 443\r\n", 42, true},
    {"PROXY 1: another network", PROXY, "PROXY TCP4 192.0.3.1 198.51.100.1 1 443\r\n", 41, false},
    {"PROXY 1: unknown is the balancer itself", PROXY, "PROXY UNKNOWN\r\n", 15, false},
    {"PROXY 2: the same network", PROXY,
     SIGNATURE "\x21\x11\0\x0c\xc0\x00\x02\x05\xc6\x33\x64\x01\xdc\x04\x01\xbb", 28, true},
    {"PROXY 2: the same in IPv6's clothes", PROXY,
     SIGNATURE "\x21\x21\0\x24\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x05"
               "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x33\x64\x01\xdc\x04\x01\xbb",
     52, true},
    {"PROXY 2: local is the balancer itself", PROXY, SIGNATURE "\x20\0\0\0", 16, false},
    {"PROXY before TLS", BOTH, "PROXY TCP4 192.0.2.9 198.51.100.1 1 443\r\n", 41, true},
};

static void test_announced(void **state)
{
    const struct announced *row = *state;
    char first[DIGEST], here[DIGEST], own[DIGEST];
    SSL_CTX *context = row->item == BOTH ? visit_as(NULL) : NULL;
    learn(PROXY, SG_BYTES(LINE1), NULL, "/in/x", "", "network", first);
    learn(row->item, (struct sg_bytes){(const uint8_t *)row->header, row->len}, context, "/in/x",
          "", "network", here);
    learn(PLAIN, nothing, NULL, "/in/x", "", "network", own);
    SSL_CTX_free(context);
    assert_int_equal(strlen(first), 16);
    assert_int_equal(strcmp(first, here) == 0, row->same);
    bool is_own = strstr(row->name, "itself") != NULL;
    assert_int_equal(strcmp(own, here) == 0, is_own);
}

static void test_header_in_pieces(void **state)
{
    static const char line[] = LINE1;
    struct sg_wire wire;
    (void)state;
    assert_true(arrive(&wire, PROXY, nothing, NULL));
    for (size_t i = 0; i < sizeof line - 1; i++)
        sg_wire_send(&wire, (struct sg_bytes){(const uint8_t *)line + i, 1});
    talk(&wire, "/in/x", "");
    talk(&wire, "/in/x", "");
    sg_wire_close(&wire);
}

static const struct cut {
    const char *name;
    unsigned item;
    const char *text, *reason; /* under which it is counted */
} cuts[] = {
    {"no PROXY header is no connection", PROXY, "GET /in/x HTTP/1.1\r\nHost: g\r\n\r\n", "proxy"},
    {"a broken PROXY header is none", PROXY,
     "PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\nGET /in/x HTTP/1.1\r\nHost: g\r\n\r\n", "proxy"},
    {"no PROXY header before TLS", BOTH, "\x16\x03\x01\x02", "proxy"},
    {"a PROXY header from anyone", FAR, LINE1 "GET /in/x HTTP/1.1\r\nHost: g\r\n\r\n", "proxy"},
    {"a PROXY header where none is expected is no request", PLAIN,
     LINE1 "GET /in/x HTTP/1.1\r\nHost: g\r\n\r\n", "malformed"},
    {"a PROXY header where none is expected is no TLS", TLS, LINE1, "tls"},
    {"who speaks plainly to TLS is cut off", TLS, "GET /in/x HTTP/1.1\r\nHost: g\r\n\r\n", "tls"},
};

static void test_cut(void **state)
{
    const struct cut *row = *state;
    char counter[64];
    struct sg_wire wire;
    (void)snprintf(counter, sizeof counter, "scrubgate_turned_away_total{reason=\"%s\"}",
                   row->reason);
    uint64_t before = sg_gateway_metric(&scene.gateway, counter);
    size_t bytes = sg_recorder_bytes(&scene.origin);
    assert_true(arrive(&wire, row->item, nothing, NULL));
    (void)sg_wire_try(&wire, sg_bytes_of(row->text));
    while (sg_wire_more(&wire))
        continue;
    assert_int_equal(sg_holds(sg_buf_bytes(&wire.in), "HTTP/1.1 400"), row->item == PLAIN);
    assert_int_equal(sg_holds(sg_buf_bytes(&wire.in), "HTTP"), row->item == PLAIN);
    sg_wire_close(&wire);
    assert_int_equal(sg_gateway_metric(&scene.gateway, counter), before + 1);
    assert_int_equal(sg_recorder_bytes(&scene.origin), bytes);
}

/* The balancer's connections are as many as its clients': the cap is for each of those. */
static void test_caps_are_for_those_behind(void **state)
{
    struct sg_wire wire[4], more, other;
    struct sg_answer answer = {.cut = false};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_true(arrive(&wire[i], PROXY, SG_BYTES(LINE1), NULL));
        talk(&wire[i], "/in/x", "");
    }
    assert_true(arrive(&more, PROXY, SG_BYTES(LINE1), NULL));
    send_message(&more, "/in/x", "");
    sg_wire_read(&more, &answer, false);
    assert_int_equal(answer.head.status, 503);
    assert_true(
        arrive(&other, PROXY, SG_BYTES("PROXY TCP4 192.0.2.2 198.51.100.1 56324 443\r\n"), NULL));
    talk(&other, "/in/x", "");
    for (size_t i = 0; i < 4; i++)
        sg_wire_close(&wire[i]);
    sg_wire_close(&more);
    sg_wire_close(&other);
    sg_answer_fini(&answer);
}

/* Opened before all tests, so that nobody has to wait: a header and a handshake that stay halfway.
 */
static struct sg_wire late[2];

static void open_late(void)
{
    assert_true(arrive(&late[0], PROXY, SG_BYTES("PROXY TCP4 192.0.2.1"), NULL));
    assert_true(arrive(&late[1], TLS, SG_BYTES("\x16\x03\x01\x02\x00\x01\x00"), NULL));
}

static void test_late(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        while (sg_wire_more(&late[i]))
            continue;
        assert_int_equal(late[i].in.len, 0);
        sg_wire_close(&late[i]);
    }
    assert_int_equal(
        sg_gateway_metric(&scene.gateway, "scrubgate_turned_away_total{reason=\"deadline\"}"), 2);
}

/* --- starts that fail --- */

static void test_bad_start(void **state)
{
    struct sg_gateway gateway;
    char listen[1200], path[512];
    (void)state;
    sg_identity_write(&one, NULL, &dir, "open");
    sg_tempdir_path(&dir, "open.key", path);
    assert_int_equal(chmod(path, 0604), 0);
    sg_gateway_init(&gateway);
    (void)snprintf(listen, sizeof listen,
                   "{address: 127.0.0.1:0, tls: {certificate: %s/open.crt, key: %s/open.key}}",
                   dir.path, dir.path);
    gateway.listen = listen;
    sg_gateway_config(&gateway, "routes:\n  - {name: in, path: /in/, upstream: "
                                "'http://127.0.0.1:1/', direction: to-agent}\n");
    assert_int_equal(sg_gateway_fails(&gateway), 2);
    assert_true(sg_holds(sg_buf_bytes(&gateway.log), "open.key"));
    assert_true(sg_holds(sg_buf_bytes(&gateway.log), "chmod 600"));
    sg_gateway_fini(&gateway);
}

static void test_quiet(void **state)
{
    (void)state;
    sg_scene_ends_quietly(&scene, (const char *[]){"toy123", NULL});
}

int main(void)
{
    open_scene();
    open_late();
    sg_suite_add("messages over TLS are masked, one after the other", test_messages, NULL);
    sg_suite_add("a request in a hundred records", test_byte_by_byte, NULL);
    sg_suite_add("two requests in one record", test_pipelined, NULL);
    sg_suite_add("a large body there and back", test_large, NULL);
    sg_suite_add("clients show certificates where they must", test_guests, NULL);
    sg_suite_add("SIGHUP: a new certificate for new clients, open connections live on",
                 test_renewal, NULL);
    sg_suite_add("SIGHUP: certificates change while requests come", test_renewal_under_load, NULL);
    sg_suite_add("metrics tell when a certificate ends", test_end_is_told, NULL);
    sg_suite_add("SIGHUP: a bad certificate is a refused reload", test_bad_renewal, NULL);
    sg_suite_add("SIGHUP: TLS cannot be taken off a running listener", test_what_cannot_change,
                 NULL);
    sg_suite_add("a record knows the client's TLS library again", test_print, NULL);
    sg_suite_add("a record knows what a load balancer tells of it", test_told_print, NULL);
    SG_SUITE_ROWS(test_announced, announceds);
    sg_suite_add("a PROXY header in pieces", test_header_in_pieces, NULL);
    SG_SUITE_ROWS(test_cut, cuts);
    sg_suite_add("caps are for the clients behind a balancer", test_caps_are_for_those_behind,
                 NULL);
    sg_suite_add("a PROXY header and a handshake have their time", test_late, NULL);
    sg_suite_add("a key that others can read is no start", test_bad_start, NULL);
    sg_suite_add("nothing is kept of what was masked", test_quiet, NULL);
    int rc = sg_suite_run("wire/tls");
    close_scene();
    return rc;
}
