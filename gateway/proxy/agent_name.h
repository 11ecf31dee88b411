/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agent_name.h - an agent as people and routers name one: by the platform's id, as messages do, or
 * by the digest that reports print.
 *
 *     agent-7                      the platform's own id, digested here
 *     digest:0123456789abcdef      the digest itself
 */
#ifndef SG_PROXY_AGENT_NAME_H
#define SG_PROXY_AGENT_NAME_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "collusion/facet.h"

/* Bytes of an id. Longer than any message may name one in its body. */
enum { SG_AGENT_NAME_MOST = 1024 };

/* EINVAL: empty, too long, or "digest:" with what is no digest behind it; says which. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_agent_name_digest(struct sg_facets *facets,
                                                              struct sg_bytes name, uint64_t *agent,
                                                              struct scrubgate_fault *fault);

#endif
