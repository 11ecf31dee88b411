/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml.c - a strict subset of YAML as a tree that knows its lines.
 *
 *     text -> libyaml's events -> nodes in an arena
 *
 * Events, not libyaml's document: it would resolve aliases and drop the places of keys.
 */
#include "base/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/utf8.h"

enum { MAX_DEPTH = 32, MAX_SIZE = 1024 * 1024, SHOWN_SIZE = 65 };

struct sg_yaml {
    struct sg_arena arena;
    struct sg_yaml_node *root;
    const char *name;
};

/* A collection that is still open. */
struct frame {
    struct sg_yaml_node *node;
    struct sg_yaml_node **tail;
    struct sg_yaml_node *waiting; /* in a mapping: has its key, not yet its value */
};

struct builder {
    struct sg_yaml *tree;
    struct scrubgate_fault *fault;
    struct frame stack[MAX_DEPTH];
    size_t depth;
    bool ended; /* the one document has passed */
};

/* --- faults ----------------------------------------------------------------------------------- */

/* A copy of text fit for one line of a terminal: short, no controls, no half code point. */
static const char *show(char out[SHOWN_SIZE], const char *text)
{
    size_t n = strlen(text);
    if (n >= SHOWN_SIZE) {
        n = SHOWN_SIZE - 1;
        while (n > 0 && ((uint8_t)text[n] & 0xC0) == 0x80)
            n--;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = (char)((uint8_t)text[i] < 0x20 || text[i] == 0x7F ? '?' : text[i]);
    out[n] = '\0';
    return out;
}

static enum scrubgate_status fault_at(struct builder *b, const yaml_mark_t *mark, const char *what)
{
    sg_fault_set(b->fault, b->tree->name, (unsigned)mark->line + 1, (unsigned)mark->column + 1,
                 "%s", what);
    return SCRUBGATE_EINVAL;
}

/* Line and column of a byte, for what libyaml tells only by offset. */
static enum scrubgate_status fault_at_offset(struct builder *b, struct sg_bytes text, size_t offset,
                                             const char *what)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset && i < text.len; i++) {
        if (text.data[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if ((text.data[i] & 0xC0) != 0x80) {
            mark.column++;
        }
    }
    return fault_at(b, &mark, what);
}

/* What to do about libyaml's commonest complaints; its own words say only what it expected. */
static const char *advice_for(const char *problem)
{
    static const struct {
        const char *part, *advice;
    } known[] = {
        {"cannot start any token", "indent with spaces, or put the value in single quotes"},
        {"mapping values are not allowed", "put a value that holds ': ' in single quotes, or "
                                           "check the indentation"},
        {"tab", "indent with spaces"},
        {"escape", "use single quotes, where a backslash is only a backslash"},
        {"unexpected end of stream", "close the quote that opens here"},
        {"',' or", "close the bracket, or put the value in single quotes"},
        {"block end", "check the indentation of this line"},
        {"expected key", "check the indentation of this line"},
        {"'-' indicator", "check the indentation of this line"},
        {"':'", "write 'key: value'"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strstr(problem, known[i].part) != NULL)
            return known[i].advice;
    }
    return "check the indentation and the quotes";
}

static enum scrubgate_status fault_of_parser(struct builder *b, const yaml_parser_t *parser,
                                             struct sg_bytes text)
{
    const char *problem = parser->problem == NULL ? "no valid YAML" : parser->problem;
    char what[256];
    const yaml_mark_t *mark = &parser->problem_mark;

    if (parser->error == YAML_MEMORY_ERROR)
        return SCRUBGATE_ENOMEM;
    if (parser->error == YAML_READER_ERROR) {
        return fault_at_offset(b, text, parser->problem_offset,
                               "a control character: remove it, or write it as an escape in "
                               "double quotes");
    }
    /* A quote that is never closed is better shown where it opens than at the end. */
    if (strstr(problem, "unexpected end of stream") != NULL)
        mark = &parser->context_mark;
    (void)snprintf(what, sizeof what, "%s: %s", problem, advice_for(problem));
    return fault_at(b, mark, what);
}

/* --- building the tree ------------------------------------------------------------------------ */

static int compare_keys(const void *left, const void *right)
{
    const struct sg_yaml_node *a = *(const struct sg_yaml_node *const *)left;
    const struct sg_yaml_node *b = *(const struct sg_yaml_node *const *)right;
    int order = strcmp(a->key, b->key);
    if (order == 0)
        order = a->key_line < b->key_line ? -1 : a->key_line > b->key_line;
    if (order == 0)
        order = a->key_column < b->key_column ? -1 : a->key_column > b->key_column;
    return order;
}

/* Sorted, not compared in pairs: a file of keys only must not take minutes. */
static enum scrubgate_status refuse_repeated_keys(struct builder *b,
                                                  const struct sg_yaml_node *mapping)
{
    if (mapping->count < 2)
        return SCRUBGATE_OK;
    const struct sg_yaml_node **list =
        sg_arena_alloc(&b->tree->arena, mapping->count * sizeof(struct sg_yaml_node *));
    if (list == NULL)
        return SCRUBGATE_ENOMEM;
    size_t n = 0;
    for (const struct sg_yaml_node *at = mapping->child; at != NULL; at = at->next)
        list[n++] = at;
    qsort(list, n, sizeof list[0], compare_keys);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(list[i - 1]->key, list[i]->key) != 0)
            continue;
        char shown[SHOWN_SIZE];
        sg_fault_set(b->fault, b->tree->name, list[i]->key_line, list[i]->key_column,
                     "repeated key '%s', first at line %u: remove one of them",
                     show(shown, list[i]->key), list[i - 1]->key_line);
        return SCRUBGATE_EINVAL;
    }
    return SCRUBGATE_OK;
}

/* The node the next value goes to, hung into its place. */
static struct sg_yaml_node *new_value(struct builder *b, const yaml_event_t *event)
{
    struct frame *top = b->depth == 0 ? NULL : &b->stack[b->depth - 1];
    struct sg_yaml_node *node = top == NULL ? NULL : top->waiting;
    if (node == NULL)
        node = sg_arena_alloc(&b->tree->arena, sizeof *node);
    if (node == NULL)
        return NULL;
    node->line = (unsigned)event->start_mark.line + 1;
    node->column = (unsigned)event->start_mark.column + 1;
    if (top == NULL) {
        b->tree->root = node;
    } else {
        top->waiting = NULL;
        *top->tail = node;
        top->tail = &node->next;
        top->node->count++;
    }
    return node;
}

static bool expects_key(const struct builder *b)
{
    return b->depth > 0 && b->stack[b->depth - 1].node->kind == SG_YAML_MAPPING &&
           b->stack[b->depth - 1].waiting == NULL;
}

static enum scrubgate_status take_key(struct builder *b, const yaml_event_t *event,
                                      struct sg_bytes text)
{
    if (text.len == 0)
        return fault_at(b, &event->start_mark, "an empty key: write 'key: value'");
    struct sg_yaml_node *node = sg_arena_alloc(&b->tree->arena, sizeof *node);
    char *key = sg_arena_copy(&b->tree->arena, text);
    if (node == NULL || key == NULL)
        return SCRUBGATE_ENOMEM;
    node->key = key;
    node->key_line = (unsigned)event->start_mark.line + 1;
    node->key_column = (unsigned)event->start_mark.column + 1;
    b->stack[b->depth - 1].waiting = node;
    return SCRUBGATE_OK;
}

static enum scrubgate_status take_scalar(struct builder *b, const yaml_event_t *event)
{
    struct sg_bytes text = {event->data.scalar.value, event->data.scalar.length};
    yaml_scalar_style_t style = event->data.scalar.style;

    if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL)
        return fault_at(b, &event->start_mark,
                        "anchors (&) and tags (!) are not accepted: put a value that begins so "
                        "in single quotes");
    if (sg_bytes_find(text, '\0') < text.len)
        return fault_at(b, &event->start_mark, "a NUL is not accepted: remove the escape");
    if (expects_key(b))
        return take_key(b, event, text);

    struct sg_yaml_node *node = new_value(b, event);
    char *copy = sg_arena_copy(&b->tree->arena, text);
    if (node == NULL || copy == NULL)
        return SCRUBGATE_ENOMEM;
    node->kind = SG_YAML_SCALAR;
    node->text = copy;
    node->text_len = text.len;
    node->quoted = style != YAML_PLAIN_SCALAR_STYLE;
    node->block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    return SCRUBGATE_OK;
}

static enum scrubgate_status open_collection(struct builder *b, const yaml_event_t *event)
{
    bool sequence = event->type == YAML_SEQUENCE_START_EVENT;
    bool marked =
        sequence
            ? event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL
            : event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL;
    if (marked)
        return fault_at(b, &event->start_mark,
                        "anchors (&) and tags (!) are not accepted: write the value out");
    if (expects_key(b))
        return fault_at(b, &event->start_mark,
                        "a key must be a word: put a key that begins with [ or { in quotes");
    if (b->depth == MAX_DEPTH) {
        (void)fault_at(b, &event->start_mark, "nested over 32 levels: make it flatter");
        return SCRUBGATE_ELIMIT;
    }
    struct sg_yaml_node *node = new_value(b, event);
    if (node == NULL)
        return SCRUBGATE_ENOMEM;
    node->kind = sequence ? SG_YAML_SEQUENCE : SG_YAML_MAPPING;
    b->stack[b->depth++] = (struct frame){.node = node, .tail = &node->child};
    return SCRUBGATE_OK;
}

static enum scrubgate_status start_document(struct builder *b, const yaml_event_t *event)
{
    if (b->ended)
        return fault_at(b, &event->start_mark, "a second document: put it in a file of its own");
    if (event->data.document_start.version_directive != NULL ||
        event->data.document_start.tag_directives.start !=
            event->data.document_start.tag_directives.end)
        return fault_at(b, &event->start_mark, "directives (%) are not accepted: remove it");
    return SCRUBGATE_OK;
}

static enum scrubgate_status take_event(struct builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return start_document(b, event);
    case YAML_DOCUMENT_END_EVENT:
        b->ended = true;
        return SCRUBGATE_OK;
    case YAML_ALIAS_EVENT:
        return fault_at(b, &event->start_mark,
                        "aliases (*) are not accepted: write the value out, or put it in single "
                        "quotes");
    case YAML_SCALAR_EVENT:
        return take_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return open_collection(b, event);
    case YAML_MAPPING_END_EVENT:
        b->depth--;
        return refuse_repeated_keys(b, b->stack[b->depth].node);
    case YAML_SEQUENCE_END_EVENT:
        b->depth--;
        return SCRUBGATE_OK;
    case YAML_STREAM_END_EVENT:
        return SCRUBGATE_DONE;
    case YAML_STREAM_START_EVENT:
    case YAML_NO_EVENT:
        return SCRUBGATE_OK;
    }
    return SCRUBGATE_EINVAL;
}

static enum scrubgate_status build(struct builder *b, struct sg_bytes text)
{
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0)
        return SCRUBGATE_ENOMEM;
    yaml_parser_set_input_string(&parser, text.len == 0 ? (const uint8_t *)"" : text.data,
                                 text.len);
    /* Named, so that no byte order mark makes it read UTF-16. */
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc == SCRUBGATE_OK) {
        yaml_event_t event;
        if (yaml_parser_parse(&parser, &event) == 0) {
            rc = fault_of_parser(b, &parser, text);
        } else {
            rc = take_event(b, &event);
            yaml_event_delete(&event);
        }
    }
    yaml_parser_delete(&parser);
    return rc;
}

/* No document, or one with nothing in it, is an empty mapping. */
static enum scrubgate_status settle_root(struct sg_yaml *tree)
{
    struct sg_yaml_node *root = tree->root;
    if (root == NULL) {
        root = sg_arena_alloc(&tree->arena, sizeof *root);
        if (root == NULL)
            return SCRUBGATE_ENOMEM;
        root->line = root->column = 1;
        root->kind = SG_YAML_MAPPING;
    } else if (root->kind == SG_YAML_SCALAR && !root->quoted && root->text_len == 0) {
        root->kind = SG_YAML_MAPPING;
        root->text = NULL;
    }
    tree->root = root;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_yaml_parse(struct sg_yaml **tree, const char *name, struct sg_bytes text,
                                    struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct builder b = {.fault = fault};
    *tree = NULL;
    b.tree = calloc(1, sizeof *b.tree);
    if (b.tree == NULL)
        goto out;
    b.tree->name = sg_arena_copy(&b.tree->arena, sg_bytes_of(name));
    if (b.tree->name == NULL)
        goto out;
    if (text.len > MAX_SIZE) {
        sg_fault_set(fault, name, 0, 0, "over 1 MiB: split the file");
        rc = SCRUBGATE_ELIMIT;
        goto out;
    }
    if (!sg_utf8_valid(text)) {
        rc = fault_at_offset(&b, text, sg_utf8_valid_len(text),
                             "invalid UTF-8: save the file as UTF-8");
        goto out;
    }
    rc = build(&b, text);
    if (rc < 0)
        goto out;
    rc = settle_root(b.tree);
    if (rc < 0)
        goto out;
    *tree = b.tree;
    b.tree = NULL; /* the caller's now: the exit frees nothing */
out:
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, name, 0, 0, "out of memory");
    sg_yaml_free(b.tree);
    return rc;
}

void sg_yaml_free(struct sg_yaml *tree)
{
    if (tree == NULL)
        return;
    sg_arena_fini(&tree->arena);
    free(tree);
}

/* --- reading the tree ------------------------------------------------------------------------- */

const struct sg_yaml_node *sg_yaml_root(const struct sg_yaml *tree)
{
    return tree->root;
}

const char *sg_yaml_name(const struct sg_yaml *tree)
{
    return tree->name;
}

const struct sg_yaml_node *sg_yaml_get(const struct sg_yaml_node *mapping, const char *key)
{
    if (mapping->kind != SG_YAML_MAPPING)
        return NULL;
    for (const struct sg_yaml_node *at = mapping->child; at != NULL; at = at->next) {
        if (strcmp(at->key, key) == 0)
            return at;
    }
    return NULL;
}

enum scrubgate_status sg_yaml_fault(const struct sg_yaml *tree, const struct sg_yaml_node *node,
                                    struct scrubgate_fault *fault, const char *format, ...)
{
    char what[sizeof fault->what];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(what, sizeof what, format, list);
    va_end(list);
    sg_fault_set(fault, tree->name, node->line, node->column, "%s", what);
    return SCRUBGATE_EINVAL;
}

/* "'key' must be …", or "this item must be …" in a list. */
static enum scrubgate_status fault_must_be(const struct sg_yaml *tree,
                                           const struct sg_yaml_node *node,
                                           struct scrubgate_fault *fault, const char *accepted)
{
    char shown[SHOWN_SIZE];
    if (node->key == NULL)
        return sg_yaml_fault(tree, node, fault, "this item must be %s", accepted);
    return sg_yaml_fault(tree, node, fault, "'%s' must be %s", show(shown, node->key), accepted);
}

enum scrubgate_status sg_yaml_text(const struct sg_yaml *tree, const struct sg_yaml_node *node,
                                   const char **text, struct scrubgate_fault *fault)
{
    if (node->kind != SG_YAML_SCALAR)
        return fault_must_be(tree, node, fault, "a text, not a list or a mapping");
    if (node->text_len == 0 && !node->quoted)
        return fault_must_be(tree, node, fault, "a text: write '' when it is to be empty");
    *text = node->text;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_yaml_u64(const struct sg_yaml *tree, const struct sg_yaml_node *node,
                                  uint64_t min, uint64_t max, uint64_t *value,
                                  struct scrubgate_fault *fault)
{
    uint64_t number = 0;
    if (node->kind == SG_YAML_SCALAR &&
        sg_bytes_to_u64((struct sg_bytes){(const uint8_t *)node->text, node->text_len}, &number) &&
        number >= min && number <= max) {
        *value = number;
        return SCRUBGATE_OK;
    }
    char accepted[96];
    (void)snprintf(accepted, sizeof accepted, "a whole number from %llu to %llu",
                   (unsigned long long)min, (unsigned long long)max);
    return fault_must_be(tree, node, fault, accepted);
}

struct unit {
    const char *word;
    uint64_t factor;
};

/* Digits and one of the units; false on anything else and on overflow. */
static bool read_quantity(const struct sg_yaml_node *node, const struct unit *units, size_t n,
                          uint64_t *value)
{
    if (node->kind != SG_YAML_SCALAR)
        return false;
    size_t digits = strspn(node->text, "0123456789");
    uint64_t number = 0;
    if (!sg_bytes_to_u64((struct sg_bytes){(const uint8_t *)node->text, digits}, &number))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(node->text + digits, units[i].word) != 0)
            continue;
        if (number > UINT64_MAX / units[i].factor)
            return false;
        *value = number * units[i].factor;
        return true;
    }
    return false;
}

enum scrubgate_status sg_yaml_duration(const struct sg_yaml *tree, const struct sg_yaml_node *node,
                                       uint64_t *ms, struct scrubgate_fault *fault)
{
    static const struct unit units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 3600 * 1000}, {"d", 86400 * 1000},
    };
    if (read_quantity(node, units, sizeof units / sizeof units[0], ms))
        return SCRUBGATE_OK;
    return fault_must_be(tree, node, fault,
                         "a time such as 250ms, 10s, 5m, 1h or 2d: a whole number and its unit");
}

enum scrubgate_status sg_yaml_size(const struct sg_yaml *tree, const struct sg_yaml_node *node,
                                   uint64_t *bytes, struct scrubgate_fault *fault)
{
    static const struct unit units[] = {
        {"", 1},
        {"KiB", 1024},
        {"MiB", 1024 * 1024},
        {"GiB", 1024 * 1024 * 1024},
    };
    if (read_quantity(node, units, sizeof units / sizeof units[0], bytes))
        return SCRUBGATE_OK;
    return fault_must_be(tree, node, fault,
                         "a size such as 512, 32KiB, 16MiB or 1GiB: a whole number and its unit");
}

/* --- keys ---------------------------------------------------------------------------------------
 */

static bool is_among(const char *word, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(word, names[i]) == 0)
            return true;
    }
    return false;
}

static void list_words(char *text, size_t cap, const char *const *names, size_t n)
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n && len < cap; i++) {
        int more = snprintf(text + len, cap - len, "%s%s", i == 0 ? "" : ", ", names[i]);
        len += more > 0 ? (size_t)more : 0;
    }
}

enum scrubgate_status sg_yaml_only(const struct sg_yaml *tree, const struct sg_yaml_node *mapping,
                                   const char *const *names, size_t n,
                                   struct scrubgate_fault *fault)
{
    char shown[SHOWN_SIZE], list[400];
    if (mapping->kind != SG_YAML_MAPPING)
        return fault_must_be(tree, mapping, fault, "a mapping: lines of 'key: value'");
    for (const struct sg_yaml_node *at = mapping->child; at != NULL; at = at->next) {
        if (is_among(at->key, names, n))
            continue;
        const char *near = sg_nearest_word(at->key, names, n);
        if (near == NULL) {
            list_words(list, sizeof list, names, n);
            sg_fault_set(fault, tree->name, at->key_line, at->key_column,
                         "unknown key '%s': remove it, or use one of %s", show(shown, at->key),
                         list);
        } else {
            sg_fault_set(fault, tree->name, at->key_line, at->key_column,
                         "unknown key '%s': did you mean '%s'?", show(shown, at->key), near);
        }
        return SCRUBGATE_EINVAL;
    }
    return SCRUBGATE_OK;
}

const char *sg_yaml_library(void)
{
    return yaml_get_version_string();
}
