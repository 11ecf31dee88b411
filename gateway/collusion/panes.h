/* SPDX-License-Identifier: Apache-2.0 */
/*
 * panes.h - how often something was seen in the last 30 days, at most: a sketch in six panes.
 *
 * A count-min sketch (Cormode and Muthukrishnan 2005) with conservative update (Estan and Varghese
 * 2002) for every five days; the oldest pane is emptied for the newest. It never counts too few.
 */
#ifndef SG_COLLUSION_PANES_H
#define SG_COLLUSION_PANES_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "collusion/state.h"

#define SG_PANE_MS (UINT64_C(5) * 86400000)

struct sg_panes {
    uint16_t *cells;
    uint64_t newest; /* number of the newest pane */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_panes_init(struct sg_panes *panes);
void sg_panes_fini(struct sg_panes *panes);

/* Memory that will be asked of soon: on its way while something else is done. */
void sg_panes_fetch(const struct sg_panes *panes, uint64_t mark);
void sg_panes_add(struct sg_panes *panes, uint64_t mark, uint64_t ms);
/* Over all panes; as of the newest. */
uint32_t sg_panes_count(const struct sg_panes *panes, uint64_t mark);

/* Counts of both, where they are of the same time. */
void sg_panes_merge(struct sg_panes *into, const struct sg_panes *other);
SCRUBGATE_MUST_USE enum scrubgate_status sg_panes_save(const struct sg_panes *panes,
                                                       struct sg_state_sink *to);
void sg_panes_load(struct sg_panes *panes, struct sg_state *state);

#endif
