/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax_class.c - read escapes and classes as members: bytes, and code points beyond ASCII.
 *
 * Letter case is folded for ASCII only, as PCRE2 does byte by byte. \h and \v mean the blanks of
 * Unicode in UTF-8: as bytes they would match in the middle of letters.
 */
#include "rule/syntax_class.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/utf8.h"

enum scrubgate_status sg_cursor_fail(struct sg_cursor *c, size_t at, const char *format, ...)
{
    char what[sizeof c->fault->what];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(what, sizeof what, format, list);
    va_end(list);
    if (c->at != NULL)
        *c->at = at;
    sg_fault_set(c->fault, NULL, 0, 0, "%s", what);
    return SCRUBGATE_EINVAL;
}

int sg_cursor_peek(const struct sg_cursor *c, size_t ahead)
{
    return ahead < c->text.len - c->pos ? c->text.data[c->pos + ahead] : -1;
}

bool sg_cursor_take(struct sg_cursor *c, const char *text)
{
    size_t len = strlen(text);
    if (c->text.len - c->pos < len || memcmp(c->text.data + c->pos, text, len) != 0)
        return false;
    c->pos += len;
    return true;
}

enum scrubgate_status sg_cursor_literal(struct sg_cursor *c, uint32_t *code)
{
    uint8_t lead = c->text.data[c->pos];
    if (lead < 0x80) {
        *code = lead;
        c->pos++;
        return SCRUBGATE_OK;
    }
    size_t len = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    struct sg_bytes one = {c->text.data + c->pos, len};
    if (len > c->text.len - c->pos || !sg_utf8_valid(one))
        return sg_cursor_fail(c, c->pos, "not valid UTF-8: write a single byte as \\x%02X", lead);
    uint32_t value = lead & (0xFFU >> (len + 1));
    for (size_t i = 1; i < len; i++)
        value = value << 6 | (one.data[i] & 0x3FU);
    *code = value;
    c->pos += len;
    return SCRUBGATE_OK;
}

/* --- members ------------------------------------------------------------------------------------
 */

static enum scrubgate_status add_wide(struct sg_cursor *c, struct sg_members *members, uint32_t low,
                                      uint32_t high)
{
    struct sg_range *range = sg_arena_alloc(c->arena, sizeof *range);
    if (range == NULL)
        return SCRUBGATE_ENOMEM;
    range->low = low;
    range->high = high;
    range->next = members->wide;
    members->wide = range;
    return SCRUBGATE_OK;
}

/* low <= high; both code points, or both bytes when raw. */
static enum scrubgate_status add_run(struct sg_cursor *c, struct sg_members *members, bool nocase,
                                     uint32_t low, uint32_t high, bool raw)
{
    uint32_t bytes_end = raw ? 0xFF : 0x7F;
    if (low <= bytes_end) {
        struct sg_set run = {{0}};
        sg_set_add(&run, low, high < bytes_end ? high : bytes_end);
        if (nocase)
            sg_set_add_nocase(&run);
        sg_set_join(&members->bytes, &run);
        low = bytes_end + 1;
    }
    return low <= high ? add_wide(c, members, low, high) : SCRUBGATE_OK;
}

enum scrubgate_status sg_class_add(struct sg_cursor *c, struct sg_members *members, bool nocase,
                                   const struct sg_meaning *meaning)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (meaning->kind == SG_MEANS_ONE)
        return add_run(c, members, nocase, meaning->code, meaning->code, meaning->raw);
    sg_set_join(&members->bytes, &meaning->members.bytes);
    for (const struct sg_range *r = meaning->members.wide; r != NULL && rc >= 0; r = r->next)
        rc = add_wide(c, members, r->low, r->high);
    return rc;
}

/* --- escapes ------------------------------------------------------------------------------------
 */

static const struct plain {
    char letter;
    uint8_t code;
} plains[] = {{'a', 7}, {'e', 27}, {'f', 12}, {'n', 10}, {'r', 13}, {'t', 9}};

struct run {
    uint32_t low, high;
};

static const struct run digit_runs[] = {{'0', '9'}, {0, 0}};
static const struct run word_runs[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}, {0, 0}};
static const struct run space_runs[] = {{'\t', '\r'}, {' ', ' '}, {0, 0}};
static const struct run across_runs[] = {
    {'\t', '\t'},     {' ', ' '},       {0xA0, 0xA0},     {0x1680, 0x1680}, {0x180E, 0x180E},
    {0x2000, 0x200A}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0, 0}};
static const struct run down_runs[] = {{'\n', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}, {0, 0}};

static const struct shorthand {
    char letter;
    const struct run *runs;
    bool inverted;
} shorthands[] = {{'d', digit_runs, false},  {'D', digit_runs, true},  {'w', word_runs, false},
                  {'W', word_runs, true},    {'s', space_runs, false}, {'S', space_runs, true},
                  {'h', across_runs, false}, {'v', down_runs, false}};

/* Why a letter or digit behind a backslash is refused, and what to write. */
static const struct advice {
    const char *letters, *what;
} advices[] = {
    {"K", "\\K moves the start of a match: write what comes before as (?<=...)"},
    {"G", "\\G depends on where the search began: leave it out"},
    {"C", "\\C takes half a character: write (?s:.) for any byte"},
    {"X", "\\X has no bound: write the characters it may take"},
    {"pP", "Unicode properties are not supported: write the characters as a class, such as [а-я]"},
    {"N", "\\N is not supported: write [^\\n]"},
    {"HV", "\\H and \\V are not supported: write a negated class such as [^ \\t]"},
    {"c", "\\c is not supported: write the control character as \\xHH"},
    {"o0", "octal escapes are not supported: write \\xHH"},
    {"g", "a subroutine call has no bound: write the group again, or \\g{1} for its text"},
    {"luLU", "case conversion is not supported: write the letters as they are"},
    {"R", "\\R is no member of a class: write \\r\\n"},
    {"ABZzk", "not a member of a class: leave it out"}};

static enum scrubgate_status unknown_escape(struct sg_cursor *c, size_t start, int letter)
{
    for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++) {
        if (strchr(advices[i].letters, letter) != NULL)
            return sg_cursor_fail(c, start, "%s", advices[i].what);
    }
    if (sg_is_digit(letter))
        return sg_cursor_fail(c, start, "an octal escape: write \\xHH");
    return sg_cursor_fail(c, start, "unknown escape \\%c: write the letter without a backslash",
                          letter);
}

/* \xHH or \x{H...}, behind the x. */
static enum scrubgate_status hex(struct sg_cursor *c, size_t start, struct sg_meaning *meaning)
{
    bool braces = sg_cursor_take(c, "{");
    size_t most = braces ? 6 : 2, digits = 0;
    uint32_t code = 0;
    uint8_t encoded[4];
    while (digits < most && sg_hex_value(sg_cursor_peek(c, 0)) >= 0) {
        code = code * 16 + (uint32_t)sg_hex_value(sg_cursor_peek(c, 0));
        c->pos++;
        digits++;
    }
    if (braces ? digits == 0 || !sg_cursor_take(c, "}") : digits != 2)
        return sg_cursor_fail(c, start, "write a byte as \\xHH, a code point as \\x{HHHH}");
    if (code > 0xFF && sg_utf8_encode(code, encoded) == 0)
        return sg_cursor_fail(c, start, "no such code point: they go to 10FFFF without surrogates");
    meaning->code = code;
    meaning->raw = code <= 0xFF;
    return SCRUBGATE_OK;
}

static enum scrubgate_status expand(struct sg_cursor *c, const struct shorthand *shorthand,
                                    struct sg_members *members)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (const struct run *r = shorthand->runs; r->high != 0 && rc >= 0; r++)
        rc = add_run(c, members, false, r->low, r->high, false);
    if (shorthand->inverted)
        sg_set_invert(&members->bytes);
    return rc;
}

enum scrubgate_status sg_class_escape(struct sg_cursor *c, bool in_class,
                                      struct sg_meaning *meaning)
{
    size_t start = c->pos++;
    *meaning = (struct sg_meaning){.kind = SG_MEANS_ONE};
    int letter = sg_cursor_peek(c, 0);
    if (letter < 0)
        return sg_cursor_fail(c, start, "a backslash ends the pattern: write \\\\ for one");
    if (letter >= 0x80 || (letter != 0 && !sg_is_alnum(letter)))
        return sg_cursor_literal(c, &meaning->code);
    c->pos++;
    if (letter == 'x')
        return hex(c, start, meaning);
    if (letter == 'b' && in_class) {
        meaning->code = '\b';
        return SCRUBGATE_OK;
    }
    for (size_t i = 0; i < sizeof plains / sizeof plains[0]; i++) {
        if (plains[i].letter == letter) {
            meaning->code = plains[i].code;
            return SCRUBGATE_OK;
        }
    }
    for (size_t i = 0; i < sizeof shorthands / sizeof shorthands[0]; i++) {
        if (shorthands[i].letter == letter) {
            meaning->kind = SG_MEANS_MEMBERS;
            return expand(c, &shorthands[i], &meaning->members);
        }
    }
    if (letter == 0)
        return sg_cursor_fail(c, start, "a NUL behind a backslash: write \\x00");
    return unknown_escape(c, start, letter);
}

/* --- classes ------------------------------------------------------------------------------------
 */

static const struct posix {
    const char *name;
    struct run runs[5];
} posixes[] = {{"alpha", {{'A', 'Z'}, {'a', 'z'}}},
               {"lower", {{'a', 'z'}}},
               {"upper", {{'A', 'Z'}}},
               {"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
               {"ascii", {{0, 0x7F}}},
               {"blank", {{'\t', '\t'}, {' ', ' '}}},
               {"cntrl", {{0, 0x1F}, {0x7F, 0x7F}}},
               {"digit", {{'0', '9'}}},
               {"graph", {{'!', '~'}}},
               {"print", {{' ', '~'}}},
               {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
               {"space", {{'\t', '\r'}, {' ', ' '}}},
               {"word", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
               {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}}};

/* [:name:] or [:^name:], from its [ on. */
static enum scrubgate_status posix(struct sg_cursor *c, bool nocase, struct sg_meaning *meaning)
{
    size_t start = c->pos;
    (void)sg_cursor_take(c, "[:");
    bool inverted = sg_cursor_take(c, "^");
    *meaning = (struct sg_meaning){.kind = SG_MEANS_MEMBERS};
    for (size_t i = 0; i < sizeof posixes / sizeof posixes[0]; i++) {
        size_t back = c->pos;
        if (!sg_cursor_take(c, posixes[i].name))
            continue;
        if (!sg_cursor_take(c, ":]")) {
            c->pos = back;
            continue;
        }
        struct sg_set *set = &meaning->members.bytes;
        for (const struct run *r = posixes[i].runs; r->high != 0; r++)
            sg_set_add(set, r->low, r->high);
        if (nocase && i < 3) /* only these three depend on case */
            sg_set_add_nocase(set);
        if (inverted)
            sg_set_invert(set);
        return SCRUBGATE_OK;
    }
    return sg_cursor_fail(c, start, "no POSIX class of that name: escape the [ or write [:alpha:]");
}

/* One end of a range, or a member that can be none. */
static enum scrubgate_status item(struct sg_cursor *c, bool nocase, struct sg_meaning *meaning)
{
    int next = sg_cursor_peek(c, 0), after = sg_cursor_peek(c, 1);
    *meaning = (struct sg_meaning){.kind = SG_MEANS_ONE};
    if (c->quoted)
        return sg_cursor_literal(c, &meaning->code);
    if (next == '\\')
        return sg_class_escape(c, true, meaning);
    if (next == '[' && (after == '.' || after == '='))
        return sg_cursor_fail(c, c->pos, "collating elements are not supported: escape the [");
    if (next == '[' && after == ':')
        return posix(c, nocase, meaning);
    return sg_cursor_literal(c, &meaning->code);
}

/* Steps over \Q and \E. */
static void skip_quotes(struct sg_cursor *c)
{
    for (;;) {
        if (sg_cursor_take(c, "\\E"))
            c->quoted = false;
        else if (!c->quoted && sg_cursor_take(c, "\\Q"))
            c->quoted = true;
        else
            return;
    }
}

static enum scrubgate_status add_item(struct sg_cursor *c, bool nocase, struct sg_members *members)
{
    size_t start = c->pos;
    struct sg_meaning low, high;
    enum scrubgate_status rc = item(c, nocase, &low);
    if (rc < 0)
        return rc;
    skip_quotes(c);
    if (c->quoted || sg_cursor_peek(c, 0) != '-')
        return sg_class_add(c, members, nocase, &low);
    size_t hyphen = c->pos++;
    skip_quotes(c);
    if (sg_cursor_peek(c, 0) < 0 || (!c->quoted && sg_cursor_peek(c, 0) == ']')) {
        sg_set_add(&members->bytes, '-', '-');
        return sg_class_add(c, members, nocase, &low);
    }
    if (low.kind != SG_MEANS_ONE)
        return sg_cursor_fail(c, hyphen, "no range starts with a class: write \\- for a hyphen");
    rc = item(c, nocase, &high);
    if (rc < 0)
        return rc;
    if (high.kind != SG_MEANS_ONE)
        return sg_cursor_fail(c, hyphen, "no range ends with a class: write \\- for a hyphen");
    bool low_byte = low.raw && low.code >= 0x80, high_byte = high.raw && high.code >= 0x80;
    if ((low_byte && !high_byte) || (high_byte && low.code >= 0x80 && !low_byte))
        return sg_cursor_fail(c, start,
                              "a range from a byte to a character: write both as characters");
    if (low.code > high.code)
        return sg_cursor_fail(c, start, "the range runs backwards: swap its ends");
    return add_run(c, members, nocase, low.code, high.code, high_byte);
}

enum scrubgate_status sg_class_read(struct sg_cursor *c, bool nocase, struct sg_members *members)
{
    size_t start = c->pos++;
    bool inverted = sg_cursor_take(c, "^");
    bool first = true; /* a ] that comes first is a member */
    *members = (struct sg_members){.wide = NULL};
    for (;; first = false) {
        enum scrubgate_status rc = SCRUBGATE_OK;
        skip_quotes(c);
        if (sg_cursor_peek(c, 0) < 0)
            return sg_cursor_fail(c, start, "the class is not closed: write ] at its end, or \\[");
        if (!first && !c->quoted && sg_cursor_take(c, "]"))
            break;
        rc = add_item(c, nocase, members);
        if (rc < 0)
            return rc;
    }
    if (inverted && members->wide != NULL)
        return sg_cursor_fail(
            c, start,
            "a negated class takes one byte, so none of its members may be beyond "
            "ASCII: put a lookahead such as (?!é) before it");
    if (inverted)
        sg_set_invert(&members->bytes);
    if (sg_set_count(&members->bytes) == 0 && members->wide == NULL)
        return sg_cursor_fail(c, start, "the class has no member: nothing can match");
    return SCRUBGATE_OK;
}
