/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_params.c - what a simulated market of tickets is like, from a table and a YAML file.
 */
#include "collusion/sim_params.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/yaml.h"

static const struct sg_sim_params world = {
    .days = 90,
    .tickets_a_day = 2700,
    .customers = 20000,
    .agents = 400,
    .brands = 4,
    .rings = 4,
    .activity = 0.70,
    .activity_clip = 40,
    .personal = 0.60,
    .repeat = 0.18,
    .repeat_days = 1.5,
    .sticky = 0.15,
    .sticky_days = 3,
    .shift_least = 5,
    .shift_most = 9,
    .second_brand = 0.30,
    .capacity_sigma = 0.5,
    .small_agents = 6,
    .small_customers = 250,
    .households = 0.12,
    .household_device = 0.5,
    .household_identity = 0.4,
    .nat_homes = 0.25,
    .nat_tickets = 0.30,
    .nat_prefixes = 60,
    .home_prefixes = 9000,
    .devices = 300,
    .device_zipf = 1.1,
    .other_device = 0.10,
    .identity = 0.40,
    .agent_customer = 0.03,
    .intents = 60,
    .text = 0.25,
    .boilerplate = 0.08,
    .boilerplate_text = 0.05,
    .surges = 6,
    .surge_hours = 4,
    .surge_factor = 5,
    .handle_minutes = 9,
    .handle_sigma = 0.7,
    .begin_ms = 1767225600000, /* 2026-01-01 */
};

static const struct sg_sim_ring levels[SG_SIM_LEVELS] = {
    {1, 8, 1.0, 10, .95, 0, .9, .1, 2, .8, .2, .5, .02, false, .25},
    {2, 15, 0.5, 20, .90, .10, .3, .7, 3, .2, .8, .3, .08, false, .5},
    {3, 30, 0.2, 40, .85, .25, .02, .95, 10, .05, .75, .15, .15, false, .7},
    {5, 60, 0.1, 60, .75, .40, 0, .1, 10, 0, .2, .05, .22, false, .9},
    {8, 120, 0.05, 80, .60, .50, 0, 0, 10, 0, 0, .01, .25, true, 1},
};

void sg_sim_params_init(struct sg_sim_params *params, unsigned level)
{
    assert(level < SG_SIM_LEVELS);
    *params = world;
    params->ring = levels[level];
}

/* --- the file --- */

enum kind { COUNT, NUMBER, FLAG };

struct key {
    const char *name;
    size_t offset;
    enum kind kind;
    double least, most;
};

#define KEY(type, member, kind, least, most)                                                       \
    {                                                                                              \
#member, offsetof(struct type, member), kind, least, most                                  \
    }
static const struct key keys[] = {
    KEY(sg_sim_params, days, COUNT, 1, 3660),
    KEY(sg_sim_params, tickets_a_day, COUNT, 1, 10000000),
    KEY(sg_sim_params, customers, COUNT, 1, 100000000),
    KEY(sg_sim_params, agents, COUNT, 1, 1000000),
    KEY(sg_sim_params, brands, COUNT, 1, SG_SIM_BRANDS_MOST),
    KEY(sg_sim_params, rings, COUNT, 0, 1000),
    KEY(sg_sim_params, activity, NUMBER, 0, 3),
    KEY(sg_sim_params, activity_clip, COUNT, 0, 1000000),
    KEY(sg_sim_params, personal, NUMBER, 0, 1),
    KEY(sg_sim_params, repeat, NUMBER, 0, 1),
    KEY(sg_sim_params, repeat_days, NUMBER, 0, 365),
    KEY(sg_sim_params, sticky, NUMBER, 0, 1),
    KEY(sg_sim_params, sticky_days, NUMBER, 0, 365),
    KEY(sg_sim_params, shift_least, NUMBER, 0.5, 24),
    KEY(sg_sim_params, shift_most, NUMBER, 0.5, 24),
    KEY(sg_sim_params, second_brand, NUMBER, 0, 1),
    KEY(sg_sim_params, capacity_sigma, NUMBER, 0, 3),
    KEY(sg_sim_params, small_agents, COUNT, 0, 10000),
    KEY(sg_sim_params, small_customers, COUNT, 0, 1000000),
    KEY(sg_sim_params, households, NUMBER, 0, 1),
    KEY(sg_sim_params, household_device, NUMBER, 0, 1),
    KEY(sg_sim_params, household_identity, NUMBER, 0, 1),
    KEY(sg_sim_params, nat_homes, NUMBER, 0, 1),
    KEY(sg_sim_params, nat_tickets, NUMBER, 0, 1),
    KEY(sg_sim_params, nat_prefixes, COUNT, 1, 1000000),
    KEY(sg_sim_params, home_prefixes, COUNT, 1, 10000000),
    KEY(sg_sim_params, devices, COUNT, 1, 1000000),
    KEY(sg_sim_params, device_zipf, NUMBER, 0, 4),
    KEY(sg_sim_params, other_device, NUMBER, 0, 1),
    KEY(sg_sim_params, identity, NUMBER, 0, 1),
    KEY(sg_sim_params, agent_customer, NUMBER, 0, 1),
    KEY(sg_sim_params, intents, COUNT, 1, 100000),
    KEY(sg_sim_params, text, NUMBER, 0, 0.5),
    KEY(sg_sim_params, boilerplate, NUMBER, 0, 1),
    KEY(sg_sim_params, boilerplate_text, NUMBER, 0, 0.5),
    KEY(sg_sim_params, surges, COUNT, 0, 10000),
    KEY(sg_sim_params, surge_hours, NUMBER, 0, 240),
    KEY(sg_sim_params, surge_factor, NUMBER, 1, 1000),
    KEY(sg_sim_params, handle_minutes, NUMBER, 0.01, 10000),
    KEY(sg_sim_params, handle_sigma, NUMBER, 0, 3),
};
static const struct key ring_keys[] = {
    KEY(sg_sim_ring, agents, COUNT, 1, 10000),    KEY(sg_sim_ring, accounts, COUNT, 1, 1000000),
    KEY(sg_sim_ring, rate, NUMBER, 0, 1000),      KEY(sg_sim_ring, days, NUMBER, 0, 3660),
    KEY(sg_sim_ring, claim, NUMBER, 0, 1),        KEY(sg_sim_ring, cover, NUMBER, 0, 100),
    KEY(sg_sim_ring, ip_agent, NUMBER, 0, 1),     KEY(sg_sim_ring, ip_pool, NUMBER, 0, 1),
    KEY(sg_sim_ring, pool, COUNT, 1, 100000),     KEY(sg_sim_ring, device_agent, NUMBER, 0, 1),
    KEY(sg_sim_ring, device_pool, NUMBER, 0, 1),  KEY(sg_sim_ring, identity, NUMBER, 0, 1),
    KEY(sg_sim_ring, text, NUMBER, 0, 0.5),       KEY(sg_sim_ring, honest_text, FLAG, 0, 1),
    KEY(sg_sim_ring, handle, NUMBER, 0.001, 100),
};
#undef KEY

enum { KEYS = sizeof keys / sizeof keys[0], RING_KEYS = sizeof ring_keys / sizeof ring_keys[0] };

static enum scrubgate_status read_number(const struct sg_yaml *tree,
                                         const struct sg_yaml_node *node, const struct key *key,
                                         double *value, struct scrubgate_fault *fault)
{
    const char *text;
    char *end;
    enum scrubgate_status rc = sg_yaml_text(tree, node, &text, fault);
    if (rc < 0)
        return rc;
    *value = strtod(text, &end);
    if (end == text || *end != '\0' || !(*value >= key->least && *value <= key->most))
        return sg_yaml_fault(tree, node, fault, "%s must be a number from %g to %g", key->name,
                             key->least, key->most);
    return SCRUBGATE_OK;
}

static enum scrubgate_status read_key(const struct sg_yaml *tree, const struct sg_yaml_node *node,
                                      const struct key *key, void *base,
                                      struct scrubgate_fault *fault)
{
    uint8_t *at = (uint8_t *)base + key->offset;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (node == NULL)
        return rc;
    if (key->kind == COUNT) {
        uint64_t count;
        rc = sg_yaml_u64(tree, node, (uint64_t)key->least, (uint64_t)key->most, &count, fault);
        const uint32_t small = (uint32_t)count;
        if (rc >= 0)
            memcpy(at, &small, sizeof small);
    } else {
        double value;
        rc = read_number(tree, node, key, &value, fault);
        if (rc >= 0 && key->kind == FLAG)
            *(bool *)at = value != 0;
        else if (rc >= 0)
            memcpy(at, &value, sizeof value);
    }
    return rc;
}

static enum scrubgate_status read_mapping(const struct sg_yaml *tree,
                                          const struct sg_yaml_node *mapping,
                                          const struct key *table, size_t n, const char *more,
                                          void *base, struct scrubgate_fault *fault)
{
    const char *names[KEYS + 1] = {NULL};
    size_t known = 0;
    if (mapping->kind != SG_YAML_MAPPING)
        return sg_yaml_fault(tree, mapping, fault, "write key: value pairs here");
    for (; known < n; known++)
        names[known] = table[known].name;
    if (more != NULL)
        names[known++] = more;
    enum scrubgate_status rc = sg_yaml_only(tree, mapping, names, known, fault);
    for (size_t i = 0; i < n && rc >= 0; i++)
        rc = read_key(tree, sg_yaml_get(mapping, table[i].name), &table[i], base, fault);
    return rc;
}

/* What single keys cannot say. */
static enum scrubgate_status check(const struct sg_yaml *tree, const struct sg_yaml_node *root,
                                   const struct sg_sim_params *params,
                                   struct scrubgate_fault *fault)
{
    const struct sg_sim_ring *ring = &params->ring;
    const uint64_t small = (uint64_t)params->small_agents * params->brands;
    if (params->shift_least > params->shift_most)
        return sg_yaml_fault(tree, root, fault, "shift_least must not be over shift_most");
    if (ring->ip_agent + ring->ip_pool > 1 || ring->device_agent + ring->device_pool > 1)
        return sg_yaml_fault(tree, root, fault,
                             "ring: the shares of agent and pool must not be over 1 together");
    if (small + (uint64_t)params->brands > params->agents)
        return sg_yaml_fault(tree, root, fault,
                             "agents must be at least one for each brand, beside small_agents");
    if ((uint64_t)params->rings * ring->agents > (params->agents - small) / 2)
        return sg_yaml_fault(tree, root, fault,
                             "rings: more than half of the agents would be in one");
    if (params->customers / params->brands <= params->small_customers)
        return sg_yaml_fault(tree, root, fault,
                             "small_customers must be fewer than a brand's customers");
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_sim_params_read(struct sg_sim_params *params, const char *name,
                                         struct sg_bytes text, struct scrubgate_fault *fault)
{
    struct sg_yaml *tree;
    enum scrubgate_status rc = sg_yaml_parse(&tree, name, text, fault);
    if (rc < 0)
        return rc;
    const struct sg_yaml_node *root = sg_yaml_root(tree), *ring = sg_yaml_get(root, "ring");
    rc = read_mapping(tree, root, keys, KEYS, "ring", params, fault);
    if (rc >= 0 && ring != NULL)
        rc = read_mapping(tree, ring, ring_keys, RING_KEYS, NULL, &params->ring, fault);
    if (rc >= 0)
        rc = check(tree, root, params, fault);
    sg_yaml_free(tree);
    return rc;
}
