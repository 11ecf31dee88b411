/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_api.h - the engine as an API: text in, findings or scrubbed text out, as JSON.
 *
 *     /v1/scrub   {"text":"…"} or a body of any type that can be inspected
 *                 -> {"text":"…","findings":[{"rule":…,"entity":…,"start":…,"end":…}]}
 *     /analyze    {"text":"…"} -> [{"entity_type":…,"start":…,"end":…,"score":…}]
 *     /anonymize  {"text":"…"} -> {"text":"…","items":[{"operator":"replace","entity_type":…,
 *                                   "start":…,"end":…,"text":…}]}
 *
 * Offsets count code points: of the text that came in; for the items of /anonymize, of the text
 * that goes out, as Presidio does. A raw body's are bytes of the decoded body.
 */
#ifndef SG_PROXY_ENGINE_API_H
#define SG_PROXY_ENGINE_API_H

#include <stdbool.h>
#include <scrubgate/ruleset.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

enum sg_engine_call { SG_ENGINE_SCRUB, SG_ENGINE_ANALYZE, SG_ENGINE_ANONYMIZE };

/* What came, and with what to look at it. */
struct sg_engine_request {
    enum sg_engine_call call;
    struct sg_bytes body;
    struct sg_bytes content_type, content_encoding; /* empty: absent */
    const struct scrubgate_ruleset *rules;
    struct scrubgate_scratch *scratch;
    bool by_reference; /* the reference engine scans */
};

/* Appends the answer. Below zero: refused, detail (may be NULL to leave it) says why without a byte
 * of the body; EINVAL when the request is no such JSON. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_engine_answer(const struct sg_engine_request *request,
                                                          struct sg_buf *out,
                                                          struct scrubgate_fault *fault);

#endif
