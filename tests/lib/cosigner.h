/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cosigner.h - witnesses made up for a test, who cosign whatever they are given.
 */
#ifndef SG_TESTS_COSIGNER_H
#define SG_TESTS_COSIGNER_H

#include <stdint.h>

#include "audit/note.h"
#include "base/buf.h"
#include "base/bytes.h"

/* The key of witness who: "witness.example/<who>". */
void sg_cosigner_key(unsigned who, struct sg_note_key *key);
/* The same, written down. */
void sg_cosigner_vkey(unsigned who, struct sg_buf *out);
/* Appends the line that says that who saw the note's text at time (seconds since 1970). */
void sg_cosigner_sign(struct sg_buf *out, struct sg_bytes text, unsigned who, uint64_t time);

#endif
