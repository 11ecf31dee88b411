/* SPDX-License-Identifier: Apache-2.0 */
/*
 * times.h - when the records of a full segment were made, as far as a few of them tell.
 *
 * A record's time is the wall clock's, which may step. The system's monotonic clock does not: where
 * nine records of a segment are of one boot and the two clocks were equally far apart at all of
 * them, no step is between them and the others were made between the first and the last.
 */
#ifndef SG_AUDIT_TIMES_H
#define SG_AUDIT_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/reader.h"

enum {
    SG_TIMES_STEP_MS = 1000, /* what is less is drift, not a step */
    /* Records that nobody waits for may be written so long after they were made. */
    SG_TIMES_LATE_MS = 3600000
};

/*
 * False: the segment has no record from from_ms to before to_ms. True: it may have one; also when
 * it is not full, has no index, or a clock was stepped. Moves the reader.
 */
bool sg_times_may_be(struct sg_reader *reader, uint64_t segment, uint64_t from_ms, uint64_t to_ms);

#endif
