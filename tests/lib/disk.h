/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk.h - what a crash may leave of a folder: everything that was done to it is noted, and any
 * moment of it can be put on a disk again as a power cut may leave it.
 *
 *     changes ──> sg_disk_* (noted in turn) ──> sg_disk_crash(moment, dice) ──> a folder
 *
 * What was synced is there. What was not is there, is not, or is there in parts: sectors of a write
 * each for themselves, what is missing being what was there before, or zeros where the file grew;
 * names that were made, moved or removed until their folder is synced.
 */
#ifndef SG_TESTS_DISK_H
#define SG_TESTS_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dice.h"
#include "tempdir.h"

enum { SG_DISK_SECTOR = 512, SG_DISK_PATH = 128 };

struct sg_disk;

/* Takes what is below root as it stands, durable. All paths are below root. */
struct sg_disk *sg_disk_new(const char *root);
void sg_disk_free(struct sg_disk *disk);

/* What was done, in turn. A file is told by its inode's number while it is there. */
void sg_disk_made(struct sg_disk *disk, const char *path, uint64_t inode);
void sg_disk_made_folder(struct sg_disk *disk, const char *path);
void sg_disk_moved(struct sg_disk *disk, const char *from, const char *to);
void sg_disk_removed(struct sg_disk *disk, const char *path);
void sg_disk_wrote(struct sg_disk *disk, uint64_t inode, uint64_t offset, const void *data,
                   size_t len);
void sg_disk_cut(struct sg_disk *disk, uint64_t inode, uint64_t len);
void sg_disk_synced(struct sg_disk *disk, uint64_t inode);
void sg_disk_synced_folder(struct sg_disk *disk, const char *path); /* "": root itself */
/* A moment worth remembering: sg_disk_told answers the last mark before a moment. */
void sg_disk_mark(struct sg_disk *disk, uint64_t mark);
uint64_t sg_disk_told(const struct sg_disk *disk, size_t moment);

/* Moments: from the beginning to the last, inclusive. */
size_t sg_disk_first(const struct sg_disk *disk);
size_t sg_disk_moments(const struct sg_disk *disk);
/* What that was, for people. */
const char *sg_disk_tell(const struct sg_disk *disk, size_t moment, char text[256]);

enum sg_disk_luck {
    SG_DISK_BAD,   /* nothing is there that was not synced */
    SG_DISK_GOOD,  /* all is there */
    SG_DISK_ORDER, /* by dice; names in the order in which they were changed, as journals keep it */
    SG_DISK_CHAOS  /* by dice, each for itself */
};
/* Makes below `to`, which is empty, what is left after that moment. */
void sg_disk_crash(const struct sg_disk *disk, size_t moment, enum sg_disk_luck luck,
                   struct sg_dice *dice, const struct sg_tempdir *to);

#endif
