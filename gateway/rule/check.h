/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.h - validators: is this match what it looks like? Checksums, issuers, ranges, dates.
 *
 *     check: [luhn, card-issuer]      check: weighted(7 3 1, 10)
 *
 * A check is a pure function of the bytes of the match. It ignores what is no letter or digit, so a
 * pattern need not remove separators. One file per family: check_card.c, check_bank.c,
 * check_id_*.c, …; the table of names is in check.c.
 */
#ifndef SG_RULE_CHECK_H
#define SG_RULE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "base/bytes.h"

struct sg_check; /* a validator bound to its arguments */

/*
 * Reads "name" or "name(args)". The check lives in the arena. EINVAL with fault->what (unknown
 * name: the nearest one is offered; wrong arguments: what is expected).
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_check_parse(const struct sg_check **check,
                                                        struct sg_arena *arena,
                                                        struct sg_bytes text,
                                                        struct scrubgate_fault *fault);
bool sg_check_holds(const struct sg_check *check, struct sg_bytes match);
/* The text it was read from, NUL-ended. */
const char *sg_check_name(const struct sg_check *check);

#endif
