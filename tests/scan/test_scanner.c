/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scanner.c - one text value in pieces: what is masked, what is kept, and never another answer
 * for another way of cutting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/digest.h"
#include "rule/sieves.h"
#include "scan/kernel.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/toy.h"

#define RULE(id, match, rest)                                                                      \
    "  - {id: " id ", title: t, entity: TOY, level: 1, match: '" match "', with: '<" id            \
    ">', tests: [{todo: x}]" rest "}\n"

static const uint8_t key[SG_KEY_SIZE] = {7};

static const struct row {
    const char *name, *rules, *text, *want, *told;
} rows[] = {
    {"nothing to find leaves every byte", RULE("a", "cat", ""), "plain text, no pets",
     "plain text, no pets", ""},
    {"an empty value stays empty", RULE("a", "cat", ""), "", "", ""},
    {"every match is replaced", RULE("a", "cat", ""), "cat, catcat", "<a>, <a><a>",
     "toy.a@0-3 toy.a@5-8 toy.a@8-11 "},
    {"a match may end with the value", RULE("a", "\\d{3,5}", ""), "x 12345", "x <a>", "toy.a@2-7 "},
    {"a match takes as much as it may, wherever it is cut", RULE("a", "\\d{3,5}", ""),
     "1234567 12 123", "<a>67 12 <a>", "toy.a@0-5 toy.a@11-14 "},
    {"text that only begins like a match is kept", RULE("a", "abcdef", ""), "abcde abcdabcdef",
     "abcde abcd<a>", "toy.a@10-16 "},
    {"matches that touch stay two", RULE("a", "ab", "") RULE("b", "cd", ""), "abcd", "<a><b>",
     "toy.a@0-2 toy.b@2-4 "},
    {"the union of overlapping matches is masked, the longest names it",
     RULE("a", "bcd", "") RULE("b", "abc", "") RULE("c", "defgh", ""), "x abcdefgh y", "x <c> y",
     "toy.b@2-5 toy.a@3-6 toy.c@5-10 "},
    {"a checked match names the union before a longer one",
     RULE("a", "\\d{2} \\d{4}", "") RULE("b", "\\d{4}", ", check: luhn"), "12 0018 ok", "<b> ok",
     "toy.a@0-7 toy.b@3-7 "},
    {"after a failed check it looks again one byte on", RULE("a", "\\d{4}", ", check: luhn"),
     "10018", "1<a>", "toy.a@1-5 "},
    {"a lookahead waits for what follows", RULE("a", "cat(?!s)", ""), "cats cat catch",
     "cats <a> <a>ch", "toy.a@5-8 toy.a@9-12 "},
    {"a lookbehind sees across a cut", RULE("a", "(?<!no )cat", ""), "no cat a cat", "no cat a <a>",
     "toy.a@9-12 "},
    {"a word boundary at the end is the end", RULE("a", "\\bcat\\b", ""), "concat cat",
     "concat <a>", "toy.a@7-10 "},
    {"the start of the value is not where a window starts", RULE("a", "^cat", ""),
     "a long line before it, longer than any margin: cat",
     "a long line before it, longer than any margin: cat", ""},
    {"a near word before lets it count", RULE("a", "\\d{3}", ", near: {words: [pin], before: 8}"),
     "pin is 123; 456 pins 789", "pin is <a>; 456 pins 789", "toy.a@7-10 "},
    {"a near word after lets it count",
     RULE("a", "\\d{3}", ", near: {words: [pin], before: 0, after: 8}"), "123 my pin, 456",
     "<a> my pin, 456", "toy.a@0-3 "},
    {"without a near word the level rises",
     RULE("a", "\\d{3}", ", near: {words: [pin], before: 8, else: level+1}"), "a 123", "a 123", ""},
    {"unless looks at the text just before", RULE("a", "\\d{3}", ", unless: '(?i)order\\W{0,3}$'"),
     "ORDER: 123, room 456", "ORDER: 123, room <a>", "toy.a@17-20 "},
    {"a keyword must stand before it or in it", RULE("a", "\\w{3}-\\d{3}", ", keywords: [key]"),
     "abc-123 key-456 abc-789", "abc-123 <a> <a>", "toy.a@8-15 toy.a@16-23 "},
    {"a tag is told and changes nothing",
     "  - {id: a, title: t, entity: TOY, level: 1, match: cat, action: tag, tests: [{todo: x}]}\n",
     "a cat", "a cat", "toy.a@2-5 "},
    {"a digit that is written otherwise is a digit", RULE("a", "\\d{4}", ""),
     "is \xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x93\xEF\xBC\x94.", "is <a>.", "toy.a@3-15 "},
    {"what nobody sees hides nothing", RULE("a", "\\b\\d{4}\\b", ""),
     "12\xE2\x80\x8B"
     "34 \xE2\x80\x8F"
     "5678",
     "<a> \xE2\x80\x8F<a>", "toy.a@0-7 toy.a@11-15 "},
    {"what is joined by folding is still found apart", RULE("a", "(?<!\\d)\\d{4}(?!\\d)", ""),
     "1234\xE2\x80\x8B"
     "5",
     "<a>\xE2\x80\x8B"
     "5",
     "toy.a@0-4 "},
    {"marks between digits part nothing, behind the last they stay", RULE("a", "\\d{3}", ""),
     "1\xEF\xB8\x8F\xE2\x83\xA3"
     "2\xEF\xB8\x8F\xE2\x83\xA3"
     "3\xCC\x80!",
     "<a>\xCC\x80!", "toy.a@0-15 "},
    {"letters that look Latin are, beside Latin ones", RULE("a", "paypal", ""),
     "p\xD0\xB0yp\xD0\xB0l \xD0\xB0", "<a> \xD0\xB0", "toy.a@0-8 "},
    {"found in the text and in its view is told once", RULE("a", "\\d{4}", ""), "1234 \xEF\xBC\x91",
     "<a> \xEF\xBC\x91", "toy.a@0-4 "},
    {"near words are seen in the view", RULE("a", "\\d{4}", ", near: {words: [pin], before: 8}"),
     "p\xE2\x80\x8Bin 1234", "p\xE2\x80\x8Bin <a>", "toy.a@7-11 "},
    {"no code point is cut by a match of one of its bytes", RULE("a", "x\\xC3", ""), "ax\xC3\xA9z",
     "a<a>z", "toy.a@1-4 "},
    {"no code point is cut at the start of a match", RULE("a", "\\xA9z", ""), "ax\xC3\xA9z",
     "ax<a>", "toy.a@2-5 "},
};

static void same_for_every_cut(const struct row *row, struct sg_scanner *scanner)
{
    struct sg_toy toy = {0};
    struct sg_bytes text = sg_bytes_of(row->text), want = sg_bytes_of(row->want);
    for (size_t first = 0; first <= text.len; first++) {
        for (size_t step = 1; step <= text.len + 1; step++) {
            assert_int_equal(sg_toy_scan(&toy, scanner, text, first, step), SCRUBGATE_OK);
            if (!sg_bytes_equal(sg_buf_bytes(&toy.out), want))
                fail_msg("cut %zu then %zu: %.*s", first, step, (int)toy.out.len,
                         (const char *)toy.out.data);
            assert_true(sg_bytes_equal(sg_buf_bytes(&toy.told), sg_bytes_of(row->told)));
        }
    }
    sg_toy_fini(&toy);
}

static void count_same(void *ctx, bool same)
{
    assert_true(same);
    ++*(unsigned *)ctx;
}

static void scans_with(const struct row *row, const struct scrubgate_ruleset *set,
                       struct scrubgate_scratch *scratch, const struct sg_scan_config *config)
{
    struct sg_scanner *scanner = NULL;
    assert_int_equal(sg_scanner_new(&scanner, set, scratch, config), SCRUBGATE_OK);
    same_for_every_cut(row, scanner);
    sg_scanner_free(scanner);
}

/* By the reference engine, by the other with each kernel, and by both at once. */
static void scans(void **state)
{
    const struct row *row = *state;
    unsigned checked = 0;
    struct scrubgate_ruleset *set = sg_toy_rules(row->rules);
    struct scrubgate_scratch *scratch = NULL;
    struct sg_scan_config config = {.level = 1, .max_held = 4096, .key = key};
    assert_int_equal(scrubgate_scratch_new(&scratch), SCRUBGATE_OK);
    for (size_t i = 0; sg_kernels[i] != NULL; i++) {
        config.kernel = sg_kernels[i];
        if (config.kernel->works())
            scans_with(row, set, scratch, &config);
    }
    config.reference = true;
    scans_with(row, set, scratch, &config);
    config.reference = false;
    config.recheck = 1;
    config.rechecked = count_same;
    config.ctx = &checked;
    scans_with(row, set, scratch, &config);
    assert_true(checked > 0 || row->text[0] == '\0');
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
}

struct bench {
    struct scrubgate_ruleset *set;
    struct scrubgate_scratch *scratch;
    struct sg_scanner *scanner;
    struct sg_toy toy;
};

static void open_bench(struct bench *bench, const char *rules, struct sg_scan_config config)
{
    *bench = (struct bench){.set = sg_toy_rules(rules)};
    assert_int_equal(scrubgate_scratch_new(&bench->scratch), SCRUBGATE_OK);
    assert_int_equal(sg_scanner_new(&bench->scanner, bench->set, bench->scratch, &config),
                     SCRUBGATE_OK);
}

static void close_bench(struct bench *bench)
{
    sg_toy_fini(&bench->toy);
    sg_scanner_free(bench->scanner);
    scrubgate_scratch_free(bench->scratch);
    scrubgate_ruleset_free(bench->set);
}

static void shadow_tells_and_changes_nothing(void **state)
{
    (void)state;
    struct bench bench;
    struct sg_bytes text = SG_BYTES("a cat and a cat");
    open_bench(&bench, RULE("a", "cat", ""),
               (struct sg_scan_config){.level = 1, .max_held = 4096, .shadow = true});
    for (size_t first = 0; first <= text.len; first++) {
        assert_int_equal(sg_toy_scan(&bench.toy, bench.scanner, text, first, 1), SCRUBGATE_OK);
        assert_true(sg_bytes_equal(sg_buf_bytes(&bench.toy.out), text));
        assert_true(
            sg_bytes_equal(sg_buf_bytes(&bench.toy.told), SG_BYTES("toy.a@2-5 toy.a@12-15 ")));
    }
    close_bench(&bench);
}

static enum scrubgate_status count_kept(void *ctx, uint64_t start, struct sg_bytes text)
{
    *(uint64_t *)ctx = start + text.len;
    return SCRUBGATE_OK;
}

static void bytes_leave_as_soon_as_no_rule_can_reach_them(void **state)
{
    (void)state;
    struct bench bench;
    uint64_t out = 0;
    const struct sg_place top = {NULL, 0};
    const struct sg_scan_sink sink = {.keep = count_kept, .ctx = &out};
    open_bench(&bench, RULE("a", "\\d{3}", ""),
               (struct sg_scan_config){.level = 1, .max_held = 4096});
    assert_int_equal(sg_scanner_begin(bench.scanner, SG_FIELD_TEXT, top, &sink), SCRUBGATE_OK);
    /* The digits could become a match: all before them is out, they are not. */
    assert_int_equal(sg_scanner_feed(bench.scanner, SG_BYTES("plain words, 12"), false),
                     SCRUBGATE_OK);
    assert_int_equal(out, strlen("plain words, "));
    assert_int_equal(sg_scanner_feed(bench.scanner, SG_BYTES("a"), false), SCRUBGATE_OK);
    assert_int_equal(out, strlen("plain words, 12a"));
    close_bench(&bench);
}

/* Of the first value, digits in another script are held, and their view with them. */
static void a_value_after_one_that_was_given_up_is_scanned_alone(void **state)
{
    (void)state;
    struct bench bench;
    uint64_t out = 0;
    const struct sg_place top = {NULL, 0};
    const struct sg_scan_sink sink = {.keep = count_kept, .ctx = &out};
    struct sg_bytes text = SG_BYTES("\xEF\xBC\x93 \xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x93");
    open_bench(&bench, RULE("a", "\\d{3}", ""),
               (struct sg_scan_config){.level = 1, .max_held = 4096});
    assert_int_equal(sg_scanner_begin(bench.scanner, SG_FIELD_TEXT, top, &sink), SCRUBGATE_OK);
    assert_int_equal(
        sg_scanner_feed(bench.scanner, SG_BYTES("plain \xEF\xBC\x91\xEF\xBC\x92"), false),
        SCRUBGATE_OK);
    assert_int_equal(sg_toy_scan(&bench.toy, bench.scanner, text, text.len, 1), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&bench.toy.told), SG_BYTES("toy.a@4-13 ")));
    close_bench(&bench);
}

static void more_held_than_allowed_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    char digits[300];
    memset(digits, '1', sizeof digits);
    struct sg_bytes text = {(const uint8_t *)digits, sizeof digits};
    open_bench(&bench, RULE("a", "1{1,400}2", ""),
               (struct sg_scan_config){.level = 1, .max_held = 100});
    assert_int_equal(sg_toy_scan(&bench.toy, bench.scanner, text, 1, 1), SCRUBGATE_ELIMIT);
    close_bench(&bench);
}

static void a_matcher_that_gives_up_refuses_and_names_the_rule(void **state)
{
    (void)state;
    struct bench bench;
    char text[64];
    size_t at = 0;
    struct sg_pattern *costly = NULL;
    struct scrubgate_fault fault = {.what = ""};
    memset(text, 'a', sizeof text);
    memcpy(text + sizeof text - 2, "cb", 2);
    struct sg_bytes bytes = {(const uint8_t *)text, sizeof text};
    open_bench(&bench, RULE("a", "a{1,3}b", ""),
               (struct sg_scan_config){.level = 1, .max_held = 4096, .reference = true});
    /* No pack gets such a pattern past the lint: every way to split a run of a's. */
    assert_int_equal(sg_pattern_new(&costly, SG_BYTES("(?:a{1,20}){1,20}b"), false, &at, &fault),
                     SCRUBGATE_OK);
    struct sg_pattern *own = bench.set->rules[0]->pattern;
    bench.set->rules[0]->pattern = costly;
    assert_int_equal(sg_toy_scan(&bench.toy, bench.scanner, bytes, bytes.len, 1), SCRUBGATE_EMATCH);
    assert_string_equal(sg_scanner_culprit(bench.scanner)->id, "toy.a");
    bench.set->rules[0]->pattern = own;
    sg_pattern_free(costly);
    close_bench(&bench);
}

static void count_verdicts(void *ctx, bool same)
{
    ((unsigned *)ctx)[same ? 1 : 0]++;
}

static void an_engine_that_misses_is_noticed_and_the_reference_counts(void **state)
{
    (void)state;
    struct bench bench;
    unsigned verdicts[2] = {0, 0};
    open_bench(&bench, RULE("a", "\\d{4}", ""),
               (struct sg_scan_config){.level = 1,
                                       .max_held = 4096,
                                       .recheck = 1,
                                       .rechecked = count_verdicts,
                                       .ctx = verdicts});
    /* A signature that no byte fits: what a mistake of ours would look like. */
    struct sg_sieve *sieve = sg_sieves_of(bench.set->sieves, bench.set->rules[0]);
    memset(sieve->rows, 0, SG_SIGNATURE_BYTES * (sieve->unknown + 1) * sieve->words * 8);
    assert_int_equal(sg_toy_scan(&bench.toy, bench.scanner, SG_BYTES("is 1234"), 7, 1),
                     SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&bench.toy.out), SG_BYTES("is <a>")));
    assert_int_equal(verdicts[0], 1);
    assert_int_equal(sg_toy_scan(&bench.toy, bench.scanner, SG_BYTES("is 12 and 34"), 2, 2),
                     SCRUBGATE_OK);
    assert_int_equal(verdicts[0], 1);
    assert_int_equal(verdicts[1], 1);
    close_bench(&bench);
}

static void one_message_in_so_many_is_rechecked(void **state)
{
    (void)state;
    struct bench bench;
    unsigned verdicts[2] = {0, 0};
    struct sg_scan_config config = {
        .level = 1, .max_held = 4096, .recheck = 3, .rechecked = count_verdicts, .ctx = verdicts};
    open_bench(&bench, RULE("a", "\\d{4}", ""), config);
    for (unsigned message = 2; message <= 9; message++) {
        sg_scanner_free(bench.scanner);
        bench.scanner = NULL;
        assert_int_equal(sg_scanner_new(&bench.scanner, bench.set, bench.scratch, &config),
                         SCRUBGATE_OK);
        assert_int_equal(sg_toy_scan(&bench.toy, bench.scanner, SG_BYTES("is 1234"), 7, 1),
                         SCRUBGATE_OK);
        assert_int_equal(verdicts[1], message / 3);
    }
    close_bench(&bench);
}

static void rules_run_only_where_they_should(void **state)
{
    (void)state;
    static const char rules[] = RULE("a", "cat", ", where: {direction: to-agent}")
        RULE("b", "dog", ", where: {channel: [sms]}")
            RULE("c", "cow", ", where: {field: [number]}");
    struct bench bench;
    struct sg_bytes text = SG_BYTES("cat dog cow");
    open_bench(
        &bench, rules,
        (struct sg_scan_config){
            .level = 1, .max_held = 4096, .direction = SCRUBGATE_TO_CUSTOMER, .channel = "mail"});
    assert_int_equal(sg_toy_scan(&bench.toy, bench.scanner, text, 3, 3), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&bench.toy.out), text));
    close_bench(&bench);
    /* What is not known switches no rule off. */
    open_bench(&bench, rules, (struct sg_scan_config){.level = 1, .max_held = 4096});
    assert_int_equal(sg_toy_scan(&bench.toy, bench.scanner, text, 3, 3), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&bench.toy.out), SG_BYTES("<a> <b> cow")));
    close_bench(&bench);
}

static void the_content_fingerprint_is_the_same_for_every_cut_and_blind_to_values(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "please call me back on 123 tomorrow in the morning after nine or ten",
        "Please call me back on 456 tomorrow, in the morning after nine or ten!",
    };
    uint64_t first_seen = 0;
    for (size_t i = 0; i < 2; i++) {
        struct sg_bytes text = sg_bytes_of(texts[i]);
        for (size_t step = 1; step < text.len; step += 7) {
            struct bench bench;
            open_bench(&bench, RULE("a", "\\d{3}", ""),
                       (struct sg_scan_config){.level = 1, .max_held = 4096, .key = key});
            assert_int_equal(sg_toy_scan(&bench.toy, bench.scanner, text, step, step),
                             SCRUBGATE_OK);
            uint64_t content = sg_scanner_content(bench.scanner);
            assert_int_not_equal(content, 0);
            if (first_seen == 0)
                first_seen = content;
            assert_int_equal(content, first_seen);
            close_bench(&bench);
        }
    }
}

struct memory_case {
    struct scrubgate_ruleset *set;
    struct scrubgate_scratch *scratch;
};

static enum scrubgate_status ignore_text(void *ctx, uint64_t start, struct sg_bytes text)
{
    (void)ctx;
    (void)start;
    (void)text;
    return SCRUBGATE_OK;
}

static enum scrubgate_status ignore_edit(void *ctx, uint64_t start, uint64_t end,
                                         struct sg_bytes text)
{
    (void)end;
    return ignore_text(ctx, start, text);
}

static enum scrubgate_status scan_with_little_memory(void *ctx)
{
    struct memory_case *with = ctx;
    struct sg_scanner *scanner = NULL;
    const struct sg_scan_config config = {.level = 1, .max_held = 4096};
    const struct sg_scan_sink sink = {.keep = ignore_text, .edit = ignore_edit};
    const struct sg_place top = {NULL, 0};
    enum scrubgate_status rc = sg_scanner_new(&scanner, with->set, with->scratch, &config);
    if (rc >= 0)
        rc = sg_scanner_begin(scanner, SG_FIELD_TEXT, top, &sink);
    if (rc >= 0)
        rc = sg_scanner_feed(scanner, SG_BYTES("a cat and a c"), false);
    if (rc >= 0)
        rc = sg_scanner_feed(scanner, SG_BYTES("at"), true);
    sg_scanner_free(scanner);
    return rc;
}

static enum scrubgate_status scan_with_a_new_scratch(void *ctx)
{
    struct memory_case *with = ctx;
    enum scrubgate_status rc = scrubgate_scratch_new(&with->scratch);
    if (rc >= 0)
        rc = scan_with_little_memory(with);
    scrubgate_scratch_free(with->scratch);
    return rc;
}

static void out_of_memory_is_an_answer(void **state)
{
    (void)state;
    struct memory_case with = {sg_toy_rules(RULE("a", "cat", "")), NULL};
    (void)scan_with_a_new_scratch(&with); /* what libraries allocate once is allocated now */
    assert_true(sg_alloc_fail_each(scan_with_a_new_scratch, &with) > 3);
    scrubgate_ruleset_free(with.set);
}

static void the_next_message_allocates_nothing(void **state)
{
    (void)state;
    struct memory_case with = {sg_toy_rules(RULE("a", "cat", "")), NULL};
    assert_int_equal(scrubgate_scratch_new(&with.scratch), SCRUBGATE_OK);
    assert_int_equal(scan_with_little_memory(&with), SCRUBGATE_OK);
    assert_int_equal(sg_alloc_fail_each(scan_with_little_memory, &with), 0);
    scrubgate_scratch_free(with.scratch);
    scrubgate_ruleset_free(with.set);
}

/* Messages that differ in one thing, one after another, in one scratch. */
static void a_scratch_takes_no_message_for_another(void **state)
{
    (void)state;
    static const char *const packs[] = {
        RULE("a", "cat", ", where: {direction: to-agent}")
            RULE("b", "dog", ", where: {channel: [sms]}"),
        RULE("d", "cow", "") "  - {id: e, title: t, entity: TOY, level: 2, match: ewe,"
                             " with: '<e>', tests: [{todo: x}]}\n",
    };
    static const struct message {
        size_t pack;
        enum scrubgate_direction direction;
        const char *channel;
        unsigned level;
        const char *want;
    } messages[] = {
        {0, SCRUBGATE_TO_AGENT, "sms", 1, "<a> <b> cow ewe"},
        {0, SCRUBGATE_TO_CUSTOMER, "sms", 1, "cat <b> cow ewe"},
        {0, SCRUBGATE_TO_CUSTOMER, "mail", 1, "cat dog cow ewe"},
        {0, SCRUBGATE_TO_CUSTOMER, NULL, 1, "cat <b> cow ewe"},
        {1, SCRUBGATE_TO_CUSTOMER, NULL, 1, "cat dog <d> ewe"},
        {1, SCRUBGATE_TO_CUSTOMER, NULL, 2, "cat dog <d> <e>"},
    };
    enum { MESSAGES = sizeof messages / sizeof messages[0], LAPS = 4 /* each twice in a row */ };
    struct scrubgate_scratch *scratch = NULL;
    struct scrubgate_ruleset *sets[] = {sg_toy_rules(packs[0]), sg_toy_rules(packs[1])};
    assert_int_equal(scrubgate_scratch_new(&scratch), SCRUBGATE_OK);
    assert_int_not_equal(sets[0]->serial, sets[1]->serial);
    for (size_t i = 0; i < LAPS * MESSAGES; i++) {
        const struct message *message = &messages[i / 2 % MESSAGES];
        const struct sg_scan_config config = {.level = message->level,
                                              .max_held = 4096,
                                              .direction = message->direction,
                                              .channel = message->channel};
        struct sg_toy toy = {0};
        struct sg_scanner *scanner = NULL;
        assert_int_equal(sg_scanner_new(&scanner, sets[message->pack], scratch, &config),
                         SCRUBGATE_OK);
        assert_int_equal(sg_toy_scan(&toy, scanner, SG_BYTES("cat dog cow ewe"), 5, 5),
                         SCRUBGATE_OK);
        assert_true(sg_bytes_equal(sg_buf_bytes(&toy.out), sg_bytes_of(message->want)));
        sg_scanner_free(scanner);
        sg_toy_fini(&toy);
    }
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(sets[0]);
    scrubgate_ruleset_free(sets[1]);
}

int main(void)
{
    SG_SUITE_ROWS(scans, rows);
    sg_suite_add("shadow tells and changes nothing", shadow_tells_and_changes_nothing, NULL);
    sg_suite_add("bytes leave as soon as no rule can reach them",
                 bytes_leave_as_soon_as_no_rule_can_reach_them, NULL);
    sg_suite_add("a value after one that was given up is scanned alone",
                 a_value_after_one_that_was_given_up_is_scanned_alone, NULL);
    sg_suite_add("more held than allowed is refused", more_held_than_allowed_is_refused, NULL);
    sg_suite_add("a matcher that gives up refuses and names the rule",
                 a_matcher_that_gives_up_refuses_and_names_the_rule, NULL);
    sg_suite_add("an engine that misses is noticed and the reference counts",
                 an_engine_that_misses_is_noticed_and_the_reference_counts, NULL);
    sg_suite_add("one message in so many is rechecked", one_message_in_so_many_is_rechecked, NULL);
    sg_suite_add("rules run only where they should", rules_run_only_where_they_should, NULL);
    sg_suite_add("the content fingerprint is the same for every cut and blind to values",
                 the_content_fingerprint_is_the_same_for_every_cut_and_blind_to_values, NULL);
    sg_suite_add("a scratch takes no message for another", a_scratch_takes_no_message_for_another,
                 NULL);
    sg_suite_add("out of memory is an answer", out_of_memory_is_an_answer, NULL);
    sg_suite_add("the next message allocates nothing", the_next_message_allocates_nothing, NULL);
    return sg_suite_run("scanner");
}
