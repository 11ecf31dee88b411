/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scorer_parts.h - what a scorer is made of; for its own files only.
 *
 *     scorer.c          events become tickets, tickets are judged
 *     scorer_signals.c  what each signal has to say of one
 *     scorer_agents.c   what an agent's tickets come to
 *     scorer_state.c    save, load, merge
 */
#ifndef SG_COLLUSION_SCORER_PARTS_H
#define SG_COLLUSION_SCORER_PARTS_H

#include "collusion/burst.h"
#include "collusion/company.h"
#include "collusion/frequency.h"
#include "collusion/near_duplicates.h"
#include "collusion/panes.h"
#include "collusion/rekeyed.h"
#include "collusion/scorer.h"
#include "collusion/strata.h"

enum {
    SG_SCORER_TICKETS = 1 << 15,
    SG_SCORER_WAYS = 4,
    SG_SCORER_IDENTITIES = 4,
    SG_SCORER_OWN = 4, /* an agent's networks, devices, TLS libraries that are remembered */
    SG_SCORER_JUDGED = SG_SIGNAL_HANDLE + 1
};

enum sg_scorer_facet { SG_FACET_NETWORK, SG_FACET_DEVICE, SG_FACET_TLS, SG_FACETS };

/* All by marks; 0: not known. */
struct sg_scorer_ticket {
    uint64_t mark, customer;
    uint64_t facets[SG_FACETS];
    uint64_t identities[SG_SCORER_IDENTITIES];
    uint64_t content;         /* as it is */
    uint32_t minute;          /* last seen */
    uint32_t opened_s, met_s; /* first seen; met its agent. In seconds; 0: not known */
    uint16_t queue, agent;
    bool has_queue : 1, judged : 1, thin : 1, done : 1;
    uint8_t counted; /* a bit for each of facets, identities and content that has been judged */
    float blame;     /* what of the weights speaks against the agent */
    float weights[SG_SCORER_JUDGED];
};
_Static_assert(sizeof(struct sg_scorer_ticket) == 128, "two lines of the cache");

/* What an agent showed of itself. */
struct sg_scorer_own {
    uint64_t facets[SG_FACETS][SG_SCORER_OWN];
    uint64_t next; /* to be forgotten */
};

/* What an agent's tickets come to. */
struct sg_scorer_standing {
    double score;        /* as of ms */
    uint64_t ms;         /* 0: has none */
    uint64_t flagged_ms; /* since when; 0: not */
};

struct sg_scorer {
    struct sg_scorer_config config;
    uint64_t check; /* a constant's mark: another key has another */
    uint64_t now_ms, seen;
    uint64_t strange, strange_ms; /* events in a row that are off, but of one clock; the last */
    struct sg_panes panes;
    struct sg_frequency frequency;
    struct sg_strata strata;
    struct sg_company customers, facets;
    struct sg_near_duplicates at_agents, in_queues;
    struct sg_burst burst;
    struct sg_rekeyed rekeyed;
    struct sg_scorer_ticket *tickets;
    struct sg_scorer_own *own;            /* by agent */
    struct sg_scorer_standing *standings; /* by agent */
    double threshold;                     /* of standings, as of then */
    uint64_t crowd_ms;
};

/* --- scorer.c --- */

/* The agent showed this; 0: nothing. */
void sg_scorer_learn_own(struct sg_scorer_own *own, unsigned facet, uint64_t mark);

/* --- scorer_signals.c --- */

/* Judges a ticket with both parties, and learns it. */
void sg_scorer_judge(struct sg_scorer *scorer, struct sg_scorer_ticket *ticket);
/* Judges what was not known then, a phone number in a later message. False: there is nothing. */
bool sg_scorer_judge_more(struct sg_scorer *scorer, struct sg_scorer_ticket *ticket);
/* It waited so long for its agent; it is done, and took so long. */
void sg_scorer_claimed(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                       uint64_t wait_ms);
void sg_scorer_done(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                    uint64_t handle_ms);

/* --- scorer_agents.c --- */

/* So much of an agent's ticket speaks against the agent; as far as before it is counted already. */
void sg_scorer_blame(struct sg_scorer *scorer, uint16_t agent, double before, double blame);
/* As of now. */
struct sg_agent_standing sg_scorer_standing(const struct sg_scorer *scorer, uint16_t agent);
/* numbers: of other's agents in into. */
void sg_scorer_merge_standings(struct sg_scorer *into, const struct sg_scorer *other,
                               const uint16_t *numbers);

#endif
