/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.h - how far long work is: one line on a terminal, nothing anywhere else.
 *
 *     verify   3,210,000 of 10,000,000 records   32 %   1,250,000/s   6 s left
 */
#ifndef SG_CLI_PROGRESS_H
#define SG_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct sg_progress {
    const char *what, *unit; /* "verify", "records"; borrowed */
    uint64_t total;          /* 0: not known */
    uint64_t start_ns, shown_ns;
    bool on, drawn;
};

/* Shows nothing when standard error is no terminal, or quiet is set. */
void sg_progress_start(struct sg_progress *progress, const char *what, const char *unit,
                       uint64_t total, bool quiet);
/* done so far; draws a few times a second at most, so call it often (each 1,000 records, say). */
void sg_progress_show(struct sg_progress *progress, uint64_t done);
/* Takes the line away again. */
void sg_progress_end(struct sg_progress *progress);

/* "3,210,000". */
enum { SG_PROGRESS_NUMBER = 32 };
const char *sg_progress_number(uint64_t value, char text[SG_PROGRESS_NUMBER]);

#endif
