/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_scanner.c - text of any bytes, cut anywhere, scanned with the packs that ship.
 *
 * Promised: what the reference engine tells of the whole text, the engine tells with every kernel,
 * and both tell of the text in pieces; or the same refusal. The first bytes choose where to cut.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "rule/ruleset.h"
#include "scan/kernel.h"
#include "scan/scanner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CUTS = 4, LONGEST = 9000 }; /* two blocks of the engine */

struct result {
    struct sg_buf out;
    uint64_t next, findings;
    enum scrubgate_status status;
};

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    struct result *result = ctx;
    require(start == result->next, "each byte is handed on once, in order");
    result->next = start + text.len;
    return sg_buf_add_bytes(&result->out, text);
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end, struct sg_bytes text)
{
    struct result *result = ctx;
    require(start == result->next && end > start, "each byte is handed on once, in order");
    result->next = end;
    return sg_buf_add_bytes(&result->out, text);
}

/* In any order: the sum of a hash of each. */
static enum scrubgate_status finding(void *ctx, const struct sg_finding *found)
{
    struct result *result = ctx;
    uint64_t hash = found->start * 31 + found->end;
    hash = (hash * 31 + found->rule->index) * 31 + found->level * 2 + found->contextual;
    result->findings += (hash ^ hash >> 29) * UINT64_C(0x9E3779B97F4A7C15);
    return SCRUBGATE_OK;
}

/* cuts: how long the pieces are, in turn; NULL for the whole text. Pieces are exact copies, so that
 * a sanitizer sees one byte too many. */
static void run(struct result *result, struct sg_scanner *scanner, struct sg_bytes text,
                const uint8_t cuts[CUTS])
{
    const struct sg_scan_sink sink = {keep, edit, finding, result};
    const struct sg_place top = {NULL, 0};
    size_t pos = 0;
    result->findings = result->next = 0;
    sg_buf_clear(&result->out);
    result->status = sg_scanner_begin(scanner, SG_FIELD_TEXT, top, &sink);
    for (size_t i = 0; result->status >= 0; i++) {
        size_t step = cuts == NULL ? text.len : (size_t)cuts[i % CUTS] + 1;
        if (step > text.len - pos)
            step = text.len - pos;
        uint8_t *copy = malloc(step + (step == 0));
        require(copy != NULL, "memory");
        if (step > 0)
            memcpy(copy, text.data + pos, step);
        pos += step;
        struct sg_bytes piece = {copy, step};
        result->status = sg_scanner_feed(scanner, piece, pos == text.len);
        free(copy);
        if (pos == text.len)
            break;
    }
    require(result->status < 0 || result->next == text.len, "every byte is handed on");
}

static void compare(const struct result *right, const struct result *got, const char *what)
{
    /* The matcher's limit may count differently from another start: all else is the same. */
    if (right->status == SCRUBGATE_EMATCH || got->status == SCRUBGATE_EMATCH)
        return;
    require(right->status == got->status, what);
    if (right->status >= 0)
        require(right->findings == got->findings &&
                    sg_bytes_equal(sg_buf_bytes(&right->out), sg_buf_bytes(&got->out)),
                what);
}

/* Compares the whole text and its pieces, scanned with this configuration, with what is right. */
static void judge(const struct result *right, const struct scrubgate_ruleset *set,
                  struct scrubgate_scratch *scratch, const struct sg_scan_config *config,
                  struct sg_bytes text, const uint8_t cuts[CUTS])
{
    struct sg_scanner *scanner = NULL;
    struct result got = {.findings = 0};
    require(sg_scanner_new(&scanner, set, scratch, config) >= 0, "the scanner opens");
    run(&got, scanner, text, NULL);
    compare(right, &got, "the whole text gives what the reference gives");
    sg_scanner_free(scanner);
    require(sg_scanner_new(&scanner, set, scratch, config) >= 0, "the scanner opens");
    run(&got, scanner, text, cuts);
    compare(right, &got, "the pieces give what the whole gives");
    sg_scanner_free(scanner);
    sg_buf_fini(&got.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct scrubgate_ruleset *set;
    static struct scrubgate_scratch *scratch;
    if (set == NULL)
        require(scrubgate_ruleset_load(&set, NULL, 0, NULL) >= 0 &&
                    scrubgate_scratch_new(&scratch) >= 0,
                "the packs load");
    if (size < CUTS || size > LONGEST)
        return 0;
    struct sg_bytes text = {data + CUTS, size - CUTS};
    if (!sg_utf8_valid(text))
        return 0; /* bodies let no other text come here */
    struct result right = {.findings = 0};
    struct sg_scanner *plain = NULL;
    struct sg_scan_config config = {.level = 4, .max_held = 64 * 1024, .reference = true};
    require(sg_scanner_new(&plain, set, scratch, &config) >= 0, "the scanner opens");
    run(&right, plain, text, NULL);
    sg_scanner_free(plain);
    judge(&right, set, scratch, &config, text, data);
    config.reference = false;
    judge(&right, set, scratch, &config, text, data);
    for (size_t i = 0; sg_kernels[i] != NULL; i++) {
        config.kernel = sg_kernels[i];
        if (config.kernel->works())
            judge(&right, set, scratch, &config, text, data);
    }
    sg_buf_fini(&right.out);
    return 0;
}
