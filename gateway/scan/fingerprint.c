/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fingerprint.c - keyed fingerprints of values, taken where the value is in hand.
 */
#include "scan/fingerprint.h"

#include <stdbool.h>
#include <string.h>

static enum scrubgate_status normalise_email(struct sg_buf *out, struct sg_bytes value)
{
    size_t at = value.len;
    while (at > 0 && value.data[at - 1] != '@')
        at--;
    struct sg_bytes local = {value.data, at == 0 ? 0 : at - 1};
    struct sg_bytes domain = {value.data + at, value.len - at};
    bool dots_count = !sg_bytes_equal_nocase(domain, SG_BYTES("gmail.com")) &&
                      !sg_bytes_equal_nocase(domain, SG_BYTES("googlemail.com"));
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < local.len && local.data[i] != '+' && rc >= 0; i++) {
        if (local.data[i] != '.' || dots_count)
            rc = sg_buf_add_byte(out, (uint8_t)sg_to_lower(local.data[i]));
    }
    if (rc >= 0)
        rc = sg_buf_add_byte(out, '@');
    for (size_t i = 0; i < domain.len && rc >= 0; i++)
        rc = sg_buf_add_byte(out, (uint8_t)sg_to_lower(domain.data[i]));
    return rc;
}

static enum scrubgate_status normalise_phone(struct sg_buf *out, struct sg_bytes value)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < value.len && rc >= 0; i++) {
        if (sg_is_digit(value.data[i]))
            rc = sg_buf_add_byte(out, value.data[i]);
    }
    if (rc >= 0 && sg_bytes_start_with(sg_buf_bytes(out), SG_BYTES("00")))
        sg_buf_drop(out, 2);
    return rc;
}

static enum scrubgate_status normalise_plain(struct sg_buf *out, struct sg_bytes value)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < value.len && rc >= 0; i++) {
        int c = value.data[i];
        if (c >= 'a' && c <= 'z')
            c -= 'a' - 'A';
        if (sg_is_alnum(c) || c >= 0x80)
            rc = sg_buf_add_byte(out, (uint8_t)c);
    }
    return rc;
}

enum scrubgate_status sg_fingerprint_normalise(struct sg_buf *out, const char *entity,
                                               struct sg_bytes value)
{
    sg_buf_clear(out);
    if (strcmp(entity, "EMAIL_ADDRESS") == 0)
        return normalise_email(out, value);
    if (strcmp(entity, "PHONE_NUMBER") == 0)
        return normalise_phone(out, value);
    return normalise_plain(out, value);
}

enum scrubgate_status sg_fingerprint_take(struct sg_hmac *hmac, struct sg_buf *normal,
                                          struct sg_buf *spare, const char *entity,
                                          struct sg_bytes value, uint64_t *out)
{
    enum scrubgate_status rc = sg_fingerprint_normalise(normal, entity, value);
    sg_buf_clear(spare);
    /* The NUL parts entity and value. */
    if (rc >= 0)
        rc = sg_buf_add(spare, entity, strlen(entity) + 1);
    if (rc >= 0)
        rc = sg_buf_add_bytes(spare, sg_buf_bytes(normal));
    if (rc >= 0)
        rc = sg_hmac_u64(hmac, sg_buf_bytes(spare), out);
    sg_buf_clear(normal);
    sg_buf_clear(spare);
    return rc;
}
