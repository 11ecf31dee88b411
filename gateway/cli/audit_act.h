/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_act.h - have the log tell what a command did with it (audit/acts.h).
 *
 * A log that cannot be told, a copy or one that somebody else keeps, is read all the same: who may
 * read it could as well take a pager. The command says so on stderr.
 */
#ifndef SG_CLI_AUDIT_ACT_H
#define SG_CLI_AUDIT_ACT_H

#include "audit/acts.h"

/* All records, nothing said of why; command is one of audit/act_note.c. */
#define SG_READ_ALL(word)                                                                          \
    {                                                                                              \
        .command = word, .object = "log", .done = true, .first = UINT64_MAX, .last = UINT64_MAX,   \
        .to_ms = UINT64_MAX                                                                        \
    }

/* Before the first record is shown; dir is the log's folder. */
void sg_leave_read(const char *dir, const struct sg_audit_read *read);
/* After it was tried. False, with the trouble printed: the log will not tell of it. */
bool sg_leave_act(const char *dir, const struct sg_act_note *note);

#endif
