/* SPDX-License-Identifier: Apache-2.0 */
/*
 * first_key.c - K(0), the first key of a log's seals, as it is shown once and typed in years later.
 */
#include "audit/first_key.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"

enum { CODED = 44, GROUP = 4, CHECK = 2, CHECK_HEX = 2 * CHECK };

static const char label[] = "scrubgate/seal/check/v1";

static enum scrubgate_status print_check(const uint8_t key[SG_KEY_SIZE], char hex[CHECK_HEX + 1])
{
    uint8_t text[sizeof label - 1 + SG_KEY_SIZE], digest[SG_SHA256_SIZE];
    memcpy(text, label, sizeof label - 1);
    memcpy(text + sizeof label - 1, key, SG_KEY_SIZE);
    enum scrubgate_status rc = sg_sha256((struct sg_bytes){text, sizeof text}, digest);
    if (rc >= 0)
        sg_hex((struct sg_bytes){digest, CHECK}, hex);
    sg_wipe(text, sizeof text);
    return rc;
}

enum scrubgate_status sg_first_key_print(const uint8_t key[SG_KEY_SIZE],
                                         char text[SG_FIRST_KEY_TEXT])
{
    char check[CHECK_HEX + 1];
    struct sg_buf coded = {.ceiling = CODED};
    char *to = text;
    enum scrubgate_status rc = sg_base64_add(&coded, (struct sg_bytes){key, SG_KEY_SIZE});
    if (rc >= 0)
        rc = print_check(key, check);
    for (size_t i = 0; i < CODED && rc >= 0; i += GROUP) {
        memcpy(to, coded.data + i, GROUP);
        to[GROUP] = ' ';
        to += GROUP + 1;
    }
    if (rc >= 0)
        memcpy(to, check, sizeof check);
    sg_buf_fini(&coded);
    return rc;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

enum scrubgate_status sg_first_key_read(struct sg_bytes text, uint8_t key[SG_KEY_SIZE])
{
    uint8_t letters[CODED + CHECK_HEX];
    char check[CHECK_HEX + 1];
    size_t n = 0, len = 0;
    enum scrubgate_status rc = SCRUBGATE_EMALFORMED;
    for (size_t i = 0; i < text.len; i++) {
        if (is_space(text.data[i]))
            continue;
        if (n == sizeof letters)
            goto out;
        letters[n++] = text.data[i];
    }
    if (n != CODED && n != sizeof letters)
        goto out;
    rc = sg_base64_read((struct sg_bytes){letters, CODED}, key, SG_KEY_SIZE, &len);
    if (rc >= 0 && len != SG_KEY_SIZE)
        rc = SCRUBGATE_EMALFORMED;
    if (rc >= 0 && n > CODED)
        rc = print_check(key, check);
    if (rc >= 0 && n > CODED && memcmp(letters + CODED, check, CHECK_HEX) != 0)
        rc = SCRUBGATE_EINVAL;
out:
    sg_wipe(letters, sizeof letters);
    if (rc < 0)
        sg_wipe(key, SG_KEY_SIZE);
    return rc == SCRUBGATE_ELIMIT ? SCRUBGATE_EMALFORMED : rc;
}
