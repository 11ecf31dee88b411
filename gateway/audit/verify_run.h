/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_run.h - one check of a log's folder while it goes on: verify_log.c makes it once,
 * verify_follow.c again and again.
 */
#ifndef SG_AUDIT_VERIFY_RUN_H
#define SG_AUDIT_VERIFY_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/reader.h"
#include "audit/verify_derived.h"
#include "audit/verify_log.h"
#include "base/buf.h"

struct sg_verify_run {
    const char *dir;
    struct sg_reader *reader;
    struct sg_verify *verify;
    struct sg_derived *derived;
    struct sg_verify_report *report;
    const struct sg_verify_watch *watch;
    struct sg_buf checkpoint, witnessed;
    struct sg_merkle_range start; /* of what is not read */
    bool has_start;
};

/* All-zero is one that was not opened; report and watch are the caller's to set. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_run_open(struct sg_verify_run *run,
                                                            const char *dir,
                                                            const struct sg_verify_config *config,
                                                            const struct sg_verify_since *since,
                                                            struct scrubgate_fault *fault);
void sg_verify_run_close(struct sg_verify_run *run);
/* Reads on, to record `end` at most: OK also when there are no more, or one is none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_run_feed(struct sg_verify_run *run, uint64_t end,
                                                            struct scrubgate_fault *fault);
/* Puts what was found into the report, and finds out where it is. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_run_tell(struct sg_verify_run *run);

/* Holds a root that was said of fewer records than are read, or were read before, against the
 * signed tree: DONE with a trouble when it is not its beginning. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_run_compare(struct sg_verify_run *run,
                                                               const struct sg_verify_known *said,
                                                               enum sg_verify_what what);

/* verify_start.c: sets start and has_start. EINVAL: there is no such record. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_find_start(struct sg_verify_run *run,
                                                              const struct sg_verify_config *config,
                                                              const struct sg_verify_since *since,
                                                              struct scrubgate_fault *fault);

#endif
