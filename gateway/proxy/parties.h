/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parties.h - who takes part in an exchange: named by the route's `identity`, kept as digests.
 *
 *     headers, constants ─┐
 *     body (captures) ────┴─> settle ─> facets (keyed digests) and four plain words
 *
 * Customer, agent and conversation leave here as digests only. Brand, channel, queue and event are
 * words about the business, not about a person: they are recorded as they are, escaped and cut.
 */
#ifndef SG_PROXY_PARTIES_H
#define SG_PROXY_PARTIES_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "base/bytes.h"
#include "body/scrub.h"
#include "collusion/event.h"
#include "http/header.h"
#include "proxy/config.h"
#include "proxy/digests.h"

/* What the client's connection tells; each empty when it is not known. */
struct sg_peer {
    struct sg_bytes address;
    struct sg_bytes tls_print;
};

/* All-zero is an empty one. */
struct sg_parties {
    struct sg_bytes value[SG_PARTIES];     /* borrowed from headers, config, captures */
    struct sg_capture capture[SG_PARTIES]; /* the body sources, the first n */
    enum sg_party captured[SG_PARTIES];    /* whom capture[i] names */
    size_t n;
    bool told_twice[SG_PARTIES];         /* by two header fields that differ */
    char channel[64];                    /* NUL-ended; "" while not known */
    struct sg_record_facets facets;      /* the log's; without content and identities */
    struct sg_collusion_was now, before; /* for events: under the epoch's key, and the one before */
    uint32_t epoch;                      /* its number */
    bool told_tls;                       /* the route says where it is told of */
    bool settled;
};

/* Takes what headers and constants name and sets up a capture for each body source. */
void sg_parties_begin(struct sg_parties *parties, const struct sg_route *route,
                      const struct sg_headers *headers);
/* True when a body source is still wanted: the captures have not been filled. */
bool sg_parties_wanting(const struct sg_parties *parties);
/* Whether it cannot be told who that is: named twice and not the same, too long, or, where the body
 * has not all come, perhaps still to be named. */
bool sg_parties_unclear(const struct sg_parties *parties, enum sg_party party, bool all_has_come);
enum { SG_SENDER_PARTS = 5 };
/* What names the sender of a message in that direction, in its conversation, as far as it is known
 * by now: fills parts (borrowed) and answers how many. 0: neither conversation nor customer is
 * known. request: or the answer to one, whose sender is a program of its own. */
size_t sg_parties_sender(const struct sg_parties *parties, enum scrubgate_direction direction,
                         bool request, struct sg_bytes parts[SG_SENDER_PARTS]);
/* Takes what the captures hold and digests it all, with what the connection tells and the shape of
 * the request, for digests' epoch. May be called again when more captures were filled. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_parties_settle(struct sg_parties *parties,
                                                           struct sg_digests *digests,
                                                           const struct sg_peer *peer,
                                                           const struct sg_headers *headers);
/* Wipes what was captured; keeps the memory for the next exchange. */
void sg_parties_clear(struct sg_parties *parties);
void sg_parties_fini(struct sg_parties *parties);

#endif
