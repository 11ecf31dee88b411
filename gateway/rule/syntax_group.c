/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax_group.c - read what stands in brackets, and what refers back to it.
 */
#include "rule/syntax_parse.h"

#include <string.h>

enum { LONGEST_NAME = 32 };

/* Answers ENOMEM for a node that could not be made. */
static enum scrubgate_status made(const struct sg_node *node)
{
    return node == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

/* --- names and references -----------------------------------------------------------------------
 */

/* Takes a name up to and with its closing byte. */
static enum scrubgate_status name(struct sg_parser *p, const char *close, struct sg_bytes *out)
{
    size_t start = p->c.pos;
    while (sg_is_alnum(sg_cursor_peek(&p->c, 0)) || sg_cursor_peek(&p->c, 0) == '_')
        p->c.pos++;
    *out = (struct sg_bytes){p->c.text.data + start, p->c.pos - start};
    if (out->len == 0 || out->len > LONGEST_NAME || sg_is_digit(out->data[0]) ||
        !sg_cursor_take(&p->c, close))
        return sg_cursor_fail(&p->c, start,
                              "a group's name: 1 to %d letters, digits and _, no digit first, "
                              "then %s",
                              LONGEST_NAME, close);
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_parse_ref(struct sg_parser *p, size_t start, unsigned group,
                                   struct sg_node **node)
{
    if (group == 0 || group > p->tree->n_groups || !p->groups[group].closed)
        return sg_cursor_fail(&p->c, start, "a reference to no group closed before it");
    if (p->in_behind || p->groups[group].hidden)
        return sg_cursor_fail(&p->c, start, "a reference has no fixed length in a lookbehind");
    *node = sg_tree_node(p->tree, SG_NODE_REF, start);
    if (*node == NULL)
        return SCRUBGATE_ENOMEM;
    (*node)->u.ref.group = group;
    (*node)->u.ref.nocase = p->options.nocase;
    p->tree->referenced[group] = true;
    return SCRUBGATE_OK;
}

static enum scrubgate_status ref_name(struct sg_parser *p, size_t start, const char *close,
                                      struct sg_node **node)
{
    struct sg_bytes text;
    enum scrubgate_status rc = name(p, close, &text);
    if (rc < 0)
        return rc;
    unsigned group = p->tree->n_groups;
    while (group > 0 && !sg_bytes_equal(p->groups[group].name, text))
        group--;
    return sg_parse_ref(p, start, group, node);
}

/* \g{1} \g{-1} \g{name} \g1 \g-1, behind the g. */
enum scrubgate_status sg_parse_ref_g(struct sg_parser *p, size_t start, struct sg_node **node)
{
    bool braces = sg_cursor_take(&p->c, "{");
    if (braces && !sg_is_digit(sg_cursor_peek(&p->c, 0)) && sg_cursor_peek(&p->c, 0) != '-')
        return ref_name(p, start, "}", node);
    bool back = sg_cursor_take(&p->c, "-");
    unsigned number = 0, digits = 0;
    while (digits < 4 && sg_is_digit(sg_cursor_peek(&p->c, 0))) {
        number = number * 10 + (unsigned)(sg_cursor_peek(&p->c, 0) - '0');
        p->c.pos++;
        digits++;
    }
    if (digits == 0 || (braces && !sg_cursor_take(&p->c, "}")))
        return sg_cursor_fail(&p->c, start, "write \\g{1}, \\g{-1} or \\g{name}");
    if (back)
        number = number == 0 || number > p->tree->n_groups ? 0 : p->tree->n_groups + 1 - number;
    return sg_parse_ref(p, start, number, node);
}

enum scrubgate_status sg_parse_ref_k(struct sg_parser *p, size_t start, struct sg_node **node)
{
    if (sg_cursor_take(&p->c, "<"))
        return ref_name(p, start, ">", node);
    if (sg_cursor_take(&p->c, "'"))
        return ref_name(p, start, "'", node);
    if (sg_cursor_take(&p->c, "{"))
        return ref_name(p, start, "}", node);
    return sg_cursor_fail(&p->c, start, "write \\k<name>");
}

/* --- groups -------------------------------------------------------------------------------------
 */

/* Inline options, from their first letter to the ) or : behind them. */
static enum scrubgate_status set_options(struct sg_parser *p, size_t start, bool *scoped)
{
    bool value = true;
    for (;;) {
        int letter = sg_cursor_peek(&p->c, 0);
        size_t place = p->c.pos++;
        switch (letter) {
        case 'i':
            p->options.nocase = value;
            break;
        case 's':
            p->options.dotall = value;
            break;
        case 'x':
            if (sg_cursor_peek(&p->c, 0) == 'x')
                return sg_cursor_fail(&p->c, place, "(?xx) is not supported: write (?x)");
            p->options.extended = value;
            break;
        case '-':
            if (!value)
                return sg_cursor_fail(&p->c, place, "only one - among options: leave it out");
            value = false;
            break;
        case ')':
        case ':':
            *scoped = letter == ':';
            return SCRUBGATE_OK;
        case 'm':
            return sg_cursor_fail(&p->c, place,
                                  "(?m) is not supported: write (?<![^\\n]) for the start of a "
                                  "line, (?![^\\n]) for its end");
        case 'U':
            return sg_cursor_fail(&p->c, place, "(?U) is not supported: write ? behind a repeat");
        case 'J':
        case 'n':
            return sg_cursor_fail(&p->c, place, "(?%c) is not supported: leave it out", letter);
        default:
            p->c.pos = place;
            return sg_cursor_fail(&p->c, start,
                                  "no group or option starts so: (?: (?> (?= (?! (?<= (?<! "
                                  "(?<name> (?i) (?s) (?x) do");
        }
    }
}

/* The body of a group and its ), one level deeper, with options that end there. */
static enum scrubgate_status body(struct sg_parser *p, size_t start, struct sg_options options,
                                  struct sg_node **node)
{
    struct sg_options before = options;
    if (++p->depth > SG_TREE_DEPTH)
        return sg_cursor_fail(&p->c, start, "groups nest over %d deep: flatten them",
                              SG_TREE_DEPTH);
    enum scrubgate_status rc = sg_parse_alternatives(p, node);
    if (rc < 0)
        return rc;
    p->options = before;
    p->depth--;
    if (!sg_cursor_take(&p->c, ")"))
        return sg_cursor_fail(&p->c, start, "the group is not closed: write ) at its end, or \\(");
    /* Brackets make it a thing of its own, which may be repeated. */
    if ((*node)->kind == SG_NODE_POINT || (*node)->kind == SG_NODE_LOOK)
        *node = sg_tree_wrap(p->tree, SG_NODE_SEQ, start, *node);
    return made(*node);
}

static enum scrubgate_status wrapped(struct sg_parser *p, size_t start, enum sg_node_kind kind,
                                     struct sg_node **node)
{
    struct sg_node *inner;
    enum scrubgate_status rc = body(p, start, p->options, &inner);
    if (rc < 0)
        return rc;
    *node = sg_tree_wrap(p->tree, kind, start, inner);
    return made(*node);
}

static enum scrubgate_status capture(struct sg_parser *p, size_t start, const char *close,
                                     struct sg_node **node)
{
    struct sg_bytes text = {NULL, 0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (close != NULL)
        rc = name(p, close, &text);
    if (rc < 0)
        return rc;
    for (unsigned i = 1; text.len > 0 && i <= p->tree->n_groups; i++) {
        if (sg_bytes_equal(p->groups[i].name, text))
            return sg_cursor_fail(&p->c, start, "two groups of one name: rename this one");
    }
    if (p->tree->n_groups == SG_TREE_GROUPS)
        return sg_cursor_fail(&p->c, start, "over %d capturing groups: write (?: for most",
                              SG_TREE_GROUPS);
    unsigned group = ++p->tree->n_groups;
    p->groups[group] = (struct sg_named_group){.name = text, .hidden = p->in_behind};
    rc = wrapped(p, start, SG_NODE_CAPTURE, node);
    if (rc < 0)
        return rc;
    p->groups[group].closed = true;
    (*node)->u.group = group;
    return SCRUBGATE_OK;
}

static enum scrubgate_status look(struct sg_parser *p, size_t start, bool behind, bool negated,
                                  struct sg_node **node)
{
    if (behind && p->in_behind)
        return sg_cursor_fail(&p->c, start,
                              "a lookbehind inside a lookbehind: write them side by "
                              "side");
    bool before = p->in_behind;
    p->in_behind = before || behind;
    enum scrubgate_status rc = wrapped(p, start, SG_NODE_LOOK, node);
    if (rc < 0)
        return rc;
    p->in_behind = before;
    (*node)->u.look.behind = behind;
    (*node)->u.look.negated = negated;
    if (behind)
        rc = sg_tree_behind(p->tree, start, &(*node)->child, p->c.at, p->c.fault);
    return rc;
}

/* Openings that are refused, and why. Longest first. */
static const struct refusal {
    const char *open, *what;
} refusals[] = {{"(?|", "a branch reset is not supported: number the groups apart"},
                {"(?(", "conditions are not supported: write the two cases as alternatives"},
                {"(?C", "callouts are not supported: leave it out"},
                {"(?R", "recursion has no bound: write the pattern out"},
                {"(?&", "a subroutine call has no bound: write the group again"},
                {"(?P>", "a subroutine call has no bound: write the group again"},
                {"(?+", "a subroutine call has no bound: write the group again"},
                {"(?^", "(?^) is not supported: write (?-i), (?-s) or (?-x)"},
                {"(?*", "non-atomic lookaround is not supported: write (?="},
                {"(?<*", "non-atomic lookaround is not supported: write (?<="},
                {"(*", "verbs and named assertions are not supported: leave it out, or write \\*"}};

static enum scrubgate_status refuse(struct sg_parser *p, size_t start)
{
    int next = sg_cursor_peek(&p->c, 1);
    if (next != '?' && next != '*')
        return SCRUBGATE_OK;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (sg_cursor_take(&p->c, refusals[i].open))
            return sg_cursor_fail(&p->c, start, "%s", refusals[i].what);
    }
    int after = sg_cursor_peek(&p->c, 2), digit = sg_cursor_peek(&p->c, after == '-' ? 3 : 2);
    if (sg_is_digit(digit))
        return sg_cursor_fail(&p->c, start,
                              "a subroutine call has no bound: write the group again, or \\g{1} "
                              "for its text");
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_parse_group(struct sg_parser *p, struct sg_node **node)
{
    size_t start = p->c.pos;
    struct sg_options before = p->options;
    bool scoped = false;
    enum scrubgate_status rc = refuse(p, start);
    if (rc < 0)
        return rc;
    if (sg_cursor_take(&p->c, "(?:"))
        return body(p, start, before, node);
    if (sg_cursor_take(&p->c, "(?>"))
        return wrapped(p, start, SG_NODE_ATOMIC, node);
    if (sg_cursor_take(&p->c, "(?="))
        return look(p, start, false, false, node);
    if (sg_cursor_take(&p->c, "(?!"))
        return look(p, start, false, true, node);
    if (sg_cursor_take(&p->c, "(?<="))
        return look(p, start, true, false, node);
    if (sg_cursor_take(&p->c, "(?<!"))
        return look(p, start, true, true, node);
    if (sg_cursor_take(&p->c, "(?P="))
        return ref_name(p, start, ")", node);
    if (sg_cursor_take(&p->c, "(?<") || sg_cursor_take(&p->c, "(?P<"))
        return capture(p, start, ">", node);
    if (sg_cursor_take(&p->c, "(?'"))
        return capture(p, start, "'", node);
    if (!sg_cursor_take(&p->c, "(?")) {
        p->c.pos++;
        return capture(p, start, NULL, node);
    }
    rc = set_options(p, start, &scoped);
    if (rc < 0)
        return rc;
    if (scoped)
        return body(p, start, before, node);
    *node = NULL; /* options till the end of the group around them */
    return SCRUBGATE_OK;
}
