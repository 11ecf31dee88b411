/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export.h - a record in the words of others: OCSF, ECS, CEF.
 *
 *     sift: entry -> [export] -> one line -> syslog frame -> SIEM
 *
 * Nothing is made up: what a format demands and a record does not say is "unknown". With each goes
 * the record's leaf hash, its number and the log's origin, so that what a SIEM shows can be proven
 * by the log (audit prove).
 */
#ifndef SG_CLI_EXPORT_H
#define SG_CLI_EXPORT_H

#include <stddef.h>
#include <scrubgate/status.h>

#include "audit/entry.h"
#include "base/buf.h"
#include "cli/export_json.h"

enum { SG_EXPORT_HASH = 65 };

/* What all formats say of a record. */
struct sg_export_item {
    const struct sg_entry *entry;
    char leaf[SG_EXPORT_HASH];     /* the record's leaf of the log's tree, in hex */
    struct sg_buf message;         /* a sentence, UTF-8 */
    struct sg_buf rules, entities; /* "payment.card:2 contact.email:1" */
};

/* Each appends one line without its LF. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_export_ocsf(struct sg_buf *out,
                                                        const struct sg_export_item *item);
SCRUBGATE_MUST_USE enum scrubgate_status sg_export_ecs(struct sg_buf *out,
                                                       const struct sg_export_item *item);
SCRUBGATE_MUST_USE enum scrubgate_status sg_export_cef(struct sg_buf *out,
                                                       const struct sg_export_item *item);

/* Appends a line as RFC 5424 frames it for TCP and TLS (RFC 6587, octet counting). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_export_syslog(struct sg_buf *out,
                                                          const struct sg_export_item *item,
                                                          struct sg_bytes line);

/* What OCSF and ECS keep for themselves: members that they have no name for. */
void sg_export_rest(struct sg_export_json *json, const struct sg_entry *entry);
/* "gateway.example/scrubgate/1/12": the record's name among all logs. */
void sg_export_uid(struct sg_export_json *json, const char *key, const struct sg_entry *entry);

#endif
