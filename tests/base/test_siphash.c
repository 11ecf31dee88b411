/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_siphash.c - SipHash-2-4-128 against the authors' vectors, whole and in pieces.
 *
 * The key is 00 01 … 0f, a text of n bytes is 00 01 … n-1. The rows agree with
 * `openssl mac -macopt size:16 SIPHASH`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/digest.h"
#include "base/siphash.h"

#include "../lib/suite.h"

static const struct row {
    const char *name;
    size_t len;
    const char *want;
} rows[] = {
    {"nothing", 0, "a3817f04ba25a8e66df67214c7550293"},
    {"one byte", 1, "da87c1d86b99af44347659119b22fc45"},
    {"a byte less than a word", 7, "a1f1ebbed8dbc153c0b84aa61ff08239"},
    {"a word", 8, "3b62a9ba6258f5610f83e264f31497b4"},
    {"two words but a byte", 15, "5493e99933b0a8117e08ec0f97cfc3d9"},
    {"eight words", 64, "1eaf077dc0d4cd3f8cad4d383658a74b"},
};

static void hashes(void **state)
{
    const struct row *row = *state;
    uint8_t text[64], digest[16];
    char hex[33];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)i;
    for (size_t cut = 0; cut <= row->len; cut++) {
        struct sg_siphash hash;
        uint64_t out[2];
        sg_siphash_begin(&hash, text); /* its first 16 bytes are the key */
        sg_siphash_add(&hash, (struct sg_bytes){text, cut});
        sg_siphash_add(&hash, (struct sg_bytes){text + cut, row->len - cut});
        sg_siphash_done(&hash, out);
        for (size_t i = 0; i < sizeof digest; i++)
            digest[i] = (uint8_t)(out[i / 8] >> (8 * (i % 8)));
        sg_hex((struct sg_bytes){digest, sizeof digest}, hex);
        assert_string_equal(hex, row->want);
    }
}

int main(void)
{
    SG_SUITE_ROWS(hashes, rows);
    return sg_suite_run("siphash");
}
