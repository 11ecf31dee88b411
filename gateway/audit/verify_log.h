/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_log.h - check a log's folder.
 *
 *     reader: records, checkpoint, tiles -> [verify_log] -> verify: verdict
 *
 * Read only; the log may be written meanwhile.
 */
#ifndef SG_AUDIT_VERIFY_LOG_H
#define SG_AUDIT_VERIFY_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/note.h"
#include "audit/verify.h"
#include "audit/verify_derived.h"

/* Told now and then how many records were read, of how many that were signed. */
typedef void sg_verify_progress(void *ctx, uint64_t done, uint64_t total);
/* Shown each record that the check takes, in their order; record is good during the call. What it
 * answers below zero ends the check. */
typedef enum scrubgate_status sg_verify_record(void *ctx, uint64_t seq, struct sg_bytes record);

/* Who watches a check; all-zero: nobody. */
struct sg_verify_watch {
    sg_verify_progress *progress;
    void *progress_ctx;
    sg_verify_record *record;
    void *record_ctx;
};

struct sg_verify_report {
    struct sg_verify_result result;
    /* The place of the first trouble with a record (what is ""): file, line, and what it is. */
    struct scrubgate_fault place;
    bool located;        /* the nodes on disk lead to the signed root, and name the record itself */
    struct sg_hash root; /* that was signed, where result.has_signed says so */
    struct sg_derived_found derived; /* which is no trouble of the log */
};

/* Where a check begins: at the first of these that is given. What stands before is not read, but
 * shown to be the beginning of the tree that was signed. */
struct sg_verify_since {
    const struct sg_verify_known *kept; /* behind a checkpoint that was kept elsewhere */
    uint64_t seq;                       /* at this record */
    uint64_t time;                      /* at the first one of then or later, ms since 1970 */
};

/*
 * config's checkpoint is not looked at: the log's is read. Below zero: the log could not be read to
 * its end (fault), which says nothing about it; a record that is none is a trouble in the report.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_log(const char *dir,
                                                       const struct sg_verify_config *config,
                                                       sg_verify_progress *progress, void *ctx,
                                                       struct sg_verify_report *report,
                                                       struct scrubgate_fault *fault);

/* The same, for who wants to see the records that it is about. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_log_watched(
    const char *dir, const struct sg_verify_config *config, const struct sg_verify_watch *watch,
    struct sg_verify_report *report, struct scrubgate_fault *fault);
/* The same from there on; NULL: from the first record. EINVAL: there is no such record. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_log_since(const char *dir,
                                                             const struct sg_verify_config *config,
                                                             const struct sg_verify_since *since,
                                                             const struct sg_verify_watch *watch,
                                                             struct sg_verify_report *report,
                                                             struct scrubgate_fault *fault);

/* Whether a process has the log open to write; false also when that cannot be told. */
bool sg_verify_is_live(const char *dir);

#endif
