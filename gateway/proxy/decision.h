/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decision.h - from what a body added up to, to a verdict, an audit record and an event line.
 */
#ifndef SG_PROXY_DECISION_H
#define SG_PROXY_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>
#include <scrubgate/stream.h>

#include "audit/record.h"
#include "base/buf.h"
#include "collusion/event.h"
#include "proxy/generation.h"
#include "proxy/metrics.h"
#include "proxy/parties.h"
#include "proxy/pseudonyms.h"
#include "proxy/relay.h"
#include "proxy/risk.h"
#include "proxy/trace.h"

enum { SG_FOUND_MOST = 256 }; /* more distinct rules than a record could list */

/* What all records of one exchange say; borrowed. */
struct sg_context {
    const struct sg_record_source *source;
    const struct sg_route *route;
    const char *rules; /* digest */
    const struct sg_trace *trace;
    const struct sg_parties *parties;
    struct sg_generation *generation; /* its rules are those of the relay */
    struct sg_pseudonyms *pseudonyms; /* NULL: records name nobody */
    struct sg_metrics *metrics;       /* counts those that do not; NULL: nobody counts */
};

/* One body's decision. */
struct sg_judgement {
    enum scrubgate_direction direction;
    enum sg_verdict verdict;
    enum sg_record_part part;
    bool request; /* its sender is the client: network and device are the sender's */
    const struct sg_assessment *assessment; /* NULL: it was not judged */
};

/* clean, masked, diverted or blocked by what was found; refused when the relay refuses or gave in.
 * In shadow mode what it would have been. */
enum sg_verdict sg_decision_verdict(const struct sg_relay *relay);
/* Why a refused relay refuses. */
enum sg_reason sg_decision_reason(const struct sg_relay *relay);
/* "to-agent" or "to-customer". */
const char *sg_direction_word(enum scrubgate_direction direction);

/* The rules that matched, with counts. ELIMIT over SG_FOUND_MOST. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_decision_found(
    const struct sg_relay *relay, struct sg_record_rule found[SG_FOUND_MOST], size_t *n);

/* Appends the audit record (without its seq, as sg_record_decision). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_decision_record(struct sg_buf *out,
                                                            const struct sg_context *context,
                                                            const struct sg_relay *relay,
                                                            const struct sg_judgement *judgement);
/* Whether what is said there must not be analysed: no event, no risk, no fingerprints of it. */
bool sg_decision_private(const struct sg_context *context);
/* Fills the line for collusion analysis; borrowed from context. */
void sg_decision_event(struct sg_collusion_event *event, const struct sg_context *context,
                       const struct sg_relay *relay, const struct sg_judgement *judgement);
/* Counts one decided message, and the rule that failed on it; its first failure is logged. */
void sg_decision_count(struct sg_metrics *metrics, const struct sg_context *context,
                       const struct sg_relay *relay, const struct sg_judgement *judgement);

#endif
