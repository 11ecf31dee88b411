/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit.h - the commands on the audit log, one file each.
 */
#ifndef SG_CLI_CMD_AUDIT_H
#define SG_CLI_CMD_AUDIT_H

#include "cli/options.h"

extern const struct sg_command sg_cmd_audit_verify;
extern const struct sg_command sg_cmd_audit_prove;
extern const struct sg_command sg_cmd_audit_report;
extern const struct sg_command sg_cmd_audit_rules;
extern const struct sg_command sg_cmd_audit_pseudonym;
extern const struct sg_command sg_cmd_audit_erase;
extern const struct sg_command sg_cmd_audit_hold;
extern const struct sg_command sg_cmd_audit_verify_proof;
extern const struct sg_command sg_cmd_audit_query;
extern const struct sg_command sg_cmd_audit_export;
extern const struct sg_command sg_cmd_audit_reconcile;
extern const struct sg_command sg_cmd_audit_witness;

#endif
