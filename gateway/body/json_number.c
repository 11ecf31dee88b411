/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_number.c - scrub one JSON number; with an edit it becomes a string.
 */
#include "body/json_number.h"

#include "base/json.h"

void sg_json_number_fini(struct sg_json_number *number)
{
    sg_buf_fini(&number->token);
    sg_buf_fini(&number->edited);
}

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    struct sg_json_number *number = ctx;
    (void)start;
    return sg_json_add_spliced(&number->edited, text);
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end,
                                  struct sg_bytes replacement)
{
    struct sg_json_number *number = ctx;
    (void)start;
    (void)end;
    number->changed = true;
    return sg_json_add_spliced(&number->edited, replacement);
}

static uint64_t raw(void *ctx, uint64_t offset, bool end)
{
    const struct sg_json_number *number = ctx;
    (void)end;
    return number->raw + offset;
}

enum scrubgate_status sg_json_number_scrub(struct sg_json_number *number, struct sg_scrub *scrub,
                                           struct sg_place place, struct sg_bytes text,
                                           struct sg_bytes *instead)
{
    const struct sg_splice splice = {keep, edit, raw, SG_PATH_JSON, number};
    *instead = (struct sg_bytes){NULL, 0};
    number->changed = false;
    sg_buf_clear(&number->edited);
    enum scrubgate_status rc = sg_buf_add_byte(&number->edited, '"');
    if (rc >= 0)
        rc = sg_scrub_begin(scrub, SG_FIELD_NUMBER, place, &splice);
    if (rc >= 0)
        rc = sg_scrub_feed(scrub, text, true);
    if (rc >= 0)
        rc = sg_buf_add_byte(&number->edited, '"');
    if (rc >= 0 && number->changed)
        *instead = sg_buf_bytes(&number->edited);
    return rc;
}
