/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arrivals.h - how connections of each address begin: certificates in force, PROXY headers.
 *
 * Made with a generation, so that a certificate that cannot be used refuses the whole reload. The
 * first one's stay for the process's life, and later ones only lend them their certificates.
 */
#ifndef SG_PROXY_ARRIVALS_H
#define SG_PROXY_ARRIVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "net/arrival.h"
#include "proxy/config.h"

struct sg_arrivals;

/* One for each address of the config, which it does not need later. EINVAL with the file. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_arrivals_new(struct sg_arrivals **arrivals,
                                                         const struct sg_config *config,
                                                         struct scrubgate_fault *fault);
/* Borrowed until free; shared by threads. */
const struct sg_arrival *sg_arrivals_at(const struct sg_arrivals *arrivals, size_t address);
/* Whether running arrivals can take another config's certificates: nothing else has changed. */
bool sg_arrivals_same(const struct sg_door *a, const struct sg_door *b);
/* New handshakes use the certificates of fresh, made from a config that is the same. */
void sg_arrivals_renew(struct sg_arrivals *arrivals, struct sg_arrivals *fresh);
/* After the connections. NULL is fine. */
void sg_arrivals_free(struct sg_arrivals *arrivals);

#endif
