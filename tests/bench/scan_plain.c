/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_plain.c - a pattern without what an automaton cannot do, for the peer.
 *
 * One pass over the text of a pattern that has been parsed already, so it is well formed: escapes,
 * classes, groups and repeats are told apart, nothing is checked.
 */
#include "scan_plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { GROUPS_MOST = 32, PATTERN_MOST = 1024 * 1024 };

struct plain {
    const char *text; /* NUL-ended */
    size_t at;
    struct sg_buf out;
    struct sg_span captures[GROUPS_MOST]; /* in text, with their brackets */
    size_t n_captures;
    unsigned open_from;
    bool changed, failed;
};

static void put(struct plain *plain, const char *text, size_t len)
{
    if (sg_buf_add(&plain->out, text, len) < 0)
        plain->failed = true;
}

/* Behind the escape, class or single byte at `at`. */
static size_t item_end(const char *text, size_t at)
{
    if (text[at] == '\\') {
        const char *close = text[at + 1] == 'g' ? strchr(text + at, '}') : NULL;
        return close != NULL ? (size_t)(close - text) + 1 : text[at + 1] == 'x' ? at + 4 : at + 2;
    }
    if (text[at] != '[')
        return at + 1;
    for (at++; text[at] != ']'; at++)
        at += text[at] == '\\' ? 1 : 0;
    return at + 1;
}

/* Behind the group that opens at `at`. */
static size_t group_end(const char *text, size_t at)
{
    size_t depth = 0;
    do {
        depth += text[at] == '(' ? 1 : 0;
        depth -= text[at] == ')' ? 1 : 0;
        at = item_end(text, at);
    } while (depth > 0);
    return at;
}

static bool starts_at(const struct plain *plain, size_t at, const char *what)
{
    return strncmp(plain->text + at, what, strlen(what)) == 0;
}

static bool starts(const struct plain *plain, const char *what)
{
    return starts_at(plain, plain->at, what);
}

/* Length of the opening of a lookaround; 0: it is none. */
static size_t lookaround(const struct plain *plain)
{
    static const char *const openings[] = {"(?=", "(?!", "(?<=", "(?<!"};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        if (starts(plain, openings[i]))
            return strlen(openings[i]);
    }
    return 0;
}

/* A byte that must not be the class [at, end), or the edge of the text. */
static void put_other(struct plain *plain, bool behind, size_t at, size_t end)
{
    const char *item = plain->text + at;
    put(plain, behind ? "(?:^|[^" : "(?:[^", behind ? 7 : 5);
    if (*item == '[')
        put(plain, item + 1, end - at - 1);
    else
        put(plain, item, end - at);
    put(plain, *item == '[' ? "" : "]", *item == '[' ? 0 : 1);
    put(plain, behind ? ")" : "|$)", behind ? 1 : 3);
}

/* At an end of the pattern, a byte that must not be there becomes one that is matched: without it
 * an automaton finds far more than we do, and is slower for it. Any other lookaround is dropped. */
static void take_lookaround(struct plain *plain, size_t opening)
{
    size_t at = plain->at + opening, end = item_end(plain->text, at);
    size_t behind = group_end(plain->text, plain->at);
    bool negative = plain->text[at - 1] == '!', leads = opening == 4 && plain->at == 0;
    bool ends = opening == 3 && plain->text[behind] == '\0';
    bool plain_class = end + 1 == behind && strncmp(plain->text + at, "[^", 2) != 0;
    if (negative && plain_class && (leads || ends))
        put_other(plain, leads, at, end);
    plain->at = behind;
    plain->changed = true;
}

/* What stands in a separator, as a member of a class. */
static void put_member(struct plain *plain, size_t *at)
{
    const char *item = plain->text + *at;
    size_t len = item_end(plain->text, *at) - *at;
    if (starts_at(plain, *at, "(?:"))
        *at += 2;
    else if (*item == '[')
        put(plain, item + 1, len - 2);
    else if (*item == '-')
        put(plain, "\\-", 2);
    else if (strchr("()|", *item) == NULL)
        put(plain, item, len);
}

/* A separator of one or more bytes that may be repeated becomes a run of any of its bytes: so
 * written Hyperscan takes the cards, which it refuses as we write them. */
static bool take_separators(struct plain *plain)
{
    size_t at = plain->at, end = group_end(plain->text, at);
    bool wide = false;
    if (!starts(plain, "(?:") ||
        (plain->text[end] != '?' && strncmp(plain->text + end, "{0,", 3) != 0))
        return false;
    for (at += 3; at < end; at = item_end(plain->text, at)) {
        wide = wide || strncmp(plain->text + at, "\\x", 2) == 0;
        if (starts_at(plain, at, "(?:"))
            at += 2;
        else if (strchr("{?*+.^$", plain->text[at]) != NULL || starts_at(plain, at, "[^") ||
                 starts_at(plain, at, "(?"))
            return false;
    }
    if (!wide)
        return false;
    put(plain, "[", 1);
    for (at = plain->at + 3; at < end; at = item_end(plain->text, at))
        put_member(plain, &at);
    put(plain, "]*", 2);
    plain->at = plain->text[end] == '?'
                    ? end + 1
                    : (size_t)(strchr(plain->text + end, '}') - plain->text) + 1;
    plain->changed = true;
    return true;
}

static void open_group(struct plain *plain)
{
    if (starts(plain, "(?>")) {
        plain->changed = true;
        put(plain, "(?:", 3);
        plain->at += 3;
        return;
    }
    if (plain->text[plain->at + 1] != '?' && plain->n_captures < GROUPS_MOST)
        plain->captures[plain->n_captures++] =
            (struct sg_span){plain->at, group_end(plain->text, plain->at)};
    put(plain, "(", 1);
    plain->at++;
}

/* \g{1}: the pattern of the group, which matches what the group matched, and more. */
static bool take_reference(struct plain *plain)
{
    unsigned n = 0;
    if (sscanf(plain->text + plain->at, "\\g{%u}", &n) != 1 || n == 0 || n > plain->n_captures)
        return false;
    struct sg_span group = plain->captures[n - 1];
    put(plain, plain->text + group.start, group.end - group.start);
    plain->at = item_end(plain->text, plain->at);
    plain->changed = true;
    return true;
}

/* {min,max} with max opened, and the + of a possessive repeat. */
static void take_repeat(struct plain *plain)
{
    unsigned min = 0, max = 0;
    int len = 0;
    char room[32];
    const char *from = plain->text + plain->at;
    if (sscanf(from, "{%u,%u}%n", &min, &max, &len) == 2 && len > 0 && max >= plain->open_from) {
        int n =
            snprintf(room, sizeof room, "{%u,}", min < plain->open_from ? min : plain->open_from);
        put(plain, room, (size_t)n);
        plain->changed = true;
    } else if (*from == '{') {
        len = (int)(strchr(from, '}') - from) + 1;
        put(plain, from, (size_t)len);
    } else {
        len = 1;
        put(plain, from, 1);
    }
    plain->at += (size_t)len;
    if (plain->text[plain->at] == '+') {
        plain->changed = true;
        plain->at++;
    }
}

static void take(struct plain *plain)
{
    char c = plain->text[plain->at];
    size_t opening = lookaround(plain);
    if (opening > 0) {
        take_lookaround(plain, opening);
    } else if (c == '(') {
        if (!take_separators(plain))
            open_group(plain);
    } else if (strchr("{?*+", c) != NULL) {
        take_repeat(plain);
    } else if (!take_reference(plain)) {
        size_t end = item_end(plain->text, plain->at);
        put(plain, plain->text + plain->at, end - plain->at);
        plain->at = end;
    }
}

char *plain_pattern(struct sg_bytes pattern, unsigned open_from, bool *changed)
{
    struct plain plain = {.open_from = open_from};
    char *made = NULL, *text = malloc(pattern.len + 1);
    if (text == NULL)
        return NULL;
    memcpy(text, pattern.data, pattern.len);
    text[pattern.len] = '\0';
    plain.text = text;
    sg_buf_init(&plain.out, PATTERN_MOST);
    while (plain.at < pattern.len)
        take(&plain);
    put(&plain, "", 1);
    if (!plain.failed)
        made = strdup((const char *)sg_buf_bytes(&plain.out).data);
    *changed = plain.changed;
    sg_buf_fini(&plain.out);
    free(text);
    return made;
}
