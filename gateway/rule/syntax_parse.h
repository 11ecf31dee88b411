/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax_parse.h - one reading of a pattern: the place, the options, the groups so far.
 */
#ifndef SG_RULE_SYNTAX_PARSE_H
#define SG_RULE_SYNTAX_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "rule/syntax_class.h"
#include "rule/syntax_tree.h"

/* Resolved while reading: the tree knows none. */
struct sg_options {
    bool nocase, dotall, extended;
};

struct sg_named_group {
    struct sg_bytes name; /* empty when it has none */
    bool closed, hidden;  /* hidden: inside a lookbehind */
};

struct sg_parser {
    struct sg_cursor c;
    struct sg_tree *tree;
    struct sg_options options;
    unsigned depth;
    bool in_behind;
    struct sg_named_group groups[SG_TREE_GROUPS + 1]; /* by number */
};

/* --- syntax_parse.c --- */

/* Takes what stands up to the end or a ) that closes a group. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_parse_alternatives(struct sg_parser *p,
                                                               struct sg_node **node);

/* --- syntax_group.c --- */

/* Takes a group, from its ( on. *node is NULL when it only sets options. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_parse_group(struct sg_parser *p, struct sg_node **node);
/* Take a reference that starts at start, behind its \g or \k; or the one to that group. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_parse_ref_g(struct sg_parser *p, size_t start,
                                                        struct sg_node **node);
SCRUBGATE_MUST_USE enum scrubgate_status sg_parse_ref_k(struct sg_parser *p, size_t start,
                                                        struct sg_node **node);
SCRUBGATE_MUST_USE enum scrubgate_status sg_parse_ref(struct sg_parser *p, size_t start,
                                                      unsigned group, struct sg_node **node);

#endif
