/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - one audit record: a line of JSON that proves a decision and holds no personal value.
 *
 * Field names are OCSF's (1.4): class 2006 Data Security Finding for a decision, 6003 API Activity
 * for an outcome, 4002 HTTP Activity for requests that were turned away, 5019 for a change of rules
 * or config, 6002 for the life of the process and of its log, 6005 for who read the log. Every
 * record says who, what, when, with what success, where and to what (PCI DSS 4.0.1, 10.2.2;
 * docs/AUDIT.md has the members). Every foreign string is escaped to ASCII and cut; a value is
 * never a key.
 *
 *     record_decision.c   of messages          record_life.c   of the process, its log, its people
 *     record_put.c        the members
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

/* class_uid: what OCSF 1.4 calls them. */
enum {
    SG_CLASS_DECISION = 2006, /* Data Security Finding */
    SG_CLASS_REFUSED = 4002,  /* HTTP Activity */
    SG_CLASS_CHANGE = 5019,   /* Device Config State Change */
    SG_CLASS_LIFE = 6002,     /* Application Lifecycle */
    SG_CLASS_OUTCOME = 6003,  /* API Activity */
    SG_CLASS_READ = 6005      /* Datastore Activity */
};
enum {
    SG_SEVERITY_INFORMATIONAL = 1,
    SG_SEVERITY_LOW = 2,
    SG_SEVERITY_MEDIUM = 3,
    SG_SEVERITY_HIGH = 4
};
enum { SG_STATUS_SUCCESS = 1, SG_STATUS_FAILURE = 2 };

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

/* What speaks against a message's ticket or its agent, whatever the policy makes of it. All-zero:
 * nothing. */
struct sg_record_reason {
    const char *signal;
    double weight; /* -log10 of how likely chance is */
};
struct sg_record_ruling {
    const char *rule, *mode;
    uint64_t order, until_ms; /* 0: of no order; until something is done */
};
struct sg_record_risk {
    bool is_scored;
    double risk;        /* 0 to 1 */
    const char *action; /* "review", "divert", "deny"; NULL: nothing is asked for */
    const struct sg_record_reason *reasons;
    size_t n_reasons;
    const struct sg_record_ruling *rulings;
    size_t n_rulings;
};

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
    struct sg_record_risk risk;
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

/* Who caused it. All-zero: the gateway by itself. */
enum sg_actor_kind { SG_ACTOR_GATEWAY, SG_ACTOR_USER, SG_ACTOR_PEER };
struct sg_actor {
    enum sg_actor_kind kind;
    uint64_t
        id; /* a user id of this host, a keyed digest of the address that asked the admin API */
};

struct sg_change {
    const char *what; /* "start", "takeover" (from a gateway that still drains), "stop", "resume"
                         (the log is written again), "reload", "reload-failed", "engine-distrusted"
                         (the reference engine scans from now on) */
    const char *old_rules, *new_rules, *old_config, *new_config; /* digests, "" when none */
    struct sg_actor actor;
};

/* Some time in which the log could not be written. */
struct sg_gap {
    const char *reason; /* a word of ours: "disk-full", "io-error", "hung", "died" */
    uint64_t from_ms, to_ms;
    uint64_t refused; /* messages that did not leave because of it */
    uint64_t dropped; /* outcomes and sums that were lost */
};

/* Bytes behind the last record that were set aside at a start. */
struct sg_recovery {
    const char *file; /* of the log, where they were */
    uint64_t bytes;
    uint8_t digest[SG_SHA256_SIZE]; /* SHA-256 of them */
};

struct sg_space {
    const char *state; /* "warn", "low", "full": nothing leaves any more, "ok" */
    uint64_t free_bytes, total_bytes;
};

/* Records that were removed; size and root are those of the tree of all up to the last of them. */
struct sg_prune {
    uint64_t first, last; /* numbers */
    uint64_t size;
    struct sg_hash root;
    const char *why; /* a word of ours: "retention" */
};

/* What follows may have been left by a command (audit/acts.h), under an id: two records with the
 * same one are one act, told twice by a crash. 0: it was not.
 * Of all text that people give: a ticket's number, not a person's name. It stays for good. */
struct sg_hold {
    uint64_t id;
    bool on;
    struct sg_bytes why; /* foreign, as in the others below */
    struct sg_actor actor;
};

/* A conversation's (or customer's) key was destroyed: its pseudonyms name nobody any more. */
struct sg_erasure {
    uint64_t id;
    uint64_t pseudonym, key; /* what records call it; fingerprint of the key */
    const char *kind;        /* "conversation", "customer" */
    bool done;               /* false: there was no such key */
    struct sg_bytes requester, basis;
    struct sg_actor actor;
};

/* Somebody ordered something about an agent, took it back, noted an objection, or had an agent
 * forgotten (collusion/guard.h). Of whom and why is not told here: an agent's digest is the same
 * for ever, and the words are people's. Both stand in the guard's file, under the order's number,
 * for as long as they may be kept. */
struct sg_guard_act {
    uint64_t id;
    const char *act;  /* "order", "lift", "appeal", "erase" */
    const char *kind; /* of the order: "block", "flag", "attest", "waive", "link"; NULL: not said */
    bool done;
    uint64_t order;                          /* its number in the guard's file; 0: none */
    struct sg_bytes brand, queue, clearance; /* empty: all, or not said */
    uint64_t expires_ms;                     /* 0: not said */
    uint64_t kept;                           /* of an erasure: orders in force, which stay */
    struct sg_bytes by; /* as who asked calls himself, where the actor is no user of this host */
    struct sg_actor actor;
};

/* The key that wraps those keys was replaced. */
struct sg_master {
    uint64_t old_key, new_key; /* fingerprints */
    uint64_t kept, dropped;    /* keys wrapped anew; of conversations that are over retention */
};

/* The key of fingerprints (all but the log's names) is another one from an epoch on, and ends. */
struct sg_key_epoch {
    uint64_t number;
    bool destroyed; /* else: begun */
};

/* Events for analysis that were old: days of them were removed. */
struct sg_expiry {
    uint64_t days, to_ms; /* how many; the end of the newest */
};

/* What is learnt of who meets whom, kept over a restart. */
struct sg_sketches {
    const char *what; /* "sketches-restored", "sketches-saved" */
    bool done;        /* false: of a restored one, it begins anew */
    const char *why; /* "" or a word of ours for why not: "none", "damaged", "unreadable", "disk" */
    uint64_t agents; /* that it knows */
};

/* What became of the guard's file by itself. */
struct sg_guard_news {
    const char *what; /* "guard-anew": it was gone, orders and contacts with it; "guard-pruned" */
    bool done;
    uint64_t count; /* of what was too old, and erased */
};

/* Somebody did something to the gateway, or tried. */
struct sg_act {
    uint64_t id;
    const char *act, *object; /* words of ours: what was done, to what */
    bool done;
    struct sg_bytes why;
    struct sg_actor actor;
};

/* Somebody read the log, or what belongs to it. */
struct sg_audit_read {
    uint64_t id;
    const char *command, *object; /* words of ours: "query"; "log" */
    bool done;
    uint64_t first, last; /* numbers of the records that were asked for; UINT64_MAX: not limited */
    uint64_t from_ms, to_ms; /* their time; 0, UINT64_MAX: not limited */
    struct sg_bytes why;
    struct sg_actor actor;
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
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_gap(struct sg_buf *out,
                                                       const struct sg_record_source *source,
                                                       const struct sg_gap *gap);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_recovery(struct sg_buf *out,
                                                            const struct sg_record_source *source,
                                                            const struct sg_recovery *recovery);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_space(struct sg_buf *out,
                                                         const struct sg_record_source *source,
                                                         const struct sg_space *space);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_prune(struct sg_buf *out,
                                                         const struct sg_record_source *source,
                                                         const struct sg_prune *prune);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_hold(struct sg_buf *out,
                                                        const struct sg_record_source *source,
                                                        const struct sg_hold *hold);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_erasure(struct sg_buf *out,
                                                           const struct sg_record_source *source,
                                                           const struct sg_erasure *erasure);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_guard(struct sg_buf *out,
                                                         const struct sg_record_source *source,
                                                         const struct sg_guard_act *act);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_master(struct sg_buf *out,
                                                          const struct sg_record_source *source,
                                                          const struct sg_master *master);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_epoch(struct sg_buf *out,
                                                         const struct sg_record_source *source,
                                                         const struct sg_key_epoch *epoch);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_expiry(struct sg_buf *out,
                                                          const struct sg_record_source *source,
                                                          const struct sg_expiry *expiry);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_sketches(struct sg_buf *out,
                                                            const struct sg_record_source *source,
                                                            const struct sg_sketches *sketches);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_guard_news(struct sg_buf *out,
                                                              const struct sg_record_source *source,
                                                              const struct sg_guard_news *news);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_act(struct sg_buf *out,
                                                       const struct sg_record_source *source,
                                                       const struct sg_act *act);
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_read(struct sg_buf *out,
                                                        const struct sg_record_source *source,
                                                        const struct sg_audit_read *read);
/* Of a seal (audit/seal.h) and its mac; boot is the source's. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_record_seal(struct sg_buf *out,
                                                        const struct sg_record_source *source,
                                                        const struct sg_seal *seal,
                                                        const uint8_t mac[SG_SHA256_SIZE]);

/* Whether a name from outside may stand in a record in clear: too short, and with too few digits,
 * to be a number, an address or a key of someone's. */
bool sg_record_is_label(struct sg_bytes name);

#endif
