/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analysis_json.h - an analysis for programs: one JSON object.
 *
 *     {"from":ms,"to":ms,"tickets":n,"lone":n,"strays":n,"threshold":x,…,"bands":[{"tickets_most":n,"doubt":x}],
 *      "agents":[{"agent":"…","score":x,"p":x,"q":x,"flagged":b,"ring":n|null,"tickets":n,"thin":b,
 *                 "pairs":[{"agent":"…","observed":x,"expected":x,"z":x}] (of flagged ones)}],
 *      "customers":[{"customer":"…","score":x,"probability":x,"ring":n|null,"tickets":n,"to_ring":n,
 *                    "expected":x}],
 *      "rings":[{"ring":n,"agents":["…"],"customers":["…"],"density":x,"threshold":x,"observed":x,
 *                "expected":x,"from":ms,"to":ms,"edges":[{"a":"…","b":"…","observed":x,…}],
 *                "likely":[x],"evidence":[{"ticket":"…","t":ms,"customer":"…","agent":"…",
 *                "probability":x}],"days":[{"observed":n,"expected":x}]}],
 *      "identity_rings":[{"customers":["…"],"tickets":n,"score":x,"q":x,"from":ms,"to":ms,
 *                         "links":[{"kind":"network","digest":"…","customers":["…"]}],
 *                         "reached":[{"agent":"…","tickets":n,"customers":n,"expected":x,"score":x}]}],
 *      "role_swaps":[{"agent":"…","other":"…","circle":n,"third":"…","suspected":b,"kinds":["…"],
 *                     "customers":["…"],"tickets":n,"expected":x,"bits":x,"score":x}]}
 */
#ifndef SG_COLLUSION_ANALYSIS_JSON_H
#define SG_COLLUSION_ANALYSIS_JSON_H

#include <scrubgate/status.h>

#include "base/buf.h"
#include "collusion/analysis.h"

/* Appends it with an LF. deals are those of the analysis. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_analysis_json(const struct sg_analysis *analysis,
                                                          const struct sg_deals *deals,
                                                          struct sg_buf *out);

#endif
