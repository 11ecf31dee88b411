/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_columns.h - a record as a row: which columns, and what stands in each.
 *
 * A column is a member by its path ("facets.customer", or "customer"), a member that is not known
 * here (".moon"), or one of those that are made for people: time, class, about, found, …
 */
#ifndef SG_CLI_AUDIT_COLUMNS_H
#define SG_CLI_AUDIT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "audit/entry.h"
#include "base/buf.h"
#include "cli/options.h"

enum { SG_COLUMNS_MOST = 96 };

struct sg_audit_column {
    struct sg_bytes name;        /* as typed; borrowed */
    enum sg_entry_member member; /* SG_ENTRY_MEMBERS: none of them */
    enum scrubgate_status (*add)(struct sg_buf *out, const struct sg_entry *entry); /* or NULL */
    unsigned width; /* on a terminal */
};

struct sg_audit_columns {
    struct sg_audit_column column[SG_COLUMNS_MOST];
    size_t n;
};

/* What a terminal, and what a spreadsheet shows when nobody says. */
#define SG_COLUMNS_TABLE "time,class,about,route,direction,channel,id,found"
#define SG_COLUMNS_SHEET                                                                           \
    "seq,time,class,what,verdict,action_id,route,direction,mode,level,brand,channel,queue,"        \
    "format,reason,found,entities,actions,findings,edits,bytes_in,bytes_out,status,latency_ms,"    \
    "conversation,customer,agent,network,device,rules,id,trace_id,actor,object,why,instance"

/* Names with commas between. False: the trouble was printed. */
bool sg_audit_columns_read(struct sg_audit_columns *columns, const struct sg_command *command,
                           const char *names);
/* Appends what stands in a column: UTF-8 text, anything may be in it. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_audit_column_add(struct sg_buf *out,
                                                             const struct sg_audit_column *column,
                                                             const struct sg_entry *entry);

#endif
