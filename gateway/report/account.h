/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account.h - what the records of a log add up to: fed one after the other, in bounded memory.
 *
 *     verify: record -> entry -> [account] -> chapters -> sheet -> HTML, JSON, CSV
 *
 * A number here is one that anybody can count again from the log's lines: what is counted where is
 * said beside each, in the words of jq.
 */
#ifndef SG_REPORT_ACCOUNT_H
#define SG_REPORT_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/entry.h"
#include "report/bins.h"
#include "report/inflight.h"
#include "report/latency.h"
#include "report/notables.h"
#include "report/words.h"

/* What became of a finding, told from the message's action_id and the finding's action. */
enum sg_effect {
    SG_EFFECT_MASKED,   /* action_id 4, mask or token: it did not leave in clear */
    SG_EFFECT_STOPPED,  /* action_id 2, or 4 and neither: its message did not go where it was to */
    SG_EFFECT_RECORDED, /* action_id 1, or a rule that only tags: it left as it was */
    SG_EFFECTS
};

/* What is counted for each label. */
enum sg_account_by {
    SG_BY_ENTITY, /* these six: findings by SG_EFFECT_*, then the messages that have some */
    SG_BY_RULE,   /* its note is the entity */
    SG_BY_ROUTE,
    SG_BY_DIRECTION,
    SG_BY_CHANNEL,
    SG_BY_BRAND,
    SG_BY_RULESET, /* messages, findings; in the order in which they came */
    SG_BY_VERDICT, /* messages, in these */
    SG_BY_MODE,
    SG_BY_FORMAT,
    SG_BY_REFUSAL, /* reasons of messages that failed closed */
    SG_BY_STATUS,  /* outcomes, in these */
    SG_BY_FAILURE, /* reasons of those that were no success */
    SG_BY_FRONT,   /* requests, by the reason for which they were turned away */
    SG_BY_BOOT,    /* records, starts, stops; in the order in which they came */
    SG_BY_SPACE,   /* records, by the state of the disk */
    SG_BYS
};
enum { SG_ACCOUNT_HOLD = 8 };

/* The records that are counted: those of a time. */
struct sg_account_range {
    bool limited;          /* false: all of them, and the others only say what bins must cover */
    uint64_t since, until; /* ms: since <= time < until */
};

struct sg_account {
    struct sg_account_range range;
    struct sg_bins bins;
    uint64_t read;     /* records that were fed */
    uint64_t next_seq; /* behind the last of them */
    uint64_t oldest;   /* time of the first of them */
    uint64_t records;  /* of those: in range. All below is of these only */
    uint64_t first_seq, last_seq, first_time, last_time;
    uint64_t odd;     /* that could not be taken apart */
    uint64_t lacking; /* that do not say when, where, or what kind of event they are */
    struct sg_words by[SG_BYS];
    uint64_t kind[SG_KINDS];
    uint64_t backwards; /* times that are before that of the record before */

    /* .class_uid == 2006 and .part != "begin": one for each message */
    uint64_t messages, values, edits, bytes_in, bytes_out;
    uint64_t verdict[SG_ENTRY_VERDICTS], effect[SG_EFFECTS], n_findings;
    uint64_t with_findings, shadow, excepted; /* messages; mode shadow, pass-and-record */
    uint64_t failed_closed;                   /* verdict refused and action_id 2 */
    uint64_t streams_begun, streams_ended;    /* parts begin and end */
    /* .class_uid == 6003 */
    uint64_t outcomes, undelivered; /* status_id 2 */
    struct sg_latency latency;
    struct sg_inflight inflight;

    /* .class_uid == 4002; counts are sums of .count */
    uint64_t turned_away;

    /* .what */
    uint64_t what[SG_WHATS];
    uint64_t failed_whats; /* status_id 2 of changes, acts and reads */
    uint64_t last_start;   /* seq of the last start; 0: none */
    uint64_t lost_ms, gap_refused, gap_dropped;
    uint64_t recovered_bytes, pruned, dropped_keys;
    uint64_t last_seal_time, longest_unsealed_ms;
    char hold[SG_ACCOUNT_HOLD]; /* the last word of a hold: "on", "off"; "": none */
    struct sg_notables changes, acts, reads, troubles;
    enum scrubgate_status rc; /* the first failure sticks */
    struct sg_entry *entry;   /* room for one */
    uint64_t last_of_all;     /* time of the record before */
};

/* Bins cover first … last; range may be all-zero: everything. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_account_init(struct sg_account *account,
                                                         const struct sg_account_range *range,
                                                         uint64_t first, uint64_t last);
/* The next record's line. ENOMEM; a line that cannot be taken apart is counted as such. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_account_take(struct sg_account *account,
                                                         struct sg_bytes line);
/* No more come: labels are put in order. */
void sg_account_end(struct sg_account *account);
void sg_account_fini(struct sg_account *account);

#endif
