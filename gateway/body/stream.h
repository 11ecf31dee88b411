/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - scrub one message body: the public stream with what only the gateway asks for.
 */
#ifndef SG_BODY_STREAM_H
#define SG_BODY_STREAM_H

#include <scrubgate/stream.h>

#include "body/scrub.h"
#include "scan/tail.h"

/* All-zero is: nothing remembered. Its owner wipes it: sg_tail_wipe. */
struct scrubgate_tail {
    struct sg_tail own;
};

/*
 * As scrubgate_stream_open, and fills captures (borrowed, n of them, initialised by the caller)
 * while the body passes.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_stream_open(
    struct scrubgate_stream **s, const struct scrubgate_ruleset *rules,
    struct scrubgate_scratch *scratch, const struct scrubgate_stream_config *config,
    struct sg_capture *captures, size_t n);

/* One that only fills captures and scans nothing: what comes out is to be thrown away. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_stream_open_names(
    struct scrubgate_stream **s, const struct scrubgate_ruleset *rules,
    struct scrubgate_scratch *scratch, const struct scrubgate_stream_config *config,
    struct sg_capture *captures, size_t n);

/* Pushes a whole body at once and appends what comes out to out, which may be NULL: thrown away.
 * DONE, or why it was refused; then nothing was appended by the push that was. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_stream_run(struct scrubgate_stream *s,
                                                       struct sg_bytes body, struct sg_buf *out);

/* What the body adds up to so far; lives as long as the stream. */
const struct sg_summary *sg_stream_summary(const struct scrubgate_stream *s);
/* Closes it, and hands on what the body added up to: the caller's, for sg_summary_fini. */
void sg_stream_close_into(struct scrubgate_stream **s, struct sg_summary *summary);

#endif
