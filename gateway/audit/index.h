/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index.h - where each record of a segment begins: NNNNNN.index, 8 bytes a record, big-endian.
 *
 * It follows from the records and is never synced; who uses it looks whether it tells the truth.
 */
#ifndef SG_AUDIT_INDEX_H
#define SG_AUDIT_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"

enum { SG_INDEX_ENTRY = 8 };

void sg_index_put(uint8_t entry[SG_INDEX_ENTRY], uint64_t offset);
SCRUBGATE_MUST_USE enum scrubgate_status sg_index_add(struct sg_buf *entries, uint64_t offset);
/* Writes the entries of records from seq on, which are all of one segment. folder is the segments'.
 * whole: the file is nothing else. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_index_write(int folder, uint64_t seq,
                                                        const struct sg_buf *entries, bool whole);
/* Reads entries from that of record seq on, up to cap bytes; how many bytes there are. */
size_t sg_index_read(int folder, uint64_t seq, uint8_t *entries, size_t cap);
/* The offset that an entry says. */
uint64_t sg_index_offset(const uint8_t entry[SG_INDEX_ENTRY]);
/* Whether a segment's index has so many entries. */
bool sg_index_has(int folder, uint64_t segment, uint64_t records);

#endif
