/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_trust.h - what an auditor measures a log by: the options for it, and what they name.
 *
 * A key, a checkpoint, a policy from elsewhere than the log: whoever wrote the log cannot have
 * written these as well.
 */
#ifndef SG_CLI_AUDIT_TRUST_H
#define SG_CLI_AUDIT_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/note.h"
#include "audit/policy.h"
#include "audit/verify.h"
#include "base/digest.h"
#include "cli/options.h"

enum { SG_TRUST_OPTIONS = 5 };

/* All-zero before its options are read. */
struct sg_audit_trust {
    const char *vkey_path, *key_path, *policy_path, *retention; /* as typed */
    struct sg_texts kept;

    struct sg_note_key log_key;
    uint8_t first_key[SG_KEY_SIZE];
    struct sg_policy *policy;                        /* NULL: none */
    struct sg_verify_known known[SG_TEXTS_MOST + 1]; /* room for one more */
    size_t n_known;
    uint64_t retention_ms;
};

/* Appends its options to those of a command; their targets are in trust. */
size_t sg_audit_trust_options(struct sg_audit_trust *trust, struct sg_option *options, size_t n);
/* Reads what they name, for the log in dir. False: the trouble was printed. fini in any case. */
bool sg_audit_trust_load(struct sg_audit_trust *trust, const char *dir);
/* What a check of that log is told of it; it borrows from trust. */
struct sg_verify_config sg_audit_trust_config(const struct sg_audit_trust *trust, const char *dir);
void sg_audit_trust_fini(struct sg_audit_trust *trust);

#endif
