/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finding.h - a span of a value with the rule that matched it.
 */
#ifndef SG_SCAN_FINDING_H
#define SG_SCAN_FINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "rule/rule.h"

/* Offsets count from the start of the value, so they never change while it streams. */
struct sg_finding {
    const struct sg_rule *rule;
    uint64_t start, end;
    unsigned level;       /* the rule's, raised by near */
    bool contextual;      /* a near word stood beside it */
    uint64_t fingerprint; /* keyed digest of the normalised value; 0: no key */
    uint64_t was;         /* the same under the key before; 0: there is none */
    bool folded;          /* found in the folded view: its value is the view's */
    struct sg_span value; /* then where the resolver keeps it */
};

/* A number for a finding, by which sets of findings can be compared as sums; salt: where it was
 * found. */
uint64_t sg_finding_mix(const struct sg_finding *finding, uint64_t salt);

/* Better-ranked first: validated, contextual, longest, leftmost, rule order. Below zero: a first.
 */
int sg_finding_rank(const struct sg_finding *a, const struct sg_finding *b);

#endif
