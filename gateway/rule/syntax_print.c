/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax_print.c - write the tree as the pattern PCRE2 compiles.
 *
 * What is printed parses to the same again. Names are gone, groups nobody refers to do not
 * capture, and case is said by (?i) only where it spares a class.
 */
#include "rule/syntax_tree.h"

#include <string.h>

/* Compiling to 60,000 bytes of code takes less text than this. */
enum { LONGEST_PRINT = 1024 * 1024 };

/* What may stand where a node is printed without brackets around it. */
enum place { IN_ALTERNATIVES, IN_SEQUENCE, BEFORE_REPEAT };

struct printer {
    const struct sg_tree *tree;
    struct sg_buf *out;
    enum scrubgate_status rc; /* the first failure: later text is dropped */
    bool nocase;              /* (?i) is on */
    unsigned numbers[SG_TREE_GROUPS + 1];
    unsigned n_groups;
};

static void print(struct printer *p, const struct sg_node *node, enum place place);

static void put(struct printer *p, const char *text)
{
    if (p->rc >= 0)
        p->rc = sg_buf_add_text(p->out, text);
}

static void put_byte(struct printer *p, unsigned byte, const char *special)
{
    char text[8] = {(char)byte, '\0'};
    if (byte < ' ' || byte >= 0x7F) {
        static const char hex[] = "0123456789ABCDEF";
        text[0] = '\\';
        text[1] = 'x';
        text[2] = hex[byte >> 4];
        text[3] = hex[byte & 0xF];
        text[4] = '\0';
    } else if (strchr(special, (int)byte) != NULL) {
        text[0] = '\\';
        text[1] = (char)byte;
        text[2] = '\0';
    }
    put(p, text);
}

/* --- sets ---------------------------------------------------------------------------------------
 */

static void put_members(struct printer *p, const struct sg_set *set)
{
    for (unsigned low = 0; low <= 0xFF; low++) {
        if (!sg_set_has(set, low))
            continue;
        unsigned high = low;
        while (high < 0xFF && sg_set_has(set, high + 1))
            high++;
        put_byte(p, low, "\\[]^-");
        if (high > low + 1)
            put(p, "-");
        if (high > low)
            put_byte(p, high, "\\[]^-");
        low = high;
    }
}

/* The escapes with a set of their own. */
static const struct {
    const char *text;
    struct sg_set set;
} known[] = {
    {"\\d", {{UINT64_C(0x3FF) << '0', 0, 0, 0}}},
    {"\\w", {{UINT64_C(0x3FF) << '0', UINT64_C(0x07FFFFFE87FFFFFE), 0, 0}}},
    {"\\s", {{UINT64_C(0x100003E00), 0, 0, 0}}},
    {"\\D", {{~(UINT64_C(0x3FF) << '0'), UINT64_MAX, UINT64_MAX, UINT64_MAX}}},
    {"\\W", {{~(UINT64_C(0x3FF) << '0'), ~UINT64_C(0x07FFFFFE87FFFFFE), UINT64_MAX, UINT64_MAX}}},
    {"\\S", {{~UINT64_C(0x100003E00), UINT64_MAX, UINT64_MAX, UINT64_MAX}}},
    {".", {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}}}};

static void put_class(struct printer *p, const struct sg_set *set)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (sg_set_equal(set, &known[i].set)) {
            put(p, known[i].text);
            return;
        }
    }
    if (sg_set_count(set) > 128) {
        struct sg_set rest = *set;
        sg_set_invert(&rest);
        put(p, "[^");
        put_members(p, &rest);
    } else {
        put(p, "[");
        put_members(p, set);
    }
    put(p, "]");
}

static void case_matters(struct printer *p, bool nocase)
{
    if (p->nocase != nocase)
        put(p, nocase ? "(?i)" : "(?-i)");
    p->nocase = nocase;
}

static void put_set(struct printer *p, const struct sg_set *set)
{
    static const char special[] = "\\^$.[]|()?*+{}";
    unsigned count = sg_set_count(set), first = sg_set_first(set);
    struct sg_set both = *set;
    sg_set_add_nocase(&both);
    if (!sg_set_equal(set, &both))
        case_matters(p, false);
    if (count == 1) {
        put_byte(p, first, special);
    } else if (count == 2 && sg_is_alpha((int)first) && sg_set_equal(set, &both)) {
        case_matters(p, true);
        put_byte(p, (unsigned)sg_to_lower((int)first), special);
    } else {
        put_class(p, set);
    }
}

/* --- nodes --------------------------------------------------------------------------------------
 */

/* Whether something in it is a group that is referred to. */
static bool remembers(const struct printer *p, const struct sg_node *node)
{
    bool does = node->kind == SG_NODE_CAPTURE && p->tree->referenced[node->u.group];
    for (const struct sg_node *child = node->child; child != NULL && !does; child = child->next)
        does = remembers(p, child);
    return does;
}

/* Options set inside brackets end with them. */
static void bracket(struct printer *p, const char *open, const struct sg_node *node)
{
    bool before = p->nocase;
    put(p, open);
    print(p, node, IN_ALTERNATIVES);
    put(p, ")");
    p->nocase = before;
}

/* A condition on a place, or several; nothing in it is told to what follows. A tree bounds the
 * depth. */
static bool is_condition(const struct printer *p, const struct sg_node *node)
{
    bool is = node->kind == SG_NODE_SEQ || node->kind == SG_NODE_ALT;
    for (const struct sg_node *child = node->child; child != NULL && is; child = child->next)
        is = is_condition(p, child);
    return is || node->kind == SG_NODE_POINT || (node->kind == SG_NODE_LOOK && !remembers(p, node));
}

static void print_list(struct printer *p, const struct sg_node *node, enum place place)
{
    bool alternatives = node->kind == SG_NODE_ALT;
    if (place == BEFORE_REPEAT || (alternatives && place != IN_ALTERNATIVES)) {
        /* Where one of several conditions holds no other need be tried: what follows does the same
         * behind it. */
        bool once = alternatives && place == IN_SEQUENCE && is_condition(p, node);
        bracket(p, once ? "(?>" : "(?:", node);
        return;
    }
    for (const struct sg_node *child = node->child; child != NULL; child = child->next) {
        if (alternatives && child != node->child)
            put(p, "|");
        print(p, child, alternatives ? IN_ALTERNATIVES : IN_SEQUENCE);
    }
}

static void print_repeat(struct printer *p, const struct sg_node *node, enum place place)
{
    unsigned min = node->u.repeat.min, max = node->u.repeat.max;
    if (place == BEFORE_REPEAT) {
        bracket(p, "(?:", node);
        return;
    }
    print(p, node->child, BEFORE_REPEAT);
    if (p->rc < 0)
        return;
    if (min == 0 && max == 1)
        put(p, "?");
    else if (min == max)
        p->rc = sg_buf_addf(p->out, "{%u}", min);
    else
        p->rc = sg_buf_addf(p->out, "{%u,%u}", min, max);
    if (node->u.repeat.mode == SG_REPEAT_LAZY)
        put(p, "?");
    if (node->u.repeat.mode == SG_REPEAT_POSSESSIVE)
        put(p, "+");
}

static void print_ref(struct printer *p, const struct sg_node *node)
{
    case_matters(p, node->u.ref.nocase);
    if (p->rc >= 0)
        p->rc = sg_buf_addf(p->out, "\\g{%u}", p->numbers[node->u.ref.group]);
}

static void print_look(struct printer *p, const struct sg_node *node)
{
    static const char *const opens[2][2] = {{"(?=", "(?!"}, {"(?<=", "(?<!"}};
    bracket(p, opens[node->u.look.behind][node->u.look.negated], node->child);
}

static void print_point(struct printer *p, const struct sg_node *node)
{
    static const char *const words[] = {[SG_POINT_WORD] = "\\b",
                                        [SG_POINT_NO_WORD] = "\\B",
                                        [SG_POINT_START] = "\\A",
                                        [SG_POINT_END] = "\\z",
                                        [SG_POINT_END_LINE] = "\\Z"};
    put(p, words[node->u.point]);
}

static void print(struct printer *p, const struct sg_node *node, enum place place)
{
    switch (node->kind) {
    case SG_NODE_SET:
        put_set(p, &node->u.set);
        break;
    case SG_NODE_SEQ:
    case SG_NODE_ALT:
        print_list(p, node, place);
        break;
    case SG_NODE_REPEAT:
        print_repeat(p, node, place);
        break;
    case SG_NODE_CAPTURE:
        if (p->tree->referenced[node->u.group]) {
            p->numbers[node->u.group] = ++p->n_groups;
            bracket(p, "(", node->child);
        } else {
            print(p, node->child, place);
        }
        break;
    case SG_NODE_ATOMIC:
        bracket(p, "(?>", node->child);
        break;
    case SG_NODE_LOOK:
        print_look(p, node);
        break;
    case SG_NODE_REF:
        print_ref(p, node);
        break;
    case SG_NODE_POINT:
        print_point(p, node);
        break;
    }
}

enum scrubgate_status sg_tree_print(const struct sg_tree *tree, struct sg_buf *out)
{
    struct printer p = {.tree = tree, .out = out, .rc = SCRUBGATE_OK};
    sg_buf_init(out, LONGEST_PRINT);
    if (tree->any_byte)
        put(&p, "(?s)"); /* so that a dot is any byte */
    print(&p, tree->root, IN_ALTERNATIVES);
    if (p.rc < 0)
        sg_buf_fini(out);
    return p.rc;
}

enum scrubgate_status sg_set_print(const struct sg_set *set, struct sg_buf *out)
{
    struct printer p = {.out = out, .rc = SCRUBGATE_OK};
    if (sg_set_count(set) == 1)
        put_byte(&p, sg_set_first(set), "\\^$.[]|()?*+{}");
    else
        put_class(&p, set);
    return p.rc;
}
