/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_escape.c - characters written by their numbers: HTML, URL, JSON, quoted-printable.
 *
 *     "jo&#64;example&period;com"  "jo%40example.com"  "jo\u0040example.com"  "jo=40example.com"
 *
 * Bytes of one character that are written one by one are one step. What is no valid UTF-8 is read
 * as Latin-1; what nobody sees is nothing.
 */
#include "rule/reading_family.h"

#include "base/utf8.h"

/* Puts the code point for the next raw_len bytes; control characters but blanks are nothing. */
static enum scrubgate_status put_code_point(struct sg_reading_text *out, uint32_t code_point,
                                            size_t raw_len)
{
    uint8_t view[4];
    size_t n = 0;
    if (code_point >= 0x20 || code_point == '\t' || code_point == '\n' || code_point == '\r')
        n = sg_utf8_encode(code_point, view);
    return sg_reading_put(out, (struct sg_bytes){view, n}, raw_len);
}

/* The value of text's n hex digits at `at`; UINT32_MAX when they are not there. */
static uint32_t hex(struct sg_bytes text, size_t at, size_t n)
{
    uint32_t value = 0;
    if (at > text.len || text.len - at < n)
        return UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        int digit = sg_hex_value(text.data[at + i]);
        if (digit < 0)
            return UINT32_MAX;
        value = value << 4 | (uint32_t)digit;
    }
    return value;
}

/* How many digits stand at `at`, at most `most`; hexadecimal or decimal ones. */
static size_t count_digits(struct sg_bytes text, size_t at, size_t most, bool hexadecimal)
{
    size_t n = 0;
    while (n < most && at + n < text.len &&
           (hexadecimal ? sg_hex_value(text.data[at + n]) >= 0 : sg_is_digit(text.data[at + n])))
        n++;
    return n;
}

/* --- HTML --------------------------------------------------------------------------------------
 */

/* What matters to us of HTML's names: signs of addresses and numbers, blanks, brackets. */
static uint32_t named(struct sg_bytes name)
{
    static const struct {
        const char *name;
        uint32_t code_point;
    } names[] = {{"commat", '@'},  {"period", '.'},
                 {"lowbar", '_'},  {"UnderBar", '_'},
                 {"hyphen", '-'},  {"dash", '-'},
                 {"plus", '+'},    {"num", '#'},
                 {"sol", '/'},     {"bsol", '\\'},
                 {"colon", ':'},   {"semi", ';'},
                 {"comma", ','},   {"lpar", '('},
                 {"rpar", ')'},    {"lsqb", '['},
                 {"lbrack", '['},  {"rsqb", ']'},
                 {"rbrack", ']'},  {"lcub", '{'},
                 {"lbrace", '{'},  {"rcub", '}'},
                 {"rbrace", '}'},  {"amp", '&'},
                 {"AMP", '&'},     {"lt", '<'},
                 {"LT", '<'},      {"gt", '>'},
                 {"GT", '>'},      {"quot", '"'},
                 {"QUOT", '"'},    {"apos", '\''},
                 {"nbsp", ' '},    {"ensp", ' '},
                 {"emsp", ' '},    {"thinsp", ' '},
                 {"hairsp", ' '},  {"numsp", ' '},
                 {"puncsp", ' '},  {"zwnj", 0},
                 {"zwj", 0},       {"shy", 0},
                 {"lrm", 0},       {"rlm", 0},
                 {"NoBreak", 0},   {"ZeroWidthSpace", 0},
                 {"ndash", '-'},   {"mdash", '-'},
                 {"minus", '-'},   {"horbar", '-'},
                 {"Tab", '\t'},    {"NewLine", '\n'},
                 {"excl", '!'},    {"quest", '?'},
                 {"percnt", '%'},  {"dollar", '$'},
                 {"equals", '='},  {"ast", '*'},
                 {"midast", '*'},  {"grave", '`'},
                 {"Hat", '^'},     {"verbar", '|'},
                 {"vert", '|'},    {"VerticalLine", '|'},
                 {"middot", '.'},  {"centerdot", '.'},
                 {"bull", '.'},    {"auml", 0xE4},
                 {"ouml", 0xF6},   {"uuml", 0xFC},
                 {"szlig", 0xDF},  {"eacute", 0xE9},
                 {"egrave", 0xE8}, {"agrave", 0xE0},
                 {"aacute", 0xE1}, {"oacute", 0xF3},
                 {"iacute", 0xED}, {"uacute", 0xFA},
                 {"ntilde", 0xF1}, {"ccedil", 0xE7}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sg_bytes_equal(name, sg_bytes_of(names[i].name)))
            return names[i].code_point;
    return UINT32_MAX;
}

/* The length of the reference at `at`; 0: none. A number may do without its semicolon, as in
 * browsers. */
static size_t reference(struct sg_bytes text, size_t at, uint32_t *code_point)
{
    size_t end = at + 1, n = 0;
    if (end < text.len && text.data[end] == '#') {
        bool hexadecimal = end + 1 < text.len && sg_to_lower(text.data[end + 1]) == 'x';
        end += hexadecimal ? 2 : 1;
        while (end + 1 < text.len && text.data[end] == '0') /* "&#00064;" */
            end++;
        n = count_digits(text, end, 7, hexadecimal);
        uint32_t value = 0;
        for (size_t i = 0; i < n; i++)
            value = value * (hexadecimal ? 16 : 10) + (uint32_t)sg_hex_value(text.data[end + i]);
        *code_point = value;
        end += n;
        uint8_t encoded[4];
        if (n == 0 || sg_utf8_encode(value, encoded) == 0)
            return 0;
        return end - at + (end < text.len && text.data[end] == ';');
    }
    while (end < text.len && sg_is_alpha(text.data[end]))
        end++;
    *code_point = named((struct sg_bytes){text.data + at + 1, end - at - 1});
    bool closed = end < text.len && text.data[end] == ';';
    return *code_point == UINT32_MAX || !closed ? 0 : end - at + 1;
}

static enum scrubgate_status read_entity(struct sg_bytes text, struct sg_reading_text *out,
                                         bool *reads)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t at = 0, len; at < text.len && rc >= 0; at += len) {
        uint32_t code_point;
        len = text.data[at] == '&' ? reference(text, at, &code_point) : 0;
        *reads = *reads || len > 0;
        if (len > 0)
            rc = put_code_point(out, code_point, len);
        else
            rc = sg_reading_put_byte(out, text.data[at], len = 1);
    }
    return rc;
}

/* --- bytes: URL and quoted-printable ------------------------------------------------------------
 */

/* Puts the bytes that are written as three each from `at` on, one character or one byte of none;
 * *len: of what it was written as. */
static enum scrubgate_status put_bytes(struct sg_bytes text, size_t at, uint8_t sign,
                                       struct sg_reading_text *out, size_t *len)
{
    uint8_t bytes[4];
    size_t n = 0;
    while (n < 4 && at + 3 * n < text.len && text.data[at + 3 * n] == sign) {
        uint32_t value = hex(text, at + 3 * n + 1, 2);
        if (value > 0xFF)
            break;
        bytes[n++] = (uint8_t)value;
        struct sg_bytes here = {bytes, n};
        if (sg_utf8_valid(here) && n > 1) {
            *len = 3 * n;
            return sg_reading_put(out, here, *len);
        }
        if (bytes[0] < 0x80 || (n > 1 && sg_utf8_valid_len(here) == 0))
            break;
    }
    *len = 3;
    return put_code_point(out, bytes[0], 3);
}

static enum scrubgate_status read_percent(struct sg_bytes text, struct sg_reading_text *out,
                                          bool *reads)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t at = 0, len = 1; at < text.len && rc >= 0; at += len) {
        uint32_t wide = UINT32_MAX;
        bool sign = text.data[at] == '%';
        if (sign && at + 1 < text.len && sg_to_lower(text.data[at + 1]) == 'u')
            wide = hex(text, at + 2, 4);
        if (wide != UINT32_MAX)
            rc = put_code_point(out, wide, len = 6);
        else if (sign && hex(text, at + 1, 2) <= 0xFF)
            rc = put_bytes(text, at, '%', out, &len);
        else
            rc = sg_reading_put_byte(out, text.data[at], len = 1);
        *reads = *reads || len > 1;
    }
    return rc;
}

static enum scrubgate_status read_qp(struct sg_bytes text, struct sg_reading_text *out, bool *reads)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t at = 0, len = 1; at < text.len && rc >= 0; at += len) {
        size_t end = at + 1; /* of a soft line break */
        while (text.data[at] == '=' && end < text.len &&
               (text.data[end] == ' ' || text.data[end] == '\r'))
            end++;
        if (text.data[at] == '=' && end < text.len && text.data[end] == '\n')
            rc = sg_reading_put(out, SG_BYTES(""), len = end + 1 - at);
        else if (text.data[at] == '=' && hex(text, at + 1, 2) <= 0xFF)
            rc = put_bytes(text, at, '=', out, &len);
        else
            rc = sg_reading_put_byte(out, text.data[at], len = 1);
        *reads = *reads || len > 1;
    }
    return rc;
}

/* --- backslashes: JSON, JavaScript, C, CSS
 * --------------------------------------------------------
 */

/* "\u0040", a pair of surrogates, "\u{40}", "\U00000040", "\x40", "\100", "\0040"; 0: none. */
static size_t escaped(struct sg_bytes text, size_t at, uint32_t *code_point)
{
    uint8_t kind = at + 1 < text.len ? text.data[at + 1] : 0;
    uint32_t low;
    *code_point = UINT32_MAX;
    if (kind == 'u' && at + 2 < text.len && text.data[at + 2] == '{') {
        size_t n = count_digits(text, at + 3, 6, true);
        *code_point = n > 0 ? hex(text, at + 3, n) : UINT32_MAX;
        return at + 3 + n < text.len && text.data[at + 3 + n] == '}' ? 4 + n : 0;
    }
    if (kind == 'u') {
        *code_point = hex(text, at + 2, 4);
        bool high = *code_point >= 0xD800 && *code_point < 0xDC00;
        low = high && text.len - at > 7 && text.data[at + 6] == '\\' && text.data[at + 7] == 'u'
                  ? hex(text, at + 8, 4)
                  : 0;
        if (low < 0xDC00 || low > 0xDFFF)
            return 6;
        *code_point = 0x10000 + ((*code_point - 0xD800) << 10 | (low - 0xDC00));
        return 12;
    }
    if (kind == 'U') {
        *code_point = hex(text, at + 2, 8);
        return 10;
    }
    if (kind == 'x') {
        *code_point = hex(text, at + 2, 2);
        return 4;
    }
    size_t n = count_digits(text, at + 1, 6, true);
    if (n >= 4) { /* CSS; a blank may close it */
        *code_point = hex(text, at + 1, n);
        return 1 + n + (at + 1 + n < text.len && text.data[at + 1 + n] == ' ');
    }
    if (n == 3 && kind <= '3' && text.data[at + 2] <= '7' && text.data[at + 3] <= '7') {
        *code_point = (uint32_t)((kind - '0') << 6 | (text.data[at + 2] - '0') << 3 |
                                 (text.data[at + 3] - '0'));
        return 4;
    }
    return 0;
}

/* "\n" and all that stands for itself behind a backslash. */
static uint32_t single(uint8_t c)
{
    static const char letters[] = "nrtbfav", meant[] = "\n\n\t\b\f\a\v";
    const char *at = c == 0 ? NULL : strchr(letters, c);
    if (at != NULL)
        return (uint8_t)meant[at - letters];
    return c < 0x80 && c > 0x20 && !sg_is_alnum(c) ? c : UINT32_MAX;
}

static enum scrubgate_status read_escape(struct sg_bytes text, struct sg_reading_text *out,
                                         bool *reads)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t at = 0, len; at < text.len && rc >= 0; at += len) {
        uint32_t code_point = UINT32_MAX;
        uint8_t encoded[4];
        len = 0;
        if (text.data[at] == '\\')
            len = escaped(text, at, &code_point);
        else if (text.data[at] == 'U' && at + 1 < text.len && text.data[at + 1] == '+')
            code_point = hex(text, at + 2, 4), len = 6; /* "U+0040" */
        if (len == 0 && text.data[at] == '\\' && at + 1 < text.len)
            code_point = single(text.data[at + 1]), len = 2;
        if (code_point == UINT32_MAX || sg_utf8_encode(code_point, encoded) == 0) {
            rc = sg_reading_put_byte(out, text.data[at], len = 1);
            continue;
        }
        rc = put_code_point(out, code_point, len);
        *reads = true;
    }
    return rc;
}

const struct sg_reading sg_reading_escape_kinds[] = {
    {"entity", read_entity}, {"percent", read_percent}, {"escape", read_escape}, {"qp", read_qp}};
const size_t sg_reading_escape_count =
    sizeof sg_reading_escape_kinds / sizeof *sg_reading_escape_kinds;
