/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim.h - a market of tickets that never was: who asked what, who answered, and who cheated.
 *
 *     params, seed -> [people] -> [roster: who is on shift] -> [traffic: tickets] -> events, truth
 *
 * For trying detectors: the same params and seed make the same market, byte for byte. Everything in
 * it is a number; there is no person behind any.
 */
#ifndef SG_COLLUSION_SIM_H
#define SG_COLLUSION_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "collusion/sim_params.h"

#define SG_SIM_NONE UINT32_MAX /* no ring, no agent */

struct sg_sim_agent {
    uint64_t id, network, device;
    uint32_t brand, second; /* second: a brand that it serves too; or SG_SIM_NONE */
    bool small;             /* of its brand's small queue, and of no other */
    double capacity;        /* relative to others */
    uint8_t days_off;       /* a bit for each day of the week */
    uint16_t begin, length; /* of the shift, in half hours */
    uint32_t ring;
};

struct sg_sim_customer {
    uint64_t id, network, device, identity;
    uint32_t brand, ring;
    uint16_t minute; /* of the day, around which most of its tickets come */
    bool small;
};

struct sg_sim_ticket {
    uint64_t id, open_ms, network, device, identity, content; /* identity 0: none in its text */
    uint32_t wait_ms, handle_ms;                              /* until claimed; then until done */
    uint32_t customer, agent; /* indexes; agent SG_SIM_NONE: nobody ever was on shift */
    uint32_t
        ring; /* whose work it is; a ring's cover tickets are nobody's, for they are honest work */
};

struct sg_sim {
    struct sg_sim_params params;
    uint64_t seed;
    struct sg_sim_agent *agents;
    struct sg_sim_customer *customers; /* those of rings among them */
    struct sg_sim_ticket *tickets;     /* by time */
    size_t n_agents, n_customers, n_tickets;
};

/* params must be ones that sg_sim_params_read let through. ENOMEM; ELIMIT: too many tickets. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sim_new(struct sg_sim **sim,
                                                    const struct sg_sim_params *params,
                                                    uint64_t seed);
void sg_sim_free(struct sg_sim *sim); /* NULL is fine */

/* What happens to a ticket. */
enum sg_sim_step { SG_SIM_OPEN, SG_SIM_ASSIGN, SG_SIM_RESOLVE, SG_SIM_STEPS };
const char *sg_sim_step_word(enum sg_sim_step step); /* "open" …; static */

struct sg_sim_moment {
    uint64_t ms;
    uint32_t ticket;
    enum sg_sim_step step;
};
/* All that happens, by time, to be freed; NULL: out of memory. A ticket that nobody takes is only
 * opened. */
struct sg_sim_moment *sg_sim_moments(const struct sg_sim *sim, size_t *n);

enum { SG_SIM_LABEL = 48 };
/* The names of a customer's brand and queue. */
void sg_sim_labels(const struct sg_sim_customer *customer, char brand[SG_SIM_LABEL],
                   char queue[SG_SIM_LABEL]);

/* Takes some text; below zero ends the writing. */
typedef enum scrubgate_status sg_sim_sink(void *ctx, const struct sg_buf *text);

/* Three lines a ticket, all in order of time: open (what the customer shows), assign (to whom),
 * resolve (what the agent shows, and how long it took). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sim_events(const struct sg_sim *sim, sg_sim_sink *sink,
                                                       void *ctx);
/* {"agent":…,"ring":n|null}, then customers, then tickets, each in order of their ids. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sim_truth(const struct sg_sim *sim, sg_sim_sink *sink,
                                                      void *ctx);

#endif
