/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_coded.c - texts in another writing: base64, hex, mail headers, UTF-7.
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

const struct sg_reading sg_reading_coded_kinds[] = {
    {"base64", as_it_is}, {"hex", as_it_is}, {"encoded-word", as_it_is}, {"utf7", as_it_is}};
const size_t sg_reading_coded_count =
    sizeof sg_reading_coded_kinds / sizeof *sg_reading_coded_kinds;
