/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart_part.c - the content of one part on its way through the stages of its own type.
 */
#include "body/multipart_part.h"

#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"
#include "body/format.h"
#include "body/media.h"
#include "body/pipeline.h"
#include "body/quoted.h"

enum { ROOM = 4096 };

/* --- opening ---------------------------------------------------------------------------------- */

void sg_multipart_part_name(struct sg_multipart_part *part, const struct sg_multipart_head *head,
                            uint64_t number)
{
    struct sg_bytes name = head->name;
    part->step = (struct sg_step){.index = number};
    part->names_charset = sg_bytes_equal(name, SG_BYTES("_charset_"));
    if (name.data == NULL)
        return;
    part->step.cut = name.len > SG_STEP_NAME;
    if (part->step.cut)
        name.len = SG_STEP_NAME;
    memcpy(part->name, name.data, name.len);
    if (part->step.cut)
        name.len -= sg_utf8_open_tail((struct sg_bytes){part->name, name.len});
    part->step.name = (struct sg_bytes){part->name, name.len};
}

/* An offset of what the part's own stage reads as one of the body. */
static uint64_t raw_of(void *ctx, uint64_t offset, bool end)
{
    const struct sg_multipart_part *part = ctx;
    return part->at + (part->base64 ? sg_base64_raw(&part->layout, offset, end) : offset);
}

static enum scrubgate_status open_stages(struct sg_multipart_part *part,
                                         const struct sg_media *media,
                                         enum sg_multipart_transfer transfer)
{
    struct sg_stage *stages[SG_PART_STAGES] = {NULL};
    size_t n = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    part->base64 = transfer == SG_TRANSFER_BASE64;
    if (part->base64)
        rc = sg_base64_decode_new(&stages[n++], &part->layout);
    if (rc >= 0 && transfer == SG_TRANSFER_QUOTED)
        rc = sg_quoted_new(&stages[n++], part->scrub, media->format == SG_MEDIA_HTML);
    else if (rc >= 0)
        rc = sg_format_new(&stages[n++], part->scrub, media);
    if (rc >= 0 && part->base64)
        rc = sg_base64_encode_new(&stages[n++], &part->layout);
    if (rc < 0) {
        for (size_t i = 0; i < SG_PART_STAGES; i++)
            sg_stage_free(stages[i]);
        return rc;
    }
    memcpy(part->stages, stages, sizeof stages);
    part->n_stages = n;
    return sg_pipeline_new(&part->chain, stages, n);
}

static void choose(struct sg_multipart_part *part, const struct sg_multipart_head *head,
                   struct sg_media *media)
{
    if (sg_media_choose(media, head->type, SG_BYTES(""), &part->unsupported) < 0)
        return;
    part->unsupported = NULL;
    bool is_text = media->format == SG_MEDIA_TEXT || media->format == SG_MEDIA_HTML;
    if (media->format == SG_MEDIA_MULTIPART)
        part->unsupported = "a part that has parts";
    else if (head->transfer == SG_TRANSFER_QUOTED && !is_text)
        part->unsupported = "a part in quoted-printable that is no text";
}

enum scrubgate_status sg_multipart_part_open(struct sg_multipart_part *part,
                                             const struct sg_multipart_head *head, uint64_t at)
{
    struct sg_media media = {.format = SG_MEDIA_TEXT};
    const struct sg_frame frame = {{&part->step, head == NULL ? 0 : 1}, raw_of, part};
    part->layout = (struct sg_base64_layout){.line = 0};
    part->at = at;
    part->taken = part->given = 0;
    part->charset_len = 0;
    part->unsupported = NULL;
    part->has_length = head != NULL && head->has_length;
    part->length = head == NULL ? 0 : head->length;
    if (head == NULL)
        part->names_charset = false;
    else
        choose(part, head, &media);
    if (part->unsupported != NULL)
        return SCRUBGATE_OK;
    sg_scrub_enter(part->scrub, &frame);
    return open_stages(part, &media, head == NULL ? SG_TRANSFER_PLAIN : head->transfer);
}

void sg_multipart_part_close(struct sg_multipart_part *part)
{
    sg_stage_free(part->chain);
    part->chain = NULL;
    part->n_stages = 0;
    sg_wipe(part->charset, sizeof part->charset);
}

/* --- pushing ---------------------------------------------------------------------------------- */

static enum scrubgate_status refuse(struct sg_multipart_part *part, enum scrubgate_status rc,
                                    const char *why)
{
    part->why = why;
    return rc;
}

static void explain(struct sg_multipart_part *part)
{
    part->why = NULL;
    for (size_t i = 0; i < part->n_stages; i++) {
        if (part->stages[i]->refused < 0)
            part->why = part->stages[i]->why;
    }
}

/* Whether the part that names a charset names one that is read here. */
static enum scrubgate_status check_charset(struct sg_multipart_part *part, struct sg_bytes text,
                                           bool last)
{
    size_t room = sizeof part->charset - part->charset_len;
    size_t n = text.len < room ? text.len : room;
    if (!part->names_charset)
        return SCRUBGATE_OK;
    if (n > 0)
        memcpy(part->charset + part->charset_len, text.data, n);
    part->charset_len += n;
    struct sg_bytes charset = {part->charset, part->charset_len};
    if (!last || charset.len == 0 || sg_bytes_equal_nocase(charset, SG_BYTES("utf-8")) ||
        sg_bytes_equal_nocase(charset, SG_BYTES("us-ascii")))
        return SCRUBGATE_OK;
    return refuse(part, SCRUBGATE_EUNSUPPORTED, "a charset other than utf-8 and us-ascii");
}

static enum scrubgate_status push_chain(struct sg_multipart_part *part, struct sg_outlet *outlet,
                                        struct sg_needle *needle, struct sg_bytes text, bool last)
{
    uint8_t room[ROOM];
    struct scrubgate_in in = {text.data, text.len, 0};
    enum scrubgate_status rc;
    do {
        struct scrubgate_out out = {room, sizeof room, 0};
        struct sg_bytes given = {room, 0};
        rc = sg_stage_push(part->chain, &in, &out, last);
        given.len = out.pos;
        if (rc < 0)
            explain(part);
        else if (sg_needle_feed(needle, given))
            rc = refuse(part, SCRUBGATE_EMALFORMED, "a replacement would make a boundary");
        else if (sg_outlet_add(outlet, given) < 0)
            rc = SCRUBGATE_ENOMEM;
        part->given += out.pos;
        sg_wipe(room, out.pos);
    } while (rc == SCRUBGATE_FULL);
    return rc < 0 ? rc : SCRUBGATE_OK;
}

enum scrubgate_status sg_multipart_part_push(struct sg_multipart_part *part,
                                             struct sg_outlet *outlet, struct sg_needle *needle,
                                             struct sg_bytes text, bool last)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (part->unsupported != NULL && text.len > 0)
        return refuse(part, SCRUBGATE_EUNSUPPORTED, part->unsupported);
    if (part->chain != NULL)
        rc = push_chain(part, outlet, needle, text, last);
    part->taken += text.len;
    if (rc >= 0)
        rc = check_charset(part, text, last);
    if (rc < 0 || !last)
        return rc;
    sg_scrub_enter(part->scrub, NULL);
    sg_multipart_part_close(part);
    if (part->has_length && part->length != part->taken)
        return refuse(part, SCRUBGATE_EMALFORMED, "a part of another length than its head says");
    return SCRUBGATE_OK;
}
