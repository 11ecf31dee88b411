/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_digits.c - numbers that are spelled, or whose digits are parted.
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

const struct sg_reading sg_reading_digits_kinds[] = {{"digits", as_it_is}};
const size_t sg_reading_digits_count =
    sizeof sg_reading_digits_kinds / sizeof *sg_reading_digits_kinds;
