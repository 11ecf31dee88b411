/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust.c - whether this process still takes the fast scan engine at its word.
 *
 *     stream -> relay -> exchange -> [rechecked] -> counters, log, audit record
 *                                         └> lost ──> [choose] -> the next streams
 */
#include "proxy/trust.h"

#include "proxy/oplog.h"
#include "rule/ruleset.h"
#include "scan/kernel.h"

bool sg_trust_lost(const struct sg_trust *trust)
{
    return atomic_load_explicit(&trust->lost, memory_order_relaxed);
}

void sg_trust_choose(const struct sg_trust *trust, const struct sg_config *config,
                     struct scrubgate_stream_config *stream)
{
    stream->reference = sg_trust_lost(trust);
    stream->recheck = stream->reference ? 0 : config->recheck;
}

/* The message itself is safe, the reference engine's answer counted: what failed is the tool. */
static void record(const struct sg_trust_case *seen)
{
    struct sg_buf line = {0};
    const struct sg_generation *in_force = seen->generation;
    const struct sg_change change = {
        .what = "engine-distrusted",
        .old_rules = in_force->digest,
        .new_rules = in_force->digest,
        .old_config = in_force->config->digest,
        .new_config = in_force->config->digest,
    };
    if (sg_record_change(&line, seen->source, &change) >= 0)
        sg_audit_note(seen->audit, &line);
    else
        sg_oplog(SG_OPLOG_ERROR, "the distrust of the engine could not be recorded", NULL);
    sg_buf_fini(&line);
}

void sg_trust_rechecked(struct sg_trust *trust, const struct sg_trust_case *seen, bool same)
{
    sg_metrics_count(&seen->metrics->rechecks, 1);
    if (same)
        return;
    sg_metrics_count(&seen->metrics->recheck_differences, 1);
    if (atomic_exchange(&trust->lost, true))
        return;
    sg_oplog(SG_OPLOG_ERROR, "the engines differ: the reference engine scans from now on", "kernel",
             seen->generation->rules->kernel->name, "rules", seen->generation->digest, "id",
             seen->id, NULL);
    record(seen);
}
