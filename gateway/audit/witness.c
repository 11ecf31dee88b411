/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness.c - what is said between a log and a witness (C2SP tlog-witness, add-checkpoint).
 */
#include "audit/witness.h"

#include <stdlib.h>

#include "base/base64.h"

enum scrubgate_status sg_witness_add_request(struct sg_buf *out, uint64_t old,
                                             const struct sg_merkle_proof *growth,
                                             struct sg_bytes checkpoint)
{
    if (growth->n > SG_WITNESS_HASHES)
        return SCRUBGATE_ELIMIT;
    enum scrubgate_status rc = sg_buf_addf(out, "old %llu\n", (unsigned long long)old);
    for (size_t i = 0; i < growth->n && rc >= 0; i++) {
        rc = sg_base64_add(out,
                           (struct sg_bytes){growth->hash[i].bytes, sizeof growth->hash[i].bytes});
        if (rc >= 0)
            rc = sg_buf_add_byte(out, '\n');
    }
    if (rc >= 0)
        rc = sg_buf_add_byte(out, '\n');
    return rc < 0 ? rc : sg_buf_add_bytes(out, checkpoint);
}

enum scrubgate_status sg_witness_read_size(struct sg_bytes answer, uint64_t *size)
{
    struct sg_bytes line;
    if (!sg_bytes_take_line(&answer, &line) || answer.len > 0 || !sg_bytes_to_u64(line, size) ||
        (line.len > 1 && line.data[0] == '0'))
        return SCRUBGATE_EMALFORMED;
    return SCRUBGATE_OK;
}

/* The last line that the key signed; all of them hold. */
static enum scrubgate_status add_line(struct sg_buf *out, const struct sg_note *note,
                                      struct sg_bytes lines, const struct sg_note_key *witness)
{
    struct sg_bytes line, found = {0};
    for (size_t i = 0; i < note->n && sg_bytes_take_line(&lines, &line); i++) {
        if (note->signature[i].id == witness->id &&
            sg_bytes_equal(note->signature[i].name, sg_bytes_of(witness->name)))
            found = line;
    }
    enum scrubgate_status rc = sg_buf_add_bytes(out, found);
    return rc < 0 ? rc : sg_buf_add_byte(out, '\n');
}

enum scrubgate_status sg_witness_read_lines(struct sg_buf *out, struct sg_bytes answer,
                                            struct sg_bytes text, const struct sg_note_key *witness,
                                            uint64_t *time)
{
    struct sg_buf whole = {0};
    struct sg_note *note = malloc(sizeof *note);
    enum scrubgate_status rc = note == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    if (rc >= 0)
        rc = sg_buf_add_bytes(&whole, text);
    if (rc >= 0)
        rc = sg_buf_add_byte(&whole, '\n');
    if (rc >= 0)
        rc = sg_buf_add_bytes(&whole, answer);
    if (rc >= 0)
        rc = sg_note_read(note, sg_buf_bytes(&whole));
    /* An answer with an empty line in it would make another text of this note. */
    if (rc == SCRUBGATE_ELIMIT || (rc >= 0 && note->text.len != text.len))
        rc = SCRUBGATE_EMALFORMED;
    if (rc >= 0)
        rc = sg_note_verify(note, witness, time);
    if (rc >= 0)
        rc = add_line(out, note, answer, witness);
    sg_buf_fini(&whole);
    free(note);
    return rc;
}
