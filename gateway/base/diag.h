/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diag.h - say what is wrong, where, and what to do.
 */
#ifndef SG_BASE_DIAG_H
#define SG_BASE_DIAG_H

#include <stddef.h>
#include <scrubgate/status.h>

/*
 * Fills fault (may be NULL) with a place and a sentence: what is wrong, and what to do. file may
 * be NULL; line and column count from 1, 0 when unknown. Never pass a byte of a message.
 */
void sg_fault_set(struct scrubgate_fault *fault, const char *file, unsigned line, unsigned column,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Writes "file:line:column: what" (parts that are unknown left out) into text, always ended. */
void sg_fault_print(const struct scrubgate_fault *fault, char *text, size_t cap);

#endif
