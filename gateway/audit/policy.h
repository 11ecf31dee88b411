/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.h - which logs are believed, and whose cosignatures are enough (C2SP tlog-policy).
 *
 *     log <vkey> [url]                  witness <name> <vkey> [url]
 *     group <name> all|any|<k> <name>…  quorum <name>|none
 *
 * A name stands on an earlier line than its use, so groups cannot hold themselves, and one pass in
 * the order of the lines judges them all.
 */
#ifndef SG_AUDIT_POLICY_H
#define SG_AUDIT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/checkpoint.h"
#include "audit/note.h"
#include "base/bytes.h"

enum {
    SG_POLICY_LOGS = 64,
    SG_POLICY_WITNESSES = 64,
    SG_POLICY_NAMES = 128, /* of witnesses and groups */
    SG_POLICY_LONGEST = 64 * 1024
};

struct sg_policy_log {
    struct sg_note_key key; /* its name is the log's origin */
    struct sg_bytes url;    /* empty: none is said */
};

struct sg_policy_witness {
    struct sg_bytes name; /* of this file alone; what signs is the key's */
    struct sg_note_key key;
    struct sg_bytes url;
};

struct sg_policy_name {
    struct sg_bytes name;
    bool group, member_of_one;             /* a member is one of one group only */
    size_t witness;                        /* its number, of one that is no group */
    size_t enough;                         /* so many members of a group */
    uint64_t member[SG_POLICY_NAMES / 64]; /* a bit for each name before it */
};

struct sg_policy {
    struct sg_policy_log log[SG_POLICY_LOGS];
    struct sg_policy_witness witness[SG_POLICY_WITNESSES];
    struct sg_policy_name name[SG_POLICY_NAMES]; /* as they are defined */
    size_t n_logs, n_witnesses, n_names;
    bool none;     /* no cosignature is asked for */
    size_t quorum; /* else the name that must have witnessed */
    char *text;    /* what names and urls are borrowed from */
};

/* file is its name, for the fault. EMALFORMED, ELIMIT (more lines of a kind than there is room
 * for): the fault has line and column. *policy is NULL on an error. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_policy_read(struct sg_policy **policy,
                                                        struct sg_bytes text, const char *file,
                                                        struct scrubgate_fault *fault);
void sg_policy_free(struct sg_policy *policy); /* NULL is fine */

/* Whether it believes that key of a log; one without logs leaves that to its user. */
bool sg_policy_has_log(const struct sg_policy *policy, const struct sg_note_key *key);
/* As sg_checkpoint_open, by any of its logs; *key is the one that signed. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_policy_open(const struct sg_policy *policy,
                                                        struct sg_bytes bytes,
                                                        struct sg_checkpoint *checkpoint,
                                                        struct sg_note *note,
                                                        const struct sg_note_key **key);

struct sg_policy_verdict {
    bool reached;                          /* the quorum */
    uint64_t time;                         /* by cosignatures of then and later */
    size_t cosigned;                       /* witnesses that have */
    uint64_t time_of[SG_POLICY_WITNESSES]; /* 0: that one has not */
    const struct sg_policy_witness *bad;   /* whose cosignature does not hold, or NULL */
};
/* Of the cosignatures alone: that a log has signed is asked before. One that does not hold spoils
 * the note. Times are seconds since 1970; 0 where none is asked for. */
void sg_policy_judge(const struct sg_policy *policy, const struct sg_note *note,
                     struct sg_policy_verdict *verdict);

#endif
