/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.c - whether a Host names a host (RFC 9110, 7.2; RFC 3986, 3.2.2).
 */
#include "http/host.h"

static bool is_one_of(uint8_t c, struct sg_bytes marks)
{
    return sg_bytes_find(marks, c) < marks.len;
}

/* unreserved and sub-delims of RFC 3986, but the comma: with it a list would be a name. */
static bool is_name_char(uint8_t c)
{
    return sg_is_alnum(c) || is_one_of(c, SG_BYTES("-._~!$&'()*+;="));
}

/* The length of a name or IPv4 address; 0 when there is none. */
static size_t name_len(struct sg_bytes host)
{
    size_t i = 0;
    for (; i < host.len; i++) {
        if (is_name_char(host.data[i]))
            continue;
        if (host.data[i] != '%' || host.len - i < 3 || sg_hex_value(host.data[i + 1]) < 0 ||
            sg_hex_value(host.data[i + 2]) < 0)
            break;
        i += 2;
    }
    return i;
}

/* The length of an IP address in brackets; 0 when it is none. */
static size_t literal_len(struct sg_bytes host)
{
    size_t end = sg_bytes_find(host, ']');
    if (end == host.len || end < 2)
        return 0;
    for (size_t i = 1; i < end; i++) {
        if (!is_name_char(host.data[i]) && host.data[i] != ':')
            return 0;
    }
    return end + 1;
}

bool sg_host_valid(struct sg_bytes host)
{
    if (host.len == 0)
        return false;
    size_t at = host.data[0] == '[' ? literal_len(host) : name_len(host);
    if (at == 0)
        return false;
    if (at < host.len && host.data[at++] != ':')
        return false;
    while (at < host.len && sg_is_digit(host.data[at]))
        at++;
    return at == host.len;
}
