/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup.c - the addresses of a name, as the system's resolver has them.
 */
#include "net/lookup.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

enum scrubgate_status sg_lookup(void *ctx, const char *host, unsigned port,
                                struct sg_addresses *found, const char **why)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    struct sg_addresses made = {.n = 0};
    char service[8];
    (void)ctx;
    (void)snprintf(service, sizeof service, "%u", port);
    int rc = getaddrinfo(host, service, &hints, &list);
    if (rc == EAI_MEMORY)
        return SCRUBGATE_ENOMEM;
    *why = rc == 0 ? "no address" : gai_strerror(rc);
    if (rc != 0)
        return SCRUBGATE_EIO;
    for (struct addrinfo *at = list; at != NULL && made.n < SG_ADDRESSES_MOST; at = at->ai_next) {
        struct sg_address *address = &made.item[made.n];
        if (at->ai_addrlen > sizeof address->storage)
            continue;
        memcpy(&address->storage, at->ai_addr, at->ai_addrlen);
        address->len = at->ai_addrlen;
        made.n++;
    }
    freeaddrinfo(list);
    if (made.n == 0)
        return SCRUBGATE_EIO;
    *found = made;
    return SCRUBGATE_OK;
}
