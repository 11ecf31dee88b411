/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_space.c - the disk below a log: zeros ahead of the lines, made while nobody waits.
 */
#include "audit/log_parts.h"

enum { AHEAD = 1024 * 1024 };
static const uint64_t idle_ns = 10 * 1000 * 1000;
/* After it did not work: the disk is full, or failing. */
static const uint64_t again_ns = 1000 * 1000 * 1000;

void sg_log_begin_space(struct sg_log *log)
{
    sg_journal_set_ahead(log->journal, AHEAD);
}

uint64_t sg_log_space_due(const struct sg_log *log)
{
    return sg_journal_wants_fill(log->journal) ? log->fill_ns : UINT64_MAX;
}

/* A log that was written to a moment ago is not idle: somebody may wait for the next commit. */
void sg_log_tend_space(struct sg_log *log, uint64_t now)
{
    const uint64_t durable = sg_journal_durable(log->journal);
    if (log->tended != durable || log->fill_ns == 0) {
        log->tended = durable;
        log->fill_ns = now + idle_ns;
    } else if (now >= log->fill_ns && sg_journal_wants_fill(log->journal) &&
               sg_journal_fill(log->journal, NULL) != SCRUBGATE_OK) {
        log->fill_ns = now + again_ns;
    }
}
