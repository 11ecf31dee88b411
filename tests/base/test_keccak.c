/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_keccak.c - Keccak-256 at the edges of its block of 136 bytes.
 *
 * The digests were made by an implementation that yields SHA3-256 with SHA-3's padding.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/digest.h"
#include "base/keccak.h"
#include "../lib/suite.h"

static const struct row {
    const char *name;
    size_t len; /* so many times the letter a */
    const char *digest;
} rows[] = {
    {"nothing", 0, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"},
    {"three bytes", 3, "b9a5dc0048db9a7d13548781df3cd4b2334606391f75f40c14225a92f4cb3537"},
    {"one byte less than a block: both ends of the padding in one", 135,
     "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446"},
    {"a block: the padding has one of its own", 136,
     "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e"},
    {"a block and a byte", 137, "d869f639c7046b4929fc92a4d988a8b22c55fbadb802c0c66ebcd484f1915f39"},
    {"some of the second block", 200,
     "96ea54061def936c4be90b518992fdc6f12f535068a256229aca54267b4d084d"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    uint8_t text[200], digest[SG_KECCAK_SIZE];
    char hex[2 * SG_KECCAK_SIZE + 1];
    memset(text, 'a', sizeof text);
    sg_keccak256((struct sg_bytes){text, row->len}, digest);
    sg_hex((struct sg_bytes){digest, sizeof digest}, hex);
    assert_string_equal(hex, row->digest);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    return sg_suite_run("keccak");
}
