/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest.c - SHA-256, HMAC-SHA-256, randomness and wiping through OpenSSL's libcrypto.
 *
 * SHA-256 is called by its own functions, not through EVP: they are the same code, but a state is a
 * plain struct that is copied, so that a keyed digest of a short text costs little more than its
 * blocks. OpenSSL 3 marks them as deprecated because no provider can stand in for them; here none
 * is asked for.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

enum { BLOCK = 64 }; /* of SHA-256, in bytes */

struct sg_sha256 {
    SHA256_CTX state;
};

/* The states behind the two pads, from which each use goes on (RFC 2104, section 4). */
struct sg_hmac {
    SHA256_CTX inner, outer;
};

static enum scrubgate_status add(SHA256_CTX *state, struct sg_bytes text)
{
    if (text.len == 0)
        return SCRUBGATE_OK;
    return SHA256_Update(state, text.data, text.len) == 1 ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

static enum scrubgate_status done(SHA256_CTX *state, uint8_t out[SG_SHA256_SIZE])
{
    return SHA256_Final(out, state) == 1 ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

enum scrubgate_status sg_sha256(struct sg_bytes text, uint8_t out[SG_SHA256_SIZE])
{
    SHA256_CTX state;
    if (SHA256_Init(&state) != 1)
        return SCRUBGATE_EIO;
    enum scrubgate_status rc = add(&state, text);
    return rc < 0 ? rc : done(&state, out);
}

enum scrubgate_status sg_sha256_new(struct sg_sha256 **hash)
{
    *hash = NULL;
    struct sg_sha256 *made = malloc(sizeof *made);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    if (SHA256_Init(&made->state) != 1) {
        free(made);
        return SCRUBGATE_EIO;
    }
    *hash = made;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_sha256_add(struct sg_sha256 *hash, struct sg_bytes text)
{
    return add(&hash->state, text);
}

enum scrubgate_status sg_sha256_add_item(struct sg_sha256 *hash, struct sg_bytes text)
{
    char head[24]; /* 2^64 has 20 digits */
    int len = snprintf(head, sizeof head, "%zu\n", text.len);
    enum scrubgate_status rc =
        add(&hash->state, (struct sg_bytes){(const uint8_t *)head, (size_t)len});
    return rc < 0 ? rc : add(&hash->state, text);
}

enum scrubgate_status sg_sha256_done(struct sg_sha256 *hash, uint8_t out[SG_SHA256_SIZE])
{
    enum scrubgate_status rc = done(&hash->state, out);
    return rc >= 0 && SHA256_Init(&hash->state) != 1 ? SCRUBGATE_EIO : rc;
}

void sg_sha256_free(struct sg_sha256 *hash)
{
    if (hash == NULL)
        return;
    sg_wipe(hash, sizeof *hash);
    free(hash);
}

/* --- HMAC ------------------------------------------------------------------------------------- */

static enum scrubgate_status begin_pad(SHA256_CTX *state, const uint8_t key[SG_KEY_SIZE],
                                       uint8_t pad)
{
    uint8_t block[BLOCK];
    for (size_t i = 0; i < BLOCK; i++)
        block[i] = (uint8_t)((i < SG_KEY_SIZE ? key[i] : 0) ^ pad);
    enum scrubgate_status rc = SHA256_Init(state) == 1 ? SCRUBGATE_OK : SCRUBGATE_EIO;
    if (rc >= 0)
        rc = add(state, (struct sg_bytes){block, BLOCK});
    sg_wipe(block, sizeof block);
    return rc;
}

static enum scrubgate_status set_key(struct sg_hmac *hmac, const uint8_t key[SG_KEY_SIZE])
{
    enum scrubgate_status rc = begin_pad(&hmac->inner, key, 0x36);
    return rc < 0 ? rc : begin_pad(&hmac->outer, key, 0x5C);
}

static enum scrubgate_status hmac_of(const uint8_t key[SG_KEY_SIZE], struct sg_hmac **hmac)
{
    struct sg_hmac *made = malloc(sizeof *made);
    *hmac = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = set_key(made, key);
    if (rc < 0)
        sg_hmac_free(made);
    else
        *hmac = made;
    return rc;
}

/* The label gives each use its own key: HMAC(key, label). */
enum scrubgate_status sg_key_derive(const uint8_t key[SG_KEY_SIZE], const char *label,
                                    uint8_t derived[SG_KEY_SIZE])
{
    struct sg_hmac *hmac;
    enum scrubgate_status rc = hmac_of(key, &hmac);
    if (rc < 0)
        return rc;
    rc = sg_hmac(hmac, sg_bytes_of(label), derived);
    sg_hmac_free(hmac);
    return rc;
}

enum scrubgate_status sg_hmac_new(struct sg_hmac **hmac, const uint8_t key[SG_KEY_SIZE],
                                  const char *label)
{
    uint8_t derived[SG_KEY_SIZE] = {0};
    *hmac = NULL;
    enum scrubgate_status rc = sg_key_derive(key, label, derived);
    if (rc >= 0)
        rc = hmac_of(derived, hmac);
    sg_wipe(derived, sizeof derived);
    return rc;
}

enum scrubgate_status sg_hmac_rekey(struct sg_hmac *hmac, const uint8_t key[SG_KEY_SIZE])
{
    return set_key(hmac, key);
}

void sg_hmac_forget(struct sg_hmac *hmac)
{
    sg_wipe(hmac, sizeof *hmac);
}

enum scrubgate_status sg_hmac(struct sg_hmac *hmac, struct sg_bytes text,
                              uint8_t out[SG_SHA256_SIZE])
{
    SHA256_CTX state = hmac->inner;
    uint8_t inner[SG_SHA256_SIZE];
    enum scrubgate_status rc = add(&state, text);
    if (rc >= 0)
        rc = done(&state, inner);
    if (rc < 0)
        return rc;
    state = hmac->outer;
    rc = add(&state, (struct sg_bytes){inner, sizeof inner});
    return rc < 0 ? rc : done(&state, out);
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
    sg_wipe(hmac, sizeof *hmac);
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
