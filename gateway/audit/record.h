/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - one audit record: a line of JSON that proves a decision and holds no personal value.
 *
 * Field names are OCSF's (1.x): class 2006 Data Security Finding for a decision, 6003 API Activity
 * for an outcome, 4002 HTTP Activity for requests that were turned away, 5019 for a change of rules
 * or config, 6002 for the life of the process. Every foreign string is escaped to ASCII and cut; a
 * value is never a key.
 */
#ifndef SG_AUDIT_RECORD_H
#define SG_AUDIT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/seal.h"
#include "base/buf.h"
#include "base/bytes.h"

enum { SG_RECORD_LONGEST = 16 * 1024, SG_RECORD_SPANS = 64, SG_RECORD_FOREIGN = 128 };

/* What all records of one process share; borrowed. */
struct sg_record_source {
    const char *instance; /* the log's origin */
    const char *boot;     /* 32 hex digits, new at each start */
};

enum sg_verdict {
    SG_VERDICT_CLEAN,
    SG_VERDICT_MASKED,
    SG_VERDICT_BLOCKED,
    SG_VERDICT_DIVERTED,
    SG_VERDICT_REFUSED
};
const char *sg_verdict_word(enum sg_verdict verdict);

/* One rule's findings in the message. */
struct sg_record_rule {
    const char *rule, *entity, *action;
    uint64_t count;
    uint64_t
        values; /* of them those that are apart from what other rules call by the same entity */
};

/* One finding's place: bytes of the decoded body. rule is an index into the rules. */
struct sg_record_span {
    uint32_t rule;
    uint64_t offset, length;
};

/* Keyed digests; 0: not known. */
struct sg_record_facets {
    uint64_t customer, agent, conversation, network, tls, device, content;
    uint64_t identities[4];
    size_t n_identities;
};

/* part: a body that streams is recorded when its first byte may leave (BEGIN) and again when its
 * last may (END); one that fits in memory once (WHOLE). */
enum sg_record_part { SG_PART_WHOLE, SG_PART_BEGIN, SG_PART_END };

struct sg_decision {
    const char *id;       /* the exchange's, 16 hex digits: joins decisions and outcomes */
    const char *trace_id; /* 32 hex digits */
    const char *route, *direction;
    const char
        *mode; /* "enforce", "shadow"; "pass-and-record": a refused body passed by exception */
    const char *rules;                            /* digest of the ruleset */
    struct sg_bytes brand, channel, queue, event; /* foreign: escaped and cut */
    const char *format, *reason; /* reason: "" or a word and where, never content */
    unsigned level;
    enum sg_verdict verdict;
    enum sg_record_part part;
    uint64_t bytes_in, bytes_out, values, edits;
    const struct sg_record_rule *found;
    size_t n_found;
    const struct sg_record_span *spans; /* at most SG_RECORD_SPANS are written */
    size_t n_spans;
    struct sg_record_facets facets;
};

struct sg_outcome {
    const char *id, *trace_id, *route;
    unsigned status;    /* sent to the client; 0: none could be sent */
    const char *reason; /* "" or a word: "upstream-timeout", "client-gone" */
    uint64_t latency_ns;
};

/* Requests that were turned away before anything of them was passed on: one line for all of a
 * reason and network within a second, so that an attack cannot fill the log. */
struct sg_refused {
    const char *reason; /* a word of ours */
    unsigned status;    /* they were answered with; 0: cut off */
    uint64_t network;   /* keyed digest of where they came from; 0: many places, or not known */
    uint64_t requests;
};

struct sg_change {
    const char *what; /* "start", "takeover" (from a gateway that still drains), "stop", "resume"
                         (the log is written again), "reload", "reload-failed", "engine-distrusted"
                         (the reference engine scans from now on) */
    const char *old_rules, *new_rules, *old_config, *new_config; /* digests, "" when none */
};

/*
 * Each appends one line to out WITHOUT its beginning {"seq":N, : it starts with the next field and
 * ends with } and no LF. The journal gives the number (sg_journal_append). ELIMIT over
 * SG_RECORD_LONGEST.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_decision(struct sg_buf *out,
                                                            const struct sg_record_source *source,
                                                            const struct sg_decision *decision);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_outcome(struct sg_buf *out,
                                                           const struct sg_record_source *source,
                                                           const struct sg_outcome *outcome);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_refused(struct sg_buf *out,
                                                           const struct sg_record_source *source,
                                                           const struct sg_refused *refused);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_change(struct sg_buf *out,
                                                          const struct sg_record_source *source,
                                                          const struct sg_change *change);
/* Of a seal (audit/seal.h) and its mac; boot is the source's. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_seal(struct sg_buf *out,
                                                        const struct sg_record_source *source,
                                                        const struct sg_seal *seal,
                                                        const uint8_t mac[SG_SHA256_SIZE]);

#endif
