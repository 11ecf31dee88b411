/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stretch.h - where rules are to be searched: stretches of starts, in chains that rise.
 *
 * A chain is fed by one signature, whose starts rise with its places, or by the engine itself.
 */
#ifndef SG_SCAN_STRETCH_H
#define SG_SCAN_STRETCH_H

#include <stddef.h>
#include <stdint.h>

#include "rule/sieve.h"

enum {
    SG_CHAINS = 2 * SG_SIEVE_MOST, /* a signature's by its number, then a rule's own by its index */
    SG_STRETCHES = 5 * SG_SIEVE_MOST,
    SG_NO_STRETCH = UINT16_MAX
};

/* A match may start at first … last of the window. */
struct sg_stretch {
    size_t first, last;
    uint16_t next;
};

struct sg_chain {
    uint16_t head, tail;
};

struct sg_stretches {
    struct sg_chain chains[SG_CHAINS];
    uint64_t touched[SG_SIEVE_MOST / 64]; /* rules whose chains are not empty */
    struct sg_stretch list[SG_STRETCHES];
    size_t n;
};

/* All chains are empty. */
void sg_stretches_clear(struct sg_stretches *stretches);
/* first is not below that of the chain's last stretch by more than what has been searched. There is
 * room: see sg_stretches_room. */
void sg_stretches_add(struct sg_stretches *stretches, size_t chain, uint32_t rule, size_t first,
                      size_t last);
/* How many more can be added. */
static inline size_t sg_stretches_room(const struct sg_stretches *stretches)
{
    return SG_STRETCHES - stretches->n;
}

/* The chain of the rule whose first stretch starts first, or NULL. */
static inline struct sg_chain *sg_stretches_lowest(struct sg_stretches *stretches,
                                                   struct sg_sieve_range range, uint32_t rule)
{
    struct sg_chain *own = &stretches->chains[SG_SIEVE_MOST + rule];
    struct sg_chain *lowest = own->head == SG_NO_STRETCH ? NULL : own;
    for (uint32_t s = range.first; s < range.first + range.n; s++) {
        struct sg_chain *chain = &stretches->chains[s];
        if (chain->head != SG_NO_STRETCH &&
            (lowest == NULL ||
             stretches->list[chain->head].first < stretches->list[lowest->head].first))
            lowest = chain;
    }
    return lowest;
}

#endif
