/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media.c - which stages a body needs. What is not known here cannot be inspected.
 */
#include "body/media.h"

#include <string.h>

#include "http/media_type.h"

/* The structured suffix of a subtype: json of problem+json. */
static struct sg_bytes suffix_of(struct sg_bytes subtype)
{
    size_t plus = subtype.len;
    while (plus > 0 && subtype.data[plus - 1] != '+')
        plus--;
    if (plus == 0)
        return (struct sg_bytes){NULL, 0};
    return (struct sg_bytes){subtype.data + plus, subtype.len - plus};
}

static bool choose_format(const struct sg_media_type *type, enum sg_media_format *format)
{
    if (sg_bytes_equal_nocase(suffix_of(type->subtype), SG_BYTES("json"))) {
        *format = SG_MEDIA_JSON;
        return true;
    }
    static const struct {
        const char *type, *subtype;
        enum sg_media_format format;
    } known[] = {
        {"application", "json", SG_MEDIA_JSON},
        {"application", "x-ndjson", SG_MEDIA_NDJSON},
        {"application", "x-www-form-urlencoded", SG_MEDIA_FORM},
        {"text", "plain", SG_MEDIA_TEXT},
        {"text", "html", SG_MEDIA_HTML},
        {"text", "event-stream", SG_MEDIA_SSE},
        {"multipart", "form-data", SG_MEDIA_MULTIPART},
        {"multipart", "mixed", SG_MEDIA_MULTIPART},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (sg_bytes_equal_nocase(type->type, sg_bytes_of(known[i].type)) &&
            sg_bytes_equal_nocase(type->subtype, sg_bytes_of(known[i].subtype))) {
            *format = known[i].format;
            return true;
        }
    }
    return false;
}

static bool is_utf8(struct sg_bytes charset)
{
    return charset.len == 0 || sg_bytes_equal_nocase(charset, SG_BYTES("utf-8")) ||
           sg_bytes_equal_nocase(charset, SG_BYTES("us-ascii"));
}

bool sg_media_boundary_valid(struct sg_bytes boundary)
{
    static const char marks[] = "'()+_,-./:=? ";
    if (boundary.len == 0 || boundary.len > SG_BOUNDARY_LONGEST ||
        boundary.data[boundary.len - 1] == ' ')
        return false;
    for (size_t i = 0; i < boundary.len; i++) {
        uint8_t c = boundary.data[i];
        if (!sg_is_alnum(c) && (c == 0 || strchr(marks, c) == NULL))
            return false;
    }
    return true;
}

static bool choose_boundary(struct sg_media *media, struct sg_bytes boundary)
{
    if (media->format != SG_MEDIA_MULTIPART)
        return true;
    if (!sg_media_boundary_valid(boundary))
        return false;
    memcpy(media->boundary, boundary.data, boundary.len);
    media->boundary_len = boundary.len;
    return true;
}

const char *sg_media_word(enum sg_media_format format)
{
    switch (format) {
    case SG_MEDIA_TEXT:
        return "text";
    case SG_MEDIA_JSON:
        return "json";
    case SG_MEDIA_NDJSON:
        return "ndjson";
    case SG_MEDIA_FORM:
        return "form";
    case SG_MEDIA_HTML:
        return "html";
    case SG_MEDIA_SSE:
        return "sse";
    case SG_MEDIA_MULTIPART:
        return "multipart";
    }
    return "";
}

static bool choose_coding(struct sg_bytes coding, bool *gzip)
{
    coding = sg_bytes_trim(coding);
    *gzip = sg_bytes_equal_nocase(coding, SG_BYTES("gzip")) ||
            sg_bytes_equal_nocase(coding, SG_BYTES("x-gzip"));
    return *gzip || coding.len == 0 || sg_bytes_equal_nocase(coding, SG_BYTES("identity"));
}

enum scrubgate_status sg_media_choose(struct sg_media *media, struct sg_bytes content_type,
                                      struct sg_bytes content_encoding, const char **why)
{
    struct sg_media chosen = {.format = SG_MEDIA_TEXT};
    struct sg_media_type type = {0};
    *why = "a content coding other than identity and gzip";
    if (!choose_coding(content_encoding, &chosen.gzip))
        return SCRUBGATE_EUNSUPPORTED;
    if (content_type.len > 0) {
        *why = "a Content-Type that cannot be read";
        if (!sg_media_type_parse(content_type, &type))
            return SCRUBGATE_EUNSUPPORTED;
        *why = "a media type that cannot be inspected";
        if (!choose_format(&type, &chosen.format))
            return SCRUBGATE_EUNSUPPORTED;
        *why = "a charset other than utf-8 and us-ascii";
        if (!is_utf8(type.charset))
            return SCRUBGATE_EUNSUPPORTED;
        *why = "no boundary that can be used";
        if (!choose_boundary(&chosen, type.boundary))
            return SCRUBGATE_EUNSUPPORTED;
    }
    *why = "";
    *media = chosen;
    return SCRUBGATE_OK;
}
