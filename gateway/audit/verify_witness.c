/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_witness.c - what the witnesses have seen of a log, and whether they are enough.
 */
#include <stdlib.h>

#include "audit/verify_parts.h"

enum { MS = 1000 };

/* What one note says; the largest size that enough of them cosigned counts. */
static enum scrubgate_status judge(struct sg_verify *verify, struct sg_bytes bytes,
                                   struct sg_note *note)
{
    struct sg_verify_result *result = &verify->result;
    struct sg_policy_verdict verdict;
    struct sg_checkpoint seen;
    if (bytes.len == 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_checkpoint_open(&seen, note, bytes, verify->config.key);
    if (rc < 0)
        return rc == SCRUBGATE_ENOMEM ? rc : SCRUBGATE_OK;
    sg_policy_judge(verify->config.policy, note, &verdict);
    if (!verdict.reached || (result->has_witnessed && seen.size <= result->witnessed)) {
        if (!result->has_witnessed && verdict.cosigned > result->witnesses)
            result->witnesses = verdict.cosigned;
        return SCRUBGATE_OK;
    }
    verify->witnessed = (struct sg_verify_known){seen.size, seen.root};
    result->has_witnessed = true;
    result->witnesses = verdict.cosigned;
    result->witnessed = seen.size;
    result->witnessed_time = verdict.time > UINT64_MAX / MS ? 0 : verdict.time * MS;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_verify_open_witnessed(struct sg_verify *verify)
{
    const struct sg_verify_config *config = &verify->config;
    if (config->policy == NULL || config->policy->none)
        return SCRUBGATE_OK;
    struct sg_note *note = malloc(sizeof *note);
    if (note == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = judge(verify, config->witnessed, note);
    if (rc >= 0)
        rc = judge(verify, config->checkpoint, note);
    free(note);
    if (rc >= 0 && !verify->result.has_witnessed)
        sg_verify_add_trouble(verify, SG_VERIFY_WITNESSES, 0, 0);
    return rc;
}

enum scrubgate_status sg_verify_see_witnesses(struct sg_verify *verify, struct sg_bytes witnessed,
                                              struct sg_verify_known *seen, bool *fresh)
{
    const struct sg_verify_config *config = &verify->config;
    const uint64_t before = verify->result.has_witnessed ? verify->result.witnessed : 0;
    *fresh = false;
    if (config->policy == NULL || config->policy->none)
        return SCRUBGATE_OK;
    struct sg_note *note = malloc(sizeof *note);
    if (note == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = judge(verify, witnessed, note);
    free(note);
    *fresh = verify->result.witnessed > before;
    *seen = verify->witnessed;
    return rc;
}

/* Against the last record, not against today: a log that was put away stays proven. Who saw only
 * what was removed since says nothing of what is left. */
void sg_verify_check_age(struct sg_verify *verify)
{
    const struct sg_verify_result *result = &verify->result;
    const uint64_t most = verify->config.witness_age_ms;
    if (result->has_witnessed && result->witnessed < result->removed)
        sg_verify_add_trouble(verify, SG_VERIFY_WITNESS_OLD, 0, 0);
    else if (result->has_witnessed && most > 0 && result->last_time > result->witnessed_time &&
             result->last_time - result->witnessed_time > most)
        sg_verify_add_trouble(verify, SG_VERIFY_WITNESS_OLD, 0, 0);
}
