/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_watch.h - stay with a log while it is written, and say what is wrong as soon as it is.
 *
 * On a terminal one line that tells how far it is proven; else one line each interval. Ends at the
 * first trouble, and at SIGINT or SIGTERM.
 */
#ifndef SG_CLI_AUDIT_WATCH_H
#define SG_CLI_AUDIT_WATCH_H

#include <stdbool.h>

#include "cli/audit_answer.h"

struct sg_watch_want {
    unsigned interval; /* seconds between two lines; 0: one whenever there is news */
    bool json;
};

/* verdict's report is filled. The exit code. */
int sg_audit_watch(const struct sg_audit_answer *answer, const struct sg_verify_since *since,
                   const struct sg_watch_want *want, struct sg_verify_report *report);

#endif
