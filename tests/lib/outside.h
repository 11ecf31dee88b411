/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outside.h - what a stranger finds in a live log (live_log.h) who has its public key and K(0):
 * every seal, the checkpoint, the tiles are of the lines that are there, or the test fails.
 *
 * Written again here, not by audit/verify.h: the two judge each other.
 */
#ifndef SG_TESTS_OUTSIDE_H
#define SG_TESTS_OUTSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "tempdir.h"

struct sg_outside {
    uint64_t records, seals, size; /* size: of the checkpoint */
    bool has_checkpoint;
};

/* dir is the live log's. */
struct sg_outside sg_outside_look(const struct sg_tempdir *dir);

#endif
