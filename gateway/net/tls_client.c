/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_client.c - TLS towards origins: whom to trust, and what to offer.
 */
#include <stdlib.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/tls.h"
#include "net/tls_inside.h"

struct sg_tls {
    SSL_CTX *context;
    BIO_METHOD *method;
};

/* --- whom to trust --- */

static bool configure(SSL_CTX *context, const char *ca_file)
{
    static const unsigned char protocols[] = "\x08http/1.1";
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    /* It would keep sessions by the peer's choice of name, for no use: we resume none. */
    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (!sg_tls_context_harden(context))
        return false;
    if (SSL_CTX_set_alpn_protos(context, protocols, sizeof protocols - 1) != 0)
        return false;
    if (ca_file != NULL)
        return SSL_CTX_load_verify_file(context, ca_file) == 1;
    return SSL_CTX_set_default_verify_paths(context) == 1;
}

enum scrubgate_status sg_tls_new(struct sg_tls **tls, const char *ca_file)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_tls *made = calloc(1, sizeof *made);
    *tls = NULL;
    if (made == NULL)
        goto out;
    made->method = sg_tls_method_new();
    made->context = SSL_CTX_new(TLS_client_method());
    if (made->method == NULL || made->context == NULL)
        goto out;
    rc = SCRUBGATE_EIO;
    if (!configure(made->context, ca_file))
        goto out;
    *tls = made;
    made = NULL; /* the caller's now */
    rc = SCRUBGATE_OK;
out:
    ERR_clear_error();
    sg_tls_free(made);
    return rc;
}

void sg_tls_free(struct sg_tls *tls)
{
    if (tls == NULL)
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

enum scrubgate_status sg_tls_stream_new(struct sg_tls_stream **stream, struct sg_tls *tls, int fd,
                                        const char *name, bool numeric)
{
    struct sg_tls_stream *made = NULL;
    enum scrubgate_status rc = sg_tls_stream_make(&made, tls->context, tls->method, fd);
    *stream = NULL;
    if (rc < 0)
        goto out;
    rc = SCRUBGATE_ENOMEM;
    if (!expect(made->ssl, name, numeric))
        goto out;
    made->certified = true;
    SSL_set_connect_state(made->ssl);
    *stream = made;
    made = NULL; /* the caller's now */
    rc = SCRUBGATE_OK;
out:
    ERR_clear_error();
    sg_tls_stream_free(made);
    return rc;
}
