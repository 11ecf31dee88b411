/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry.h - one record's line as those who ask the log see it: its members by name, its words
 * known.
 *
 *     reader: line -> [entry] -> query, export, reconcile, report
 *
 * One pass, no memory: all is borrowed from the line. Classes, words and members that are not known
 * here are no fault, they are kept as they stand; a member of another kind than ours is not there.
 */
#ifndef SG_AUDIT_ENTRY_H
#define SG_AUDIT_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "base/buf.h"
#include "base/bytes.h"

/* Members that are known, by their paths: "facets.customer" is SG_ENTRY_CUSTOMER. In about the
 * order of a record. */
enum sg_entry_member {
    SG_ENTRY_SEQ,
    SG_ENTRY_TIME,
    SG_ENTRY_MONO_NS,
    SG_ENTRY_BOOT,
    SG_ENTRY_CLASS_UID,
    SG_ENTRY_TYPE_UID,
    SG_ENTRY_SEVERITY_ID,
    SG_ENTRY_VERSION,         /* metadata.version: of OCSF */
    SG_ENTRY_PRODUCT_NAME,    /* metadata.product.name */
    SG_ENTRY_PRODUCT_VERSION, /* metadata.product.version */
    SG_ENTRY_INSTANCE,
    SG_ENTRY_TRACE_ID,
    SG_ENTRY_ID,
    SG_ENTRY_STATUS_ID,
    SG_ENTRY_DETECTION_SYSTEM_ID,
    SG_ENTRY_ACTION_ID,
    SG_ENTRY_VERDICT,
    SG_ENTRY_PART,
    SG_ENTRY_ROUTE,
    SG_ENTRY_STATUS, /* http_response.code */
    SG_ENTRY_DIRECTION,
    SG_ENTRY_MODE,
    SG_ENTRY_LEVEL,
    SG_ENTRY_RULES,
    SG_ENTRY_FORMAT,
    SG_ENTRY_REASON,
    SG_ENTRY_LATENCY_NS,
    SG_ENTRY_COUNT,
    SG_ENTRY_REFUSED_NETWORK, /* network: of class 4002 */
    SG_ENTRY_BRAND,
    SG_ENTRY_CHANNEL,
    SG_ENTRY_QUEUE,
    SG_ENTRY_EVENT,
    SG_ENTRY_BYTES_IN,
    SG_ENTRY_BYTES_OUT,
    SG_ENTRY_VALUES,
    SG_ENTRY_EDITS,
    SG_ENTRY_CUSTOMER, /* facets.… */
    SG_ENTRY_AGENT,
    SG_ENTRY_CONVERSATION,
    SG_ENTRY_NETWORK,
    SG_ENTRY_TLS,
    SG_ENTRY_DEVICE,
    SG_ENTRY_CONTENT,
    SG_ENTRY_WHAT,
    SG_ENTRY_OBJECT,
    SG_ENTRY_ACTOR_APP, /* actor.… */
    SG_ENTRY_ACTOR_UID,
    SG_ENTRY_ACTOR_PEER,
    SG_ENTRY_OLD_RULES,
    SG_ENTRY_NEW_RULES,
    SG_ENTRY_OLD_CONFIG,
    SG_ENTRY_NEW_CONFIG,
    SG_ENTRY_EPOCH,
    SG_ENTRY_FIRST,
    SG_ENTRY_LAST,
    SG_ENTRY_SIZE,
    SG_ENTRY_ROOT,
    SG_ENTRY_MAC,
    SG_ENTRY_COMMAND,
    SG_ENTRY_FROM_MS,
    SG_ENTRY_TO_MS,
    SG_ENTRY_REFUSED_MESSAGES, /* refused: of a gap */
    SG_ENTRY_FILE,
    SG_ENTRY_BYTES,
    SG_ENTRY_SHA256,
    SG_ENTRY_STATE,
    SG_ENTRY_FREE_BYTES,
    SG_ENTRY_TOTAL_BYTES,
    SG_ENTRY_HOLD,
    SG_ENTRY_KIND,
    SG_ENTRY_PSEUDONYM,
    SG_ENTRY_KEY,
    SG_ENTRY_REQUESTER,
    SG_ENTRY_BASIS,
    SG_ENTRY_OLD_KEY,
    SG_ENTRY_NEW_KEY,
    SG_ENTRY_KEPT,
    SG_ENTRY_DROPPED,
    SG_ENTRY_ACT,
    SG_ENTRY_WHY,
    SG_ENTRY_ORDER, /* of a guard: its number */
    SG_ENTRY_CLEARANCE,
    SG_ENTRY_EXPIRES_MS,
    SG_ENTRY_BY,
    SG_ENTRY_MEMBERS
};

/* What a record is about, of its class_uid. */
enum sg_entry_kind {
    SG_KIND_OTHER, /* none of ours, or not said */
    SG_KIND_DECISION,
    SG_KIND_OUTCOME,
    SG_KIND_REFUSED,
    SG_KIND_CHANGE,
    SG_KIND_LIFE,
    SG_KIND_READ,
    SG_KINDS
};

/* A decision's verdict. */
enum sg_entry_verdict {
    SG_ENTRY_NO_VERDICT, /* none of ours, or not said */
    SG_ENTRY_CLEAN,
    SG_ENTRY_MASKED,
    SG_ENTRY_BLOCKED,
    SG_ENTRY_DIVERTED,
    SG_ENTRY_REFUSED,
    SG_ENTRY_VERDICTS
};

/* The word of a change, of the life of the process, of an act. */
enum sg_entry_what {
    SG_WHAT_OTHER, /* none of ours, or not said */
    SG_WHAT_START,
    SG_WHAT_TAKEOVER,
    SG_WHAT_STOP,
    SG_WHAT_RESUME,
    SG_WHAT_RELOAD,
    SG_WHAT_RELOAD_FAILED,
    SG_WHAT_ENGINE_DISTRUSTED,
    SG_WHAT_SEAL,
    SG_WHAT_GAP,
    SG_WHAT_RECOVERY,
    SG_WHAT_SPACE,
    SG_WHAT_PRUNE,
    SG_WHAT_HOLD,
    SG_WHAT_ERASURE,
    SG_WHAT_GUARD,
    SG_WHAT_MASTER,
    SG_WHAT_EPOCH,
    SG_WHAT_EXPIRY,
    SG_WHAT_SKETCHES_RESTORED,
    SG_WHAT_SKETCHES_SAVED,
    SG_WHAT_GUARD_ANEW,
    SG_WHAT_GUARD_PRUNED,
    SG_WHAT_ACT,
    SG_WHAT_AUDIT_READ,
    SG_WHATS
};

/* Strings here and below are as they stand between their quotes: sg_entry_decode makes text of
 * those that have escapes, which none of our own words has. */
struct sg_entry_found {
    struct sg_bytes rule, entity, action;
    uint64_t count;
};

/* A member that is not known, or of another kind than ours. */
struct sg_entry_other {
    struct sg_bytes in;    /* the record's member that it is in; empty: the record's own */
    struct sg_bytes key;   /* its name there */
    struct sg_bytes value; /* as it stands: JSON */
};

enum {
    /* More do not fit in a record of ours. */
    SG_ENTRY_FOUND_MOST = 340,
    SG_ENTRY_IDENTITIES_MOST = 4,
    SG_ENTRY_OTHERS_MOST = 32
};

struct sg_entry {
    struct sg_bytes line; /* all of it */
    enum sg_entry_kind kind;
    enum sg_entry_verdict verdict;
    enum sg_entry_what what;
    uint64_t has[(SG_ENTRY_MEMBERS + 63) / 64];
    /* Of those that are there: what stands there, and what a number says. */
    struct sg_bytes text[SG_ENTRY_MEMBERS];
    uint64_t number[SG_ENTRY_MEMBERS];
    struct sg_bytes identity[SG_ENTRY_IDENTITIES_MOST];
    size_t n_identities;
    struct sg_bytes spans; /* as they stand, with their brackets; empty: none are said */
    struct sg_entry_found found[SG_ENTRY_FOUND_MOST];
    size_t n_found;
    struct sg_entry_other other[SG_ENTRY_OTHERS_MOST];
    size_t n_others;
    bool cut; /* there were more of found, identity or others than have room here */
};

/* Borrows from the line. EMALFORMED: no JSON object, or one that says one of the members above, or
 * found, twice. The struct need not be cleared before. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_entry_read(struct sg_entry *entry,
                                                       struct sg_bytes line);

static inline bool sg_entry_has(const struct sg_entry *entry, enum sg_entry_member member)
{
    return (entry->has[member / 64] >> member % 64 & 1) != 0;
}
/* Empty, 0: it is not there. */
static inline struct sg_bytes sg_entry_text(const struct sg_entry *entry,
                                            enum sg_entry_member member)
{
    return sg_entry_has(entry, member) ? entry->text[member] : (struct sg_bytes){NULL, 0};
}
static inline uint64_t sg_entry_number(const struct sg_entry *entry, enum sg_entry_member member)
{
    return sg_entry_has(entry, member) ? entry->number[member] : 0;
}

/* Whether a string, as it stands in the line, says text. */
bool sg_entry_says(struct sg_bytes string, struct sg_bytes text);
/* Appends what a string, as it stands in the line, says: UTF-8, and a U+FFFD for each half of a
 * pair that stands alone. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_entry_decode(struct sg_buf *out,
                                                         struct sg_bytes string);

/* "facets.customer". */
const char *sg_entry_path(enum sg_entry_member member);
bool sg_entry_is_number(enum sg_entry_member member);
/* SG_ENTRY_MEMBERS: no member has that path. */
enum sg_entry_member sg_entry_member_of(struct sg_bytes path);
/* "decision", "outcome", "refused", "change", "life", "read"; "other". */
const char *sg_entry_kind_word(enum sg_entry_kind kind);
const char *sg_entry_verdict_word(enum sg_entry_verdict verdict); /* "": none of ours */
const char *sg_entry_what_word(enum sg_entry_what what);          /* "": none of ours */

#endif
