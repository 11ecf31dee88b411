/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_yaml.c - any bytes as a rule file: a sound tree, or a refusal that says where and what.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEPTH = 32 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void try_typed_reads(const struct sg_yaml *tree, const struct sg_yaml_node *node)
{
    static const char *const names[] = {"pack", "rules", "match", "define"};
    struct scrubgate_fault fault = {.what = ""};
    const char *text = NULL;
    uint64_t value = 0;
    enum scrubgate_status rc = sg_yaml_text(tree, node, &text, &fault);
    must(rc >= 0 ? text == node->text : text == NULL && fault.what[0] != '\0');
    rc = sg_yaml_u64(tree, node, 2, 10, &value, &fault);
    must(rc >= 0 ? value >= 2 && value <= 10 : value == 0);
    must(sg_yaml_duration(tree, node, &value, &fault) >= 0 || fault.line == node->line);
    must(sg_yaml_size(tree, node, &value, &fault) >= 0 || fault.line == node->line);
    fault.what[0] = '\0';
    rc = sg_yaml_only(tree, node, names, 4, &fault);
    must((rc < 0) == (fault.what[0] != '\0'));
}

/* Walks without recursion: depth is what is being tested. */
static void check_tree(const struct sg_yaml *tree)
{
    const struct sg_yaml_node *parents[DEPTH + 1] = {NULL};
    size_t left[DEPTH + 1] = {0};
    size_t depth = 0;
    const struct sg_yaml_node *node = sg_yaml_root(tree);
    must(node->next == NULL && node->key == NULL);
    while (node != NULL) {
        const struct sg_yaml_node *parent = depth == 0 ? NULL : parents[depth - 1];
        must(node->line > 0 && node->column > 0);
        if (parent != NULL) {
            must((node->key != NULL) == (parent->kind == SG_YAML_MAPPING));
            must(left[depth - 1]-- > 0);
            if (node->key != NULL) /* the first of that name: keys do not repeat */
                must(parent->count > 300 || sg_yaml_get(parent, node->key) == node);
        }
        if (node->kind == SG_YAML_SCALAR)
            must(strlen(node->text) == node->text_len && node->child == NULL && node->count == 0);
        else
            must(node->text == NULL && (node->child != NULL) == (node->count > 0));
        try_typed_reads(tree, node);
        if (node->child != NULL) {
            must(depth < DEPTH);
            parents[depth] = node;
            left[depth++] = node->count;
            node = node->child;
            continue;
        }
        while (depth > 0 && node->next == NULL) {
            must(left[--depth] == 0);
            node = parents[depth];
        }
        node = depth == 0 ? NULL : node->next;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_yaml *tree = NULL;
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc =
        sg_yaml_parse(&tree, "fuzz.yaml", (struct sg_bytes){data, size}, &fault);
    if (rc >= 0) {
        must(tree != NULL && fault.what[0] == '\0');
        check_tree(tree);
    } else {
        must(rc == SCRUBGATE_EINVAL || rc == SCRUBGATE_ELIMIT);
        must(tree == NULL && fault.what[0] != '\0' && strcmp(fault.file, "fuzz.yaml") == 0);
        for (const char *at = fault.what; *at != '\0'; at++) /* fit for a terminal */
            must((uint8_t)*at >= 0x20 && *at != 0x7F);
    }
    sg_yaml_free(tree);
    return 0;
}
