/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listen.h - an address to listen on or to connect to: "127.0.0.1:8080", "[::1]:80", "unix:/path".
 */
#ifndef SG_NET_LISTEN_H
#define SG_NET_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <scrubgate/status.h>

struct sg_address {
    struct sockaddr_storage storage;
    socklen_t len;
};

/* Numeric hosts and unix: only. EINVAL with what to write. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_address_parse(struct sg_address *address,
                                                          const char *text,
                                                          struct scrubgate_fault *fault);
/* "127.0.0.1:8080"; always ended. */
void sg_address_print(const struct sg_address *address, char *text, size_t cap);

/*
 * A non-blocking, close-on-exec listening socket. The first one of an address is opened without
 * share, which fails when anyone else has the address; one per further worker joins it with share
 * (SO_REUSEPORT; TCP only, a unix socket is opened once and duplicated). EIO with the address and
 * errno's word ("address already in use: …, stop the other …").
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_listen_open(const struct sg_address *address,
                                                        bool share, int *fd,
                                                        struct scrubgate_fault *fault);

#endif
