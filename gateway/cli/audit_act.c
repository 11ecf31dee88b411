/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_act.c - have the log tell what a command did with it.
 */
#include "cli/audit_act.h"

#include <stdio.h>

bool sg_leave_act(const char *dir, const struct sg_act_note *note)
{
    struct scrubgate_fault fault = {.what = ""};
    if (sg_acts_leave(dir, note, &fault) >= 0)
        return true;
    (void)fprintf(stderr, "%s: this is not recorded in the log: %s\n", dir, fault.what);
    return false;
}

void sg_leave_read(const char *dir, const struct sg_audit_read *read)
{
    const struct sg_act_note note = {.kind = SG_ACT_READ, .of.read = *read};
    (void)sg_leave_act(dir, &note);
}
