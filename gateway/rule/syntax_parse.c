/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax_parse.c - read a pattern: alternatives, sequences, single things and their repeats.
 *
 * Refuses with a place and advice whatever it cannot bound or does not know. Groups are the only
 * thing that nests, and they nest SG_TREE_DEPTH deep at most, so the recursion here is bounded.
 */
#include "rule/syntax_parse.h"

#include <string.h>

enum { LONGEST_TEXT = 65536 };

/* Answers ENOMEM for a node that could not be made. */
static enum scrubgate_status made(const struct sg_node *node)
{
    return node == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

/* --- what is not there for matching: quotes, comments, blanks of (?x) ---------------------------
 */

static bool skip_blank(struct sg_parser *p)
{
    int next = sg_cursor_peek(&p->c, 0);
    if (next == ' ' || (next >= '\t' && next <= '\r')) {
        p->c.pos++;
        return true;
    }
    if (next != '#')
        return false;
    while (sg_cursor_peek(&p->c, 0) >= 0 && sg_cursor_peek(&p->c, 0) != '\n')
        p->c.pos++;
    return true;
}

static enum scrubgate_status skip(struct sg_parser *p)
{
    for (;;) {
        size_t start = p->c.pos;
        if (sg_cursor_take(&p->c, "\\E")) {
            p->c.quoted = false;
        } else if (p->c.quoted) {
            return SCRUBGATE_OK;
        } else if (sg_cursor_take(&p->c, "\\Q")) {
            p->c.quoted = true;
        } else if (sg_cursor_take(&p->c, "(?#")) {
            while (sg_cursor_peek(&p->c, 0) >= 0 && sg_cursor_peek(&p->c, 0) != ')')
                p->c.pos++;
            if (!sg_cursor_take(&p->c, ")"))
                return sg_cursor_fail(&p->c, start,
                                      "the comment is not closed: write ) at its end");
        } else if (!p->options.extended || !skip_blank(p)) {
            return SCRUBGATE_OK;
        }
    }
}

/* --- single things ------------------------------------------------------------------------------
 */

static enum scrubgate_status members_of(struct sg_parser *p, size_t start,
                                        const struct sg_meaning *meaning, struct sg_node **node)
{
    struct sg_members members = {.wide = NULL};
    enum scrubgate_status rc = sg_class_add(&p->c, &members, p->options.nocase, meaning);
    if (rc < 0)
        return rc;
    *node = sg_tree_members(p->tree, start, &members);
    return made(*node);
}

static enum scrubgate_status literal(struct sg_parser *p, struct sg_node **node)
{
    size_t start = p->c.pos;
    struct sg_meaning meaning = {.kind = SG_MEANS_ONE};
    enum scrubgate_status rc = sg_cursor_literal(&p->c, &meaning.code);
    return rc < 0 ? rc : members_of(p, start, &meaning, node);
}

static enum scrubgate_status class(struct sg_parser *p, struct sg_node **node) {
    size_t start = p->c.pos; struct sg_members members;
    enum scrubgate_status rc = sg_class_read(&p->c, p->options.nocase, &members);
    if (rc < 0) return rc;
    *node = sg_tree_members(p->tree, start, &members);
    return made(*node);
}

static enum scrubgate_status any(struct sg_parser *p, struct sg_node **node)
{
    struct sg_set set = {{0}};
    if (!p->options.dotall)
        sg_set_add(&set, '\n', '\n');
    sg_set_invert(&set);
    *node = sg_tree_set(p->tree, p->c.pos++, &set);
    return made(*node);
}

static enum scrubgate_status point(struct sg_parser *p, size_t start, enum sg_point kind,
                                   struct sg_node **node)
{
    *node = sg_tree_node(p->tree, SG_NODE_POINT, start);
    if (*node != NULL)
        (*node)->u.point = kind;
    return made(*node);
}

/* \R: CR LF as one, or any line end of Unicode. */
static enum scrubgate_status line_end(struct sg_parser *p, size_t start, struct sg_node **node)
{
    struct sg_range wide[] = {{0x85, 0x85, &wide[1]}, {0x2028, 0x2029, NULL}};
    struct sg_members ends = {.wide = wide}, cr = {.wide = NULL}, lf = {.wide = NULL};
    sg_set_add(&ends.bytes, '\n', '\r');
    sg_set_add(&cr.bytes, '\r', '\r');
    sg_set_add(&lf.bytes, '\n', '\n');
    struct sg_node *one = sg_tree_members(p->tree, start, &ends);
    struct sg_node *first = sg_tree_members(p->tree, start, &cr);
    struct sg_node *second = sg_tree_members(p->tree, start, &lf);
    struct sg_node *alt = sg_tree_node(p->tree, SG_NODE_ALT, start);
    struct sg_node *pair = sg_tree_node(p->tree, SG_NODE_SEQ, start);
    if (one == NULL || first == NULL || second == NULL || alt == NULL || pair == NULL)
        return SCRUBGATE_ENOMEM;
    sg_node_append(pair, first);
    sg_node_append(pair, second);
    sg_node_append(alt, pair);
    sg_node_append(alt, one);
    *node = sg_tree_wrap(p->tree, SG_NODE_ATOMIC, start, alt);
    return made(*node);
}

static enum scrubgate_status escape(struct sg_parser *p, struct sg_node **node)
{
    size_t start = p->c.pos;
    int letter = sg_cursor_peek(&p->c, 1), after = sg_cursor_peek(&p->c, 2);
    struct sg_meaning meaning;
    p->c.pos += 2;
    switch (letter) {
    case 'b':
        return point(p, start, SG_POINT_WORD, node);
    case 'B':
        return point(p, start, SG_POINT_NO_WORD, node);
    case 'A':
        return point(p, start, SG_POINT_START, node);
    case 'z':
        return point(p, start, SG_POINT_END, node);
    case 'Z':
        return point(p, start, SG_POINT_END_LINE, node);
    case 'R':
        return line_end(p, start, node);
    case 'k':
        return sg_parse_ref_k(p, start, node);
    case 'g':
        if (after != '<' && after != '\'')
            return sg_parse_ref_g(p, start, node);
        break;
    default:
        if (letter < '1' || letter > '9')
            break;
        if (sg_is_digit(after))
            return sg_cursor_fail(&p->c, start,
                                  "a reference or an octal escape: write \\g{N} or \\xHH");
        return sg_parse_ref(p, start, (unsigned)(letter - '0'), node);
    }
    p->c.pos = start;
    enum scrubgate_status rc = sg_class_escape(&p->c, false, &meaning);
    return rc < 0 ? rc : members_of(p, start, &meaning, node);
}

/* --- repeats ------------------------------------------------------------------------------------
 */

/* One number of a {n,m}; false when there is none. */
static bool number(struct sg_parser *p, unsigned *value)
{
    size_t start = p->c.pos;
    *value = 0;
    while (sg_is_digit(sg_cursor_peek(&p->c, 0))) {
        if (*value <= SG_TREE_REPEAT)
            *value = *value * 10 + (unsigned)(sg_cursor_peek(&p->c, 0) - '0');
        p->c.pos++;
    }
    return p->c.pos > start;
}

/* {n} or {n,m}, from its { on. */
static enum scrubgate_status braces(struct sg_parser *p, unsigned *min, unsigned *max)
{
    size_t start = p->c.pos++;
    bool good = number(p, min);
    *max = *min;
    if (good && sg_cursor_take(&p->c, ",") && !number(p, max) && sg_cursor_peek(&p->c, 0) == '}')
        return sg_cursor_fail(&p->c, start, "{%u,} has no upper bound: write {%u,%u}", *min, *min,
                              *min < 64 ? 64 : *min * 2);
    if (!good || !sg_cursor_take(&p->c, "}"))
        return sg_cursor_fail(&p->c, start, "a repeat is {2} or {1,3}: write \\{ for a brace");
    if (*max > SG_TREE_REPEAT || *min > SG_TREE_REPEAT)
        return sg_cursor_fail(&p->c, start, "over %d times: write a smaller number",
                              SG_TREE_REPEAT);
    if (*min > *max)
        return sg_cursor_fail(&p->c, start, "the repeat runs backwards: write {%u,%u}", *max, *min);
    if (*max == 0)
        return sg_cursor_fail(&p->c, start, "repeated zero times: leave it out");
    return SCRUBGATE_OK;
}

/* Takes the repeat behind *node, when there is one, and wraps it. */
static enum scrubgate_status repeat(struct sg_parser *p, struct sg_node **node)
{
    size_t start = p->c.pos;
    int next = p->c.quoted ? -1 : sg_cursor_peek(&p->c, 0);
    unsigned min = 0, max = 1;
    if (next == '*')
        return sg_cursor_fail(&p->c, start, "* has no upper bound: write {0,64}");
    if (next == '+')
        return sg_cursor_fail(&p->c, start, "+ has no upper bound: write {1,64}");
    if (next != '?' && next != '{')
        return SCRUBGATE_OK;
    if (*node == NULL)
        return sg_cursor_fail(&p->c, start, "nothing to repeat before it: write \\%c", next);
    if ((*node)->kind == SG_NODE_POINT || (*node)->kind == SG_NODE_LOOK)
        return sg_cursor_fail(&p->c, start, "what takes no bytes is not repeated: leave it out");
    if (next == '{') {
        enum scrubgate_status rc = braces(p, &min, &max);
        if (rc < 0)
            return rc;
    } else {
        p->c.pos++;
    }
    struct sg_node *outer = sg_tree_wrap(p->tree, SG_NODE_REPEAT, start, *node);
    if (outer == NULL)
        return SCRUBGATE_ENOMEM;
    outer->u.repeat.min = min;
    outer->u.repeat.max = max;
    if (sg_cursor_take(&p->c, "?"))
        outer->u.repeat.mode = SG_REPEAT_LAZY;
    else if (sg_cursor_take(&p->c, "+"))
        outer->u.repeat.mode = SG_REPEAT_POSSESSIVE;
    *node = outer;
    enum scrubgate_status rc = skip(p);
    if (rc < 0)
        return rc;
    next = p->c.quoted ? -1 : sg_cursor_peek(&p->c, 0);
    if (next == '?' || next == '{' || next == '*' || next == '+')
        return sg_cursor_fail(&p->c, p->c.pos, "a repeat of a repeat: put a group between them");
    return SCRUBGATE_OK;
}

/* --- sequences and alternatives -----------------------------------------------------------------
 */

/* *node is NULL for what only sets options. */
static enum scrubgate_status atom(struct sg_parser *p, struct sg_node **node)
{
    size_t start = p->c.pos;
    if (p->c.quoted)
        return literal(p, node);
    switch (sg_cursor_peek(&p->c, 0)) {
    case '\\':
        return escape(p, node);
    case '[':
        return class(p, node);
    case '(':
        return sg_parse_group(p, node);
    case '.':
        return any(p, node);
    case '^':
        p->c.pos++;
        return point(p, start, SG_POINT_START, node);
    case '$':
        p->c.pos++;
        return point(p, start, SG_POINT_END, node);
    case '*':
    case '+':
    case '?':
    case '{': /* repeat() has the words for them */
        *node = NULL;
        return SCRUBGATE_OK;
    default:
        return literal(p, node);
    }
}

static enum scrubgate_status sequence(struct sg_parser *p, struct sg_node **node)
{
    struct sg_node *seq = sg_tree_node(p->tree, SG_NODE_SEQ, p->c.pos);
    if (seq == NULL)
        return SCRUBGATE_ENOMEM;
    for (;;) {
        struct sg_node *one;
        enum scrubgate_status rc = skip(p);
        if (rc < 0)
            return rc;
        int next = sg_cursor_peek(&p->c, 0);
        if (next < 0 || (!p->c.quoted && (next == '|' || next == ')')))
            break;
        rc = atom(p, &one);
        if (rc >= 0)
            rc = skip(p);
        if (rc >= 0)
            rc = repeat(p, &one);
        if (rc < 0)
            return rc;
        if (one != NULL)
            sg_node_append(seq, one);
    }
    *node = seq->child != NULL && seq->child == seq->last_child ? seq->child : seq;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_parse_alternatives(struct sg_parser *p, struct sg_node **node)
{
    struct sg_node *alt = NULL;
    for (;;) {
        struct sg_node *branch;
        size_t start = p->c.pos;
        enum scrubgate_status rc = sequence(p, &branch);
        if (rc < 0)
            return rc;
        bool more = sg_cursor_take(&p->c, "|");
        if (alt == NULL && !more) {
            *node = branch;
            return SCRUBGATE_OK;
        }
        if (alt == NULL)
            alt = sg_tree_node(p->tree, SG_NODE_ALT, start);
        if (alt == NULL)
            return SCRUBGATE_ENOMEM;
        sg_node_append(alt, branch);
        if (!more) {
            *node = alt;
            return SCRUBGATE_OK;
        }
    }
}

enum scrubgate_status sg_tree_parse(struct sg_tree *tree, struct sg_bytes text, size_t *at,
                                    struct scrubgate_fault *fault)
{
    struct scrubgate_fault unread;
    struct sg_parser p = {.tree = tree};
    *tree = (struct sg_tree){.n_groups = 0};
    p.c = (struct sg_cursor){
        .text = text, .arena = &tree->arena, .at = at, .fault = fault == NULL ? &unread : fault};
    enum scrubgate_status rc;
    if (text.len > LONGEST_TEXT)
        rc = sg_cursor_fail(&p.c, LONGEST_TEXT, "the pattern is over %d bytes: split the rule",
                            LONGEST_TEXT);
    else
        rc = sg_parse_alternatives(&p, &tree->root);
    if (rc >= 0 && p.c.pos < text.len)
        rc = sg_cursor_fail(&p.c, p.c.pos, "a ) without its (: write \\) for one");
    if (rc < 0)
        sg_tree_fini(tree);
    return rc;
}

void sg_tree_fini(struct sg_tree *tree)
{
    sg_arena_fini(&tree->arena);
    tree->root = NULL;
}
