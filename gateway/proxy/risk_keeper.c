/* SPDX-License-Identifier: Apache-2.0 */
/*
 * risk_keeper.c - the thread that sees to the disk, so that nobody who judges waits for it.
 *
 *     each 100 ms:  contacts to the disk, what others wrote into the tables, another policy, jobs
 *     each minute:  the scorer's state     each day: what is too old is erased
 *
 * Jobs get a guard of their own: what they write is seen like what another process wrote, and comes
 * into force with the look that follows.
 */
#include <stddef.h>
#include <time.h>

#include "base/clock.h"
#include "base/diag.h"
#include "proxy/oplog.h"
#include "proxy/risk_parts.h"

#define MS UINT64_C(1000000)
static const uint64_t turn_ns = 100 * MS, save_ns = 60000 * MS,
                      lend_ns = 2000 * MS; /* the server waits meanwhile */

/* For the clock that nobody sets. */
static struct timespec from_now(uint64_t ns)
{
    const uint64_t at = sg_clock_mono_ns() + ns, second = 1000 * MS;
    return (struct timespec){.tv_sec = (time_t)(at / second), .tv_nsec = (long)(at % second)};
}

/* --- jobs ------------------------------------------------------------------------------------- */

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
        sg_risks_run_job(risks, job);
        last = job;
    }
    sg_risks_catch_up(risks); /* what they wrote is in force before they are done */
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
    sg_risks_tell(&risks->save_failed, rc, "the scorer's state cannot be saved", &fault);
    risks->save_ns = sg_clock_mono_ns() + save_ns;
}

static void save_finally(struct sg_risks *risks)
{
    save(risks);
    sg_risks_record_save(risks, !risks->save_failed);
}

void sg_risks_hand_over(struct sg_risks *risks)
{
    const struct timespec patience = from_now(lend_ns);
    int waited = 0;
    (void)pthread_mutex_lock(&risks->desk);
    risks->is_lent = risks->lends = true;
    (void)pthread_cond_signal(&risks->wake);
    while (risks->lends && waited == 0)
        waited = pthread_cond_timedwait(&risks->idle, &risks->desk, &patience);
    const bool late = risks->lends;
    risks->lends = false;
    (void)pthread_mutex_unlock(&risks->desk);
    if (late)
        sg_oplog(SG_OPLOG_WARN,
                 "the scorer's state was not saved in time for the gateway that takes over: that "
                 "one goes on from the last one",
                 NULL);
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
    sg_risks_flush(risks);
    if (lends) /* somebody waits for it */
        lend(risks);
    sg_risks_catch_up(risks);
    sg_risks_prune(risks);
    serve_jobs(risks);
    if (!lends && !is_lent && now_ns >= risks->save_ns)
        save(risks);
}

static void *run(void *ctx)
{
    struct sg_risks *risks = ctx;
    bool stop = false;
    (void)pthread_mutex_lock(&risks->desk);
    while (!stop) {
        const struct timespec next = from_now(turn_ns);
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
    if (!make_wake(&risks->idle)) {
        (void)pthread_cond_destroy(&risks->wake);
        return SCRUBGATE_ENOMEM;
    }
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
        risks->has_thread = false;
    }
    if (risks->has_wake)
        sg_wake_fini(risks->loop, &risks->finished);
    risks->has_wake = false;
    end_jobs(risks->done);
    end_jobs(risks->asked); /* none: the last turn served them */
    risks->done = risks->asked = NULL;
}
