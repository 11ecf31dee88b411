/* SPDX-License-Identifier: Apache-2.0 */
/*
 * panes.c - how often something was seen in the last 30 days.
 */
#include "collusion/panes.h"

#include <stdlib.h>
#include <string.h>

#include "collusion/mark.h"

enum { PANES = 6, ROWS = 4, WIDTH = 1 << 19, PANE = ROWS * WIDTH };
static const size_t size = (size_t)PANES * PANE * sizeof(uint16_t);

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

static uint16_t *pane(const struct sg_panes *panes, uint64_t number)
{
    return panes->cells + number % PANES * PANE;
}

static size_t cell(uint64_t mark, unsigned row)
{
    return (size_t)row * WIDTH + (sg_mark_row(mark, row) & (WIDTH - 1));
}

/* Empties what time has passed, everything when it was set back by more than there is. */
static void advance(struct sg_panes *panes, uint64_t number)
{
    const bool jump = number >= panes->newest + PANES || number + PANES <= panes->newest;
    if (jump)
        memset(panes->cells, 0, size);
    else
        for (uint64_t i = panes->newest + 1; i <= number; i++)
            memset(pane(panes, i), 0, PANE * sizeof(uint16_t));
    if (jump || number > panes->newest)
        panes->newest = number;
}

void sg_panes_add(struct sg_panes *panes, uint64_t mark, uint64_t ms)
{
    const uint64_t number = ms / SG_PANE_MS;
    if (number != panes->newest)
        advance(panes, number);
    uint16_t *cells = pane(panes, number);
    uint16_t least = UINT16_MAX;
    for (unsigned row = 0; row < ROWS; row++)
        if (cells[cell(mark, row)] < least)
            least = cells[cell(mark, row)];
    /* Full is full: a cell never starts again from zero. */
    for (unsigned row = 0; row < ROWS && least < UINT16_MAX; row++)
        if (cells[cell(mark, row)] == least)
            cells[cell(mark, row)]++;
}

uint32_t sg_panes_count(const struct sg_panes *panes, uint64_t mark)
{
    uint32_t sum = 0;
    for (uint64_t i = 0; i < PANES; i++) {
        const uint16_t *cells = panes->cells + i * PANE;
        uint16_t least = UINT16_MAX;
        for (unsigned row = 0; row < ROWS && least > 0; row++)
            if (cells[cell(mark, row)] < least)
                least = cells[cell(mark, row)];
        sum += least;
    }
    return sum;
}

void sg_panes_merge(struct sg_panes *into, const struct sg_panes *other)
{
    if (other->newest > into->newest)
        advance(into, other->newest);
    for (uint64_t i = other->newest < PANES ? 0 : other->newest - PANES + 1; i <= other->newest;
         i++) {
        if (i + PANES <= into->newest)
            continue;
        uint16_t *to = pane(into, i);
        const uint16_t *from = pane(other, i);
        for (size_t j = 0; j < PANE; j++)
            to[j] = (uint16_t)(from[j] > UINT16_MAX - to[j] ? UINT16_MAX : to[j] + from[j]);
    }
}

enum scrubgate_status sg_panes_save(const struct sg_panes *panes, struct sg_buf *out)
{
    enum scrubgate_status rc = sg_state_put_u64(out, panes->newest);
    return rc < 0 ? rc : sg_state_put_table(out, panes->cells, size);
}

void sg_panes_load(struct sg_panes *panes, struct sg_state *state)
{
    panes->newest = sg_state_take_u64(state);
    sg_state_take_table(state, panes->cells, size);
}
