/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_digest.c - SHA-256 and HMAC against published values.
 *
 * sg_hmac derives a key from a label, so its rows were made in two steps with the openssl command:
 * HMAC(HMAC(key, label), text). For the key and label of RFC 4231, case 1, the first step is that
 * case's published value, b0344c61…cff7.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/digest.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

/* RFC 4231, case 1: twenty bytes of 0x0b; HMAC pads keys with zeros, so 32 bytes give the same. */
static const uint8_t key[SG_KEY_SIZE] = {0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
                                         0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
                                         0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b};

static void expect_hex(const uint8_t digest[SG_SHA256_SIZE], const char *want)
{
    char hex[2 * SG_SHA256_SIZE + 1];
    sg_hex((struct sg_bytes){digest, SG_SHA256_SIZE}, hex);
    assert_string_equal(hex, want);
}

struct hash_row {
    const char *name, *text, *want;
};

/* FIPS 180-4 and the examples NIST publishes with it. */
static const struct hash_row hashes[] = {
    {"SHA-256 of nothing", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"SHA-256 of abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"SHA-256 of 448 bits", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"SHA-256 of 896 bits",
     "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

static void hashes_whole_and_in_pieces(void **state)
{
    const struct hash_row *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    struct sg_sha256 *hash = NULL;
    uint8_t digest[SG_SHA256_SIZE];
    assert_int_equal(sg_sha256(text, digest), SCRUBGATE_OK);
    expect_hex(digest, row->want);
    assert_int_equal(sg_sha256_new(&hash), SCRUBGATE_OK);
    for (size_t cut = 0; cut <= text.len; cut++) { /* done starts anew each time */
        struct sg_bytes rest = {text.data + cut, text.len - cut};
        assert_int_equal(sg_sha256_add(hash, (struct sg_bytes){text.data, cut}), SCRUBGATE_OK);
        assert_int_equal(sg_sha256_add(hash, rest), SCRUBGATE_OK);
        assert_int_equal(sg_sha256_done(hash, digest), SCRUBGATE_OK);
        expect_hex(digest, row->want);
    }
    sg_sha256_free(hash);
}

static void hashes_a_million_letters(void **state)
{
    (void)state;
    uint8_t letters[1000], digest[SG_SHA256_SIZE];
    struct sg_sha256 *hash = NULL;
    memset(letters, 'a', sizeof letters);
    assert_int_equal(sg_sha256_new(&hash), SCRUBGATE_OK);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(sg_sha256_add(hash, (struct sg_bytes){letters, 1000}), SCRUBGATE_OK);
    assert_int_equal(sg_sha256_done(hash, digest), SCRUBGATE_OK);
    expect_hex(digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    sg_sha256_free(hash);
}

struct hmac_row {
    const char *name, *label, *text, *want;
};

static const struct hmac_row hmacs[] = {
    {"HMAC of nothing", "Hi There", "",
     "6c9841bb92109d90d22a1683f248b8621d24c7e8ec71e7952ae4f0a91f1baf85"},
    {"HMAC of a sentence", "Hi There", "what do ya want for nothing?",
     "7c04cae428aaf5a1ad3152224317b838b8e41bc95e4567f14793ab4a4aed738a"},
    {"another label, another digest", "audit", "what do ya want for nothing?",
     "f6e41667bca7e34a5b84aac7590c2a1bfa5621758dde3341b5a3726f277ebbb5"},
    {"no label, and more than one block of text", "",
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxx",
     "4376b48cd7c0a4a8834a57bef77b9fa6a571768b759c251b48a96bae16d95bd4"},
};

static void authenticates(void **state)
{
    const struct hmac_row *row = *state;
    struct sg_hmac *hmac = NULL;
    uint8_t digest[SG_SHA256_SIZE];
    uint64_t number = 0, want = 0;
    assert_int_equal(sg_hmac_new(&hmac, key, row->label), SCRUBGATE_OK);
    for (int again = 0; again < 3; again++) { /* the key is set once and serves many texts */
        assert_int_equal(sg_hmac(hmac, SG_BYTES("something else"), digest), SCRUBGATE_OK);
        assert_int_equal(sg_hmac(hmac, sg_bytes_of(row->text), digest), SCRUBGATE_OK);
        expect_hex(digest, row->want);
    }
    assert_int_equal(sg_hmac_u64(hmac, sg_bytes_of(row->text), &number), SCRUBGATE_OK);
    for (size_t i = 0; i < 16; i++)
        want = want << 4 | (uint64_t)sg_hex_value(row->want[i]);
    assert_true(number == want);
    sg_hmac_free(hmac);
}

static void random_bytes_differ(void **state)
{
    (void)state;
    uint8_t a[32] = {0}, b[32] = {0};
    assert_int_equal(sg_random(a, sizeof a), SCRUBGATE_OK);
    assert_int_equal(sg_random(b, sizeof b), SCRUBGATE_OK);
    assert_memory_not_equal(a, b, sizeof a);
}

static void wiping_leaves_zeros(void **state)
{
    (void)state;
    char text[] = "4111111111111111";
    static const char zeros[sizeof text];
    sg_wipe(text, sizeof text);
    assert_memory_equal(text, zeros, sizeof text);
}

/* OpenSSL tells of no memory in many ways; ours must only never be success with nothing made. */
static void every_refused_allocation_is_an_error(void **state)
{
    (void)state;
    bool refused = true;
    for (size_t n = 0; refused; n++) {
        struct sg_hmac *hmac = NULL;
        struct sg_sha256 *hash = NULL;
        uint8_t digest[SG_SHA256_SIZE];
        sg_alloc_fail_start(n);
        enum scrubgate_status rc = sg_sha256_new(&hash);
        if (rc >= 0)
            rc = sg_hmac_new(&hmac, key, "Hi There");
        refused = sg_alloc_fail_stop();
        if (rc >= 0) { /* OpenSSL did without: the digest must be right all the same */
            assert_int_equal(sg_hmac(hmac, SG_BYTES(""), digest), SCRUBGATE_OK);
            expect_hex(digest, hmacs[0].want);
        } else {
            assert_true(refused);
            assert_null(hmac);
        }
        sg_hmac_free(hmac);
        sg_sha256_free(hash);
    }
}

int main(void)
{
    SG_SUITE_ROWS(hashes_whole_and_in_pieces, hashes);
    sg_suite_add("SHA-256 of a million letters", hashes_a_million_letters, NULL);
    SG_SUITE_ROWS(authenticates, hmacs);
    sg_suite_add("random bytes differ", random_bytes_differ, NULL);
    sg_suite_add("wiping leaves zeros", wiping_leaves_zeros, NULL);
    sg_suite_add("every refused allocation is an error", every_refused_allocation_is_an_error,
                 NULL);
    return sg_suite_run("digest");
}
