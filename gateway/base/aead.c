/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aead.c - AES-256-GCM through OpenSSL's libcrypto.
 */
#include "base/aead.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include <openssl/evp.h>

/* Fetching the cipher and setting the key cost more than a short text: both are done once. */
struct sg_aead {
    EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *seal, *open;
};

enum scrubgate_status sg_aead_rekey(struct sg_aead *aead, const uint8_t key[SG_KEY_SIZE])
{
    bool ok = EVP_EncryptInit_ex2(aead->seal, aead->cipher, key, NULL, NULL) == 1 &&
              EVP_DecryptInit_ex2(aead->open, aead->cipher, key, NULL, NULL) == 1;
    return ok ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

enum scrubgate_status sg_aead_new(struct sg_aead **aead, const uint8_t key[SG_KEY_SIZE])
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_aead *made = calloc(1, sizeof *made);
    *aead = NULL;
    if (made == NULL)
        return rc;
    made->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    made->seal = EVP_CIPHER_CTX_new();
    made->open = EVP_CIPHER_CTX_new();
    /* The first key makes room in both: what fails now is memory. */
    if (made->cipher != NULL && made->seal != NULL && made->open != NULL &&
        sg_aead_rekey(made, key) >= 0)
        rc = SCRUBGATE_OK;
    if (rc < 0) {
        sg_aead_free(made);
        return rc;
    }
    *aead = made;
    return rc;
}

void sg_aead_free(struct sg_aead *aead)
{
    if (aead == NULL)
        return;
    EVP_CIPHER_CTX_free(aead->seal);
    EVP_CIPHER_CTX_free(aead->open);
    EVP_CIPHER_free(aead->cipher);
    free(aead);
}

enum scrubgate_status sg_aead_seal(struct sg_aead *aead, const uint8_t nonce[SG_AEAD_NONCE],
                                   struct sg_bytes beside, struct sg_bytes text, uint8_t *out,
                                   uint8_t tag[SG_AEAD_TAG])
{
    EVP_CIPHER_CTX *ctx = aead->seal;
    uint8_t none[SG_AEAD_TAG];
    int len;
    assert(beside.len <= INT_MAX && text.len <= INT_MAX);
    bool ok = EVP_EncryptInit_ex2(ctx, NULL, NULL, nonce, NULL) == 1 &&
              EVP_EncryptUpdate(ctx, NULL, &len, beside.data, (int)beside.len) == 1 &&
              EVP_EncryptUpdate(ctx, out, &len, text.data, (int)text.len) == 1 &&
              EVP_EncryptFinal_ex(ctx, none, &len) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SG_AEAD_TAG, tag) == 1;
    return ok ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

enum scrubgate_status sg_aead_open(struct sg_aead *aead, const uint8_t nonce[SG_AEAD_NONCE],
                                   struct sg_bytes beside, struct sg_bytes text,
                                   const uint8_t tag[SG_AEAD_TAG], uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = aead->open;
    uint8_t none[SG_AEAD_TAG], expected[SG_AEAD_TAG];
    int len;
    assert(beside.len <= INT_MAX && text.len <= INT_MAX);
    memcpy(expected, tag, sizeof expected);
    bool ok = EVP_DecryptInit_ex2(ctx, NULL, NULL, nonce, NULL) == 1 &&
              EVP_DecryptUpdate(ctx, NULL, &len, beside.data, (int)beside.len) == 1 &&
              EVP_DecryptUpdate(ctx, out, &len, text.data, (int)text.len) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SG_AEAD_TAG, expected) == 1;
    if (!ok)
        return SCRUBGATE_EIO;
    if (EVP_DecryptFinal_ex(ctx, none, &len) == 1)
        return SCRUBGATE_OK;
    sg_wipe(out, text.len);
    return SCRUBGATE_EMALFORMED;
}
