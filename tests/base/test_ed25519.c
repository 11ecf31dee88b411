/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ed25519.c - signatures of RFC 8032, section 7.1, made and checked; and nothing else holds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/ed25519.h"

#include "../lib/suite.h"

struct row {
    const char *name, *seed, *public_key, *text, *signature;
};
static const struct row rows[] = {
    {"RFC 8032, test 1: nothing",
     "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
     "b46bd25bf5f0595bbe24655141438e7a100b"},
    {"RFC 8032, test 2: one byte",
     "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
     "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"RFC 8032, test 3: two bytes",
     "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
     "c6594a7c15e9716ed28dc027beceea1ec40a"},
    {"RFC 8032, test SHA(abc): a digest",
     "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe"
     "ebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431"
     "e0303dca179c138ac17ad9bef1177331a704"},
};

static size_t read_hex(const char *text, uint8_t *out)
{
    size_t n = 0;
    for (; text[2 * n] != '\0'; n++)
        out[n] = (uint8_t)(sg_hex_value(text[2 * n]) << 4 | sg_hex_value(text[2 * n + 1]));
    return n;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    uint8_t seed[SG_ED25519_SEED], public_key[SG_ED25519_PUBLIC], made[SG_ED25519_PUBLIC], text[64],
        want[SG_ED25519_SIGNATURE], signature[SG_ED25519_SIGNATURE];
    struct sg_signer *signer = NULL;
    assert_int_equal(read_hex(row->seed, seed), sizeof seed);
    assert_int_equal(read_hex(row->public_key, public_key), sizeof public_key);
    assert_int_equal(read_hex(row->signature, want), sizeof want);
    struct sg_bytes said = {text, read_hex(row->text, text)};
    assert_int_equal(sg_signer_new(&signer, seed, made), SCRUBGATE_OK);
    assert_memory_equal(made, public_key, sizeof made);
    assert_int_equal(sg_signer_sign(signer, said, signature), SCRUBGATE_OK);
    assert_memory_equal(signature, want, sizeof want);
    assert_true(sg_ed25519_verify(public_key, said, signature));
    for (size_t i = 0; i < 8 * sizeof signature; i++) {
        signature[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_false(sg_ed25519_verify(public_key, said, signature));
        signature[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t i = 0; i < 8 * said.len; i++) {
        text[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_false(sg_ed25519_verify(public_key, said, signature));
        text[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    public_key[0] ^= 1;
    assert_false(sg_ed25519_verify(public_key, said, signature));
    sg_signer_free(signer);
}

/* S plus the order of the group signs the same text to who does not look (RFC 8032, 5.1.7). */
static void test_a_signature_has_one_form(void **state)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    uint8_t public_key[SG_ED25519_PUBLIC], signature[SG_ED25519_SIGNATURE];
    unsigned carry = 0;
    (void)state;
    (void)read_hex(rows[0].public_key, public_key);
    (void)read_hex(rows[0].signature, signature);
    assert_true(sg_ed25519_verify(public_key, SG_BYTES(""), signature));
    for (size_t i = 0; i < sizeof order; i++) {
        carry += (unsigned)signature[32 + i] + order[i];
        signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(carry, 0);
    assert_false(sg_ed25519_verify(public_key, SG_BYTES(""), signature));
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("a signature has one form", test_a_signature_has_one_form, NULL);
    return sg_suite_run("base/test_ed25519");
}
