/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aliases.c - ids that are one thing's under the keys of two epochs.
 */
#include "collusion/aliases.h"

#include <stdlib.h>

enum scrubgate_status sg_aliases_init(struct sg_aliases *aliases)
{
    *aliases = (struct sg_aliases){.next = NULL};
    return sg_numbering_init(&aliases->ids);
}

void sg_aliases_fini(struct sg_aliases *aliases)
{
    sg_numbering_fini(&aliases->ids);
    free(aliases->next);
    *aliases = (struct sg_aliases){.next = NULL};
}

static enum scrubgate_status number_of(struct sg_aliases *aliases, uint64_t id, uint32_t *number)
{
    if (aliases->ids.n == aliases->cap) {
        const size_t cap = aliases->cap * 2 + 1024;
        uint32_t *more = realloc(aliases->next, cap * sizeof *more);
        if (more == NULL)
            return SCRUBGATE_ENOMEM;
        aliases->next = more;
        aliases->cap = cap;
    }
    const size_t before = aliases->ids.n;
    enum scrubgate_status rc = sg_numbering_add(&aliases->ids, id, number);
    if (rc >= 0 && aliases->ids.n > before)
        aliases->next[*number] = *number;
    return rc;
}

/* Each step also shortens the way of the next who asks. */
static uint32_t newest(struct sg_aliases *aliases, uint32_t number)
{
    uint32_t *next = aliases->next;
    while (next[number] != number) {
        next[number] = next[next[number]];
        number = next[number];
    }
    return number;
}

enum scrubgate_status sg_aliases_add(struct sg_aliases *aliases, uint64_t id, uint64_t was)
{
    uint32_t later, earlier;
    if (id == 0 || was == 0 || id == was)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = number_of(aliases, id, &later);
    if (rc >= 0)
        rc = number_of(aliases, was, &earlier);
    if (rc < 0)
        return rc;
    /* Two that say this of each other are joined already, and stay as they are. */
    aliases->next[newest(aliases, earlier)] = newest(aliases, later);
    return SCRUBGATE_OK;
}

uint64_t sg_aliases_newest(struct sg_aliases *aliases, uint64_t id)
{
    const uint32_t number = sg_numbering_find(&aliases->ids, id);
    return number == UINT32_MAX ? id : aliases->ids.ids[newest(aliases, number)];
}
