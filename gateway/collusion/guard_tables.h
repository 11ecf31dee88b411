/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_tables.h - the guard's memory: agents, whom they served, what was ordered about them.
 *
 * Only the guard includes it. Orders and contacts hang on their agents in chains; agents that are
 * one person are found by walking the links in force at that moment.
 *
 * However many agents were met, there is room for those whom orders are about.
 */
#ifndef SG_COLLUSION_GUARD_TABLES_H
#define SG_COLLUSION_GUARD_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "collusion/numbering.h"
#include "collusion/order.h"

#define SG_GUARD_END UINT32_MAX /* of a chain */

struct sg_guard_agent {
    uint32_t contact, order; /* first of each chain */
    uint32_t walk, walked;   /* the next of this walk; which walk it was */
    bool is_short;           /* a contact of it had no room */
};

struct sg_guard_served {
    uint64_t last_ms;
    uint32_t agent, next;
    uint16_t brand; /* number in the policy */
    bool pending;   /* not on disk */
};

/* What an answer needs of an order. A link hangs on both agents, as two of them. */
struct sg_guard_ordered {
    uint64_t id, expires_ms;
    const char *brand, *queue, *clearance; /* "" for all */
    uint32_t other, next;                  /* agent number, of a link */
    enum sg_order_kind kind;
};

struct sg_guard_tables {
    struct sg_numbering numbers;
    struct sg_guard_agent *agents;
    struct sg_guard_served *served;
    struct sg_guard_ordered *ordered;
    size_t agents_cap, served_cap, ordered_cap, n_served, n_ordered;
    size_t n_met;  /* agents that have contacts */
    bool is_short; /* an order had no room */
    struct sg_arena texts;
    uint32_t walks;
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_tables_init(struct sg_guard_tables *tables);
void sg_guard_tables_fini(struct sg_guard_tables *tables);

/* NULL: nothing is known of that agent. */
struct sg_guard_agent *sg_guard_tables_find(struct sg_guard_tables *tables, uint64_t agent);

/* Whether a contact of that agent and brand is there or can be. */
bool sg_guard_tables_has_room(struct sg_guard_tables *tables, uint64_t agent, uint16_t brand);
/* *served is the contact of that agent and brand, a new one with the time 0 when there was none.
 * ELIMIT: there is no room for it. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_tables_serve(struct sg_guard_tables *tables,
                                                               uint64_t agent, uint16_t brand,
                                                               struct sg_guard_served **served);
/* Whether one more order has room, of whatever kind. */
bool sg_guard_tables_takes_order(const struct sg_guard_tables *tables);
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_tables_order(
    struct sg_guard_tables *tables, const struct sg_collusion_order *order);
/* Takes the order out of force. */
void sg_guard_tables_lift(struct sg_guard_tables *tables, uint64_t id);

/* All agents that are that one now, itself first, chained by walk until the next call. */
struct sg_guard_agent *sg_guard_tables_walk(struct sg_guard_tables *tables, uint64_t agent,
                                            uint64_t now_ms);
struct sg_guard_agent *sg_guard_tables_next(struct sg_guard_tables *tables,
                                            const struct sg_guard_agent *agent);

#endif
