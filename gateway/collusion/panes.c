/* SPDX-License-Identifier: Apache-2.0 */
/*
 * panes.c - how often something was seen in the last 30 days.
 */
#include "collusion/panes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "collusion/mark.h"

enum { PANES = 6, ROWS = 4, WIDTH = 1 << 19, CELLS = ROWS * WIDTH };
static const size_t size = (size_t)PANES * CELLS * sizeof(uint16_t);

enum scrubgate_status sg_panes_init(struct sg_panes *panes)
{
    *panes = (struct sg_panes){.cells = calloc(1, size)};
    return panes->cells == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

void sg_panes_fini(struct sg_panes *panes)
{
    free(panes->cells);
    *panes = (struct sg_panes){.cells = NULL};
}

/* A cell's panes lie side by side: to add and to count, each row is one line of the cache. */
static uint16_t *cell(const struct sg_panes *panes, uint64_t mark, unsigned row)
{
    const size_t at = (size_t)row * WIDTH + (sg_mark_row(mark, row) & (WIDTH - 1));
    return &panes->cells[at * PANES];
}

void sg_panes_fetch(const struct sg_panes *panes, uint64_t mark)
{
    for (unsigned row = 0; row < ROWS; row++)
        __builtin_prefetch(cell(panes, mark, row), 1);
}

static void empty(struct sg_panes *panes, uint64_t number)
{
    for (size_t i = number % PANES; i < (size_t)CELLS * PANES; i += PANES)
        panes->cells[i] = 0;
}

/* Empties what time has passed, everything when it was set back by more than there is. */
static void advance(struct sg_panes *panes, uint64_t number)
{
    const bool jump = number >= panes->newest + PANES || number + PANES <= panes->newest;
    if (jump)
        memset(panes->cells, 0, size);
    else
        for (uint64_t i = panes->newest + 1; i <= number; i++)
            empty(panes, i);
    if (jump || number > panes->newest)
        panes->newest = number;
}

void sg_panes_add(struct sg_panes *panes, uint64_t mark, uint64_t ms)
{
    const uint64_t number = ms / SG_PANE_MS;
    uint16_t *at[ROWS], least = UINT16_MAX;
    if (number != panes->newest)
        advance(panes, number);
    for (unsigned row = 0; row < ROWS; row++) {
        at[row] = cell(panes, mark, row) + number % PANES;
        if (*at[row] < least)
            least = *at[row];
    }
    /* Full is full: a cell never starts again from zero. */
    for (unsigned row = 0; row < ROWS && least < UINT16_MAX; row++)
        if (*at[row] == least)
            ++*at[row];
}

uint32_t sg_panes_count(const struct sg_panes *panes, uint64_t mark)
{
    uint16_t least[PANES];
    uint32_t sum = 0;
    memset(least, 0xff, sizeof least);
    for (unsigned row = 0; row < ROWS; row++) {
        const uint16_t *at = cell(panes, mark, row);
        for (unsigned i = 0; i < PANES; i++)
            least[i] = at[i] < least[i] ? at[i] : least[i];
    }
    for (unsigned i = 0; i < PANES; i++)
        sum += least[i];
    return sum;
}

static void add_pane(struct sg_panes *into, const struct sg_panes *other, uint64_t number)
{
    for (size_t i = number % PANES; i < (size_t)CELLS * PANES; i += PANES) {
        const uint32_t both = (uint32_t)into->cells[i] + other->cells[i];
        into->cells[i] = (uint16_t)(both < UINT16_MAX ? both : UINT16_MAX);
    }
}

void sg_panes_merge(struct sg_panes *into, const struct sg_panes *other)
{
    if (other->newest > into->newest)
        advance(into, other->newest);
    const uint64_t first = into->newest < PANES ? 0 : into->newest - PANES + 1;
    for (uint64_t i = first; i <= other->newest; i++)
        if (i + PANES > other->newest)
            add_pane(into, other, i);
}

enum scrubgate_status sg_panes_save(const struct sg_panes *panes, struct sg_state_sink *to)
{
    enum scrubgate_status rc = sg_state_put_u64(to, panes->newest);
    return rc < 0 ? rc : sg_state_put_records(to, panes->cells, size / 8, 8);
}

void sg_panes_load(struct sg_panes *panes, struct sg_state *state)
{
    panes->newest = sg_state_take_u64(state);
    sg_state_take_table(state, panes->cells, size);
}
