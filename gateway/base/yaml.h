/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml.h - a strict subset of YAML as a tree that knows its lines: the home of libyaml.
 *
 * Accepted: one document of mappings, sequences and scalars, plain, single- or double-quoted, or
 * block. Refused with line, column and what to do: aliases, anchors, tags, repeated keys, keys that
 * are no scalars, a second document, invalid UTF-8, depth over 32, more than 1 MiB.
 */
#ifndef SG_BASE_YAML_H
#define SG_BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "base/word.h"

enum sg_yaml_kind { SG_YAML_SCALAR, SG_YAML_SEQUENCE, SG_YAML_MAPPING };

/* One node. Children of a mapping carry their key. Everything lives as long as the tree. */
struct sg_yaml_node {
    enum sg_yaml_kind kind;
    unsigned line, column; /* of the value (its first letter or quote), from 1, in code points */
    const char *key;       /* in a mapping: the key, NUL-ended; else NULL */
    unsigned key_line, key_column;
    const char *text; /* scalar: NUL-ended, never holds a NUL inside; else NULL */
    size_t text_len;
    bool quoted;  /* scalar in quotes or a block: "null", "true" are words then */
    bool block;   /* scalar in | or > form: its first line is the line after node.line */
    size_t count; /* children of a sequence or mapping */
    struct sg_yaml_node *child; /* first */
    struct sg_yaml_node *next;  /* sibling */
};

struct sg_yaml; /* a tree and the name of its file */

/* Parses text; name goes into faults. The tree copies what it needs. *tree is NULL on error. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_yaml_parse(struct sg_yaml **tree, const char *name,
                                                       struct sg_bytes text,
                                                       struct scrubgate_fault *fault);
void sg_yaml_free(struct sg_yaml *tree);
const struct sg_yaml_node *sg_yaml_root(const struct sg_yaml *tree); /* an empty text: empty map */
const char *sg_yaml_name(const struct sg_yaml *tree);

/* The child with that key, or NULL. */
const struct sg_yaml_node *sg_yaml_get(const struct sg_yaml_node *mapping, const char *key);

/* Sets fault at the node, in the tree's file; returns EINVAL. */
enum scrubgate_status sg_yaml_fault(const struct sg_yaml *tree, const struct sg_yaml_node *node,
                                    struct scrubgate_fault *fault, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Typed reads. EINVAL with the fault set when the node is of another kind or out of range, naming
 * the key and what is accepted.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_yaml_text(const struct sg_yaml *tree,
                                                      const struct sg_yaml_node *node,
                                                      const char **text,
                                                      struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_yaml_u64(const struct sg_yaml *tree,
                                                     const struct sg_yaml_node *node, uint64_t min,
                                                     uint64_t max, uint64_t *value,
                                                     struct scrubgate_fault *fault);
/* "10s", "250ms", "5m", "1h", "2d": to milliseconds. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_yaml_duration(const struct sg_yaml *tree,
                                                          const struct sg_yaml_node *node,
                                                          uint64_t *ms,
                                                          struct scrubgate_fault *fault);
/* "32KiB", "16MiB", "1GiB", "512": to bytes. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_yaml_size(const struct sg_yaml *tree,
                                                      const struct sg_yaml_node *node,
                                                      uint64_t *bytes,
                                                      struct scrubgate_fault *fault);
/* Every key of the mapping must be among names (n of them); the fault lists the close one. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_yaml_only(const struct sg_yaml *tree,
                                                      const struct sg_yaml_node *mapping,
                                                      const char *const *names, size_t n,
                                                      struct scrubgate_fault *fault);
/* libyaml's version, "0.2.5", static. */
const char *sg_yaml_library(void);

#endif
