/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h - one finding, told: which rule, what kind, where. Never the bytes.
 */
#ifndef SCRUBGATE_EVENT_H
#define SCRUBGATE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum scrubgate_action {
    SCRUBGATE_TAG,    /* recorded, nothing changed */
    SCRUBGATE_MASK,   /* replaced */
    SCRUBGATE_DIVERT, /* the message goes to the route's other upstream */
    SCRUBGATE_BLOCK   /* the message is refused */
};

/* Borrowed for the length of the callback. */
struct scrubgate_event {
    const char *rule;   /* "payment.card" */
    const char *entity; /* "CREDIT_CARD" */
    enum scrubgate_action action;
    unsigned level;       /* the rule's, after context */
    bool contextual;      /* one of the rule's near words stood beside it */
    uint64_t start, end;  /* byte offsets in the decoded body (after gunzip), end exclusive */
    const char *path;     /* "$.text" in JSON, name of a field or part, "" in text; names are cut to
                             64 bytes and may come from outside: escape before printing */
    uint64_t fingerprint; /* keyed digest of the normalised value, 0 when no key was given */
};

/* "mask", "block", … static. */
const char *scrubgate_action_word(enum scrubgate_action action);

#endif
