/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signal.h - what a risk can be made of, and the words for it.
 */
#ifndef SG_COLLUSION_SIGNAL_H
#define SG_COLLUSION_SIGNAL_H

enum sg_signal {
    SG_SIGNAL_SELF,     /* the customer's facets are the agent's own */
    SG_SIGNAL_PAIR,     /* this customer keeps meeting the same agents */
    SG_SIGNAL_FARM,     /* customers who share a facet do */
    SG_SIGNAL_TEMPLATE, /* other customers say the same, to this agent alone */
    SG_SIGNAL_BURST,    /* the pair is suddenly busy */
    SG_SIGNAL_HANDLE,   /* this customer's tickets are done oddly fast */
    SG_SIGNAL_COOLOFF,  /* these two are of the guard's, not of the scorer's */
    SG_SIGNAL_FLAGGED,
    SG_SIGNALS
};

/* As in reasons=: "self", "pair" … static. */
const char *sg_signal_word(enum sg_signal signal);

#endif
