/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_filter.h - which records are asked for: the options for it, and whether a record fits.
 *
 * Options of different names must all fit, one of the values of each is enough: given again, or
 * with commas between. A value may end in *.
 */
#ifndef SG_CLI_AUDIT_FILTER_H
#define SG_CLI_AUDIT_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"
#include "cli/options.h"

enum { SG_FILTER_LISTS = 24, SG_FILTER_OPTIONS = 3 + SG_FILTER_LISTS, SG_FILTER_WANTED = 256 };

struct sg_filter_wanted {
    struct sg_bytes text;
    bool begins; /* it ends in *, which text has not */
};

/* All-zero before its options are read. */
struct sg_audit_filter {
    const char *since, *until, *seq; /* as typed */
    struct sg_texts typed[SG_FILTER_LISTS];
    uint64_t from_ms, to_ms; /* from the one to before the other; 0, UINT64_MAX: not limited */
    uint64_t first, last;    /* with both; the same */
    struct sg_filter_wanted wanted[SG_FILTER_WANTED];
    size_t end[SG_FILTER_LISTS]; /* of each list's part of them */
};

/* Appends its options to those of a command; their targets are in the filter. */
size_t sg_audit_filter_options(struct sg_audit_filter *filter, struct sg_option *options, size_t n);
/* Takes what was typed. False: the trouble was printed. */
bool sg_audit_filter_read(struct sg_audit_filter *filter, const struct sg_command *command,
                          uint64_t now_ms);
/* Whether an entry fits, seq aside. One that does not say its time fits any; one that was cut
 * (audit/entry.h) any finding. */
bool sg_audit_filter_fits(const struct sg_audit_filter *filter, const struct sg_entry *entry);

#endif
