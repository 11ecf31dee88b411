/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.h - what an operator orders about collusion: policy.yaml, beside the config.
 *
 *     conflicts:                     an agent who served one of these brands waits for the others
 *       - name: cruises
 *         brands: [atlantica, borealis]
 *         cooloff: 90d
 *     clearances:                    an agent serves these only with that attestation in force
 *       - name: nda-atlantica
 *         brands: [atlantica]
 *         queues: [bookings]         all of them without
 *         mode: enforce
 *     signals:
 *       pair: {mode: advise, threshold: 8}
 *     representative_channels: [works-council]    nothing that is said there is analysed
 *
 * Strict: an unknown key, a repeated name, an order that contradicts another is told with its line.
 * A brand may be in two groups; two brands may be in one group together only, so that their
 * cool-off has one length.
 */
#ifndef SG_COLLUSION_POLICY_H
#define SG_COLLUSION_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "collusion/signal.h"

enum sg_signal_mode {
    SG_SIGNAL_SHADOW, /* counted and recorded, no more */
    SG_SIGNAL_ADVISE, /* told to who routes */
    SG_SIGNAL_ENFORCE /* acted on */
};

struct sg_signal_policy {
    enum sg_signal_mode mode;
    double threshold; /* -log10 p, bits for self; 0 for what is exact */
};

enum {
    SG_POLICY_BRANDS = 256, /* most brands in conflict groups, all together */
    SG_POLICY_GROUPS = 256,
    SG_POLICY_CLEARANCES = 64,
    SG_POLICY_CHANNELS = 256,
    SG_POLICY_TEXT = 128 /* longest name of a brand, queue, channel or group, in bytes */
};
/* What is kept of a person is kept no longer (retention): no cool-off is longer either. */
#define SG_COLLUSION_RETENTION_MS ((uint64_t)180 * 86400 * 1000)
#define SG_BRAND_NONE             UINT32_MAX

struct sg_conflict {
    const char *name;
    uint64_t cooloff_ms;
};

/* n of them. */
struct sg_names {
    const char **item;
    size_t n;
};

struct sg_clearance {
    const char *name;
    struct sg_names brands, queues; /* no queue: all */
    enum sg_signal_mode mode;
};

struct sg_collusion_policy; /* immutable, shared by all threads */

/* The defaults alone when the text is empty. name goes into faults. *policy is NULL on error. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_policy_read(
    struct sg_collusion_policy **policy, const char *name, struct sg_bytes text,
    struct scrubgate_fault *fault);
void sg_collusion_policy_free(struct sg_collusion_policy *policy); /* NULL is fine */

/* "shadow", "advise", "enforce"; static. */
const char *sg_signal_mode_word(enum sg_signal_mode mode);

struct sg_signal_policy sg_collusion_policy_signal(const struct sg_collusion_policy *policy,
                                                   enum sg_signal signal);
/* Whether what is said in that channel must not be analysed. */
bool sg_collusion_policy_is_private(const struct sg_collusion_policy *policy,
                                    struct sg_bytes channel);

/* Brands of conflict groups have numbers 0, 1, 2 …; others are SG_BRAND_NONE. */
size_t sg_collusion_policy_brands(const struct sg_collusion_policy *policy);
uint32_t sg_collusion_policy_brand(const struct sg_collusion_policy *policy, struct sg_bytes brand);
const char *sg_collusion_policy_brand_name(const struct sg_collusion_policy *policy,
                                           uint32_t brand);
/* The group that two different brands are in together, or NULL. */
const struct sg_conflict *sg_collusion_policy_conflict(const struct sg_collusion_policy *policy,
                                                       uint32_t a, uint32_t b);

/* The next clearance from *at on (0 at first) that is wanted there, or NULL. */
const struct sg_clearance *sg_collusion_policy_clearance(const struct sg_collusion_policy *policy,
                                                         struct sg_bytes brand,
                                                         struct sg_bytes queue, size_t *at);

#endif
