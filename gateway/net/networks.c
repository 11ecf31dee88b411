/* SPDX-License-Identifier: Apache-2.0 */
/*
 * networks.c - a list of networks, and whether an address is in it.
 */
#include "net/networks.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/bytes.h"
#include "base/diag.h"

enum { MAPPED = 96 }; /* bits before an IPv4 address in an IPv6 one */

static void map_four(const void *four, uint8_t out[16])
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(out, prefix, sizeof prefix);
    memcpy(out + sizeof prefix, four, 4);
}

/* Whether a and b agree in their first bits. */
static bool agree(const uint8_t a[16], const uint8_t b[16], unsigned bits)
{
    unsigned whole = bits / 8;
    uint8_t mask = (uint8_t)(0xff00u >> bits % 8);
    return memcmp(a, b, whole) == 0 && (whole == 16 || ((a[whole] ^ b[whole]) & mask) == 0);
}

static bool read_host(struct sg_network *network, struct sg_bytes host, unsigned *before)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t four[4];
    if (!sg_bytes_to_text(host, text, sizeof text))
        return false;
    *before = 0;
    if (inet_pton(AF_INET6, text, network->prefix) == 1)
        return true;
    if (inet_pton(AF_INET, text, four) != 1)
        return false;
    map_four(four, network->prefix);
    *before = MAPPED;
    return true;
}

enum scrubgate_status sg_network_parse(struct sg_network *network, const char *text,
                                       struct scrubgate_fault *fault)
{
    static const uint8_t zero[16];
    struct sg_network made = {.bits = 128};
    struct sg_bytes all = sg_bytes_of(text), host = {all.data, sg_bytes_find(all, '/')};
    unsigned before = 0;
    uint64_t bits = 0;
    bool alone = host.len == all.len;
    struct sg_bytes rest = {all.data + host.len + 1, alone ? 0 : all.len - host.len - 1};
    if (!read_host(&made, host, &before))
        goto bad;
    if (!alone) {
        if (!sg_bytes_to_u64(rest, &bits) || bits > 128 - before)
            goto bad;
        made.bits = before + (unsigned)bits;
    }
    uint8_t below[16];
    memcpy(below, made.prefix, sizeof below);
    for (unsigned bit = 0; bit < made.bits; bit++)
        below[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
    if (memcmp(below, zero, sizeof zero) != 0) {
        sg_fault_set(fault, NULL, 0, 0,
                     "\"%.80s\" has bits below its prefix: write the network's first address",
                     text);
        return SCRUBGATE_EINVAL;
    }
    *network = made;
    return SCRUBGATE_OK;
bad:
    sg_fault_set(fault, NULL, 0, 0, "no network: \"%.80s\"; write 10.0.0.0/8 or 2001:db8::/32",
                 text);
    return SCRUBGATE_EINVAL;
}

bool sg_networks_contain(const struct sg_networks *networks, const struct sg_address *address)
{
    const struct sockaddr *any = (const struct sockaddr *)&address->storage;
    uint8_t bytes[16];
    if (address->len == 0)
        return false;
    if (any->sa_family == AF_INET)
        map_four(&((const struct sockaddr_in *)any)->sin_addr, bytes);
    else if (any->sa_family == AF_INET6)
        memcpy(bytes, &((const struct sockaddr_in6 *)any)->sin6_addr, sizeof bytes);
    else
        return false;
    for (size_t i = 0; i < networks->n; i++) {
        if (agree(networks->item[i].prefix, bytes, networks->item[i].bits))
            return true;
    }
    return false;
}
