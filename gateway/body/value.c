/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value.c - one value of a body on its way to the scanner.
 *
 * A value without escapes is scanned where it lies. One with escapes is decoded first, so that the
 * scanner still gets as much of it at once as the piece holds.
 */
#include "body/value.h"

#include <assert.h>
#include <string.h>

void sg_value_init(struct sg_value *value, struct sg_scrub *scrub, struct sg_outlet *outlet,
                   enum scrubgate_status (*encode)(struct sg_buf *to, struct sg_bytes text))
{
    *value = (struct sg_value){.scrub = scrub};
    sg_splicer_init(&value->splicer, outlet, encode);
}

void sg_value_fini(struct sg_value *value)
{
    sg_buf_fini(&value->gathered);
    sg_splicer_fini(&value->splicer);
}

enum scrubgate_status sg_value_begin(struct sg_value *value, struct sg_place place,
                                     enum sg_path_style style, uint64_t raw)
{
    const struct sg_splice splice = sg_splicer_splice(&value->splicer, style);
    sg_buf_clear(&value->gathered);
    value->run = (struct sg_bytes){NULL, 0};
    value->fed = 0;
    sg_splicer_begin(&value->splicer, raw);
    return sg_scrub_begin(value->scrub, SG_FIELD_TEXT, place, &splice);
}

static enum scrubgate_status gather_run(struct sg_value *value)
{
    enum scrubgate_status rc = sg_buf_add_bytes(&value->gathered, value->run);
    value->run.len = 0;
    return rc;
}

enum scrubgate_status sg_value_run(struct sg_value *value, struct sg_bytes run)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (value->run.len > 0)
        rc = gather_run(value);
    value->run = run;
    return rc;
}

enum scrubgate_status sg_value_escape(struct sg_value *value, uint64_t at, struct sg_bytes raw,
                                      struct sg_bytes text)
{
    assert(raw.len <= SG_ESCAPE_RAW && text.len <= SG_ESCAPE_TEXT);
    enum scrubgate_status rc = gather_run(value);
    if (rc < 0)
        return rc;
    struct sg_escape escape = {
        .text = value->fed + value->gathered.len,
        .raw = at,
        .text_len = (uint8_t)text.len,
        .raw_len = (uint8_t)raw.len,
    };
    memcpy(escape.bytes, raw.data, raw.len);
    rc = sg_splicer_escape(&value->splicer, &escape);
    return rc < 0 ? rc : sg_buf_add_bytes(&value->gathered, text);
}

enum scrubgate_status sg_value_feed(struct sg_value *value, bool last)
{
    struct sg_bytes text = value->run;
    if (value->gathered.len > 0) {
        enum scrubgate_status rc = gather_run(value);
        if (rc < 0)
            return rc;
        text = sg_buf_bytes(&value->gathered);
    }
    value->run.len = 0;
    if (text.len == 0 && !last)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_scrub_feed(value->scrub, text, last);
    value->fed += text.len;
    sg_buf_clear(&value->gathered);
    return rc;
}
