/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frequency.c - how common something is, lately.
 */
#include "collusion/frequency.h"

#include <math.h>
#include <stdlib.h>

#include "collusion/mark.h"

enum { ROWS = 4, WIDTH = 1 << 16, CELLS = ROWS * WIDTH, HALF_LIFE = 30 * 24 };
static const uint64_t hour_ms = 3600000;

struct sg_frequency_cell {
    float count;
    uint32_t hour;
};

enum scrubgate_status sg_frequency_init(struct sg_frequency *frequency)
{
    frequency->cells = calloc(CELLS, sizeof *frequency->cells);
    return frequency->cells == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

void sg_frequency_fini(struct sg_frequency *frequency)
{
    free(frequency->cells);
    frequency->cells = NULL;
}

static struct sg_frequency_cell *cell(const struct sg_frequency *frequency, uint64_t mark,
                                      unsigned row)
{
    return &frequency->cells[(size_t)row * WIDTH + (sg_mark_row(mark, row) & (WIDTH - 1))];
}

void sg_frequency_fetch(const struct sg_frequency *frequency, uint64_t mark)
{
    for (unsigned row = 0; row < ROWS; row++)
        __builtin_prefetch(cell(frequency, mark, row), 1);
}

/* A cell is never brought back in time. */
static float at(const struct sg_frequency_cell *cell, uint32_t hour)
{
    if (hour <= cell->hour || cell->count == 0)
        return cell->count;
    return cell->count * exp2f(-(float)(hour - cell->hour) / HALF_LIFE);
}

static void bring(struct sg_frequency_cell *cell, uint32_t hour)
{
    if (hour <= cell->hour)
        return;
    cell->count = at(cell, hour);
    cell->hour = hour;
}

double sg_frequency_add(struct sg_frequency *frequency, uint64_t mark, uint64_t ms)
{
    const uint32_t hour = (uint32_t)(ms / hour_ms);
    float least = INFINITY;
    for (unsigned row = 0; row < ROWS; row++) {
        struct sg_frequency_cell *one = cell(frequency, mark, row);
        bring(one, hour);
        one->count += 1;
        least = fminf(least, one->count);
    }
    return (double)least;
}

double sg_frequency_of(const struct sg_frequency *frequency, uint64_t mark, uint64_t ms)
{
    float least = INFINITY;
    for (unsigned row = 0; row < ROWS; row++)
        least = fminf(least, at(cell(frequency, mark, row), (uint32_t)(ms / hour_ms)));
    return (double)least;
}

void sg_frequency_merge(struct sg_frequency *into, const struct sg_frequency *other)
{
    for (size_t i = 0; i < CELLS; i++) {
        bring(&into->cells[i], other->cells[i].hour);
        into->cells[i].count += at(&other->cells[i], into->cells[i].hour);
    }
}

enum scrubgate_status sg_frequency_save(const struct sg_frequency *frequency,
                                        struct sg_state_sink *to)
{
    return sg_state_put_records(to, frequency->cells, CELLS, sizeof *frequency->cells);
}

void sg_frequency_load(struct sg_frequency *frequency, struct sg_state *state)
{
    sg_state_take_table(state, frequency->cells, CELLS * sizeof *frequency->cells);
    for (size_t i = 0; i < CELLS; i++)
        if (!(frequency->cells[i].count >= 0 && frequency->cells[i].count < INFINITY))
            state->bad = true;
}
