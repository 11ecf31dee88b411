/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.h - whether a Host names a host (RFC 9110, 7.2; RFC 3986, 3.2.2).
 */
#ifndef SG_HTTP_HOST_H
#define SG_HTTP_HOST_H

#include <stdbool.h>

#include "base/bytes.h"

/* A name or an address, perhaps with a port. Not an empty one, nor a list of them, which no two
 * parties would take the same part of. */
bool sg_host_valid(struct sg_bytes host);

#endif
