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
#include "audit/tile.h"
#include "base/buf.h"
#include "base/bytes.h"

struct sg_reader;

/* dir is the audit folder (audit.dir). EIO: no such folder; EMALFORMED: a segment is missing. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_open(struct sg_reader **reader, const char *dir,
                                                        struct scrubgate_fault *fault);
void sg_reader_close(struct sg_reader *reader); /* NULL is fine */

/* Whether another folder stands where this one stood. */
bool sg_reader_was_replaced(const struct sg_reader *reader);

/* As sg_walk_next and sg_walk_seek (audit/walk.h): OK, DONE, or EMALFORMED with file and line. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_next(struct sg_reader *reader,
                                                        struct sg_bytes *record, uint64_t *seq,
                                                        struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_seek(struct sg_reader *reader, uint64_t seq,
                                                        struct scrubgate_fault *fault);
/* Number of the first record, where sg_reader_next begins: 0, unless old ones were removed; a
 * multiple of 65,536. Seeking before it is EINVAL. Of what was removed sg_reader_node knows the
 * nodes of level 16 and higher, by tiles alone, also when those are not believed. */
uint64_t sg_reader_first(const struct sg_reader *reader);
/* Whether the index of a full segment is there, so that a seek there costs no reading. */
bool sg_reader_has_index(const struct sg_reader *reader, uint64_t segment);
/* Names the file and line of record seq in a fault, with what is wrong there. */
void sg_reader_tell(const struct sg_reader *reader, uint64_t seq, const char *what,
                    struct scrubgate_fault *fault);

/* Where the record that sg_reader_next gave last begins in its segment. */
uint64_t sg_reader_offset(const struct sg_reader *reader);

/* Appends the signed note to out, as it stands. DONE: there is none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_checkpoint(struct sg_reader *reader,
                                                              struct sg_buf *out,
                                                              struct scrubgate_fault *fault);
/* The same of the one that witnesses cosigned. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_witnessed(struct sg_reader *reader,
                                                             struct sg_buf *out,
                                                             struct scrubgate_fault *fault);

/* The tree whose tiles sg_reader_node looks for, the checkpoint's: others have no partial tiles. */
void sg_reader_set_size(struct sg_reader *reader, uint64_t size);
/* An sg_merkle_get; ctx is the reader. A tile that is not there is computed from those below it, or
 * from the records, which moves nothing of sg_reader_next. DONE becomes EMALFORMED: no record. */
enum scrubgate_status sg_reader_node(void *ctx, unsigned level, uint64_t index,
                                     struct sg_hash *out);
/* What a tile's file says, and the index of a segment from record seq on (up to cap bytes; the
 * number of them): false, 0 when there is none. Neither is believed by anybody. */
bool sg_reader_tile(const struct sg_reader *reader, const struct sg_tile *tile,
                    uint8_t hashes[SG_TILE_SIZE]);
size_t sg_reader_index(const struct sg_reader *reader, uint64_t seq, uint8_t *entries, size_t cap);
/* Whether tiles are believed, which they are at first: not to do so shows what the records say. */
void sg_reader_set_tiles(struct sg_reader *reader, bool believed);

#endif
