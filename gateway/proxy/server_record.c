/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_record.c - audit records of the process itself: start, reload, stop.
 */
#include "proxy/server_parts.h"

enum scrubgate_status sg_server_print(const struct sg_server *server, const char *what,
                                      const struct sg_generation *before,
                                      const struct sg_generation *after, struct sg_buf *record)
{
    const struct sg_change change = {
        .what = what,
        .old_rules = before != NULL ? before->digest : "",
        .new_rules = after != NULL ? after->digest : "",
        .old_config = before != NULL ? before->config->digest : "",
        .new_config = after != NULL ? after->config->digest : "",
    };
    return sg_record_change(record, &server->source, &change);
}

enum scrubgate_status sg_server_record(struct sg_server *server, const char *what,
                                       const struct sg_generation *before,
                                       const struct sg_generation *after)
{
    struct sg_buf record = {0};
    uint64_t seq;
    enum scrubgate_status rc = sg_server_print(server, what, before, after, &record);
    if (rc >= 0)
        rc = sg_auditor_write(server->auditor, &record, &seq);
    sg_buf_fini(&record);
    return rc;
}
