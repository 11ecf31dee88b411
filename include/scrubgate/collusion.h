/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collusion.h - keyed fingerprints of who takes part in a conversation.
 *
 *     id, address, header fields + key -> 64 bits that say "the same" and nothing else
 *
 * HMAC-SHA-256 truncated to 64 bits: equal inputs of different kinds have unrelated digests, and
 * without the key none can be found by trying. 0 means "not known". With the same key the gateway
 * writes the same digests into its records and events.
 */
#ifndef SCRUBGATE_COLLUSION_H
#define SCRUBGATE_COLLUSION_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

enum { SCRUBGATE_KEY_SIZE = 32 };

struct scrubgate_facets; /* the keyed functions; one per thread */

enum scrubgate_party {
    SCRUBGATE_CUSTOMER,    /* per brand: two brands cannot link theirs */
    SCRUBGATE_AGENT,       /* the same whatever the brand */
    SCRUBGATE_CONVERSATION /* per brand */
};

/* One header field of a request, as it came. */
struct scrubgate_field {
    const char *name, *value;
};

/* Copies what it needs of the key. *facets is NULL on error. */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_facets_new(
    struct scrubgate_facets **facets, const uint8_t key[SCRUBGATE_KEY_SIZE]);
void scrubgate_facets_free(struct scrubgate_facets *facets); /* NULL is fine */

/* brand may be NULL. An empty id: 0. */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_facet_party(struct scrubgate_facets *facets,
                                                               enum scrubgate_party party,
                                                               const char *brand, const void *id,
                                                               size_t len, uint64_t *digest);
/* An address in network order: 4 bytes (digested as /24) or 16 (as /48); other lengths: EINVAL. */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_facet_network(struct scrubgate_facets *facets,
                                                                 const void *address, size_t len,
                                                                 uint64_t *digest);
/* The TLS client fingerprint JA4, as text. Empty: 0. */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_facet_tls(struct scrubgate_facets *facets,
                                                             const char *print, uint64_t *digest);
/* The shape of a request: its field names in order and case, browser family, language, platform. At
 * most 128 fields: ELIMIT. */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_facet_device(
    struct scrubgate_facets *facets, const struct scrubgate_field *fields, size_t n,
    uint64_t *digest);

#endif
