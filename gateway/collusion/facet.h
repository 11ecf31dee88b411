/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facet.h - keyed fingerprints of who takes part: parties, network, TLS library, device.
 *
 * HMAC-SHA-256 truncated to 64 bits, one label per facet (and per brand for customers), so that
 * equal inputs in different facets have unrelated digests. 0 means "not known". E-mail, phone, card
 * and content fingerprints are taken in scan/, where the value is in hand. Keys are replaced with
 * each epoch; agents have one that is not (docs/decisions/33).
 */
#ifndef SG_COLLUSION_FACET_H
#define SG_COLLUSION_FACET_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "base/digest.h"

struct sg_facets; /* the keyed functions; one per thread */

SCRUBGATE_MUST_USE enum scrubgate_status sg_facets_new(struct sg_facets **facets,
                                                       const uint8_t key[SG_KEY_SIZE]);
/* For agents alone: key is theirs as it is. What else is asked for is under no key anyone has. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_facets_of_agents(struct sg_facets **facets,
                                                             const uint8_t key[SG_KEY_SIZE]);
void sg_facets_free(struct sg_facets *facets);

/* Agents', customers', conversations' digests by a key of their own, as it is: one that
 * sg_key_derive gives for their label leaves them what they were. NULL: as before. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_facets_set_own(struct sg_facets *facets,
                                                           const uint8_t *agent,
                                                           const uint8_t *customer,
                                                           const uint8_t *conversation);
/* Another key for all but agents. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_facets_rekey(struct sg_facets *facets,
                                                         const uint8_t key[SG_KEY_SIZE]);
#define SG_FACET_AGENT_LABEL        "scrubgate facet agent 1"
#define SG_FACET_CUSTOMER_LABEL     "scrubgate facet customer 1"
#define SG_FACET_CONVERSATION_LABEL "scrubgate facet conversation 1"

/* Customers and conversations are digested per brand, agents per platform. Empty id: 0. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_facet_customer(struct sg_facets *facets,
                                                           struct sg_bytes brand,
                                                           struct sg_bytes id, uint64_t *out);
SCRUBGATE_MUST_USE enum scrubgate_status sg_facet_agent(struct sg_facets *facets,
                                                        struct sg_bytes id, uint64_t *out);
SCRUBGATE_MUST_USE enum scrubgate_status sg_facet_conversation(struct sg_facets *facets,
                                                               struct sg_bytes brand,
                                                               struct sg_bytes id, uint64_t *out);
/* address: 4 bytes (digested as /24) or 16 (as /48; IPv4-mapped as IPv4); other lengths: 0. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_facet_network(struct sg_facets *facets,
                                                          struct sg_bytes address, uint64_t *out);

/* print: what the client's TLS library gives away (JA4), as text. Empty: 0. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_facet_tls(struct sg_facets *facets,
                                                      struct sg_bytes print, uint64_t *out);

/* One header field of a request, for the device's shape. */
struct sg_facet_field {
    struct sg_bytes name, value;
};
/*
 * Shape v1: names in order with their case, user agent family and major version, first
 * Accept-Language, client-hint platform. Fields that depend on the message (Content-Length, Cookie,
 * Authorization values, traceparent …) count by name only.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_facet_device(struct sg_facets *facets,
                                                         const struct sg_facet_field *fields,
                                                         size_t n, uint64_t *out);

#endif
