/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_address.c - addresses that are told: "jo at example dot com", "j o @ e x . c o m".
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

const struct sg_reading sg_reading_address_kinds[] = {{"address", as_it_is}, {"spaced", as_it_is}};
const size_t sg_reading_address_count =
    sizeof sg_reading_address_kinds / sizeof *sg_reading_address_kinds;
