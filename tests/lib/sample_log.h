/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample_log.h - over 64 KiB of an audit log that was sealed and signed, for those who change it,
 * and what must be said of it then.
 */
#ifndef SG_TESTS_SAMPLE_LOG_H
#define SG_TESTS_SAMPLE_LOG_H

#include <stddef.h>

#include "audit/seal.h"
#include "audit/verify_log.h"
#include "base/buf.h"
#include "tempdir.h"

#define SG_SAMPLE_LINES      "audit/log/000000.ndjson"
#define SG_SAMPLE_CHECKPOINT "audit/checkpoint"

enum { SG_SAMPLE_BYTES = 64 * 1024, SG_SAMPLE_MOST = 400 };

struct sg_sample {
    struct sg_tempdir dir; /* audit/, seal.key */
    char *text, *checkpoint;
    size_t len, checkpoint_len;
    size_t lines, start[SG_SAMPLE_MOST + 1]; /* of each line in text; of the end */
    struct sg_note_key key;
    struct sg_seal_key stolen; /* what seal.key holds now */
    struct sg_verify_report report;
};
extern struct sg_sample sg_sample;

void sg_sample_begin(void); /* writes it, a seal behind every 23 records, two at the end */
void sg_sample_end(void);
/* The line without its LF. */
struct sg_bytes sg_sample_line(size_t line);
/* Puts this where the log's lines are; and the lines that were there before, and the checkpoint. */
void sg_sample_put(const struct sg_buf *text);
void sg_sample_restore(void);

/* Checks the folder into report; known may be NULL. */
void sg_sample_verify(const struct sg_verify_known *known, size_t n_known);
/* "PROVEN", or the first trouble. */
const char *sg_sample_word(void);
/* That the report finds trouble, calls no record from `bad` on proven, and names that one or a
 * range in which it lies. what and at say what was done. */
void sg_sample_expect_found(const char *what, size_t at, size_t bad);
/* The same, and no range. */
void sg_sample_expect_named(const char *what, size_t at, size_t bad);

#endif
