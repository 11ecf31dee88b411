/* SPDX-License-Identifier: Apache-2.0 */
/*
 * times.c - when the records of a full segment were made, as far as a few of them tell.
 */
#include "audit/times.h"

#include <string.h>

#include "audit/journal.h"
#include "audit/line.h"

enum { LOOKS = 8, BOOT_MOST = 64 };

struct look {
    uint64_t time;
    int64_t apart; /* the clocks, in ms */
    size_t boot_len;
    uint8_t boot[BOOT_MOST];
};

static bool look_at(struct sg_reader *reader, uint64_t seq, struct look *look)
{
    const unsigned all = SG_LINE_TIME | SG_LINE_MONO | SG_LINE_BOOT;
    struct sg_bytes record;
    struct sg_line line;
    uint64_t number;
    if (sg_reader_seek(reader, seq, NULL) != SCRUBGATE_OK ||
        sg_reader_next(reader, &record, &number, NULL) != SCRUBGATE_OK ||
        sg_line_read(&line, record) < 0 || (line.has & all) != all || line.boot.len > BOOT_MOST ||
        line.time > INT64_MAX)
        return false;
    look->time = line.time;
    look->apart = (int64_t)line.time - (int64_t)(line.mono_ns / 1000000);
    look->boot_len = line.boot.len;
    memcpy(look->boot, line.boot.data, line.boot.len);
    return true;
}

static bool no_step(const struct look *a, const struct look *b)
{
    int64_t step = a->apart - b->apart;
    return a->boot_len == b->boot_len && memcmp(a->boot, b->boot, a->boot_len) == 0 &&
           step <= SG_TIMES_STEP_MS && step >= -SG_TIMES_STEP_MS;
}

/* With room on both sides: a look may have met one of the late records. */
static bool overlap(uint64_t least, uint64_t most, uint64_t from_ms, uint64_t to_ms)
{
    bool before = most < from_ms && from_ms - most > SG_TIMES_LATE_MS;
    bool behind = least >= to_ms && least - to_ms > SG_TIMES_LATE_MS;
    return !before && !behind;
}

bool sg_times_may_be(struct sg_reader *reader, uint64_t segment, uint64_t from_ms, uint64_t to_ms)
{
    const uint64_t start = segment * SG_JOURNAL_SEGMENT;
    struct look first, next;
    uint64_t least, most;
    if (from_ms == 0 && to_ms == UINT64_MAX)
        return true;
    if (!sg_reader_has_index(reader, segment) || !look_at(reader, start, &first))
        return true;
    least = most = first.time;
    /* The last look is at the segment behind: without that this one is not full. */
    for (uint64_t i = 1; i <= LOOKS; i++) {
        if (!look_at(reader, start + i * (SG_JOURNAL_SEGMENT / LOOKS), &next) ||
            !no_step(&first, &next))
            return true;
        least = next.time < least ? next.time : least;
        most = next.time > most ? next.time : most;
        if (overlap(least, most, from_ms, to_ms))
            return true;
    }
    return false;
}
