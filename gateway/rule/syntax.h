/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax.h - read a pattern ourselves: how long a match can be, and what it may look at.
 *
 * Our parser of the supported PCRE2 subset. It proves the bounds that make streaming exact, and
 * refuses with a position what it does not know: \G \K \C \X, recursion, subroutines, conditionals,
 * callouts, backtracking verbs, (?m), unbounded repeats, lookbehind in lookbehind, a pattern that
 * can match empty. Patterns are matched byte by byte (no UTF mode), so a literal beyond ASCII is a
 * run of bytes that repeats as one, and in a class it is rewritten: [a·] becomes a|\xC2\xB7, and
 * [а-я] its byte ranges. A negated class with such a member is refused. \xHH and \x{HH} up to FF
 * are bytes, above that code points. \h \v \R know the blanks and line ends of Unicode in UTF-8.
 * (?i) folds ASCII letters only. A lookbehind of several lengths is written out, up to 64 ways.
 */
#ifndef SG_RULE_SYNTAX_H
#define SG_RULE_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

enum {
    SG_PATTERN_LONGEST = 16384, /* most bytes a match may have */
    SG_PATTERN_BEHIND = 64,     /* most bytes a lookbehind may see */
    SG_PATTERN_AHEAD = 64       /* most bytes a lookahead may see beyond the match */
};

/* What every match of a pattern keeps to; all in bytes. */
struct sg_extent {
    size_t min, max; /* length of a match; 1 <= min <= max <= SG_PATTERN_LONGEST */
    size_t behind;   /* how far before the match it looks (\b counts 1) */
    size_t ahead;    /* how far beyond the match it looks (\b and $ count 1) */
};

struct sg_syntax {
    struct sg_extent extent;
    struct sg_buf text; /* what PCRE2 is to compile: printed from what was read */
    bool hollow; /* an atomic group can be empty: PCRE2 10.42 must not possess repeats itself,
                    or [ab]{0,2}(?:xy)?+b misses "bb" */
};

/*
 * Parses text into *syntax (initialised here; fini after success). On EINVAL *at is the byte offset
 * in text of the trouble and fault->what says it (file, line and column are left to the caller).
 * may_be_empty allows min 0: for `unless`, which looks at text before a match.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_syntax_parse(struct sg_syntax *syntax,
                                                         struct sg_bytes text, bool may_be_empty,
                                                         size_t *at, struct scrubgate_fault *fault);
void sg_syntax_fini(struct sg_syntax *syntax);

#endif
