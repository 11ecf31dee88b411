/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template.c - read what stands in place of a value into parts, once, at load.
 */
#include "rule/template.h"

#include "base/diag.h"

enum { MOST_SHOWN = 8, LONGEST_TEMPLATE = 512 };

static const struct {
    const char *name;
    enum sg_part_kind kind;
    bool counted;
} words[] = {
    {"last", SG_PART_LAST, true}, {"first", SG_PART_FIRST, true},
    {"len", SG_PART_LEN, false},  {"entity", SG_PART_ENTITY, false},
    {"n", SG_PART_N, false},      {"stars", SG_PART_STARS, false},
};

/* Reads "last:4" or "entity", the inside of a pair of braces. */
static enum scrubgate_status read_word(struct sg_part *part, struct sg_bytes word,
                                       struct scrubgate_fault *fault)
{
    size_t colon = sg_bytes_find(word, ':');
    struct sg_bytes name = {word.data, colon};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!sg_bytes_equal(name, sg_bytes_of(words[i].name)))
            continue;
        uint64_t count = 0;
        if (words[i].counted) {
            struct sg_bytes number = {word.data + colon + 1, word.len - colon - 1};
            if (colon == word.len || !sg_bytes_to_u64(number, &count) || count < 1 ||
                count > MOST_SHOWN) {
                sg_fault_set(fault, NULL, 0, 0, "{%s:N} needs a number from 1 to %d, as {%s:4}",
                             words[i].name, MOST_SHOWN, words[i].name);
                return SCRUBGATE_EINVAL;
            }
        } else if (colon != word.len) {
            sg_fault_set(fault, NULL, 0, 0, "{%s} takes no number", words[i].name);
            return SCRUBGATE_EINVAL;
        }
        part->kind = words[i].kind;
        part->count = (unsigned)count;
        return SCRUBGATE_OK;
    }
    sg_fault_set(fault, NULL, 0, 0,
                 "in braces there is only {last:N} {first:N} {len} {entity} {n} {stars}; a brace "
                 "itself is written twice");
    return SCRUBGATE_EINVAL;
}

/* Reads one part at *at and moves beyond it. */
static enum scrubgate_status read_part(struct sg_part *part, struct sg_bytes text, size_t *at,
                                       struct scrubgate_fault *fault)
{
    size_t from = *at;
    struct sg_bytes rest = {text.data + from, text.len - from};
    *part = (struct sg_part){.kind = SG_PART_TEXT};
    if (rest.data[0] != '{' && rest.data[0] != '}') {
        size_t open = sg_bytes_find(rest, '{'), close = sg_bytes_find(rest, '}');
        part->text = (struct sg_bytes){rest.data, open < close ? open : close};
        *at += part->text.len;
        return SCRUBGATE_OK;
    }
    if (rest.len > 1 && rest.data[1] == rest.data[0]) {
        part->text = (struct sg_bytes){rest.data, 1};
        *at += 2;
        return SCRUBGATE_OK;
    }
    size_t close = sg_bytes_find(rest, '}');
    if (rest.data[0] == '}' || close == rest.len) {
        sg_fault_set(fault, NULL, 0, 0, "%s; a brace itself is written twice",
                     rest.data[0] == '}' ? "\"}\" without a \"{\" before it"
                                         : "\"{\" without a \"}\" behind it");
        return SCRUBGATE_EINVAL;
    }
    *at += close + 1;
    enum scrubgate_status rc = read_word(part, (struct sg_bytes){rest.data + 1, close - 1}, fault);
    if (rc < 0)
        *at = from;
    return rc;
}

enum scrubgate_status sg_template_parse(struct sg_template *tpl, struct sg_arena *arena,
                                        struct sg_bytes text, size_t *at,
                                        struct scrubgate_fault *fault)
{
    *tpl = (struct sg_template){0};
    *at = 0;
    if (text.len > LONGEST_TEMPLATE) {
        sg_fault_set(fault, NULL, 0, 0, "a template has at most %d bytes", LONGEST_TEMPLATE);
        return SCRUBGATE_EINVAL;
    }
    /* Every part but a text begins with a brace, and two texts never touch without one. */
    size_t most = 1;
    for (size_t i = 0; i < text.len; i++)
        most += text.data[i] == '{' || text.data[i] == '}' ? 2 : 0;
    struct sg_part *parts = sg_arena_alloc(arena, most * sizeof *parts);
    const char *copy = sg_arena_copy(arena, text);
    if (parts == NULL || copy == NULL)
        return SCRUBGATE_ENOMEM;
    struct sg_template made = {.parts = parts};
    text.data = (const uint8_t *)copy;
    while (*at < text.len) {
        struct sg_part *part = &parts[made.n++];
        enum scrubgate_status rc = read_part(part, text, at, fault);
        if (rc < 0)
            return rc;
        if (part->kind == SG_PART_LAST && part->count > made.last)
            made.last = part->count;
        if (part->kind == SG_PART_FIRST && part->count > made.first)
            made.first = part->count;
    }
    *tpl = made;
    return SCRUBGATE_OK;
}
