/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate.c - a signature for each word that must stand beside a rule's matches.
 *
 * A search for words sees the text cut: before a match it ends where the match starts. There a
 * boundary behind the word holds, whatever follows in the whole text. So a walk's word is right
 * for the text as it was cut, and of that only as many bytes are told as each form of the word
 * has: they are the same in the whole text. What stands before a word was seen, even where a search
 * began with the word, and is told too.
 */
#include "rule/gate.h"

#include <string.h>

#include "rule/ruleset.h"
#include "rule/sieve.h"
#include "rule/signature_walk.h"

enum {
    LEAST_BYTES = 3, /* of a word, or it would stand everywhere … */
    MOST_FORMS = 8   /* … as one would whose bytes can be more than so many */
};

struct list {
    struct sg_signature words[SG_GATE_MOST];
    size_t n;
    bool fits; /* every word so far could be told, and had room */
};

/* --- one word -----------------------------------------------------------------------------------
 */

/* Positions from there on are any byte and outside. */
static void open_from(struct sg_signature *word, uint64_t first)
{
    for (uint64_t k = first; k < SG_SIGNATURE_BYTES; k++) {
        sg_set_add(&word->at[k], 0, 0xFF);
        word->outside |= (uint16_t)(1U << k);
    }
}

static bool is_selective(const struct sg_signature *word, uint64_t len)
{
    bool selective = len >= LEAST_BYTES;
    for (unsigned k = 1; k <= LEAST_BYTES; k++)
        selective = selective && sg_set_count(&word->at[k]) <= MOST_FORMS;
    return selective;
}

/* The first positions are all that the coarse tables of a sieve look at. */
static bool begin_alike(const struct sg_signature *a, const struct sg_signature *b)
{
    const unsigned first = (1U << SG_SIEVE_STEPS) - 1;
    bool alike = (a->outside & first) == (b->outside & first);
    for (unsigned k = 0; k < SG_SIEVE_STEPS && alike; k++)
        alike = sg_set_equal(&a->at[k], &b->at[k]);
    return alike;
}

/* Wherever part holds, whole does. */
static bool covers(const struct sg_signature *whole, const struct sg_signature *part)
{
    bool within = (part->outside & ~whole->outside) == 0;
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES && within; k++)
        within = sg_set_within(&part->at[k], &whole->at[k]);
    return within;
}

static void add(struct list *list, const struct sg_signature *word)
{
    for (size_t i = 0; i < list->n; i++) {
        struct sg_signature *known = &list->words[i];
        if (covers(known, word))
            return;
        if (!begin_alike(known, word))
            continue;
        for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++)
            sg_set_join(&known->at[k], &word->at[k]);
        known->outside |= word->outside;
        return;
    }
    if (list->n == SG_GATE_MOST)
        list->fits = false;
    else
        list->words[list->n++] = *word;
}

/* Leaves out what a later word covers. */
static void thin(struct list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++) {
        bool covered = false;
        for (size_t later = i + 1; later < list->n && !covered; later++)
            covered = covers(&list->words[later], &list->words[i]);
        if (!covered)
            list->words[kept++] = list->words[i];
    }
    list->n = kept;
}

/* --- the words of a pattern ---------------------------------------------------------------------
 */

static void add_word(struct list *list, const struct sg_walk *before, const struct sg_node *node)
{
    struct sg_signature word = {.outside = 0};
    struct sg_walk walk = *before;
    uint64_t least, most;
    sg_walk_length(node, &least, &most);
    sg_walk_place(&walk, &word);
    sg_walk_take(&walk, node, 1, 1);
    sg_walk_end(&walk);
    open_from(&word, least + 1);
    if (is_selective(&word, least))
        add(list, &word);
    else
        list->fits = false;
}

static bool takes_nothing(const struct sg_node *node)
{
    return node->kind == SG_NODE_LOOK || node->kind == SG_NODE_POINT;
}

/* Each way through the alternations that the pattern ends with is a word; before them only
 * conditions may stand, which the walk has taken. A tree bounds the depth. */
static void add_words(struct list *list, const struct sg_walk *before, const struct sg_node *node)
{
    struct sg_walk walk;
    const struct sg_node *child = node->child;
    switch (node->kind) {
    case SG_NODE_ALT:
        for (; child != NULL && list->fits; child = child->next)
            add_words(list, before, child);
        break;
    case SG_NODE_SEQ:
        walk = *before;
        for (; child != NULL && takes_nothing(child); child = child->next)
            sg_walk_take(&walk, child, 1, 1);
        if (child != NULL && child->next == NULL)
            add_words(list, &walk, child);
        else
            add_word(list, before, node);
        break;
    default:
        add_word(list, before, node);
        break;
    }
}

/* --- gates --------------------------------------------------------------------------------------
 */

static enum scrubgate_status copy_words(struct sg_gate *gate, struct sg_arena *arena,
                                        const struct list *list)
{
    struct sg_signature *words = sg_arena_alloc(arena, list->n * sizeof *words);
    if (words == NULL)
        return SCRUBGATE_ENOMEM;
    memcpy(words, list->words, list->n * sizeof *words);
    gate->words = words;
    gate->n = list->n;
    return SCRUBGATE_OK;
}

static enum scrubgate_status tell_words(struct sg_gate *gate, struct sg_arena *arena,
                                        const struct sg_pattern *pattern)
{
    struct sg_tree tree;
    struct sg_walk walk;
    enum scrubgate_status rc = sg_tree_parse(&tree, sg_pattern_text(pattern), NULL, NULL);
    if (rc < 0)
        return rc;
    struct list *list = sg_arena_alloc(&tree.arena, sizeof *list);
    rc = list == NULL ? SCRUBGATE_ENOMEM : sg_walk_prepare(&tree);
    if (rc < 0)
        goto out;
    list->fits = true;
    sg_walk_start(&walk);
    add_words(list, &walk, tree.root);
    thin(list);
    if (list->fits)
        rc = copy_words(gate, arena, list);
out:
    sg_tree_fini(&tree);
    return rc;
}

/* The words of the pattern that stand within [start - before, start + after), as a gate. */
static enum scrubgate_status ask_for(struct sg_gate *gate, struct scrubgate_ruleset *set,
                                     const struct sg_pattern *pattern, size_t before, size_t after)
{
    size_t shortest = sg_pattern_extent(pattern)->min;
    struct sg_gate made = {
        .pattern = pattern, .before = before, .after = after > shortest ? after - shortest : 0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < set->n_rules && made.n == 0; i++) {
        const struct sg_gate *other = &set->rules[i]->gate;
        if (other->pattern != pattern)
            continue;
        made.words = other->words;
        made.n = other->n;
    }
    if (made.n == 0)
        rc = tell_words(&made, &set->arena, pattern);
    if (rc >= 0 && made.n > 0)
        *gate = made;
    return rc;
}

enum scrubgate_status sg_gate_make(struct sg_gate *gate, struct scrubgate_ruleset *set,
                                   const struct sg_rule *rule)
{
    const struct sg_near *near = &rule->near;
    size_t longest = sg_pattern_extent(rule->pattern)->max;
    enum scrubgate_status rc = SCRUBGATE_OK;
    *gate = (struct sg_gate){.n = 0};
    if (near->words != NULL && !near->raise_level)
        rc = ask_for(gate, set, near->words, near->before,
                     near->after == 0 ? 0 : longest + near->after);
    if (rc >= 0 && gate->n == 0 && rule->keywords != NULL)
        rc = ask_for(gate, set, rule->keywords, SG_KEYWORD_REACH, longest);
    return rc;
}
