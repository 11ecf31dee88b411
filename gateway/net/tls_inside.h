/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_inside.h - what the parts of TLS share: client, server, files, stream.
 */
#ifndef SG_NET_TLS_INSIDE_H
#define SG_NET_TLS_INSIDE_H

#include <stdbool.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "net/tls.h"
#include "net/tls_print.h"

struct sg_tls_stream {
    SSL *ssl;
    int fd;
    struct sg_tls_tickets *tickets; /* NULL: of no origin */
    bool certified;                 /* the peer must show a certificate */
    bool up;                        /* the handshake is done */
    bool dead;                      /* failed: OpenSSL must not be asked again */
    char print[SG_TLS_PRINT_SIZE];  /* of the client; "" before it has spoken, and of an origin */
};

/* TLS 1.2 or later, no renegotiation, no compression, buffers given back when idle, one
 * call to the socket for all that it has. */
bool sg_tls_context_harden(SSL_CTX *context);

/* What is wrong with a file, with OpenSSL's own words for why. EINVAL. */
enum scrubgate_status sg_tls_fault(const char *path, const char *what,
                                   struct scrubgate_fault *fault);
/* A password callback that has none: OpenSSL's would ask the terminal. */
int sg_tls_no_passphrase(char *out, int cap, int writing, void *ctx);
/* Who we are: a certificate with its chain, and its key, which nobody else may read. EINVAL, EIO or
 * ELIMIT with the file and what is wrong with it; ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tls_identify(SSL_CTX *context, const char *certificate,
                                                         const char *key,
                                                         struct scrubgate_fault *fault);

/* How streams reach their sockets; outlives them. NULL: out of memory. */
BIO_METHOD *sg_tls_method_new(void);

/* A stream on a socket, borrowed; takes a hold of its own on the context. ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tls_stream_make(struct sg_tls_stream **stream,
                                                            SSL_CTX *context,
                                                            const BIO_METHOD *method, int fd);

#endif
