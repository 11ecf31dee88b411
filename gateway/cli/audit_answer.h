/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_answer.h - what a check of the log found, for people and for programs.
 */
#ifndef SG_CLI_AUDIT_ANSWER_H
#define SG_CLI_AUDIT_ANSWER_H

#include "audit/verify_log.h"

/* What is printed is of these; all borrowed. */
struct sg_audit_answer {
    const char *dir;
    const struct sg_note_key *key;
    const struct sg_verify_config *config;
    const struct sg_verify_report *report;
    bool key_beside; /* taken from beside the log, where who replaces the log replaces it too */
};

void sg_audit_answer_print(const struct sg_audit_answer *answer);
/* One object on one line; event is a member of its own when it is not NULL. */
void sg_audit_answer_print_json(const struct sg_audit_answer *answer, const char *event);

#endif
