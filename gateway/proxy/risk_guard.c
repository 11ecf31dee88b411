/* SPDX-License-Identifier: Apache-2.0 */
/*
 * risk_guard.c - the keeper's guard: its file opened, left and opened anew, contacts to the disk,
 * what others wrote into the tables, what is too old erased.
 *
 *     no guard ──open──> known ──cannot be read, or is not in its place──> no guard
 *        └── each 10 s ──┘ └── contacts do not get to the disk for 3 s: doubted until they do
 *
 * Whatever goes wrong, the file is opened anew by its path: what a person put there is found
 * without a restart. What was not written waits for it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/diag.h"
#include "proxy/auditor.h"
#include "proxy/oplog.h"
#include "proxy/risk_parts.h"

#define MS UINT64_C(1000000)
static const uint64_t again_ns = 10000 * MS, hour_ns = 3600000 * MS, day_ns = 86400000 * MS;

void sg_risks_tell(bool *told, enum scrubgate_status rc, const char *what,
                   const struct scrubgate_fault *fault)
{
    char text[sizeof fault->what + sizeof fault->file + 32];
    if (rc < 0 && !*told) {
        sg_fault_print(fault, text, sizeof text);
        sg_oplog(SG_OPLOG_ERROR, what, "fault", text, NULL);
    } else if (rc >= 0 && *told) {
        sg_oplog(SG_OPLOG_INFO, "this is over", "what", what, NULL);
    }
    *told = rc < 0;
}

static void record(const struct sg_risks *risks, const char *what, bool done, uint64_t count)
{
    const struct sg_guard_news news = {what, done, count};
    struct sg_buf line = {0};
    uint64_t seq;
    if (risks->auditor == NULL)
        return;
    enum scrubgate_status rc = sg_record_guard_news(&line, risks->source, &news);
    if (rc >= 0)
        rc = sg_auditor_write(risks->auditor, &line, &seq);
    if (rc < 0)
        sg_oplog(SG_OPLOG_ERROR, "what became of the guard's file could not be recorded", NULL);
    sg_buf_fini(&line);
}

/* --- opened, left ----------------------------------------------------------------------------- */

/* A file that is made anew where one was before has lost orders: nobody must think they stand. */
static void tell_opened(struct sg_risks *risks, const struct sg_collusion_guard *guard)
{
    char orders[24];
    (void)snprintf(orders, sizeof orders, "%llu",
                   (unsigned long long)sg_collusion_guard_orders(guard));
    const bool is_lost = sg_collusion_guard_is_new(guard) && risks->had_guard;
    if (is_lost) {
        sg_oplog(SG_OPLOG_WARN,
                 "the guard's file was not there any more and is begun anew: orders and contacts "
                 "are lost unless a copy is put in its place",
                 "file", risks->guard_path, NULL);
        record(risks, "guard-anew", false, 0);
    } else {
        sg_oplog(SG_OPLOG_INFO, "the guard's file is open", "orders", orders, NULL);
    }
    risks->had_guard = true;
}

void sg_risks_open_guard(struct sg_risks *risks)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_collusion_guard *guard;
    const enum scrubgate_status rc =
        sg_collusion_guard_open(&guard, risks->guard_path, sg_risks_policy(risks), &fault);
    sg_risks_tell(&risks->open_failed, rc,
                  "the guard's file cannot be had: agents are denied until it can", &fault);
    risks->open_ns = sg_clock_mono_ns() + again_ns;
    if (guard != NULL) {
        tell_opened(risks, guard);
        sg_guard_batch_settle(guard, risks->unwritten, false);
        risks->unwritten = NULL;
    }
    (void)pthread_mutex_lock(&risks->lock);
    risks->guard = guard;
    risks->counts.guard_known = guard != NULL;
    (void)pthread_mutex_unlock(&risks->lock);
}

static void close_clerk(struct sg_risks *risks)
{
    sg_collusion_guard_close(risks->clerk);
    risks->clerk = NULL;
}

/* Closed before another is opened: two in one process that share the file beside would drop each
 * other's locks. */
void sg_risks_close_guard(struct sg_risks *risks)
{
    struct sg_collusion_guard *guard = risks->guard;
    close_clerk(risks);
    if (guard == NULL)
        return;
    (void)pthread_mutex_lock(&risks->lock);
    risks->guard = NULL;
    risks->counts.guard_known = false;
    (void)pthread_mutex_unlock(&risks->lock);
    if (sg_guard_batch_collect(guard, &risks->unwritten) < 0)
        sg_oplog(SG_OPLOG_ERROR, "contacts of this moment are lost: out of memory", NULL);
    sg_collusion_guard_close(guard);
}

/* --- contacts --------------------------------------------------------------------------------- */

/* Others may go on for a moment while the disk does not; not for long. */
static void doubt(struct sg_risks *risks, bool failed)
{
    const uint64_t now_ns = sg_clock_mono_ns();
    if (!failed)
        risks->failing_ns = 0;
    else if (risks->failing_ns == 0)
        risks->failing_ns = now_ns;
    const bool is_doubted = failed && now_ns - risks->failing_ns >= risks->doubt_after_ns;
    (void)pthread_mutex_lock(&risks->lock);
    risks->counts.flush_failures += failed;
    risks->counts.guard_known = !is_doubted;
    sg_collusion_guard_doubt(risks->guard, is_doubted);
    (void)pthread_mutex_unlock(&risks->lock);
}

void sg_risks_flush(struct sg_risks *risks)
{
    struct scrubgate_fault fault = {.what = "out of memory"};
    struct sg_guard_batch *batch;
    if (risks->guard == NULL)
        return;
    (void)pthread_mutex_lock(&risks->lock);
    enum scrubgate_status rc = sg_guard_batch_collect(risks->guard, &batch);
    (void)pthread_mutex_unlock(&risks->lock);
    if (rc >= 0 && batch != NULL) {
        rc = sg_guard_batch_write(risks->guard, batch, &fault);
        (void)pthread_mutex_lock(&risks->lock);
        sg_guard_batch_settle(risks->guard, batch, rc >= 0);
        (void)pthread_mutex_unlock(&risks->lock);
    }
    doubt(risks, rc < 0);
    sg_risks_tell(&risks->flush_failed, rc,
                  "contacts cannot be written: they are kept and tried again", &fault);
}

/* --- news ------------------------------------------------------------------------------------- */

static enum scrubgate_status read_news(struct sg_risks *risks,
                                       const struct sg_collusion_policy *policy)
{
    struct scrubgate_fault fault = {.what = "out of memory"};
    struct sg_guard_view *view = NULL;
    enum scrubgate_status rc = sg_guard_view_read(risks->guard, policy, &view, &fault);
    (void)pthread_mutex_lock(&risks->lock);
    const enum scrubgate_status taken = sg_guard_view_take(risks->guard, view);
    rc = rc < 0 ? rc : taken;
    (void)pthread_mutex_unlock(&risks->lock);
    sg_risks_tell(&risks->refresh_failed, rc,
                  "the guard's file cannot be read any more: it is opened anew", &fault);
    return rc;
}

/* The policy is in force, with the guard or without. */
static void swap(struct sg_risks *risks, struct sg_generation *next)
{
    close_clerk(risks); /* it stands on the old one */
    (void)pthread_mutex_lock(&risks->lock);
    struct sg_generation *old = risks->generation;
    risks->generation = next;
    (void)pthread_mutex_unlock(&risks->lock);
    sg_generation_drop(old);
    sg_oplog(SG_OPLOG_INFO, "policy in force", "config", next->config->digest, NULL);
}

void sg_risks_catch_up(struct sg_risks *risks)
{
    (void)pthread_mutex_lock(&risks->desk);
    struct sg_generation *next = risks->next;
    risks->next = NULL;
    (void)pthread_mutex_unlock(&risks->desk);
    const bool failed =
        risks->guard != NULL && read_news(risks, next == NULL ? NULL : next->config->policy) < 0;
    if (failed)
        sg_risks_close_guard(risks);
    if (next != NULL)
        swap(risks, next);
    if (failed)
        sg_risks_open_guard(risks);
}

/* --- for those who may wait ------------------------------------------------------------------- */

/* Knows what others wrote. */
static enum scrubgate_status have_clerk(struct sg_risks *risks, struct scrubgate_fault *fault)
{
    if (risks->clerk != NULL && sg_collusion_guard_refresh(risks->clerk, fault) >= 0)
        return SCRUBGATE_OK;
    close_clerk(risks);
    return sg_collusion_guard_open(&risks->clerk, risks->guard_path, sg_risks_policy(risks), fault);
}

void sg_risks_run_job(struct sg_risks *risks, struct sg_guard_job *job)
{
    job->fault = (struct scrubgate_fault){.what = ""};
    /* Or it would be done, and not in force. */
    if (risks->guard == NULL)
        sg_risks_open_guard(risks);
    job->status = have_clerk(risks, &job->fault);
    if (job->status >= 0 && risks->guard == NULL) {
        sg_fault_set(&job->fault, risks->guard_path, 0, 0, "the gateway could not open it");
        job->status = SCRUBGATE_EIO;
    }
    if (job->status >= 0)
        job->status = job->run(job, risks->clerk);
}

/* --- what is too old -------------------------------------------------------------------------- */

/* Where nobody can tell there may be a legal hold. */
static bool is_held(const struct sg_risks *risks)
{
    const char *dir = risks->generation->config->audit_dir;
    struct sg_buf path = {0};
    struct stat info;
    bool held = true;
    if (dir != NULL && sg_buf_addf(&path, "%s/hold", dir) >= 0 && sg_buf_add_byte(&path, '\0') >= 0)
        held = stat((const char *)path.data, &info) == 0 || errno != ENOENT;
    sg_buf_fini(&path);
    return held;
}

struct pruning {
    struct sg_guard_job job; /* first: its owner is found from it */
    uint64_t now_ms, removed;
    bool is_sure, done;
};

/* By a clock that is ahead all would be too old: it is believed once it has kept pace for a day, or
 * where the file itself shows that the days before were lived through. */
static enum scrubgate_status prune(struct sg_guard_job *job, struct sg_collusion_guard *guard)
{
    struct pruning *pruning = (struct pruning *)(void *)job;
    bool lived = pruning->is_sure;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!lived)
        rc = sg_collusion_guard_lived(guard, pruning->now_ms, &lived, &job->fault);
    if (rc >= 0 && lived)
        rc = sg_collusion_guard_prune(guard, pruning->now_ms, &pruning->removed, &job->fault);
    pruning->done = rc >= 0 && lived;
    return rc;
}

void sg_risks_prune(struct sg_risks *risks)
{
    const uint64_t now_ns = sg_clock_mono_ns(), boot_ns = sg_clock_boot_ns();
    struct pruning pruning = {.job = {.run = prune}, .now_ms = sg_clock_wall_ms()};
    if (now_ns < risks->prune_ns)
        return;
    risks->prune_ns = now_ns + hour_ns;
    if (is_held(risks) || sg_event_expiry_jumped(&risks->clock, pruning.now_ms, boot_ns))
        return;
    pruning.is_sure = boot_ns - risks->clock.boot_ns >= day_ns;
    sg_risks_run_job(risks, &pruning.job);
    sg_risks_tell(&risks->prune_failed, pruning.job.status,
                  "what is too old in the guard's file could not be erased", &pruning.job.fault);
    if (pruning.done)
        risks->prune_ns = now_ns + day_ns;
    if (pruning.removed > 0)
        record(risks, "guard-pruned", true, pruning.removed);
}
