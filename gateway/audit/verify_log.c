/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_log.c - check a log's folder.
 */
#include "audit/verify_log.h"

#include "audit/log_lock.h"
#include "audit/verify_run.h"
#include "base/diag.h"

enum scrubgate_status sg_verify_log_since(const char *dir, const struct sg_verify_config *config,
                                          const struct sg_verify_since *since,
                                          const struct sg_verify_watch *watch,
                                          struct sg_verify_report *report,
                                          struct scrubgate_fault *fault)
{
    struct sg_verify_run run = {.report = report, .watch = watch};
    enum scrubgate_status rc = sg_verify_run_open(&run, dir, config, since, fault);
    if (rc >= 0)
        rc = sg_verify_run_feed(&run, UINT64_MAX, fault);
    if (rc >= 0)
        rc = sg_verify_end(run.verify);
    if (rc >= 0)
        rc = sg_verify_run_tell(&run);
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, dir, 0, 0, "out of memory");
    sg_verify_run_close(&run);
    return rc;
}

enum scrubgate_status sg_verify_log(const char *dir, const struct sg_verify_config *config,
                                    sg_verify_progress *progress, void *ctx,
                                    struct sg_verify_report *report, struct scrubgate_fault *fault)
{
    const struct sg_verify_watch watch = {.progress = progress, .progress_ctx = ctx};
    return sg_verify_log_since(dir, config, NULL, &watch, report, fault);
}

enum scrubgate_status sg_verify_log_watched(const char *dir, const struct sg_verify_config *config,
                                            const struct sg_verify_watch *watch,
                                            struct sg_verify_report *report,
                                            struct scrubgate_fault *fault)
{
    return sg_verify_log_since(dir, config, NULL, watch, report, fault);
}

bool sg_verify_is_live(const char *dir)
{
    return sg_log_lock_is_shown(dir);
}
