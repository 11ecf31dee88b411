/* SPDX-License-Identifier: Apache-2.0 */
/*
 * risk_keeper.c - the thread that sees to the disk, so that nobody who judges waits for it.
 *
 *     each 100 ms:  contacts to the disk, what others wrote into the tables, another policy, jobs
 *     each minute:  the scorer's state     each day: what is too old is erased
 *
 * Jobs get a guard of their own, opened for them and closed behind them: what they write is seen
 * like what another process wrote, and comes into force with the look that follows.
 */
#include <stddef.h>
#include <time.h>

#include "base/clock.h"
#include "base/diag.h"
#include "proxy/oplog.h"
#include "proxy/risk_parts.h"

#define MS UINT64_C(1000000)
static const uint64_t turn_ns = 100 * MS, again_ns = 10000 * MS, save_ns = 60000 * MS,
                      day_ns = 86400000 * MS;

/* Once for each trouble, and once when it is over. */
static void tell(bool *told, enum scrubgate_status rc, const char *what,
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

/* --- the guard -------------------------------------------------------------------------------- */

void sg_risks_open_guard(struct sg_risks *risks)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_collusion_guard *guard;
    const enum scrubgate_status rc =
        sg_collusion_guard_open(&guard, risks->guard_path, sg_risks_policy(risks), &fault);
    tell(&risks->open_failed, rc, "the guard's file cannot be had: what it would know is denied",
         &fault);
    risks->open_ns = sg_clock_mono_ns() + again_ns;
    (void)pthread_mutex_lock(&risks->lock);
    risks->guard = guard;
    risks->counts.guard_known = guard != NULL;
    (void)pthread_mutex_unlock(&risks->lock);
}

static void flush(struct sg_risks *risks)
{
    struct scrubgate_fault fault = {.what = "out of memory"};
    struct sg_guard_batch *batch;
    (void)pthread_mutex_lock(&risks->lock);
    enum scrubgate_status rc = sg_guard_batch_collect(risks->guard, &batch);
    (void)pthread_mutex_unlock(&risks->lock);
    if (rc >= 0 && batch != NULL) {
        rc = sg_guard_batch_write(risks->guard, batch, &fault);
        (void)pthread_mutex_lock(&risks->lock);
        sg_guard_batch_settle(risks->guard, batch, rc >= 0);
        risks->counts.flush_failures += rc < 0;
        (void)pthread_mutex_unlock(&risks->lock);
    }
    tell(&risks->flush_failed, rc, "contacts cannot be written: they are kept and tried again",
         &fault);
}

/* Takes in what others wrote; next: under its policy from then on, NULL: the same. */
static enum scrubgate_status catch_up(struct sg_risks *risks, struct sg_generation *next)
{
    const struct sg_collusion_policy *policy = next != NULL ? next->config->policy : NULL;
    struct scrubgate_fault fault = {.what = "out of memory"};
    struct sg_guard_view *view = NULL;
    struct sg_generation *old = NULL;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (risks->guard != NULL)
        rc = sg_guard_view_read(risks->guard, policy, &view, &fault);
    (void)pthread_mutex_lock(&risks->lock);
    if (risks->guard != NULL) {
        const enum scrubgate_status taken = sg_guard_view_take(risks->guard, view);
        rc = rc < 0 ? rc : taken;
        risks->counts.guard_known = rc >= 0;
    }
    if (rc >= 0 && next != NULL) {
        old = risks->generation;
        risks->generation = sg_generation_hold(next);
    }
    (void)pthread_mutex_unlock(&risks->lock);
    tell(&risks->refresh_failed, rc,
         "the guard's file cannot be read: what it would know is denied", &fault);
    sg_generation_drop(old);
    return rc;
}

/* One that cannot be put in force is tried again with the next turn. */
static void renew(struct sg_risks *risks)
{
    (void)pthread_mutex_lock(&risks->desk);
    struct sg_generation *next = risks->next;
    risks->next = NULL;
    (void)pthread_mutex_unlock(&risks->desk);
    if (catch_up(risks, next) < 0 && next != NULL) {
        (void)pthread_mutex_lock(&risks->desk);
        if (risks->next == NULL) {
            risks->next = next;
            next = NULL;
        }
        (void)pthread_mutex_unlock(&risks->desk);
    } else if (next != NULL) {
        sg_oplog(SG_OPLOG_INFO, "policy in force", "config", next->config->digest, NULL);
    }
    sg_generation_drop(next);
}

/* --- jobs ------------------------------------------------------------------------------------- */

/* With a guard of its own: this thread may wait for it as long as it takes. */
static void run_job(struct sg_risks *risks, struct sg_guard_job *job)
{
    struct sg_collusion_guard *clerk;
    job->fault = (struct scrubgate_fault){.what = ""};
    job->status =
        sg_collusion_guard_open(&clerk, risks->guard_path, sg_risks_policy(risks), &job->fault);
    if (job->status >= 0)
        job->status = job->run(job, clerk);
    sg_collusion_guard_close(clerk);
}

static enum scrubgate_status prune(struct sg_guard_job *job, struct sg_collusion_guard *guard)
{
    uint64_t removed = 0;
    return sg_collusion_guard_prune(guard, sg_clock_wall_ms(), &removed, &job->fault);
}

static void prune_daily(struct sg_risks *risks)
{
    struct sg_guard_job job = {.run = prune};
    char text[sizeof job.fault.what + sizeof job.fault.file + 32];
    if (sg_clock_mono_ns() < risks->prune_ns)
        return;
    run_job(risks, &job);
    risks->prune_ns = sg_clock_mono_ns() + day_ns;
    if (job.status >= 0)
        return;
    sg_fault_print(&job.fault, text, sizeof text);
    sg_oplog(SG_OPLOG_ERROR, "what is too old in the guard's file could not be erased", "fault",
             text, NULL);
}

static void serve_jobs(struct sg_risks *risks)
{
    (void)pthread_mutex_lock(&risks->desk);
    struct sg_guard_job *list = risks->asked, *last = list;
    risks->asked = NULL;
    risks->asked_end = &risks->asked;
    (void)pthread_mutex_unlock(&risks->desk);
    if (list == NULL)
        return;
    for (struct sg_guard_job *job = list; job != NULL; job = job->next) {
        run_job(risks, job);
        last = job;
    }
    renew(risks); /* what they wrote is in force before they are done */
    (void)pthread_mutex_lock(&risks->desk);
    *risks->done_end = list;
    risks->done_end = &last->next;
    (void)pthread_mutex_unlock(&risks->desk);
    sg_wake_ring(&risks->finished);
}

static void end_jobs(struct sg_guard_job *list)
{
    while (list != NULL) {
        struct sg_guard_job *job = list;
        list = job->next;
        job->next = NULL;
        job->done(job);
    }
}

/* On the loop's thread. */
static void finished(struct sg_wake *wake)
{
    struct sg_risks *risks =
        (struct sg_risks *)(void *)((char *)wake - offsetof(struct sg_risks, finished));
    (void)pthread_mutex_lock(&risks->desk);
    struct sg_guard_job *list = risks->done;
    risks->done = NULL;
    risks->done_end = &risks->done;
    (void)pthread_mutex_unlock(&risks->desk);
    end_jobs(list);
}

void sg_risks_submit(struct sg_risks *risks, struct sg_guard_job *job)
{
    job->next = NULL;
    (void)pthread_mutex_lock(&risks->desk);
    *risks->asked_end = job;
    risks->asked_end = &job->next;
    (void)pthread_cond_signal(&risks->wake);
    (void)pthread_mutex_unlock(&risks->desk);
}

void sg_risks_renew(struct sg_risks *risks, struct sg_generation *generation)
{
    struct sg_generation *unseen;
    (void)pthread_mutex_lock(&risks->desk);
    unseen = risks->next;
    risks->next = sg_generation_hold(generation);
    (void)pthread_cond_signal(&risks->wake);
    (void)pthread_mutex_unlock(&risks->desk);
    sg_generation_drop(unseen);
}

/* --- the state -------------------------------------------------------------------------------- */

static void save(struct sg_risks *risks)
{
    const enum scrubgate_status rc = sg_risks_save(risks);
    const struct scrubgate_fault fault = {.what = "see the disk of the state folder"};
    (void)pthread_mutex_lock(&risks->lock);
    risks->counts.save_failures += rc < 0;
    if (rc >= 0)
        risks->counts.saved_ms = sg_clock_wall_ms();
    (void)pthread_mutex_unlock(&risks->lock);
    tell(&risks->save_failed, rc, "the scorer's state cannot be saved", &fault);
    risks->save_ns = sg_clock_mono_ns() + save_ns;
}

static void save_finally(struct sg_risks *risks)
{
    save(risks);
    sg_risks_record_save(risks, !risks->save_failed);
}

void sg_risks_hand_over(struct sg_risks *risks)
{
    (void)pthread_mutex_lock(&risks->desk);
    risks->is_lent = risks->lends = true;
    (void)pthread_cond_signal(&risks->wake);
    while (risks->lends)
        (void)pthread_cond_wait(&risks->idle, &risks->desk);
    (void)pthread_mutex_unlock(&risks->desk);
}

void sg_risks_keep(struct sg_risks *risks)
{
    (void)pthread_mutex_lock(&risks->desk);
    risks->is_lent = false;
    (void)pthread_mutex_unlock(&risks->desk);
}

/* The last save before another gateway reads it; then it is that one's. */
static void lend(struct sg_risks *risks)
{
    save_finally(risks);
    (void)pthread_mutex_lock(&risks->desk);
    risks->lends = false;
    (void)pthread_cond_broadcast(&risks->idle);
    (void)pthread_mutex_unlock(&risks->desk);
}

/* --- the thread ------------------------------------------------------------------------------- */

static void turn(struct sg_risks *risks, bool lends, bool is_lent)
{
    const uint64_t now_ns = sg_clock_mono_ns();
    if (risks->guard == NULL && now_ns >= risks->open_ns)
        sg_risks_open_guard(risks);
    if (risks->guard != NULL)
        flush(risks);
    renew(risks);
    prune_daily(risks);
    serve_jobs(risks);
    if (lends)
        lend(risks);
    else if (!is_lent && now_ns >= risks->save_ns)
        save(risks);
}

static struct timespec next_turn(void)
{
    const uint64_t at = sg_clock_mono_ns() + turn_ns, second = 1000 * MS;
    return (struct timespec){.tv_sec = (time_t)(at / second), .tv_nsec = (long)(at % second)};
}

static void *run(void *ctx)
{
    struct sg_risks *risks = ctx;
    bool stop = false;
    (void)pthread_mutex_lock(&risks->desk);
    while (!stop) {
        const struct timespec next = next_turn();
        if (!risks->stop && risks->asked == NULL && !risks->lends)
            (void)pthread_cond_timedwait(&risks->wake, &risks->desk, &next);
        const bool lends = risks->lends, is_lent = risks->is_lent;
        stop = risks->stop;
        (void)pthread_mutex_unlock(&risks->desk);
        turn(risks, lends, is_lent);
        if (stop && !is_lent)
            save_finally(risks);
        (void)pthread_mutex_lock(&risks->desk);
    }
    (void)pthread_mutex_unlock(&risks->desk);
    return NULL;
}

static bool make_wake(pthread_cond_t *wake)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0)
        return false;
    bool ok = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
              pthread_cond_init(wake, &attr) == 0;
    (void)pthread_condattr_destroy(&attr);
    return ok;
}

enum scrubgate_status sg_risks_start_keeper(struct sg_risks *risks)
{
    risks->save_ns = sg_clock_mono_ns() + save_ns;
    enum scrubgate_status rc = sg_wake_init(risks->loop, &risks->finished, finished);
    if (rc < 0)
        return rc;
    risks->has_wake = true;
    if (!make_wake(&risks->wake))
        return SCRUBGATE_ENOMEM;
    (void)pthread_cond_init(&risks->idle, NULL); /* without attributes it cannot fail in glibc */
    risks->has_thread = pthread_create(&risks->thread, NULL, run, risks) == 0;
    if (risks->has_thread)
        return SCRUBGATE_OK;
    (void)pthread_cond_destroy(&risks->wake);
    (void)pthread_cond_destroy(&risks->idle);
    return SCRUBGATE_EIO;
}

void sg_risks_stop_keeper(struct sg_risks *risks)
{
    if (risks->has_thread) {
        (void)pthread_mutex_lock(&risks->desk);
        risks->stop = true;
        (void)pthread_cond_signal(&risks->wake);
        (void)pthread_mutex_unlock(&risks->desk);
        (void)pthread_join(risks->thread, NULL);
        (void)pthread_cond_destroy(&risks->wake);
        (void)pthread_cond_destroy(&risks->idle);
    }
    if (risks->has_wake)
        sg_wake_fini(risks->loop, &risks->finished);
    end_jobs(risks->done);
    end_jobs(risks->asked); /* none: the last turn served them */
}
