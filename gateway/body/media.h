/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media.h - which stages a body needs, decided by its Content-Type and Content-Encoding alone.
 */
#ifndef SG_BODY_MEDIA_H
#define SG_BODY_MEDIA_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

enum sg_media_format { SG_MEDIA_TEXT, SG_MEDIA_JSON, SG_MEDIA_NDJSON, SG_MEDIA_FORM };

struct sg_media {
    enum sg_media_format format;
    bool gzip;
};

/*
 * text/plain (charset utf-8 or us-ascii, or none), application/json and any +json,
 * application/x-ndjson, application/x-www-form-urlencoded; coding identity, gzip or x-gzip.
 * EUNSUPPORTED for everything else, with why (static) set.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_media_choose(struct sg_media *media,
                                                         struct sg_bytes content_type,
                                                         struct sg_bytes content_encoding,
                                                         const char **why);

#endif
