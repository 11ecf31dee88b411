/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.c - one record's line taken apart: whether it is a JSON object, and what a check of the log
 * must know of it.
 *
 * Most of a record are short strings of plain letters: their ends are found eight bytes at a time.
 */
#include "audit/line.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/utf8.h"

enum { DEEPEST = 16 };

struct scan {
    const uint8_t *at, *end;
    bool foreign; /* bytes that are not ASCII were seen */
};

/* --- strings --- */

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static const uint64_t each = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);

/* The high bit of each zero byte. Above the lowest one there may be more that are none. */
static uint64_t zeros(uint64_t word)
{
    return (word - each) & ~word & high;
}

/* Skips plain letters, as far as eight at once are there. */
static const uint8_t *skip_eights(const uint8_t *at, const uint8_t *end)
{
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        uint64_t stop = zeros(word ^ each * '"') | zeros(word ^ each * '\\') |
                        ((word - each * ' ') & ~word & high) | (word & high);
        if (stop != 0)
            return at + (__builtin_ctzll(stop) >> 3);
        at += 8;
    }
    return at;
}
#else
static const uint8_t *skip_eights(const uint8_t *at, const uint8_t *end)
{
    (void)end;
    return at;
}
#endif

const uint8_t *sg_line_skip_plain(const uint8_t *at, const uint8_t *end)
{
    at = skip_eights(at, end);
    while (at < end && *at >= ' ' && *at < 0x80 && *at != '"' && *at != '\\')
        at++;
    return at;
}

/* Behind a backslash. */
static bool take_escape(struct scan *scan)
{
    if (scan->at == scan->end)
        return false;
    uint8_t c = *scan->at++;
    if (c != 'u')
        return c != '\0' && strchr("\"\\/bfnrt", c) != NULL;
    if (scan->end - scan->at < 4)
        return false;
    for (unsigned i = 0; i < 4; i++) {
        if (sg_hex_value(*scan->at++) < 0)
            return false;
    }
    return true;
}

/* Behind its first quote; text is what stands before the last. */
static bool take_string(struct scan *scan, struct sg_bytes *text)
{
    text->data = scan->at;
    for (;;) {
        scan->at = skip_eights(scan->at, scan->end);
        if (scan->at == scan->end)
            return false;
        uint8_t c = *scan->at++;
        if (c == '"')
            break;
        if (c == '\\' ? !take_escape(scan) : c < ' ')
            return false;
        if (c >= 0x80)
            scan->foreign = true;
    }
    text->len = (size_t)(scan->at - text->data) - 1;
    return true;
}

/* --- numbers and words --- */

static bool take_digits(struct scan *scan)
{
    const uint8_t *start = scan->at;
    while (scan->at < scan->end && sg_is_digit(*scan->at))
        scan->at++;
    return scan->at > start;
}

static bool take_byte(struct scan *scan, uint8_t c)
{
    if (scan->at == scan->end || *scan->at != c)
        return false;
    scan->at++;
    return true;
}

static bool take_number(struct scan *scan, struct sg_bytes *text)
{
    text->data = scan->at;
    (void)take_byte(scan, '-');
    const uint8_t *whole = scan->at;
    if (!take_digits(scan) || (*whole == '0' && scan->at - whole > 1))
        return false;
    if (take_byte(scan, '.') && !take_digits(scan))
        return false;
    if (take_byte(scan, 'e') || take_byte(scan, 'E')) {
        if (!take_byte(scan, '+'))
            (void)take_byte(scan, '-');
        if (!take_digits(scan))
            return false;
    }
    text->len = (size_t)(scan->at - text->data);
    return true;
}

static bool take_word(struct scan *scan, struct sg_bytes word)
{
    if ((size_t)(scan->end - scan->at) < word.len || memcmp(scan->at, word.data, word.len) != 0)
        return false;
    scan->at += word.len;
    return true;
}

static void skip_blank(struct scan *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r'))
        scan->at++;
}

/* --- members --- */

/* 0: one that we do not ask for. */
static unsigned member_of(struct sg_bytes key)
{
    static const struct {
        const char *name;
        unsigned len, member;
    } members[] = {
        {"seq", 3, SG_LINE_SEQ},   {"mac", 3, SG_LINE_MAC},     {"time", 4, SG_LINE_TIME},
        {"boot", 4, SG_LINE_BOOT}, {"what", 4, SG_LINE_WHAT},   {"size", 4, SG_LINE_SIZE},
        {"root", 4, SG_LINE_ROOT}, {"epoch", 5, SG_LINE_EPOCH}, {"mono_ns", 7, SG_LINE_MONO}};
    if (key.len < 3 || key.len > 7 || key.len == 6)
        return 0;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (key.len == members[i].len && memcmp(key.data, members[i].name, key.len) == 0)
            return members[i].member;
    }
    return 0;
}

static void store_string(struct sg_line *line, unsigned member, struct sg_bytes text)
{
    struct sg_bytes *to = member == SG_LINE_BOOT   ? &line->boot
                          : member == SG_LINE_WHAT ? &line->what
                          : member == SG_LINE_ROOT ? &line->root
                          : member == SG_LINE_MAC  ? &line->mac
                                                   : NULL;
    if (to == NULL)
        return;
    *to = text;
    line->has |= member;
}

static void store_number(struct sg_line *line, unsigned member, struct sg_bytes text)
{
    uint64_t *to = member == SG_LINE_SEQ     ? &line->seq
                   : member == SG_LINE_TIME  ? &line->time
                   : member == SG_LINE_MONO  ? &line->mono_ns
                   : member == SG_LINE_EPOCH ? &line->epoch
                   : member == SG_LINE_SIZE  ? &line->size
                                             : NULL;
    if (to != NULL && sg_bytes_to_u64(text, to))
        line->has |= member;
}

/* --- the object --- */

struct walk {
    struct scan scan;
    struct sg_line *line;
    unsigned depth, seen;         /* members of the top that were said */
    unsigned member;              /* whose value comes next */
    uint32_t objects;             /* a bit for each level: it is an object, not an array */
    const uint8_t *start;         /* of the line */
    struct sg_line_place *places; /* NULL: nobody asks */
    size_t cap, n;
    sg_line_tell *tell; /* NULL: nobody asks */
    void *ctx;
    unsigned told;                      /* so deep it is told */
    struct sg_bytes key;                /* of the member whose value comes next */
    const uint8_t *opened[DEEPEST + 1]; /* of each level, where it begins */
};

static void note_place(struct walk *walk, struct sg_bytes text, bool string, unsigned member)
{
    if (walk->places == NULL)
        return;
    size_t start = (size_t)(text.data - walk->start);
    if (walk->n < walk->cap && start + text.len <= UINT16_MAX)
        walk->places[walk->n] = (struct sg_line_place){
            (uint16_t)start, (uint16_t)(start + text.len), (uint16_t)member, string};
    walk->n++;
}

static bool in_object(const struct walk *walk)
{
    return (walk->objects >> walk->depth & 1) != 0;
}

/* A value of the level we are in. */
static bool tell_value(struct walk *walk, enum sg_line_event event, struct sg_bytes text)
{
    struct sg_line_item item = {event, walk->depth, walk->key, text};
    if (!in_object(walk))
        item.key = (struct sg_bytes){NULL, 0};
    return walk->tell(walk->ctx, &item);
}

static bool is_told(const struct walk *walk)
{
    return walk->tell != NULL && walk->depth <= walk->told;
}

static bool is_whole(struct sg_bytes number)
{
    uint64_t value;
    return sg_bytes_to_u64(number, &value);
}

static bool take_named(struct walk *walk, struct sg_bytes word)
{
    if (!take_word(&walk->scan, word))
        return false;
    if (is_told(walk))
        (void)tell_value(walk, SG_LINE_NAMED,
                         (struct sg_bytes){walk->scan.at - word.len, word.len});
    return true;
}

/* Everything but an object or array, which is opened by the caller. */
static bool take_scalar(struct walk *walk, uint8_t c)
{
    struct sg_bytes text;
    unsigned member = walk->depth == 1 ? walk->member : 0;
    switch (c) {
    case '"':
        walk->scan.at++;
        if (!take_string(&walk->scan, &text))
            return false;
        store_string(walk->line, member, text);
        note_place(walk, text, true, member);
        if (is_told(walk))
            (void)tell_value(walk, SG_LINE_STRING, text);
        return true;
    case 't':
        return take_named(walk, SG_BYTES("true"));
    case 'f':
        return take_named(walk, SG_BYTES("false"));
    case 'n':
        return take_named(walk, SG_BYTES("null"));
    default:
        if (!take_number(&walk->scan, &text))
            return false;
        store_number(walk->line, member, text);
        if (walk->places != NULL && is_whole(text))
            note_place(walk, text, false, member);
        if (is_told(walk))
            (void)tell_value(walk, SG_LINE_NUMBER, text);
        return true;
    }
}

static bool take_key(struct walk *walk)
{
    struct sg_bytes key;
    skip_blank(&walk->scan);
    if (!take_byte(&walk->scan, '"') || !take_string(&walk->scan, &key))
        return false;
    skip_blank(&walk->scan);
    if (!take_byte(&walk->scan, ':'))
        return false;
    walk->key = key;
    /* Whoever is told looks for members itself, for more of them, and for those said twice. */
    if (walk->depth > 1 || walk->tell != NULL)
        return true;
    walk->member = member_of(key);
    bool again = (walk->seen & walk->member) != 0;
    walk->seen |= walk->member;
    return !again;
}

/* Before a level is stepped into. The line's own object is told of by nobody. */
static void tell_open(struct walk *walk, uint8_t c)
{
    walk->opened[walk->depth] = walk->scan.at;
    if (walk->depth > 0 && is_told(walk))
        walk->told = tell_value(walk, c == '{' ? SG_LINE_OBJECT : SG_LINE_ARRAY,
                                (struct sg_bytes){walk->scan.at, 1})
                         ? DEEPEST
                         : walk->depth;
}

/* Behind a level that was left: what comes next is told again. */
static void tell_close(struct walk *walk)
{
    const uint8_t *start = walk->opened[walk->depth];
    if (walk->depth > 0 && is_told(walk)) {
        walk->told = DEEPEST;
        (void)tell_value(walk, SG_LINE_END,
                         (struct sg_bytes){start, (size_t)(walk->scan.at - start)});
    }
}

/* Steps into an object or array. *empty: and out again. */
static bool open_level(struct walk *walk, uint8_t c, bool *empty)
{
    if (walk->depth == DEEPEST)
        return false;
    if (walk->tell != NULL)
        tell_open(walk, c);
    walk->depth++;
    walk->scan.at++;
    walk->objects &= ~(UINT32_C(1) << walk->depth);
    walk->objects |= (uint32_t)(c == '{') << walk->depth;
    skip_blank(&walk->scan);
    *empty = walk->scan.at < walk->scan.end && *walk->scan.at == (c == '{' ? '}' : ']');
    return *empty || c == '[' || take_key(walk);
}

/* Behind a value: closes levels until a comma asks for the next value. False also at the end of the
 * outermost, whose depth is 0 then. */
static bool take_next(struct walk *walk)
{
    while (walk->depth > 0) {
        skip_blank(&walk->scan);
        if (take_byte(&walk->scan, ','))
            return !in_object(walk) || take_key(walk);
        if (!take_byte(&walk->scan, in_object(walk) ? '}' : ']'))
            return false;
        walk->depth--;
        if (walk->tell != NULL)
            tell_close(walk);
    }
    return false;
}

static enum scrubgate_status read_line(struct walk *walk, struct sg_bytes text)
{
    const bool begins = text.len > 0 && text.data[0] == '{';
    bool more = begins;
    walk->line->has = 0;
    while (more) {
        bool empty = false;
        skip_blank(&walk->scan);
        if (walk->scan.at == walk->scan.end)
            break;
        uint8_t c = *walk->scan.at;
        if (c == '{' || c == '[') {
            more = open_level(walk, c, &empty);
            if (!more || !empty)
                continue;
        } else if (!take_scalar(walk, c)) {
            break;
        }
        more = take_next(walk);
    }
    skip_blank(&walk->scan);
    if (more || walk->depth > 0 || !begins || walk->scan.at != walk->scan.end)
        return SCRUBGATE_EMALFORMED;
    return walk->scan.foreign && !sg_utf8_valid(text) ? SCRUBGATE_EMALFORMED : SCRUBGATE_OK;
}

enum scrubgate_status sg_line_read(struct sg_line *line, struct sg_bytes text)
{
    struct walk walk = {.scan = {text.data, text.data + text.len, false}, .line = line};
    return read_line(&walk, text);
}

enum scrubgate_status sg_line_read_places(struct sg_line *line, struct sg_bytes text,
                                          struct sg_line_place *places, size_t cap, size_t *n)
{
    struct walk walk = {.scan = {text.data, text.data + text.len, false},
                        .line = line,
                        .start = text.data,
                        .places = places,
                        .cap = cap};
    enum scrubgate_status rc = read_line(&walk, text);
    *n = text.len > UINT16_MAX ? cap + 1 : walk.n;
    return rc;
}

enum scrubgate_status sg_line_read_each(struct sg_bytes text, sg_line_tell *tell, void *ctx)
{
    struct sg_line line;
    struct walk walk = {.scan = {text.data, text.data + text.len, false},
                        .line = &line,
                        .tell = tell,
                        .ctx = ctx,
                        .told = DEEPEST};
    return read_line(&walk, text);
}

void sg_line_set(struct sg_line *line, const struct sg_line_place *place, struct sg_bytes text)
{
    line->has &= ~(unsigned)place->member;
    if (place->string)
        store_string(line, place->member, text);
    else
        store_number(line, place->member, text);
}
