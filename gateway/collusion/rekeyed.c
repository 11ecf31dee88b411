/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rekeyed.c - what an id was under earlier keys; in constant memory.
 */
#include "collusion/rekeyed.h"

#include <stdlib.h>

enum { SETS = 1 << 17 };

enum scrubgate_status sg_rekeyed_init(struct sg_rekeyed *rekeyed)
{
    /* Untouched, and so no memory at all, until a key has been replaced. */
    *rekeyed = (struct sg_rekeyed){.sets = calloc(SETS, sizeof *rekeyed->sets)};
    return rekeyed->sets == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

void sg_rekeyed_fini(struct sg_rekeyed *rekeyed)
{
    free(rekeyed->sets);
    rekeyed->sets = NULL;
}

static struct sg_rekeyed_set *set_of(const struct sg_rekeyed *rekeyed, uint64_t mark)
{
    return &rekeyed->sets[mark & (SETS - 1)];
}

/* SG_REKEYED_WAYS: it is not there. */
static unsigned way_of(const struct sg_rekeyed_set *set, uint64_t mark)
{
    unsigned i = 0;
    while (i < SG_REKEYED_WAYS && set->mark[i] != mark)
        i++;
    return i;
}

/* Puts a mark first; what stood there until `way`, a free or the last one, moves on by one. */
static void put_first(struct sg_rekeyed_set *set, unsigned way, uint64_t mark, uint64_t first)
{
    for (unsigned i = way < SG_REKEYED_WAYS ? way : SG_REKEYED_WAYS - 1; i > 0; i--) {
        set->mark[i] = set->mark[i - 1];
        set->first[i] = set->first[i - 1];
    }
    set->mark[0] = mark;
    set->first[0] = first;
}

/* 0: it is not known. */
static uint64_t find(struct sg_rekeyed *rekeyed, uint64_t mark)
{
    struct sg_rekeyed_set *set = set_of(rekeyed, mark);
    const unsigned way = way_of(set, mark);
    if (way == SG_REKEYED_WAYS)
        return 0;
    put_first(set, way, mark, set->first[way]);
    return set->first[0];
}

uint64_t sg_rekeyed_first(struct sg_rekeyed *rekeyed, uint64_t mark, uint64_t was)
{
    if (mark == 0 || (was == 0 && rekeyed->n == 0))
        return mark;
    uint64_t first = find(rekeyed, mark);
    if (first != 0 || was == 0 || was == mark)
        return first != 0 ? first : mark;
    first = find(rekeyed, was); /* two keys ago */
    first = first != 0 ? first : was;
    put_first(set_of(rekeyed, mark), SG_REKEYED_WAYS, mark, first);
    rekeyed->n++;
    return first;
}

void sg_rekeyed_merge(struct sg_rekeyed *into, const struct sg_rekeyed *other)
{
    for (size_t i = 0; i < SETS && other->n > 0; i++) {
        const struct sg_rekeyed_set *set = &other->sets[i];
        for (unsigned way = SG_REKEYED_WAYS; way-- > 0;)
            if (set->mark[way] != 0 && way_of(&into->sets[i], set->mark[way]) == SG_REKEYED_WAYS)
                put_first(&into->sets[i], SG_REKEYED_WAYS, set->mark[way], set->first[way]);
    }
    into->n += other->n;
}

enum scrubgate_status sg_rekeyed_save(const struct sg_rekeyed *rekeyed, struct sg_state_sink *to)
{
    enum scrubgate_status rc = sg_state_put_u64(to, rekeyed->n);
    return rc < 0 || rekeyed->n == 0
               ? rc
               : sg_state_put_records(to, rekeyed->sets, SETS, sizeof *rekeyed->sets);
}

void sg_rekeyed_load(struct sg_rekeyed *rekeyed, struct sg_state *state)
{
    rekeyed->n = sg_state_take_u64(state);
    if (rekeyed->n > 0)
        sg_state_take_table(state, rekeyed->sets, SETS * sizeof *rekeyed->sets);
}
