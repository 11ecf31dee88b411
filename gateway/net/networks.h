/* SPDX-License-Identifier: Apache-2.0 */
/*
 * networks.h - a list of networks: "10.0.0.0/8", "2001:db8::/32", or one address alone.
 */
#ifndef SG_NET_NETWORKS_H
#define SG_NET_NETWORKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "net/listen.h"

/* IPv4 as IPv4-mapped IPv6: one form to compare, and a mapped address is in its IPv4 network. */
struct sg_network {
    uint8_t prefix[16];
    unsigned bits; /* 0 … 128 */
};

struct sg_networks {
    const struct sg_network *item; /* borrowed */
    size_t n;
};

/* Bits below the prefix must be zero: "10.1.2.3/8" is a mistake. EINVAL with what to write. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_network_parse(struct sg_network *network,
                                                          const char *text,
                                                          struct scrubgate_fault *fault);
/* false for what is no IP address. */
bool sg_networks_contain(const struct sg_networks *networks, const struct sg_address *address);

#endif
