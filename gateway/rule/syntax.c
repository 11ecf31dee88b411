/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax.c - from a pattern's source to its bounds and the text PCRE2 compiles.
 */
#include "rule/syntax.h"

#include "rule/syntax_tree.h"

enum scrubgate_status sg_syntax_parse(struct sg_syntax *syntax, struct sg_bytes text,
                                      bool may_be_empty, size_t *at, struct scrubgate_fault *fault)
{
    struct sg_tree tree;
    *syntax = (struct sg_syntax){.extent = {0}};
    enum scrubgate_status rc = sg_tree_parse(&tree, text, at, fault);
    if (rc < 0)
        return rc;
    rc = sg_tree_measure(&tree, may_be_empty, syntax, at, fault);
    if (rc >= 0)
        rc = sg_tree_print(&tree, &syntax->text);
    sg_tree_fini(&tree);
    return rc;
}

void sg_syntax_fini(struct sg_syntax *syntax)
{
    sg_buf_fini(&syntax->text);
}
