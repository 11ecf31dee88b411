/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_sift.h - one pass over a log's records, for those that fit a filter.
 *
 *     reader -> entry -> [sift: filter] -> query, export, reconcile
 *
 * Full segments that have no record of the time that is asked for are passed over (audit/times.h).
 * Where the log is damaged that is told with file and line, and the pass goes on behind it.
 */
#ifndef SG_CLI_AUDIT_SIFT_H
#define SG_CLI_AUDIT_SIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"
#include "audit/note.h"
#include "cli/audit_filter.h"
#include "cli/options.h"

enum { SG_SIFT_OPTIONS = 4 };

struct sg_audit_sift {
    const struct sg_command *command;
    const char *dir;
    const struct sg_audit_filter *filter;
    const char *why;  /* somebody reads; NULL: not said */
    const char *vkey; /* the log's public key; NULL: that beside the log, if there is one */
    bool thorough;    /* no segment is passed over */
    bool quiet;       /* no progress, and nothing told of a log that is in order */
    /* Takes one that fits; false: that was enough. */
    bool (*take)(void *ctx, const struct sg_entry *entry);
    void *ctx;
    /* What became of it. */
    uint64_t records; /* that were read */
    uint64_t fitting;
    uint64_t first;  /* the number of the first one that is there */
    uint64_t last;   /* the number of the last one that was read, when there is one */
    uint64_t passed; /* segments passed over */
    uint64_t broken; /* places where the log is damaged */
    bool stopped;    /* take had enough */
    /* The log's checkpoint, as it was at the end. */
    bool has_checkpoint, has_key, signature_good;
    uint64_t signed_size;
    struct sg_note_key key;
};

/* Appends the options of whatever reads a log to those of a command; their targets are in sift. */
size_t sg_audit_sift_options(struct sg_audit_sift *sift, struct sg_option *options, size_t n);
/* Leaves an act in the log, that it is read (cli/audit_act.h), then reads it. The exit status:
 * FINE; USAGE (no such log, or no such key); DAMAGED (there were such places, the rest was read).
 */
int sg_audit_sift(struct sg_audit_sift *sift);
/* Says on standard error what was read, and up to where the log's checkpoint signs it. */
void sg_audit_sift_tell(const struct sg_audit_sift *sift);

#endif
