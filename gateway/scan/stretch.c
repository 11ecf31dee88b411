/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stretch.c - where rules are to be searched: stretches of starts, in chains that rise.
 */
#include "scan/stretch.h"

#include <assert.h>
#include <string.h>

void sg_stretches_clear(struct sg_stretches *stretches)
{
    memset(stretches->chains, 0xFF, sizeof stretches->chains);
    memset(stretches->touched, 0, sizeof stretches->touched);
    stretches->n = 0;
}

/* A stretch that touches the one before it becomes part of it. */
void sg_stretches_add(struct sg_stretches *stretches, size_t chain, uint32_t rule, size_t first,
                      size_t last)
{
    struct sg_chain *own = &stretches->chains[chain];
    if (own->head != SG_NO_STRETCH) {
        struct sg_stretch *tail = &stretches->list[own->tail];
        if (first <= tail->last + 1) {
            tail->first = first < tail->first ? first : tail->first;
            tail->last = last > tail->last ? last : tail->last;
            return;
        }
    }
    assert(stretches->n < SG_STRETCHES);
    uint16_t made = (uint16_t)stretches->n++;
    stretches->list[made] = (struct sg_stretch){first, last, SG_NO_STRETCH};
    if (own->head == SG_NO_STRETCH)
        own->head = made;
    else
        stretches->list[own->tail].next = made;
    own->tail = made;
    stretches->touched[rule / 64] |= UINT64_C(1) << rule % 64;
}
