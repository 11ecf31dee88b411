/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_scanner.c - text of any bytes, cut anywhere, scanned with the packs that ship.
 *
 * Promised: the output and the findings are those of the whole text, with and without prefilter; or
 * the same refusal. The first bytes choose where to cut.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "rule/ruleset.h"
#include "scan/scanner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CUTS = 4, LONGEST = 4096 };

struct result {
    struct sg_buf out;
    uint64_t findings;
    enum scrubgate_status status;
};

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    (void)start;
    return sg_buf_add_bytes(&((struct result *)ctx)->out, text);
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end, struct sg_bytes text)
{
    (void)start;
    (void)end;
    return sg_buf_add_bytes(&((struct result *)ctx)->out, text);
}

static enum scrubgate_status finding(void *ctx, const struct sg_finding *found)
{
    struct result *result = ctx;
    result->findings =
        result->findings * 31 + found->start * 7 + found->end * 3 + found->rule->index;
    return SCRUBGATE_OK;
}

static void run(struct result *result, struct sg_scanner *scanner, struct sg_bytes text,
                const uint8_t cuts[CUTS])
{
    const struct sg_scan_sink sink = {keep, edit, finding, result};
    const struct sg_place top = {NULL, 0};
    size_t pos = 0;
    result->status = sg_scanner_begin(scanner, SG_FIELD_TEXT, top, &sink);
    for (size_t i = 0; result->status >= 0; i++) {
        size_t step = cuts == NULL ? text.len : (size_t)cuts[i % CUTS] + 1;
        if (step > text.len - pos)
            step = text.len - pos;
        struct sg_bytes piece = {text.data + pos, step};
        pos += step;
        result->status = sg_scanner_feed(scanner, piece, pos == text.len);
        if (pos == text.len)
            break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct scrubgate_ruleset *set;
    static struct scrubgate_scratch *scratch;
    if (set == NULL &&
        (scrubgate_ruleset_load(&set, NULL, 0, NULL) < 0 || scrubgate_scratch_new(&scratch) < 0))
        abort();
    if (size < CUTS || size > LONGEST)
        return 0;
    struct sg_bytes text = {data + CUTS, size - CUTS};
    if (!sg_utf8_valid(text))
        return 0; /* bodies let no other text come here */
    struct result whole = {.findings = 0}, cut = {.findings = 0};
    struct sg_scanner *fast = NULL, *plain = NULL;
    struct sg_scan_config config = {.level = 4, .max_held = 64 * 1024};
    if (sg_scanner_new(&fast, set, scratch, &config) < 0)
        abort();
    config.reference = true;
    if (sg_scanner_new(&plain, set, scratch, &config) < 0)
        abort();
    run(&whole, fast, text, NULL);
    run(&cut, plain, text, data);
    /* The matcher's limit may count differently in pieces; all else is the same. */
    if (whole.status != SCRUBGATE_EMATCH && cut.status != SCRUBGATE_EMATCH) {
        if (whole.status != cut.status || whole.findings != cut.findings ||
            !sg_bytes_equal(sg_buf_bytes(&whole.out), sg_buf_bytes(&cut.out)))
            abort();
    }
    sg_scanner_free(fast);
    sg_scanner_free(plain);
    sg_buf_fini(&whole.out);
    sg_buf_fini(&cut.out);
    return 0;
}
