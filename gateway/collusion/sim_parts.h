/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_parts.h - what a simulated market is made of; for its own files only.
 *
 *     sim_people.c    agents, customers, rings
 *     sim_roster.c    who is on shift
 *     sim_traffic.c   tickets: when, about what, to whom
 *     sim_write.c     events and truth
 */
#ifndef SG_COLLUSION_SIM_PARTS_H
#define SG_COLLUSION_SIM_PARTS_H

#include "collusion/philox.h"
#include "collusion/sim.h"

/* What numbers are drawn for: each has a stream of its own, so that a change of one part of the
 * market leaves the others as they were. */
enum sg_sim_stream {
    SG_SIM_AGENT = 1,
    SG_SIM_CUSTOMER,
    SG_SIM_HOUSEHOLD,
    SG_SIM_RANK,
    SG_SIM_CHAIN,
    SG_SIM_SURGE,
    SG_SIM_RING,
    SG_SIM_RING_ACCOUNT,
    SG_SIM_NAME /* digests: of ids, prefixes, devices, templates */
};

/* What digests are of. */
enum sg_sim_kind {
    SG_SIM_KIND_AGENT,
    SG_SIM_KIND_CUSTOMER,
    SG_SIM_KIND_TICKET,
    SG_SIM_KIND_HOME,
    SG_SIM_KIND_NAT,
    SG_SIM_KIND_DEVICE,
    SG_SIM_KIND_IDENTITY,
    SG_SIM_KIND_INTENT,
    SG_SIM_KIND_FORM,
    SG_SIM_KIND_RING_PREFIX,
    SG_SIM_KIND_RING_DEVICE,
    SG_SIM_KIND_RING_IDENTITY,
    SG_SIM_KIND_RING_TEXT,
    SG_SIM_KIND_AGENT_HOME,
    SG_SIM_KIND_AGENT_DEVICE
};

enum { SG_SIM_WEEK = 7 * 48 /* half hours */ };

/* Sums of rank^-exponent, to pick from; NULL: out of memory. clip: so many weigh the same. */
double *sg_sim_zipf(size_t n, double exponent, size_t clip);

/* 64 bits that stand for the nth of a kind, never 0. */
uint64_t sg_sim_name(const struct sg_sim *sim, enum sg_sim_kind kind, uint64_t n);

/* --- sim_people.c --- */

/* How things are spread among people. */
struct sg_sim_spread {
    double *nat, *devices; /* sums to pick from */
};
SCRUBGATE_MUST_USE enum scrubgate_status sg_sim_spread_init(struct sg_sim_spread *spread,
                                                            const struct sg_sim_params *params);
void sg_sim_spread_fini(struct sg_sim_spread *spread);
uint64_t sg_sim_nat(const struct sg_sim *sim, const struct sg_sim_spread *spread,
                    struct sg_philox *random);
uint64_t sg_sim_home(const struct sg_sim *sim, const struct sg_sim_spread *spread,
                     struct sg_philox *random);
uint64_t sg_sim_device(const struct sg_sim *sim, const struct sg_sim_spread *spread,
                       struct sg_philox *random);

SCRUBGATE_MUST_USE enum scrubgate_status sg_sim_people(struct sg_sim *sim,
                                                       const struct sg_sim_spread *spread);
/* The first of a ring's accounts: they stand in a row. */
size_t sg_sim_account(const struct sg_sim *sim, uint32_t ring);

/* --- sim_roster.c --- */

/* Who serves a queue in each half hour of a week. */
struct sg_sim_roster {
    uint32_t *agents; /* of all half hours, one after the other */
    double *sums;     /* of their capacity within a half hour */
    size_t begin[SG_SIM_WEEK + 1];
};
SCRUBGATE_MUST_USE enum scrubgate_status sg_sim_roster_init(struct sg_sim_roster *roster,
                                                            const struct sg_sim *sim,
                                                            uint32_t brand, bool small);
void sg_sim_roster_fini(struct sg_sim_roster *roster);
bool sg_sim_on_shift(const struct sg_sim *sim, uint32_t agent, uint64_t ms);
/* An agent by capacity among those on shift; when nobody is, *ms moves to when somebody is.
 * SG_SIM_NONE: nobody ever is. */
uint32_t sg_sim_assign(const struct sg_sim *sim, const struct sg_sim_roster *roster,
                       struct sg_philox *random, uint64_t *ms);

/* --- sim_traffic.c --- */

SCRUBGATE_MUST_USE enum scrubgate_status sg_sim_traffic(struct sg_sim *sim,
                                                        const struct sg_sim_spread *spread);

#endif
