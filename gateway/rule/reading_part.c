/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_part.c - a part of a number that is told over messages, however few its digits.
 *
 *     "four one"      -> "41", between 0x0E and 0x0F
 *     "double five 5" -> "555", the same
 */
#include "rule/reading_family.h"

#include <string.h>

#include "base/digest.h"
#include "rule/reading_spoken.h"

static enum scrubgate_status put(struct sg_reading_text *out, struct sg_bytes view, size_t raw_len,
                                 bool *first)
{
    uint8_t marked[1 + SG_SPOKEN_DIGITS] = {SG_READING_SPELLED};
    if (!*first)
        return sg_reading_put(out, view, raw_len);
    *first = false;
    memcpy(marked + 1, view.data, view.len);
    enum scrubgate_status rc =
        sg_reading_put(out, (struct sg_bytes){marked, 1 + view.len}, raw_len);
    sg_wipe(marked, sizeof marked);
    return rc;
}

static enum scrubgate_status put_group(struct sg_reading_text *out, struct sg_bytes text,
                                       const struct sg_spoken_group *group, bool *first)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (group->plus)
        return put(out, SG_BYTES("+"), group->end - group->start, first);
    if (group->n > 0)
        return put(out, (struct sg_bytes){group->digits, group->n}, group->end - group->start,
                   first);
    for (size_t i = group->start; i < group->end && rc >= 0; i++)
        rc = put(out, (struct sg_bytes){text.data + i, 1}, 1, first);
    return rc;
}

/* The first numbers of the passage. */
static void find_run(struct sg_spoken *run, struct sg_bytes text)
{
    size_t at = 0;
    run->n = 0;
    while (at < text.len && run->n == 0) {
        if (text.data[at] < 0x80 && !sg_is_alnum(text.data[at])) {
            at++;
            continue;
        }
        sg_spoken_read(run, text, at);
        at = run->end > at ? run->end : at + 1;
    }
}

static enum scrubgate_status read_part(struct sg_bytes text, struct sg_reading_text *out,
                                       bool *reads)
{
    struct sg_spoken run;
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t at = 0, said = 0;
    bool first = true;
    find_run(&run, text);
    for (size_t i = 0; i < run.n; i++)
        said += run.groups[i].spelled;
    *reads = said > 0;
    for (size_t i = 0; *reads && i < run.n && rc >= 0; i++) {
        const struct sg_spoken_group *group = &run.groups[i];
        for (; first && at < group->start && rc >= 0; at++) /* "then" */
            rc = sg_reading_put_byte(out, text.data[at], 1);
        if (rc >= 0 && group->start > at)
            rc = sg_reading_put(out, SG_BYTES(""), group->start - at);
        if (rc >= 0)
            rc = put_group(out, text, group, &first);
        at = group->end;
    }
    if (*reads && rc >= 0)
        rc = sg_reading_put_byte(out, SG_READING_SPELLED_END, 0);
    for (; *reads && at < text.len && rc >= 0; at++)
        rc = sg_reading_put_byte(out, text.data[at], 1);
    sg_spoken_wipe(&run);
    return rc;
}

const struct sg_reading sg_reading_part_kinds[] = {{"part", read_part}};
const size_t sg_reading_part_count = sizeof sg_reading_part_kinds / sizeof *sg_reading_part_kinds;
