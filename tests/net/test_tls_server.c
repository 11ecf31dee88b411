/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tls_server.c - TLS for clients: who is let in, what a reload changes, and what it does not.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#include "net/tls.h"
#include "../lib/identity.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { DAY = SG_IDENTITY_DAY, TURNS = 100, VISITS = 50 };

static struct sg_tempdir dir;
static struct sg_identity authority, stranger, one, two, visitor, impostor;
static char path_of[8][512];

static const char *file(unsigned slot, const char *name)
{
    sg_tempdir_path(&dir, name, path_of[slot]);
    return path_of[slot];
}

static void make_files(void)
{
    sg_tempdir_make(&dir);
    authority = sg_identity_make("Test authority", NULL, NULL, DAY, NULL);
    stranger = sg_identity_make("Test stranger", NULL, NULL, DAY, NULL);
    one = sg_identity_make("one", "DNS:one.example", "serverAuth", DAY, &authority);
    two = sg_identity_make("two", "DNS:two.example", "serverAuth", DAY, &authority);
    visitor = sg_identity_make("visitor", NULL, "clientAuth", DAY, &authority);
    impostor = sg_identity_make("visitor", NULL, "clientAuth", DAY, &stranger);
    sg_identity_write(&authority, NULL, &dir, "ca");
    sg_identity_write(&one, &authority, &dir, "one");
    sg_identity_write(&two, NULL, &dir, "two");
    struct sg_identity past = sg_identity_make("past", NULL, "serverAuth", -DAY, &authority);
    sg_identity_write(&past, NULL, &dir, "short");
    sg_identity_drop(&past);
}

static void drop_files(void)
{
    sg_identity_drop(&authority);
    sg_identity_drop(&stranger);
    sg_identity_drop(&one);
    sg_identity_drop(&two);
    sg_identity_drop(&visitor);
    sg_identity_drop(&impostor);
    sg_tempdir_remove(&dir);
}

static struct sg_tls_server *serve(const char *name, const char *client_ca)
{
    struct sg_tls_server *server = NULL;
    struct scrubgate_fault fault = {.what = ""};
    char certificate[64], key[64];
    (void)snprintf(certificate, sizeof certificate, "%s.crt", name);
    (void)snprintf(key, sizeof key, "%s.key", name);
    const struct sg_tls_server_config config = {file(0, certificate), file(1, key),
                                                client_ca == NULL ? NULL : file(2, client_ca)};
    assert_int_equal(sg_tls_server_new(&server, &config, &fault), SCRUBGATE_OK);
    return server;
}

/* --- a client, and both ends of one connection --- */

struct pair {
    SSL *client;
    struct sg_tls_stream *stream;
    int fd[2];
    int shake; /* what the server's handshake said last */
    bool met;  /* the client's is done */
};

static SSL_CTX *visit(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    assert_non_null(context);
    assert_int_equal(SSL_CTX_load_verify_file(context, file(3, "ca.crt")), 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    return context;
}

static void connect_pair(struct pair *pair, struct sg_tls_server *server, SSL_CTX *visits)
{
    *pair = (struct pair){.shake = SG_CONN_WAIT};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair->fd), 0);
    assert_int_equal(sg_tls_server_stream_new(&pair->stream, server, pair->fd[0]), SCRUBGATE_OK);
    pair->client = SSL_new(visits);
    assert_non_null(pair->client);
    assert_int_equal(SSL_set_fd(pair->client, pair->fd[1]), 1);
    SSL_set_connect_state(pair->client);
}

static void shake(struct pair *pair)
{
    bool stuck = false;
    for (int i = 0; i < TURNS && !stuck && !(pair->met && pair->shake == 0); i++) {
        int rc = SSL_do_handshake(pair->client);
        pair->met = rc == 1;
        stuck = rc != 1 && SSL_get_error(pair->client, rc) != SSL_ERROR_WANT_READ;
        if (pair->shake == SG_CONN_WAIT)
            pair->shake = sg_tls_handshake(pair->stream);
        if (pair->shake == SG_CONN_UNTRUSTED)
            stuck = true;
    }
    ERR_clear_error();
}

static void close_pair(struct pair *pair)
{
    sg_tls_stream_free(pair->stream);
    SSL_free(pair->client);
    (void)close(pair->fd[0]);
    (void)close(pair->fd[1]);
    ERR_clear_error();
}

/* A word each way. */
static void chat(struct pair *pair)
{
    char heard[8];
    uint8_t read[8];
    assert_int_equal(SSL_write(pair->client, "hello", 5), 5);
    assert_int_equal(sg_tls_read(pair->stream, read, sizeof read), 5);
    assert_memory_equal(read, "hello", 5);
    assert_int_equal(sg_tls_read(pair->stream, read, sizeof read), SG_CONN_WAIT);
    assert_int_equal(sg_tls_write(pair->stream, (const uint8_t *)"world", 5), 5);
    assert_int_equal(SSL_read(pair->client, heard, sizeof heard), 5);
    assert_memory_equal(heard, "world", 5);
}

/* The name on the certificate that the client saw. */
static void expect_name(struct pair *pair, const char *want)
{
    char name[64] = "";
    X509 *seen = SSL_get0_peer_certificate(pair->client);
    assert_non_null(seen);
    (void)X509_NAME_get_text_by_NID(X509_get_subject_name(seen), NID_commonName, name, sizeof name);
    assert_string_equal(name, want);
}

/* --- who is served --- */

static const struct visit {
    const char *name;
    int version;         /* 0: any */
    const char *ciphers; /* up to TLS 1.2 */
    const char *protocols;
    bool good;
    const char *print; /* its beginning */
} visits[] = {
    {"any client of today", 0, NULL, NULL, true, "t13i"},
    {"TLS 1.3", TLS1_3_VERSION, NULL, NULL, true, "t13i"},
    {"TLS 1.2", TLS1_2_VERSION, NULL, NULL, true, "t12i"},
    {"not TLS 1.1", TLS1_1_VERSION, "ALL:@SECLEVEL=0", NULL, false, "t11i"},
    {"not without forward secrecy", TLS1_2_VERSION, "AES256-GCM-SHA384", NULL, false, "t12i"},
    {"not with CBC", TLS1_2_VERSION, "ECDHE-ECDSA-AES256-SHA384", NULL, false, "t12i"},
    {"ChaCha20", TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305", NULL, true, "t12i"},
    {"who asks for HTTP/1.1", 0, NULL, "\x08http/1.1", true, "t13i"},
    {"who would like h2 better", 0, NULL, "\x02h2\x08http/1.1", true, "t13i"},
    {"not who takes h2 only", 0, NULL, "\x02h2", false, "t13i"},
};

static void test_visit(void **state)
{
    const struct visit *row = *state;
    struct sg_tls_server *server = serve("one", NULL);
    SSL_CTX *context = visit();
    struct pair pair;
    if (row->version != 0) {
        assert_int_equal(SSL_CTX_set_min_proto_version(context, row->version), 1);
        assert_int_equal(SSL_CTX_set_max_proto_version(context, row->version), 1);
    }
    if (row->ciphers != NULL)
        assert_int_equal(SSL_CTX_set_cipher_list(context, row->ciphers), 1);
    if (row->protocols != NULL)
        assert_int_equal(SSL_CTX_set_alpn_protos(context, (const unsigned char *)row->protocols,
                                                 (unsigned)strlen(row->protocols)),
                         0);
    connect_pair(&pair, server, context);
    assert_int_equal(sg_tls_print(pair.stream).len, 0);
    shake(&pair);
    assert_int_equal(pair.shake, row->good ? 0 : SG_CONN_UNTRUSTED);
    struct sg_bytes print = sg_tls_print(pair.stream);
    assert_int_equal(print.len, 36);
    assert_memory_equal(print.data, row->print, 4);
    if (row->good) {
        expect_name(&pair, "one");
        chat(&pair);
    }
    if (row->good && row->protocols != NULL) {
        const unsigned char *chosen = NULL;
        unsigned len = 0;
        SSL_get0_alpn_selected(pair.client, &chosen, &len);
        assert_int_equal(len, 8);
        assert_memory_equal(chosen, "http/1.1", 8);
    }
    close_pair(&pair);
    SSL_CTX_free(context);
    sg_tls_server_free(server);
}

static void test_print_is_the_librarys(void **state)
{
    struct sg_tls_server *server = serve("one", NULL);
    SSL_CTX *context = visit();
    struct pair pair, again;
    (void)state;
    connect_pair(&pair, server, context);
    shake(&pair);
    connect_pair(&again, server, context);
    shake(&again);
    struct sg_bytes print = sg_tls_print(pair.stream), same = sg_tls_print(again.stream);
    assert_true(sg_bytes_equal(print, same));
    close_pair(&again);
    assert_int_equal(SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-GCM-SHA256"), 1);
    connect_pair(&again, server, context);
    shake(&again);
    assert_false(sg_bytes_equal(print, sg_tls_print(again.stream)));
    close_pair(&again);
    close_pair(&pair);
    SSL_CTX_free(context);
    sg_tls_server_free(server);
}

/* With renegotiation a client makes the server work, again and again, at no price. */
static void test_renegotiation(void **state)
{
    struct sg_tls_server *server = serve("one", NULL);
    SSL_CTX *context = visit();
    struct pair pair;
    uint8_t byte;
    (void)state;
    assert_int_equal(SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION), 1);
    connect_pair(&pair, server, context);
    shake(&pair);
    chat(&pair);
    assert_int_equal(SSL_renegotiate(pair.client), 1);
    assert_int_equal(SSL_do_handshake(pair.client), -1);
    assert_int_equal(sg_tls_read(pair.stream, &byte, 1), SG_CONN_WAIT); /* a warning goes back */
    assert_int_equal(SSL_do_handshake(pair.client), -1);
    assert_int_equal(SSL_get_error(pair.client, -1), SSL_ERROR_SSL);
    close_pair(&pair);
    SSL_CTX_free(context);
    sg_tls_server_free(server);
}

/* --- clients with certificates --- */

static const struct guest {
    const char *name;
    const struct sg_identity *shows;
    int version;
    bool good;
} guests[] = {
    {"a client whom the authority vouches for", &visitor, TLS1_3_VERSION, true},
    {"the same over TLS 1.2", &visitor, TLS1_2_VERSION, true},
    {"not one without certificate", NULL, TLS1_3_VERSION, false},
    {"not one without certificate over TLS 1.2", NULL, TLS1_2_VERSION, false},
    {"not one whom another vouches for", &impostor, TLS1_3_VERSION, false},
    {"not one that shows a server's certificate", &two, TLS1_3_VERSION, false},
};

static void test_guest(void **state)
{
    const struct guest *row = *state;
    struct sg_tls_server *server = serve("one", "ca.crt");
    SSL_CTX *context = visit();
    struct pair pair;
    assert_int_equal(SSL_CTX_set_max_proto_version(context, row->version), 1);
    if (row->shows != NULL) {
        assert_int_equal(SSL_CTX_use_certificate(context, row->shows->certificate), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey(context, row->shows->key), 1);
    }
    connect_pair(&pair, server, context);
    shake(&pair);
    assert_int_equal(pair.shake, row->good ? 0 : SG_CONN_UNTRUSTED);
    if (row->good)
        chat(&pair);
    close_pair(&pair);
    SSL_CTX_free(context);
    sg_tls_server_free(server);
}

/* --- tickets --- */

static SSL_SESSION *kept;

static int keep(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(kept);
    kept = session;
    return 1;
}

static bool comes_back(struct sg_tls_server *server, SSL_CTX *context)
{
    struct pair pair;
    connect_pair(&pair, server, context);
    if (kept != NULL)
        assert_int_equal(SSL_set_session(pair.client, kept), 1);
    shake(&pair);
    assert_int_equal(pair.shake, 0);
    chat(&pair); /* the tickets of TLS 1.3 come with it */
    bool short_one = SSL_session_reused(pair.client) == 1;
    (void)SSL_shutdown(pair.client);
    close_pair(&pair);
    return short_one;
}

static void test_tickets(void **state)
{
    int version = (int)(uintptr_t)*state;
    struct sg_tls_server *server = serve("one", "ca.crt"), *other = serve("one", "ca.crt");
    SSL_CTX *context = visit();
    assert_int_equal(SSL_CTX_set_max_proto_version(context, version), 1);
    assert_int_equal(SSL_CTX_use_certificate(context, visitor.certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, visitor.key), 1);
    (void)SSL_CTX_set_session_cache_mode(context,
                                         SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep);
    assert_false(comes_back(server, context));
    assert_non_null(kept);
    assert_true(comes_back(server, context));
    assert_false(comes_back(other, context)); /* under other keys: all anew */
    SSL_SESSION_free(kept);
    kept = NULL;
    SSL_CTX_free(context);
    sg_tls_server_free(server);
    sg_tls_server_free(other);
}

/* --- clients that speak something else --- */

static void test_plain_client(void **state)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    struct sg_tls_server *server = serve("one", NULL);
    struct sg_tls_stream *stream = NULL;
    uint8_t byte;
    int fd[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
    assert_int_equal(sg_tls_server_stream_new(&stream, server, fd[0]), SCRUBGATE_OK);
    assert_int_equal(sg_tls_handshake(stream), SG_CONN_WAIT);
    assert_int_equal(write(fd[1], request, sizeof request - 1), sizeof request - 1);
    assert_int_equal(sg_tls_handshake(stream), SG_CONN_UNTRUSTED);
    assert_int_equal(sg_tls_handshake(stream), SG_CONN_UNTRUSTED);
    assert_int_equal(sg_tls_read(stream, &byte, 1), SG_CONN_FAILED);
    assert_int_equal(sg_tls_write(stream, &byte, 1), SG_CONN_FAILED);
    assert_int_equal(sg_tls_print(stream).len, 0);
    sg_tls_stream_free(stream);
    (void)close(fd[0]);
    (void)close(fd[1]);
    sg_tls_server_free(server);
}

static void test_client_that_hangs_up(void **state)
{
    struct sg_tls_server *server = serve("one", NULL);
    SSL_CTX *context = visit();
    struct pair pair;
    (void)state;
    connect_pair(&pair, server, context);
    (void)SSL_do_handshake(pair.client);
    assert_int_equal(sg_tls_handshake(pair.stream), SG_CONN_WAIT);
    (void)shutdown(pair.fd[1], SHUT_RDWR);
    assert_int_equal(sg_tls_handshake(pair.stream), SG_CONN_UNTRUSTED);
    close_pair(&pair);
    SSL_CTX_free(context);
    sg_tls_server_free(server);
}

static const struct ending {
    const char *name;
    bool farewell;
} endings[] = {
    {"a client that has said all may hear the answer", true},
    {"... and also when it left without a farewell", false},
};

static void test_ending(void **state)
{
    const struct ending *row = *state;
    struct sg_tls_server *server = serve("one", NULL);
    SSL_CTX *context = visit();
    struct pair pair;
    uint8_t heard[8];
    connect_pair(&pair, server, context);
    shake(&pair);
    assert_int_equal(SSL_write(pair.client, "hello", 5), 5);
    if (row->farewell)
        assert_int_equal(SSL_shutdown(pair.client), 0);
    assert_int_equal(shutdown(pair.fd[1], SHUT_WR), 0);
    assert_int_equal(sg_tls_read(pair.stream, heard, sizeof heard), 5);
    assert_int_equal(sg_tls_read(pair.stream, heard, sizeof heard), SG_CONN_END);
    assert_int_equal(sg_tls_read(pair.stream, heard, sizeof heard), SG_CONN_END);
    assert_int_equal(sg_tls_write(pair.stream, (const uint8_t *)"world", 5), 5);
    assert_int_equal(SSL_read(pair.client, heard, sizeof heard), 5);
    assert_memory_equal(heard, "world", 5);
    close_pair(&pair);
    SSL_CTX_free(context);
    sg_tls_server_free(server);
}

/* --- reload --- */

static void expect_served_as(struct sg_tls_server *server, const char *name)
{
    SSL_CTX *context = visit();
    struct pair pair;
    connect_pair(&pair, server, context);
    shake(&pair);
    assert_int_equal(pair.shake, 0);
    expect_name(&pair, name);
    close_pair(&pair);
    SSL_CTX_free(context);
}

static void renew(struct sg_tls_server *server, const char *name)
{
    struct sg_tls_server *fresh = serve(name, NULL);
    sg_tls_server_swap(server, fresh);
    sg_tls_server_free(fresh);
}

static void test_reload(void **state)
{
    struct sg_tls_server *server = serve("one", NULL);
    SSL_CTX *context = visit();
    struct pair before, between;
    (void)state;
    connect_pair(&before, server, context);
    shake(&before);
    connect_pair(&between, server, context); /* has the old one when the reload comes */
    renew(server, "two");
    chat(&before);
    shake(&between);
    assert_int_equal(between.shake, 0);
    expect_name(&between, "one");
    expect_served_as(server, "two");
    chat(&before);
    close_pair(&before);
    close_pair(&between);
    SSL_CTX_free(context);
    sg_tls_server_free(server);
}

/* Workers accept while the server's thread renews. */
struct crowd {
    struct sg_tls_server *server;
    SSL_CTX *context;
    unsigned good;
};

static void *visit_often(void *ctx)
{
    struct crowd *crowd = ctx;
    for (unsigned i = 0; i < VISITS; i++) {
        struct pair pair;
        connect_pair(&pair, crowd->server, crowd->context);
        shake(&pair);
        crowd->good += pair.shake == 0 && sg_tls_server_expires(crowd->server) > 0;
        close_pair(&pair);
    }
    return NULL;
}

static void test_reload_amid(void **state)
{
    struct sg_tls_server *server = serve("one", NULL), *fresh = serve("two", NULL);
    struct crowd crowd[2];
    pthread_t thread[2];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        crowd[i] = (struct crowd){.server = server, .context = visit()};
        assert_int_equal(pthread_create(&thread[i], NULL, visit_often, &crowd[i]), 0);
    }
    for (unsigned i = 0; i < 10 * VISITS; i++)
        sg_tls_server_swap(server, fresh);
    sg_tls_server_free(fresh);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        assert_int_equal(crowd[i].good, VISITS);
        SSL_CTX_free(crowd[i].context);
    }
    sg_tls_server_free(server);
}

static void test_expiry(void **state)
{
    struct sg_tls_server *server = serve("one", NULL);
    int64_t now = (int64_t)time(NULL), ends = sg_tls_server_expires(server);
    (void)state;
    assert_in_range(ends, now + DAY - 3600, now + DAY + 3600);
    renew(server, "short");
    ends = sg_tls_server_expires(server);
    assert_in_range(ends, now - DAY - 3600, now - DAY + 3600); /* over: told, and served */
    sg_tls_server_free(server);
}

static void test_swap(void **state)
{
    struct sg_tls_server *server = serve("one", NULL), *fresh = serve("two", NULL);
    (void)state;
    sg_tls_server_swap(server, fresh);
    expect_served_as(server, "two");
    expect_served_as(fresh, "one");
    sg_tls_server_free(fresh);
    expect_served_as(server, "two");
    sg_tls_server_free(server);
}

/* --- files that are wrong --- */

static void write_key(const char *name, EVP_PKEY *key, const EVP_CIPHER *cipher)
{
    FILE *out = fopen(file(4, name), "w");
    assert_non_null(out);
    assert_int_equal(chmod(path_of[4], 0600), 0);
    assert_int_equal(
        PEM_write_PrivateKey(out, key, cipher, (const unsigned char *)"secret", 6, NULL, NULL), 1);
    assert_int_equal(fclose(out), 0);
}

static const struct wrong {
    const char *name;
    const char *certificate, *key, *client_ca;
    mode_t mode; /* of the key, when not 0600 */
    const char *file, *says;
} wrongs[] = {
    {"no certificate file", "none.crt", "one.key", NULL, 0, "none.crt", "No such file"},
    {"no key file", "one.crt", "none.key", NULL, 0, "none.key", "No such file"},
    {"no file of authorities", "one.crt", "one.key", "none.crt", 0, "none.crt", "vouch"},
    {"a certificate that is none", "text", "one.key", NULL, 0, "text", "no certificate"},
    {"a key as certificate", "one.key", "one.key", NULL, 0, "one.key", "no certificate"},
    {"a key that is none", "one.crt", "text", NULL, 0, "text", "no private key"},
    {"a certificate as key", "one.crt", "two.crt", NULL, 0644, "two.crt", "chmod 600"},
    {"authorities that are none", "one.crt", "one.key", "text", 0, "text", "vouch"},
    {"another's key", "one.crt", "two.key", NULL, 0, "two.key", "not the certificate's"},
    {"a key of another kind", "one.crt", "rsa.key", NULL, 0, "rsa.key", "not the certificate's"},
    {"an encrypted key", "one.crt", "locked.key", NULL, 0, "locked.key", "not encrypted"},
    {"a key that all can read", "one.crt", "one.key", NULL, 0604, "one.key", "chmod 600"},
    {"a key that a group can write", "one.crt", "one.key", NULL, 0620, "one.key", "chmod 600"},
    {"a folder as key", "one.crt", "folder", NULL, 0700, "folder", "not a file"},
    {"a chain that breaks off", "broken.crt", "one.key", NULL, 0, "broken.crt", "chain"},
};

static void test_wrong(void **state)
{
    const struct wrong *row = *state;
    struct sg_tls_server *server = NULL;
    struct scrubgate_fault fault = {.what = ""};
    const struct sg_tls_server_config config = {file(0, row->certificate), file(1, row->key),
                                                row->client_ca == NULL ? NULL
                                                                       : file(2, row->client_ca)};
    if (row->mode != 0)
        assert_int_equal(chmod(config.key, row->mode), 0);
    assert_int_equal(sg_tls_server_new(&server, &config, &fault), SCRUBGATE_EINVAL);
    assert_null(server);
    assert_non_null(strstr(fault.file, row->file));
    assert_non_null(strstr(fault.what, row->says));
    if (row->mode != 0)
        assert_int_equal(chmod(config.key, 0600), 0);
}

static void test_group_may_read(void **state)
{
    (void)state;
    assert_int_equal(chmod(file(4, "one.key"), 0640), 0);
    sg_tls_server_free(serve("one", NULL));
    assert_int_equal(chmod(file(4, "one.key"), 0600), 0);
}

static void make_wrong_files(void)
{
    size_t len = 0;
    char *text = sg_tempdir_read(&dir, "one.crt", &len);
    sg_tempdir_write(&dir, "broken.crt", text, len - 40);
    free(text);
    sg_tempdir_write(&dir, "text", "not PEM", 7);
    assert_int_equal(chmod(file(4, "text"), 0600), 0);
    sg_tempdir_mkdir(&dir, "folder");
    write_key("locked.key", one.key, EVP_aes_128_cbc());
    EVP_PKEY *rsa = EVP_RSA_gen(2048);
    assert_non_null(rsa);
    write_key("rsa.key", rsa, NULL);
    EVP_PKEY_free(rsa);
}

int main(void)
{
    make_files();
    make_wrong_files();
    SG_SUITE_ROWS(test_visit, visits);
    sg_suite_add("a print is the library's, not the connection's", test_print_is_the_librarys,
                 NULL);
    sg_suite_add("no handshake in the middle", test_renegotiation, NULL);
    SG_SUITE_ROWS(test_guest, guests);
    sg_suite_add("a client comes back with a ticket", test_tickets,
                 (void *)(uintptr_t)TLS1_3_VERSION);
    sg_suite_add("a client comes back with a ticket over TLS 1.2", test_tickets,
                 (void *)(uintptr_t)TLS1_2_VERSION);
    sg_suite_add("a client that speaks plainly", test_plain_client, NULL);
    sg_suite_add("a client that hangs up in the middle", test_client_that_hangs_up, NULL);
    SG_SUITE_ROWS(test_ending, endings);
    sg_suite_add("a reload is for those who come after it", test_reload, NULL);
    sg_suite_add("a reload while handshakes run", test_reload_amid, NULL);
    sg_suite_add("when the certificate ends is told", test_expiry, NULL);
    sg_suite_add("two servers swap what they are", test_swap, NULL);
    SG_SUITE_ROWS(test_wrong, wrongs);
    sg_suite_add("a group may read the key", test_group_may_read, NULL);
    int rc = sg_suite_run("net/tls_server");
    drop_files();
    return rc;
}
