/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_marks.c - what stands between letters, or turns them round.
 */
#include "rule/reading_family.h"

static enum scrubgate_status as_it_is(struct sg_bytes passage, struct sg_reading_text *out,
                                      bool *reads)
{
    (void)passage;
    (void)out;
    *reads = false;
    return SCRUBGATE_OK;
}

const struct sg_reading sg_reading_marks_kinds[] = {
    {"nothing", as_it_is}, {"reversed", as_it_is}, {"join", as_it_is}};
const size_t sg_reading_marks_count =
    sizeof sg_reading_marks_kinds / sizeof *sg_reading_marks_kinds;
