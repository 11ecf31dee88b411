/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup.h - the addresses of a name, as the system's resolver has them.
 *
 * It blocks for as long as a name server takes: for load time and the resolver's thread only.
 */
#ifndef SG_NET_LOOKUP_H
#define SG_NET_LOOKUP_H

#include <stddef.h>
#include <scrubgate/status.h>

#include "net/listen.h"

enum { SG_ADDRESSES_MOST = 8 };

/* In the order in which they are to be tried. */
struct sg_addresses {
    struct sg_address item[SG_ADDRESSES_MOST];
    size_t n;
};

/*
 * Finds where host (a name, or an address without brackets) is to be connected to; of more than
 * fit the first. EIO with why (static): there is no such name, or nobody who knows; *found stays.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_lookup(void *ctx, const char *host, unsigned port,
                                                   struct sg_addresses *found, const char **why);

#endif
