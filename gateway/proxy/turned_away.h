/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turned_away.h - requests that never became an exchange: counted, and recorded in sums.
 *
 *     front: refused ──> [turned_away] ── once a second ──> audit: a note for each reason and
 * network
 *
 * A flood of bad requests must neither go unseen nor fill the log: what is alike within a second
 * becomes one record, and what is over SG_TURNED_AWAY_MOST kinds one for all of the rest.
 */
#ifndef SG_PROXY_TURNED_AWAY_H
#define SG_PROXY_TURNED_AWAY_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "base/buf.h"
#include "collusion/facet.h"
#include "http/guard.h"
#include "net/loop.h"
#include "proxy/auditor.h"
#include "proxy/metrics.h"

enum { SG_TURNED_AWAY_MOST = 64 };

/* A worker's; all-zero is none. */
struct sg_turned_away {
    struct sg_timer timer; /* first */
    struct sg_loop *loop;
    struct sg_facets *facets;
    struct sg_audit_port *audit;
    const struct sg_record_source *source;
    struct sg_metrics *metrics;
    struct sg_buf record;
    size_t n;
    struct sg_turned_away_kind {
        const char *word;
        unsigned status;
        uint8_t peer[16]; /* only until the second is over: records have its digest */
        size_t peer_len;
        uint64_t requests;
    } kind[SG_TURNED_AWAY_MOST + 1]; /* the last: the rest */
};

/* All borrowed. */
void sg_turned_away_init(struct sg_turned_away *away, struct sg_loop *loop,
                         struct sg_facets *facets, struct sg_audit_port *audit,
                         const struct sg_record_source *source, struct sg_metrics *metrics);
/* Records what is left. The audit port must still be open. */
void sg_turned_away_fini(struct sg_turned_away *away);

/* why->word lives as long as the program. */
void sg_turned_away_add(struct sg_turned_away *away, struct sg_bytes peer,
                        const struct sg_refusal *why);

#endif
