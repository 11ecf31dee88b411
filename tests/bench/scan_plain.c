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

static bool starts(const struct plain *plain, const char *what)
{
    return strncmp(plain->text + plain->at, what, strlen(what)) == 0;
}

static bool looks_around(const struct plain *plain)
{
    return starts(plain, "(?=") || starts(plain, "(?!") || starts(plain, "(?<=") ||
           starts(plain, "(?<!");
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
    if (c == '(' && looks_around(plain)) {
        plain->changed = true;
        plain->at = group_end(plain->text, plain->at);
    } else if (c == '(') {
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
