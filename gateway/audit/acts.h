/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts.h - how a command gets into the log: it leaves a note in a folder, the writer of the log
 * takes it.
 *
 *     command: leave ──> <audit dir>/acts/<id>.json ──> take ──> record ── durable ──> forget
 *
 * So what people do is recorded beside a gateway that runs, and, when it next does, without one.
 * Whoever may read the log may put notes there, and cannot see or remove another's. Each is judged
 * as foreign bytes: a small regular file, opened without following or waiting, of known words
 * (audit/act_note.h). All else is removed too, and that is recorded.
 */
#ifndef SG_AUDIT_ACTS_H
#define SG_AUDIT_ACTS_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/act_note.h"
#include "audit/record.h"
#include "base/bytes.h"

/* --- the command's side --- */

/* Leaves a note for the log in dir. EIO: there is no such folder, or it may not be written to:
 * nothing of it will be recorded. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_acts_leave(const char *dir,
                                                       const struct sg_act_note *note,
                                                       struct scrubgate_fault *fault);

/* The same in two steps, for what cannot be undone: prepare before it, as EIO says; then leave,
 * which needs no more room on the disk, or drop it. It has a minute: later it is litter. */
enum { SG_ACTS_PATH = 4096 };
struct sg_acts_half {
    char half[SG_ACTS_PATH], whole[SG_ACTS_PATH];
};
SCRUBGATE_MUST_USE enum scrubgate_status sg_acts_prepare(struct sg_acts_half *note, const char *dir,
                                                         const struct sg_act_note *what,
                                                         struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_acts_leave_half(const struct sg_acts_half *note,
                                                            struct scrubgate_fault *fault);
void sg_acts_drop(const struct sg_acts_half *note);

/* --- the writer's side; not thread-safe --- */

enum { SG_ACTS_EACH = 64 /* notes that one look takes */ };

struct sg_acts;

/* Makes the folder below that of a log when it is missing; folder is borrowed for the call. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_acts_open(struct sg_acts **acts, int folder,
                                                      const char *dir,
                                                      const struct sg_record_source *source,
                                                      struct scrubgate_fault *fault);
void sg_acts_close(struct sg_acts *acts); /* NULL is fine */

/* When a look is due, mono_ns: once a second, more often while there are more notes. */
uint64_t sg_acts_due(const struct sg_acts *acts);
/*
 * Looks when it is due: gives add the record, without its seq, of each note it takes. DONE: there
 * was none. Once the records are durable call forget: the notes are removed. When they are not call
 * keep: they are taken again. Below zero: add's first failure, or out of memory; what add took
 * before still wants forget or keep.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_acts_take(
    struct sg_acts *acts, uint64_t now,
    enum scrubgate_status (*add)(void *ctx, struct sg_bytes record), void *ctx);
void sg_acts_forget(struct sg_acts *acts);
void sg_acts_keep(struct sg_acts *acts);

#endif
