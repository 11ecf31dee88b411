/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signature.c - the cuts of a pattern that hold least often in what people write.
 *
 *     variants -> cuts -> by how often their bytes occur: a short list -> by the sample: the best
 *
 * A variant that still holds too often is split at an alternation when its parts together hold
 * less. Only the choice is made here; that each cut is sound is the matter of signature_cut.
 */
#include "rule/signature.h"

#include <string.h>

#include "rule/sieve.h"
#include "rule/signature_cut.h"
#include "rule/signature_quota.h"
#include "rule/signature_walk.h"

enum {
    SHORT_LIST = 6,
    MOST_TRIED = 32,     /* variants of one pattern, roughly */
    NOWHERE = UINT16_MAX /* for a cut: there is none */
};

/* What things take in nanoseconds, for comparing cuts only. */
static const double coarse_hit = 20, exact_hit = 40, lead_byte = 1;
static const double exact_call = 100, search_call = 130, search_byte = 8;
static const double unseen = 0.5; /* calls that the sample does not show */
static const double little = 0.1;
static const double one_more = 20;        /* signature: its part of the tables */
static const double worth_it = 250;       /* what a variant must take before it is split … */
static const double gain = 0.75;          /* … and what part of it the parts may take */
static const double long_way = 1.0 / 128; /* per byte before the place: streams wait for them */

struct candidate {
    struct sg_signature signature;
    struct sg_cut cut;
    double cost;
};

/* A variant with its best signature. */
struct choice {
    struct sg_variant variant;
    struct candidate best;
};

struct maker {
    struct sg_sample *sample;
    struct sg_arena *arena;
    uint64_t *places;                  /* of the sample, a bit each: working memory */
    double len;                        /* of the sample */
    double shares[256];                /* of each byte in it */
    struct candidate list[SHORT_LIST]; /* of one variant's cuts, the cheapest first */
    size_t n;
    size_t tried; /* variants */
    struct sg_hint *hint;
    bool told; /* the hint has all so far */
};

/* --- how often ----------------------------------------------------------------------------------
 */

/* A position's row, moved so that the bit of a place tells of the byte at that position. */
struct moved {
    const uint64_t *row;
    size_t bytes; /* of the text in the set */
    unsigned k;
    bool outside;
};

static uint64_t word_at(const struct moved *m, size_t w, size_t words)
{
    if (m->k == 0)
        return m->row[w] << 1 | (w == 0 ? m->outside : m->row[w - 1] >> 63);
    if (m->k == 1)
        return m->row[w];
    unsigned shift = m->k - 1;
    uint64_t next = w + 1 < words ? m->row[w + 1] : 0;
    return m->row[w] >> shift | next << (64 - shift);
}

/* Bits of places whose position k lies beyond the text. */
static uint64_t beyond(unsigned k, size_t w, size_t len)
{
    size_t first = w * 64; /* place p is beyond when p + k - 1 >= len */
    if (k < 2 || first + 63 + k - 1 < len)
        return 0;
    return first + k - 1 >= len ? UINT64_MAX : UINT64_MAX << (len - first - k + 1);
}

/* The places of the sample where the positions from first to last hold, of those in *places. */
static enum scrubgate_status hold(struct maker *m, const struct sg_signature *s, unsigned first,
                                  unsigned last, uint64_t *places)
{
    struct moved moved[SG_SIGNATURE_BYTES];
    size_t n = 0, words = sg_sample_words(m->sample), len = sg_sample_text().len;
    for (unsigned k = first; k <= last; k++) {
        bool outside = (s->outside >> k & 1) != 0;
        if (outside && sg_set_count(&s->at[k]) == 256)
            continue;
        const uint64_t *row = sg_sample_row(m->sample, &s->at[k]);
        if (row == NULL)
            return SCRUBGATE_ENOMEM;
        size_t bytes = sg_sample_count(m->sample, &s->at[k]), i = n++;
        for (; i > 0 && moved[i - 1].bytes > bytes; i--) /* the rarest first: most end there */
            moved[i] = moved[i - 1];
        moved[i] = (struct moved){.row = row, .bytes = bytes, .k = k, .outside = outside};
    }
    for (size_t w = 0; w < words; w++) {
        for (size_t i = 0; i < n && places[w] != 0; i++) {
            uint64_t bits = word_at(&moved[i], w, words);
            if (moved[i].outside)
                bits |= beyond(moved[i].k, w, len);
            places[w] &= bits;
        }
    }
    return SCRUBGATE_OK;
}

static size_t count(const uint64_t *places, size_t words)
{
    size_t n = 0;
    for (size_t w = 0; w < words; w++)
        n += (size_t)__builtin_popcountll(places[w]);
    return n;
}

static void fill(const struct maker *m)
{
    size_t words = sg_sample_words(m->sample), len = sg_sample_text().len;
    for (size_t w = 0; w < words; w++)
        m->places[w] = len - w * 64 >= 64 ? UINT64_MAX : (UINT64_C(1) << (len - w * 64)) - 1;
}

/* --- what a signature takes ---------------------------------------------------------------------
 */

/* Signatures that lie far behind the start of a match are streams' to wait for. */
static double weigh(const struct sg_signature *s, double cost)
{
    double far = s->max_before < 128 ? s->max_before : 128;
    return cost * (1 + far * long_way);
}

static double search(double starts)
{
    return starts <= 1 ? exact_call : search_call + search_byte * starts;
}

/* As if each byte stood for itself: right for none, but the order is good enough for a short list,
 * and where the sample has no hit at all. */
static double estimate(const struct maker *m, const struct sg_signature *s)
{
    double all = m->len, coarse = 0;
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++) {
        if (k == SG_SIEVE_STEPS)
            coarse = all;
        all *= (double)(sg_sample_count(m->sample, &s->at[k]) + 1) / (m->len + 1);
    }
    double others = m->len - (double)sg_sample_count(m->sample, &s->before);
    double run = others < 1 ? m->len : m->len / others, span = s->max_before - s->min_before;
    double call = search(1 + (run < span ? run : span));
    return weigh(s, coarse * coarse_hit + (all + unseen) * call);
}

/* How many bytes before the place can lead up to it, at most max_before. */
static size_t lead_up(const struct sg_signature *s, size_t place)
{
    const uint8_t *text = sg_sample_text().data;
    size_t len = 0, most = place < s->max_before ? place : s->max_before;
    while (len < most && sg_set_has(&s->before, text[place - 1 - len]))
        len++;
    return len;
}

/* What the signature takes at those places where its bytes hold. */
static double cost_at(const struct maker *m, const struct sg_signature *s, const uint64_t *places)
{
    double cost = 0;
    for (size_t w = 0; w < sg_sample_words(m->sample); w++) {
        for (uint64_t left = places[w]; left != 0; left &= left - 1) {
            size_t place = w * 64 + (size_t)__builtin_ctzll(left);
            cost += exact_hit;
            if (!sg_quotas_hold(s->quotas, sg_sample_text(), place, true))
                continue;
            size_t lead = lead_up(s, place);
            cost += (double)lead * lead_byte;
            if (lead >= s->min_before)
                cost += search((double)(lead - s->min_before + 1));
        }
    }
    return cost;
}

static enum scrubgate_status measure(struct maker *m, struct candidate *candidate)
{
    const struct sg_signature *s = &candidate->signature;
    size_t words = sg_sample_words(m->sample);
    fill(m);
    enum scrubgate_status rc = hold(m, s, 0, SG_SIEVE_STEPS - 1, m->places);
    double cost = (double)count(m->places, words) * coarse_hit;
    if (rc >= 0 && cost > 0)
        rc = hold(m, s, SG_SIEVE_STEPS, SG_SIGNATURE_BYTES - 1, m->places);
    if (rc >= 0 && cost > 0)
        cost += cost_at(m, s, m->places);
    /* What the sample does not show the estimate decides. */
    candidate->cost = weigh(s, cost) + candidate->cost * little;
    return rc;
}

/* --- the best cut of a variant ------------------------------------------------------------------
 */

static void consider(void *ctx, const struct sg_signature *signature, const struct sg_cut *cut)
{
    struct maker *m = ctx;
    double cost = estimate(m, signature);
    size_t i = m->n;
    if (i == SHORT_LIST && m->list[i - 1].cost <= cost)
        return;
    if (i == SHORT_LIST)
        i--;
    else
        m->n++;
    for (; i > 0 && m->list[i - 1].cost > cost; i--)
        m->list[i] = m->list[i - 1];
    m->list[i] = (struct candidate){.signature = *signature, .cut = *cut, .cost = cost};
}

/* What holds everywhere: a match starts at each of its places. */
static struct sg_signature everywhere(void)
{
    struct sg_signature s = {.outside = (uint16_t)~2U};
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++)
        sg_set_add(&s.at[k], 0, 0xFF);
    return s;
}

static enum scrubgate_status add_quotas(struct maker *m, const struct sg_variant *variant,
                                        struct candidate *candidate)
{
    struct sg_variant behind;
    enum scrubgate_status rc = sg_variant_behind(&behind, m->arena, variant, &candidate->cut);
    if (rc >= 0)
        sg_quotas_find(candidate->signature.quotas, behind.items, behind.n, m->shares);
    return rc;
}

static enum scrubgate_status choose_cut(struct maker *m, struct choice *choice)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    bool all = false;
    m->n = 0;
    sg_variant_cuts(&choice->variant, consider, m);
    if (m->n == 0) {
        m->list[m->n++] =
            (struct candidate){.signature = everywhere(), .cut = {.at = NOWHERE}, .cost = m->len};
        all = true;
    }
    for (size_t i = 0; i < m->n && rc >= 0; i++) {
        if (!all)
            rc = add_quotas(m, &choice->variant, &m->list[i]);
        if (rc >= 0)
            rc = measure(m, &m->list[i]);
        if (i == 0 || m->list[i].cost < choice->best.cost)
            choice->best = m->list[i];
    }
    return rc;
}

/* --- variants -----------------------------------------------------------------------------------
 */

struct parts {
    struct choice list[SG_SIGNATURES_MOST];
    size_t n, item; /* that was split */
    double cost;
};

static enum scrubgate_status split(struct maker *m, const struct sg_variant *variant, size_t i,
                                   size_t n, struct parts *best)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct parts parts = {.n = n, .item = i};
    m->tried += n;
    for (size_t part = 0; part < n && rc >= 0; part++) {
        struct choice *choice = &parts.list[part];
        rc = sg_variant_split(&choice->variant, m->arena, variant, i, part, n);
        if (rc >= 0)
            rc = choose_cut(m, choice);
        parts.cost += choice->best.cost + one_more;
    }
    if (rc >= 0 && parts.cost < best->cost)
        *best = parts;
    return rc;
}

/* The split of a variant into at most `most` parts that takes least; best->n stays 0 when none is
 * worth it. */
static enum scrubgate_status choose_split(struct maker *m, const struct choice *choice, size_t most,
                                          struct parts *best)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    best->n = 0;
    best->cost = choice->best.cost * gain;
    if (choice->best.cost < worth_it || most < 2)
        return SCRUBGATE_OK;
    for (size_t i = 0; i < choice->variant.n && m->tried < MOST_TRIED && rc >= 0; i++) {
        size_t ways = sg_variant_ways(&choice->variant, i);
        if (ways < 2)
            continue;
        size_t n = ways < most ? ways : most;
        rc = split(m, &choice->variant, i, n, best);
        for (size_t fewer = 2; fewer < n && rc >= 0; fewer *= 2) /* each may be split again */
            rc = split(m, &choice->variant, i, fewer, best);
    }
    return rc;
}

/* Notes for the hint what was chosen. */
static void tell(struct maker *m, uint64_t number)
{
    m->told = m->told && sg_hint_add(m->hint, number);
}

static void tell_cut(struct maker *m, const struct sg_cut *cut)
{
    tell(m, cut->at);
    if (cut->at == NOWHERE)
        return;
    tell(m, cut->lead_min);
    tell(m, cut->lead_max);
    tell(m, cut->inner);
    tell(m, cut->in_copy);
    tell(m, cut->rest_min);
    tell(m, cut->rest_max);
}

static enum scrubgate_status choose(struct maker *m, const struct sg_node *root,
                                    struct sg_signatures *signatures)
{
    struct choice choices[SG_SIGNATURES_MOST];
    struct parts parts;
    size_t n = 1, done = 0;
    enum scrubgate_status rc = sg_variant_make(&choices[0].variant, m->arena, root);
    if (rc >= 0)
        rc = choose_cut(m, &choices[0]);
    while (rc >= 0 && done < n) {
        rc = choose_split(m, &choices[done], SG_SIGNATURES_MOST - n + 1, &parts);
        if (rc < 0 || parts.n == 0) {
            tell(m, 0);
            done++;
            continue;
        }
        tell(m, parts.item + 1);
        tell(m, parts.n);
        /* The first part in its place, the others behind: each may be split again. */
        choices[done] = parts.list[0];
        memcpy(choices + n, parts.list + 1, (parts.n - 1) * sizeof *choices);
        n += parts.n - 1;
    }
    for (size_t i = 0; i < n && rc >= 0; i++) {
        signatures->list[i] = choices[i].best.signature;
        tell_cut(m, &choices[i].best.cut);
    }
    signatures->n = n;
    return rc;
}

/* --- as a hint says -----------------------------------------------------------------------------
 */

static void take(void *ctx, const struct sg_signature *signature, const struct sg_cut *cut)
{
    struct maker *m = ctx;
    m->list[m->n++] = (struct candidate){.signature = *signature, .cut = *cut};
}

/* The signature of the variant's cut that the hint names next; false: it names none. */
static bool follow_cut(struct maker *m, const struct sg_variant *variant,
                       struct sg_signature *signature, enum scrubgate_status *rc)
{
    uint32_t at, own[6];
    if (!sg_hint_next(m->hint, &at))
        return false;
    if (at == NOWHERE) {
        *signature = everywhere();
        return true;
    }
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!sg_hint_next(m->hint, &own[i]))
            return false;
    const struct sg_cut cut = {.at = at,
                               .lead_min = own[0],
                               .lead_max = own[1],
                               .inner = own[2],
                               .in_copy = own[3] != 0,
                               .rest_min = own[4],
                               .rest_max = own[5]};
    if (!sg_variant_has(variant, &cut))
        return false;
    m->n = 0;
    sg_variant_cut(variant, &cut, take, m);
    if (m->n == 0)
        return false;
    *rc = add_quotas(m, variant, &m->list[0]);
    *signature = m->list[0].signature;
    return true;
}

/* Splits the variant as the hint says next, the first part in its place, the others behind all *n;
 * *whole: it is not split. False: the hint is none for this pattern. */
static bool follow_split(struct maker *m, struct sg_variant *variants, size_t done, size_t *n,
                         bool *whole, enum scrubgate_status *rc)
{
    struct sg_variant parts[SG_SIGNATURES_MOST];
    uint32_t item, n_parts = 0;
    if (!sg_hint_next(m->hint, &item))
        return false;
    *whole = item == 0;
    if (*whole)
        return true;
    if (!sg_hint_next(m->hint, &n_parts) || --item >= variants[done].n || n_parts < 2 ||
        n_parts > SG_SIGNATURES_MOST - *n + 1 || n_parts > sg_variant_ways(&variants[done], item))
        return false;
    for (size_t part = 0; part < n_parts && *rc >= 0; part++)
        *rc = sg_variant_split(&parts[part], m->arena, &variants[done], item, part, n_parts);
    if (*rc < 0)
        return true;
    variants[done] = parts[0];
    memcpy(variants + *n, parts + 1, (n_parts - 1) * sizeof *variants);
    *n += n_parts - 1;
    return true;
}

/* The signatures that the hint leads to. False: it is none for this pattern. */
static bool follow(struct maker *m, const struct sg_node *root, struct sg_signatures *signatures,
                   enum scrubgate_status *rc)
{
    struct sg_variant variants[SG_SIGNATURES_MOST];
    size_t n = 1, done = 0;
    bool fits = true;
    *rc = sg_variant_make(&variants[0], m->arena, root);
    while (*rc >= 0 && fits && done < n) {
        bool whole = false;
        fits = follow_split(m, variants, done, &n, &whole, rc);
        done += whole;
    }
    for (size_t i = 0; i < n && fits && *rc >= 0; i++)
        fits = follow_cut(m, &variants[i], &signatures->list[i], rc);
    signatures->n = n;
    return fits && m->hint->at == m->hint->n;
}

/* Places where one of them holds, of a million. */
static enum scrubgate_status rate(struct maker *m, struct sg_signatures *signatures)
{
    size_t words = sg_sample_words(m->sample), len = sg_sample_text().len;
    enum scrubgate_status rc = SCRUBGATE_OK;
    uint64_t *any = sg_arena_alloc(m->arena, words * sizeof *any);
    if (any == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < signatures->n && rc >= 0; i++) {
        fill(m);
        rc = hold(m, &signatures->list[i], 0, SG_SIGNATURE_BYTES - 1, m->places);
        for (size_t w = 0; w < words; w++)
            any[w] |= m->places[w];
    }
    signatures->per_million = (unsigned)((uint64_t)count(any, words) * 1000000 / len);
    return rc;
}

static void count_bytes(struct maker *m)
{
    struct sg_bytes text = sg_sample_text();
    memset(m->shares, 0, sizeof m->shares);
    for (size_t i = 0; i < text.len; i++)
        m->shares[text.data[i]] += 1 / m->len;
}

/* found: the hint says how they are chosen; else it is filled. */
static enum scrubgate_status make(struct sg_signatures *signatures,
                                  const struct sg_pattern *pattern, struct sg_sample *sample,
                                  struct sg_hint *hint, bool found)
{
    struct sg_tree tree;
    struct maker *m = NULL;
    struct sg_signatures made = {.n = 0};
    enum scrubgate_status rc = sg_tree_parse(&tree, sg_pattern_text(pattern), NULL, NULL);
    if (rc < 0)
        return rc;
    rc = SCRUBGATE_ENOMEM;
    m = sg_arena_alloc(&tree.arena, sizeof *m);
    if (m == NULL)
        goto out;
    m->hint = hint;
    m->sample = sample;
    m->arena = &tree.arena;
    m->len = (double)sg_sample_text().len;
    count_bytes(m);
    m->places = sg_arena_alloc(&tree.arena, sg_sample_words(sample) * sizeof *m->places);
    if (m->places == NULL)
        goto out;
    rc = sg_walk_prepare(&tree);
    if (rc >= 0 && !(found && follow(m, tree.root, &made, &rc))) {
        hint->n = hint->at = 0;
        m->told = true;
        rc = choose(m, tree.root, &made);
        hint->n = m->told ? hint->n : 0;
    }
    if (rc >= 0)
        rc = rate(m, &made);
    if (rc >= 0)
        *signatures = made;
out:
    sg_tree_fini(&tree);
    return rc;
}

enum scrubgate_status sg_signatures_make(struct sg_signatures *signatures,
                                         const struct sg_pattern *pattern, struct sg_sample *sample)
{
    struct sg_hint hint;
    bool found = sg_hint_find(&hint, sg_pattern_text(pattern));
    return make(signatures, pattern, sample, &hint, found);
}

enum scrubgate_status sg_signatures_search(struct sg_signatures *signatures,
                                           const struct sg_pattern *pattern,
                                           struct sg_sample *sample, struct sg_hint *hint)
{
    return make(signatures, pattern, sample, hint, false);
}
