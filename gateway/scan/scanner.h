/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scanner.h - one text value in, in pieces; clear bytes and edits out, in order.
 *
 *     feed -> window -> lanes (the text, its views) -> resolve (clusters) -> sink
 *
 * The scanner knows no format: bodies decode their values and map offsets back. What it hands to
 * the sink covers the value without gaps or overlaps, each byte once, the same for every chunking.
 */
#ifndef SG_SCAN_SCANNER_H
#define SG_SCAN_SCANNER_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/ruleset.h>
#include <scrubgate/status.h>
#include <scrubgate/stream.h>

#include "base/bytes.h"
#include "rule/path.h"
#include "rule/rule.h"
#include "scan/finding.h"

struct sg_tail;
struct sg_scanner; /* one message's scanning: values one after another */

/* What a message is, for choosing rules. Borrowed until the scanner is freed. */
struct sg_scan_config {
    enum scrubgate_direction direction;
    const char *channel;            /* NULL when unknown */
    unsigned level;                 /* 1 … 4 */
    bool shadow;                    /* tell findings, hand every byte to keep */
    bool reference;                 /* the reference engine, whatever else there is */
    size_t max_held;                /* bytes of a value that may wait */
    const uint8_t *key;             /* SG_KEY_SIZE bytes for fingerprints, or NULL */
    const uint8_t *key_before;      /* for those of before, too; or NULL */
    const struct sg_rule *only;     /* this rule alone, whatever it says of where; NULL: all */
    const struct sg_kernel *kernel; /* NULL: the ruleset's */
    /* One message in so many of the scratch's is scanned by both engines; the reference's answer
     * counts, and `rechecked` (may be NULL) hears after each value whether the other found the
     * same. 0: none. */
    unsigned recheck;
    void (*rechecked)(void *ctx, bool same);
    /* Hears of each value from which an exclusion kept its rule. NULL: nobody. */
    void (*excluded)(void *ctx, const char *exclusion);
    void *ctx;
    /* What the message's sender said before; the scanner notes what this one says. NULL: none. */
    struct sg_tail *tail;
};

/* Where the scanner's results go. Offsets count from the start of the value. A negative answer
 * stops the scan and becomes the feed's answer. */
struct sg_scan_sink {
    /* Bytes [start, start + text.len) are clear as they are. */
    enum scrubgate_status (*keep)(void *ctx, uint64_t start, struct sg_bytes text);
    /* Bytes [start, end) are replaced. The text is valid UTF-8 when the template is. */
    enum scrubgate_status (*edit)(void *ctx, uint64_t start, uint64_t end,
                                  struct sg_bytes replacement);
    /* Tells every accepted finding (masking or not), in no particular order of start. */
    enum scrubgate_status (*finding)(void *ctx, const struct sg_finding *finding);
    void *ctx;
};

/* Borrows rules and scratch, which must outlive it. *scanner is NULL on error. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_scanner_new(struct sg_scanner **scanner,
                                                        const struct scrubgate_ruleset *rules,
                                                        struct scrubgate_scratch *scratch,
                                                        const struct sg_scan_config *config);
/* Wipes what is held, and leaves the memory to the scratch. NULL is fine. */
void sg_scanner_free(struct sg_scanner *scanner);
/* Frees one that has been left to a scratch. */
void sg_scanner_dispose(struct sg_scanner *scanner);

/* Starts a value: what kind it is and where it stands. place and sink are copied or used only
 * until the value ends; place.steps must stay valid till then. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_scanner_begin(struct sg_scanner *scanner,
                                                          enum sg_field field,
                                                          struct sg_place place,
                                                          const struct sg_scan_sink *sink);

/*
 * The next piece of the value (may be empty), last for its end. Calls the sink for all that is
 * decided now; with last, for all that is left. EMATCH (sg_scanner_fault names the rule), ELIMIT
 * (held), EBLOCKED is not given here: a block finding is told to the sink, whose owner decides.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_scanner_feed(struct sg_scanner *scanner,
                                                         struct sg_bytes piece, bool last);

/* No more comes for now. Between two values it then holds nothing that grows with the rules. */
void sg_scanner_rest(struct sg_scanner *scanner);

/* The rule that made the last EMATCH, or NULL. */
const struct sg_rule *sg_scanner_culprit(const struct sg_scanner *scanner);

/* 64-bit SimHash of the message's masked text so far (all values), 0 when under 8 words or no key
 * was given. */
uint64_t sg_scanner_content(const struct sg_scanner *scanner);

#endif
