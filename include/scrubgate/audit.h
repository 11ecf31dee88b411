/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.h - keep records so that what was appended is there after a crash.
 *
 *     append, append, … -> commit: one write, one sync -> all of them are durable
 *
 * One JSON object a line in <dir>/log/NNNNNN.ndjson; docs/AUDIT.md has the format. One process at a
 * time owns a log, one thread at a time a handle.
 */
#ifndef SCRUBGATE_AUDIT_H
#define SCRUBGATE_AUDIT_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

struct scrubgate_audit; /* an audit log open for appending */

/*
 * Opens the log below dir and makes what is missing. *audit is NULL on error: EIO when the system
 * refuses or another process has it open, EMALFORMED when the log is damaged (fault says where).
 */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_audit_open(struct scrubgate_audit **audit,
                                                              const char *dir,
                                                              struct scrubgate_fault *fault);

/*
 * Takes one record into memory: a JSON object on one line, at most 16 KiB, with at least one member
 * and none called seq, which is put before it: *seq is its number. EINVAL when it is not that.
 */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_audit_append(struct scrubgate_audit *audit,
                                                                const char *json, size_t len,
                                                                uint64_t *seq);

/*
 * Makes all that was appended durable. On an error none of it counts as written, its numbers are
 * given again, and later calls work as soon as the log can be written again.
 */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_audit_commit(struct scrubgate_audit *audit,
                                                                struct scrubgate_fault *fault);

/* Drops what was not committed and sets *audit to NULL. Closing NULL is fine. */
void scrubgate_audit_close(struct scrubgate_audit **audit);

#endif
