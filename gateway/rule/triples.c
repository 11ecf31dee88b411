/* SPDX-License-Identifier: Apache-2.0 */
/*
 * triples.c - signatures found by three bytes in a row that they cannot do without.
 */
#include "rule/triples.h"

#include <stdlib.h>

enum {
    FOLD = 0x20,
    MOST_FORMS = 10,         /* folded bytes that a position of three may have */
    MOST_TOGETHER = 128,     /* ... ways to write the three */
    MOST_PER_MILLION = 25000 /* places of the sample that they may stand at */
};

/* The folded bytes of a position. */
struct forms {
    uint8_t byte[MOST_FORMS + 1];
    unsigned n; /* over MOST_FORMS: too many */
};

static struct forms forms_of(const struct sg_set *set)
{
    struct forms forms = {.n = 0};
    for (unsigned c = 0; c < 256 && forms.n <= MOST_FORMS; c++) {
        unsigned k = 0;
        if (!sg_set_has(set, (uint8_t)c))
            continue;
        while (k < forms.n && forms.byte[k] != (c | FOLD))
            k++;
        if (k == forms.n)
            forms.byte[forms.n++] = (uint8_t)(c | FOLD);
    }
    return forms;
}

/* The forms of positions at … at + 2; false when one may be outside, or they are too many. */
static bool read_forms(const struct sg_signature *signature, unsigned at,
                       struct forms forms[SG_TRIPLE_BYTES])
{
    unsigned together = 1;
    for (unsigned k = 0; k < SG_TRIPLE_BYTES; k++) {
        forms[k] = forms_of(&signature->at[at + k]);
        together *= forms[k].n;
        if ((signature->outside >> (at + k) & 1) != 0 || forms[k].n == 0 || forms[k].n > MOST_FORMS)
            return false;
    }
    return together <= MOST_TOGETHER;
}

/* All bytes that fold to one of the forms. */
static struct sg_set bytes_of(const struct forms *forms)
{
    struct sg_set set = {{0}};
    for (unsigned k = 0; k < forms->n; k++) {
        sg_set_add(&set, forms->byte[k], forms->byte[k]);
        sg_set_add(&set, forms->byte[k] & ~FOLD & 0xFF, forms->byte[k] & ~FOLD & 0xFF);
    }
    return set;
}

/* Places of the sample, of a million, at which the three stand. */
static enum scrubgate_status how_often(struct sg_sample *sample,
                                       const struct forms forms[SG_TRIPLE_BYTES], size_t *often)
{
    const uint64_t *rows[SG_TRIPLE_BYTES];
    const size_t words = sg_sample_words(sample), len = sg_sample_text().len;
    size_t n = 0;
    for (unsigned k = 0; k < SG_TRIPLE_BYTES; k++) {
        struct sg_set set = bytes_of(&forms[k]);
        rows[k] = sg_sample_row(sample, &set);
        if (rows[k] == NULL)
            return SCRUBGATE_ENOMEM;
    }
    for (size_t w = 0; w < words; w++) {
        uint64_t places = rows[0][w];
        for (unsigned k = 1; k < SG_TRIPLE_BYTES && places != 0; k++)
            places &= rows[k][w] >> k | (w + 1 < words ? rows[k][w + 1] << (64 - k) : 0);
        n += (size_t)__builtin_popcountll(places);
    }
    *often = len == 0 ? 0 : n * 1000000 / len;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_triple_of(const struct sg_signature *signature, struct sg_sample *sample,
                                   unsigned *best)
{
    struct forms forms[SG_TRIPLE_BYTES];
    size_t least = MOST_PER_MILLION + 1;
    enum scrubgate_status rc = SCRUBGATE_OK;
    *best = 0;
    for (unsigned at = 1; at + SG_TRIPLE_BYTES <= SG_SIGNATURE_BYTES && rc >= 0; at++) {
        size_t often = least;
        if (read_forms(signature, at, forms))
            rc = how_often(sample, forms, &often);
        if (often < least) {
            least = often;
            *best = at;
        }
    }
    return rc;
}

/* What positions further on tell where they have one folded byte. */
static void tell_rest(struct sg_triple *triple, const struct sg_signature *signature, unsigned at)
{
    for (unsigned k = SG_TRIPLE_BYTES; k < SG_TRIPLE_HEAD && at + k < SG_SIGNATURE_BYTES; k++) {
        struct forms forms = forms_of(&signature->at[at + k]);
        if (forms.n != 1 || (signature->outside >> (at + k) & 1) != 0)
            continue;
        triple->head |= (uint64_t)forms.byte[0] << 8 * k;
        triple->known |= UINT64_C(0xFF) << 8 * k;
    }
}

static enum scrubgate_status add_one(struct sg_triples *triples, struct sg_triple triple)
{
    const unsigned hash = sg_triple_hash(triple.head);
    const uint32_t seen = sg_triple_mix(triple.head) >> 17;
    if (triples->n >= SG_TRIPLES_MOST)
        return SCRUBGATE_ELIMIT;
    if (triples->n == triples->cap) {
        size_t cap = triples->cap == 0 ? 512 : triples->cap * 2;
        struct sg_triple *grown = realloc(triples->list, cap * sizeof *grown);
        if (grown == NULL)
            return SCRUBGATE_ENOMEM;
        triples->list = grown;
        triples->cap = cap;
    }
    triple.next = triples->heads[hash];
    triples->heads[hash] = (uint16_t)triples->n;
    triples->list[triples->n++] = triple;
    triples->seen[seen / 64] |= UINT64_C(1) << seen % 64;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_triples_add(struct sg_triples *triples,
                                     const struct sg_signature *signature, unsigned at, uint32_t id)
{
    struct forms forms[SG_TRIPLE_BYTES];
    struct sg_triple triple = {.id = id, .back = (uint8_t)(at - 1)};
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!read_forms(signature, at, forms))
        return SCRUBGATE_EINVAL;
    for (unsigned way = 0; way < forms[0].n * forms[1].n * forms[2].n && rc >= 0; way++) {
        triple.head = forms[0].byte[way % forms[0].n];
        triple.head |= (uint64_t)forms[1].byte[way / forms[0].n % forms[1].n] << 8;
        triple.head |= (uint64_t)forms[2].byte[way / forms[0].n / forms[1].n] << 16;
        triple.known = 0xFFFFFF;
        tell_rest(&triple, signature, at);
        rc = add_one(triples, triple);
    }
    return rc;
}

enum scrubgate_status sg_triples_new(struct sg_triples **triples)
{
    *triples = calloc(1, sizeof **triples);
    if (*triples == NULL)
        return SCRUBGATE_ENOMEM;
    memset((*triples)->heads, 0xFF, sizeof(*triples)->heads);
    return SCRUBGATE_OK;
}

void sg_triples_free(struct sg_triples *triples)
{
    if (triples == NULL)
        return;
    free(triples->list);
    free(triples);
}

void sg_triples_mark(const struct sg_triples *triples, const uint64_t *wanted, const uint8_t *text,
                     size_t n, uint64_t *hits)
{
    const size_t reach = n + SG_SIGNATURE_BYTES - SG_TRIPLE_BYTES - 1;
    for (size_t i = 0; i < reach; i++) {
        uint64_t head;
        memcpy(&head, text + i, sizeof head);
        head |= SG_TRIPLE_FOLD;
        if (!sg_triples_may(triples, head))
            continue;
        for (unsigned at = sg_triples_next(triples, head, 0, SG_TRIPLE_NONE); at != SG_TRIPLE_NONE;
             at = sg_triples_next(triples, head, 0, at)) {
            const struct sg_triple *triple = &triples->list[at];
            size_t place = i - triple->back;
            bool asked = wanted == NULL || (wanted[triple->id / 64] >> triple->id % 64 & 1) != 0;
            if (asked && triple->back <= i && place < n)
                hits[place / 64] |= UINT64_C(1) << place % 64;
        }
    }
}
