/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_json_tree.c - any bytes as JSON: judge and tree agree, at any split; trees read back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEPTH = 24 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Pushes pieces of step bytes; 0: all at once. */
static enum scrubgate_status judge(struct sg_bytes text, size_t step, bool many)
{
    struct sg_json_judge *judge = NULL;
    enum scrubgate_status rc = sg_json_judge_new(&judge, DEPTH, many);
    while (rc >= 0 && text.len > 0) {
        size_t n = step == 0 || step > text.len ? text.len : step;
        rc = sg_json_judge_push(judge, (struct sg_bytes){text.data, n});
        text.data += n;
        text.len -= n;
    }
    if (rc >= 0)
        rc = sg_json_judge_end(judge);
    sg_json_judge_free(judge);
    must(rc == SCRUBGATE_OK || rc == SCRUBGATE_EMALFORMED || rc == SCRUBGATE_ELIMIT);
    return rc;
}

static void write_tree(struct sg_buf *out, const struct sg_json_node *node)
{
    static const char *const words[] = {"null", "false", "true"};
    enum scrubgate_status rc = SCRUBGATE_OK;
    bool map = node->kind == SG_JSON_OBJECT;
    size_t n = 0;
    if (node->kind == SG_JSON_STRING) {
        must(sg_utf8_valid(node->text) && node->text.data[node->text.len] == '\0');
        rc = sg_json_add_string(out, node->text);
    } else if (node->kind == SG_JSON_NUMBER) {
        rc = sg_buf_add_bytes(out, node->text);
    } else if (node->kind == SG_JSON_NULL || node->kind == SG_JSON_BOOL) {
        rc = sg_buf_add_text(out, words[node->kind == SG_JSON_NULL ? 0 : node->truth ? 2 : 1]);
    } else {
        rc = sg_buf_add_byte(out, map ? '{' : '[');
        for (const struct sg_json_node *at = node->child; at != NULL; at = at->next) {
            if (n++ > 0)
                must(sg_buf_add_byte(out, ',') >= 0);
            if (map) {
                must(sg_utf8_valid(at->key) && sg_json_add_string(out, at->key) >= 0);
                must(sg_buf_add_byte(out, ':') >= 0);
            }
            write_tree(out, at);
        }
        must(rc >= 0 && n == node->count);
        rc = sg_buf_add_byte(out, map ? '}' : ']');
    }
    must(rc >= 0);
}

/* What is written from a tree is one value that gives the same tree. */
static void check_tree(const struct sg_json *json)
{
    struct sg_json *again = NULL;
    struct sg_buf first = {0}, second = {0};
    write_tree(&first, sg_json_root(json));
    must(sg_json_parse(&again, sg_buf_bytes(&first), DEPTH, NULL) >= 0);
    write_tree(&second, sg_json_root(again));
    must(sg_bytes_equal(sg_buf_bytes(&first), sg_buf_bytes(&second)));
    sg_json_free(again);
    sg_buf_fini(&first);
    sg_buf_fini(&second);
}

/* Any bytes become a string that reads back as they were, but for what is no UTF-8. */
static void check_writing(struct sg_bytes text)
{
    struct sg_buf out = {0};
    struct sg_json *json = NULL;
    must(sg_buf_add_byte(&out, '"') >= 0 && sg_json_add_spliced(&out, text) >= 0 &&
         sg_buf_add_byte(&out, '"') >= 0);
    must(sg_json_parse(&json, sg_buf_bytes(&out), DEPTH, NULL) >= 0);
    if (sg_utf8_valid(text))
        must(sg_bytes_equal(sg_json_root(json)->text, text));
    sg_json_free(json);
    sg_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_bytes text = {data, size};
    struct sg_json *json = NULL;
    struct scrubgate_fault fault = {.what = ""};
    if (size > 4096) /* yajl rescans a string with each piece */
        return 0;
    enum scrubgate_status one = judge(text, 0, false), many = judge(text, 0, true);
    for (size_t step = 1; step < 8; step++) {
        must(judge(text, step, false) == one);
        must(judge(text, step, true) == many);
    }
    must(one < 0 || many >= 0);

    enum scrubgate_status rc = sg_json_parse(&json, text, DEPTH, &fault);
    must((rc < 0) == (json == NULL) && (rc < 0) == (fault.what[0] != '\0'));
    if (rc >= 0) {
        must(one >= 0);
        check_tree(json);
    } else if (one >= 0) { /* the tree refuses only this much more */
        must(strstr(fault.what, "repeated key") != NULL || strstr(fault.what, "surrogate") != NULL);
    }
    sg_json_free(json);
    check_writing(text);
    return 0;
}
