/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transcript.h - all that one scan of one text told, in a form that can be compared.
 *
 * Holds the edits in order and the findings as a set; that what was kept is the text itself, each
 * byte once, is looked at while it comes. How keeps and edits were cut into calls does not count.
 */
#ifndef SG_TESTS_TRANSCRIPT_H
#define SG_TESTS_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "scan/scanner.h"

#include "chatter.h"

struct sg_told {
    uint64_t start, end, fingerprint;
    uint32_t rule, level;
    bool contextual;
};

/* Zeroed is an empty one. */
struct sg_transcript {
    enum scrubgate_status rc; /* of the scan */
    bool broken;              /* a gap, an overlap, or what was kept is not the text */
    struct sg_buf edits;
    struct sg_told *told; /* sorted, once the scan has ended */
    size_t n_told, cap;
    /* While it is written: */
    struct sg_scanner *scanner;
    struct sg_scan_sink sink;
    struct sg_bytes text;
    size_t longest, pos;
    struct sg_dice dice;
    uint64_t next;
};

/*
 * Starts to scan text as one value: whole when longest is 0, else in pieces of 1 to longest bytes
 * by dice (copied; may be NULL for the whole). Each piece is a copy that is gone after the call,
 * with something else behind it: what looks beyond its end sees what never comes.
 */
void sg_transcript_begin(struct sg_transcript *transcript, struct sg_scanner *scanner,
                         struct sg_bytes text, size_t longest, const struct sg_dice *dice);
/* Feeds the next piece; false when that was the last one, or was refused. */
bool sg_transcript_step(struct sg_transcript *transcript);
/* Both, to the end. */
void sg_transcript_take(struct sg_transcript *transcript, struct sg_scanner *scanner,
                        struct sg_bytes text, size_t longest, const struct sg_dice *dice);
/* The same answer, and when that is not a refusal the same edits and findings. */
bool sg_transcript_same(const struct sg_transcript *a, const struct sg_transcript *b);
void sg_transcript_fini(struct sg_transcript *transcript);

#endif
