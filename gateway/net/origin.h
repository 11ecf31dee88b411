/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origin.h - what an upstream URL came to: for the upstream's own files.
 */
#ifndef SG_NET_ORIGIN_H
#define SG_NET_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/listen.h"
#include "net/upstream.h"

enum { SG_ORIGIN_ADDRESSES = 8 };

struct sg_origin {
    bool tls;
    bool numeric;    /* host is an IP address */
    char *host;      /* lower case, without brackets; "localhost" for a unix socket */
    char *authority; /* host[:port], for Host */
    char *path;      /* begins with / */
    /* What tells its connections from another's: scheme, host, port and addresses. Two origins with
     * the same key may use each other's connections. */
    char *key;
    uint64_t hash; /* of key */
    struct sg_address address[SG_ORIGIN_ADDRESSES];
    size_t n; /* at least 1 */
};

#endif
