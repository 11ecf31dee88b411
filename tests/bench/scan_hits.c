/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_hits.c - how much of a corpus each stage of the sieve lets through, and for which rules.
 */
#include "scan_hits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule/ruleset.h"
#include "rule/sieves.h"
#include "rule/signature_quota.h"
#include "scan/kernel.h"

enum { RULES_PRINTED = 20 };

struct tally {
    size_t coarse, exact; /* places */
    size_t *of_rule;      /* places and signatures, by index of the rule */
};

/* Which signatures hold at the place, exactly: counted for their rules. */
static bool look(const struct sg_sieve *sieve, struct sg_bytes text, size_t place, size_t *of_rule)
{
    bool any = false;
    for (size_t w = 0; w < sieve->words; w++) {
        uint64_t held = UINT64_MAX;
        for (unsigned k = 0; k < SG_SIGNATURE_BYTES && held != 0; k++) {
            size_t at = place + k; /* of the byte behind the one that is meant */
            unsigned class =
                at == 0 || at > text.len ? sieve->outside : sieve->classes[text.data[at - 1]];
            held &= sg_sieve_row(sieve, k, class)[w];
        }
        for (size_t bit = 0; bit < 64 && held != 0; bit++) {
            const struct sg_sieve_entry *entry = &sieve->entries[w * 64 + bit];
            if ((held >> bit & 1) != 0 && w * 64 + bit < sieve->n &&
                sg_quotas_hold(entry->quotas, text, place, true)) {
                of_rule[entry->part]++;
                any = true;
            }
        }
    }
    return any;
}

static void take(const struct sg_sieve *sieve, const struct sg_kernel *kernel, struct sg_bytes text,
                 struct tally *tally)
{
    static _Alignas(64) uint8_t room[64 + SG_KERNEL_BLOCK + SG_KERNEL_SLACK];
    uint64_t hits[SG_KERNEL_BLOCK / 64];
    for (size_t from = 0; from < text.len; from += SG_KERNEL_BLOCK) {
        size_t left = text.len - from, n = left < SG_KERNEL_BLOCK ? left : SG_KERNEL_BLOCK;
        size_t ahead =
            left < SG_KERNEL_BLOCK + SG_KERNEL_SLACK ? left : SG_KERNEL_BLOCK + SG_KERNEL_SLACK;
        memset(room, 0, sizeof room);
        memcpy(room + 64, text.data + from, ahead);
        room[63] = from > 0 ? text.data[from - 1] : 0;
        sg_sieve_hits(kernel, sieve, NULL, room + 64, n, hits);
        for (size_t i = 0; i < n; i++) {
            if ((hits[i / 64] >> i % 64 & 1) == 0)
                continue;
            tally->coarse++;
            tally->exact += look(sieve, text, from + i, tally->of_rule) ? 1 : 0;
        }
    }
}

static void print(const struct scrubgate_ruleset *set, const struct sg_sieve *sieve,
                  const char *what, const struct sg_kernel *kernel, const struct corpus *corpus)
{
    struct tally tally = {.of_rule = calloc(set->n_rules, sizeof(size_t))};
    if (tally.of_rule == NULL)
        exit(2);
    for (size_t i = 0; i < corpus->n; i++)
        take(sieve, kernel, corpus_text(corpus, i), &tally);
    double mb = (double)corpus->len / 1e6;
    (void)printf("%s, %s, %s, %zu signatures: of a million bytes %.0f hits, %.0f places\n",
                 corpus->name, kernel->name, what, sieve->n, (double)tally.coarse / mb,
                 (double)tally.exact / mb);
    for (size_t printed = 0; printed < RULES_PRINTED; printed++) {
        size_t most = 0;
        for (size_t i = 1; i < set->n_rules; i++)
            most = tally.of_rule[i] > tally.of_rule[most] ? i : most;
        if (tally.of_rule[most] == 0)
            break;
        (void)printf("%10.0f  %s (in the sample %u)\n", (double)tally.of_rule[most] / mb,
                     set->rules[most]->id, set->rules[most]->per_million);
        tally.of_rule[most] = 0;
    }
    free(tally.of_rule);
}

void hits_print(const struct scrubgate_ruleset *set, const struct sg_kernel *kernel,
                const struct corpus *corpus)
{
    static const char *const names[SG_SIEVES] = {
        [SG_OPEN] = "rules without a gate",
        [SG_OPEN_DIGITS] = "rules without a gate that need a digit",
        [SG_GATED] = "rules behind a gate",
        [SG_GATED_DIGITS] = "rules behind a gate that need a digit"};
    for (unsigned kind = 0; kind < SG_SIEVES; kind++)
        print(set, set->sieves->kind[kind], names[kind], kernel, corpus);
}
