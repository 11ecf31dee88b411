/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest.c - SHA-256, HMAC-SHA-256, randomness and wiping through OpenSSL's libcrypto.
 *
 * Algorithms are fetched once for an object's life: a fetch in each call halves the rate.
 */
#include "base/digest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

struct sg_sha256 {
    EVP_MD_CTX *ctx;
    EVP_MD *md;
};

struct sg_hmac {
    EVP_MAC *mac;
    EVP_MAC_CTX *keyed; /* holds the key; each use works on its state anew */
};

enum scrubgate_status sg_sha256(struct sg_bytes text, uint8_t out[SG_SHA256_SIZE])
{
    unsigned len = 0;
    int ok = EVP_Digest(text.data == NULL ? (const uint8_t *)"" : text.data, text.len, out, &len,
                        EVP_sha256(), NULL);
    return ok == 1 && len == SG_SHA256_SIZE ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

enum scrubgate_status sg_sha256_new(struct sg_sha256 **hash)
{
    struct sg_sha256 *made = calloc(1, sizeof *made);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *hash = NULL;
    if (made == NULL)
        goto out;
    made->ctx = EVP_MD_CTX_new();
    if (made->ctx == NULL)
        goto out;
    rc = SCRUBGATE_EIO;
    made->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (made->md == NULL || EVP_DigestInit_ex2(made->ctx, made->md, NULL) != 1)
        goto out;
    rc = SCRUBGATE_OK;
    *hash = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_sha256_free(made);
    return rc;
}

enum scrubgate_status sg_sha256_add(struct sg_sha256 *hash, struct sg_bytes text)
{
    if (text.len == 0)
        return SCRUBGATE_OK;
    return EVP_DigestUpdate(hash->ctx, text.data, text.len) == 1 ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

enum scrubgate_status sg_sha256_done(struct sg_sha256 *hash, uint8_t out[SG_SHA256_SIZE])
{
    unsigned len = 0;
    if (EVP_DigestFinal_ex(hash->ctx, out, &len) != 1 || len != SG_SHA256_SIZE)
        return SCRUBGATE_EIO;
    return EVP_DigestInit_ex2(hash->ctx, hash->md, NULL) == 1 ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

void sg_sha256_free(struct sg_sha256 *hash)
{
    if (hash == NULL)
        return;
    EVP_MD_CTX_free(hash->ctx);
    EVP_MD_free(hash->md);
    free(hash);
}

static EVP_MAC_CTX *keyed_context(EVP_MAC *mac, const uint8_t *key, size_t len)
{
    char name[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
    if (ctx != NULL && EVP_MAC_init(ctx, key, len, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        ctx = NULL;
    }
    return ctx;
}

enum scrubgate_status sg_hmac_new(struct sg_hmac **hmac, const uint8_t key[SG_KEY_SIZE],
                                  const char *label)
{
    uint8_t derived[SG_SHA256_SIZE] = {0};
    size_t len = 0;
    EVP_MAC_CTX *master = NULL;
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_hmac *made = calloc(1, sizeof *made);
    *hmac = NULL;
    if (made == NULL)
        goto out;
    rc = SCRUBGATE_EIO;
    made->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (made->mac == NULL)
        goto out;
    /* The label gives each use its own key: HMAC(key, label). */
    master = keyed_context(made->mac, key, SG_KEY_SIZE);
    if (master == NULL ||
        EVP_MAC_update(master, (const unsigned char *)label, strlen(label)) != 1 ||
        EVP_MAC_final(master, derived, &len, sizeof derived) != 1 || len != sizeof derived)
        goto out;
    made->keyed = keyed_context(made->mac, derived, sizeof derived);
    if (made->keyed == NULL)
        goto out;
    rc = SCRUBGATE_OK;
    *hmac = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    EVP_MAC_CTX_free(master);
    sg_wipe(derived, sizeof derived);
    sg_hmac_free(made);
    return rc;
}

enum scrubgate_status sg_hmac(struct sg_hmac *hmac, struct sg_bytes text,
                              uint8_t out[SG_SHA256_SIZE])
{
    size_t len = 0;
    /* No key given: the pads computed at the start are used again. */
    if (EVP_MAC_init(hmac->keyed, NULL, 0, NULL) != 1 ||
        EVP_MAC_update(hmac->keyed, text.data == NULL ? (const uint8_t *)"" : text.data,
                       text.len) != 1 ||
        EVP_MAC_final(hmac->keyed, out, &len, SG_SHA256_SIZE) != 1 || len != SG_SHA256_SIZE)
        return SCRUBGATE_EIO;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_hmac_u64(struct sg_hmac *hmac, struct sg_bytes text, uint64_t *out)
{
    uint8_t full[SG_SHA256_SIZE];
    enum scrubgate_status rc = sg_hmac(hmac, text, full);
    if (rc < 0)
        return rc;
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++)
        value = value << 8 | full[i];
    *out = value == 0 ? 1 : value;
    return SCRUBGATE_OK;
}

void sg_hmac_free(struct sg_hmac *hmac)
{
    if (hmac == NULL)
        return;
    EVP_MAC_CTX_free(hmac->keyed);
    EVP_MAC_free(hmac->mac);
    free(hmac);
}

enum scrubgate_status sg_random(void *out, size_t len)
{
    assert(len <= 1024);
    return RAND_bytes(out, (int)len) == 1 ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

/* Read anew at each call, so no compiler can know that it is memset and drop the stores. Most wipes
 * are of a few bytes, where OPENSSL_cleanse's loop costs several times as much. */
static void *(*const volatile set_bytes)(void *, int, size_t) = memset;

void sg_wipe(void *data, size_t len)
{
    if (len > 0)
        (void)set_bytes(data, 0, len);
}

void sg_hex(struct sg_bytes bytes, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.len; i++) {
        text[2 * i] = digits[bytes.data[i] >> 4];
        text[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    text[2 * bytes.len] = '\0';
}

const char *sg_digest_library(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}
