/* SPDX-License-Identifier: Apache-2.0 */
/*
 * define.c - replace %{name} in patterns, and lead a fault in the result back to the source.
 */
#include "rule/define.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "rule/context_pattern.h"

enum { LONGEST_PATTERN = 32 * 1024, SHOWN_NAME = 40 };

/* Where a byte of the replaced text comes from. */
struct origin {
    size_t target; /* offset in the replaced text */
    size_t source; /* offset in the scalar; that of the %{ for a byte out of a define */
};

static const struct sg_define *find(const struct sg_reader *reader, struct sg_bytes name)
{
    for (size_t i = 0; i < reader->n_defines; i++) {
        if (sg_bytes_equal(sg_bytes_of(reader->defines[i].name), name))
            return &reader->defines[i];
    }
    return NULL;
}

static enum scrubgate_status refuse_name(struct sg_reader *reader, const struct sg_yaml_node *node,
                                         size_t at, struct sg_bytes name, bool closed)
{
    if (closed && name.len > 0 && name.len <= SHOWN_NAME)
        sg_fault_set(reader->fault, NULL, 0, 0,
                     "%%{%.*s} is not defined above; add it under define, or write %%%%{ for a "
                     "literal one",
                     (int)name.len, (const char *)name.data);
    else
        sg_fault_set(
            reader->fault, NULL, 0, 0,
            "%%{ begins a name from define, as %%{sep}, and ends with }; a brace that stands "
            "for itself is written \\{");
    return sg_reader_place(reader, node, at);
}

/* Writes the scalar's text to out with defines replaced. origin may be NULL. */
static enum scrubgate_status expand(struct sg_reader *reader, const struct sg_yaml_node *node,
                                    struct sg_buf *out, struct origin *origin)
{
    const struct sg_bytes open = SG_BYTES("%{"), literal = SG_BYTES("%%{");
    struct sg_bytes text;
    enum scrubgate_status rc = sg_reader_text(reader, node, &text);
    size_t at = 0;
    while (rc >= 0 && at < text.len) {
        struct sg_bytes rest = {text.data + at, text.len - at};
        struct sg_bytes piece = {rest.data, 1};
        size_t taken = 1;
        if (sg_bytes_start_with(rest, literal)) {
            piece = open;
            taken = literal.len;
        } else if (sg_bytes_start_with(rest, open)) {
            size_t close = sg_bytes_find(rest, '}');
            struct sg_bytes name = {rest.data + 2, close < rest.len ? close - 2 : 0};
            const struct sg_define *define = find(reader, name);
            if (define == NULL)
                return refuse_name(reader, node, at, name, close < rest.len);
            piece = define->text;
            taken = close + 1;
        }
        if (origin != NULL && origin->target >= out->len)
            origin->source = origin->target < out->len + piece.len ? at : at + taken;
        rc = sg_buf_add_bytes(out, piece);
        at += taken;
    }
    if (rc == SCRUBGATE_ELIMIT)
        return sg_reader_fault(reader, node,
                               "longer than %d bytes with its defines replaced: make it simpler",
                               LONGEST_PATTERN);
    return rc;
}

static enum scrubgate_status check_name(struct sg_reader *reader, const struct sg_yaml_node *node)
{
    size_t len = strlen(node->key);
    bool fine = len <= SHOWN_NAME;
    for (size_t i = 0; fine && i < len; i++)
        fine = sg_is_alnum(node->key[i]) || node->key[i] == '_' || node->key[i] == '-';
    if (fine)
        return SCRUBGATE_OK;
    return sg_reader_fault(reader, node,
                           "a name under define has up to %d letters, digits, _ and -", SHOWN_NAME);
}

enum scrubgate_status sg_define_read(struct sg_reader *reader, const struct sg_yaml_node *mapping)
{
    if (mapping->kind != SG_YAML_MAPPING)
        return sg_reader_fault(reader, mapping,
                               "define must be a mapping of names to pieces of patterns");
    struct sg_define *defines =
        sg_arena_alloc(&reader->set->arena, mapping->count * sizeof *defines);
    struct sg_buf text;
    sg_buf_init(&text, LONGEST_PATTERN);
    enum scrubgate_status rc = defines == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    reader->defines = defines;
    for (const struct sg_yaml_node *at = mapping->child; rc >= 0 && at != NULL; at = at->next) {
        sg_buf_clear(&text);
        rc = check_name(reader, at);
        if (rc >= 0)
            rc = expand(reader, at, &text, NULL);
        if (rc < 0)
            break;
        struct sg_define *define = &defines[reader->n_defines];
        define->name = sg_arena_copy(&reader->set->arena, sg_bytes_of(at->key));
        define->text.data =
            (const uint8_t *)sg_arena_copy(&reader->set->arena, sg_buf_bytes(&text));
        define->text.len = text.len;
        if (define->name == NULL || define->text.data == NULL)
            rc = SCRUBGATE_ENOMEM;
        else
            reader->n_defines++; /* from here on others may use it */
    }
    sg_buf_fini(&text);
    return rc;
}

/* Gives a fault in the replaced text the place in the pack that it comes from. */
static enum scrubgate_status place(struct sg_reader *reader, const struct sg_yaml_node *node,
                                   size_t target)
{
    struct sg_buf again;
    struct origin origin = {target, 0};
    sg_buf_init(&again, LONGEST_PATTERN);
    enum scrubgate_status walked = expand(reader, node, &again, &origin);
    sg_buf_fini(&again);
    return sg_reader_place(reader, node, walked < 0 ? 0 : origin.source);
}

enum scrubgate_status sg_define_compile(struct sg_reader *reader, const struct sg_yaml_node *node,
                                        struct sg_pattern **pattern)
{
    struct sg_buf text;
    size_t at = 0;
    sg_buf_init(&text, LONGEST_PATTERN);
    enum scrubgate_status rc = expand(reader, node, &text, NULL);
    if (rc < 0)
        goto out;
    rc = sg_pattern_new(pattern, sg_buf_bytes(&text), false, &at, reader->fault);
    if (rc == SCRUBGATE_EINVAL)
        rc = place(reader, node, at);
out:
    sg_buf_fini(&text);
    return rc;
}

enum scrubgate_status sg_define_context(struct sg_reader *reader, const struct sg_yaml_node *node,
                                        const struct sg_pattern **pattern)
{
    struct sg_buf text;
    size_t at = 0;
    sg_buf_init(&text, LONGEST_PATTERN);
    enum scrubgate_status rc = expand(reader, node, &text, NULL);
    if (rc < 0)
        goto out;
    rc = sg_context_pattern(reader, node->key, sg_buf_bytes(&text), true, &at, pattern);
    if (rc == SCRUBGATE_EINVAL)
        rc = place(reader, node, at);
out:
    sg_buf_fini(&text);
    return rc;
}
