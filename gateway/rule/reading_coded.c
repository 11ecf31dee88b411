/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_coded.c - texts in another writing: base64, hex, mail headers, UTF-7.
 *
 * Much looks like these and is not: a passage is read only where what comes out is text, all of it.
 */
#include "rule/reading_family.h"

#include "base/digest.h"
#include "base/utf8.h"

enum { TEXT_LEAST = 8 /* bytes: shorter ones come out of any word now and then */ };

/* 0 … 63, or -1. Both alphabets at once. */
static int sextet(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (sg_is_digit(c))
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Is it something that people write? */
static bool is_text(struct sg_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F)
            return false;
    }
    return sg_utf8_valid(text);
}

/* --- base64 ------------------------------------------------------------------------------------
 */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\r' || c == '\n' || c == '\t';
}

/* Is the rest padding, maybe with its '=' written as "%3D"? */
static bool is_padding(struct sg_bytes text, size_t at)
{
    for (; at < text.len; at++)
        if (memchr("=%3Dd", text.data[at], 5) == NULL && !is_blank(text.data[at]))
            return false;
    return true;
}

/* Puts what the base64 text is, a step for each four characters; blanks and padding belong to the
 * step before them. The `before` bytes in front of the text belong to the first. *whole is false
 * when it is none. */
static enum scrubgate_status put_base64(struct sg_bytes text, size_t before,
                                        struct sg_reading_text *out, bool *whole)
{
    uint32_t bits = 0;
    size_t n = 0, at = 0, start = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    *whole = true;
    for (; at < text.len && rc >= 0 && *whole; at++) {
        int value = sextet(text.data[at]);
        if (value < 0 && (text.data[at] == '=' || text.data[at] == '%')) {
            *whole = is_padding(text, at);
            break;
        }
        if (value < 0) {
            *whole = is_blank(text.data[at]);
            continue;
        }
        if (n == 4) {
            uint8_t bytes[3] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
            rc = sg_reading_put(out, (struct sg_bytes){bytes, 3}, at - start + before);
            before = 0;
            start = at;
            bits = 0;
            n = 0;
        }
        bits = bits << 6 | (uint32_t)value;
        n++;
    }
    if (rc < 0 || !*whole || n == 0)
        return rc;
    *whole = n > 1;
    bits <<= 6 * (4 - n);
    uint8_t bytes[3] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
    return sg_reading_put(out, (struct sg_bytes){bytes, n - 1}, text.len - start + before);
}

static enum scrubgate_status read_base64(struct sg_bytes text, struct sg_reading_text *out,
                                         bool *reads)
{
    bool whole;
    enum scrubgate_status rc = put_base64(text, 0, out, &whole);
    *reads = rc >= 0 && whole && out->view.len >= TEXT_LEAST && is_text(sg_buf_bytes(&out->view));
    return rc;
}

/* --- hex ---------------------------------------------------------------------------------------
 */

/* "6a6f68…", "6a 6f 68", "0x6a,0x6f": a byte for every two digits that stand together. */
static enum scrubgate_status read_hex(struct sg_bytes text, struct sg_reading_text *out,
                                      bool *reads)
{
    size_t start = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t at = 0; at < text.len && rc >= 0;) {
        if (text.data[at] == '0' && at + 1 < text.len && sg_to_lower(text.data[at + 1]) == 'x') {
            at += 2;
            continue;
        }
        int high = sg_hex_value(text.data[at]);
        int low = at + 1 < text.len ? sg_hex_value(text.data[at + 1]) : -1;
        if (high < 0) {
            at++;
            continue;
        }
        if (low < 0)
            return SCRUBGATE_OK;
        at += 2;
        rc = sg_reading_put_byte(out, (uint8_t)(high << 4 | low), at - start);
        start = at;
    }
    if (rc >= 0 && start < text.len && out->n > 0)
        out->steps[out->n - 1].raw_len += (uint32_t)(text.len - start);
    *reads = rc >= 0 && out->view.len >= TEXT_LEAST && is_text(sg_buf_bytes(&out->view));
    return rc;
}

/* --- RFC 2047 ------------------------------------------------------------------------------------
 */

/* The parts of one encoded word: "=?utf-8?B?…?=". */
struct encoded {
    size_t text, end; /* what is encoded begins at text and ends two bytes before end */
    bool base64;
};

static bool find_encoded(struct sg_bytes text, size_t at, struct encoded *word)
{
    size_t i = at + 2;
    if (text.len - at < 2 || text.data[at] != '=' || text.data[at + 1] != '?')
        return false;
    while (i < text.len && text.data[i] != '?')
        i++;
    if (text.len - i < 4 || text.data[i + 2] != '?')
        return false;
    int kind = sg_to_lower(text.data[i + 1]);
    if (kind != 'b' && kind != 'q')
        return false;
    word->base64 = kind == 'b';
    word->text = i + 3;
    for (i = word->text; i + 1 < text.len; i++) {
        if (text.data[i] == '?' && text.data[i + 1] == '=') {
            word->end = i + 2;
            return true;
        }
    }
    return false;
}

/* A byte that is no UTF-8 here is Latin-1. */
static enum scrubgate_status put_latin(struct sg_reading_text *out, uint8_t c, size_t raw_len)
{
    uint8_t view[4];
    bool seen = c >= 0x20 || c == '\t' || c == '\n';
    return sg_reading_put(out, (struct sg_bytes){view, seen ? sg_utf8_encode(c, view) : 0},
                          raw_len);
}

/* Text in the Q coding; bytes of a longer character come as a step each. The `before` bytes in
 * front belong to the first. */
static enum scrubgate_status put_q(struct sg_bytes text, size_t before, struct sg_reading_text *out,
                                   bool utf8)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t at = 0, len; at < text.len && rc >= 0; at += len) {
        uint8_t c = text.data[at] == '_' ? ' ' : text.data[at];
        int high = c == '=' && text.len - at > 2 ? sg_hex_value(text.data[at + 1]) : -1;
        int low = high >= 0 ? sg_hex_value(text.data[at + 2]) : -1;
        len = low >= 0 ? 3 : 1;
        if (low >= 0)
            c = (uint8_t)(high << 4 | low);
        rc = utf8 ? sg_reading_put_byte(out, c, len + before) : put_latin(out, c, len + before);
        before = 0;
    }
    return rc;
}

static enum scrubgate_status put_encoded(struct sg_bytes text, const struct encoded *word,
                                         size_t from, struct sg_reading_text *out, bool *reads)
{
    struct sg_bytes body = {text.data + word->text, word->end - 2 - word->text};
    struct sg_bytes name = {text.data + from + 2, word->text - from - 5};
    bool whole = true,
         utf8 = name.len >= 3 &&
                sg_bytes_equal_nocase((struct sg_bytes){name.data, 3}, SG_BYTES("utf"));
    size_t before = word->text - from, steps = out->n;
    enum scrubgate_status rc =
        word->base64 ? put_base64(body, before, out, &whole) : put_q(body, before, out, utf8);
    *reads = whole && out->n > steps;
    if (rc >= 0 && *reads)
        out->steps[out->n - 1].raw_len += 2; /* "?=" */
    return rc;
}

/* Words, with blanks between them that go away: a long text is cut into several. */
static enum scrubgate_status read_encoded(struct sg_bytes text, struct sg_reading_text *out,
                                          bool *reads)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    bool whole = true;
    for (size_t at = 0; at < text.len && rc >= 0 && whole;) {
        struct encoded word;
        if (find_encoded(text, at, &word)) {
            rc = put_encoded(text, &word, at, out, &whole);
            *reads = true;
            at = word.end;
            continue;
        }
        bool blank = is_blank(text.data[at]) && *reads;
        rc = sg_reading_put(out, (struct sg_bytes){text.data + at, blank ? 0 : 1}, 1);
        at++;
    }
    *reads = *reads && whole && rc >= 0 && is_text(sg_buf_bytes(&out->view));
    return rc;
}

/* --- UTF-7 ---------------------------------------------------------------------------------------
 */

/* The length of "+AEA-" at `at`; 0: none. What it says is put: ASCII only, all else is a chance
 * find. */
static enum scrubgate_status put_utf7(struct sg_bytes text, size_t at, struct sg_reading_text *out,
                                      size_t *len)
{
    uint8_t view[64];
    uint32_t bits = 0;
    size_t n = 0, have = 0, end = at + 1;
    *len = 0;
    for (; end < text.len && sextet(text.data[end]) >= 0 && text.data[end] != '-' &&
           text.data[end] != '_';
         end++) {
        bits = (bits << 6 | (uint32_t)sextet(text.data[end])) & 0x3FFFFF;
        have += 6;
        if (have < 16)
            continue;
        have -= 16;
        uint32_t unit = bits >> have & 0xFFFF;
        if (unit < 0x20 || unit > 0x7E || n == sizeof view)
            return SCRUBGATE_OK;
        view[n++] = (uint8_t)unit;
    }
    bool padded = have < 6 && (bits & ((1u << have) - 1)) == 0;
    if (n == 0 || !padded)
        return SCRUBGATE_OK;
    *len = end - at + (end < text.len && text.data[end] == '-');
    enum scrubgate_status rc = sg_reading_put(out, (struct sg_bytes){view, n}, *len);
    sg_wipe(view, sizeof view);
    return rc;
}

static enum scrubgate_status read_utf7(struct sg_bytes text, struct sg_reading_text *out,
                                       bool *reads)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t at = 0, len; at < text.len && rc >= 0; at += len) {
        len = 0;
        if (text.data[at] == '+')
            rc = put_utf7(text, at, out, &len);
        *reads = *reads || len > 0;
        if (rc >= 0 && len == 0)
            rc = sg_reading_put_byte(out, text.data[at], len = 1);
    }
    return rc;
}

const struct sg_reading sg_reading_coded_kinds[] = {{"base64", read_base64},
                                                    {"hex", read_hex},
                                                    {"encoded-word", read_encoded},
                                                    {"utf7", read_utf7}};
const size_t sg_reading_coded_count =
    sizeof sg_reading_coded_kinds / sizeof *sg_reading_coded_kinds;
