/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scorer.h - how likely a ticket is one that its customer and its agent made together; at once.
 *
 *     event -> ticket -> [self pair farm template burst handle] -> sum of weights -> risk, reasons
 *
 * A ticket is judged when both its parties are known, by the past alone. Each weight is how
 * unlikely chance is, as -log10, up to a limit of its signal. Memory is constant and allocated at
 * the start; ids are hostile; time comes with events and never goes back. No thread: one caller.
 *
 * What an event shows is the customer's, unless the agent sent it. What had another id under an
 * earlier key of fingerprints is known by that one.
 */
#ifndef SG_COLLUSION_SCORER_H
#define SG_COLLUSION_SCORER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "collusion/event.h"
#include "collusion/mark.h"
#include "collusion/signal.h"

enum { SG_RISK_REASONS = 8 };

struct sg_risk {
    bool settled; /* both parties are known: what follows means something */
    bool fresh;   /* by this event */
    bool thin;    /* fewer than three agents on duty: pair and farm say nothing */
    double total; /* sum of the weights */
    double risk;  /* 0 to 1: chance that it was made, if one in a thousand is */
    double agent; /* the agent's own score, with this ticket */
    bool flagged; /* it is over its threshold: advice to look, never a ruling */
    size_t n;
    struct sg_risk_reason {
        enum sg_signal signal;
        double weight;
    } reasons[SG_RISK_REASONS]; /* largest first */
};

struct sg_scorer_config {
    uint8_t key[SG_MARK_KEY]; /* nobody outside knows it; shards that are merged have the same */
};

struct sg_scorer;

SCRUBGATE_MUST_USE enum scrubgate_status sg_scorer_new(struct sg_scorer **scorer,
                                                       const struct sg_scorer_config *config);
void sg_scorer_free(struct sg_scorer *scorer); /* NULL is fine */

/* Later events of a ticket are answered as it was judged; a new agent is a new judgement, and what
 * its customer shows only later, a phone number in the third message, is judged when it comes. */
void sg_scorer_feed(struct sg_scorer *scorer, const struct sg_collusion_event *event,
                    struct sg_risk *risk);
/* How many agents it has seen: with a handful what is usual is not known yet. */
uint64_t sg_scorer_agents(const struct sg_scorer *scorer);
/* What weights come to. */
double sg_scorer_risk(double total);

/*
 * What an agent's tickets come to: the sum of what of each speaks against this agent and is over
 * three, halved in 14 days. Flagged from a threshold on until the score is at a half of it.
 */
struct sg_agent_standing {
    bool known;
    double score, threshold;
    bool flagged;
    uint64_t since_ms; /* flagged: first */
};
void sg_scorer_agent(const struct sg_scorer *scorer, uint64_t agent,
                     struct sg_agent_standing *standing);

/* Gives away all that it knows, in pieces. While one is taken others may feed it: every number in
 * it is one that was right at some moment, which is enough for what is a sketch. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_scorer_write(
    const struct sg_scorer *scorer, enum scrubgate_status (*take)(void *ctx, struct sg_bytes piece),
    void *ctx);
/* Appends the same to an empty buf. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_scorer_save(const struct sg_scorer *scorer,
                                                        struct sg_buf *out);
/* A scorer that knows it. EMALFORMED: damaged, of another version, or kept under another key: there
 * is none then, begin anew. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_scorer_load(struct sg_scorer **scorer,
                                                        const struct sg_scorer_config *config,
                                                        struct sg_bytes state);
/*
 * Adds what another shard knows, as if one had seen it all: later risks differ by a few in a
 * thousand on the average. Closest where each customer's tickets went to one shard, for what speaks
 * against a customer grows from ticket to ticket. Tickets still open stay with their shard. EINVAL:
 * under another key. ENOMEM.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_scorer_merge(struct sg_scorer *into,
                                                         const struct sg_scorer *other);

#endif
