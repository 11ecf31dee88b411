/* SPDX-License-Identifier: Apache-2.0 */
/*
 * risk_state.c - what the scorer has learnt, kept over a restart: <state>/collusion/scorer.state.
 *
 * Losing it is no harm that lasts: sketches fill again within weeks. So whatever is wrong with the
 * file (damaged, of another version, under another key) the scorer begins anew, and says so in the
 * audit log: from then on some tickets are judged by less than was known.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "proxy/auditor.h"
#include "proxy/oplog.h"
#include "proxy/risk_parts.h"

static const char name[] = "scorer.state";
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
    const struct sg_sketches sketches = {.what = "sketches-saved",
                                         .done = saved,
                                         .why = saved ? "" : "disk",
                                         .agents = sg_scorer_agents(risks->scorer)};
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

enum scrubgate_status sg_risks_save(struct sg_risks *risks)
{
    struct sg_buf text;
    sg_buf_init(&text, STATE_MOST);
    (void)pthread_mutex_lock(&risks->lock);
    enum scrubgate_status rc = sg_scorer_save(risks->scorer, &text);
    (void)pthread_mutex_unlock(&risks->lock);
    if (rc >= 0)
        rc = sg_file_replace_at(risks->folder, name, sg_buf_bytes(&text), MODE);
    if (rc >= 0 && fsync(risks->folder) != 0)
        rc = SCRUBGATE_EIO;
    sg_buf_fini(&text);
    return rc;
}
