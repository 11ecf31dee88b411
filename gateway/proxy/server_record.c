/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_record.c - audit records of the process itself: start, reload, stop; and the rules that
 * they name.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/provenance.h"
#include "base/diag.h"
#include "proxy/server_parts.h"
#include "rule/ruleset.h"

enum scrubgate_status sg_server_keep_rules(const struct sg_generation *generation,
                                           struct scrubgate_fault *fault)
{
    const struct scrubgate_ruleset *rules = generation->rules;
    struct sg_provenance_source *sources = calloc(rules->n_packs + 1, sizeof *sources);
    if (sources == NULL) {
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
        return SCRUBGATE_ENOMEM;
    }
    for (size_t i = 0; i < rules->n_packs; i++)
        sources[i] = (struct sg_provenance_source){rules->packs[i].name, rules->packs[i].text};
    enum scrubgate_status rc = sg_provenance_keep(generation->config->audit_dir, generation->digest,
                                                  sources, rules->n_packs, fault);
    free(sources);
    return rc;
}

enum scrubgate_status sg_server_print(const struct sg_server *server, const char *what,
                                      const struct sg_generation *before,
                                      const struct sg_generation *after, struct sg_buf *record)
{
    struct sg_change change = {
        .what = what,
        .old_rules = before != NULL ? before->digest : "",
        .new_rules = after != NULL ? after->digest : "",
        .old_config = before != NULL ? before->config->digest : "",
        .new_config = after != NULL ? after->config->digest : "",
    };
    if (strcmp(what, "stop") == 0)
        change.actor = server->stopped_by;
    else if (strcmp(what, "reload") == 0 || strcmp(what, "reload-failed") == 0)
        change.actor = server->loader.by;
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
