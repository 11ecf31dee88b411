/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax_parse.c - read a pattern: alternatives, groups, repeats, references, conditions.
 *
 * Refuses with a place and advice whatever it cannot bound or does not know. Groups are the only
 * thing that nests, and they nest SG_TREE_DEPTH deep at most, so the recursion here is bounded.
 */
#include "rule/syntax_tree.h"

#include <assert.h>
#include <string.h>

#include "rule/syntax_class.h"

enum { LONGEST_TEXT = 65536, LONGEST_NAME = 32 };

struct options {
    bool nocase, dotall, extended;
};

struct group {
    struct sg_bytes name;
    bool closed, hidden; /* hidden: inside a lookbehind */
};

struct parser {
    struct sg_cursor c;
    struct sg_tree *tree;
    struct options options;
    unsigned depth;
    bool in_behind;
    struct group groups[SG_TREE_GROUPS + 1];
};

static enum scrubgate_status alternatives(struct parser *p, struct sg_node **node);

/* Answers ENOMEM for a node that could not be made. */
static enum scrubgate_status made(const struct sg_node *node)
{
    return node == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

/* --- what is not there for matching: quotes, comments, blanks of (?x) ---------------------------
 */

static bool skip_blank(struct parser *p)
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

static enum scrubgate_status skip(struct parser *p)
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

static enum scrubgate_status members_of(struct parser *p, size_t start,
                                        const struct sg_meaning *meaning, struct sg_node **node)
{
    struct sg_members members = {.wide = NULL};
    enum scrubgate_status rc = sg_class_add(&p->c, &members, p->options.nocase, meaning);
    if (rc < 0)
        return rc;
    *node = sg_tree_members(p->tree, start, &members);
    return made(*node);
}

static enum scrubgate_status literal(struct parser *p, struct sg_node **node)
{
    size_t start = p->c.pos;
    struct sg_meaning meaning = {.kind = SG_MEANS_ONE};
    enum scrubgate_status rc = sg_cursor_literal(&p->c, &meaning.code);
    return rc < 0 ? rc : members_of(p, start, &meaning, node);
}

static enum scrubgate_status class(struct parser *p, struct sg_node **node) {
    size_t start = p->c.pos; struct sg_members members;
    enum scrubgate_status rc = sg_class_read(&p->c, p->options.nocase, &members);
    if (rc < 0) return rc;
    *node = sg_tree_members(p->tree, start, &members);
    return made(*node);
}

static enum scrubgate_status any(struct parser *p, struct sg_node **node)
{
    struct sg_set set = {{0}};
    if (!p->options.dotall)
        sg_set_add(&set, '\n', '\n');
    sg_set_invert(&set);
    *node = sg_tree_set(p->tree, p->c.pos++, &set);
    return made(*node);
}

static enum scrubgate_status point(struct parser *p, size_t start, enum sg_point kind,
                                   struct sg_node **node)
{
    *node = sg_tree_node(p->tree, SG_NODE_POINT, start);
    if (*node != NULL)
        (*node)->u.point = kind;
    return made(*node);
}

/* \R: CR LF as one, or any line end of Unicode. */
static enum scrubgate_status line_end(struct parser *p, size_t start, struct sg_node **node)
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

/* --- names and references -----------------------------------------------------------------------
 */

/* Takes a name up to and with its closing byte. */
static enum scrubgate_status name(struct parser *p, const char *close, struct sg_bytes *out)
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

static enum scrubgate_status reference(struct parser *p, size_t start, unsigned group,
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

static enum scrubgate_status reference_name(struct parser *p, size_t start, const char *close,
                                            struct sg_node **node)
{
    struct sg_bytes text;
    enum scrubgate_status rc = name(p, close, &text);
    if (rc < 0)
        return rc;
    unsigned group = p->tree->n_groups;
    while (group > 0 && !sg_bytes_equal(p->groups[group].name, text))
        group--;
    return reference(p, start, group, node);
}

/* \g{1} \g{-1} \g{name} \g1 \g-1, behind the g. */
static enum scrubgate_status reference_g(struct parser *p, size_t start, struct sg_node **node)
{
    bool braces = sg_cursor_take(&p->c, "{");
    if (braces && !sg_is_digit(sg_cursor_peek(&p->c, 0)) && sg_cursor_peek(&p->c, 0) != '-')
        return reference_name(p, start, "}", node);
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
    return reference(p, start, number, node);
}

static enum scrubgate_status reference_k(struct parser *p, size_t start, struct sg_node **node)
{
    if (sg_cursor_take(&p->c, "<"))
        return reference_name(p, start, ">", node);
    if (sg_cursor_take(&p->c, "'"))
        return reference_name(p, start, "'", node);
    if (sg_cursor_take(&p->c, "{"))
        return reference_name(p, start, "}", node);
    return sg_cursor_fail(&p->c, start, "write \\k<name>");
}

static enum scrubgate_status escape(struct parser *p, struct sg_node **node)
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
        return reference_k(p, start, node);
    case 'g':
        if (after != '<' && after != '\'')
            return reference_g(p, start, node);
        break;
    default:
        if (letter < '1' || letter > '9')
            break;
        if (sg_is_digit(after))
            return sg_cursor_fail(&p->c, start,
                                  "a reference or an octal escape: write \\g{N} or \\xHH");
        return reference(p, start, (unsigned)(letter - '0'), node);
    }
    p->c.pos = start;
    enum scrubgate_status rc = sg_class_escape(&p->c, false, &meaning);
    return rc < 0 ? rc : members_of(p, start, &meaning, node);
}

/* --- groups -------------------------------------------------------------------------------------
 */

/* Inline options, from their first letter to the ) or : behind them. */
static enum scrubgate_status set_options(struct parser *p, size_t start, bool *scoped)
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
static enum scrubgate_status body(struct parser *p, size_t start, struct options options,
                                  struct sg_node **node)
{
    struct options before = options;
    if (++p->depth > SG_TREE_DEPTH)
        return sg_cursor_fail(&p->c, start, "groups nest over %d deep: flatten them",
                              SG_TREE_DEPTH);
    enum scrubgate_status rc = alternatives(p, node);
    if (rc < 0)
        return rc;
    p->options = before;
    p->depth--;
    if (!sg_cursor_take(&p->c, ")"))
        return sg_cursor_fail(&p->c, start, "the group is not closed: write ) at its end, or \\(");
    return SCRUBGATE_OK;
}

static enum scrubgate_status wrapped(struct parser *p, size_t start, enum sg_node_kind kind,
                                     struct sg_node **node)
{
    struct sg_node *inner;
    enum scrubgate_status rc = body(p, start, p->options, &inner);
    if (rc < 0)
        return rc;
    *node = sg_tree_wrap(p->tree, kind, start, inner);
    return made(*node);
}

static enum scrubgate_status capture(struct parser *p, size_t start, const char *close,
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
    p->groups[group] = (struct group){.name = text, .hidden = p->in_behind};
    rc = wrapped(p, start, SG_NODE_CAPTURE, node);
    if (rc < 0)
        return rc;
    p->groups[group].closed = true;
    (*node)->u.group = group;
    return SCRUBGATE_OK;
}

static enum scrubgate_status look(struct parser *p, size_t start, bool behind, bool negated,
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

static enum scrubgate_status refuse(struct parser *p, size_t start)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (sg_cursor_take(&p->c, refusals[i].open))
            return sg_cursor_fail(&p->c, start, "%s", refusals[i].what);
    }
    int after = sg_cursor_peek(&p->c, 2), digit = sg_cursor_peek(&p->c, after == '-' ? 3 : 2);
    if (sg_cursor_peek(&p->c, 1) == '?' && sg_is_digit(digit))
        return sg_cursor_fail(&p->c, start,
                              "a subroutine call has no bound: write the group again, or \\g{1} "
                              "for its text");
    return SCRUBGATE_OK;
}

static enum scrubgate_status group(struct parser *p, struct sg_node **node)
{
    size_t start = p->c.pos;
    struct options before = p->options;
    bool scoped;
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
        return reference_name(p, start, ")", node);
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

/* --- repeats ------------------------------------------------------------------------------------
 */

/* One number of a {n,m}; false when there is none. */
static bool number(struct parser *p, unsigned *value)
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
static enum scrubgate_status braces(struct parser *p, unsigned *min, unsigned *max)
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
static enum scrubgate_status repeat(struct parser *p, struct sg_node **node)
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
static enum scrubgate_status atom(struct parser *p, struct sg_node **node)
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
        return group(p, node);
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

static enum scrubgate_status sequence(struct parser *p, struct sg_node **node)
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

static enum scrubgate_status alternatives(struct parser *p, struct sg_node **node)
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
    struct parser p = {.tree = tree};
    *tree = (struct sg_tree){.n_groups = 0};
    p.c = (struct sg_cursor){
        .text = text, .arena = &tree->arena, .at = at, .fault = fault == NULL ? &unread : fault};
    enum scrubgate_status rc;
    if (text.len > LONGEST_TEXT)
        rc = sg_cursor_fail(&p.c, LONGEST_TEXT, "the pattern is over %d bytes: split the rule",
                            LONGEST_TEXT);
    else
        rc = alternatives(&p, &tree->root);
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
