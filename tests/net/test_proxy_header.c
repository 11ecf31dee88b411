/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_proxy_header.c - PROXY headers, good and bad, with every byte coming alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "net/proxy_header.h"
#include "../lib/suite.h"

#define LITERAL(text) text, sizeof(text) - 1
#define SIGNATURE     "\r\n\r\n\0\r\nQUIT\n"
#define FOUR          "\xc0\x00\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb"
#define SIX                                                                                        \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"                                                   \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\xdc\x04\x01\xbb"
#define MAPPED                                                                                     \
    "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x01"                                                 \
    "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x33\x64\x01\xdc\x04\x01\xbb"
#define EIGHTEEN "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define UNIX                                                                                       \
    EIGHTEEN EIGHTEEN EIGHTEEN EIGHTEEN EIGHTEEN EIGHTEEN EIGHTEEN EIGHTEEN EIGHTEEN EIGHTEEN      \
        EIGHTEEN EIGHTEEN

static const struct row {
    const char *name;
    const char *text;
    size_t len;
    const char *from; /* "": the connection's own; NULL: refused */
    size_t needed;    /* of a refused one: bytes that show it; 0: all of them */
} rows[] = {
    {"version 1: IPv4", LITERAL("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"),
     "192.0.2.1:56324", 0},
    {"version 1: IPv6", LITERAL("PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n"),
     "[2001:db8::1]:56324", 0},
    {"version 1: IPv4 in IPv6's clothes", LITERAL("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n"),
     "192.0.2.1:1", 0},
    {"version 1: the longest addresses",
     LITERAL("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
     "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", 0},
    {"version 1: the lowest ports", LITERAL("PROXY TCP4 192.0.2.1 198.51.100.1 0 0\r\n"),
     "192.0.2.1:0", 0},
    {"version 1: unknown", LITERAL("PROXY UNKNOWN\r\n"), "", 0},
    {"version 1: unknown, 107 bytes of it",
     LITERAL("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
     "", 0},
    {"version 1: 108 bytes are too many",
     LITERAL("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff  "
             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
     NULL, 107},
    {"version 1: LF alone ends no line", LITERAL("PROXY UNKNOWN\n"), NULL, 14},
    {"version 1: CR alone ends no line", LITERAL("PROXY UNKNOWN\rGET"), NULL, 15},
    {"version 1: a tab is no space", LITERAL("PROXY TCP4\t192.0.2.1"), NULL, 11},
    {"version 1: NUL", LITERAL("PROXY UNKNOWN\0\r\n"), NULL, 14},
    {"version 1: what is no ASCII", LITERAL("PROXY UNKNOWN \xff\r\n"), NULL, 15},
    {"version 1: small letters", LITERAL("proxy UNKNOWN\r\n"), NULL, 1},
    {"version 1: another protocol", LITERAL("PROXY UDP4 192.0.2.1 198.51.100.1 1 2\r\n"), NULL, 0},
    {"version 1: no protocol", LITERAL("PROXY \r\n"), NULL, 0},
    {"version 1: a longer word", LITERAL("PROXY UNKNOWNS\r\n"), NULL, 0},
    {"version 1: two spaces", LITERAL("PROXY TCP4  192.0.2.1 198.51.100.1 1 2\r\n"), NULL, 0},
    {"version 1: a space at the end", LITERAL("PROXY TCP4 192.0.2.1 198.51.100.1 1 2 \r\n"), NULL,
     0},
    {"version 1: a fifth word", LITERAL("PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n"), NULL, 0},
    {"version 1: one port", LITERAL("PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n"), NULL, 0},
    {"version 1: a port over 65535", LITERAL("PROXY TCP4 192.0.2.1 198.51.100.1 65536 1\r\n"), NULL,
     0},
    {"version 1: the target's port over 65535",
     LITERAL("PROXY TCP4 192.0.2.1 198.51.100.1 1 65536\r\n"), NULL, 0},
    {"version 1: a port with a zero before it",
     LITERAL("PROXY TCP4 192.0.2.1 198.51.100.1 01 1\r\n"), NULL, 0},
    {"version 1: a port with a sign", LITERAL("PROXY TCP4 192.0.2.1 198.51.100.1 +1 1\r\n"), NULL,
     0},
    {"version 1: an octet over 255", LITERAL("PROXY TCP4 192.0.2.256 198.51.100.1 1 1\r\n"), NULL,
     0},
    {"version 1: an octet with a zero before it",
     LITERAL("PROXY TCP4 192.0.2.01 198.51.100.1 1 1\r\n"), NULL, 0},
    {"version 1: three octets", LITERAL("PROXY TCP4 192.0.2 198.51.100.1 1 1\r\n"), NULL, 0},
    {"version 1: the target is looked at too", LITERAL("PROXY TCP4 192.0.2.1 here 1 1\r\n"), NULL,
     0},
    {"version 1: IPv6 where IPv4 is announced", LITERAL("PROXY TCP4 2001:db8::1 ::1 1 1\r\n"), NULL,
     0},
    {"version 1: IPv4 where IPv6 is announced",
     LITERAL("PROXY TCP6 192.0.2.1 198.51.100.1 1 1\r\n"), NULL, 0},
    {"version 1: a zone", LITERAL("PROXY TCP6 fe80::1%eth0 ::1 1 1\r\n"), NULL, 0},

    {"version 2: IPv4", LITERAL(SIGNATURE "\x21\x11\0\x0c" FOUR), "192.0.2.1:56324", 0},
    {"version 2: IPv6", LITERAL(SIGNATURE "\x21\x21\0\x24" SIX), "[2001:db8::1]:56324", 0},
    {"version 2: IPv4 in IPv6's clothes", LITERAL(SIGNATURE "\x21\x21\0\x24" MAPPED),
     "192.0.2.1:56324", 0},
    {"version 2: a unix socket", LITERAL(SIGNATURE "\x21\x31\0\xd8" UNIX), "", 0},
    {"version 2: datagrams have no connection of ours", LITERAL(SIGNATURE "\x21\x12\0\x0c" FOUR),
     "", 0},
    {"version 2: local", LITERAL(SIGNATURE "\x20\0\0\0"), "", 0},
    {"version 2: local, whatever it says", LITERAL(SIGNATURE "\x20\x11\0\x0c" FOUR), "", 0},
    {"version 2: local, of a family unknown",
     LITERAL(SIGNATURE "\x20\x99\0\x03"
                       "abc"),
     "", 0},
    {"version 2: unspecified",
     LITERAL(SIGNATURE "\x21\0\0\x03"
                       "abc"),
     "", 0},
    {"version 2: extras are passed over",
     LITERAL(SIGNATURE "\x21\x11\0\x16" FOUR "\x04\0\0"
                       "\x02\0\x04"
                       "name"),
     "192.0.2.1:56324", 0},
    {"version 2: an extra that is too long", LITERAL(SIGNATURE "\x21\x11\0\x10" FOUR "\x04\0\x02x"),
     NULL, 0},
    {"version 2: an extra cut short", LITERAL(SIGNATURE "\x21\x11\0\x0e" FOUR "\x04\0"), NULL, 0},
    {"version 2: too short for its addresses", LITERAL(SIGNATURE "\x21\x11\0\x0b" FOUR), NULL, 27},
    {"version 2: too short for IPv6", LITERAL(SIGNATURE "\x21\x21\0\x0c" FOUR), NULL, 0},
    {"version 2: too short for a path", LITERAL(SIGNATURE "\x21\x31\0\x0c" FOUR), NULL, 0},
    {"version 2: more than 4 KiB", LITERAL(SIGNATURE "\x21\x11\x10\x01"), NULL, 16},
    {"version 2: another version", LITERAL(SIGNATURE "\x11\x11\0\x0c" FOUR), NULL, 13},
    {"version 2: another command", LITERAL(SIGNATURE "\x22\x11\0\x0c" FOUR), NULL, 13},
    {"version 2: another family", LITERAL(SIGNATURE "\x21\x41\0\x0c" FOUR), NULL, 14},
    {"version 2: another transport", LITERAL(SIGNATURE "\x21\x13\0\x0c" FOUR), NULL, 14},
    {"version 2: half of a family", LITERAL(SIGNATURE "\x21\x10\0\x0c" FOUR), NULL, 14},
    {"version 2: a broken signature", LITERAL("\r\n\r\n\0\r\nQUIT\r\n"), NULL, 12},

    {"a request is no header", LITERAL("POST /in/ HTTP/1.1\r\n"), NULL, 2},
    {"TLS is no header", LITERAL("\x16\x03\x01\x02"), NULL, 1},
    {"empty lines are no header", LITERAL("\r\n\r\nGET / HTTP/1.1\r\n"), NULL, 5},
};

static enum scrubgate_status read_first(const struct row *row, size_t len, size_t *used,
                                        struct sg_address *from, const char **why)
{
    uint8_t *exact = malloc(len == 0 ? 1 : len); /* so that a sanitizer sees a byte too many */
    assert_non_null(exact);
    memcpy(exact, row->text, len);
    enum scrubgate_status rc = sg_proxy_header_read((struct sg_bytes){exact, len}, used, from, why);
    free(exact);
    return rc;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    size_t needed = row->from != NULL || row->needed == 0 ? row->len : row->needed;
    for (size_t len = 0; len <= row->len; len++) {
        struct sg_address from = {.len = 77};
        const char *why = "untouched";
        size_t used = 0;
        enum scrubgate_status rc = read_first(row, len, &used, &from, &why);
        if (len < needed) {
            assert_int_equal(rc, SCRUBGATE_FULL);
            assert_null(why);
        } else if (row->from == NULL) {
            assert_int_equal(rc, SCRUBGATE_EMALFORMED);
            assert_non_null(why);
        }
        if (rc != SCRUBGATE_OK) {
            assert_int_equal(from.len, 77);
            continue;
        }
        char text[64] = "";
        if (from.len > 0)
            sg_address_print(&from, text, sizeof text);
        assert_non_null(row->from);
        assert_string_equal(text, row->from);
        assert_int_equal(used, row->len);
    }
}

static void test_what_follows(void **state)
{
    static const char text[] = "PROXY UNKNOWN\r\n\r\nGET";
    static const char binary[] = SIGNATURE "\x20\0\0\0\r\nGET";
    struct sg_address from;
    const char *why = NULL;
    size_t used = 0;
    (void)state;
    assert_int_equal(sg_proxy_header_read(SG_BYTES(text), &used, &from, &why), SCRUBGATE_OK);
    assert_int_equal(used, 15);
    assert_int_equal(sg_proxy_header_read(SG_BYTES(binary), &used, &from, &why), SCRUBGATE_OK);
    assert_int_equal(used, 16);
}

static void test_longest(void **state)
{
    static uint8_t text[SG_PROXY_HEADER_MOST];
    static const char head[] = SIGNATURE "\x21\x11\x10\x00" FOUR "\x04\x0f\xf1";
    struct sg_address from;
    const char *why = NULL;
    size_t used = 0;
    (void)state;
    memcpy(text, head, sizeof head - 1);
    assert_int_equal(
        sg_proxy_header_read((struct sg_bytes){text, sizeof text - 1}, &used, &from, &why),
        SCRUBGATE_FULL);
    assert_int_equal(sg_proxy_header_read((struct sg_bytes){text, sizeof text}, &used, &from, &why),
                     SCRUBGATE_OK);
    assert_int_equal(used, sizeof text);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("what follows is not the header's", test_what_follows, NULL);
    sg_suite_add("version 2: 4 KiB of it", test_longest, NULL);
    return sg_suite_run("net/proxy_header");
}
