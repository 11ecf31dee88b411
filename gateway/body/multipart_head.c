/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart_head.c - read the head of a part of a multipart body.
 */
#include "body/multipart_head.h"

#include "base/utf8.h"
#include "http/header.h"
#include "http/parameter.h"

struct reader {
    struct sg_multipart_head *head;
    bool disposition, type, transfer; /* seen */
    const char *why;
};

static enum scrubgate_status malformed(struct reader *reader, const char *why)
{
    reader->why = why;
    return SCRUBGATE_EMALFORMED;
}

static enum scrubgate_status add_text(struct reader *reader, struct sg_bytes text,
                                      struct sg_bytes label, enum sg_head_text_kind kind)
{
    struct sg_multipart_head *head = reader->head;
    if (text.len == 0)
        return SCRUBGATE_OK;
    if (head->n_texts == SG_HEAD_TEXTS_MOST) {
        reader->why = "a part with too many texts in its head";
        return SCRUBGATE_ELIMIT;
    }
    head->texts[head->n_texts++] = (struct sg_head_text){text, label, kind};
    return SCRUBGATE_OK;
}

/* --- parameters ------------------------------------------------------------------------------- */

/* Whether a quote follows a backslash: for some readers it ends the text, for some it does not. */
static bool has_escaped_quote(struct sg_bytes text)
{
    for (size_t i = 1; i < text.len; i++) {
        if (text.data[i] == '"' && text.data[i - 1] == '\\')
            return true;
    }
    return false;
}

/* UTF-8'en'%e2%82%ac: what stands behind the quotes. */
static enum scrubgate_status add_extended(struct reader *reader,
                                          const struct sg_parameter *parameter)
{
    struct sg_bytes text = parameter->value;
    size_t first = sg_bytes_find(text, '\'');
    struct sg_bytes charset = {text.data, first};
    if (first < text.len) {
        struct sg_bytes rest = {text.data + first + 1, text.len - first - 1};
        size_t second = sg_bytes_find(rest, '\'');
        if (second < rest.len && !parameter->quoted &&
            sg_bytes_equal_nocase(charset, SG_BYTES("utf-8"))) {
            rest = (struct sg_bytes){rest.data + second + 1, rest.len - second - 1};
            return add_text(reader, rest, parameter->name, SG_HEAD_EXTENDED);
        }
    }
    reader->why = "a file name in another writing than UTF-8";
    return SCRUBGATE_EUNSUPPORTED;
}

static enum scrubgate_status add_parameter(struct reader *reader,
                                           const struct sg_parameter *parameter)
{
    if (has_escaped_quote(parameter->value))
        return malformed(reader, "a quote behind a backslash");
    if (parameter->name.data[parameter->name.len - 1] == '*') {
        if (sg_bytes_equal_nocase(parameter->name, SG_BYTES("filename*")))
            return add_extended(reader, parameter);
        reader->why = "a parameter with a star";
        return SCRUBGATE_EUNSUPPORTED;
    }
    if (sg_bytes_find(parameter->name, '*') < parameter->name.len) {
        reader->why = "a parameter in several parts";
        return SCRUBGATE_EUNSUPPORTED;
    }
    return add_text(reader, parameter->value, parameter->name,
                    parameter->quoted ? SG_HEAD_QUOTED : SG_HEAD_TOKEN);
}

static enum scrubgate_status read_disposition(struct reader *reader, struct sg_bytes value)
{
    struct sg_bytes kind, rest = value;
    struct sg_parameter parameter;
    bool file = false, extended = false;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!sg_token_take(&rest, &kind))
        return malformed(reader, "a Content-Disposition that cannot be read");
    while (rc >= 0) {
        if (!sg_parameter_next(&rest, &parameter))
            return malformed(reader, "a Content-Disposition that cannot be read");
        if (parameter.name.len == 0)
            return SCRUBGATE_OK;
        bool is_name = sg_bytes_equal_nocase(parameter.name, SG_BYTES("name"));
        bool is_file = sg_bytes_equal_nocase(parameter.name, SG_BYTES("filename"));
        bool is_extended = sg_bytes_equal_nocase(parameter.name, SG_BYTES("filename*"));
        if ((is_name && reader->head->name.data != NULL) || (is_file && file) ||
            (is_extended && extended))
            return malformed(reader, "a part with two names");
        file = file || is_file;
        extended = extended || is_extended;
        if (!is_name)
            rc = add_parameter(reader, &parameter);
        else if (has_escaped_quote(parameter.value))
            rc = malformed(reader, "a quote behind a backslash");
        else
            reader->head->name = parameter.value;
    }
    return rc;
}

/* The type itself is media.c's to judge; what else stands beside it is text. */
static enum scrubgate_status read_type(struct reader *reader, struct sg_bytes value)
{
    struct sg_bytes kind, rest = value;
    struct sg_parameter parameter;
    enum scrubgate_status rc = SCRUBGATE_OK;
    reader->head->type = value;
    if (!sg_token_take(&rest, &kind) || rest.len == 0)
        return malformed(reader, "a Content-Type that cannot be read");
    rest = (struct sg_bytes){rest.data + 1, rest.len - 1}; /* the slash */
    if (!sg_token_take(&rest, &kind))
        return malformed(reader, "a Content-Type that cannot be read");
    while (rc >= 0) {
        if (!sg_parameter_next(&rest, &parameter))
            return malformed(reader, "a Content-Type that cannot be read");
        if (parameter.name.len == 0)
            return SCRUBGATE_OK;
        if (!sg_bytes_equal_nocase(parameter.name, SG_BYTES("charset")))
            rc = add_parameter(reader, &parameter);
    }
    return rc;
}

static enum scrubgate_status read_transfer(struct reader *reader, struct sg_bytes value)
{
    static const struct {
        const char *word;
        enum sg_multipart_transfer transfer;
    } known[] = {
        {"7bit", SG_TRANSFER_PLAIN},
        {"8bit", SG_TRANSFER_PLAIN},
        {"binary", SG_TRANSFER_PLAIN},
        {"base64", SG_TRANSFER_BASE64},
        {"quoted-printable", SG_TRANSFER_QUOTED},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (sg_bytes_equal_nocase(value, sg_bytes_of(known[i].word))) {
            reader->head->transfer = known[i].transfer;
            return SCRUBGATE_OK;
        }
    }
    reader->why = "a transfer encoding that is not known";
    return SCRUBGATE_EUNSUPPORTED;
}

/* --- fields ----------------------------------------------------------------------------------- */

static enum scrubgate_status read_field(struct reader *reader, struct sg_bytes name,
                                        struct sg_bytes value)
{
    struct sg_multipart_head *head = reader->head;
    bool *seen = NULL;
    enum scrubgate_status (*read)(struct reader *, struct sg_bytes) = NULL;
    if (sg_bytes_equal_nocase(name, SG_BYTES("content-disposition"))) {
        seen = &reader->disposition;
        read = read_disposition;
    } else if (sg_bytes_equal_nocase(name, SG_BYTES("content-type"))) {
        seen = &reader->type;
        read = read_type;
    } else if (sg_bytes_equal_nocase(name, SG_BYTES("content-transfer-encoding"))) {
        seen = &reader->transfer;
        read = read_transfer;
    } else if (sg_bytes_equal_nocase(name, SG_BYTES("content-length"))) {
        if (head->has_length || !sg_bytes_to_u64(value, &head->length))
            return malformed(reader, "a Content-Length that cannot be read");
        head->has_length = true;
        return add_text(reader, value, name, SG_HEAD_LENGTH);
    } else if (sg_bytes_equal_nocase(name, SG_BYTES("content-encoding"))) {
        reader->why = "a part with a content coding";
        return SCRUBGATE_EUNSUPPORTED;
    } else {
        return add_text(reader, value, name, SG_HEAD_LINE);
    }
    if (*seen)
        return malformed(reader, "a field twice in the head of a part");
    *seen = true;
    return read(reader, value);
}

static enum scrubgate_status read_line(struct reader *reader, struct sg_bytes line)
{
    size_t colon = sg_bytes_find(line, ':');
    struct sg_bytes name = {line.data, colon};
    if (colon == line.len || !sg_header_name_valid(name))
        return malformed(reader, "a line in the head of a part that is no field");
    struct sg_bytes value = {line.data + colon + 1, line.len - colon - 1};
    if (!sg_header_value_valid(value))
        return malformed(reader, "a control in the head of a part");
    return read_field(reader, name, sg_bytes_trim(value));
}

enum scrubgate_status sg_multipart_head_read(struct sg_multipart_head *head, struct sg_bytes block,
                                             const char **why)
{
    struct reader reader = {.head = head};
    enum scrubgate_status rc = SCRUBGATE_OK;
    *head = (struct sg_multipart_head){.n_texts = 0};
    if (!sg_utf8_valid(block))
        rc = malformed(&reader, "invalid UTF-8 in the head of a part");
    for (size_t fields = 0, at = 0; rc >= 0 && at < block.len; fields++) {
        struct sg_bytes rest = {block.data + at, block.len - at};
        size_t len = sg_bytes_find(rest, '\r');
        if (fields == SG_HEAD_FIELDS_MOST) {
            reader.why = "a part with too many fields";
            rc = SCRUBGATE_ELIMIT;
        } else if (len + 1 >= rest.len || rest.data[len + 1] != '\n') {
            rc = malformed(&reader, "a line without its CR LF in the head of a part");
        } else {
            rc = read_line(&reader, (struct sg_bytes){rest.data, len});
        }
        at += len + 2;
    }
    *why = reader.why;
    return rc;
}
