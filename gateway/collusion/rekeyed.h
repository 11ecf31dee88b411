/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rekeyed.h - what an id was under earlier keys; in constant memory.
 *
 *     customer B, was A    ->  A, and B is noted to be A
 *     customer B           ->  A, for as long as B has not been forgotten
 *
 * A scorer's sketches cannot be renamed: what they know stays under the mark that it was learnt
 * with, and later ids are led there. Of those in one place of the table the one longest unseen is
 * forgotten; it begins anew.
 */
#ifndef SG_COLLUSION_REKEYED_H
#define SG_COLLUSION_REKEYED_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "collusion/state.h"

enum { SG_REKEYED_WAYS = 4 };

struct sg_rekeyed {
    struct sg_rekeyed_set {
        uint64_t mark[SG_REKEYED_WAYS], first[SG_REKEYED_WAYS]; /* seen last: first */
    } * sets;
    uint64_t n; /* noted ever */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_rekeyed_init(struct sg_rekeyed *rekeyed);
void sg_rekeyed_fini(struct sg_rekeyed *rekeyed);

/* The mark that a thing was first known by. was: its mark under the key before; 0: not told. */
uint64_t sg_rekeyed_first(struct sg_rekeyed *rekeyed, uint64_t mark, uint64_t was);

/* Where both know of a mark, into's word stands. */
void sg_rekeyed_merge(struct sg_rekeyed *into, const struct sg_rekeyed *other);
SCRUBGATE_MUST_USE enum scrubgate_status sg_rekeyed_save(const struct sg_rekeyed *rekeyed,
                                                         struct sg_state_sink *to);
void sg_rekeyed_load(struct sg_rekeyed *rekeyed, struct sg_state *state);

#endif
