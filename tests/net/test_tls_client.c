/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tls_client.c - calls over TLS: whom the client trusts, and that TLS changes nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/origin.h"
#include "net/upstream.h"
#include "../lib/identity.h"
#include "../lib/probe.h"
#include "../lib/scripted_origin.h"
#include "../lib/suite.h"

enum { MS = 1000000, DAY = SG_IDENTITY_DAY };

#define GET          "GET / HTTP/1.1\r\nHost: o\r\n\r\n"
#define POST_CHUNKED "POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n"
#define OK2          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define SAID_OK      "<200 length>ok<end>"

/* --- certificates, made for the test --- */

static struct sg_tempdir dir;
static struct sg_identity authority, stranger, gateway;
static struct sg_tls *trust; /* in authority */

/* Trusts the authority; shown: shows who it is, "gateway" or NULL. */
static struct sg_tls *make_trust(const char *shown)
{
    char ca[512], certificate[512], key[512], name[64];
    struct sg_tls *made = NULL;
    sg_tempdir_path(&dir, "ca.crt", ca);
    struct sg_tls_config config = {.ca = ca};
    if (shown != NULL) {
        (void)snprintf(name, sizeof name, "%s.crt", shown);
        sg_tempdir_path(&dir, name, certificate);
        (void)snprintf(name, sizeof name, "%s.key", shown);
        sg_tempdir_path(&dir, name, key);
        config.certificate = certificate;
        config.key = key;
    }
    if (sg_tls_new(&made, &config, NULL) < 0)
        abort();
    return made;
}

static void make_identities(void)
{
    sg_tempdir_make(&dir);
    authority = sg_identity_make("Test authority", NULL, NULL, DAY, NULL);
    stranger = sg_identity_make("Test authority", NULL, NULL, DAY, NULL);
    gateway = sg_identity_make("gateway", NULL, "clientAuth", DAY, &authority);
    sg_identity_write(&authority, NULL, &dir, "ca");
    sg_identity_write(&stranger, NULL, &dir, "stranger");
    sg_identity_write(&gateway, &authority, &dir, "gateway");
    trust = make_trust(NULL);
}

static void drop_identities(void)
{
    sg_tls_free(trust);
    sg_identity_drop(&authority);
    sg_identity_drop(&stranger);
    sg_identity_drop(&gateway);
    sg_tempdir_remove(&dir);
}

/* --- a client and an origin --- */

static struct sg_loop *loop;
static struct sg_upstream *upstream;
static struct sg_origin *target;
static struct sg_scripted_origin origin;
static struct sg_wake bell;
static char asked_for[64]; /* the name in SNI */

static void rung(struct sg_wake *wake)
{
    (void)wake;
    sg_loop_stop(loop);
}

static int named(SSL *ssl, int *alert, void *ctx)
{
    (void)alert;
    (void)ctx;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    (void)snprintf(asked_for, sizeof asked_for, "%s", name == NULL ? "" : name);
    return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *serve_as(const struct sg_identity *identity, int version)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    assert_non_null(context);
    SSL_CTX_set_security_level(context, 0);
    assert_int_equal(SSL_CTX_use_certificate(context, identity->certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, identity->key), 1);
    assert_int_equal(SSL_CTX_set_min_proto_version(context, version == 0 ? 0 : version), 1);
    assert_int_equal(SSL_CTX_set_max_proto_version(context, version), 1);
    (void)SSL_CTX_set_tlsext_servername_callback(context, named);
    return context;
}

static const struct sg_upstream_limits usual = {.connect_ns = UINT64_C(100000) * MS,
                                                .first_ns = UINT64_C(100000) * MS,
                                                .idle_ns = UINT64_C(100000) * MS,
                                                .kept_ns = UINT64_C(100000) * MS,
                                                .header = 1024,
                                                .kept = 8};

static void begin(SSL_CTX *context)
{
    memset(&origin, 0, sizeof origin);
    asked_for[0] = '\0';
    origin.tls = context;
    assert_int_equal(sg_loop_new(&loop), SCRUBGATE_OK);
    assert_int_equal(sg_wake_init(loop, &bell, rung), SCRUBGATE_OK);
    assert_int_equal(sg_upstream_new(&upstream, loop, &usual, trust), SCRUBGATE_OK);
}

static void add(enum sg_step_kind kind)
{
    sg_scripted_origin_add(&origin, kind, NULL, 0);
}

static void say(const char *text)
{
    sg_scripted_origin_add(&origin, SG_STEP_SAY, text, 0);
}

static void start(const char *host)
{
    char url[64];
    sg_scripted_origin_start(&origin, &bell);
    (void)snprintf(url, sizeof url, "https://%s:%u/", host, origin.port);
    assert_int_equal(sg_origin_new(&target, url, NULL), SCRUBGATE_OK);
    sg_wake_ring(&bell); /* one turn: the time to connect counts from here */
    sg_probe_run(loop);
}

static void finish(void)
{
    sg_upstream_free(upstream);
    sg_origin_free(target);
    sg_wake_fini(loop, &bell);
    sg_loop_free(loop);
    sg_scripted_origin_stop(&origin);
    SSL_CTX_free(origin.tls);
    ERR_clear_error();
}

static void open_call(struct sg_probe *probe, const char *head)
{
    probe->loop = loop;
    assert_int_equal(sg_call_open(&probe->call, upstream, target, sg_bytes_of(head),
                                  strstr(head, "chunked") != NULL, false, false, &sg_probe_handler,
                                  probe),
                     SCRUBGATE_OK);
}

static void expect(const char *want)
{
    struct sg_probe probe = {0};
    open_call(&probe, GET);
    assert_int_equal(sg_call_send(probe.call, SG_BYTES(""), true), SCRUBGATE_OK);
    sg_probe_run(loop);
    assert_string_equal(probe.story, want);
}

static SSL_CTX *serve_well(void)
{
    struct sg_identity identity =
        sg_identity_make("origin", "IP:127.0.0.1", "serverAuth", DAY, &authority);
    SSL_CTX *context = serve_as(&identity, 0);
    sg_identity_drop(&identity);
    return context;
}

/* --- whom it trusts --- */

struct trusted {
    const char *name;
    const char *host;
    const char *common, *alternative, *usage;
    bool by_stranger;
    bool by_itself;
    long until;
    int version;
    bool good;
};

static const struct trusted trusteds[] = {
    {"an address", "127.0.0.1", "origin", "IP:127.0.0.1", 0, 0, 0, DAY, 0, 1},
    {"a name", "localhost", "origin", "DNS:localhost", 0, 0, 0, DAY, 0, 1},
    {"for servers", "127.0.0.1", "origin", "IP:127.0.0.1", "serverAuth", 0, 0, DAY, 0, 1},
    {"over TLS 1.2", "127.0.0.1", "origin", "IP:127.0.0.1", 0, 0, 0, DAY, TLS1_2_VERSION, 1},
    {"over TLS 1.3", "127.0.0.1", "origin", "IP:127.0.0.1", 0, 0, 0, DAY, TLS1_3_VERSION, 1},
    {"not over TLS 1.1", "127.0.0.1", "origin", "IP:127.0.0.1", 0, 0, 0, DAY, TLS1_1_VERSION, 0},
    {"not another address", "127.0.0.1", "origin", "IP:127.0.0.2", 0, 0, 0, DAY, 0, 0},
    {"not another name", "localhost", "origin", "DNS:elsewhere.example", 0, 0, 0, DAY, 0, 0},
    {"not an address as a name", "127.0.0.1", "127.0.0.1", "DNS:127.0.0.1", 0, 0, 0, DAY, 0, 0},
    {"not a name for an address", "127.0.0.1", "origin", "DNS:localhost", 0, 0, 0, DAY, 0, 0},
    {"not a name for part of it", "localhost", "origin", "DNS:local*", 0, 0, 0, DAY, 0, 0},
    {"not an unknown authority", "127.0.0.1", "origin", "IP:127.0.0.1", 0, 1, 0, DAY, 0, 0},
    {"not oneself", "127.0.0.1", "origin", "IP:127.0.0.1", 0, 0, 1, DAY, 0, 0},
    {"not yesterday's", "127.0.0.1", "origin", "IP:127.0.0.1", 0, 0, 0, -DAY, 0, 0},
    {"not a client's", "127.0.0.1", "origin", "IP:127.0.0.1", "clientAuth", 0, 0, DAY, 0, 0},
};

static void test_trust(void **state)
{
    const struct trusted *row = *state;
    const struct sg_identity *issuer = row->by_stranger ? &stranger : &authority;
    struct sg_identity identity = sg_identity_make(row->common, row->alternative, row->usage,
                                                   row->until, row->by_itself ? NULL : issuer);
    begin(serve_as(&identity, row->version));
    sg_identity_drop(&identity);
    if (row->good) {
        add(SG_STEP_ACCEPT);
        add(SG_STEP_HEAD);
        say(OK2);
    } else {
        /* Over TLS 1.3 the server has done its part before the client turns away. */
        add(SG_STEP_REFUSE);
        origin.lenient = true;
    }
    start(row->host);
    expect(row->good ? SAID_OK : "<upstream-tls>");
    finish();
    assert_int_equal(origin.n_read > 0, row->good);
    bool by_name = strcmp(row->host, "localhost") == 0;
    if (row->version == 0)
        assert_string_equal(asked_for, by_name ? "localhost" : "");
}

static void test_plain_origin(void **state)
{
    (void)state;
    begin(NULL);
    add(SG_STEP_ACCEPT);
    say("HTTP/1.1 400 Bad Request\r\n\r\n");
    add(SG_STEP_CLOSED);
    start("127.0.0.1");
    expect("<upstream-tls>");
    finish();
}

static void test_silent_origin(void **state)
{
    struct sg_upstream_limits brief = {
        .connect_ns = 50 * MS, .first_ns = UINT64_C(10000) * MS, .header = 1024};
    (void)state;
    begin(NULL);
    sg_upstream_free(upstream);
    assert_int_equal(sg_upstream_new(&upstream, loop, &brief, trust), SCRUBGATE_OK);
    add(SG_STEP_ACCEPT);
    add(SG_STEP_CLOSED);
    start("127.0.0.1");
    expect("<upstream-connect-timeout>");
    finish();
}

struct unread {
    const char *name;
    const char *ca, *certificate, *key;
    const char *blamed;
    mode_t mode; /* of the key, when not 0600 */
};

static const struct unread unreads[] = {
    {"authorities that are not there", "none", NULL, NULL, "none", 0},
    {"authorities that are none", "gateway.key", NULL, NULL, "gateway.key", 0},
    {"a certificate that is not there", "ca.crt", "none", "gateway.key", "none", 0},
    {"a certificate that is none", "ca.crt", "gateway.key", "gateway.key", "gateway.key", 0},
    {"a key that is not there", "ca.crt", "gateway.crt", "none", "none", 0},
    {"a key of another", "ca.crt", "gateway.crt", "stranger.key", "stranger.key", 0},
    {"a key that all can read", "ca.crt", "gateway.crt", "gateway.key", "gateway.key", 0604},
    {"a key that a group can write", "ca.crt", "gateway.crt", "gateway.key", "gateway.key", 0620},
};

static void test_unread(void **state)
{
    const struct unread *row = *state;
    char ca[512], certificate[512], key[512], blamed[512];
    struct scrubgate_fault fault = {.what = ""};
    struct sg_tls *tls = (struct sg_tls *)&fault;
    struct sg_tls_config config = {.ca = ca};
    sg_tempdir_path(&dir, row->ca, ca);
    sg_tempdir_path(&dir, row->blamed, blamed);
    if (row->certificate != NULL) {
        sg_tempdir_path(&dir, row->certificate, certificate);
        sg_tempdir_path(&dir, row->key, key);
        config.certificate = certificate;
        config.key = key;
    }
    if (row->mode != 0)
        assert_int_equal(chmod(key, row->mode), 0);
    enum scrubgate_status rc = sg_tls_new(&tls, &config, &fault);
    if (row->mode != 0)
        assert_int_equal(chmod(key, 0600), 0);
    assert_int_equal(rc, SCRUBGATE_EIO);
    assert_null(tls);
    assert_string_equal(fault.file, blamed);
    assert_true(fault.what[0] != '\0');
}

/* --- who we are --- */

struct shown {
    const char *name;
    const char *shows; /* the route's certificate */
    bool asked;        /* the origin wants one */
    int version;
    bool good;
};

static const struct shown showns[] = {
    {"who is asked shows its certificate", "gateway", true, 0, true},
    {"over TLS 1.2 too", "gateway", true, TLS1_2_VERSION, true},
    {"who is not asked shows none", "gateway", false, 0, true},
    {"who has none is turned away", NULL, true, TLS1_2_VERSION, false},
    {"who is not known is turned away", "stranger", true, TLS1_2_VERSION, false},
};

static int seen; /* certificates of clients */

static int look_at(int good, X509_STORE_CTX *context)
{
    seen += good == 1 && X509_STORE_CTX_get_error_depth(context) == 0 ? 1 : 0;
    return good;
}

static void test_shown(void **state)
{
    const struct shown *row = *state;
    struct sg_identity identity = sg_identity_make("origin", "IP:127.0.0.1", NULL, DAY, &authority);
    SSL_CTX *context = serve_as(&identity, row->version);
    struct sg_tls *own = make_trust(row->shows);
    char ca[512];
    sg_identity_drop(&identity);
    sg_tempdir_path(&dir, "ca.crt", ca);
    assert_int_equal(SSL_CTX_load_verify_file(context, ca), 1);
    if (row->asked)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, look_at);
    seen = 0;
    begin(context);
    add(row->good ? SG_STEP_ACCEPT : SG_STEP_REFUSE);
    if (row->good) {
        add(SG_STEP_HEAD);
        say(OK2);
    }
    start("127.0.0.1");
    assert_int_equal(sg_origin_trust(target, own, NULL), SCRUBGATE_OK);
    sg_tls_free(own); /* the origin has a hold of its own */
    expect(row->good ? SAID_OK : "<upstream-tls>");
    finish();
    assert_int_equal(seen > 0, row->good && row->asked);
}

/* The name that a route says stands for the URL's, in what is asked for and in what is expected. */
static void test_another_name(void **state)
{
    (void)state;
    struct sg_identity identity =
        sg_identity_make("origin", "DNS:origin.example", NULL, DAY, &authority);
    begin(serve_as(&identity, 0));
    sg_identity_drop(&identity);
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    start("127.0.0.1");
    assert_int_equal(sg_origin_trust(target, NULL, "origin.example"), SCRUBGATE_OK);
    expect(SAID_OK);
    finish();
    assert_string_equal(asked_for, "origin.example");
}

static void test_without_trust(void **state)
{
    (void)state;
    begin(NULL);
    sg_upstream_free(upstream);
    assert_int_equal(sg_upstream_new(&upstream, loop, &usual, NULL), SCRUBGATE_OK);
    start("127.0.0.1");
    expect("<upstream-connect>");
    finish();
    assert_int_equal(origin.n_read, 0);
}

/* --- short handshakes --- */

struct again {
    const char *name;
    int version;
    const char *then; /* the name expected at the second connection; NULL: the same */
    bool other_trust;
    unsigned resumed; /* of three connections */
};

static const struct again agains[] = {
    {"over TLS 1.3 the next handshake is a short one", TLS1_3_VERSION, NULL, false, 2},
    {"over TLS 1.2 too", TLS1_2_VERSION, NULL, false, 2},
    {"not under another name", 0, "localhost", false, 1},
    {"not under another trust", 0, NULL, true, 1},
};

static void test_again(void **state)
{
    const struct again *row = *state;
    struct sg_identity identity =
        sg_identity_make("origin", "IP:127.0.0.1, DNS:localhost", NULL, DAY, &authority);
    begin(serve_as(&identity, row->version));
    sg_identity_drop(&identity);
    for (int i = 0; i < 3; i++) {
        add(SG_STEP_ACCEPT);
        add(SG_STEP_HEAD);
        say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        add(SG_STEP_CLOSED);
    }
    start("127.0.0.1");
    expect(SAID_OK);
    if (row->then != NULL || row->other_trust) {
        struct sg_tls *other = row->other_trust ? make_trust(NULL) : NULL;
        assert_int_equal(sg_origin_trust(target, other, row->then), SCRUBGATE_OK);
        sg_tls_free(other);
    }
    expect(SAID_OK);
    expect(SAID_OK);
    finish();
    assert_int_equal(origin.resumed, row->resumed);
}

/* --- that it changes nothing else --- */

static void test_connection_is_used_again(void **state)
{
    (void)state;
    begin(serve_well());
    add(SG_STEP_ACCEPT);
    for (int i = 0; i < 3; i++) {
        add(SG_STEP_HEAD);
        say(OK2);
    }
    add(SG_STEP_CLOSED); /* with a farewell */
    start("127.0.0.1");
    for (int i = 0; i < 3; i++)
        expect(SAID_OK);
    finish();
    assert_int_equal(origin.accepted, 1);
}

static void test_body_up_to_the_close(void **state)
{
    (void)state;
    begin(serve_well());
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say("HTTP/1.1 200 OK\r\n\r\nok");
    add(SG_STEP_CLOSE);
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say("HTTP/1.1 200 OK\r\n\r\nok");
    add(SG_STEP_CUT); /* anyone on the way can do that: it is no end */
    start("127.0.0.1");
    expect("<200 close>ok<end>");
    expect("<200 close>ok<upstream-reset>");
    finish();
}

static void test_large_answer(void **state)
{
    enum { LARGE = 1000000 };
    struct sg_probe probe = {.take_most = 10007};
    (void)state;
    begin(serve_well());
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    sg_scripted_origin_add(&origin, SG_STEP_FLOOD, NULL, LARGE);
    start("127.0.0.1");
    open_call(&probe, GET);
    assert_int_equal(sg_call_send(probe.call, SG_BYTES(""), true), SCRUBGATE_OK);
    sg_probe_run(loop);
    assert_int_equal(probe.body, LARGE);
    assert_non_null(strstr(probe.story, "<end>"));
    finish();
}

static size_t sent;

static void send_until_full(struct sg_probe *probe)
{
    static const uint8_t piece[30000];
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (probe->writables > 0) {
        assert_int_equal(sg_call_send(probe->call, SG_BYTES(""), true), SCRUBGATE_OK);
        return;
    }
    while (rc == SCRUBGATE_OK) {
        rc = sg_call_send(probe->call, (struct sg_bytes){piece, sizeof piece}, false);
        sent += sizeof piece;
    }
    assert_int_equal(rc, SCRUBGATE_FULL);
}

static void test_back_pressure(void **state)
{
    struct sg_probe probe = {.act_at = SG_PROBE_WRITABLE, .act = send_until_full};
    (void)state;
    begin(serve_well());
    origin.narrow = true;
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    add(SG_STEP_AWAIT);
    add(SG_STEP_CHUNKS);
    say(OK2);
    start("127.0.0.1");
    sent = 0;
    open_call(&probe, POST_CHUNKED);
    send_until_full(&probe);
    sg_scripted_origin_go(&origin);
    sg_probe_run(loop);
    assert_string_equal(probe.story, SAID_OK);
    finish();
    assert_true(origin.n_read > sent);
}

int main(void)
{
    make_identities();
    SG_SUITE_ROWS(test_trust, trusteds);
    sg_suite_add("not an origin that speaks plainly", test_plain_origin, NULL);
    sg_suite_add("a handshake has its time", test_silent_origin, NULL);
    SG_SUITE_ROWS(test_unread, unreads);
    SG_SUITE_ROWS(test_shown, showns);
    sg_suite_add("a name of the route's own", test_another_name, NULL);
    sg_suite_add("without anyone to trust there is no connection", test_without_trust, NULL);
    SG_SUITE_ROWS(test_again, agains);
    sg_suite_add("a connection is used again", test_connection_is_used_again, NULL);
    sg_suite_add("a body ends with a farewell, not with a cut", test_body_up_to_the_close, NULL);
    sg_suite_add("a large answer is taken in small bites", test_large_answer, NULL);
    sg_suite_add("send says full and then writable", test_back_pressure, NULL);
    int rc = sg_suite_run("net/tls_client");
    drop_identities();
    return rc;
}
