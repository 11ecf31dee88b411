/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asker.h - many requests to one server, one after the other, for a caller who may wait: over a few
 * connections that stay open, each from an address of its own if wanted.
 *
 *     ask(line, head, body) -> the line's connection, or a new one -> status, fields, body
 *
 * For trying a gateway: a PROXY header (net/proxy_header.h) may begin each connection, so that the
 * server takes it for another client's. Plain HTTP only.
 */
#ifndef SG_NET_ASKER_H
#define SG_NET_ASKER_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "http/head.h"

struct sg_asker;

struct sg_asker_config {
    const char *url; /* "http://127.0.0.1:8080/", "unix:/socket:/" */
    bool anywhere;   /* false: only where this machine answers itself */
    bool told;       /* each line begins with a PROXY header that tells its address */
    uint64_t total_ns;
};

/* EINVAL: a URL that is none, https, or of another machine. EIO: its host is not known. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_asker_new(struct sg_asker **asker,
                                                      const struct sg_asker_config *config,
                                                      struct scrubgate_fault *fault);
void sg_asker_free(struct sg_asker *asker);                       /* NULL is fine */
struct sg_bytes sg_asker_path(const struct sg_asker *asker);      /* of the URL; begins with / */
struct sg_bytes sg_asker_authority(const struct sg_asker *asker); /* for Host */

/* Borrowed until the next ask. */
struct sg_asked {
    const struct sg_head *head;
    struct sg_bytes body; /* at most 64 KiB: what is more is dropped */
};

/*
 * Sends a whole head and its body, and waits for the answer. line: any number; the same is the same
 * client, whose address, where it is told, is made from it (fdxx:xxxx:xxxx::1, 40 bits of it). A
 * kept connection that turns out closed is replaced once. EIO: not reached, closed, too slow, or no
 * HTTP; the fault says which.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_asker_ask(struct sg_asker *asker, uint64_t line,
                                                      struct sg_bytes head, struct sg_bytes body,
                                                      struct sg_asked *answer,
                                                      struct scrubgate_fault *fault);

#endif
