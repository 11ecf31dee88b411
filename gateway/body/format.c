/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.c - from a media type to the stage that reads it.
 */
#include "body/format.h"

enum scrubgate_status sg_format_new(struct sg_stage **stage, struct sg_scrub *scrub,
                                    const struct sg_media *media)
{
    *stage = NULL;
    switch (media->format) {
    case SG_MEDIA_TEXT:
        return sg_text_new(stage, scrub);
    case SG_MEDIA_JSON:
        return sg_json_new(stage, scrub, false);
    case SG_MEDIA_NDJSON:
        return sg_json_new(stage, scrub, true);
    case SG_MEDIA_FORM:
        return sg_form_new(stage, scrub);
    case SG_MEDIA_HTML:
        return sg_html_new(stage, scrub);
    case SG_MEDIA_SSE:
        return sg_sse_new(stage, scrub);
    case SG_MEDIA_MULTIPART:
        return sg_multipart_new(stage, scrub,
                                (struct sg_bytes){media->boundary, media->boundary_len});
    }
    return SCRUBGATE_EUNSUPPORTED;
}
