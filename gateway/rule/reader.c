/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.c - typed reads from a pack's tree, with the place of every fault.
 */
#include "rule/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"

enum { LONGEST_NAME = 64 };

enum scrubgate_status sg_reader_fault(struct sg_reader *reader, const struct sg_yaml_node *node,
                                      const char *format, ...)
{
    char what[sizeof reader->fault->what];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(what, sizeof what, format, list);
    va_end(list);
    return sg_yaml_fault(reader->tree, node, reader->fault, "%s", what);
}

/* --- places ------------------------------------------------------------------------------- */

/* A walk through the source beside the text it became. */
struct walk {
    struct sg_bytes source;
    size_t at;
    unsigned line, column;
};

static bool step(struct walk *walk, uint8_t expected)
{
    if (walk->at >= walk->source.len || walk->source.data[walk->at] != expected)
        return false;
    walk->at++;
    if (expected == '\n') {
        walk->line++;
        walk->column = 1;
    } else if (walk->at == walk->source.len || (walk->source.data[walk->at] & 0xC0) != 0x80) {
        walk->column++; /* columns count code points, as editors do */
    }
    return true;
}

static bool go_to(struct walk *walk, unsigned line, unsigned column)
{
    while (walk->line < line || (walk->line == line && walk->column < column)) {
        if (walk->at >= walk->source.len || !step(walk, walk->source.data[walk->at]))
            return false;
    }
    return walk->line == line && walk->column == column;
}

static void skip_spaces(struct walk *walk, unsigned most)
{
    while (walk->column <= most && step(walk, ' '))
        continue;
}

/* Indentation of a literal block: that of its first line with something on it. */
static unsigned block_indent(struct walk walk)
{
    do {
        skip_spaces(&walk, UINT16_MAX);
    } while (step(&walk, '\n'));
    return walk.column - 1;
}

/* Walks to the byte of the text; false when source and text part ways, as in folded scalars. */
static bool find_byte(struct walk *walk, const struct sg_yaml_node *node, size_t offset)
{
    if (!go_to(walk, node->block ? node->line + 1 : node->line, node->block ? 1 : node->column))
        return false;
    bool single = node->quoted && !node->block;
    if (single && !step(walk, '\''))
        return false;
    unsigned indent = node->block ? block_indent(*walk) : 0;
    for (size_t i = 0;; i++) {
        if (node->block && walk->column == 1)
            skip_spaces(walk, indent);
        if (i == offset)
            return true;
        uint8_t c = (uint8_t)node->text[i];
        if (!step(walk, c) || (single && c == '\'' && !step(walk, c)))
            return false;
    }
}

enum scrubgate_status sg_reader_place(struct sg_reader *reader, const struct sg_yaml_node *node,
                                      size_t offset)
{
    struct walk walk = {reader->source, 0, 1, 1};
    struct scrubgate_fault *fault = reader->fault;
    bool found = offset <= node->text_len && find_byte(&walk, node, offset);
    (void)snprintf(fault->file, sizeof fault->file, "%s", reader->file);
    fault->line = found ? walk.line : node->line;
    fault->column = found ? walk.column : node->column;
    return SCRUBGATE_EINVAL;
}

/* --- reads -------------------------------------------------------------------------------- */

enum scrubgate_status sg_reader_text(struct sg_reader *reader, const struct sg_yaml_node *node,
                                     struct sg_bytes *text)
{
    const char *start = NULL;
    enum scrubgate_status rc = sg_yaml_text(reader->tree, node, &start, reader->fault);
    if (rc >= 0)
        *text = (struct sg_bytes){(const uint8_t *)start, node->text_len};
    return rc;
}

enum scrubgate_status sg_reader_copy(struct sg_reader *reader, const struct sg_yaml_node *node,
                                     const char **text)
{
    struct sg_bytes bytes;
    enum scrubgate_status rc = sg_reader_text(reader, node, &bytes);
    if (rc < 0)
        return rc;
    *text = sg_arena_copy(&reader->set->arena, bytes);
    return *text == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

enum scrubgate_status sg_reader_option(struct sg_reader *reader, const struct sg_yaml_node *mapping,
                                       const char *key, const char **text)
{
    const struct sg_yaml_node *node = sg_yaml_get(mapping, key);
    *text = "";
    return node == NULL ? SCRUBGATE_OK : sg_reader_copy(reader, node, text);
}

enum scrubgate_status sg_reader_need(struct sg_reader *reader, const struct sg_yaml_node *mapping,
                                     const char *key, const struct sg_yaml_node **node)
{
    *node = sg_yaml_get(mapping, key);
    if (*node != NULL)
        return SCRUBGATE_OK;
    return sg_reader_fault(reader, mapping, "the key '%s' is missing here: add it", key);
}

enum scrubgate_status sg_reader_name(struct sg_reader *reader, const struct sg_yaml_node *mapping,
                                     const char *key, const char **name)
{
    const struct sg_yaml_node *node;
    enum scrubgate_status rc = sg_reader_need(reader, mapping, key, &node);
    if (rc >= 0)
        rc = sg_reader_copy(reader, node, name);
    if (rc < 0)
        return rc;
    size_t len = strlen(*name);
    bool fine = len >= 1 && len <= LONGEST_NAME && sg_is_alnum((*name)[0]);
    for (size_t i = 0; fine && i < len; i++) {
        int c = (*name)[i];
        fine = sg_is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
    }
    if (fine)
        return SCRUBGATE_OK;
    return sg_reader_fault(reader, node,
                           "'%s' must be 1 to %d lower-case letters, digits, - and _, a letter or "
                           "digit first",
                           key, LONGEST_NAME);
}

enum scrubgate_status sg_reader_items(struct sg_reader *reader, const struct sg_yaml_node *node,
                                      struct sg_items *items)
{
    if (node->kind == SG_YAML_MAPPING)
        return sg_reader_fault(reader, node, "'%s' must be a value or a list of values",
                               node->key == NULL ? "this" : node->key);
    bool list = node->kind == SG_YAML_SEQUENCE;
    *items = (struct sg_items){list ? node->child : node, list ? node->count : 1};
    return SCRUBGATE_OK;
}

void *sg_reader_grow(struct sg_reader *reader, void *old, size_t n, size_t size)
{
    if (n != 0 && (n & (n - 1)) != 0)
        return old; /* between two powers of two there is room */
    void *larger = sg_arena_alloc(&reader->set->arena, (n == 0 ? 1 : 2 * n) * size);
    if (larger != NULL && n > 0)
        memcpy(larger, old, n * size);
    return larger;
}

enum scrubgate_status sg_reader_warn(struct sg_reader *reader, const struct sg_yaml_node *node,
                                     const char *format, ...)
{
    struct scrubgate_ruleset *set = reader->set;
    struct scrubgate_fault place;
    char what[sizeof place.what], line[sizeof place.file + sizeof place.what + 32];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(what, sizeof what, format, list);
    va_end(list);
    sg_fault_set(&place, reader->file, node->line, node->column, "%s", what);
    sg_fault_print(&place, line, sizeof line);
    struct sg_warning *warnings =
        sg_reader_grow(reader, set->warnings, set->n_warnings, sizeof *warnings);
    const char *text = sg_arena_copy(&set->arena, sg_bytes_of(line));
    if (warnings == NULL || text == NULL)
        return SCRUBGATE_ENOMEM;
    set->warnings = warnings;
    warnings[set->n_warnings++] = (struct sg_warning){text};
    return SCRUBGATE_OK;
}
