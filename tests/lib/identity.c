/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity.c - keys and certificates, made for a test.
 */
#include "identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <cmocka.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

static void extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

struct sg_identity sg_identity_make(const char *name, const char *alternative, const char *usage,
                                    long until, const struct sg_identity *issuer)
{
    static long serial;
    struct sg_identity made = {EVP_EC_gen("P-256"), X509_new()};
    const struct sg_identity *signer = issuer != NULL ? issuer : &made;
    X509 *certificate = made.certificate;
    assert_non_null(made.key);
    assert_non_null(certificate);
    (void)X509_set_version(certificate, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    (void)X509_gmtime_adj(X509_getm_notBefore(certificate), -2L * SG_IDENTITY_DAY);
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

void sg_identity_drop(struct sg_identity *identity)
{
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
    *identity = (struct sg_identity){0};
}

static FILE *create(const struct sg_tempdir *dir, const char *name, const char *suffix,
                    char path[512])
{
    char file[256];
    (void)snprintf(file, sizeof file, "%s%s", name, suffix);
    sg_tempdir_path(dir, file, path);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    return out;
}

void sg_identity_write(const struct sg_identity *identity, const struct sg_identity *issuer,
                       const struct sg_tempdir *dir, const char *name)
{
    char path[512];
    FILE *out = create(dir, name, ".crt", path);
    assert_int_equal(PEM_write_X509(out, identity->certificate), 1);
    if (issuer != NULL)
        assert_int_equal(PEM_write_X509(out, issuer->certificate), 1);
    assert_int_equal(fclose(out), 0);
    out = create(dir, name, ".key", path);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(PEM_write_PrivateKey(out, identity->key, NULL, NULL, 0, NULL, NULL), 1);
    assert_int_equal(fclose(out), 0);
}
