/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_sieve.c - rules with signatures made at random, and a judge that takes its time.
 */
#include "toy_sieve.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

uint64_t sg_toy_random(struct sg_toy_random *random)
{
    uint64_t x = random->state += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

unsigned sg_toy_below(struct sg_toy_random *random, unsigned limit)
{
    return (unsigned)(sg_toy_random(random) % limit);
}

/* Sets as rules have them: a letter in either case, a class, its opposite, anything; and some that
 * no rule would have. */
static struct sg_set any_set(struct sg_toy_random *random)
{
    struct sg_set set = {{0}};
    unsigned byte = sg_toy_below(random, 256), letter = 'a' + sg_toy_below(random, 26);
    switch (sg_toy_below(random, 12)) {
    case 0:
    case 1:
    case 2:
        sg_set_add(&set, '0', '9');
        break;
    case 3:
    case 4:
        sg_set_add(&set, letter, letter);
        sg_set_add_nocase(&set);
        break;
    case 5:
        sg_set_add(&set, 'a', 'z');
        sg_set_add_nocase(&set);
        break;
    case 6:
        sg_set_add(&set, '0', '9');
        sg_set_invert(&set);
        break;
    case 7:
        sg_set_add(&set, 0x80, 0xFF);
        break;
    case 8:
        sg_set_add(&set, byte, byte);
        break;
    case 9:
        sg_set_add(&set, ' ', '/');
        break;
    case 10:
        for (size_t i = 0; i < 4; i++)
            set.words[i] = sg_toy_random(random) & sg_toy_random(random);
        break;
    default:
        sg_set_invert(&set);
    }
    return set;
}

static struct sg_signature any_signature(struct sg_toy_random *random)
{
    struct sg_signature signature = {.outside = 0};
    const unsigned end = 1 + sg_toy_below(random, SG_SIGNATURE_BYTES); /* behind it: anything */
    const bool run = sg_toy_below(random, 16) == 0;                    /* of letters, a long one */
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++) {
        signature.at[k] = any_set(random);
        if (run) {
            sg_set_add(&signature.at[k], 'a', 'z');
            continue;
        }
        if (k >= end)
            memset(&signature.at[k], 0xFF, sizeof signature.at[k]);
        if (k >= end || sg_toy_below(random, 4) == 0)
            signature.outside |= (uint16_t)(1U << k);
    }
    signature.min_before = (uint16_t)sg_toy_below(random, 4);
    signature.max_before = (uint16_t)(signature.min_before + sg_toy_below(random, 60));
    signature.before = any_set(random);
    return signature;
}

void sg_toy_sieve_init(struct sg_toy_sieve *toy, struct sg_toy_random *random, size_t n)
{
    assert_true(n <= SG_TOY_SIEVE_PARTS);
    memset(toy, 0, sizeof *toy);
    toy->n = n;
    toy->signatures = calloc(3 * n + 1, sizeof *toy->signatures);
    assert_non_null(toy->signatures);
    for (size_t i = 0; i < n; i++) {
        struct sg_sieve_part *part = &toy->parts[i];
        part->signatures = &toy->signatures[toy->n_signatures];
        part->n = sg_toy_below(random, 16) == 0 ? 0 : 1 + sg_toy_below(random, 3);
        for (size_t k = 0; k < part->n; k++)
            toy->signatures[toy->n_signatures++] = any_signature(random);
    }
}

void sg_toy_sieve_fini(struct sg_toy_sieve *toy)
{
    free(toy->signatures);
    toy->signatures = NULL;
}

/* A byte that the set allows, 0 when none. */
static uint8_t member(const struct sg_set *set, struct sg_toy_random *random)
{
    unsigned byte = sg_toy_below(random, 256);
    for (unsigned i = 0; i < 256; i++, byte = (byte + 1) % 256) {
        if (sg_set_has(set, byte))
            return (uint8_t)byte;
    }
    return 0;
}

void sg_toy_sieve_text(const struct sg_toy_sieve *toy, struct sg_toy_random *random, uint8_t *text,
                       size_t len)
{
    static const char common[] = "eating 0123456789 -.@\n";
    for (size_t i = 0; i < len; i++)
        text[i] = sg_toy_below(random, 8) == 0
                      ? (uint8_t)sg_toy_below(random, 256)
                      : (uint8_t)common[sg_toy_below(random, sizeof common - 1)];
    for (size_t i = 0; i < len && toy->n_signatures > 0; i += sg_toy_below(random, 32)) {
        const struct sg_signature *signature =
            &toy->signatures[sg_toy_below(random, (unsigned)toy->n_signatures)];
        for (size_t k = 0; k < SG_SIGNATURE_BYTES; k++) {
            if (i + k >= 1 && i + k - 1 < len)
                text[i + k - 1] = member(&signature->at[k], random);
        }
    }
}

bool sg_toy_sieve_holds(const struct sg_signature *signature, size_t steps, const uint8_t *text,
                        size_t len, size_t place)
{
    bool holds = true;
    for (size_t k = 0; k < steps && holds; k++) {
        bool inside = place + k >= 1 && place + k - 1 < len;
        holds = inside ? sg_set_has(&signature->at[k], text[place + k - 1])
                       : (signature->outside >> k & 1) != 0;
    }
    return holds;
}

const struct sg_signature *sg_toy_sieve_of(const struct sg_toy_sieve *toy,
                                           const struct sg_sieve *sieve, size_t at)
{
    const struct sg_sieve_part *part = &toy->parts[sieve->entries[at].part];
    return &part->signatures[at - sieve->parts[sieve->entries[at].part].first];
}
