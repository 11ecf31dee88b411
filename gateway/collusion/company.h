/* SPDX-License-Identifier: Apache-2.0 */
/*
 * company.h - which agents somebody met, or something was met with, and how odd that is.
 *
 * For a customer, or for a facet that customers share (a network, a device, an identity): the last
 * eight agents and how often. Each new ticket is judged before it is learned. Had routing chosen,
 * agent a came with p(a | now); had the two arranged it, about as often as before:
 *
 *     evidence += log10( h * seen(a) / seen + (1 - h) * p(a) ) - log10( the same with s ),   at
 * least 0
 *
 * where h is a half, and s, a few in a hundred, is how often the honest come back on purpose.
 * That is a likelihood ratio: chance alone brings it over x about once in 10^x tries, whatever the
 * hour, the queue or how common the facet is. Of a facet, only what *other* customers brought
 * counts as seen before. Buckets of four; the one not seen for longest makes room.
 */
#ifndef SG_COLLUSION_COMPANY_H
#define SG_COLLUSION_COMPANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "collusion/state.h"

enum { SG_COMPANY_AGENTS = 8 };

/* 64 bytes: a line of a processor's cache. */
struct sg_company_record {
    uint32_t tag;    /* 0: free */
    uint32_t minute; /* last seen */
    float evidence;
    float haste;                        /* of a customer's tickets that are done: see scorer.c */
    uint16_t agents[SG_COMPANY_AGENTS]; /* numbers */
    uint16_t by[SG_COMPANY_AGENTS];     /* which customer brought it last */
    uint8_t counts[SG_COMPANY_AGENTS];  /* 0: free */
    uint64_t customers;                 /* a bit for one in 64 of them */
};

struct sg_company {
    struct sg_company_record *records;
    size_t n;
};

/* n: a power of two, at least 4. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_company_init(struct sg_company *company, size_t n);
void sg_company_fini(struct sg_company *company);

/* Memory that will be asked of soon: on its way while something else is done. */
void sg_company_fetch(const struct sg_company *company, uint64_t mark);
/* The record, a new one when there is none; never NULL. What it says fades in 30 days. */
struct sg_company_record *sg_company_find(struct sg_company *company, uint64_t mark, uint64_t ms);

struct sg_meeting {
    double evidence;  /* what now speaks against chance, at least 0 */
    double seen, all; /* before: with this agent, with anybody who is remembered */
};
/* A ticket of that customer (its mark) goes to agent, as routing does with p: learns it. shared:
 * the record is a facet's. */
struct sg_meeting sg_company_meet(struct sg_company_record *record, uint16_t agent,
                                  uint64_t customer, double p, bool shared);
/* About how many customers. */
double sg_company_customers(const struct sg_company_record *record);

/* numbers: of other's agents in into. */
void sg_company_merge(struct sg_company *into, const struct sg_company *other,
                      const uint16_t *numbers);
SCRUBGATE_MUST_USE enum scrubgate_status sg_company_save(const struct sg_company *company,
                                                         struct sg_state_sink *to);
void sg_company_load(struct sg_company *company, struct sg_state *state);

#endif
