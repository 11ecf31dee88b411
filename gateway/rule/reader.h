/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.h - one pack while it is read: its tree, its text, where to put things and where to say
 * what is wrong. Shared by the modules that read packs; nobody else includes it.
 */
#ifndef SG_RULE_READER_H
#define SG_RULE_READER_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "base/yaml.h"
#include "rule/pattern.h"
#include "rule/ruleset.h"
#include "rule/sample.h"

/* A name of the pack's define, its own %{} already replaced. */
struct sg_define {
    const char *name;
    struct sg_bytes text;
};

struct sg_reader {
    struct scrubgate_ruleset *set; /* what is read goes into it and lives in its arena */
    struct sg_yaml *tree;
    struct sg_bytes source; /* the pack's bytes, for finding places in scalars */
    const char *file, *pack;
    const struct sg_define *defines;
    size_t n_defines;
    struct sg_matcher *matcher;    /* for lint */
    struct sg_sample *sample;      /* for signatures */
    struct scrubgate_fault *fault; /* never NULL */
};

/* Sets the fault at a node; returns EINVAL. */
enum scrubgate_status sg_reader_fault(struct sg_reader *reader, const struct sg_yaml_node *node,
                                      const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Gives the fault, which has its sentence already, the place of a byte of a scalar's text: exact
 * where the scalar is plain, single-quoted or a literal block, else where the scalar begins.
 */
enum scrubgate_status sg_reader_place(struct sg_reader *reader, const struct sg_yaml_node *node,
                                      size_t offset);

/* The text of a scalar that is no bare null; EINVAL for anything else. Borrowed from the tree. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_text(struct sg_reader *reader,
                                                        const struct sg_yaml_node *node,
                                                        struct sg_bytes *text);
/* The same, copied into the set. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_copy(struct sg_reader *reader,
                                                        const struct sg_yaml_node *node,
                                                        const char **text);
/* As copy, from the child with that key; "" when there is none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_option(struct sg_reader *reader,
                                                          const struct sg_yaml_node *mapping,
                                                          const char *key, const char **text);
/* The child with that key; EINVAL when there is none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_need(struct sg_reader *reader,
                                                        const struct sg_yaml_node *mapping,
                                                        const char *key,
                                                        const struct sg_yaml_node **node);
/* The text of a child that must be a name: lower-case letters, digits, - and _, at most 64. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_name(struct sg_reader *reader,
                                                        const struct sg_yaml_node *mapping,
                                                        const char *key, const char **name);

/* A list, or a single scalar taken as a list of one: walk n nodes from first by next. */
struct sg_items {
    const struct sg_yaml_node *first;
    size_t n;
};
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_items(struct sg_reader *reader,
                                                         const struct sg_yaml_node *node,
                                                         struct sg_items *items);

/* Room for one more element behind n of them: old, or a copy twice as large. NULL: no memory. */
void *sg_reader_grow(struct sg_reader *reader, void *old, size_t n, size_t size);

/* Tells the operator something that stops nothing. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reader_warn(struct sg_reader *reader,
                                                        const struct sg_yaml_node *node,
                                                        const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
