/* SPDX-License-Identifier: Apache-2.0 */
/*
 * near_duplicates.c - do an agent's tickets say the same, more than those of its queue do?
 */
#include "collusion/near_duplicates.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    CLOSE = 8,
    FAR = 18,
    TEXTS_MOST = 128, /* in a row that is merged */
    LINE = 64         /* bytes */
};

/* A row is one of these with the count of texts ever put, then the texts. */
struct sg_texts_row {
    uint64_t content;
    uint32_t customer;
    uint16_t agent, common;
};

enum scrubgate_status sg_near_duplicates_init(struct sg_near_duplicates *texts, size_t rows,
                                              size_t each)
{
    *texts = (struct sg_near_duplicates){
        .rows = calloc(rows * (each + 1), sizeof *texts->rows), .n = rows, .each = each};
    return texts->rows == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

void sg_near_duplicates_fini(struct sg_near_duplicates *texts)
{
    free(texts->rows);
    *texts = (struct sg_near_duplicates){.rows = NULL};
}

void sg_near_duplicates_fetch(const struct sg_near_duplicates *texts, size_t row)
{
    const struct sg_texts_row *at = &texts->rows[row * (texts->each + 1)];
    for (size_t i = 0; i <= texts->each; i += LINE / sizeof *at)
        __builtin_prefetch(&at[i]);
}

void sg_near_duplicates_add(struct sg_near_duplicates *texts, size_t row, uint64_t content,
                            uint64_t customer, uint16_t agent, bool common)
{
    assert(row < texts->n);
    struct sg_texts_row *at = &texts->rows[row * (texts->each + 1)];
    at[1 + at->content++ % texts->each] =
        (struct sg_texts_row){content, (uint32_t)(customer >> 8), agent, common};
}

/* In five steps without branches or tables; the instruction is not on every machine. */
static unsigned distance(uint64_t a, uint64_t b)
{
    uint64_t x = a ^ b;
    x -= x >> 1 & UINT64_C(0x5555555555555555);
    x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
    x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)(x * UINT64_C(0x0101010101010101) >> 56);
}

struct sg_alike sg_near_duplicates_count(const struct sg_near_duplicates *texts, size_t row,
                                         uint64_t content, uint64_t customer, uint16_t but_agent)
{
    assert(row < texts->n);
    const struct sg_texts_row *at = &texts->rows[row * (texts->each + 1)];
    const size_t n = at->content < texts->each ? (size_t)at->content : texts->each;
    struct sg_alike alike = {0, 0, 0};
    for (size_t i = 1; i <= n; i++) {
        const bool counts = (at[i].customer != (uint32_t)(customer >> 8)) &
                            (at[i].agent != but_agent) & !at[i].common;
        const unsigned bits = distance(at[i].content, content);
        alike.n += counts;
        alike.close += counts & (bits <= CLOSE);
        alike.far += counts & (bits <= FAR);
    }
    return alike;
}

/* The nth newest of a row; NULL: there are not so many. */
static const struct sg_texts_row *newest(const struct sg_texts_row *row, size_t each, size_t n)
{
    if (n >= each || n >= row->content)
        return NULL;
    return &row[1 + (row->content - 1 - n) % each];
}

static void merge_row(struct sg_texts_row *into, const struct sg_texts_row *other, size_t each,
                      const uint16_t *agents, size_t n_agents)
{
    struct sg_texts_row both[TEXTS_MOST];
    size_t n = 0;
    for (size_t i = 0; i < each && n < each; i++) {
        const struct sg_texts_row *mine = newest(into, each, i);
        const struct sg_texts_row *more = newest(other, each, i);
        if (mine != NULL)
            both[n++] = *mine;
        if (more == NULL || n == each || more->agent >= n_agents)
            continue;
        both[n] = *more;
        both[n++].agent = agents[more->agent];
    }
    into->content = n;
    for (size_t i = 0; i < n; i++)
        into[1 + i] = both[n - 1 - i];
}

void sg_near_duplicates_merge(struct sg_near_duplicates *into,
                              const struct sg_near_duplicates *other, const uint16_t *rows,
                              const uint16_t *agents, size_t n_agents)
{
    assert(into->n == other->n && into->each == other->each && into->each <= TEXTS_MOST);
    const size_t wide = into->each + 1;
    for (size_t i = 0; i < other->n; i++)
        if (other->rows[i * wide].content > 0 && rows[i] < into->n)
            merge_row(&into->rows[rows[i] * wide], &other->rows[i * wide], into->each, agents,
                      n_agents);
}

enum scrubgate_status sg_near_duplicates_save(const struct sg_near_duplicates *texts,
                                              struct sg_state_sink *to)
{
    return sg_state_put_records(to, texts->rows, texts->n, (texts->each + 1) * sizeof *texts->rows);
}

void sg_near_duplicates_load(struct sg_near_duplicates *texts, struct sg_state *state)
{
    sg_state_take_table(state, texts->rows, texts->n * (texts->each + 1) * sizeof *texts->rows);
}
