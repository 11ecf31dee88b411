/* SPDX-License-Identifier: Apache-2.0 */
/*
 * made_log.h - a small audit log made up for a test: records, seals, checkpoint; and put on disk.
 *
 * Every eighth record is a seal. Whoever has the keys can go on with it, which is what an attacker
 * does in tests.
 */
#ifndef SG_TESTS_MADE_LOG_H
#define SG_TESTS_MADE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/seal.h"

#include "tempdir.h"

enum { SG_MADE_LINES = 64, SG_MADE_LINE = 512, SG_MADE_NOTE = 1024, SG_MADE_EVERY = 8 };

#define SG_MADE_ORIGIN "gateway.example/scrubgate/1"

struct sg_made_log {
    size_t n;
    char line[SG_MADE_LINES][SG_MADE_LINE];
    char checkpoint[SG_MADE_NOTE];
    struct sg_seal_key seal_key; /* of the next seal */
};

/* The log's keys: of its notes, and K(0). who 0 is the log; others are strangers. */
void sg_made_key(unsigned who, struct sg_note_key *key);
void sg_made_first_key(unsigned who, uint8_t key[SG_KEY_SIZE]);

/* n records, sealed and signed. story makes them other ones. */
void sg_made_log(struct sg_made_log *log, size_t n, unsigned story);
/* One more; record is what it says. */
void sg_made_add(struct sg_made_log *log, const char *says);
void sg_made_seal(struct sg_made_log *log);
/* Up to n in all, a seal where one belongs. */
void sg_made_fill(struct sg_made_log *log, size_t n, unsigned story);
/* Signs its first size records. */
void sg_made_sign(struct sg_made_log *log, size_t size, unsigned who);
/* The root of its first size lines, as they stand. */
void sg_made_root(const struct sg_made_log *log, size_t size, struct sg_hash *root);

void sg_made_drop(struct sg_made_log *log, size_t at);
void sg_made_double(struct sg_made_log *log, size_t at);
void sg_made_swap(struct sg_made_log *log, size_t at); /* with the next one */
/* Numbers all lines anew. */
void sg_made_renumber(struct sg_made_log *log);
/* Makes the seals from record `from` on anew with the key that log has now: their epochs are in
 * order, size and root fit. */
void sg_made_reseal(struct sg_made_log *log, size_t from);

/* <name>/log/000000.ndjson and .index, <name>/checkpoint, <name>/tile/0/000.p/N; and log.vkey,
 * first.key beside. */
void sg_made_write(const struct sg_made_log *log, const struct sg_tempdir *dir, const char *name);
/* Its lines alone, over those that are there: tiles and checkpoint tell of before. */
void sg_made_write_lines(const struct sg_made_log *log, const struct sg_tempdir *dir,
                         const char *name);

#endif
