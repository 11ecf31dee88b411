/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note.h - signed notes (C2SP signed-note) and the keys that verify them.
 *
 *     text, ending in LF
 *     (an empty line)
 *     — <key name> <base64(4-byte key id || signature)>
 *
 * Keys of others are ignored; one that is known and does not fit spoils the note.
 */
#ifndef SG_AUDIT_NOTE_H
#define SG_AUDIT_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/ed25519.h"

enum { SG_NOTE_NAME = 255, SG_NOTE_SIGNATURES = 64, SG_NOTE_LONGEST = 1000000 };

/* What a key signs with: the first byte of its written form. */
enum sg_note_kind {
    SG_NOTE_ED25519 = 0x01,    /* the text itself */
    SG_NOTE_COSIGNATURE = 0x04 /* C2SP tlog-cosignature: a time and the text */
};

/* "name+8 hex digits+base64(kind || public key)". */
struct sg_note_key {
    char name[SG_NOTE_NAME + 1];
    enum sg_note_kind kind;
    uint32_t id;
    uint8_t public_key[SG_ED25519_PUBLIC];
};

/* A name has no white space, control, or plus; EINVAL. The id follows from name and key. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_note_key_init(
    struct sg_note_key *key, struct sg_bytes name, enum sg_note_kind kind,
    const uint8_t public_key[SG_ED25519_PUBLIC]);
/* EMALFORMED: not a key of a kind that is known, or its id is another's. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_note_key_read(struct sg_note_key *key,
                                                          struct sg_bytes text);
SCRUBGATE_MUST_USE enum scrubgate_status sg_note_key_add(struct sg_buf *out,
                                                         const struct sg_note_key *key);

/* A note taken apart; borrows its text. */
struct sg_note {
    struct sg_bytes text; /* with its last LF */
    struct sg_note_signature {
        struct sg_bytes name;
        uint32_t id;
        uint8_t bytes[8 + SG_ED25519_SIGNATURE];
        size_t len; /* without the key id; 0: longer than any that is known */
    } signature[SG_NOTE_SIGNATURES];
    size_t n;
};

/* EMALFORMED: no signed note; ELIMIT: over SG_NOTE_SIGNATURES or SG_NOTE_LONGEST. Nothing is
 * verified yet. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_note_read(struct sg_note *note, struct sg_bytes bytes);
/* OK: that key has signed it, and every signature by its name and id holds. *time is of a
 * cosignature (seconds since 1970), else 0; may be NULL. EMALFORMED: it has not, or one does not
 * hold. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_note_verify(const struct sg_note *note,
                                                        const struct sg_note_key *key,
                                                        uint64_t *time);

/* Appends a signature line for text; key is the signer's. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_note_sign(struct sg_buf *out, struct sg_bytes text,
                                                      const struct sg_note_key *key,
                                                      struct sg_signer *signer);

#endif
