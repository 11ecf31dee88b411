/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sweep.c - the engine of every day at its edges: blocks, tables that fill up, rules that
 * wait, work that runs out. Everywhere else test_differential.c looks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "scan/block.h"
#include "scan/kernel.h"
#include "scan/scratch.h"

#include "../lib/suite.h"
#include "../lib/toy.h"

#define RULE(id, match, rest)                                                                      \
    "  - {id: " id ", title: t, entity: TOY, level: 1, match: '" match "', with: '<" id            \
    ">', tests: [{todo: x}]" rest "}\n"

#define LETTERS "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"

enum { LENGTH = 3 * SG_KERNEL_BLOCK };

/* A text of LENGTH times `filler` with `planted` at an offset. */
static const struct row {
    const char *name, *rules, *filler, *planted;
    size_t at;
} rows[] = {
    {"a match across a block's end", RULE("a", "cat", ""), ".", "cat", SG_KERNEL_BLOCK - 1},
    {"a match that starts with a block", RULE("a", "cat", ""), ".", "cat", SG_KERNEL_BLOCK},
    {"a match that ends with a block", RULE("a", "cat", ""), ".", "cat", SG_KERNEL_BLOCK - 3},
    {"what leads up to a place of the next block", RULE("a", "[a-c]{1,60}@x", ""), ".",
     "abcabcabcabcabcabcabcabc@x", SG_KERNEL_BLOCK - 20},
    {"a place on the block's first byte", RULE("a", "[a-c]{1,60}@x", ""), ".", "abcabc@x",
     SG_KERNEL_BLOCK - 6},
    {"alternatives whose places are far apart", RULE("a", "(?:[a-c]{3,40}@x|cab#)", ""), ".",
     "cab#abcabcabc@x", SG_KERNEL_BLOCK - 5},
    {"a lookbehind across a block's end", RULE("a", "(?<=no )cat", ""), ".", "no cat",
     SG_KERNEL_BLOCK - 3},
    {"a rule that is looked for everywhere", RULE("a", "[^.]{3,9}", ", slow: yes"), ".", "a b c",
     SG_KERNEL_BLOCK - 2},
    {"a word as far before the match as it may be, whose place is in the next block",
     RULE("a", "[a-p]{1,40}#\\d{4}", ", near: {words: [passport], before: 20, else: drop}"), ".",
     "passport:::::::::::abcdefghijklmnop#1234", SG_KERNEL_BLOCK - 28},
    {"the last bytes of all", RULE("a", "cat", ""), ".", "cat", LENGTH - 3},
    {"a run as long as the text", RULE("a", "\\d{3,30}x", ""), "1", "x", 2 * SG_KERNEL_BLOCK},
    {"what is counted comes later than anyone counts", RULE("a", "#[a-z]{1,300}\\d{3}", ""), ".",
     "#" LETTERS LETTERS LETTERS LETTERS LETTERS "123", SG_KERNEL_BLOCK},
    {"more stretches than there is room for",
     RULE("a", "1[ab]", "") RULE("b", "1[ac]", "") RULE("c", "1[ad]", "") RULE("d", "1[ae]", "")
         RULE("e", "1[af]", "") RULE("f", "1[ag]", ""),
     "1a", "1g", SG_KERNEL_BLOCK},
};

static struct sg_bytes text_of(const struct row *row)
{
    static char text[LENGTH];
    size_t len = strlen(row->filler);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = row->filler[i % len];
    memcpy(text + row->at, row->planted, strlen(row->planted));
    return (struct sg_bytes){(const uint8_t *)text, sizeof text};
}

/* Whatever the kernel and the cut, what the reference engine finds in the whole. */
static void finds_what_the_reference_finds(void **state)
{
    const struct row *row = *state;
    static const size_t steps[] = {LENGTH, SG_KERNEL_BLOCK, 1000, 61, 7};
    struct scrubgate_ruleset *set = sg_toy_rules(row->rules);
    struct scrubgate_scratch *scratch = NULL;
    struct sg_scanner *scanner = NULL;
    struct sg_toy right = {.next = 0}, got = {.next = 0};
    struct sg_scan_config config = {.level = 1, .max_held = LENGTH, .reference = true};
    struct sg_bytes text = text_of(row);
    assert_int_equal(scrubgate_scratch_new(&scratch), SCRUBGATE_OK);
    assert_int_equal(sg_scanner_new(&scanner, set, scratch, &config), SCRUBGATE_OK);
    assert_int_equal(sg_toy_scan(&right, scanner, text, LENGTH, 1), SCRUBGATE_OK);
    assert_true(right.told.len > 0);
    sg_scanner_free(scanner);
    config.reference = false;
    for (size_t i = 0; sg_kernels[i] != NULL; i++) {
        config.kernel = sg_kernels[i];
        if (!config.kernel->works())
            continue;
        assert_int_equal(sg_scanner_new(&scanner, set, scratch, &config), SCRUBGATE_OK);
        for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++) {
            assert_int_equal(sg_toy_scan(&got, scanner, text, steps[s], steps[s]), SCRUBGATE_OK);
            assert_true(sg_bytes_equal(sg_buf_bytes(&got.told), sg_buf_bytes(&right.told)));
            assert_true(sg_bytes_equal(sg_buf_bytes(&got.out), sg_buf_bytes(&right.out)));
        }
        sg_scanner_free(scanner);
    }
    sg_toy_fini(&right);
    sg_toy_fini(&got);
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
}

static void a_message_that_takes_too_much_work_is_refused_and_the_rule_named(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = sg_toy_rules(RULE("a", "\\d{3}", ""));
    struct scrubgate_scratch *scratch = NULL;
    struct sg_scanner *scanner = NULL;
    struct sg_toy toy = {.next = 0};
    const struct sg_scan_config config = {.level = 1, .max_held = LENGTH};
    static const struct row digits = {.filler = "1", .planted = "", .at = 0};
    assert_int_equal(scrubgate_scratch_new(&scratch), SCRUBGATE_OK);
    assert_int_equal(sg_scanner_new(&scanner, set, scratch, &config), SCRUBGATE_OK);
    assert_int_equal(sg_toy_scan(&toy, scanner, text_of(&digits), LENGTH, 1), SCRUBGATE_OK);
    set->rules[0]->cost = 100000; /* as if the lint had measured that much */
    assert_int_equal(sg_toy_scan(&toy, scanner, text_of(&digits), LENGTH, 1), SCRUBGATE_EMATCH);
    assert_string_equal(sg_scanner_culprit(scanner)->id, "toy.a");
    sg_scanner_free(scanner);
    sg_toy_fini(&toy);
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
}

/* --- what stays ---------------------------------------------------------------------------- */

#define SECRET "4111-1111-1111-1111"

/* How a message that began with the secret comes to its end. */
static const struct ending {
    const char *name;
    bool ends, refused;
} endings[] = {
    {"a text that has ended leaves no byte", true, false},
    {"a text that was refused leaves no byte", true, true},
    {"a text that was given up leaves no byte", false, false},
};

/* Looked for in the engine's memory, the first bytes of which are its copy of a block. */
static bool keeps_secret(const struct scrubgate_scratch *scratch)
{
    const struct sg_bytes memory = {(const uint8_t *)scratch->sweep, sizeof(struct sg_block)};
    bool found = false;
    for (size_t i = 0; i + strlen(SECRET) <= memory.len && !found; i++)
        found = memcmp(memory.data + i, SECRET, strlen(SECRET)) == 0;
    return found;
}

static enum scrubgate_status drop(void *ctx, uint64_t start, struct sg_bytes text)
{
    (void)ctx, (void)start, (void)text;
    return SCRUBGATE_OK;
}

static void leaves_no_byte(void **state)
{
    const struct ending *row = *state;
    struct scrubgate_ruleset *set = sg_toy_rules(RULE("a", "\\d{3}", ", check: luhn"));
    struct scrubgate_scratch *scratch = NULL;
    struct sg_scanner *scanner = NULL;
    const struct sg_scan_config config = {.level = 1, .max_held = LENGTH};
    const struct sg_scan_sink sink = {.keep = drop};
    const struct sg_place top = {NULL, 0};
    assert_int_equal(scrubgate_scratch_new(&scratch), SCRUBGATE_OK);
    assert_int_equal(sg_scanner_new(&scanner, set, scratch, &config), SCRUBGATE_OK);
    assert_int_equal(sg_scanner_begin(scanner, SG_FIELD_TEXT, top, &sink), SCRUBGATE_OK);
    assert_int_equal(sg_scanner_feed(scanner, SG_BYTES("card no: " SECRET ", "), false),
                     SCRUBGATE_OK);
    assert_true(keeps_secret(scratch)); /* else there is nothing to see here */
    set->rules[0]->cost = row->refused ? 1000 * 1000 * 1000 : 1;
    if (row->ends)
        assert_int_equal(sg_scanner_feed(scanner, SG_BYTES("or " SECRET "."), !row->refused),
                         row->refused ? SCRUBGATE_EMATCH : SCRUBGATE_OK);
    if (!row->ends)
        sg_scanner_free(scanner);
    assert_false(keeps_secret(scratch));
    if (row->ends)
        sg_scanner_free(scanner);
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
}

int main(void)
{
    SG_SUITE_ROWS(finds_what_the_reference_finds, rows);
    sg_suite_add("a message that takes too much work is refused and the rule named",
                 a_message_that_takes_too_much_work_is_refused_and_the_rule_named, NULL);
    SG_SUITE_ROWS(leaves_no_byte, endings);
    return sg_suite_run("sweep");
}
