/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers.h - how many connections each address has, so that none takes them all.
 *
 * An IPv6 address counts as its /64: whoever has one address of a network has them all.
 */
#ifndef SG_NET_PEERS_H
#define SG_NET_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

struct sg_peers;

/* most: connections of one address. ENOMEM, EIO. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_peers_new(struct sg_peers **peers, size_t most);
void sg_peers_free(struct sg_peers *peers);

/* One more connection of an address of 4 or 16 bytes. False: it has as many as it may, or there is
 * no memory to count it. */
bool sg_peers_add(struct sg_peers *peers, struct sg_bytes address);
/* One that was added is over. */
void sg_peers_drop(struct sg_peers *peers, struct sg_bytes address);

#endif
