/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_text.h - what the people of a simulated market say: texts whose fingerprints are about as far
 * apart as the market's digests.
 *
 *     ticket's content ─> nearest template (intents of the brand, web form, ring) ─> its words,
 *     some of them changed: the more bits of the content differ from the template's, the more
 *
 * English, invented, and the same for the same ticket. What is in it of addresses and numbers is
 * nobody's: example domains, fictional phone numbers, published test cards.
 */
#ifndef SG_COLLUSION_SIM_TEXT_H
#define SG_COLLUSION_SIM_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "collusion/sim.h"

/* Appends what the customer opens the ticket with, and how to be reached where the ticket has an
 * identity. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sim_text_opening(const struct sg_sim *sim,
                                                             size_t ticket, struct sg_buf *out);
/* Appends a word between, too short for a fingerprint; and what the agent answers. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sim_text_nudge(const struct sg_sim *sim, size_t ticket,
                                                           struct sg_buf *out);
SCRUBGATE_MUST_USE enum scrubgate_status sg_sim_text_answer(const struct sg_sim *sim, size_t ticket,
                                                            struct sg_buf *out);
/* Appends an e-mail address, a phone number or a card number for an identity's digest. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sim_text_identity(uint64_t identity,
                                                              struct sg_buf *out);

#endif
