/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.h - write text so that HTML reads it as text, also between quotes.
 */
#ifndef SG_BODY_HTML_H
#define SG_BODY_HTML_H

#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

SCRUBGATE_MUST_USE enum scrubgate_status sg_html_encode(struct sg_buf *out, struct sg_bytes text);

#endif
