/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scrub.h - what a format stage needs to scrub its values, and what the message adds up to.
 *
 *     json|form|text -> [scrub: begin, feed, edits back] -> scanner
 *                              └─> findings, captures, counts ─> whoever opened the stream
 *
 * Format stages find values and splice; they know no rules. This is their one door to scan/.
 */
#ifndef SG_BODY_SCRUB_H
#define SG_BODY_SCRUB_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/stream.h>

#include "base/buf.h"
#include "rule/path.h"
#include "scan/scanner.h"

/* A value to keep a copy of while it passes: a party's name, taken before masking. */
struct sg_capture {
    const struct sg_path *path;
    struct sg_buf value; /* ceiling SG_CAPTURE_LONGEST; wiped at fini */
    bool found;          /* the first value at the path; a longer value counts as not found */
    bool unclear;        /* it was too long, or there is another one that is not the same */
};
enum { SG_CAPTURE_LONGEST = 256 };

/* How many times a rule was accepted in a message. */
struct sg_tally {
    const struct sg_rule *rule;
    uint32_t count;
    uint32_t apart;      /* those that share no byte with a finding of the same entity before */
    uint64_t bytes;      /* of the matches, decoded */
    uint64_t value, end; /* the last one's value and end */
};

/* What a message adds up to. Never holds a byte of it. */
struct sg_summary {
    struct sg_tally *tallies; /* in order of first finding */
    size_t n_tallies;
    uint64_t findings;            /* of any action */
    uint64_t edits;               /* replacements made (0 in shadow mode) */
    bool blocked, diverted;       /* a rule with that action matched */
    uint64_t values;              /* text values and numbers looked at */
    uint64_t bytes_in, bytes_out; /* on the wire */
    uint64_t bytes_decoded;
    uint64_t content;              /* SimHash of the masked text, 0: none */
    uint64_t identities[4];        /* first distinct e-mail, phone, card, account fingerprints */
    uint64_t identities_before[4]; /* the same under the key before; 0: there is none */
    size_t n_identities;
    const struct sg_rule *failed; /* could not be matched: why it is refused; NULL: none */
};
void sg_summary_fini(struct sg_summary *summary);

struct sg_scrub; /* one message's */

struct sg_scrub_config {
    struct sg_scan_config scan;
    struct sg_capture *captures; /* borrowed, filled while the body passes */
    size_t n_captures;
    bool captures_only; /* nothing is scanned: every byte is kept */
    void (*on_event)(void *ctx, const struct scrubgate_event *event); /* may be NULL */
    void *ctx;
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_scrub_new(struct sg_scrub **scrub,
                                                      const struct scrubgate_ruleset *rules,
                                                      struct scrubgate_scratch *scratch,
                                                      const struct sg_scrub_config *config);
void sg_scrub_free(struct sg_scrub *scrub);

/* A text in which values stand that is itself a part of the body: a part of a multipart body, the
 * data of an event. */
struct sg_frame {
    struct sg_place place; /* stands before the places of its values */
    /* An offset of the text as one of the body, as in struct sg_splice. */
    uint64_t (*raw)(void *ctx, uint64_t offset, bool end);
    void *ctx;
};
/* From now on values stand in that frame, which is copied; its steps must stay as they are. NULL:
 * they stand in the body again. Between values only. */
void sg_scrub_enter(struct sg_scrub *scrub, const struct sg_frame *frame);

/* How a value's place is told in events: not at all, $.a.b[0], or the bare name of a field. */
enum sg_path_style { SG_PATH_NONE, SG_PATH_JSON, SG_PATH_FIELD };

/* How a format stage hears about its value, in order and without gaps (see scanner.h). */
struct sg_splice {
    enum scrubgate_status (*keep)(void *ctx, uint64_t start, struct sg_bytes text);
    enum scrubgate_status (*edit)(void *ctx, uint64_t start, uint64_t end,
                                  struct sg_bytes replacement);
    /* The body's raw offset where the value's decoded byte `offset` begins (end: one past the last
     * raw byte of what decodes up to offset). For events. */
    uint64_t (*raw)(void *ctx, uint64_t offset, bool end);
    enum sg_path_style style;
    void *ctx;
    bool again; /* the value before, in another spelling */
};

/* Starts a value. splice is copied; place.steps must stay as they are till the value ends. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_scrub_begin(struct sg_scrub *scrub, enum sg_field field,
                                                        struct sg_place place,
                                                        const struct sg_splice *splice);
/* No more comes for now: between two values it then holds little. */
void sg_scrub_rest(struct sg_scrub *scrub);
/* Feeds decoded bytes. EBLOCKED once a block finding is accepted (not in shadow mode). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_scrub_feed(struct sg_scrub *scrub,
                                                       struct sg_bytes piece, bool last);
/* What it adds up to so far; the stream counts the wire's bytes into it. It is the scrub's, unless
 * the caller takes a copy and leaves zeros. */
struct sg_summary *sg_scrub_summary(struct sg_scrub *scrub);
/* Why the last call was refused: names the rule or the limit; "" when nothing is wrong. */
const char *sg_scrub_reason(const struct sg_scrub *scrub);

#endif
