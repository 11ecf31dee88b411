/* SPDX-License-Identifier: Apache-2.0 */
/*
 * assess.h - a decided message and its judgement: what is asked, and what is said of the answer.
 *
 *     leg ──> ask ──> risk.h ──> assessment ──> the upstream's header    what is not in shadow
 *                                          ├──> the audit record         all of it
 *                                          └──> counters
 *
 * Nothing of it ever goes to a client, in either direction.
 */
#ifndef SG_PROXY_ASSESS_H
#define SG_PROXY_ASSESS_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "base/buf.h"
#include "proxy/decision.h"
#include "proxy/metrics.h"
#include "proxy/risk.h"

/* A request's body whose decision stands, but for this. */
struct sg_assess {
    const struct sg_context *context;
    const struct sg_relay *relay;
    const struct sg_judgement *judgement;
    bool has_body;
    bool leaves; /* nothing else keeps it here */
};

/* Whether it cannot be told which agent serves which brand by it: of what has not all come, not
 * yet. */
bool sg_assess_unclear(const struct sg_assess *message);
/* Judges it. The parties are settled. At the end of a stream, of which some has left, only where it
 * was not clear before, or is not any more. Below zero: it must not leave. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_assess(struct sg_risks *risks,
                                                   const struct sg_assess *message,
                                                   struct sg_assessment *assessment);

/* Appends what the upstream is told: 0.87, reasons=(pair;w=7.2), action=divert. No risk of what is
 * not scored; the action only where it counts: not of a route that only watches. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_assessment_print(const struct sg_assessment *assessment,
                                                             bool shadow, struct sg_buf *out);
void sg_assessment_count(const struct sg_assessment *assessment, struct sg_metrics *metrics,
                         uint64_t ns);

#endif
