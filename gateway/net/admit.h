/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit.h - the strict checks of a request's head that decide whether a handler ever sees it.
 *
 * libmicrohttpd reads leniently. What two parties could read in two ways is refused here.
 */
#ifndef SG_NET_ADMIT_H
#define SG_NET_ADMIT_H

#include <scrubgate/status.h>

#include "base/bytes.h"
#include "http/framing.h"
#include "http/guard.h" /* struct sg_refusal */
#include "http/header.h"

/* Values of framing fields must come as they were read, white space included. OK with *framing, or
 * EMALFORMED with *why. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_admit(struct sg_bytes method, struct sg_bytes target,
                                                  struct sg_bytes version,
                                                  const struct sg_headers *headers,
                                                  struct sg_framing *framing,
                                                  struct sg_refusal *why);

#endif
