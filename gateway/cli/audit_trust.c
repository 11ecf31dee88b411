/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_trust.c - what an auditor measures a log by: the options for it, and what they name.
 */
#include "cli/audit_trust.h"

#include <stdio.h>
#include <string.h>

#include "audit/verify_log.h"
#include "cli/audit_keys.h"

size_t sg_audit_trust_options(struct sg_audit_trust *trust, struct sg_option *options, size_t n)
{
    const struct sg_option own[SG_TRUST_OPTIONS] = {
        {"key", 'k', SG_OPTION_TEXT, "FILE", "the seals' first key, as keygen printed it",
         &trust->key_path},
        {"vkey", 'p', SG_OPTION_TEXT, "FILE", "the log's public key (DIR/../keys/log.vkey)",
         &trust->vkey_path},
        {"kept", 'c', SG_OPTION_LIST, "FILE", "a checkpoint kept apart: the log must contain it",
         &trust->kept},
        {"witness-policy", 0, SG_OPTION_TEXT, "FILE",
         "witnesses who must have cosigned (C2SP tlog-policy)", &trust->policy_path},
        {"retention", 0, SG_OPTION_TEXT, "TIME",
         "what was removed must have been so old (400d); any: of any age", &trust->retention},
    };
    memcpy(options + n, own, sizeof own);
    return n + SG_TRUST_OPTIONS;
}

static bool load_policy(struct sg_audit_trust *trust)
{
    if (trust->policy_path == NULL)
        return true;
    if (!sg_load_policy(trust->policy_path, &trust->policy))
        return false;
    if (sg_policy_has_log(trust->policy, &trust->log_key))
        return true;
    (void)fprintf(stderr, "%s: this policy does not believe this log's key\n", trust->policy_path);
    return false;
}

bool sg_audit_trust_load(struct sg_audit_trust *trust, const char *dir)
{
    if (!sg_load_vkey_of(trust->vkey_path, dir, &trust->log_key) ||
        !sg_load_known(&trust->kept, &trust->log_key, trust->known))
        return false;
    trust->n_known = trust->kept.n;
    return (trust->key_path == NULL || sg_load_seal_key(trust->key_path, trust->first_key)) &&
           load_policy(trust) && sg_load_retention(trust->retention, &trust->retention_ms);
}

struct sg_verify_config sg_audit_trust_config(const struct sg_audit_trust *trust, const char *dir)
{
    return (struct sg_verify_config){
        .key = &trust->log_key,
        .first_key = trust->key_path == NULL ? NULL : trust->first_key,
        .known = trust->known,
        .n_known = trust->n_known,
        .policy = trust->policy,
        .retention_ms = trust->retention_ms,
        .live = sg_verify_is_live(dir),
    };
}

void sg_audit_trust_fini(struct sg_audit_trust *trust)
{
    sg_policy_free(trust->policy);
    trust->policy = NULL;
    sg_wipe(trust->first_key, sizeof trust->first_key);
}
