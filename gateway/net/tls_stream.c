/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_stream.c - one connection's TLS, of either side: handshake, read, write.
 *
 * The socket is reached through a BIO of our own: OpenSSL's would write without MSG_NOSIGNAL, and
 * a peer that has gone away would kill the process.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/tls.h"
#include "net/tls_inside.h"

/* --- the socket under it --- */

static int socket_of(BIO *bio)
{
    const struct sg_tls_stream *stream = BIO_get_data(bio);
    return stream->fd;
}

static int bio_read(BIO *bio, char *out, int cap)
{
    ssize_t n;
    BIO_clear_retry_flags(bio);
    do
        n = recv(socket_of(bio), out, (size_t)cap, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        BIO_set_retry_read(bio);
    if (n == 0)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return (int)n;
}

static int bio_write(BIO *bio, const char *data, int len)
{
    ssize_t n;
    BIO_clear_retry_flags(bio);
    do
        n = send(socket_of(bio), data, (size_t)len, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        BIO_set_retry_write(bio);
    return (int)n;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)number;
    (void)pointer;
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1; /* nothing is held back */
    case BIO_CTRL_EOF:
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    default:
        return 0;
    }
}

BIO_METHOD *sg_tls_method_new(void)
{
    /* Without a number of its own: OpenSSL has some 120 for the life of a process, and each reload
     * would take one. Nobody looks for it by number. */
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "scrubgate");
    if (method == NULL)
        return NULL;
    if (BIO_meth_set_read(method, bio_read) != 1 || BIO_meth_set_write(method, bio_write) != 1 ||
        BIO_meth_set_ctrl(method, bio_control) != 1) {
        BIO_meth_free(method);
        return NULL;
    }
    return method;
}

/* --- making it --- */

bool sg_tls_context_harden(SSL_CTX *context)
{
    /* What was read is wiped in OpenSSL's own buffers, too. */
    (void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                           SSL_OP_CLEANSE_PLAINTEXT);
    /* A write that has to wait is tried again from a buffer that may have moved and grown. */
    (void)SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                        SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1); /* else each record is asked for twice */
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

enum scrubgate_status sg_tls_stream_make(struct sg_tls_stream **stream, SSL_CTX *context,
                                         const BIO_METHOD *method, int fd)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_tls_stream *made = calloc(1, sizeof *made);
    BIO *bio = NULL;
    *stream = NULL;
    if (made == NULL)
        goto out;
    made->fd = fd;
    made->ssl = SSL_new(context);
    bio = BIO_new(method);
    if (made->ssl == NULL || bio == NULL)
        goto out;
    BIO_set_data(bio, made);
    BIO_set_init(bio, 1);
    SSL_set_bio(made->ssl, bio, bio);
    bio = NULL; /* the SSL's now */
    *stream = made;
    made = NULL; /* the caller's now */
    rc = SCRUBGATE_OK;
out:
    ERR_clear_error();
    BIO_free(bio);
    sg_tls_stream_free(made);
    return rc;
}

struct sg_bytes sg_tls_print(const struct sg_tls_stream *stream)
{
    return sg_bytes_of(stream->print);
}

/* --- using it --- */
/* What a call to OpenSSL that did not succeed means. */
static int outcome(struct sg_tls_stream *stream, int rc)
{
    int why = SSL_get_error(stream->ssl, rc);
    ERR_clear_error();
    switch (why) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return SG_CONN_WAIT;
    case SSL_ERROR_ZERO_RETURN:
        return SG_CONN_END;
    default:
        stream->dead = true;
        return SG_CONN_FAILED;
    }
}

int sg_tls_handshake(struct sg_tls_stream *stream)
{
    if (stream->dead)
        return SG_CONN_UNTRUSTED;
    ERR_clear_error();
    int rc = SSL_do_handshake(stream->ssl);
    if (rc != 1)
        return outcome(stream, rc) == SG_CONN_WAIT ? SG_CONN_WAIT : SG_CONN_UNTRUSTED;
    /* The handshake has seen to both already; a certificate is too much to take on trust. */
    if (stream->certified && (SSL_get_verify_result(stream->ssl) != X509_V_OK ||
                              SSL_get0_peer_certificate(stream->ssl) == NULL)) {
        stream->dead = true;
        return SG_CONN_UNTRUSTED;
    }
    stream->up = true;
    return 0;
}

int64_t sg_tls_read(struct sg_tls_stream *stream, uint8_t *out, size_t cap)
{
    if (stream->dead)
        return SG_CONN_FAILED;
    ERR_clear_error();
    int n = SSL_read(stream->ssl, out, cap > INT_MAX ? INT_MAX : (int)cap);
    return n > 0 ? n : outcome(stream, n);
}

int64_t sg_tls_write(struct sg_tls_stream *stream, const uint8_t *data, size_t len)
{
    if (stream->dead)
        return SG_CONN_FAILED;
    ERR_clear_error();
    int n = SSL_write(stream->ssl, data, len > INT_MAX ? INT_MAX : (int)len);
    if (n > 0)
        return n;
    n = outcome(stream, n);
    return n == SG_CONN_WAIT ? SG_CONN_WAIT : SG_CONN_FAILED;
}

void sg_tls_stream_free(struct sg_tls_stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->up && !stream->dead) {
        ERR_clear_error();
        (void)SSL_shutdown(stream->ssl); /* once: waiting for an answer serves nobody */
        ERR_clear_error();
    }
    SSL_free(stream->ssl);
    free(stream);
}
