/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_client.c - TLS towards origins: whom to trust, what to show, and handshakes made short.
 *
 * A short handshake looks at no certificate: it takes the peer for the one that the ticket came
 * from. So tickets never leave the peer, the name and the trust that they were made under, and none
 * is used long after the certificate was last seen.
 */
#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/diag.h"
#include "net/tls.h"
#include "net/tls_inside.h"

enum { TICKET_SECONDS = 3600 };

struct sg_tls {
    atomic_uint holders;
    SSL_CTX *context;
    BIO_METHOD *method;
};

/* --- tickets --- */

static void drop_oldest(struct sg_tls_tickets *tickets)
{
    SSL_SESSION_free(tickets->session[0]);
    tickets->n--;
    memmove(tickets->session, tickets->session + 1, tickets->n * sizeof *tickets->session);
}

void sg_tls_tickets_fini(struct sg_tls_tickets *tickets)
{
    while (tickets->n > 0)
        drop_oldest(tickets);
}

/* OpenSSL has one more for us: 1 when we keep it. */
static int keep_ticket(SSL *ssl, SSL_SESSION *session)
{
    const struct sg_tls_stream *stream = SSL_get_app_data(ssl);
    struct sg_tls_tickets *tickets = stream != NULL ? stream->tickets : NULL;
    if (tickets == NULL || SSL_SESSION_is_resumable(session) != 1)
        return 0;
    if (tickets->n == SG_TLS_TICKETS)
        drop_oldest(tickets);
    tickets->session[tickets->n++] = session;
    return 1;
}

static bool is_fresh(const SSL_SESSION *session)
{
    long age = (long)time(NULL) - SSL_SESSION_get_time(session);
    return age >= 0 && age < TICKET_SECONDS && age < SSL_SESSION_get_timeout(session) &&
           SSL_SESSION_is_resumable(session) == 1;
}

/* The newest is tried. One of TLS 1.3 serves once: who saw it twice could tell that both
 * connections are the same client's (RFC 8446, C.4). */
static void use_ticket(SSL *ssl, struct sg_tls_tickets *tickets)
{
    while (tickets->n > 0 && !is_fresh(tickets->session[0]))
        drop_oldest(tickets);
    if (tickets->n == 0)
        return;
    SSL_SESSION *newest = tickets->session[tickets->n - 1];
    (void)SSL_set_session(ssl, newest); /* when it cannot be used the handshake is a long one */
    if (SSL_SESSION_get_protocol_version(newest) < TLS1_3_VERSION)
        return;
    tickets->n--;
    SSL_SESSION_free(newest);
}

bool sg_tls_resumed(const struct sg_tls_stream *stream)
{
    return SSL_session_reused(stream->ssl) == 1;
}

/* --- whom to trust, what to show --- */

static enum scrubgate_status refuse(struct scrubgate_fault *fault, const char *file,
                                    const char *what)
{
    sg_fault_set(fault, file, 0, 0, "%s", what);
    return SCRUBGATE_EIO;
}

static enum scrubgate_status show(SSL_CTX *context, const struct sg_tls_config *config,
                                  struct scrubgate_fault *fault)
{
    if (config->certificate == NULL)
        return SCRUBGATE_OK;
    assert(config->key != NULL);
    enum scrubgate_status rc = sg_tls_identify(context, config->certificate, config->key, fault);
    return rc == SCRUBGATE_EINVAL || rc == SCRUBGATE_ELIMIT ? SCRUBGATE_EIO : rc;
}

/*
 * Read as a whole, now: looked up one by one they would be read on a worker's loop, in the middle
 * of a handshake, by a thread that is not allowed to open files.
 */
static bool trust_system(SSL_CTX *context)
{
    const char *said = getenv(X509_get_default_cert_file_env());
    const char *const files[] = {said, X509_get_default_cert_file(),
                                 "/etc/ssl/certs/ca-certificates.crt",
                                 "/etc/pki/tls/certs/ca-bundle.crt"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (files[i] != NULL && SSL_CTX_load_verify_file(context, files[i]) == 1)
            return true;
    return false;
}

static enum scrubgate_status configure(SSL_CTX *context, const struct sg_tls_config *config,
                                       struct scrubgate_fault *fault)
{
    static const unsigned char protocols[] = "\x08http/1.1";
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_default_passwd_cb(context, sg_tls_no_passphrase);
    /* OpenSSL's own store would mix the peers: each has its tickets to itself. */
    (void)SSL_CTX_set_session_cache_mode(context,
                                         SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_ticket);
    if (!sg_tls_context_harden(context) ||
        SSL_CTX_set_alpn_protos(context, protocols, sizeof protocols - 1) != 0)
        return SCRUBGATE_EIO;
    if (config->ca == NULL && !trust_system(context))
        return refuse(fault, "the system's trusted certificates",
                      "they cannot be read; install ca-certificates, or name a file of your own");
    if (config->ca != NULL && SSL_CTX_load_verify_file(context, config->ca) != 1)
        return refuse(fault, config->ca,
                      "no trusted certificates can be read from it; it wants PEM");
    return show(context, config, fault);
}

enum scrubgate_status sg_tls_new(struct sg_tls **tls, const struct sg_tls_config *config,
                                 struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_tls *made = calloc(1, sizeof *made);
    *tls = NULL;
    if (made == NULL)
        goto out;
    atomic_init(&made->holders, 1);
    made->method = sg_tls_method_new();
    made->context = SSL_CTX_new(TLS_client_method());
    if (made->method == NULL || made->context == NULL)
        goto out;
    rc = configure(made->context, config, fault);
    if (rc < 0)
        goto out;
    *tls = made;
    made = NULL; /* the caller's now */
out:
    ERR_clear_error();
    sg_tls_free(made);
    return rc;
}

struct sg_tls *sg_tls_hold(struct sg_tls *tls)
{
    if (tls != NULL)
        (void)atomic_fetch_add_explicit(&tls->holders, 1, memory_order_relaxed);
    return tls;
}

void sg_tls_free(struct sg_tls *tls)
{
    if (tls == NULL || atomic_fetch_sub_explicit(&tls->holders, 1, memory_order_acq_rel) != 1)
        return;
    SSL_CTX_free(tls->context);
    BIO_meth_free(tls->method);
    free(tls);
}

/* --- one connection --- */

static bool expect(SSL *ssl, const char *name, bool numeric)
{
    X509_VERIFY_PARAM *wanted = SSL_get0_param(ssl);
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (numeric)
        return X509_VERIFY_PARAM_set1_ip_asc(wanted, name) == 1;
    return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

enum scrubgate_status sg_tls_stream_new(struct sg_tls_stream **stream,
                                        const struct sg_tls_peer *peer, int fd)
{
    struct sg_tls_stream *made = NULL;
    enum scrubgate_status rc = sg_tls_stream_make(&made, peer->tls->context, peer->tls->method, fd);
    *stream = NULL;
    if (rc < 0)
        goto out;
    rc = SCRUBGATE_ENOMEM;
    if (!expect(made->ssl, peer->name, peer->numeric) || SSL_set_app_data(made->ssl, made) != 1)
        goto out;
    made->certified = true;
    made->tickets = peer->tickets;
    if (peer->tickets != NULL)
        use_ticket(made->ssl, peer->tickets);
    SSL_set_connect_state(made->ssl);
    *stream = made;
    made = NULL; /* the caller's now */
    rc = SCRUBGATE_OK;
out:
    ERR_clear_error();
    sg_tls_stream_free(made);
    return rc;
}
