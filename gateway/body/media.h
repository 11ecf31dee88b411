/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media.h - which stages a body needs, decided by its Content-Type and Content-Encoding alone.
 */
#ifndef SG_BODY_MEDIA_H
#define SG_BODY_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

enum sg_media_format {
    SG_MEDIA_TEXT,
    SG_MEDIA_JSON,
    SG_MEDIA_NDJSON,
    SG_MEDIA_FORM,
    SG_MEDIA_HTML,
    SG_MEDIA_SSE,
    SG_MEDIA_MULTIPART
};

enum { SG_BOUNDARY_LONGEST = 70 }; /* RFC 2046, 5.1.1 */

struct sg_media {
    enum sg_media_format format;
    bool gzip;
    uint8_t boundary[SG_BOUNDARY_LONGEST]; /* of MULTIPART */
    size_t boundary_len;
};

/*
 * text/plain and text/html (charset utf-8 or us-ascii, or none), application/json and any +json,
 * application/x-ndjson, application/x-www-form-urlencoded, text/event-stream, multipart/form-data
 * and multipart/mixed with a boundary; coding identity, gzip or x-gzip.
 * EUNSUPPORTED for everything else, with why (static) set.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_media_choose(struct sg_media *media,
                                                         struct sg_bytes content_type,
                                                         struct sg_bytes content_encoding,
                                                         const char **why);
/* Whether it can part a body: letters, digits and some marks, no blank at the end. */
bool sg_media_boundary_valid(struct sg_bytes boundary);
/* The word for a format, such as "multipart": static. */
const char *sg_media_word(enum sg_media_format format);

#endif
