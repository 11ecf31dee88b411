/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tls_print.c - JA4 by the examples that were published with it, and messages that are broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "net/tls_print.h"
#include "../lib/suite.h"

/* A ClientHello in words: lists of hex values, as the examples write them. */
struct row {
    const char *name;
    unsigned version;
    const char *ciphers, *extensions;
    const char *versions, *signatures; /* NULL: the extension stands empty */
    const char *protocol;              /* the first of ALPN, in hex */
    const char *want;
};

/* The published example; GREASE, which a real client strews in, is ours. */
#define CIPHERS    "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"
#define EXTENSIONS "001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015"
#define SIGNATURES "0403,0804,0401,0503,0805,0501,0806,0601"
#define NO_ALPN    "001b,0000,0033,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015"
#define H2         "6832"

static const struct row rows[] = {
    {"the published example", 0x0303, CIPHERS, EXTENSIONS, "0304,0303", SIGNATURES, H2,
     "t13d1516h2_8daaf6152771_e5627efa2ab1"},
    {"GREASE counts nowhere", 0x0303, "0a0a," CIPHERS ",fafa", "2a2a," EXTENSIONS ",dada",
     "8a8a,0304,0303", "1a1a," SIGNATURES, H2, "t13d1516h2_8daaf6152771_e5627efa2ab1"},
    {"what only looks like GREASE counts", 0x0303, "0a1a", "1a0a", NULL, NULL, "",
     "t12i010100_88e6b19cedce_51e1a6954333"},
    {"without signature algorithms no underscore", 0x0303, CIPHERS, EXTENSIONS, "0304", "", H2,
     "t13d1516h2_8daaf6152771_6d807ffa2a79"},
    {"nothing at all", 0x0303, "", "", NULL, NULL, "", "t12i000000_000000000000_000000000000"},
    {"to an address", 0x0303, "", "0010", NULL, NULL, H2, "t12i0001h2_000000000000_000000000000"},
    {"to a domain", 0x0303, "", "0000", NULL, NULL, "", "t12d000100_000000000000_000000000000"},
    {"the highest version counts", 0x0301, "", "002b", "0301,0304,0303", NULL, "",
     "t13i000100_000000000000_b9a491fefe05"},
};

static size_t add(uint8_t *out, size_t at, size_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[at + i] = (uint8_t)(value >> 8 * (size - 1 - i));
    return at + size;
}

static size_t add_hex(uint8_t *out, size_t at, const char *list)
{
    for (; list != NULL && *list != '\0'; list += 2) {
        if (*list == ',')
            list++;
        out[at++] = (uint8_t)(sg_hex_value(list[0]) << 4 | sg_hex_value(list[1]));
    }
    return at;
}

static void set_len(uint8_t *out, size_t at, size_t size, size_t end)
{
    (void)add(out, at, end - at - size, size);
}

static size_t add_extension(uint8_t *out, size_t at, const struct row *row, const char *type)
{
    size_t start = at = add_hex(out, at, type) + 2, list = 0;
    switch (out[start - 4] << 8 | out[start - 3]) {
    case 0x000d:
        list = row->signatures == NULL ? at + 2 : add_hex(out, at + 2, row->signatures);
        set_len(out, at, 2, list);
        break;
    case 0x002b:
        list = row->versions == NULL ? at + 1 : add_hex(out, at + 1, row->versions);
        set_len(out, at, 1, list);
        break;
    case 0x0010:
        list = add_hex(out, at + 3, row->protocol);
        set_len(out, at + 2, 1, list);
        list = add_hex(out, list, "03666f6f"); /* a second protocol */
        set_len(out, at, 2, list);
        break;
    default:
        list = add_hex(out, at, "abcdef");
    }
    set_len(out, start - 2, 2, list);
    return list;
}

/* The message as a client would send it. */
static size_t build(const struct row *row, uint8_t out[4096])
{
    size_t at = add(out, 0, 1, 1) + 3, mark;
    at = add(out, at, row->version, 2);
    memset(out + at, 0x5a, 32);
    mark = at += 32;
    at = add_hex(out, at + 1, "000102030405060708090a0b0c0d0e0f");
    set_len(out, mark, 1, at);
    mark = at;
    at = add_hex(out, at + 2, row->ciphers);
    set_len(out, mark, 2, at);
    mark = at = add_hex(out, at, "0100"); /* methods of compression: none */
    at += 2;
    for (const char *type = row->extensions; *type != '\0'; type += type[4] == ',' ? 5 : 4) {
        char one[5] = {type[0], type[1], type[2], type[3], '\0'};
        at = add_extension(out, at, row, one);
    }
    set_len(out, mark, 2, at);
    set_len(out, 1, 3, at);
    return at;
}

static void test_row(void **state)
{
    uint8_t message[4096];
    struct sg_tls_hello hello;
    char text[SG_TLS_PRINT_SIZE] = "";
    size_t len = build(*state, message);
    assert_int_equal(sg_tls_hello_parse(&hello, (struct sg_bytes){message, len}), SCRUBGATE_OK);
    assert_int_equal(sg_tls_hello_print(&hello, text), SCRUBGATE_OK);
    assert_string_equal(text, ((const struct row *)*state)->want);
}

/* --- the ends of a protocol's name --- */

static const struct {
    const char *name, *protocol, *want;
} ends[] = {
    {"http/1.1", "687474702f312e31", "h1"},
    {"one letter is both ends", "78", "xx"},
    {"no name", "", "00"},
    {"one byte that is no letter", "ab", "ab"},
    {"two of them", "abcd", "ad"},
    {"the last is none", "30ab", "3b"},
    {"the last of four is none", "3031abcd", "3d"},
    {"those between do not matter", "30abcd31", "01"},
};

static void test_ends(void **state)
{
    struct row row = {"", 0x0303, "", "0010", NULL, NULL, "", ""};
    uint8_t message[4096];
    struct sg_tls_hello hello;
    char text[SG_TLS_PRINT_SIZE] = "";
    size_t i = (size_t)(uintptr_t)*state;
    row.protocol = ends[i].protocol;
    size_t len = build(&row, message);
    assert_int_equal(sg_tls_hello_parse(&hello, (struct sg_bytes){message, len}), SCRUBGATE_OK);
    assert_int_equal(sg_tls_hello_print(&hello, text), SCRUBGATE_OK);
    text[10] = '\0';
    assert_string_equal(text + 8, ends[i].want);
}

/* --- versions --- */

static const struct version {
    const char *name;
    unsigned version;
    const char *want;
} versions[] = {
    {"TLS 1.3", 0x0304, "13"}, {"TLS 1.1", 0x0302, "11"}, {"TLS 1.0", 0x0301, "10"},
    {"SSL 3.0", 0x0300, "s3"}, {"SSL 2.0", 0x0002, "s2"}, {"a version unknown", 0x0305, "00"},
};

static void test_version(void **state)
{
    const struct version *row = *state;
    struct sg_tls_hello hello = {.version = (uint16_t)row->version};
    char text[SG_TLS_PRINT_SIZE] = "";
    assert_int_equal(sg_tls_hello_print(&hello, text), SCRUBGATE_OK);
    assert_memory_equal(text + 1, row->want, 2);
}

/* --- broken messages --- */

static void test_cut_short(void **state)
{
    uint8_t message[4096];
    (void)state;
    size_t len = build(&rows[0], message);
    for (size_t cut = 0; cut < len; cut++) {
        struct sg_tls_hello hello;
        uint8_t *exact = malloc(cut == 0 ? 1 : cut);
        assert_non_null(exact);
        memcpy(exact, message, cut);
        if (cut >= 4)
            set_len(exact, 1, 3, cut);
        enum scrubgate_status rc = sg_tls_hello_parse(&hello, (struct sg_bytes){exact, cut});
        /* Where the extensions would begin a message of old ends. */
        size_t plain = 4 + 2 + 32 + 17 + 2 + 30 + 2;
        assert_int_equal(rc, cut == plain ? SCRUBGATE_OK : SCRUBGATE_EMALFORMED);
        free(exact);
    }
}

static const struct damage {
    const char *name;
    size_t at;
    uint8_t value;
} damages[] = {
    {"another message", 0, 2},
    {"a length that is too long", 3, 0xff},
    {"a session that is too long", 38, 0xff},
    {"half a cipher", 56, 29},
};

static void test_damage(void **state)
{
    const struct damage *row = *state;
    uint8_t message[4096];
    struct sg_tls_hello hello;
    size_t len = build(&rows[0], message);
    assert_int_not_equal(message[row->at], row->value);
    message[row->at] = row->value;
    assert_int_equal(sg_tls_hello_parse(&hello, (struct sg_bytes){message, len}),
                     SCRUBGATE_EMALFORMED);
}

static void test_too_many(void **state)
{
    static uint8_t ciphers[2 * SG_TLS_LIST_MOST + 2];
    struct sg_tls_hello hello = {.version = 0x0303, .ciphers = {ciphers, sizeof ciphers}};
    char text[SG_TLS_PRINT_SIZE] = "";
    (void)state;
    assert_int_equal(sg_tls_hello_print(&hello, text), SCRUBGATE_ELIMIT);
    hello.ciphers.len -= 2;
    assert_int_equal(sg_tls_hello_print(&hello, text), SCRUBGATE_OK);
    assert_memory_equal(text, "t12i9900", 8);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        sg_suite_add(ends[i].name, test_ends, (void *)(uintptr_t)i);
    SG_SUITE_ROWS(test_version, versions);
    sg_suite_add("cut short at every place", test_cut_short, NULL);
    SG_SUITE_ROWS(test_damage, damages);
    sg_suite_add("more ciphers than anyone has", test_too_many, NULL);
    return sg_suite_run("net/tls_print");
}
