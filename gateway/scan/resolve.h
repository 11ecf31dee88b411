/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolve.h - from findings to edits: the union of all matches is masked, the best-ranked names it.
 *
 *     findings, any order -> [pending, by start] -> [cluster] -> edits and clear bytes, in order
 *
 * A cluster is a run of findings each of which shares a byte with the run before it. It keeps where
 * it starts and ends, its winner and a copy of the winner's bytes, whatever its length.
 */
#ifndef SG_SCAN_RESOLVE_H
#define SG_SCAN_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "scan/action.h"
#include "scan/engine.h"
#include "scan/scanner.h"

struct sg_cluster {
    bool open;
    uint64_t start, end;
    struct sg_finding winner;
    struct sg_buf value;     /* the winner's bytes */
    struct sg_reveal reveal; /* what every match in it allows to show */
    bool one_span;           /* all its matches cover the same bytes */
};

/* One message's; values one after another. */
struct sg_resolver {
    struct sg_finding *pending; /* accepted, not yet taken up */
    size_t n_pending, cap;
    struct sg_buf values; /* of pending findings in the folded view */
    struct sg_cluster cluster;
    uint64_t emitted; /* the value's bytes before it have been given away */
    uint64_t kept;    /* in shadow mode: bytes before it were handed to keep */
    bool shadow;
    struct sg_buf text;           /* the replacement being made */
    struct sg_distinct *distinct; /* for {n} */
    size_t n_distinct, cap_distinct;
    struct sg_content *content; /* NULL: no content fingerprint is made */
    const struct sg_scan_sink *sink;
};

/* Starts a message. resolver is zeroed or another message's. */
void sg_resolver_reset(struct sg_resolver *resolver, bool shadow, struct sg_content *content);
/* Wipes what a message has left; small memory is kept for the next. */
void sg_resolver_clear(struct sg_resolver *resolver);
void sg_resolver_fini(struct sg_resolver *resolver);
/* Starts a value. */
void sg_resolver_begin(struct sg_resolver *resolver, const struct sg_scan_sink *sink);
/* Notes an accepted finding. With finding->folded, value is what it covers in the view. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_resolver_add(struct sg_resolver *resolver,
                                                         const struct sg_finding *finding,
                                                         struct sg_bytes value);
/* No finding that starts before frontier is still to come: tells, clusters, gives away. The window
 * holds everything from the last frontier on. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_resolver_settle(struct sg_resolver *resolver,
                                                            const struct sg_window *window,
                                                            uint64_t frontier);

#endif
