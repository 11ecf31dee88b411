/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_follow.c - check a log while it grows.
 */
#include "audit/verify_follow.h"

#include <stdlib.h>

#include "audit/verify_run.h"
#include "base/diag.h"

enum { NS_IN_MS = 1000000, TAIL_EPOCHS = 2, SILENT_EPOCHS = 3 };

struct sg_follow {
    struct sg_verify_run run;
    uint64_t epoch_ns;
    uint64_t news_ns;     /* when the checkpoint last was another one; 0: not looked yet */
    uint64_t signed_size; /* by the checkpoint of then */
};

enum scrubgate_status sg_follow_open(struct sg_follow **follow, const char *dir,
                                     const struct sg_verify_config *config,
                                     const struct sg_verify_since *since,
                                     const struct sg_verify_watch *watch,
                                     struct sg_verify_report *report, struct scrubgate_fault *fault)
{
    struct sg_follow *made = calloc(1, sizeof *made);
    struct sg_verify_config own = *config;
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *follow = NULL;
    if (made == NULL)
        goto out;
    own.live = true; /* whether it really is, look tells apart */
    made->epoch_ns = (config->epoch_ms == 0 ? SG_VERIFY_EPOCH_MS : config->epoch_ms) * NS_IN_MS;
    made->run = (struct sg_verify_run){.report = report, .watch = watch};
    rc = sg_verify_run_open(&made->run, dir, &own, since, fault);
    if (rc < 0)
        goto out;
    *follow = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, dir, 0, 0, "out of memory");
    sg_follow_close(made);
    return rc;
}

void sg_follow_close(struct sg_follow *follow)
{
    if (follow == NULL)
        return;
    sg_verify_run_close(&follow->run);
    free(follow);
}

/* DONE: with its checkpoint of now the log has a trouble. */
static enum scrubgate_status go_on(struct sg_follow *follow, struct scrubgate_fault *fault)
{
    struct sg_verify_run *run = &follow->run;
    if (sg_reader_was_replaced(run->reader)) {
        sg_fault_set(fault, run->dir, 0, 0,
                     "another folder stands in its place: it was moved, or put back from a copy");
        return SCRUBGATE_EIO;
    }
    sg_buf_clear(&run->checkpoint);
    enum scrubgate_status rc = sg_reader_checkpoint(run->reader, &run->checkpoint, fault);
    if (rc < 0)
        return rc;
    return sg_verify_advance(run->verify, sg_buf_bytes(&run->checkpoint));
}

/* Who writes a log seals and signs it in each epoch, and who ended has sealed its end. Whether
 * somebody writes it is not asked before that: asking takes the lock for a moment. */
static enum scrubgate_status check_silence(struct sg_follow *follow, uint64_t now_ns)
{
    struct sg_verify *verify = follow->run.verify;
    const struct sg_verify_result *result = sg_verify_result(verify);
    if (follow->news_ns == 0 || result->signed_size != follow->signed_size) {
        follow->news_ns = now_ns;
        follow->signed_size = result->signed_size;
    }
    const uint64_t silent = now_ns - follow->news_ns;
    const bool live =
        silent <= TAIL_EPOCHS * follow->epoch_ns || sg_verify_is_live(follow->run.dir);
    sg_verify_set_live(verify, live);
    return live && silent > SILENT_EPOCHS * follow->epoch_ns ? sg_verify_find_silent(verify)
                                                             : SCRUBGATE_OK;
}

/* Witnesses saw less than was read by now: its root is shown to lead to the signed one. */
static enum scrubgate_status check_witnessed(struct sg_follow *follow,
                                             struct scrubgate_fault *fault)
{
    struct sg_verify_run *run = &follow->run;
    struct sg_verify_known seen;
    struct sg_buf note = {0};
    bool fresh = false;
    enum scrubgate_status rc = sg_reader_witnessed(run->reader, &note, fault);
    if (rc >= 0)
        rc = sg_verify_see_witnesses(run->verify, sg_buf_bytes(&note), &seen, &fresh);
    sg_buf_fini(&note);
    if (rc < 0 || !fresh)
        return rc;
    return sg_verify_run_compare(run, &seen, SG_VERIFY_WITNESSED);
}

enum scrubgate_status sg_follow_look(struct sg_follow *follow, uint64_t now_ns,
                                     struct scrubgate_fault *fault)
{
    struct sg_verify_run *run = &follow->run;
    const struct sg_verify_result *result = sg_verify_result(run->verify);
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (result->n_troubles == 0)
        rc = go_on(follow, fault);
    if (rc == SCRUBGATE_OK)
        rc = sg_verify_run_feed(run, result->signed_size, fault);
    if (rc == SCRUBGATE_OK)
        rc = check_silence(follow, now_ns);
    if (rc == SCRUBGATE_OK)
        rc = check_witnessed(follow, fault);
    if (rc >= 0)
        rc = sg_verify_pause(run->verify);
    if (rc >= 0 && result->n_troubles > 0)
        rc = sg_verify_run_tell(run);
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, run->dir, 0, 0, "out of memory");
    if (rc < 0)
        return rc;
    if (result->n_troubles > 0)
        return SCRUBGATE_DONE;
    sg_derived_pause(run->derived);
    run->report->result = *result;
    run->report->derived = *sg_derived_found(run->derived);
    return SCRUBGATE_OK;
}
