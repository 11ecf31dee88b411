/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_pack.c - a pack compiled from its whole text, named toy.yaml, on a day that stays the same.
 */
#include "toy_pack.h"

#include "base/clock.h"

int64_t sg_toy_today(void)
{
    return sg_clock_days(2026, 11, 22);
}

enum scrubgate_status sg_toy_pack(struct scrubgate_ruleset **set, const char *text,
                                  struct scrubgate_fault *fault)
{
    const struct sg_pack_source source = {"toy.yaml", sg_bytes_of(text)};
    return sg_rulefile_compile(set, &source, 1, sg_toy_today(), fault);
}
