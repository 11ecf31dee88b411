/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity.h - keys and certificates, made for a test.
 */
#ifndef SG_TESTS_IDENTITY_H
#define SG_TESTS_IDENTITY_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tempdir.h"

enum { SG_IDENTITY_DAY = 86400 };

struct sg_identity {
    EVP_PKEY *key;
    X509 *certificate;
};

/* Valid from two days ago until `until` seconds from now; signed by issuer, by itself when NULL
 * (and then an authority). alternative ("IP:127.0.0.1") and usage ("serverAuth") may be NULL. */
struct sg_identity sg_identity_make(const char *name, const char *alternative, const char *usage,
                                    long until, const struct sg_identity *issuer);
void sg_identity_drop(struct sg_identity *identity);

/* PEM files <name>.crt and <name>.key (mode 0600); the certificate's with the issuer's behind it
 * when issuer is not NULL. */
void sg_identity_write(const struct sg_identity *identity, const struct sg_identity *issuer,
                       const struct sg_tempdir *dir, const char *name);

#endif
