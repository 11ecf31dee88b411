/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cosigner.c - witnesses made up for a test, who cosign whatever they are given.
 */
#include "cosigner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/base64.h"

enum { ID_SIZE = 4, TIME_SIZE = 8 };

static struct sg_signer *new_signer(unsigned who, uint8_t public_key[SG_ED25519_PUBLIC])
{
    struct sg_signer *signer = NULL;
    uint8_t seed[SG_ED25519_SEED];
    memset(seed, (int)(0x80 + who), sizeof seed);
    assert_int_equal(sg_signer_new(&signer, seed, public_key), SCRUBGATE_OK);
    return signer;
}

void sg_cosigner_key(unsigned who, struct sg_note_key *key)
{
    uint8_t public_key[SG_ED25519_PUBLIC];
    char name[64];
    sg_signer_free(new_signer(who, public_key));
    (void)snprintf(name, sizeof name, "witness.example/%u", who);
    assert_int_equal(sg_note_key_init(key, sg_bytes_of(name), SG_NOTE_COSIGNATURE, public_key),
                     SCRUBGATE_OK);
}

void sg_cosigner_vkey(unsigned who, struct sg_buf *out)
{
    struct sg_note_key key;
    sg_cosigner_key(who, &key);
    assert_int_equal(sg_note_key_add(out, &key), SCRUBGATE_OK);
}

static void put(uint8_t *to, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(value >> 8 * (n - 1 - i));
}

void sg_cosigner_sign(struct sg_buf *out, struct sg_bytes text, unsigned who, uint64_t time)
{
    uint8_t bytes[ID_SIZE + TIME_SIZE + SG_ED25519_SIGNATURE], public_key[SG_ED25519_PUBLIC];
    struct sg_signer *signer = new_signer(who, public_key);
    struct sg_note_key key;
    struct sg_buf seen = {0};
    sg_cosigner_key(who, &key);
    assert_int_equal(sg_buf_addf(&seen, "cosignature/v1\ntime %llu\n%.*s", (unsigned long long)time,
                                 (int)text.len, (const char *)text.data),
                     SCRUBGATE_OK);
    put(bytes, key.id, ID_SIZE);
    put(bytes + ID_SIZE, time, TIME_SIZE);
    assert_int_equal(sg_signer_sign(signer, sg_buf_bytes(&seen), bytes + ID_SIZE + TIME_SIZE),
                     SCRUBGATE_OK);
    assert_int_equal(sg_buf_addf(out, "\xE2\x80\x94 %s ", key.name), SCRUBGATE_OK);
    assert_int_equal(sg_base64_add(out, (struct sg_bytes){bytes, sizeof bytes}), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(out, '\n'), SCRUBGATE_OK);
    sg_buf_fini(&seen);
    sg_signer_free(signer);
}
