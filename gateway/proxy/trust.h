/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust.h - whether this process still takes the fast scan engine at its word.
 *
 *     1 in N messages -> both engines -> the same: counted
 *                                     -> not the same: counted, told, recorded; from then on every
 *                                        stream opens with the reference engine
 *
 * A difference is a fault of ours, not of the rules: no reload mends it, only a restart forgets it.
 */
#ifndef SG_PROXY_TRUST_H
#define SG_PROXY_TRUST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <scrubgate/stream.h>

#include "audit/record.h"
#include "proxy/auditor.h"
#include "proxy/generation.h"
#include "proxy/metrics.h"

/* One for the process, shared by its threads; all-zero is trust. */
struct sg_trust {
    atomic_bool lost;
};

bool sg_trust_lost(const struct sg_trust *trust);

/* With which engine a stream that opens now scans, and how often with both. */
void sg_trust_choose(const struct sg_trust *trust, const struct sg_config *config,
                     struct scrubgate_stream_config *stream);

/* Where a value was scanned by both engines. All borrowed. */
struct sg_trust_case {
    struct sg_metrics *metrics; /* of the thread that calls */
    struct sg_audit_port *audit;
    const struct sg_record_source *source;
    const struct sg_generation *generation;
    const char *id; /* of the exchange: its records can be found by it */
};

/* Counts the value. The first difference is written to the operator's log and the audit log. */
void sg_trust_rechecked(struct sg_trust *trust, const struct sg_trust_case *seen, bool same);

#endif
