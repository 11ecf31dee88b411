/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_server.c - TLS for clients: who we are, and whom to let in.
 *
 *     files -> SSL_CTX ─(swapped by a reload)─> streams, each with its own hold on the one it began
 * with
 *
 * What a client's first message looks like is taken where OpenSSL shows the message itself: its
 * own lists leave out the extensions that it does not know, which are the telling ones.
 */
#include <pthread.h>
#include <stdlib.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "base/diag.h"
#include "net/tls.h"
#include "net/tls_inside.h"
#include "net/tls_print.h"

enum { SECURITY_LEVEL = 2 };

struct sg_tls_server {
    pthread_mutex_t lock; /* of context: the pointer, not what it points to */
    SSL_CTX *context;
    BIO_METHOD *method;
};

/* --- whom to let in --- */

static enum scrubgate_status ask_clients(SSL_CTX *context, const char *path,
                                         struct scrubgate_fault *fault)
{
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(path);
    if (names == NULL || SSL_CTX_load_verify_file(context, path) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return sg_tls_fault(
            path, "there is no certificate (PEM) in it that could vouch for clients", fault);
    }
    SSL_CTX_set_client_CA_list(context, names);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return SCRUBGATE_OK;
}

/* A client that wants to speak something else is told so: it may have been led here (ALPACA). */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *len,
                           const unsigned char *offered, unsigned n, void *ctx)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen = NULL;
    (void)ssl;
    (void)ctx;
    if (SSL_select_next_proto(&chosen, len, ours, sizeof ours - 1, offered, n) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* --- the client's first message --- */

static void look(int writing, int version, int type, const void *data, size_t len, SSL *ssl,
                 void *ctx)
{
    struct sg_tls_stream *stream = ctx;
    struct sg_tls_hello hello;
    (void)version;
    if (writing != 0 || type != SSL3_RT_HANDSHAKE)
        return;
    SSL_set_msg_callback(ssl, NULL); /* a second one is an answer to ours */
    if (sg_tls_hello_parse(&hello, (struct sg_bytes){data, len}) < 0 ||
        sg_tls_hello_print(&hello, stream->print) < 0)
        stream->print[0] = '\0';
}

/* --- making it --- */

static bool set_up(SSL_CTX *context)
{
    static const unsigned char name[] = "scrubgate";
    SSL_CTX_set_security_level(context, SECURITY_LEVEL);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    /* A request has its end in its framing: a client that ends its side without TLS's farewell has
     * cut nothing off, and may still wait for its answer. */
    (void)SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    /* Clients keep their sessions themselves, in tickets. */
    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return sg_tls_context_harden(context) &&
           SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
           SSL_CTX_set_session_id_context(context, name, sizeof name - 1) == 1;
}

static enum scrubgate_status make_context(SSL_CTX **context,
                                          const struct sg_tls_server_config *config,
                                          struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    SSL_CTX *made = SSL_CTX_new(TLS_server_method());
    ERR_clear_error();
    if (made == NULL || !set_up(made))
        goto out;
    rc = sg_tls_identify(made, config->certificate, config->key, fault);
    if (rc >= 0 && config->client_ca != NULL)
        rc = ask_clients(made, config->client_ca, fault);
    if (rc < 0)
        goto out;
    *context = made;
    made = NULL; /* the caller's now */
out:
    SSL_CTX_free(made);
    ERR_clear_error();
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
    return rc == SCRUBGATE_EIO || rc == SCRUBGATE_ELIMIT ? SCRUBGATE_EINVAL : rc;
}

enum scrubgate_status sg_tls_server_new(struct sg_tls_server **server,
                                        const struct sg_tls_server_config *config,
                                        struct scrubgate_fault *fault)
{
    *server = NULL;
    struct sg_tls_server *made = calloc(1, sizeof *made);
    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
        return SCRUBGATE_ENOMEM;
    }
    enum scrubgate_status rc = make_context(&made->context, config, fault);
    if (rc < 0)
        goto out;
    made->method = sg_tls_method_new();
    rc = made->method == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    if (rc < 0)
        goto out;
    *server = made;
    made = NULL; /* the caller's now */
out:
    sg_tls_server_free(made);
    return rc;
}

void sg_tls_server_swap(struct sg_tls_server *server, struct sg_tls_server *fresh)
{
    (void)pthread_mutex_lock(&server->lock);
    SSL_CTX *old = server->context;
    server->context = fresh->context;
    (void)pthread_mutex_unlock(&server->lock);
    fresh->context = old;
}

/* The context, with a hold for the caller; NULL: it could not be held. */
static SSL_CTX *hold(struct sg_tls_server *server)
{
    (void)pthread_mutex_lock(&server->lock);
    SSL_CTX *context = server->context;
    bool held = SSL_CTX_up_ref(context) == 1;
    (void)pthread_mutex_unlock(&server->lock);
    return held ? context : NULL;
}

int64_t sg_tls_server_expires(struct sg_tls_server *server)
{
    int days = 0, seconds = 0;
    SSL_CTX *context = hold(server);
    int64_t now = (int64_t)(sg_clock_wall_ms() / 1000);
    const X509 *own = context == NULL ? NULL : SSL_CTX_get0_certificate(context);
    if (own == NULL || ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(own)) != 1)
        now = 0;
    SSL_CTX_free(context);
    ERR_clear_error();
    return now == 0 ? 0 : now + (int64_t)days * 86400 + seconds;
}

void sg_tls_server_free(struct sg_tls_server *server)
{
    if (server == NULL)
        return;
    SSL_CTX_free(server->context);
    BIO_meth_free(server->method);
    (void)pthread_mutex_destroy(&server->lock);
    free(server);
}

/* --- one connection --- */

enum scrubgate_status sg_tls_server_stream_new(struct sg_tls_stream **stream,
                                               struct sg_tls_server *server, int fd)
{
    SSL_CTX *context = hold(server);
    *stream = NULL;
    if (context == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = sg_tls_stream_make(stream, context, server->method, fd);
    if (rc >= 0) {
        (*stream)->certified = SSL_CTX_get_verify_mode(context) != SSL_VERIFY_NONE;
        SSL_set_msg_callback((*stream)->ssl, look);
        SSL_set_msg_callback_arg((*stream)->ssl, *stream);
        SSL_set_accept_state((*stream)->ssl);
    }
    SSL_CTX_free(context);
    return rc;
}
