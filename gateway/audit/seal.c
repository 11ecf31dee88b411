/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal.c - forward-secure seals: today's key cannot make yesterday's.
 */
#include "audit/seal.h"

#include <string.h>

#include "base/base64.h"
#include "base/buf.h"

enum scrubgate_status sg_seal_next(struct sg_seal_key *key)
{
    static const char label[] = "scrubgate/seal/next/v1";
    uint8_t text[sizeof label - 1 + SG_KEY_SIZE];
    memcpy(text, label, sizeof label - 1);
    memcpy(text + sizeof label - 1, key->key, SG_KEY_SIZE);
    enum scrubgate_status rc = sg_sha256((struct sg_bytes){text, sizeof text}, key->key);
    sg_wipe(text, sizeof text);
    if (rc >= 0)
        key->epoch++;
    return rc;
}

enum scrubgate_status sg_seal_reach(struct sg_seal_key *key, uint64_t epoch)
{
    enum scrubgate_status rc = epoch < key->epoch ? SCRUBGATE_EINVAL : SCRUBGATE_OK;
    while (rc >= 0 && key->epoch < epoch)
        rc = sg_seal_next(key);
    return rc;
}

static enum scrubgate_status add_text(struct sg_buf *out, const struct sg_seal *seal)
{
    enum scrubgate_status rc =
        sg_buf_addf(out, "scrubgate/seal/v1\n%s\n%llu\n%llu\n", seal->origin,
                    (unsigned long long)seal->epoch, (unsigned long long)seal->size);
    if (rc >= 0)
        rc = sg_base64_add(out, (struct sg_bytes){seal->root.bytes, sizeof seal->root.bytes});
    return rc < 0 ? rc
                  : sg_buf_addf(out, "\n%s\n%llu\n", seal->boot, (unsigned long long)seal->mono_ns);
}

enum scrubgate_status sg_seal_mac(const struct sg_seal_key *key, const struct sg_seal *seal,
                                  uint8_t mac[SG_SHA256_SIZE])
{
    struct sg_buf text = {0};
    struct sg_hmac *hmac = NULL; /* keys each label apart: that is the mac key's derivation */
    enum scrubgate_status rc = SCRUBGATE_EINVAL;
    if (seal->epoch != key->epoch)
        goto out;
    rc = add_text(&text, seal);
    if (rc >= 0)
        rc = sg_hmac_new(&hmac, key->key, "scrubgate/seal/mac/v1");
    if (rc >= 0)
        rc = sg_hmac(hmac, sg_buf_bytes(&text), mac);
out:
    sg_hmac_free(hmac);
    sg_buf_fini(&text);
    return rc;
}

bool sg_seal_mac_equal(const uint8_t a[SG_SHA256_SIZE], const uint8_t b[SG_SHA256_SIZE])
{
    unsigned other = 0;
    for (size_t i = 0; i < SG_SHA256_SIZE; i++)
        other |= (unsigned)(a[i] ^ b[i]);
    return other == 0;
}
