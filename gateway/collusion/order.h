/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order.h - what a person ordered about an agent: who, why, from when, until when, and what became
 * of an objection. Nothing here is ordered by a machine, and nothing lasts without being renewed.
 */
#ifndef SG_COLLUSION_ORDER_H
#define SG_COLLUSION_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

/* The numbers are those on disk. */
enum sg_order_kind {
    SG_ORDER_BLOCK = 1,  /* serves nobody of that brand and queue */
    SG_ORDER_FLAG = 2,   /* is to be looked at */
    SG_ORDER_ATTEST = 3, /* has signed, was cleared: an attestation by name */
    SG_ORDER_WAIVE = 4,  /* serves that brand in spite of a cool-off */
    SG_ORDER_LINK = 5,   /* is the same person as the other agent */
    SG_ORDER_KINDS = 6
};

enum { SG_ORDER_NAME = 128, SG_ORDER_TEXT = 512 /* bytes of a name, of a reason */ };
#define SG_ORDER_LONGEST_MS  ((uint64_t)366 * 86400 * 1000)
#define SG_ATTEST_LONGEST_MS ((uint64_t)3653 * 86400 * 1000)
/* Over it no clock of ours goes. */
#define SG_ORDER_TIME_MOST   ((uint64_t)1 << 52)

struct sg_collusion_order {
    uint64_t id; /* given by the guard */
    enum sg_order_kind kind;
    uint64_t agent, other;        /* digests; other: of a link */
    struct sg_bytes brand, queue; /* empty: all */
    struct sg_bytes clearance;    /* of an attestation: its name in the policy */
    struct sg_bytes actor, reason;
    struct sg_bytes appeal; /* what the agent objected, what was decided; may be empty */
    uint64_t created_ms, expires_ms;
    uint64_t lifted_ms; /* 0: it was not */
    struct sg_bytes lifted_by, lifted_why;
};

/* "block", "flag", "attest", "waive", "link"; static. */
const char *sg_order_word(enum sg_order_kind kind);
/* 0: no kind has that word. */
enum sg_order_kind sg_order_of_word(struct sg_bytes word);

/* A name or reason that can be shown: UTF-8 without control characters, 1 to most bytes. */
bool sg_order_is_text(struct sg_bytes text, size_t most);
/* EINVAL, with what is missing or too much, for an order that must not be kept. Reasons are
 * people's words: they are not repeated in the fault. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_order_check(const struct sg_collusion_order *order,
                                                        struct scrubgate_fault *fault);

#endif
