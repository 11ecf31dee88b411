/* SPDX-License-Identifier: Apache-2.0 */
/*
 * made_records.h - one record of each kind as the gateway makes them, for those who ask the log.
 *
 * Record n was made at SG_MADE_START plus n seconds. What comes from outside is as hostile as it
 * can be: formulas, control codes, bars, line ends.
 */
#ifndef SG_TESTS_MADE_RECORDS_H
#define SG_TESTS_MADE_RECORDS_H

#include <stdint.h>

#include "base/buf.h"

#include "tempdir.h"

#define SG_MADE_START UINT64_C(1795310760000) /* 2026-11-22T01:26:00Z */

enum sg_made_record {
    SG_MADE_BEGIN,         /* start */
    SG_MADE_MASKED,        /* exchange 1: a card twice, an e-mail address once */
    SG_MADE_MASKED_ENDED,  /* 200 */
    SG_MADE_BLOCKED,       /* exchange 2: a phone number */
    SG_MADE_BLOCKED_ENDED, /* 422 */
    SG_MADE_REFUSED,       /* exchange 3 */
    SG_MADE_REFUSED_ENDED, /* 400 */
    SG_MADE_CLEAN,         /* exchange 4, with words from outside */
    SG_MADE_CLEAN_ENDED,   /* 504 */
    SG_MADE_TURNED_AWAY,   /* 17 requests */
    SG_MADE_RELOAD,        /* by user 1000 */
    SG_MADE_GAP,
    SG_MADE_HOLD,         /* with a why that begins another event where it is not escaped */
    SG_MADE_READ,         /* query */
    SG_MADE_PASSED_ENDED, /* exchange 6, route chat-pass: 200, and no decision */
    SG_MADE_OPEN,         /* exchange 5: clean, and no outcome */
    SG_MADE_STRANGE,      /* of a class that nobody knows */
    SG_MADE_RECORDS
};

/* Appends the line of a record, without its LF. */
void sg_made_record(struct sg_buf *out, enum sg_made_record which);
/* <name>/log/000000.ndjson has all of them. */
void sg_made_records_write(const struct sg_tempdir *dir, const char *name);

#endif
