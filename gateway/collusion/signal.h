/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signal.h - what a risk can be made of, and the words for it.
 */
#ifndef SG_COLLUSION_SIGNAL_H
#define SG_COLLUSION_SIGNAL_H

#include <stdbool.h>

#include "base/bytes.h"

enum sg_signal {
    SG_SIGNAL_SELF,     /* the customer's side shows the agent's own marks */
    SG_SIGNAL_PAIR,     /* the two meet more often than routing explains */
    SG_SIGNAL_FARM,     /* customers with a mark in common end at one agent */
    SG_SIGNAL_TEMPLATE, /* customers at one agent write the same text */
    SG_SIGNAL_BURST,    /* sudden volume */
    SG_SIGNAL_HANDLE,   /* claimed or done faster than the queue's others can */
    SG_SIGNAL_COOLOFF,  /* served a competitor lately: exact, by order of the policy */
    SG_SIGNAL_FLAGGED,  /* an operator said to look at this agent: exact */
    SG_SIGNALS
};

/* As in reasons=: "self", "pair" … static. */
const char *sg_signal_word(enum sg_signal signal);
bool sg_signal_of_word(struct sg_bytes word, enum sg_signal *signal);

#endif
