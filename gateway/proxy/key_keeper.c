/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_keeper.c - sees to the keys of pseudonyms.
 */
#include "proxy/key_keeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/diag.h"
#include "proxy/auditor.h"
#include "proxy/key_store.h"
#include "proxy/oplog.h"

static const uint64_t again_ms = 60 * 1000; /* after a roll that could not be */

struct sg_key_keeper {
    struct sg_key_keeper_setup setup;
    char *hold; /* the file that says that there is a legal hold */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    bool sync_failed;  /* told once */
    uint64_t later_ms; /* no roll is tried before then */
};

static uint32_t oldest_day(const struct sg_key_keeper *keeper)
{
    struct stat info;
    const uint64_t today = (uint64_t)sg_clock_today(), keep = keeper->setup.keep_days;
    /* Where nobody can tell there may be one. */
    bool held = stat(keeper->hold, &info) == 0 || errno != ENOENT;
    return held || keep == 0 || keep >= today ? 0 : (uint32_t)(today - keep);
}

static void record(const struct sg_key_keeper *keeper, const struct sg_key_roll *roll)
{
    const struct sg_master master = {roll->old_print, roll->new_print, roll->kept, roll->dropped};
    struct sg_buf line = {0};
    uint64_t seq;
    enum scrubgate_status rc = sg_record_master(&line, keeper->setup.source, &master);
    if (rc >= 0)
        rc = sg_auditor_write(keeper->setup.auditor, &line, &seq);
    if (rc < 0)
        sg_oplog(SG_OPLOG_ERROR, "a new master of the pseudonyms' keys could not be recorded",
                 NULL);
    sg_buf_fini(&line);
}

static void roll(struct sg_key_keeper *keeper, uint64_t now_ms)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_key_roll rolled;
    char text[sizeof fault.what + sizeof fault.file + 32];
    enum scrubgate_status rc =
        sg_key_store_roll(keeper->setup.store, now_ms, oldest_day(keeper), &rolled, &fault);
    if (rc == SCRUBGATE_OK) {
        record(keeper, &rolled);
        return;
    }
    keeper->later_ms = now_ms + again_ms;
    if (rc == SCRUBGATE_DONE)
        return;
    sg_fault_print(&fault, text, sizeof text);
    sg_oplog(SG_OPLOG_ERROR, "no new master of the pseudonyms' keys; it is tried again", "fault",
             text, NULL);
}

static void see_to_them(struct sg_key_keeper *keeper)
{
    const uint64_t now_ms = sg_clock_wall_ms();
    bool failed = sg_key_store_sync(keeper->setup.store) < 0;
    if (failed && !keeper->sync_failed)
        sg_oplog(SG_OPLOG_ERROR, "the pseudonyms' keys cannot be synced", "why", strerror(errno),
                 NULL);
    keeper->sync_failed = failed;
    if (now_ms >= keeper->later_ms && sg_key_store_wants_roll(keeper->setup.store, now_ms))
        roll(keeper, now_ms);
}

static void *run(void *ctx)
{
    struct sg_key_keeper *keeper = ctx;
    struct timespec next;
    (void)clock_gettime(CLOCK_MONOTONIC, &next);
    (void)pthread_mutex_lock(&keeper->lock);
    while (!keeper->stop) {
        next.tv_sec++;
        (void)pthread_cond_timedwait(&keeper->wake, &keeper->lock, &next);
        if (keeper->stop)
            break;
        (void)pthread_mutex_unlock(&keeper->lock);
        see_to_them(keeper);
        (void)clock_gettime(CLOCK_MONOTONIC, &next);
        (void)pthread_mutex_lock(&keeper->lock);
    }
    (void)pthread_mutex_unlock(&keeper->lock);
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

static void free_keeper(struct sg_key_keeper *keeper)
{
    free(keeper->hold);
    free(keeper);
}

enum scrubgate_status sg_key_keeper_start(struct sg_key_keeper **keeper,
                                          const struct sg_key_keeper_setup *setup)
{
    static const char name[] = "/hold";
    const size_t size = strlen(setup->audit_dir) + sizeof name;
    struct sg_key_keeper *made = calloc(1, sizeof *made);
    *keeper = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->setup = *setup;
    made->setup.audit_dir = NULL;
    made->hold = malloc(size);
    if (made->hold == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free_keeper(made);
        return SCRUBGATE_ENOMEM;
    }
    (void)snprintf(made->hold, size, "%s%s", setup->audit_dir, name);
    if (!make_wake(&made->wake)) {
        (void)pthread_mutex_destroy(&made->lock);
        free_keeper(made);
        return SCRUBGATE_ENOMEM;
    }
    if (pthread_create(&made->thread, NULL, run, made) != 0) {
        (void)pthread_cond_destroy(&made->wake);
        (void)pthread_mutex_destroy(&made->lock);
        free_keeper(made);
        return SCRUBGATE_EIO;
    }
    *keeper = made;
    return SCRUBGATE_OK;
}

void sg_key_keeper_stop(struct sg_key_keeper *keeper)
{
    if (keeper == NULL)
        return;
    (void)pthread_mutex_lock(&keeper->lock);
    keeper->stop = true;
    (void)pthread_cond_signal(&keeper->wake);
    (void)pthread_mutex_unlock(&keeper->lock);
    (void)pthread_join(keeper->thread, NULL);
    (void)pthread_cond_destroy(&keeper->wake);
    (void)pthread_mutex_destroy(&keeper->lock);
    free_keeper(keeper);
}
