/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_params.h - what a simulated market of tickets is like: its people, its traffic, its rings.
 *
 * The defaults are the developer's world: 90 days, 2,700 tickets a day, 20,000 customers, 400
 * agents, 4 brands, 4 rings.
 */
#ifndef SG_COLLUSION_SIM_PARAMS_H
#define SG_COLLUSION_SIM_PARAMS_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

enum { SG_SIM_LEVELS = 5, SG_SIM_BRANDS_MOST = 64 };

/* How a ring works. Shares are 0 to 1; those of a triple are of its own, the ring's, anybody's. */
struct sg_sim_ring {
    uint32_t agents, accounts;
    double rate;                      /* tickets of an account a day */
    double days;                      /* how long it works */
    double claim;                     /* how often the ring's agent gets the ticket */
    double cover;                     /* honest-looking tickets for each of the ring's */
    double ip_agent, ip_pool;         /* else residential */
    uint32_t pool;                    /* network prefixes of the ring */
    double device_agent, device_pool; /* else as the population's */
    double identity;                  /* reuse across accounts */
    double text;                      /* flips of each bit against the shared template */
    bool honest_text;
    double handle; /* factor of the handle time */
};

struct sg_sim_params {
    uint32_t days, tickets_a_day, customers, agents, brands, rings;
    double activity;        /* exponent of a customer's rank */
    uint32_t activity_clip; /* so many at the top are equally active */
    double personal;        /* tickets within two hours of the customer's hour */
    double repeat, repeat_days, sticky, sticky_days;
    double shift_least, shift_most; /* hours */
    double second_brand, capacity_sigma;
    uint32_t small_agents, small_customers; /* of each brand's small queue; 0: none */
    double households, household_device, household_identity;
    double nat_homes, nat_tickets;
    uint32_t nat_prefixes, home_prefixes;
    uint32_t devices;
    double device_zipf, other_device;
    double identity;       /* tickets with one in their text */
    double agent_customer; /* agents who hold a customer's account too */
    uint32_t intents;      /* of a brand */
    double text, boilerplate, boilerplate_text;
    uint32_t surges;
    double surge_hours, surge_factor;
    double handle_minutes, handle_sigma;
    uint64_t begin_ms; /* the first day's midnight */
    struct sg_sim_ring ring;
};

/* The defaults with the rings of that level, 0 to 4. */
void sg_sim_params_init(struct sg_sim_params *params, unsigned level);

/*
 * Changes what a YAML text names ("days: 30", "ring: {agents: 2, accounts: 20}"); name goes into
 * faults. EINVAL: file:line:column, and what is accepted; params are then of no use.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sim_params_read(struct sg_sim_params *params,
                                                            const char *name, struct sg_bytes text,
                                                            struct scrubgate_fault *fault);

#endif
