/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blind.c - rules for which the fast engine sees nothing: only the reference engine finds.
 */
#include "blind.h"

#include <string.h>

#include "rule/sieves.h"

static void blind(struct sg_sieve *sieve)
{
    size_t rows = (size_t)SG_SIGNATURE_BYTES * (sieve->unknown + 1) * sieve->words;
    memset(sieve->rows, 0, rows * sizeof *sieve->rows);
    memset(sieve->plain, 0, sizeof sieve->plain);
    for (size_t i = 0; i < SG_SIEVE_GROUPS; i++) {
        for (size_t k = 0; k < SG_SIEVE_LOOKS; k++)
            memset(sieve->looks[i].list[k].table, 0, sizeof sieve->looks[i].list[k].table);
    }
    memset(sieve->symbols, 0, sizeof sieve->symbols);
}

void sg_blind(struct scrubgate_ruleset *set)
{
    for (unsigned kind = 0; kind < SG_SIEVES; kind++)
        blind(set->sieves->kind[kind]);
}
