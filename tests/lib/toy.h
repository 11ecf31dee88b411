/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy.h - rules made from a few lines of YAML, and a text scanned with them in pieces.
 */
#ifndef SG_TESTS_TOY_H
#define SG_TESTS_TOY_H

#include <stddef.h>

#include "base/buf.h"
#include "rule/ruleset.h"
#include "scan/scanner.h"

/* Compiles "pack: toy" and the rules given; fails the test, with the fault, when it cannot. */
struct scrubgate_ruleset *sg_toy_rules(const char *rules);

/* A scanner's results as they are told. */
struct sg_toy {
    struct sg_buf out;  /* kept bytes and replacements, in order */
    struct sg_buf told; /* "rule@start-end " for each finding */
    uint64_t next;      /* where the next keep or edit must start */
};
void sg_toy_fini(struct sg_toy *toy);

/* Scans text as one value: a first piece of `first` bytes, then pieces of `step`. Fails the test
 * when what comes has gaps. Returns the feed's last answer. */
enum scrubgate_status sg_toy_scan(struct sg_toy *toy, struct sg_scanner *scanner,
                                  struct sg_bytes text, size_t first, size_t step);

#endif
