/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.h - a log folder as an outsider sees it: its records, its checkpoint, its tree.
 *
 * Read only, without a lock, also while the log is written: then what lies behind the checkpoint
 * may still be cut off and its numbers used again. Nothing is judged here but that each line is the
 * record with its number; nodes that tiles say are hearsay until they lead to a signed root.
 */
#ifndef SG_AUDIT_READER_H
#define SG_AUDIT_READER_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/merkle.h"
#include "base/buf.h"
#include "base/bytes.h"

struct sg_reader;

/* dir is the audit folder (audit.dir). EIO: no such folder; EMALFORMED: a segment is missing. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_open(struct sg_reader **reader, const char *dir,
                                                        struct scrubgate_fault *fault);
void sg_reader_close(struct sg_reader *reader); /* NULL is fine */

/* As sg_walk_next and sg_walk_seek (audit/walk.h): OK, DONE, or EMALFORMED with file and line. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_next(struct sg_reader *reader,
                                                        struct sg_bytes *record, uint64_t *seq,
                                                        struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_seek(struct sg_reader *reader, uint64_t seq,
                                                        struct scrubgate_fault *fault);
/* Whether the index of a full segment is there, so that a seek there costs no reading. */
bool sg_reader_has_index(const struct sg_reader *reader, uint64_t segment);
/* Names the file and line of record seq in a fault, with what is wrong there. */
void sg_reader_tell(const struct sg_reader *reader, uint64_t seq, const char *what,
                    struct scrubgate_fault *fault);

/* Appends the signed note to out, as it stands. DONE: there is none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_checkpoint(struct sg_reader *reader,
                                                              struct sg_buf *out,
                                                              struct scrubgate_fault *fault);

/* The tree whose tiles sg_reader_node looks for, the checkpoint's: others have no partial tiles. */
void sg_reader_set_size(struct sg_reader *reader, uint64_t size);
/* An sg_merkle_get; ctx is the reader. A tile that is not there is computed from those below it, or
 * from the records, which moves nothing of sg_reader_next. DONE becomes EMALFORMED: no record. */
enum scrubgate_status sg_reader_node(void *ctx, unsigned level, uint64_t index,
                                     struct sg_hash *out);
/* Whether tiles are believed, which they are at first: not to do so shows what the records say. */
void sg_reader_set_tiles(struct sg_reader *reader, bool believed);

#endif
