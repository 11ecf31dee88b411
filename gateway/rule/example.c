/* SPDX-License-Identifier: Apache-2.0 */
/*
 * example.c - read examples and turn their « » marks into spans.
 */
#include "rule/example.h"

#include <string.h>

#include "base/diag.h"

static const struct sg_bytes opening = {(const uint8_t *)"«", sizeof "«" - 1};
static const struct sg_bytes closing = {(const uint8_t *)"»", sizeof "»" - 1};

static enum scrubgate_status refuse(struct sg_reader *reader, const struct sg_yaml_node *node,
                                    size_t at, const char *what)
{
    sg_fault_set(reader->fault, NULL, 0, 0, "%s", what);
    return sg_reader_place(reader, node, at);
}

static size_t count_marks(struct sg_bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (sg_bytes_start_with((struct sg_bytes){text.data + i, text.len - i}, opening))
            n++;
    }
    return n;
}

/* Copies text without its marks, noting the spans between them. */
static enum scrubgate_status take_marks(struct sg_reader *reader, const struct sg_yaml_node *node,
                                        struct sg_bytes text, struct sg_example *example)
{
    size_t n = count_marks(text), len = 0, done = 0;
    uint8_t *clean = sg_arena_alloc(&reader->set->arena, text.len + 1);
    struct sg_span *spans = sg_arena_alloc(&reader->set->arena, (n + 1) * sizeof *spans);
    bool inside = false;
    if (clean == NULL || spans == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < text.len;) {
        struct sg_bytes rest = {text.data + i, text.len - i};
        bool opens = sg_bytes_start_with(rest, opening);
        if (!opens && !sg_bytes_start_with(rest, closing)) {
            clean[len++] = text.data[i++];
            continue;
        }
        if (opens == inside)
            return refuse(reader, node, i,
                          opens ? "« inside another «: close the first with »"
                                : "» without a « before it");
        if (opens)
            spans[done].start = len;
        else if (spans[done].start == len)
            return refuse(reader, node, i, "nothing between « and »: mark what is to be found");
        else
            spans[done++].end = len;
        inside = opens;
        i += opening.len; /* both marks have two bytes */
    }
    if (inside)
        return refuse(reader, node, text.len, "« is not closed by »");
    example->text = (struct sg_bytes){clean, len};
    example->spans = spans;
    example->n_spans = done;
    return SCRUBGATE_OK;
}

/* A mapping item is `not: text` or `todo: text`. */
static enum scrubgate_status read_kind(struct sg_reader *reader, const struct sg_yaml_node **node,
                                       struct sg_example *example)
{
    static const char *const keys[] = {"not", "todo"};
    if ((*node)->kind == SG_YAML_SEQUENCE)
        return sg_reader_fault(reader, *node, "a test is a text, 'not: text' or 'todo: text'");
    if ((*node)->kind == SG_YAML_SCALAR) {
        example->kind = SG_EXAMPLE_FINDS;
        return SCRUBGATE_OK;
    }
    enum scrubgate_status rc = sg_yaml_only(reader->tree, *node, keys, 2, reader->fault);
    if (rc < 0)
        return rc;
    if ((*node)->count != 1)
        return sg_reader_fault(reader, *node, "a test has one text: give each a line of its own");
    *node = (*node)->child;
    example->kind = strcmp((*node)->key, "not") == 0 ? SG_EXAMPLE_NOT : SG_EXAMPLE_TODO;
    return SCRUBGATE_OK;
}

static enum scrubgate_status read_one(struct sg_reader *reader, const struct sg_yaml_node *node,
                                      struct sg_example *example)
{
    struct sg_bytes text;
    enum scrubgate_status rc = read_kind(reader, &node, example);
    if (rc >= 0)
        rc = sg_reader_text(reader, node, &text);
    if (rc < 0)
        return rc;
    example->line = node->line;
    example->column = node->column;
    if (example->kind == SG_EXAMPLE_NOT && count_marks(text) > 0)
        return sg_reader_fault(reader, node,
                               "a 'not' test finds nothing, so it has no « » marks: remove them");
    rc = take_marks(reader, node, text, example);
    if (rc >= 0 && example->text.len == 0)
        rc = sg_reader_fault(reader, node, "an empty text tests nothing: remove it");
    return rc;
}

enum scrubgate_status sg_example_read(struct sg_reader *reader, const struct sg_yaml_node *node,
                                      struct sg_rule *rule)
{
    if (node->kind != SG_YAML_SEQUENCE || node->count == 0)
        return sg_reader_fault(reader, node,
                               "'tests' must be a list with at least one test, as - 'pay with "
                               "«4111 1111 1111 1111»'");
    struct sg_example *examples =
        sg_arena_alloc(&reader->set->arena, node->count * sizeof *examples);
    if (examples == NULL)
        return SCRUBGATE_ENOMEM;
    rule->examples = examples;
    bool marked = false;
    for (const struct sg_yaml_node *at = node->child; at != NULL; at = at->next) {
        struct sg_example *example = &examples[rule->n_examples];
        enum scrubgate_status rc = read_one(reader, at, example);
        if (rc < 0)
            return rc;
        rule->n_examples++;
        marked = marked || (example->kind == SG_EXAMPLE_FINDS && example->n_spans > 0);
    }
    if (marked)
        return SCRUBGATE_OK;
    return sg_reader_warn(reader, node,
                          "no test of rule %s marks what is found with « »: its span is not proved",
                          rule->id);
}
