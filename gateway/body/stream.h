/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - scrub one message body: the public stream with what only the gateway asks for.
 */
#ifndef SG_BODY_STREAM_H
#define SG_BODY_STREAM_H

#include <scrubgate/stream.h>

#include "body/scrub.h"

/*
 * As scrubgate_stream_open, and fills captures (borrowed, n of them, initialised by the caller)
 * while the body passes.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_stream_open(
    struct scrubgate_stream **s, const struct scrubgate_ruleset *rules,
    struct scrubgate_scratch *scratch, const struct scrubgate_stream_config *config,
    struct sg_capture *captures, size_t n);

/* What the body adds up to so far; lives as long as the stream. */
const struct sg_summary *sg_stream_summary(const struct scrubgate_stream *s);

#endif
