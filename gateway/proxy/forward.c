/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forward.c - the two heads that the gateway writes: the request's to the upstream, the reply's to
 * the client.
 */
#include "proxy/forward.h"

#include <string.h>

/* --- which fields are passed on --- */

enum field_kind {
    PLAIN,     /* passed on */
    OURS,      /* written by us or meant for us: never passed on */
    TRACE,     /* goes with a traceparent that is passed on, and only with it */
    SLICE,     /* asks for or offers parts or codings: not where the response is inspected */
    DESCRIBES, /* is a digest or version of the body: not where that may be another one */
};

/* SG_BYTES as a constant: a compound literal is none. */
#define NAME(literal)                                                                              \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

static const struct {
    struct sg_bytes name;
    enum field_kind kind;
} known[] = {
    {NAME("Host"), OURS},
    {NAME("Content-Length"), OURS},
    {NAME("Transfer-Encoding"), OURS},
    {NAME("Expect"), OURS},
    {NAME("Scrubgate"), OURS},
    {NAME("traceparent"), OURS},
    {NAME("tracestate"), TRACE},
    {NAME("Range"), SLICE},
    {NAME("If-Range"), SLICE},
    {NAME("Accept-Encoding"), SLICE},
    {NAME("Accept-Ranges"), SLICE},
    {NAME("ETag"), DESCRIBES},
    {NAME("Content-MD5"), DESCRIBES},
    {NAME("Digest"), DESCRIBES},
    {NAME("Content-Digest"), DESCRIBES},
    {NAME("Repr-Digest"), DESCRIBES},
};

static enum field_kind kind_of(struct sg_bytes name)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].name.len == name.len && sg_bytes_equal_nocase(known[i].name, name))
            return known[i].kind;
    return PLAIN;
}

/* --- the Scrubgate field --- */

static enum scrubgate_status print_entities(const struct sg_mark *mark, struct sg_buf *out)
{
    enum scrubgate_status rc = sg_buf_add_text(out, ", entities=(");
    bool first = true;
    for (size_t i = 0; i < mark->n_found && rc >= 0; i++) {
        const char *entity = mark->found[i].entity;
        uint64_t count = 0;
        bool told = false;
        for (size_t k = 0; k < mark->n_found; k++) {
            if (strcmp(mark->found[k].entity, entity) != 0)
                continue;
            told = told || k < i;
            count += mark->found[k].values;
        }
        if (told)
            continue;
        if (!first)
            rc = sg_buf_add_byte(out, ' ');
        if (rc >= 0)
            rc = sg_buf_add_text(out, entity);
        if (rc >= 0)
            rc = sg_buf_add_text(out, ";n=");
        if (rc >= 0)
            rc = sg_buf_add_u64(out, count);
        first = false;
    }
    return rc < 0 ? rc : sg_buf_add_byte(out, ')');
}

/* The inside of an RFC 9651 string: printable ASCII, quote and backslash escaped. */
static enum scrubgate_status add_quoted(struct sg_buf *out, const char *text)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (; *text != '\0' && rc >= 0; text++) {
        uint8_t c = (uint8_t)*text;
        if (c == '"' || c == '\\')
            rc = sg_buf_add_byte(out, '\\');
        if (rc >= 0)
            rc = sg_buf_add_byte(out, c < 0x20 || c > 0x7e ? '?' : c);
    }
    return rc;
}

enum scrubgate_status sg_mark_print(const struct sg_mark *mark, struct sg_buf *out)
{
    enum scrubgate_status rc;
    if (mark->streamed) {
        rc = sg_buf_add_text(out, "streamed");
    } else {
        rc = sg_buf_add_text(out, "verdict=");
        if (rc >= 0)
            rc = sg_buf_add_text(out, sg_verdict_word(mark->verdict));
        if (rc >= 0)
            rc = print_entities(mark, out);
    }
    if (rc >= 0 && mark->shadow)
        rc = sg_buf_add_text(out, ", shadow");
    if (rc >= 0)
        rc = sg_buf_add_text(out, ", risk=");
    /* Always there, for who reads it; what nobody could judge is not called harmless. */
    if (rc >= 0 && (mark->assessment == NULL || !mark->assessment->is_scored))
        rc = sg_buf_add_text(out, "0.00;unjudged");
    if (rc >= 0 && mark->assessment != NULL)
        rc = sg_assessment_print(mark->assessment, mark->shadow, out);
    if (rc >= 0)
        rc = sg_buf_add_text(out, ", audit=\"");
    if (rc >= 0)
        rc = add_quoted(out, mark->origin);
    if (rc >= 0)
        rc = sg_buf_add_byte(out, '/');
    if (rc >= 0)
        rc = sg_buf_add_u64(out, mark->seq);
    if (rc >= 0)
        rc = sg_buf_add_byte(out, '"');
    return rc;
}

/* --- the target --- */

/* A dot, plain or percent-encoded, at the start of text: its length, or 0. */
static size_t dot(struct sg_bytes text)
{
    if (text.len >= 1 && text.data[0] == '.')
        return 1;
    if (text.len >= 3 && text.data[0] == '%' && text.data[1] == '2' &&
        sg_to_lower(text.data[2]) == 'e')
        return 3;
    return 0;
}

/* What parts two segments for one upstream or another, plain or percent-encoded, at the start of
 * text: its length, or 0. */
static size_t slash(struct sg_bytes text)
{
    if (text.len >= 1 && (text.data[0] == '/' || text.data[0] == '\\'))
        return 1;
    if (text.len < 3 || text.data[0] != '%')
        return 0;
    uint8_t high = text.data[1], low = (uint8_t)sg_to_lower(text.data[2]);
    return (high == '2' && low == 'f') || (high == '5' && low == 'c') ? 3 : 0;
}

/* Whether a segment may end here for someone: some drop what stands behind a semicolon. */
static bool ends_segment(struct sg_bytes text)
{
    return text.len == 0 || text.data[0] == ';' || slash(text) > 0;
}

bool sg_forward_target_safe(struct sg_bytes target)
{
    size_t end = sg_bytes_find(target, '?');
    for (size_t i = 0; i < end; i++) {
        struct sg_bytes rest = {target.data + i, end - i};
        size_t n = slash(rest);
        for (int dots = 0; dots < 2 && n > 0; dots++) {
            rest = (struct sg_bytes){rest.data + n, rest.len - n};
            n = dot(rest);
            if (n > 0 && ends_segment((struct sg_bytes){rest.data + n, rest.len - n}))
                return false;
        }
    }
    return true;
}

/* The origin's path, then what stands behind the route's, with one slash between. */
static enum scrubgate_status add_request_line(struct sg_buf *out, const struct sg_forward *forward)
{
    struct sg_buf target;
    struct sg_bytes rest = {forward->target.data + forward->route.len,
                            forward->target.len - forward->route.len};
    struct sg_bytes base = forward->base;
    sg_buf_init(&target, 0);
    bool ends = base.len > 0 && base.data[base.len - 1] == '/';
    bool begins = rest.len > 0 && rest.data[0] == '/';
    if (ends && begins)
        base.len--;
    enum scrubgate_status rc = sg_buf_reserve(&target, base.len + 1 + rest.len);
    if (rc >= 0)
        rc = sg_buf_add_bytes(&target, base);
    if (rc >= 0 && (base.len == 0 || (!ends && rest.len > 0 && rest.data[0] != '?')) && !begins)
        rc = sg_buf_add_byte(&target, '/');
    if (rc >= 0)
        rc = sg_buf_add_bytes(&target, rest);
    if (rc >= 0)
        rc = sg_head_add_request_line(out, forward->method, sg_buf_bytes(&target));
    sg_buf_fini(&target);
    return rc;
}

/* --- the request's head --- */

static enum scrubgate_status add_framing(struct sg_buf *out, struct sg_framing framing)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (framing.kind == SG_FRAMING_CHUNKED)
        rc = sg_head_add_field(out, SG_BYTES("Transfer-Encoding"), SG_BYTES("chunked"));
    if (framing.kind == SG_FRAMING_LENGTH) {
        rc = sg_buf_add_text(out, "Content-Length: ");
        if (rc >= 0)
            rc = sg_buf_add_u64(out, framing.length);
        if (rc >= 0)
            rc = sg_buf_add_text(out, "\r\n");
    }
    return rc;
}

static enum scrubgate_status add_own_fields(struct sg_buf *out, const struct sg_forward *forward)
{
    enum scrubgate_status rc =
        sg_head_add_field(out, SG_BYTES("traceparent"), sg_bytes_of(forward->trace->parent));
    if (rc >= 0 && forward->reply_scrubbed)
        rc = sg_head_add_field(out, SG_BYTES("Accept-Encoding"), SG_BYTES("identity"));
    if (rc >= 0 && forward->mark != NULL) {
        /* Every part is a word of ours: entities are checked when rules are loaded. */
        rc = sg_buf_add_text(out, "Scrubgate: ");
        if (rc >= 0)
            rc = sg_mark_print(forward->mark, out);
        if (rc >= 0)
            rc = sg_buf_add_text(out, "\r\n");
    }
    return rc < 0 ? rc : add_framing(out, forward->framing);
}

static bool request_field_passes(const struct sg_forward *forward, struct sg_bytes name)
{
    switch (kind_of(name)) {
    case PLAIN:
        return true;
    case OURS:
        return false;
    case TRACE:
        return forward->trace->continued;
    case SLICE:
        return !forward->reply_scrubbed;
    case DESCRIBES:
        return !forward->edited;
    }
    return false;
}

enum scrubgate_status sg_forward_start(struct sg_buf *out, const struct sg_forward *forward)
{
    enum scrubgate_status rc = add_request_line(out, forward);
    return rc < 0 ? rc : sg_head_add_field(out, SG_BYTES("Host"), forward->authority);
}

enum scrubgate_status sg_forward_request(struct sg_buf *out, const struct sg_forward *forward)
{
    enum scrubgate_status rc = sg_forward_start(out, forward);
    for (size_t i = 0; i < forward->headers->n && rc >= 0; i++) {
        const struct sg_header *field = &forward->headers->item[i];
        if (request_field_passes(forward, field->name) &&
            !sg_header_is_hop_by_hop(forward->headers, field->name))
            rc = sg_head_add_field(out, field->name, field->value);
    }
    if (rc >= 0)
        rc = add_own_fields(out, forward);
    return rc < 0 ? rc : sg_head_add_end(out);
}

/* --- the reply's head --- */

struct sg_kept_field {
    uint32_t name_len, value_len;
    bool describes; /* the body as the upstream made it */
};

enum scrubgate_status sg_kept_take(struct sg_kept *kept, const struct sg_head *head, bool scrubbed)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    kept->status = head->status;
    for (size_t i = 0; i < head->headers.n && rc >= 0; i++) {
        const struct sg_header *field = &head->headers.item[i];
        enum field_kind kind = kind_of(field->name);
        if (kind == OURS || (kind == SLICE && scrubbed) || field->value.len == 0 ||
            sg_header_is_hop_by_hop(&head->headers, field->name))
            continue;
        const struct sg_kept_field made = {(uint32_t)field->name.len, (uint32_t)field->value.len,
                                           kind == DESCRIBES};
        rc = sg_buf_add_bytes(&kept->text, field->name);
        if (rc >= 0)
            rc = sg_buf_add_bytes(&kept->text, field->value);
        if (rc >= 0)
            rc = sg_buf_add(&kept->fields, &made, sizeof made);
    }
    return rc;
}

size_t sg_kept_fields(const struct sg_kept *kept, bool edited,
                      struct sg_header fields[SG_HEADERS_MOST])
{
    const uint8_t *text = kept->text.data;
    size_t n = 0;
    for (size_t at = 0; at < kept->fields.len; at += sizeof(struct sg_kept_field)) {
        struct sg_kept_field field;
        memcpy(&field, kept->fields.data + at, sizeof field);
        if (!field.describes || !edited) {
            fields[n].name = (struct sg_bytes){text, field.name_len};
            fields[n++].value = (struct sg_bytes){text + field.name_len, field.value_len};
        }
        text += field.name_len + field.value_len;
    }
    return n;
}

void sg_kept_clear(struct sg_kept *kept)
{
    sg_buf_clear(&kept->text);
    sg_buf_clear(&kept->fields);
    kept->status = 0;
}

void sg_kept_fini(struct sg_kept *kept)
{
    sg_buf_fini(&kept->text);
    sg_buf_fini(&kept->fields);
}
