/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tile_file.h - the files that hold a log's tiles: <dir>/tile/<L>/<N>[.p/<W>].
 *
 * All of them follow from the records: one that is missing or of a wrong size is simply not there.
 * Those that outlive their records (level SG_TILE_KEPT and higher) are synced, others never.
 */
#ifndef SG_AUDIT_TILE_FILE_H
#define SG_AUDIT_TILE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/tile.h"

enum { SG_TILE_KEPT = 2 };

/* folder is the descriptor of <dir>. False: there is none that has the right size. */
bool sg_tile_file_read(int folder, const struct sg_tile *tile, uint8_t hashes[SG_TILE_SIZE]);
/* Whether there is one that has the right size. */
bool sg_tile_file_there(int folder, const struct sg_tile *tile);
/* Writes it, and makes the folders it stands in: not under another name first, for nobody looks for
 * it before a checkpoint has it, and one that was not written whole has not the right size. EIO,
 * ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tile_file_write(int folder, const struct sg_tile *tile,
                                                            const uint8_t *hashes);
/* Removes a partial tile, and its folder when that is empty then. */
void sg_tile_file_remove(int folder, const struct sg_tile *tile);

#endif
