/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agent_name.c - an agent as people and routers name one.
 */
#include "proxy/agent_name.h"

#include "base/diag.h"

static const struct sg_bytes prefix = {(const uint8_t *)"digest:", 7};

static enum scrubgate_status read_digest(struct sg_bytes digits, uint64_t *agent,
                                         struct scrubgate_fault *fault)
{
    /* 0 is nobody's: an order about it would be about those whom no message names. */
    if (sg_bytes_to_hex64(digits, agent) && *agent != 0)
        return SCRUBGATE_OK;
    sg_fault_set(fault, NULL, 0, 0,
                 "behind digest: 16 hex digits are wanted, as a report prints them");
    return SCRUBGATE_EINVAL;
}

enum scrubgate_status sg_agent_name_digest(struct sg_facets *facets, struct sg_bytes name,
                                           uint64_t *agent, struct scrubgate_fault *fault)
{
    *agent = 0;
    if (sg_bytes_start_with(name, prefix)) {
        name.data += prefix.len;
        name.len -= prefix.len;
        return read_digest(name, agent, fault);
    }
    if (name.len == 0 || name.len > SG_AGENT_NAME_MOST) {
        sg_fault_set(fault, NULL, 0, 0, "an agent's id has 1 to %d bytes", SG_AGENT_NAME_MOST);
        return SCRUBGATE_EINVAL;
    }
    enum scrubgate_status rc = sg_facet_agent(facets, name, agent);
    if (rc < 0)
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
    return rc;
}
