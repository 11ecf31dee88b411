/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frequency.h - how common something is, lately: a count-min sketch that forgets.
 *
 * What was counted halves in 30 days. Each cell keeps when it was last brought up to date, so that
 * forgetting costs nothing until somebody looks (by whole hours).
 */
#ifndef SG_COLLUSION_FREQUENCY_H
#define SG_COLLUSION_FREQUENCY_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "collusion/state.h"

struct sg_frequency {
    struct sg_frequency_cell *cells;
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_frequency_init(struct sg_frequency *frequency);
void sg_frequency_fini(struct sg_frequency *frequency);

/* Memory that will be asked of soon: on its way while something else is done. */
void sg_frequency_fetch(const struct sg_frequency *frequency, uint64_t mark);
/* How often, with this time. */
double sg_frequency_add(struct sg_frequency *frequency, uint64_t mark, uint64_t ms);
double sg_frequency_of(const struct sg_frequency *frequency, uint64_t mark, uint64_t ms);

void sg_frequency_merge(struct sg_frequency *into, const struct sg_frequency *other);
SCRUBGATE_MUST_USE enum scrubgate_status sg_frequency_save(const struct sg_frequency *frequency,
                                                           struct sg_state_sink *to);
void sg_frequency_load(struct sg_frequency *frequency, struct sg_state *state);

#endif
