/* SPDX-License-Identifier: Apache-2.0 */
/*
 * splits.h - run a stage over a body cut in every way: the output or the refusal must be the same.
 *
 *     whole · in two at every place · byte by byte · into one byte of room · at random
 *
 * Windows are exact copies, so that a sanitizer sees one byte too many. Every call is held to the
 * contract of body/stage.h.
 */
#ifndef SG_TESTS_SPLITS_H
#define SG_TESTS_SPLITS_H

#include <stddef.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "body/stage.h"

/* Makes the stage under test anew, for one run; and undoes what that took beside the stage. */
struct sg_splits {
    struct sg_stage *(*open)(void *ctx);
    void (*close)(void *ctx, struct sg_stage *stage); /* frees the stage; NULL: only that */
    void *ctx;
};

/* How to cut: at most in_most bytes and room for out_most at a time (0: all); seed not 0: each time
 * a random number of bytes up to these; first not 0: the size of the first piece. */
struct sg_cut {
    size_t in_most, out_most, first;
    unsigned seed;
};

/* One run over input, cut like that. Output that left before a refusal is in out too. */
enum scrubgate_status sg_splits_run(const struct sg_splits *splits, struct sg_bytes input,
                                    struct sg_cut cut, struct sg_buf *out);

/* Fails the test unless every way to cut gives want_rc (DONE or a refusal) and, when DONE, exactly
 * want; when refused, outputs that are each the beginning of the longer ones. */
void sg_splits_check(const struct sg_splits *splits, struct sg_bytes input,
                     enum scrubgate_status want_rc, struct sg_bytes want);

/* A stage around inner (taken) that hands it only small windows and looks at every answer. */
struct sg_stage *sg_pedantic_new(struct sg_stage *inner, struct sg_cut cut);

#endif
