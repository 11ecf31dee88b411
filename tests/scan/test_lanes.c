/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_lanes.c - a text, its views, and what was said before it: what any of them shows is masked
 * where it stands in the text, whatever the cut and whichever the engine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "scan/kernel.h"
#include "scan/tail.h"

#include "../lib/suite.h"
#include "../lib/toy.h"

#define RULE(id, match, rest)                                                                      \
    "  - {id: " id ", title: t, entity: TOY, level: 1, match: '" match "', with: '<" id            \
    ">', tests: [{todo: x}]" rest "}\n"
#define FOLD(id, reading, match, rest)                                                             \
    "  - {id: " id ", fold: " reading ", level: 1, match: '" match "', tests: [{todo: x}]" rest    \
    "}\n"
#define PERCENT FOLD("pc", "percent", "(?:%[0-9A-Fa-f]{2}){1,8}", "")
#define TAGS    FOLD("tag", "nothing", "</?[a-z]{1,4}>", "")
#define CAT     RULE("a", "(?<![a-z])cat(?![a-z])", "")

static const struct row {
    const char *name, *rules, *text, *want, *told;
} rows[] = {
    {"without passages nothing changes", CAT PERCENT, "a cat, 100% cat", "a <a>, 100% <a>",
     "toy.a@2-5 toy.a@12-15 "},
    {"what is read in a passage is masked with it", CAT PERCENT, "x c%61t y", "x <a> y",
     "toy.a@2-7 "},
    {"a match may begin far before the passage", RULE("a", "[a-z]{2,40}@x", "") PERCENT,
     "of abcdefghijklmnopqrstuvw%40x it", "of <a> it", "toy.a@3-30 "},
    {"a match may end far behind it", CAT RULE("b", "x@[a-z]{2,40}", "") PERCENT,
     "of x%40abcdefghijklmnop it", "of <b> it", "toy.b@3-23 "},
    {"what a passage hides may be gone altogether", CAT TAGS, "a c<b></b>a<i>t</i> here",
     "a <a></i> here", "toy.a@2-15 "},
    {"the text itself counts, too: a passage cannot hide what stands there",
     RULE("a", "a%41b", "") PERCENT, "x a%41b", "x <a>", "toy.a@2-7 "},
    {"passages may lie in passages", CAT PERCENT, "x %2563%2561t y", "x <a> y", "toy.a@2-13 "},
    {"three deep", CAT PERCENT, "x %252563at y", "x <a> y", "toy.a@2-11 "},
    {"and no deeper", CAT PERCENT, "x %25252563at y", "x %25252563at y", ""},
    {"different folds meet in one word", CAT PERCENT TAGS, "%3Cb%3Ec%61</b>t", "%3Cb%3E<a>",
     "toy.a@7-16 "},
    {"what is read has its characters folded", RULE("a", "(?<!\\d)4111(?!\\d)", "") PERCENT,
     "x %EF%BC%94111 y", "x <a> y", "toy.a@2-14 "},
    {"characters are folded before passages are looked for", CAT PERCENT,
     "x \xEF\xBC\x85\xEF\xBC\x96\xEF\xBC\x93"
     "at y",
     "x <a> y", "toy.a@2-13 "},
    {"characters that part late: the view of passages goes on", CAT PERCENT,
     "%64og, c\xE2\x80\x8B"
     "at and c%61\xE2\x80\x8Bt",
     "%64og, <a> and <a>", "toy.a@7-13 toy.a@18-26 "},
    {"a check judges what was read", RULE("a", "\\d{4}", ", check: luhn") PERCENT, "0%3018 1%3018",
     "<a> 1%3018", "toy.a@0-6 "},
    {"near looks at what was read", RULE("a", "\\d{3}", ", near: {words: [pin], before: 8}") TAGS,
     "p<b>in is 123", "p<b>in is <a>", "toy.a@10-13 "},
    {"of passages that overlap the first counts",
     RULE("a", "xz", "") FOLD("one", "nothing", "-=", "") FOLD("two", "nothing", "=-", ""),
     "x-=-z x=-z", "x-=-z <a>", "toy.a@6-10 "},
    {"a passage that reads as it stands is none",
     CAT FOLD("b", "base64", "[A-Za-z]{16,24}", "") PERCENT, "thisisnotacodingtext c%61t",
     "thisisnotacodingtext <a>", "toy.a@21-26 "},
    {"long texts between passages", CAT PERCENT,
     "x c%61t y and now for something that takes a while to say, with words and words and words "
     "and "
     "more words, until at last a c%61t",
     "x <a> y and now for something that takes a while to say, with words and words and words and "
     "more words, until at last a <a>",
     "toy.a@2-7 toy.a@122-127 "},
    {"two folds in one place, one after the other", RULE("a", "jo@ex", "") PERCENT TAGS,
     "x jo%<b>40ex y", "x <a> y", "toy.a@2-12 "},
};

static void expect(const struct sg_toy *toy, const struct row *row, const char *how, size_t cut)
{
    struct sg_bytes out = sg_buf_bytes(&toy->out), told = sg_buf_bytes(&toy->told);
    if (!sg_bytes_equal(out, sg_bytes_of(row->want)) ||
        !sg_bytes_equal(told, sg_bytes_of(row->told)))
        fail_msg("%s, cut at %zu: \"%.*s\", told \"%.*s\"", how, cut, (int)out.len,
                 (const char *)out.data, (int)told.len, (const char *)told.data);
}

static void scan_all_ways(const struct row *row, struct scrubgate_ruleset *set,
                          struct scrubgate_scratch *scratch, const struct sg_scan_config *config,
                          const char *how)
{
    struct sg_bytes text = sg_bytes_of(row->text);
    struct sg_scanner *scanner = NULL;
    struct sg_toy toy = {.next = 0};
    assert_int_equal(sg_scanner_new(&scanner, set, scratch, config), SCRUBGATE_OK);
    for (size_t cut = 1; cut <= text.len; cut++) {
        assert_int_equal(sg_toy_scan(&toy, scanner, text, cut, text.len), SCRUBGATE_OK);
        expect(&toy, row, how, cut);
    }
    for (size_t step = 1; step < 8; step++) {
        assert_int_equal(sg_toy_scan(&toy, scanner, text, step, step), SCRUBGATE_OK);
        expect(&toy, row, how, step);
    }
    sg_scanner_free(scanner);
    sg_toy_fini(&toy);
}

static void agree(void *ctx, bool same)
{
    size_t *values = ctx;
    assert_true(same);
    ++*values;
}

static void masks(void **state)
{
    const struct row *row = *state;
    struct scrubgate_ruleset *set = sg_toy_rules(row->rules);
    struct scrubgate_scratch *scratch = NULL;
    size_t values = 0;
    struct sg_scan_config config = {.level = 2, .max_held = SIZE_MAX};
    assert_int_equal(scrubgate_scratch_new(&scratch), SCRUBGATE_OK);
    scan_all_ways(row, set, scratch, &config, "sweep");
    config.reference = true;
    scan_all_ways(row, set, scratch, &config, "reference");
    config.reference = false;
    config.recheck = 1;
    config.rechecked = agree;
    config.ctx = &values;
    scan_all_ways(row, set, scratch, &config, "both");
    assert_int_equal(values, strlen(row->text) + 7);
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
}

/* --- what was said before ------------------------------------------------------------------ */

#define JOINED                                                                                     \
    "  - {id: rs, fold: join, level: 1, match: '(?<=\\d)\\x1E(?=\\d)', tests: [{todo: x}]}\n"
#define SIX RULE("six", "(?<!\\d)\\d{3} ?\\d{3}(?!\\d)", "")

static const struct talk_row {
    const char *name, *rules, *messages[4], *last; /* what becomes of the last message */
} talks[] = {
    {"the rest of a value is masked when it completes", SIX JOINED, {"123", "456"}, "<six>"},
    {"and only where it lies in the message", SIX JOINED, {"it is 123", "456 ok"}, "<six> ok"},
    {"in three messages", SIX JOINED, {"12", "34", "56"}, "<six>"},
    {"a near word of the message before counts",
     RULE("pin", "(?<!\\d)\\d{4}(?!\\d)", ", near: {words: [card], before: 40}"),
     {"my card number is", "1234 ok"},
     "<pin> ok"},
    {"without it the value is nothing",
     RULE("pin", "(?<!\\d)\\d{4}(?!\\d)", ", near: {words: [card], before: 40}"),
     {"my flat number is", "1234 ok"},
     "1234 ok"},
    {"what the message has by itself is masked as ever", SIX JOINED, {"12", "a 123456"}, "a <six>"},
};

static void say(struct scrubgate_ruleset *set, struct scrubgate_scratch *scratch,
                const struct talk_row *row, size_t step)
{
    struct sg_tail tail = {.n_slots = 0};
    struct sg_toy toy = {.next = 0};
    const struct sg_scan_config config = {.level = 2, .max_held = SIZE_MAX, .tail = &tail};
    for (size_t i = 0; i < 4 && row->messages[i] != NULL; i++) {
        struct sg_scanner *scanner = NULL;
        struct sg_bytes text = sg_bytes_of(row->messages[i]);
        sg_tail_message(&tail);
        assert_int_equal(sg_scanner_new(&scanner, set, scratch, &config), SCRUBGATE_OK);
        assert_int_equal(sg_toy_scan(&toy, scanner, text, step, step), SCRUBGATE_OK);
        sg_scanner_free(scanner);
    }
    struct sg_bytes out = sg_buf_bytes(&toy.out);
    if (!sg_bytes_equal(out, sg_bytes_of(row->last)))
        fail_msg("in steps of %zu: \"%.*s\"", step, (int)out.len, (const char *)out.data);
    sg_tail_wipe(&tail);
    sg_toy_fini(&toy);
}

static void joins(void **state)
{
    const struct talk_row *row = *state;
    struct scrubgate_ruleset *set = sg_toy_rules(row->rules);
    struct scrubgate_scratch *scratch = NULL;
    assert_int_equal(scrubgate_scratch_new(&scratch), SCRUBGATE_OK);
    for (size_t step = 1; step < 12; step++)
        say(set, scratch, row, step);
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
}

int main(void)
{
    SG_SUITE_ROWS(masks, rows);
    SG_SUITE_ROWS(joins, talks);
    return sg_suite_run("lanes");
}
