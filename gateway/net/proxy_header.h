/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_header.h - the PROXY header, versions 1 and 2, that a load balancer puts before the first
 * byte of a connection to tell whose it is.
 *
 *     "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"   or   12 bytes of signature and a binary
 * head
 *
 * Pure: bytes in, answer out. After the PROXY protocol's specification of 2020 (haproxy.org).
 */
#ifndef SG_NET_PROXY_HEADER_H
#define SG_NET_PROXY_HEADER_H

#include <stddef.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "net/listen.h"

enum { SG_PROXY_HEADER_MOST = 4096 + 16 }; /* bytes: no longer one is taken */

/*
 * Reads the header that text begins with.
 *
 *     OK          it is `used` bytes long. from->len is 0 when it tells of no address (LOCAL,
 *                 UNKNOWN, a unix socket): the connection's own then counts.
 *     FULL        so far so good: ask again with more behind it.
 *     EMALFORMED  it is none, or a broken one; said as soon as the bytes show it. why is static.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_proxy_header_read(struct sg_bytes text, size_t *used,
                                                              struct sg_address *from,
                                                              const char **why);

#endif
