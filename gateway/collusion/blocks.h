/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blocks.h - groups whose members have more to do with each other than with anybody else.
 *
 * Greedy peeling (Charikar 2000, as in FRAUDAR, Hooi et al. 2016): whoever has least to do with the
 * rest goes first; of all the groups on the way the one with the most weight a member is kept. Its
 * density is at least half of the best there is. Two groups that are about as dense come out as one
 * that way: a group is then parted. It grows again from its strongest member, by whoever has most
 * to do with all that are in, as long as that is a fair part of what these have with each other.
 */
#ifndef SG_COLLUSION_BLOCKS_H
#define SG_COLLUSION_BLOCKS_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

struct sg_blocks {
    uint32_t *member; /* of all blocks, one after the other; the strongest of each first */
    size_t *begin;    /* n + 1 */
    double *density;
    size_t n;
};

/* Weights between a and b at a * n + b, at least 0, symmetric; the diagonal counts once. Blocks of
 * more than floor, the densest first, at most so many; no two share a member. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_blocks_init(struct sg_blocks *blocks,
                                                        const double *weights, size_t n,
                                                        double floor, size_t most);
void sg_blocks_fini(struct sg_blocks *blocks);

#endif
