/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ed25519.c - Ed25519 signatures (RFC 8032) through OpenSSL's libcrypto.
 */
#include "base/ed25519.h"

#include <stdlib.h>

#include <openssl/evp.h>

struct sg_signer {
    EVP_PKEY *key;
};

enum scrubgate_status sg_signer_new(struct sg_signer **signer, const uint8_t seed[SG_ED25519_SEED],
                                    uint8_t public_key[SG_ED25519_PUBLIC])
{
    size_t len = SG_ED25519_PUBLIC;
    *signer = NULL;
    struct sg_signer *made = calloc(1, sizeof *made);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, SG_ED25519_SEED);
    if (made->key == NULL || EVP_PKEY_get_raw_public_key(made->key, public_key, &len) != 1 ||
        len != SG_ED25519_PUBLIC) {
        sg_signer_free(made);
        return SCRUBGATE_EIO;
    }
    *signer = made;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_signer_sign(struct sg_signer *signer, struct sg_bytes text,
                                     uint8_t out[SG_ED25519_SIGNATURE])
{
    size_t len = SG_ED25519_SIGNATURE;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL)
        return SCRUBGATE_ENOMEM;
    bool made = EVP_DigestSignInit(ctx, NULL, NULL, NULL, signer->key) == 1 &&
                EVP_DigestSign(ctx, out, &len, text.data, text.len) == 1 &&
                len == SG_ED25519_SIGNATURE;
    EVP_MD_CTX_free(ctx);
    return made ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

void sg_signer_free(struct sg_signer *signer)
{
    if (signer == NULL)
        return;
    EVP_PKEY_free(signer->key);
    free(signer);
}

bool sg_ed25519_verify(const uint8_t public_key[SG_ED25519_PUBLIC], struct sg_bytes text,
                       const uint8_t signature[SG_ED25519_SIGNATURE])
{
    bool good = false;
    EVP_PKEY *key =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, SG_ED25519_PUBLIC);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (key != NULL && ctx != NULL)
        good = EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
               EVP_DigestVerify(ctx, signature, SG_ED25519_SIGNATURE, text.data, text.len) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return good;
}
