/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_json.h - orders, and the guard's answers, for programs: what the command line and the admin
 * port print.
 *
 *     {"order":12,"kind":"block","state":"in-force","agent":"<16 hex>","brand":"atlantica",
 *      "actor":"jo","reason":"…","from":"2026-11-22T15:35:10.000Z","until":"…"}
 *     {"allowed":false,"until":"…","rules":[{"rule":"cooloff","mode":"enforce","until":"…",
 *      "name":"cruises","brand":"atlantica"}]}
 *
 * What an order does not say is left out. An answer's until is null where there is none to wait
 * for: it is allowed, or somebody must do something first.
 */
#ifndef SG_COLLUSION_GUARD_JSON_H
#define SG_COLLUSION_GUARD_JSON_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "collusion/guard.h"
#include "collusion/order.h"

/* "in-force", "lifted", "expired"; static. */
const char *sg_order_state(const struct sg_collusion_order *order, uint64_t now_ms);

/* Each appends an object, pure ASCII, no LF. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_order_json(struct sg_buf *out,
                                                       const struct sg_collusion_order *order,
                                                       uint64_t now_ms);
SCRUBGATE_MUST_USE enum scrubgate_status sg_eligibility_json(struct sg_buf *out,
                                                             const struct sg_eligibility *answer);

#endif
