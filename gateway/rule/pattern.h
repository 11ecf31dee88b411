/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pattern.h - one compiled pattern with known bounds: the home of PCRE2.
 *
 * Compiled byte-exact (never UTF or UCP), `$` only at the very end, with JIT for whole and partial
 * matching where the machine has it. Matching has limits; a run over them is an error, never
 * "no match".
 */
#ifndef SG_RULE_PATTERN_H
#define SG_RULE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "rule/syntax.h"

struct sg_pattern; /* immutable, shared by threads */
struct sg_matcher; /* one thread's memory for matching: match data, limits, JIT stack */

enum sg_match {
    SG_MATCH_NONE,   /* no match starts in [from, text.len), whatever follows */
    SG_MATCH_FOUND,  /* the leftmost match, whatever follows */
    SG_MATCH_PARTIAL /* nothing before span.start (< text.len); whether one starts there needs more
                        text */
};

/* Parses and compiles. Faults as sg_syntax_parse: *at is an offset in text. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_pattern_new(struct sg_pattern **pattern,
                                                        struct sg_bytes text, bool may_be_empty,
                                                        size_t *at, struct scrubgate_fault *fault);
/* Compiles it once more for single starts: worth it for what is searched within few. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_pattern_anchor(struct sg_pattern *pattern);
void sg_pattern_free(struct sg_pattern *pattern);
const struct sg_extent *sg_pattern_extent(const struct sg_pattern *pattern);
/* What PCRE2 compiled: parses to the same pattern again. */
struct sg_bytes sg_pattern_text(const struct sg_pattern *pattern);

/*
 * The leftmost match that starts at or after from. text may be a window into a longer text: its
 * first byte is taken as the start of the text only by \A and ^ at offset 0, so callers keep at
 * least extent.behind bytes (and one) before from unless the text really starts there. last: the
 * text ends at text.len; else a match that would depend on later bytes is PARTIAL (PARTIAL_HARD).
 * EMATCH when PCRE2 gives up (match, depth, heap limit, JIT stack) or fails in any way.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_pattern_search(const struct sg_pattern *pattern,
                                                           struct sg_matcher *matcher,
                                                           struct sg_bytes text, size_t from,
                                                           bool last, enum sg_match *match,
                                                           struct sg_span *span);

/*
 * The same for matches that start at `from` to `to`, both included, to < text.len; `last` as above.
 * NONE says nothing of later starts. Sees no more of the text than it needs.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_pattern_search_within(
    const struct sg_pattern *pattern, struct sg_matcher *matcher, struct sg_bytes text, size_t from,
    size_t to, bool last, enum sg_match *match, struct sg_span *span);

/*
 * For lint: true when every match in text is found, and every start given up, within so many units
 * of PCRE2's match limit. Counts by the interpreter too: JIT does not count giving back bytes.
 */
bool sg_pattern_fits(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                     struct sg_bytes text, uint32_t units);

SCRUBGATE_MUST_USE enum scrubgate_status sg_matcher_new(struct sg_matcher **matcher);
void sg_matcher_free(struct sg_matcher *matcher);
/* PCRE2's own word for the last EMATCH of this matcher, such as "match limit exceeded". */
const char *sg_matcher_error(const struct sg_matcher *matcher);
/* EMATCH with that word: for who gives up on a search before PCRE2 does. */
enum scrubgate_status sg_matcher_refuse(struct sg_matcher *matcher, const char *why);

/* "PCRE2 10.42 2022-12-11", static; and whether it can JIT here. */
const char *sg_pattern_library(void);
bool sg_pattern_has_jit(void);

#endif
