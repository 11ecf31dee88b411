/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inflight.c - decisions that wait for their outcome, while a log is read from its start.
 */
#include "report/inflight.h"

#include <stdlib.h>

enum { SLOTS = 1 << SG_INFLIGHT_BITS };

static uint64_t mix(uint64_t hash, struct sg_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ text.data[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 29;
}

/* An id is unique within its boot only. */
static uint64_t key_of(struct sg_bytes boot, struct sg_bytes id)
{
    uint64_t key = mix(mix(UINT64_C(0xcbf29ce484222325), boot), id);
    return key == 0 ? 1 : key;
}

static size_t place_of(uint64_t key)
{
    return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - SG_INFLIGHT_BITS));
}

/* Where it stands, or belongs. */
static size_t find(const struct sg_inflight *inflight, uint64_t key)
{
    size_t at = place_of(key);
    while (inflight->slot[at].key != 0 && inflight->slot[at].key != key)
        at = (at + 1) % SLOTS;
    return at;
}

/* Those behind it that would not be found any more move up. */
static void take_out(struct sg_inflight *inflight, size_t at)
{
    size_t gap = at;
    for (size_t i = (at + 1) % SLOTS; inflight->slot[i].key != 0; i = (i + 1) % SLOTS) {
        size_t home = place_of(inflight->slot[i].key);
        if ((i - home) % SLOTS < (i - gap) % SLOTS)
            continue;
        inflight->slot[gap] = inflight->slot[i];
        gap = i;
    }
    inflight->slot[gap] = (struct sg_inflight_open){0, 0};
    inflight->n--;
}

enum scrubgate_status sg_inflight_init(struct sg_inflight *inflight)
{
    *inflight = (struct sg_inflight){.slot = calloc(SLOTS, sizeof(struct sg_inflight_open))};
    return inflight->slot == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

void sg_inflight_decision(struct sg_inflight *inflight, struct sg_bytes boot, struct sg_bytes id,
                          uint64_t seq, bool in_range)
{
    uint64_t key = key_of(boot, id);
    size_t at = find(inflight, key);
    if (inflight->slot[at].key != 0)
        return; /* the response of a request that was decided before */
    if (in_range)
        inflight->decided++;
    if (inflight->n == SG_INFLIGHT_MOST) {
        inflight->unjoined += in_range;
        return;
    }
    inflight->slot[at] = (struct sg_inflight_open){key, seq << 1 | in_range};
    inflight->n++;
}

void sg_inflight_outcome(struct sg_inflight *inflight, struct sg_bytes boot, struct sg_bytes id,
                         bool in_range)
{
    size_t at = find(inflight, key_of(boot, id));
    if (inflight->slot[at].key == 0) {
        inflight->alone += in_range;
        return;
    }
    inflight->joined += inflight->slot[at].seq & 1;
    take_out(inflight, at);
}

void sg_inflight_count(const struct sg_inflight *inflight, uint64_t from, uint64_t *before,
                       uint64_t *behind)
{
    *before = *behind = 0;
    for (size_t i = 0; i < SLOTS; i++) {
        const struct sg_inflight_open *open = &inflight->slot[i];
        if (open->key == 0 || (open->seq & 1) == 0)
            continue;
        if (open->seq >> 1 < from)
            ++*before;
        else
            ++*behind;
    }
}

bool sg_inflight_first(const struct sg_inflight *inflight, uint64_t *seq)
{
    bool found = false;
    for (size_t i = 0; i < SLOTS; i++) {
        const struct sg_inflight_open *open = &inflight->slot[i];
        if (open->key == 0 || (open->seq & 1) == 0 || (found && open->seq >> 1 >= *seq))
            continue;
        *seq = open->seq >> 1;
        found = true;
    }
    return found;
}

void sg_inflight_fini(struct sg_inflight *inflight)
{
    free(inflight->slot);
    *inflight = (struct sg_inflight){.slot = NULL};
}
