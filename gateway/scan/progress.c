/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.c - how far a run has come in its text.
 */
#include <string.h>

#include "scan/engine.h"

static size_t words(const struct sg_progress *progress)
{
    return (progress->n_rules + 63) / 64;
}

void sg_progress_begin(struct sg_progress *progress)
{
    progress->decided = 0;
    progress->begun = false;
}

void sg_progress_track(struct sg_progress *progress)
{
    if (progress->begun)
        return;
    memset(progress->next, 0, progress->n_rules * sizeof *progress->next);
    memset(progress->open, 0, words(progress) * sizeof *progress->open);
    progress->begun = true;
}

void sg_progress_copy(struct sg_progress *to, const struct sg_progress *from)
{
    to->decided = from->decided;
    to->begun = from->begun;
    if (!from->begun)
        return;
    memcpy(to->next, from->next, to->n_rules * sizeof *to->next);
    memcpy(to->open, from->open, words(to) * sizeof *to->open);
}
