/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_address.c - addresses that are told: "jo (at) example dot com", "jo @ example . com".
 *
 *     passage -> words and what stands between them -> which of them are @ . _ - +
 *
 * The fold rule's pattern says where an address may stand; here every sign and every word for one
 * becomes that sign, without what stands around it.
 */
#include "rule/reading_family.h"

#include "base/digest.h"
#include "rule/reading_sign.h"
#include "rule/reading_word.h"

enum { MOST_WORDS = 64 /* in a passage: no address has more */ };

/* A word, and what stands before it. */
struct item {
    size_t gap, start, end; /* the gap begins where the word before ends */
    uint8_t sign;           /* the word stands for it; 0: for itself */
    bool tld;
};

struct parts {
    struct item items[MOST_WORDS];
    size_t n;
};

static bool holds(struct sg_bytes text, size_t from, size_t end, const char *signs)
{
    for (; from < end; from++)
        if (text.data[from] != 0 && strchr(signs, text.data[from]) != NULL)
            return true;
    return false;
}

/* An @, or the circled a that stands for one. */
static bool holds_at(struct sg_bytes text, size_t from, size_t end)
{
    static const uint8_t circled[] = {0xE2, 0x93, 0x90};
    if (holds(text, from, end, "@"))
        return true;
    for (; end - from >= sizeof circled; from++)
        if (memcmp(text.data + from, circled, sizeof circled) == 0)
            return true;
    return false;
}

/* --- parts -------------------------------------------------------------------------------------
 */

/* The end of the letters and digits at `at`. */
static size_t word_end(struct sg_bytes text, size_t at)
{
    while (at < text.len && (sg_is_digit(text.data[at]) || sg_word_letter(text, at)))
        at++;
    return at;
}

static bool add(struct parts *parts, struct item item)
{
    if (parts->n == MOST_WORDS)
        return false;
    parts->items[parts->n++] = item;
    return true;
}

/* Adds the word, in parts where words for signs are glued into it ("johnATgmailDOTcom"). */
static bool add_word(struct parts *parts, struct sg_bytes text, size_t gap, size_t start,
                     size_t end)
{
    bool room = true, open = true; /* no @ yet */
    for (size_t i = start + 1; i < end && room; i++) {
        uint8_t sign;
        size_t len = sg_sign_glued((struct sg_bytes){text.data + start, end - start}, i - start,
                                   open, &sign);
        if (len == 0)
            continue;
        room = add(parts, (struct item){.gap = gap, .start = start, .end = i}) &&
               add(parts, (struct item){.gap = i, .start = i, .end = i + len, .sign = sign});
        open = open && sign != '@';
        gap = start = i + len;
        i = start;
    }
    return room && add(parts, (struct item){.gap = gap, .start = start, .end = end});
}

/* Does a bracket stand on both sides of the word? */
static bool is_bracketed(struct sg_bytes text, const struct item *item)
{
    size_t before = item->start, behind = item->end;
    while (before > item->gap && text.data[before - 1] == ' ')
        before--;
    while (behind < text.len && text.data[behind] == ' ')
        behind++;
    return before > item->gap && holds(text, before - 1, before, "([{<") && behind < text.len &&
           holds(text, behind, behind + 1, ")]}>");
}

/* Which signs the words stand for; a phrase of two words becomes one item. Without any @, short
 * words that otherwise need brackets are taken for one. */
static void find_signs(struct parts *parts, struct sg_bytes text)
{
    bool has_at = holds_at(text, 0, text.len);
    size_t n = 0;
    for (size_t i = 0; i < parts->n; i++) {
        struct item *item = &parts->items[n];
        *item = parts->items[i];
        n++;
        if (item->sign != 0)
            continue;
        struct sg_bytes word = {text.data + item->start, item->end - item->start};
        struct sg_bytes phrase = word;
        if (i + 1 < parts->n)
            phrase.len = parts->items[i + 1].end - item->start;
        uint8_t sign = phrase.len > word.len && i > 0 ? sg_sign_said(phrase, false) : 0;
        if (sign != 0) {
            item->end = parts->items[++i].end;
        } else {
            sign = sg_sign_said(word, is_bracketed(text, item));
            item->tld = sg_sign_tld(word);
        }
        bool inner = n > 1 && i + 1 < parts->n;
        item->sign = inner && !(sign == '@' && has_at) ? sign : 0;
    }
    parts->n = n;
    for (size_t i = 0; i < n; i++)
        has_at = has_at || parts->items[i].sign == '@';
    for (size_t i = 1; i + 1 < n && !has_at; i++) {
        struct item *item = &parts->items[i];
        struct sg_bytes word = {text.data + item->start, item->end - item->start};
        has_at = item->sign == 0 && sg_sign_said(word, true) == '@';
        if (has_at)
            item->sign = '@';
    }
}

/* False: too many words. */
static bool take_apart(struct parts *parts, struct sg_bytes text)
{
    size_t gap = 0;
    parts->n = 0;
    for (size_t at = 0; at < text.len;) {
        size_t end = word_end(text, at);
        if (end == at) {
            at += text.data[at] < 0x80 ? 1 : sg_word_sign(text, at);
            continue;
        }
        if (!add_word(parts, text, gap, at, end))
            return false;
        gap = at = end;
    }
    find_signs(parts, text);
    return true;
}

/* --- what stands between two words --------------------------------------------------------------
 */

struct state {
    bool at, dot; /* there was an @; and a dot behind it */
    bool changed;
};

/* The gap before item i as one sign, nothing, or (false) as it is. */
static bool sign_of_gap(const struct parts *parts, struct sg_bytes text, size_t i,
                        const struct state *state, const char **sign)
{
    const struct item *item = &parts->items[i], *before = item - 1;
    size_t len = item->start - item->gap;
    bool single = before->end - before->start == 1 && item->end - item->start == 1;
    *sign = "";
    if (item->sign != 0 || before->sign != 0 || len == 0)
        return true;
    if (holds_at(text, item->gap, item->start))
        *sign = "@";
    else if (len == 1 && holds(text, item->gap, item->start, "_-+'"))
        return false;
    else if (holds(text, item->gap, item->start, ".") ||
             (state->at && holds(text, item->gap, item->start, ",;")))
        *sign = ".";
    else if (holds(text, item->gap, item->start, "_"))
        *sign = "_";
    else if (holds(text, item->gap, item->start, "-"))
        *sign = "-";
    else if (state->at && !state->dot && item->tld && i + 1 == parts->n)
        *sign = ".";
    else
        return state->at || single;
    return true;
}

static void note(struct state *state, uint8_t sign)
{
    state->dot = state->dot || (state->at && sign == '.');
    state->at = state->at || sign == '@';
}

static enum scrubgate_status put_same(struct sg_reading_text *out, struct sg_bytes text,
                                      size_t from, size_t end)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (; from < end && rc >= 0; from++)
        rc = sg_reading_put_byte(out, text.data[from], 1);
    return rc;
}

static enum scrubgate_status put_gap(struct sg_reading_text *out, const struct parts *parts,
                                     struct sg_bytes text, size_t i, struct state *state)
{
    const struct item *item = &parts->items[i];
    size_t len = item->start - item->gap;
    const char *sign;
    if (i == 0 || !sign_of_gap(parts, text, i, state, &sign))
        return put_same(out, text, item->gap, item->start);
    if (len == 0)
        return SCRUBGATE_OK;
    if (len != strlen(sign) || text.data[item->gap] != (uint8_t)*sign)
        state->changed = true;
    note(state, (uint8_t)*sign);
    return sg_reading_put(out, sg_bytes_of(sign), len);
}

static enum scrubgate_status read_address(struct sg_bytes text, struct sg_reading_text *out,
                                          bool *reads)
{
    struct parts parts;
    struct state state = {.at = false};
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!take_apart(&parts, text) || parts.n == 0)
        return SCRUBGATE_OK;
    for (size_t i = 0; i < parts.n && rc >= 0; i++) {
        const struct item *item = &parts.items[i];
        rc = put_gap(out, &parts, text, i, &state);
        if (rc >= 0 && item->sign != 0) {
            rc = sg_reading_put_byte(out, item->sign, item->end - item->start);
            note(&state, item->sign);
            state.changed = true;
        } else if (rc >= 0) {
            rc = put_same(out, text, item->start, item->end);
        }
    }
    *reads = state.at && state.changed;
    return rc < 0 ? rc : put_same(out, text, parts.items[parts.n - 1].end, text.len);
}

const struct sg_reading sg_reading_address_kinds[] = {{"address", read_address}};
const size_t sg_reading_address_count =
    sizeof sg_reading_address_kinds / sizeof *sg_reading_address_kinds;
