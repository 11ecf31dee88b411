/* SPDX-License-Identifier: Apache-2.0 */
/*
 * risk_state.c - what the scorer has learnt, kept over a restart: <state>/collusion/scorer.state.
 *
 * Losing it is no harm that lasts: sketches fill again within weeks. So whatever is wrong with the
 * file (damaged, of another version, under another key) the scorer begins anew, and says so in the
 * audit log: from then on some tickets are judged by less than was known.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "proxy/auditor.h"
#include "proxy/oplog.h"
#include "proxy/risk_parts.h"

static const char name[] = "scorer.state", fresh[] = "scorer.state.new";
enum { MODE = 0600, STATE_MOST = 512 * 1024 * 1024 };

static void record(const struct sg_risks *risks, const struct sg_sketches *sketches)
{
    struct sg_buf line = {0};
    uint64_t seq;
    if (risks->auditor == NULL)
        return;
    enum scrubgate_status rc = sg_record_sketches(&line, risks->source, sketches);
    if (rc >= 0)
        rc = sg_auditor_write(risks->auditor, &line, &seq);
    if (rc < 0)
        sg_oplog(SG_OPLOG_ERROR, "what became of the scorer's state could not be recorded", NULL);
    sg_buf_fini(&line);
}

void sg_risks_record_save(struct sg_risks *risks, bool saved)
{
    struct sg_risks_counts counts;
    sg_risks_count(risks, &counts);
    const struct sg_sketches sketches = {.what = "sketches-saved",
                                         .done = saved,
                                         .why = saved ? "" : "disk",
                                         .agents = counts.agents};
    record(risks, &sketches);
}

/* A word for why there is nothing to go on with; NULL: there is. */
static const char *read_state(struct sg_risks *risks)
{
    struct sg_buf text;
    const char *why = NULL;
    sg_buf_init(&text, STATE_MOST);
    enum scrubgate_status rc = sg_file_read_at(risks->folder, name, &text);
    if (rc < 0)
        why = rc == SCRUBGATE_EIO && errno == ENOENT ? "none" : "unreadable";
    else if (sg_scorer_load(&risks->scorer, &risks->scorer_config, sg_buf_bytes(&text)) < 0)
        why = "damaged";
    sg_buf_fini(&text);
    return why;
}

enum scrubgate_status sg_risks_restore(struct sg_risks *risks)
{
    const char *why = read_state(risks);
    risks->had_guard = why == NULL || strcmp(why, "none") != 0; /* they lie side by side */
    if (why != NULL) {
        const enum scrubgate_status rc = sg_scorer_new(&risks->scorer, &risks->scorer_config);
        if (rc < 0)
            return rc;
        sg_oplog(strcmp(why, "none") == 0 ? SG_OPLOG_INFO : SG_OPLOG_WARN, "the scorer begins anew",
                 "state", why, NULL);
    }
    const struct sg_sketches sketches = {.what = "sketches-restored",
                                         .done = why == NULL,
                                         .why = why == NULL ? "" : why,
                                         .agents = sg_scorer_agents(risks->scorer)};
    record(risks, &sketches);
    return SCRUBGATE_OK;
}

/* --- saving: a piece at a time, between which others judge --- */

struct saving {
    struct sg_risks *risks;
    int fd;
};

static bool write_whole(int fd, struct sg_bytes text)
{
    while (text.len > 0) {
        const ssize_t n = write(fd, text.data, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text.data += n;
        text.len -= (size_t)n;
    }
    return true;
}

/* With the lock in hand, which is let go: who waits for it gets it before the next piece. */
static enum scrubgate_status take_piece(void *ctx, struct sg_bytes piece)
{
    const struct timespec moment = {.tv_nsec = 50000};
    const struct saving *saving = ctx;
    (void)pthread_mutex_unlock(&saving->risks->lock);
    const bool ok = write_whole(saving->fd, piece);
    (void)nanosleep(&moment, NULL);
    (void)pthread_mutex_lock(&saving->risks->lock);
    return ok ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

/* Beside the old one, which stays until the new one is whole and on the disk. */
enum scrubgate_status sg_risks_save(struct sg_risks *risks)
{
    struct saving saving = {risks, -1};
    (void)unlinkat(risks->folder, fresh, 0); /* of a save that a crash cut short */
    saving.fd = openat(risks->folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
    if (saving.fd < 0)
        return SCRUBGATE_EIO;
    (void)pthread_mutex_lock(&risks->lock);
    enum scrubgate_status rc = sg_scorer_write(risks->scorer, take_piece, &saving);
    (void)pthread_mutex_unlock(&risks->lock);
    bool ok = rc >= 0 && fsync(saving.fd) == 0;
    ok = close(saving.fd) == 0 && ok;
    ok = ok && renameat(risks->folder, fresh, risks->folder, name) == 0;
    ok = ok && fsync(risks->folder) == 0;
    if (!ok)
        (void)unlinkat(risks->folder, fresh, 0);
    return ok ? SCRUBGATE_OK : rc < 0 ? rc : SCRUBGATE_EIO;
}
