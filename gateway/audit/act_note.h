/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act_note.h - what a command says that it did: one small JSON object, written by the command, read
 * by the writer of the log, who believes only its form.
 *
 *     {"what":"audit-read","command":"query","object":"log","done":true,"why":"ticket 9"}
 *
 * Words are those of the tables in act_note.c, text is cut, other members are refused: nothing else
 * gets from there into the log. Who did it is the note's owner, never a word in it.
 */
#ifndef SG_AUDIT_ACT_NOTE_H
#define SG_AUDIT_ACT_NOTE_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "base/buf.h"
#include "base/bytes.h"

enum { SG_ACT_NOTE_MOST = 4096 };

enum sg_act_kind { SG_ACT_READ, SG_ACT_HOLD, SG_ACT_ERASURE, SG_ACT_GUARD, SG_ACT_OTHER };

/* Their id and actor are not written. */
struct sg_act_note {
    enum sg_act_kind kind;
    union {
        struct sg_audit_read read;
        struct sg_hold hold;
        struct sg_erasure erasure;
        struct sg_guard_act guard;
        struct sg_act act;
    } of;
};

/* EINVAL: a word that is in no table. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_act_note_print(struct sg_buf *out,
                                                           const struct sg_act_note *note);

/* Whose note it is, as the file system says. */
struct sg_act_sender {
    uint64_t id;  /* of the note */
    uint64_t uid; /* its owner */
    bool trusted; /* has the log's keys: may say what happened to those, to a hold, to the guard */
};

/* Appends the record of a note, without its seq. EMALFORMED: it is none, or not its sender's to
 * leave; then sg_act_note_refuse makes the record of that. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_act_note_record(struct sg_buf *out,
                                                            const struct sg_record_source *source,
                                                            const struct sg_act_sender *sender,
                                                            struct sg_bytes text);
SCRUBGATE_MUST_USE enum scrubgate_status sg_act_note_refuse(struct sg_buf *out,
                                                            const struct sg_record_source *source,
                                                            const struct sg_act_sender *sender);

#endif
