/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample.c - where the bytes of a set stand in the built-in text.
 *
 * Signatures are tried by the thousand and made of few sets: a row is built once, from the places
 * of each byte, and found again by its set.
 */
#include "rule/sample.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"

enum { FIRST_SLOTS = 256 /* a power of two */ };

struct slot {
    struct sg_set set;
    uint64_t *row; /* NULL: free */
};

struct sg_sample {
    size_t words;
    uint32_t *places;    /* of all bytes, those of one value side by side */
    uint32_t first[257]; /* of byte b: places[first[b] … first[b + 1]) */
    struct slot *slots;
    size_t n_slots, used; /* n_slots a power of two, at least a quarter of them free */
    struct sg_arena rows;
};

struct sg_bytes sg_sample_text(void)
{
    return sg_builtin_sample;
}

size_t sg_sample_words(const struct sg_sample *sample)
{
    return sample->words;
}

static void sort_places(struct sg_sample *sample, struct sg_bytes text)
{
    uint32_t next[256];
    for (size_t i = 0; i < text.len; i++)
        sample->first[text.data[i] + 1]++;
    for (unsigned b = 0; b < 256; b++) {
        sample->first[b + 1] += sample->first[b];
        next[b] = sample->first[b];
    }
    for (size_t i = 0; i < text.len; i++)
        sample->places[next[text.data[i]]++] = (uint32_t)i;
}

enum scrubgate_status sg_sample_new(struct sg_sample **sample)
{
    struct sg_bytes text = sg_sample_text();
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *sample = NULL;
    struct sg_sample *new = calloc(1, sizeof *new);
    if (new == NULL)
        goto out;
    new->words = (text.len + 63) / 64;
    new->n_slots = FIRST_SLOTS;
    new->places = calloc(text.len, sizeof *new->places);
    new->slots = calloc(new->n_slots, sizeof *new->slots);
    if (new->places == NULL || new->slots == NULL)
        goto out;
    sort_places(new, text);
    *sample = new;
    new = NULL;
    rc = SCRUBGATE_OK;
out:
    sg_sample_free(new);
    return rc;
}

void sg_sample_free(struct sg_sample *sample)
{
    if (sample == NULL)
        return;
    sg_arena_fini(&sample->rows);
    free(sample->slots);
    free(sample->places);
    free(sample);
}

size_t sg_sample_count(const struct sg_sample *sample, const struct sg_set *set)
{
    bool most = sg_set_count(set) > 128; /* then the others are counted */
    size_t n = 0;
    for (unsigned i = 0; i < 4; i++) {
        for (uint64_t left = most ? ~set->words[i] : set->words[i]; left != 0; left &= left - 1) {
            unsigned b = i * 64 + (unsigned)__builtin_ctzll(left);
            n += sample->first[b + 1] - sample->first[b];
        }
    }
    return most ? sg_sample_text().len - n : n;
}

/* --- rows ---------------------------------------------------------------------------------------
 */

static uint64_t *build(struct sg_sample *sample, const struct sg_set *set)
{
    uint64_t *row = sg_arena_alloc(&sample->rows, sample->words * sizeof *row);
    if (row == NULL)
        return NULL;
    size_t len = sg_sample_text().len;
    struct sg_set flip = *set; /* the bytes that differ from what most are */
    bool most = sg_sample_count(sample, set) > len / 2;
    if (most) {
        sg_set_invert(&flip);
        for (size_t i = 0; i < len / 64; i++)
            row[i] = UINT64_MAX;
        if (len % 64 != 0)
            row[len / 64] = (UINT64_C(1) << len % 64) - 1;
    }
    for (unsigned b = 0; b < 256; b++) {
        if (!sg_set_has(&flip, b))
            continue;
        for (uint32_t i = sample->first[b]; i < sample->first[b + 1]; i++)
            row[sample->places[i] / 64] ^= UINT64_C(1) << sample->places[i] % 64;
    }
    return row;
}

static size_t hash(const struct sg_set *set)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < 4; i++)
        sum = (sum ^ set->words[i] ^ sum >> 29) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(sum >> 32);
}

/* The set's slot, or the free one where it belongs. */
static struct slot *find(struct slot *slots, size_t n_slots, const struct sg_set *set)
{
    size_t i = hash(set) & (n_slots - 1);
    while (slots[i].row != NULL && !sg_set_equal(&slots[i].set, set))
        i = (i + 1) & (n_slots - 1);
    return &slots[i];
}

static bool grow(struct sg_sample *sample)
{
    size_t n_slots = sample->n_slots * 2;
    struct slot *slots = calloc(n_slots, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < sample->n_slots; i++) {
        if (sample->slots[i].row != NULL)
            *find(slots, n_slots, &sample->slots[i].set) = sample->slots[i];
    }
    free(sample->slots);
    sample->slots = slots;
    sample->n_slots = n_slots;
    return true;
}

const uint64_t *sg_sample_row(struct sg_sample *sample, const struct sg_set *set)
{
    struct slot *slot = find(sample->slots, sample->n_slots, set);
    if (slot->row != NULL)
        return slot->row;
    if (sample->used >= sample->n_slots / 4 * 3) {
        if (!grow(sample))
            return NULL;
        slot = find(sample->slots, sample->n_slots, set);
    }
    uint64_t *row = build(sample, set);
    if (row == NULL)
        return NULL;
    slot->set = *set;
    slot->row = row;
    sample->used++;
    return row;
}
