/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_header.c - the PROXY header, versions 1 and 2.
 *
 * Whatever the address in it decides (who is counted, whose fingerprint is taken) is decided by
 * whoever sent it: so nothing is guessed, and the caller lets only known senders speak.
 */
#include "net/proxy_header.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { LINE_MOST = 107, BINARY_HEAD = 16, BINARY_MOST = SG_PROXY_HEADER_MOST - BINARY_HEAD };

static const char no_header[] = "no PROXY header";
static const char bad_line[] = "a broken PROXY line";
static const char bad_binary[] = "a broken PROXY header";

/* --- addresses --- */

static void set_four(struct sg_address *from, const uint8_t bytes[4], in_port_t port)
{
    struct sockaddr_in *to = (struct sockaddr_in *)&from->storage;
    to->sin_family = AF_INET;
    to->sin_port = port;
    memcpy(&to->sin_addr, bytes, 4);
    from->len = sizeof *to;
}

/* An IPv4 address in IPv6's clothes is that IPv4 address, wherever addresses are counted. */
static void set_six(struct sg_address *from, const uint8_t bytes[16], in_port_t port)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct sockaddr_in6 *to = (struct sockaddr_in6 *)&from->storage;
    if (memcmp(bytes, mapped, sizeof mapped) == 0) {
        set_four(from, bytes + sizeof mapped, port);
        return;
    }
    to->sin6_family = AF_INET6;
    to->sin6_port = port;
    memcpy(&to->sin6_addr, bytes, 16);
    from->len = sizeof *to;
}

/* --- version 1: a line --- */

/* The next word, up to a space or the end, and the one space behind it. */
static struct sg_bytes next_word(struct sg_bytes *rest)
{
    struct sg_bytes word = {rest->data, sg_bytes_find(*rest, ' ')};
    size_t gone = word.len < rest->len ? word.len + 1 : word.len;
    /* "1 2 " has an empty third word: what ends with a space is not over. */
    rest->data += gone;
    rest->len -= gone;
    return word;
}

static bool read_address(struct sg_bytes word, int family, uint8_t out[16])
{
    char text[INET6_ADDRSTRLEN];
    return sg_bytes_to_text(word, text, sizeof text) && inet_pton(family, text, out) == 1;
}

static bool read_port(struct sg_bytes word, in_port_t *port)
{
    uint64_t number = 0;
    if (!sg_bytes_to_u64(word, &number) || number > UINT16_MAX)
        return false;
    *port = htons((uint16_t)number);
    return word.len == 1 || word.data[0] != '0';
}

/* "192.0.2.1 198.51.100.1 56324 443" */
static bool read_ends(struct sg_bytes rest, int family, struct sg_address *from)
{
    uint8_t source[16], target[16];
    in_port_t source_port, target_port;
    if (rest.len > 0 && rest.data[rest.len - 1] == ' ')
        return false;
    if (!read_address(next_word(&rest), family, source) ||
        !read_address(next_word(&rest), family, target) ||
        !read_port(next_word(&rest), &source_port) || !read_port(next_word(&rest), &target_port) ||
        rest.len > 0)
        return false;
    if (family == AF_INET)
        set_four(from, source, source_port);
    else
        set_six(from, source, source_port);
    return true;
}

static bool read_line(struct sg_bytes rest, struct sg_address *from)
{
    (void)next_word(&rest); /* PROXY */
    struct sg_bytes protocol = next_word(&rest);
    if (sg_bytes_equal(protocol, SG_BYTES("UNKNOWN")))
        return true; /* what follows is to be ignored */
    if (sg_bytes_equal(protocol, SG_BYTES("TCP4")))
        return read_ends(rest, AF_INET, from);
    if (sg_bytes_equal(protocol, SG_BYTES("TCP6")))
        return read_ends(rest, AF_INET6, from);
    return false;
}

static enum scrubgate_status read_text(struct sg_bytes text, size_t *used, struct sg_address *from)
{
    size_t most = text.len < LINE_MOST ? text.len : LINE_MOST;
    size_t end = 0;
    while (end < most && text.data[end] >= ' ' && text.data[end] <= '~')
        end++;
    bool returned = end < most && text.data[end] == '\r';
    if (end + returned == most && most < LINE_MOST)
        return SCRUBGATE_FULL;
    if (!returned || end + 1 >= most || text.data[end + 1] != '\n')
        return SCRUBGATE_EMALFORMED;
    if (!read_line((struct sg_bytes){text.data, end}, from))
        return SCRUBGATE_EMALFORMED;
    *used = end + 2;
    return SCRUBGATE_OK;
}

/* --- version 2: binary --- */

/* Type, length, value, again and again, up to the very end. */
static bool are_extras(struct sg_bytes extras)
{
    while (extras.len >= 3) {
        size_t len = 3 + ((size_t)extras.data[1] << 8) + extras.data[2];
        if (len > extras.len)
            return false;
        extras.data += len;
        extras.len -= len;
    }
    return extras.len == 0;
}

/* How many bytes of addresses a family has, SIZE_MAX for what is none. */
static size_t size_of_family(uint8_t family)
{
    switch (family) {
    case 0x00:
        return 0;
    case 0x11: /* TCP, UDP over IPv4 */
    case 0x12:
        return 12;
    case 0x21: /* the same over IPv6 */
    case 0x22:
        return 36;
    case 0x31: /* unix: stream, datagram */
    case 0x32:
        return 216;
    default:
        return SIZE_MAX;
    }
}

static bool read_block(uint8_t family, struct sg_bytes block, struct sg_address *from)
{
    size_t size = size_of_family(family);
    in_port_t port;
    if (size == SIZE_MAX || block.len < size)
        return false;
    /* UNSPEC says nothing of what follows: neither addresses nor extras can be told in it. */
    if (family != 0x00 && !are_extras((struct sg_bytes){block.data + size, block.len - size}))
        return false;
    if (family == 0x11) {
        memcpy(&port, block.data + 8, sizeof port);
        set_four(from, block.data, port);
    } else if (family == 0x21) {
        memcpy(&port, block.data + 32, sizeof port);
        set_six(from, block.data, port);
    }
    return true;
}

static enum scrubgate_status read_binary(struct sg_bytes text, size_t *used,
                                         struct sg_address *from)
{
    static const uint8_t local = 0x20, proxied = 0x21;
    if (text.len > 12 && text.data[12] != local && text.data[12] != proxied)
        return SCRUBGATE_EMALFORMED;
    if (text.len > 13 && text.data[12] == proxied && size_of_family(text.data[13]) == SIZE_MAX)
        return SCRUBGATE_EMALFORMED;
    if (text.len < BINARY_HEAD)
        return SCRUBGATE_FULL;
    size_t len = ((size_t)text.data[14] << 8) + text.data[15];
    if (len > BINARY_MOST)
        return SCRUBGATE_EMALFORMED;
    if (text.len < BINARY_HEAD + len)
        return SCRUBGATE_FULL;
    if (text.data[12] == proxied &&
        !read_block(text.data[13], (struct sg_bytes){text.data + BINARY_HEAD, len}, from))
        return SCRUBGATE_EMALFORMED;
    *used = BINARY_HEAD + len;
    return SCRUBGATE_OK;
}

/* --- which of the two --- */

static bool begins(struct sg_bytes text, struct sg_bytes with)
{
    size_t len = text.len < with.len ? text.len : with.len;
    return len == 0 || memcmp(text.data, with.data, len) == 0;
}

enum scrubgate_status sg_proxy_header_read(struct sg_bytes text, size_t *used,
                                           struct sg_address *from, const char **why)
{
    struct sg_address found = {.len = 0};
    enum scrubgate_status rc = SCRUBGATE_EMALFORMED;
    *why = NULL;
    if (begins(text, SG_BYTES("PROXY "))) {
        rc = read_text(text, used, &found);
        *why = rc < 0 ? bad_line : NULL;
    } else if (begins(text, SG_BYTES("\r\n\r\n\0\r\nQUIT\n"))) {
        rc = read_binary(text, used, &found);
        *why = rc < 0 ? bad_binary : NULL;
    } else {
        *why = no_header;
    }
    if (rc == SCRUBGATE_OK)
        *from = found;
    return rc;
}
