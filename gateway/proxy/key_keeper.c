/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_keeper.c - sees to keys, and to what is kept for a time.
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
#include "net/condition.h"
#include "proxy/auditor.h"
#include "proxy/epochs.h"
#include "proxy/event_expiry.h"
#include "proxy/key_store.h"
#include "proxy/oplog.h"

static const uint64_t again_ms = 60 * 1000; /* after a roll that could not be */

struct sg_key_keeper {
    struct sg_key_keeper_setup setup;
    char *hold;   /* the file that says that there is a legal hold */
    char *events; /* NULL: none */
    struct sg_event_expiry expiry;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    bool sync_failed;           /* told once */
    uint64_t later_ms;          /* no roll is tried before then */
    uint64_t epoch_later_ns;    /* no epoch's turn is */
    enum sg_epoch_trouble told; /* of the clock, to the operator */
};

/* Where nobody can tell there may be one. */
static bool is_held(const struct sg_key_keeper *keeper)
{
    struct stat info;
    return stat(keeper->hold, &info) == 0 || errno != ENOENT;
}

/* --- of pseudonyms --- */

static uint32_t oldest_day(const struct sg_key_keeper *keeper)
{
    const uint64_t today = (uint64_t)sg_clock_today(), keep = keeper->setup.keep_days;
    return is_held(keeper) || keep == 0 || keep >= today ? 0 : (uint32_t)(today - keep);
}

/* Writes the line, when it could be made; empties it. */
static void put_record(const struct sg_key_keeper *keeper, enum scrubgate_status rc,
                       struct sg_buf *line, const char *else_told)
{
    uint64_t seq;
    if (rc >= 0)
        rc = sg_auditor_write(keeper->setup.auditor, line, &seq);
    if (rc < 0)
        sg_oplog(SG_OPLOG_ERROR, else_told, NULL);
    sg_buf_fini(line);
}

static void tell_fault(const char *what, const struct scrubgate_fault *fault)
{
    char text[sizeof fault->what + sizeof fault->file + 32];
    sg_fault_print(fault, text, sizeof text);
    sg_oplog(SG_OPLOG_ERROR, what, "fault", text, NULL);
}

static void record(const struct sg_key_keeper *keeper, const struct sg_key_roll *roll)
{
    const struct sg_master master = {roll->old_print, roll->new_print, roll->kept, roll->dropped};
    struct sg_buf line = {0};
    enum scrubgate_status rc = sg_record_master(&line, keeper->setup.source, &master);
    put_record(keeper, rc, &line, "a new master of the pseudonyms' keys could not be recorded");
}

static void roll(struct sg_key_keeper *keeper, uint64_t now_ms)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_key_roll rolled;
    enum scrubgate_status rc =
        sg_key_store_roll(keeper->setup.store, now_ms, oldest_day(keeper), &rolled, &fault);
    if (rc == SCRUBGATE_OK) {
        record(keeper, &rolled);
        return;
    }
    keeper->later_ms = now_ms + again_ms;
    if (rc == SCRUBGATE_DONE)
        return;
    tell_fault("no new master of the pseudonyms' keys; it is tried again", &fault);
}

static void see_to_pseudonyms(struct sg_key_keeper *keeper, uint64_t now_ms)
{
    bool failed = sg_key_store_sync(keeper->setup.store) < 0;
    if (failed && !keeper->sync_failed)
        sg_oplog(SG_OPLOG_ERROR, "the pseudonyms' keys cannot be synced", "why", strerror(errno),
                 NULL);
    keeper->sync_failed = failed;
    if (now_ms >= keeper->later_ms && sg_key_store_wants_roll(keeper->setup.store, now_ms))
        roll(keeper, now_ms);
}

/* --- of fingerprints --- */

static void record_epoch(const struct sg_key_keeper *keeper, uint32_t number, bool destroyed)
{
    struct sg_buf line = {0};
    const struct sg_key_epoch epoch = {number, destroyed};
    char text[16];
    if (number == 0)
        return;
    (void)snprintf(text, sizeof text, "%lu", (unsigned long)number);
    sg_oplog(SG_OPLOG_INFO,
             destroyed ? "a key of fingerprints is destroyed" : "a key of fingerprints is in force",
             "epoch", text, NULL);
    enum scrubgate_status rc = sg_record_epoch(&line, keeper->setup.source, &epoch);
    put_record(keeper, rc, &line, "an epoch of fingerprints could not be recorded");
}

static void tell_clock(struct sg_key_keeper *keeper, enum sg_epoch_trouble trouble)
{
    static const char *const words[] = {
        [SG_EPOCH_FINE] = "the clock and the key of fingerprints agree",
        [SG_EPOCH_CLOCK_BEHIND] = "the clock is behind the key of fingerprints, which stays",
        [SG_EPOCH_CLOCK_DOUBTED] = "by the clock a key of fingerprints ends: believed after a day"};
    if (trouble != keeper->told)
        sg_oplog(trouble == SG_EPOCH_FINE ? SG_OPLOG_INFO : SG_OPLOG_WARN, words[trouble], NULL);
    keeper->told = trouble;
}

static void see_to_epochs(struct sg_key_keeper *keeper, uint64_t now_ms)
{
    struct scrubgate_fault fault = {.what = "out of memory"};
    struct sg_epoch_turn turn;
    const uint64_t now_ns = sg_clock_mono_ns();
    if (keeper->setup.epochs == NULL || now_ns < keeper->epoch_later_ns)
        return;
    enum scrubgate_status rc =
        sg_epochs_tend(keeper->setup.epochs, now_ms, is_held(keeper), &turn, &fault);
    tell_clock(keeper, turn.trouble);
    if (rc < 0) {
        tell_fault("the key of fingerprints could not be replaced; it is tried again", &fault);
        keeper->epoch_later_ns = now_ns + again_ms * 1000000;
    }
    if (turn.began != 0 || turn.destroyed != 0) {
        struct sg_epoch *epoch = sg_epochs_current(keeper->setup.epochs);
        keeper->setup.turned(keeper->setup.ctx, epoch);
        sg_epoch_drop(epoch);
    }
    record_epoch(keeper, turn.began, false);
    record_epoch(keeper, turn.destroyed, true);
}

/* --- events --- */

static void see_to_events(struct sg_key_keeper *keeper, uint64_t now_ms)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_expired expired;
    if (keeper->events == NULL || is_held(keeper))
        return;
    enum scrubgate_status rc = sg_event_expiry_tend(&keeper->expiry, keeper->events, now_ms,
                                                    sg_clock_boot_ns(), &expired, &fault);
    if (rc < 0)
        tell_fault("old events could not be removed", &fault);
    if (expired.files == 0)
        return;
    struct sg_buf line = {0};
    const struct sg_expiry expiry = {expired.files, expired.to_ms};
    rc = sg_record_expiry(&line, keeper->setup.source, &expiry);
    put_record(keeper, rc, &line, "the end of old events could not be recorded");
}

/* --- its thread --- */

static void see_to_all(struct sg_key_keeper *keeper)
{
    const uint64_t now_ms = sg_clock_wall_ms();
    see_to_pseudonyms(keeper, now_ms);
    see_to_epochs(keeper, now_ms);
    see_to_events(keeper, now_ms);
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
        see_to_all(keeper);
        (void)clock_gettime(CLOCK_MONOTONIC, &next);
        (void)pthread_mutex_lock(&keeper->lock);
    }
    (void)pthread_mutex_unlock(&keeper->lock);
    return NULL;
}

static void free_keeper(struct sg_key_keeper *keeper)
{
    free(keeper->hold);
    free(keeper->events);
    free(keeper);
}

/* NULL: out of memory. */
static char *join_path(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 1;
    char *path = malloc(size);
    if (path != NULL)
        (void)snprintf(path, size, "%s%s", folder, name);
    return path;
}

enum scrubgate_status sg_key_keeper_start(struct sg_key_keeper **keeper,
                                          const struct sg_key_keeper_setup *setup)
{
    struct sg_key_keeper *made = calloc(1, sizeof *made);
    *keeper = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->setup = *setup;
    made->setup.audit_dir = made->setup.events = NULL;
    made->hold = join_path(setup->audit_dir, "/hold");
    made->events = setup->events == NULL ? NULL : join_path(setup->events, "");
    sg_event_expiry_init(&made->expiry, sg_clock_wall_ms(), sg_clock_boot_ns());
    if (made->hold == NULL || (setup->events != NULL && made->events == NULL) ||
        pthread_mutex_init(&made->lock, NULL) != 0) {
        free_keeper(made);
        return SCRUBGATE_ENOMEM;
    }
    if (!sg_condition_init(&made->wake)) {
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
