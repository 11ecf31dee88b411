/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tls.c - calls over TLS: whom the client trusts, and that TLS changes nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/origin.h"
#include "net/upstream.h"
#include "../lib/probe.h"
#include "../lib/scripted_origin.h"
#include "../lib/suite.h"

enum { MS = 1000000, DAY = 86400 };

#define GET          "GET / HTTP/1.1\r\nHost: o\r\n\r\n"
#define POST_CHUNKED "POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n"
#define OK2          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define SAID_OK      "<200 length>ok<end>"

/* --- certificates, made for the test --- */

struct identity {
    EVP_PKEY *key;
    X509 *certificate;
};

static void extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

/* Valid from a day ago until `until` seconds from now; signed by issuer, by itself when NULL. */
static struct identity make_identity(const char *name, const char *alternative, const char *usage,
                                     long until, const struct identity *issuer)
{
    struct identity made = {EVP_EC_gen("P-256"), X509_new()};
    const struct identity *signer = issuer != NULL ? issuer : &made;
    X509 *certificate = made.certificate;
    assert_non_null(made.key);
    assert_non_null(certificate);
    (void)X509_set_version(certificate, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1 + rand());
    (void)X509_gmtime_adj(X509_getm_notBefore(certificate), -2L * DAY);
    (void)X509_gmtime_adj(X509_getm_notAfter(certificate), until);
    (void)X509_set_pubkey(certificate, made.key);
    (void)X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                     (const unsigned char *)name, -1, -1, 0);
    (void)X509_set_issuer_name(certificate, X509_get_subject_name(signer->certificate));
    extend(certificate, signer->certificate, NID_basic_constraints,
           issuer == NULL ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (alternative != NULL)
        extend(certificate, signer->certificate, NID_subject_alt_name, alternative);
    if (usage != NULL)
        extend(certificate, signer->certificate, NID_ext_key_usage, usage);
    assert_true(X509_sign(certificate, signer->key, EVP_sha256()) > 0);
    return made;
}

static void drop_identity(struct identity *identity)
{
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
}

static struct identity authority, stranger;
static char ca_file[] = "/tmp/test_tls.XXXXXX";
static struct sg_tls *trust; /* in authority */

static void make_authorities(void)
{
    authority = make_identity("Test authority", NULL, NULL, DAY, NULL);
    stranger = make_identity("Test authority", NULL, NULL, DAY, NULL);
    int fd = mkstemp(ca_file);
    FILE *file = fdopen(fd, "w");
    if (file == NULL || PEM_write_X509(file, authority.certificate) != 1 || fclose(file) != 0)
        abort();
    const struct sg_tls_config config = {.ca = ca_file};
    if (sg_tls_new(&trust, &config, NULL) < 0)
        abort();
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

static SSL_CTX *serve_as(const struct identity *identity, int version)
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

static void begin(SSL_CTX *context)
{
    static const struct sg_upstream_limits limits = {.connect_ns = UINT64_C(100000) * MS,
                                                     .first_ns = UINT64_C(100000) * MS,
                                                     .idle_ns = UINT64_C(100000) * MS,
                                                     .kept_ns = UINT64_C(100000) * MS,
                                                     .header = 1024,
                                                     .kept = 8};
    memset(&origin, 0, sizeof origin);
    asked_for[0] = '\0';
    origin.tls = context;
    assert_int_equal(sg_loop_new(&loop), SCRUBGATE_OK);
    assert_int_equal(sg_wake_init(loop, &bell, rung), SCRUBGATE_OK);
    assert_int_equal(sg_upstream_new(&upstream, loop, &limits, trust), SCRUBGATE_OK);
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
    struct identity identity =
        make_identity("origin", "IP:127.0.0.1", "serverAuth", DAY, &authority);
    SSL_CTX *context = serve_as(&identity, 0);
    drop_identity(&identity);
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
    const struct identity *issuer = row->by_stranger ? &stranger : &authority;
    struct identity identity = make_identity(row->common, row->alternative, row->usage, row->until,
                                             row->by_itself ? NULL : issuer);
    begin(serve_as(&identity, row->version));
    drop_identity(&identity);
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

static void test_files_that_cannot_be_read(void **state)
{
    const struct sg_tls_config *config = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_tls *tls = (struct sg_tls *)&fault;
    assert_int_equal(sg_tls_new(&tls, config, &fault), SCRUBGATE_EIO);
    assert_null(tls);
    assert_string_equal(fault.file, config->key != NULL ? config->key : config->ca);
    assert_true(fault.what[0] != '\0');
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
    make_authorities();
    SG_SUITE_ROWS(test_trust, trusteds);
    sg_suite_add("not an origin that speaks plainly", test_plain_origin, NULL);
    sg_suite_add("a handshake has its time", test_silent_origin, NULL);
    sg_suite_add("authorities that cannot be read", test_authorities_that_cannot_be_read, NULL);
    sg_suite_add("a connection is used again", test_connection_is_used_again, NULL);
    sg_suite_add("a body ends with a farewell, not with a cut", test_body_up_to_the_close, NULL);
    sg_suite_add("a large answer is taken in small bites", test_large_answer, NULL);
    sg_suite_add("send says full and then writable", test_back_pressure, NULL);
    int rc = sg_suite_run("net/tls");
    (void)unlink(ca_file);
    sg_tls_free(trust);
    drop_identity(&authority);
    drop_identity(&stranger);
    return rc;
}
