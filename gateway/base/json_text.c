/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_text.c - write text as a JSON string.
 */
#include "base/json_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"

/* The code point at text[at]: its length, or 0 when the bytes there are no UTF-8. */
static size_t decode(struct sg_bytes text, size_t at, uint32_t *code_point)
{
    static const uint8_t lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint8_t lead = text.data[at];
    size_t len = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (at + len > text.len || !sg_utf8_valid((struct sg_bytes){text.data + at, len}))
        return 0;
    uint32_t value = lead & lead_bits[len];
    for (size_t i = 1; i < len; i++)
        value = value << 6 | (text.data[at + i] & 0x3Fu);
    *code_point = value;
    return len;
}

static enum scrubgate_status add_unit(struct sg_buf *out, uint32_t unit)
{
    return sg_buf_addf(out, "\\u%04x", (unsigned)unit);
}

static enum scrubgate_status add_code_point(struct sg_buf *out, uint32_t value)
{
    switch (value) {
    case '"':
        return sg_buf_add_text(out, "\\\"");
    case '\\':
        return sg_buf_add_text(out, "\\\\");
    case '\n':
        return sg_buf_add_text(out, "\\n");
    case '\r':
        return sg_buf_add_text(out, "\\r");
    case '\t':
        return sg_buf_add_text(out, "\\t");
    default:
        break;
    }
    if (value < 0x10000)
        return add_unit(out, value);
    enum scrubgate_status rc = add_unit(out, 0xD800 + ((value - 0x10000) >> 10));
    return rc < 0 ? rc : add_unit(out, 0xDC00 + ((value - 0x10000) & 0x3FF));
}

/* Nearly every byte, and the same in both forms. */
static bool is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* Whether all of eight bytes are plain. Bit 7 of a byte says: beyond ASCII, DEL, a control, a
 * quote, a backslash; a carry or borrow into the next byte comes only out of one that is itself not
 * plain. */
static bool are_plain(const uint8_t *bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    uint64_t x;
    memcpy(&x, bytes, sizeof x);
    uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\';
    uint64_t other = x | (x + ones) | (x - ones * 0x20) | (quote - ones) | (slash - ones);
    return (other & highs) == 0;
}

/* The bytes before the first that is not plain, or all: eight at a time while eight are, the last
 * eight of them looked at again rather than one by one. */
static size_t plain_length(struct sg_bytes text)
{
    size_t i = 0;
    while (text.len - i >= 8 && are_plain(text.data + i))
        i += 8;
    if (text.len - i < 8 && text.len >= 8 && are_plain(text.data + text.len - 8))
        return text.len;
    while (i < text.len && is_plain(text.data[i]))
        i++;
    return i;
}

static enum scrubgate_status add_escaped(struct sg_buf *out, struct sg_bytes text, bool ascii)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (text.len == 0)
        return rc;
    size_t plain = 0, at = 0; /* what lies between is copied in one go */
    while (rc >= 0) {
        at += plain_length((struct sg_bytes){text.data + at, text.len - at});
        if (at == text.len)
            break;
        uint32_t value = 0xFFFD;
        size_t len = decode(text, at, &value);
        bool copied =
            len == 1 ? value >= 0x20 && value != '"' && value != '\\' && (value != 0x7F || !ascii)
                     : len > 1 && !ascii;
        if (!copied) {
            rc = sg_buf_add(out, text.data + plain, at - plain);
            if (rc >= 0)
                rc = add_code_point(out, value);
            plain = at + (len == 0 ? 1 : len);
        }
        at += len == 0 ? 1 : len;
    }
    return rc < 0 ? rc : sg_buf_add(out, text.data + plain, text.len - plain);
}

/* A failed call produces nothing: takes back what was added since. */
static enum scrubgate_status settle(struct sg_buf *out, size_t start, enum scrubgate_status rc)
{
    if (rc < 0 && out->len > start) {
        sg_wipe(out->data + start, out->len - start);
        out->len = start;
    }
    return rc;
}

/* Nearly every string of a record: short, and plain to its end. There is room. */
static void add_plain(struct sg_buf *out, struct sg_bytes text)
{
    uint8_t *to = out->data + out->len;
    to[0] = '"';
    if (text.len > 0)
        memcpy(to + 1, text.data, text.len);
    to[text.len + 1] = '"';
    out->len += text.len + 2;
}

enum scrubgate_status sg_json_add_string(struct sg_buf *out, struct sg_bytes text)
{
    size_t start = out->len, room = out->cap - out->len;
    if (room >= 2 && text.len <= room - 2 && plain_length(text) == text.len) {
        add_plain(out, text);
        return SCRUBGATE_OK;
    }
    enum scrubgate_status rc = sg_buf_add_byte(out, '"');
    if (rc >= 0)
        rc = add_escaped(out, text, true);
    if (rc >= 0)
        rc = sg_buf_add_byte(out, '"');
    return settle(out, start, rc);
}

enum scrubgate_status sg_json_add_spliced(struct sg_buf *out, struct sg_bytes text)
{
    size_t start = out->len;
    return settle(out, start, add_escaped(out, text, false));
}
