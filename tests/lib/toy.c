/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy.c - rules made from a few lines of YAML, and a text scanned with them in pieces.
 */
#include "toy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/diag.h"
#include "rule/rulefile.h"

struct scrubgate_ruleset *sg_toy_rules(const char *rules)
{
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf text = {0};
    assert_int_equal(sg_buf_add_text(&text, "pack: toy\nversion: 1\nowner: tests\nrules:\n"), 0);
    assert_int_equal(sg_buf_add_text(&text, rules), 0);
    const struct sg_pack_source source = {"toy.yaml", sg_buf_bytes(&text)};
    if (sg_rulefile_compile(&set, &source, 1, 0, &fault) < 0)
        fail_msg("toy.yaml:%u:%u: %s", fault.line, fault.column, fault.what);
    sg_buf_fini(&text);
    return set;
}

void sg_toy_fini(struct sg_toy *toy)
{
    sg_buf_fini(&toy->out);
    sg_buf_fini(&toy->told);
}

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    struct sg_toy *toy = ctx;
    assert_int_equal(start, toy->next);
    toy->next = start + text.len;
    return sg_buf_add_bytes(&toy->out, text);
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end,
                                  struct sg_bytes replacement)
{
    struct sg_toy *toy = ctx;
    assert_int_equal(start, toy->next);
    assert_true(end > start);
    toy->next = end;
    return sg_buf_add_bytes(&toy->out, replacement);
}

static enum scrubgate_status finding(void *ctx, const struct sg_finding *found)
{
    struct sg_toy *toy = ctx;
    return sg_buf_addf(&toy->told, "%s@%llu-%llu ", found->rule->id,
                       (unsigned long long)found->start, (unsigned long long)found->end);
}

enum scrubgate_status sg_toy_scan(struct sg_toy *toy, struct sg_scanner *scanner,
                                  struct sg_bytes text, size_t first, size_t step)
{
    const struct sg_scan_sink sink = {keep, edit, finding, toy};
    const struct sg_place top = {NULL, 0};
    sg_buf_clear(&toy->out);
    sg_buf_clear(&toy->told);
    toy->next = 0;
    enum scrubgate_status rc = sg_scanner_begin(scanner, SG_FIELD_TEXT, top, &sink);
    size_t pos = 0, take = first;
    do {
        if (take > text.len - pos)
            take = text.len - pos;
        struct sg_bytes piece = {text.data + pos, take};
        pos += take;
        if (rc >= 0)
            rc = sg_scanner_feed(scanner, piece, pos == text.len);
        take = step;
    } while (rc >= 0 && pos < text.len);
    if (rc >= 0)
        assert_int_equal(toy->next, text.len);
    return rc;
}
