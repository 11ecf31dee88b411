/* SPDX-License-Identifier: Apache-2.0 */
/*
 * near_duplicates.h - do an agent's tickets say the same, more than those of its queue do?
 *
 * The last texts (SimHash) at each agent and in each queue, compared one by one: what is alike at
 * everybody, a form or an outage, is no evidence. Other customers' only.
 */
#ifndef SG_COLLUSION_NEAR_DUPLICATES_H
#define SG_COLLUSION_NEAR_DUPLICATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "collusion/state.h"

struct sg_near_duplicates {
    struct sg_texts_row *rows;
    size_t n, each; /* rows; texts in a row */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_near_duplicates_init(struct sg_near_duplicates *texts,
                                                                 size_t rows, size_t each);
void sg_near_duplicates_fini(struct sg_near_duplicates *texts);

/* Memory that will be asked of soon: on its way while something else is done. */
void sg_near_duplicates_fetch(const struct sg_near_duplicates *texts, size_t row);
void sg_near_duplicates_add(struct sg_near_duplicates *texts, size_t row, uint64_t content,
                            uint64_t customer, uint16_t agent, bool common);
/* Texts of a row that were not common when they came, by other customers, and to other agents than
 * this; how many differ in at most close bits, and in at most far bits. */
struct sg_alike {
    unsigned n, close, far;
};
struct sg_alike sg_near_duplicates_count(const struct sg_near_duplicates *texts, size_t row,
                                         uint64_t content, uint64_t customer, uint16_t but_agent);

/* The last texts of both, as if they had come in turns. rows, agents: what other's numbers are in
 * into, of rows and of n_agents whom texts may be of. */
void sg_near_duplicates_merge(struct sg_near_duplicates *into,
                              const struct sg_near_duplicates *other, const uint16_t *rows,
                              const uint16_t *agents, size_t n_agents);
SCRUBGATE_MUST_USE enum scrubgate_status sg_near_duplicates_save(
    const struct sg_near_duplicates *texts, struct sg_state_sink *to);
void sg_near_duplicates_load(struct sg_near_duplicates *texts, struct sg_state *state);

#endif
