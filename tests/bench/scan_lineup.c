/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_lineup.c - the reference engine, every kernel that works here and the peer, in one race.
 */
#include "scan_lineup.h"

#include <stdio.h>
#include <stdlib.h>

#include "scan/kernel.h"

void lineup_new(struct lineup *lineup, const struct scrubgate_ruleset *set,
                const struct peers *peers)
{
    *lineup = (struct lineup){.about = "", .peers = peers};
    lineup->reference = engine_new(set, (struct engine_way){.reference = true});
    lineup->at_reference = race_enter(&lineup->race, engine_runner("reference", lineup->reference));
    lineup->n_kernels = engine_kernels(lineup->kernels, KERNELS_MOST);
    lineup->at_kernels = lineup->race.n;
    for (size_t i = 0; i < lineup->n_kernels; i++) {
        const struct sg_kernel *kernel = lineup->kernels[i];
        lineup->engines[i] = engine_new(set, (struct engine_way){.kernel = kernel});
        (void)race_enter(&lineup->race, engine_runner(kernel->name, lineup->engines[i]));
    }
    if (!lineup_has_peer(lineup))
        return;
    lineup->at_peer = race_enter(&lineup->race, peer_runner("Hyperscan", peers->ends));
    if (peers->starts != NULL)
        (void)race_enter(&lineup->race, peer_runner("Hyperscan, starts", peers->starts));
}

bool lineup_has_peer(const struct lineup *lineup)
{
    return lineup->peers->ends != NULL;
}

void lineup_run(struct lineup *lineup, const struct corpus *corpus)
{
    lineup->about = corpus->about;
    race_run(&lineup->race, corpus);
    for (size_t i = 0; i < lineup->n_kernels; i++) {
        if (engine_agrees(lineup->engines[i], lineup->reference))
            continue;
        (void)fprintf(stderr, "%s: %s edits other places than the reference engine\n",
                      corpus->about, lineup_name(lineup, i));
        exit(1);
    }
}

void lineup_free(struct lineup *lineup)
{
    engine_free(lineup->reference);
    for (size_t i = 0; i < lineup->n_kernels; i++)
        engine_free(lineup->engines[i]);
}

const char *lineup_name(const struct lineup *lineup, size_t kernel)
{
    return lineup->race.runners[lineup->at_kernels + kernel].name;
}

double lineup_ratio(const struct lineup *lineup, size_t kernel)
{
    return race_ratio(&lineup->race, lineup->at_kernels + kernel, lineup->at_reference);
}

double lineup_peer_ratio(const struct lineup *lineup, size_t kernel, bool starts)
{
    return race_ratio(&lineup->race, lineup->at_kernels + kernel,
                      lineup->at_peer + (starts ? 1 : 0));
}

void lineup_print_head(const struct lineup *lineup)
{
    (void)printf("| rules, texts |");
    for (size_t i = 0; i < lineup->race.n; i++)
        (void)printf(" %s |", lineup->race.runners[i].name);
    (void)printf("\n|---|");
    for (size_t i = 0; i < lineup->race.n; i++)
        (void)printf("---|");
    (void)printf("\n");
}

void lineup_print(const struct lineup *lineup, const char *name)
{
    (void)printf("| %s | %.1f |", name, race_mb_s(&lineup->race, lineup->at_reference));
    for (size_t i = 0; i < lineup->race.n; i++) {
        if (i != lineup->at_reference)
            (void)printf(" %.1f, %.1f× |", race_mb_s(&lineup->race, i),
                         race_ratio(&lineup->race, i, lineup->at_reference));
    }
    (void)printf("\n");
}
