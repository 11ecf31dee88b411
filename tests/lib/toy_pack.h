/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_pack.h - a pack compiled from its whole text, named toy.yaml, on a day that stays the same.
 */
#ifndef SG_TESTS_TOY_PACK_H
#define SG_TESTS_TOY_PACK_H

#include <stdint.h>

#include "rule/rulefile.h"
#include "rule/ruleset.h"

/* The days of 2026-11-22. */
int64_t sg_toy_today(void);
/* As sg_rulefile_compile. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_toy_pack(struct scrubgate_ruleset **set,
                                                     const char *text,
                                                     struct scrubgate_fault *fault);

#endif
