/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spans.h - scrubgate scrub --spans: what would be masked, as code point offsets, line by line.
 */
#ifndef SG_CLI_SPANS_H
#define SG_CLI_SPANS_H

#include <stdio.h>
#include <scrubgate/ruleset.h>
#include <scrubgate/stream.h>

/*
 * Reads {"id":…,"text":…} or {"id":…,"messages":[…]} lines and prints a line of spans for each.
 * base gives level, direction, channel and engine. Returns an exit code; a line that is no such
 * object is printed as "name:line: what" and ends the run.
 */
int sg_spans_run(FILE *in, const char *name, const struct scrubgate_ruleset *set,
                 struct scrubgate_scratch *scratch, const struct scrubgate_stream_config *base);

#endif
