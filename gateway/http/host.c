/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.c - whether a Host names a host (RFC 9110, 7.2; RFC 3986, 3.2.2).
 */
#include "http/host.h"

#include "http/run.h"

/* The length of a name or IPv4 address; 0 when there is none. */
static size_t name_len(struct sg_bytes host)
{
    size_t i = sg_run_host(host, 0);
    while (i < host.len && host.data[i] == '%' && host.len - i > 2 &&
           sg_hex_value(host.data[i + 1]) >= 0 && sg_hex_value(host.data[i + 2]) >= 0)
        i = sg_run_host(host, i + 3);
    return i;
}

/* The length of an IP address in brackets; 0 when it is none. */
static size_t literal_len(struct sg_bytes host)
{
    size_t i = 1;
    while ((i = sg_run_host(host, i)) < host.len && host.data[i] == ':')
        i++;
    return i > 1 && i < host.len && host.data[i] == ']' ? i + 1 : 0;
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
