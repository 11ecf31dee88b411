/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_check_coin.c - addresses, keys and tokens that carry a checksum: published samples hold, and
 * none of them does with one character changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "rule/check.h"
#include "../lib/suite.h"

#define BASE58                                                                                     \
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZ"                                                            \
    "abcdefghijkmnopqrstuvwxyz"
#define BASE62                                                                                     \
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"                                                         \
    "abcdefghijklmnopqrstuvwxyz"
#define BECH32_DIGITS "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

/* --- samples ------------------------------------------------------------------------------ */

/* change: into which characters each of those behind the first `fixed` is changed. */
static const struct sample {
    const char *name, *check, *text, *change;
    size_t fixed;
} samples[] = {
    {"the first Bitcoin address", "base58check", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", BASE58, 0},
    {"a Bitcoin address of a script", "base58check", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", BASE58,
     0},
    {"the Bitcoin address of all zeros", "base58check", "1111111111111111111114oLvT2", BASE58, 0},
    {"a Bitcoin key", "base58check(bitcoin)", "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
     BASE58, 0},
    {"an extended public key", "base58check",
     "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TM"
     "g7usUDFdp6W1EGMcet8",
     BASE58, 0},
    {"a Tron address", "base58check", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", BASE58, 0},
    {"an XRP address", "base58check(ripple)", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", BASE58, 0},
    {"a Monero address", "base58check(monero)",
     "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBE"
     "P3A",
     BASE58, 0},
    {"a Bitcoin address of BIP 173", "bech32(bc tb)", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
     BECH32_DIGITS, 3},
    {"a test address of BIP 173", "bech32(bc tb)",
     "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7", BECH32_DIGITS, 3},
    {"a Bitcoin address of BIP 350", "bech32(bc)",
     "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", BECH32_DIGITS, 3},
    {"any name when none is asked for", "bech32",
     "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", BECH32_DIGITS, 6},
    {"an Ethereum address", "eip55", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
     "0123456789abcdefABCDEF", 2},
    {"another Ethereum address", "eip55", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
     "0123456789abcdefABCDEF", 2},
    {"a GitHub token", "crc32-token", "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", BASE62, 4},
    {"a GitHub token whose checksum begins with 0", "crc32-token",
     "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", BASE62, 4},
};

static const struct sg_check *parse(struct sg_arena *arena, const char *text)
{
    const struct sg_check *check = NULL;
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc = sg_check_parse(&check, arena, sg_bytes_of(text), &fault);
    if (rc != SCRUBGATE_OK)
        fail_msg("%s: %s", text, fault.what);
    return check;
}

static bool holds(const struct sg_check *check, const char *text)
{
    return sg_check_holds(check, sg_bytes_of(text));
}

static void test_sample(void **state)
{
    const struct sample *row = *state;
    struct sg_arena arena = {0};
    char text[128];
    size_t len = strlen(row->text);
    const struct sg_check *check = parse(&arena, row->check);
    assert_true(holds(check, row->text));
    memcpy(text, row->text, len + 1);
    for (size_t at = row->fixed; at < len; at++) {
        char was = text[at];
        for (const char *c = row->change; *c != '\0'; c++) {
            text[at] = *c;
            if (*c != was && holds(check, text))
                fail_msg("%s: %s", row->check, text);
        }
        text[at] = was;
    }
    /* One character less at the end, and one more. */
    assert_false(sg_check_holds(check, (struct sg_bytes){(const uint8_t *)text, len - 1}));
    text[len] = row->change[3];
    assert_false(sg_check_holds(check, (struct sg_bytes){(const uint8_t *)text, len + 1}));
    sg_arena_fini(&arena);
}

/* --- what else holds and what does not ---------------------------------------------------- */

static const struct row {
    const char *name, *check, *text;
    bool holds;
} rows[] = {
    {"an address with a letter that base58 leaves out", "base58check",
     "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfOa", false},
    {"an address in small letters", "base58check", "1a1zp1ep5qgefi2dmptftl5slmv7divfna", false},
    {"an address with a blank in it", "base58check", "1A1zP1eP5QGefi2DM PTfTL5SLmv7DivfNa", true},
    {"an XRP address is none of Bitcoin's", "base58check", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",
     false},
    {"too short for a checksum", "base58check", "111", false},
    {"nothing", "base58check", "--", false},
    {"longer than any", "base58check",
     "111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111"
     "1"
     "11111111111111111111111111111111111111",
     false},
    {"a Monero block that overflows", "base58check(monero)",
     "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
     "z"
     "z",
     false},
    {"a length that blocks cannot have", "base58check(monero)", "4", false},
    {"a bech32 address in capitals", "bech32(bc tb)", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
     true},
    {"a bech32 address in both cases", "bech32(bc tb)",
     "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3T4", false},
    {"a bech32 address of another coin", "bech32(bc tb)",
     "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", false},
    {"the same where it is asked for", "bech32(bc tb ltc)",
     "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", true},
    {"a name that only begins alike", "bech32(b)", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
     false},
    {"bech32 without a name", "bech32", "1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", false},
    {"bech32 without a 1", "bech32", "bcqw508d6qejxtdg", false},
    {"an Ethereum address in small letters", "eip55", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
     true},
    {"an Ethereum address in capitals", "eip55", "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED",
     true},
    {"an Ethereum address of digits", "eip55", "0x0000000000000000000000000000000000000000", true},
    {"a digit that is none", "eip55", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg", false},
    {"no 0x", "eip55", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed5a", false},
    {"a token's checksum behind another prefix", "crc32-token",
     "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", true},
    {"too short for a token", "crc32-token", "ghp_0mLq17", false},
    {"a word of letters", "crc32-token", "correcthorsebatterystaple", false},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_arena arena = {0};
    assert_int_equal(holds(parse(&arena, row->check), row->text), row->holds);
    sg_arena_fini(&arena);
}

int main(void)
{
    SG_SUITE_ROWS(test_sample, samples);
    SG_SUITE_ROWS(test_row, rows);
    return sg_suite_run("check_coin");
}
