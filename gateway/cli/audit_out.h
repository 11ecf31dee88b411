/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_out.h - where a command's records go: a file, or standard output.
 */
#ifndef SG_CLI_AUDIT_OUT_H
#define SG_CLI_AUDIT_OUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/bytes.h"

struct sg_audit_out {
    FILE *file;
    const char *path; /* NULL: standard output */
    bool failed;
};

/* path NULL or "-" is standard output; a new file has mode 0600. False: the trouble was printed. */
bool sg_audit_out_open(struct sg_audit_out *out, const char *path);
/* False: no more can be written. */
bool sg_audit_out_add(struct sg_audit_out *out, struct sg_bytes text);
/* Whether all of it was written. What went wrong is printed, unless the reader is gone. */
bool sg_audit_out_close(struct sg_audit_out *out);

#endif
