/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim.c - a market of tickets that never was: makes its parts in order.
 */
#include "collusion/sim.h"

#include <math.h>
#include <stdlib.h>

#include "collusion/sim_parts.h"

double *sg_sim_zipf(size_t n, double exponent, size_t clip)
{
    double *sums = malloc(n * sizeof *sums), sum = 0;
    if (sums == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const size_t rank = i < clip ? clip : i + 1;
        sum += pow((double)rank, -exponent);
        sums[i] = sum;
    }
    return sums;
}

uint64_t sg_sim_name(const struct sg_sim *sim, enum sg_sim_kind kind, uint64_t n)
{
    struct sg_philox random;
    uint64_t name;
    sg_philox_init(&random, sim->seed, SG_SIM_NAME + 16 * (uint32_t)kind, n);
    do {
        name = sg_philox_u64(&random);
    } while (name == 0);
    return name;
}

enum scrubgate_status sg_sim_new(struct sg_sim **sim, const struct sg_sim_params *params,
                                 uint64_t seed)
{
    struct sg_sim_spread spread = {NULL, NULL};
    struct sg_sim *made = calloc(1, sizeof *made);
    *sim = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->params = *params;
    made->seed = seed;
    enum scrubgate_status rc = sg_sim_spread_init(&spread, params);
    if (rc >= 0)
        rc = sg_sim_people(made, &spread);
    if (rc >= 0)
        rc = sg_sim_traffic(made, &spread);
    if (rc < 0)
        goto out;
    *sim = made;
    made = NULL; /* the caller's now */
out:
    sg_sim_spread_fini(&spread);
    sg_sim_free(made);
    return rc;
}

void sg_sim_free(struct sg_sim *sim)
{
    if (sim == NULL)
        return;
    free(sim->agents);
    free(sim->customers);
    free(sim->tickets);
    free(sim);
}
