/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reconcile.h - two logs of the same messages: the audit log, and what stands behind or before the
 * gateway.
 *
 *     access logs -> names, in memory ─┐
 *     audit log -> entries, one by one ┴> [reconcile] -> what is in one and not in the other
 *
 * Memory is that of the access logs' names, 40 bytes each and room, and of exchanges that are open.
 */
#ifndef SG_CLI_RECONCILE_H
#define SG_CLI_RECONCILE_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/entry.h"
#include "cli/access_line.h"
#include "cli/audit_filter.h"
#include "cli/keyset.h"

/* What is wrong with a name of an access log. */
enum sg_reconcile_fault {
    SG_RECONCILE_UNKNOWN,   /* the log knows nothing of it */
    SG_RECONCILE_UNDECIDED, /* it has an outcome, and no decision */
    SG_RECONCILE_DENIED,    /* it was denied, and is there */
    SG_RECONCILE_AGAIN,     /* it is there more often than it was decided */
    SG_RECONCILE_FAULTS,
    SG_RECONCILE_RIGHT = SG_RECONCILE_FAULTS
};

struct sg_reconcile_config {
    const struct sg_audit_filter *expected; /* messages that must be in the access log */
    const struct sg_texts *passed;          /* routes whose requests pass without a decision */
    bool front; /* the access log is of what stands before the gateway: all requests are in it */
};

struct sg_reconcile {
    const struct sg_reconcile_config *config;
    struct sg_keyset names; /* of the access logs */
    struct sg_keyset open;  /* exchanges that were decided and have no outcome yet */
    uint64_t tags[2];       /* keep names of different kinds apart */
    struct sg_bytes boot;   /* of the last record; in boot_room */
    uint8_t boot_room[64];
    uint32_t boots;
    /* Of the access logs. */
    uint64_t lines, nameless, first_nameless; /* its line, of all lines */
    /* Of the log. */
    uint64_t decisions, exchanges, outcomes;
    uint64_t undecided;                    /* outcomes without a decision */
    uint64_t expected, missing, unreached; /* messages; not there; not there, as the outcome says */
    uint64_t first_missing;                /* records */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_reconcile_init(
    struct sg_reconcile *reconcile, const struct sg_reconcile_config *config);
void sg_reconcile_fini(struct sg_reconcile *reconcile);

/* A line of an access log; first all of them, then the entries. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reconcile_name(struct sg_reconcile *reconcile,
                                                           const struct sg_access_name *name);
/* An entry of the log, in order. *missing: a message that should be there ended, and is not. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reconcile_entry(struct sg_reconcile *reconcile,
                                                            const struct sg_entry *entry,
                                                            bool *missing);
/* What is wrong with a name, when all entries were seen. */
enum sg_reconcile_fault sg_reconcile_judge(const struct sg_reconcile *reconcile,
                                           const struct sg_keyset_item *item);
enum sg_access_kind sg_reconcile_kind(const struct sg_keyset_item *item);
/* Whether an exchange that is open was begun by the process that wrote the last record. */
bool sg_reconcile_is_last_boot(const struct sg_reconcile *reconcile,
                               const struct sg_keyset_item *item);

#endif
