/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quoted.h - text that is written in quoted-printable (RFC 2045, 6.7): find it, splice it back.
 */
#ifndef SG_BODY_QUOTED_H
#define SG_BODY_QUOTED_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "body/scrub.h"
#include "body/stage.h"

/* As sg_text_new and sg_html_new. EMALFORMED: what decoders are known to take in two ways. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_quoted_new(struct sg_stage **stage,
                                                       struct sg_scrub *scrub, bool html);

#endif
