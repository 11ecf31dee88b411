/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_differential.c - the engine against the reference engine, on messages made up by dice.
 *
 *     message -> [reference, whole]  = what is right
 *             -> [engine, whole, a kernel in turn, now and then each]  must tell the same
 *             -> [engine, cut at random, alone or with another text]   must tell the same
 *             -> [both at once, now and then: the live sample]         and says that it is the same
 *
 * A wrong signature, table, kernel or cut is a silent leak: this is the test that sees it. A
 * difference is told by row, seed and number of the message, from which it is made again:
 *
 *     test_differential --row 3 --seed 1 --message 4711     the texts in hex and what was told
 *     test_differential --seed 7 --share 10                 other dice, a tenth of the messages
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule/rulefile.h"
#include "scan/kernel.h"

#include "../lib/chatter.h"
#include "../lib/hard_rules.h"
#include "../lib/suite.h"
#include "../lib/toy.h"
#include "../lib/transcript.h"

enum {
    LANES = 2,          /* threads, each with every LANES-th message */
    KERNELS_MOST = 8,   /* that can be tried */
    ALL_KERNELS = 16,   /* one message in so many goes through each kernel */
    RECHECKED = 16,     /* one in so many is scanned by both engines at once */
    LONG_TEXT = 1024,   /* longer ones are not fed byte by byte */
    PACK_PIECES = 8192, /* examples of the packs that texts are made of */
    RULES_MOST = 512,
    FEW_MESSAGES = 10000, /* fewer do not show every rule */
    PACK_ROWS = 3,
    DICE_SETS = 40, /* of rules made by dice */
    ROWS_MOST = 96
};

/* Messages of all rows together come to more than a million; under a sanitizer, or without the
 * compiler's help, to a fraction, which is printed. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SHARE = 10 };
#elif defined(__OPTIMIZE__)
enum { SHARE = 100 };
#else
enum { SHARE = 10 };
#endif

static const uint8_t key[SG_KEY_SIZE] = {7};

/* What is tried: a set of rules, what texts are made of, how many. */
struct row {
    char name[96];
    unsigned number;
    const struct sg_hard_rules *hard; /* NULL: the packs that ship, or */
    bool by_dice;
    unsigned level;
    bool shadow, keyed;
    uint64_t messages; /* at SHARE 100 */
};

/* What one thread needs, counts, and where it first saw a difference. */
struct lane {
    const struct row *row;
    const struct scrubgate_ruleset *set;
    const struct sg_stock *stock;
    bool numbers;        /* a rule numbers the values of a message */
    uint64_t first, end; /* numbers of its messages: first, first + LANES … below end */
    struct scrubgate_scratch *scratch;
    struct sg_transcript right, told;
    struct sg_transcript other_right, other_told; /* of the text that goes along */
    struct sg_chatter chatter;
    bool out_of_order; /* the lane could not do its work */
    uint64_t messages, cuts, findings, by_kernel[KERNELS_MOST], by_rule[RULES_MOST];
    bool differs;
    uint64_t message;
    size_t kernel, longest;
};

static struct {
    uint64_t seed;
    uint64_t message; /* only this one, and tell about it */
    bool one_message;
    unsigned row; /* only this one, from 1; 0: all */
    unsigned share;
} asked = {.seed = 1, .share = SHARE};

static struct {
    uint64_t messages, cuts, findings, by_kernel[KERNELS_MOST];
} sum;

/* The kernels that work here; NULL stands for the ruleset's own when there is no choice. */
static const struct sg_kernel *kernels[KERNELS_MOST];
static size_t n_kernels;

static void list_kernels(void)
{
    for (size_t i = 0; sg_kernels[i] != NULL && n_kernels < KERNELS_MOST; i++) {
        if (sg_kernels[i]->works())
            kernels[n_kernels++] = sg_kernels[i];
    }
    n_kernels += n_kernels == 0;
}

static const char *kernel_name(size_t kernel)
{
    return kernels[kernel] == NULL ? "default" : kernels[kernel]->name;
}

/* --- one message --------------------------------------------------------------------------------
 */

/* A message's scanner. NULL puts the lane out of order. */
static struct sg_scanner *open_scanner(struct lane *lane, bool reference,
                                       const struct sg_kernel *kernel)
{
    struct sg_scanner *scanner = NULL;
    const struct sg_scan_config config = {.level = lane->row->level,
                                          .max_held = SIZE_MAX,
                                          .shadow = lane->row->shadow,
                                          .key = lane->row->keyed ? key : NULL,
                                          .reference = reference,
                                          .kernel = kernel};
    if (sg_scanner_new(&scanner, lane->set, lane->scratch, &config) < 0)
        lane->out_of_order = true;
    return scanner;
}

static void scan_alone(struct lane *lane, struct sg_transcript *transcript, bool reference,
                       const struct sg_kernel *kernel, struct sg_bytes text, size_t longest)
{
    struct sg_scanner *scanner = open_scanner(lane, reference, kernel);
    if (scanner != NULL)
        sg_transcript_take(transcript, scanner, text, longest, &lane->chatter.dice);
    sg_scanner_free(scanner);
}

static void hear(void *ctx, bool same)
{
    bool *all_same = ctx;
    *all_same = *all_same && same;
}

/* As a live sample of the engine scans it: true when that says both found the same. */
static bool scan_rechecked(struct lane *lane, const struct sg_kernel *kernel, struct sg_bytes text,
                           size_t longest)
{
    bool same = true;
    struct sg_scanner *scanner = NULL;
    const struct sg_scan_config config = {.level = lane->row->level,
                                          .max_held = SIZE_MAX,
                                          .shadow = lane->row->shadow,
                                          .key = lane->row->keyed ? key : NULL,
                                          .kernel = kernel,
                                          .recheck = 1,
                                          .rechecked = hear,
                                          .ctx = &same};
    if (sg_scanner_new(&scanner, lane->set, lane->scratch, &config) < 0)
        lane->out_of_order = true;
    else
        sg_transcript_take(&lane->told, scanner, text, longest, &lane->chatter.dice);
    sg_scanner_free(scanner);
    return same;
}

/* How another text goes along: a thread's memory serves many messages, piece by piece. */
enum company {
    ALONE,
    AFTER,    /* the same message has another value first; then values number on */
    IN_TURN,  /* another message comes at the same time, a piece of each in turn */
    GIVEN_UP, /* another message is given up in its middle, first */
    COMPANIES
};

/* True when the other text, if it came to its end, told what is right. */
static bool scan_in_company(struct lane *lane, enum company company, size_t kernel,
                            struct sg_bytes text, struct sg_bytes other, size_t longest)
{
    const struct sg_dice *dice = &lane->chatter.dice;
    struct sg_scanner *scanner = open_scanner(lane, false, kernels[kernel]);
    struct sg_scanner *second = open_scanner(lane, false, kernels[kernel]);
    struct sg_scanner *others = company == AFTER ? scanner : second;
    bool more = true, other_more = company != GIVEN_UP;
    if (scanner == NULL || second == NULL)
        goto out;
    sg_transcript_begin(&lane->other_told, others, other, longest, dice);
    if (company == GIVEN_UP)
        (void)sg_transcript_step(&lane->other_told);
    while (company == AFTER && sg_transcript_step(&lane->other_told))
        continue;
    sg_transcript_begin(&lane->told, scanner, text, longest, dice);
    while (more || (company == IN_TURN && other_more)) {
        more = more && sg_transcript_step(&lane->told);
        other_more = company == IN_TURN && other_more && sg_transcript_step(&lane->other_told);
    }
out:
    sg_scanner_free(scanner);
    sg_scanner_free(second);
    return company == GIVEN_UP || sg_transcript_same(&lane->other_right, &lane->other_told);
}

/* Few messages byte by byte: that takes as long as all the rest. */
static size_t choose_longest(struct sg_dice *dice, size_t len)
{
    static const size_t sizes[] = {1, 3, 16, 64, 1000};
    static const unsigned until[] = {60, 160, 600, 850, 1000};
    size_t i = 0, roll = sg_dice_below(dice, 1000);
    while (roll >= until[i])
        i++;
    return len > LONG_TEXT && sizes[i] < 64 ? 64 : sizes[i];
}

static void show(const char *what, const struct sg_transcript *transcript)
{
    print_message("%s: answer %d%s, %zu findings, %zu bytes of edits\n", what, (int)transcript->rc,
                  transcript->broken ? ", gaps" : "", transcript->n_told, transcript->edits.len);
    for (size_t i = 0; i < transcript->n_told; i++) {
        const struct sg_told *told = &transcript->told[i];
        print_message("    rule %u at %llu-%llu, level %u%s\n", told->rule,
                      (unsigned long long)told->start, (unsigned long long)told->end, told->level,
                      told->contextual ? ", near" : "");
    }
}

static void note_difference(struct lane *lane, uint64_t n, size_t kernel, size_t longest)
{
    if (lane->differs)
        return;
    lane->differs = true;
    lane->message = n;
    lane->kernel = kernel;
    lane->longest = longest;
}

static void say_outcome(const struct lane *lane, size_t kernel, size_t longest, bool same)
{
    if (!asked.one_message)
        return;
    print_message("%s, pieces of at most %zu bytes (0: whole): %s\n", kernel_name(kernel), longest,
                  same ? "the same" : "NOT THE SAME");
    if (!same)
        show("  told", &lane->told);
}

static void try_whole(struct lane *lane, struct sg_bytes text, size_t kernel, uint64_t n)
{
    scan_alone(lane, &lane->told, false, kernels[kernel], text, 0);
    lane->by_kernel[kernel]++;
    bool same = sg_transcript_same(&lane->right, &lane->told);
    say_outcome(lane, kernel, 0, same);
    if (!same)
        note_difference(lane, n, kernel, 0);
}

/* The other text is the end of this one: as full of values. */
static struct sg_bytes end_of(struct sg_dice *dice, struct sg_bytes text)
{
    size_t at = sg_dice_below(dice, text.len + 1);
    while (at < text.len && (text.data[at] & 0xC0) == 0x80)
        at++;
    return (struct sg_bytes){text.data + at, text.len - at};
}

static void try_cut(struct lane *lane, struct sg_bytes text, size_t kernel, size_t longest,
                    uint64_t n)
{
    struct sg_dice dice = lane->chatter.dice;
    enum company company =
        sg_dice_often(&dice, 250) ? 1 + (enum company)sg_dice_below(&dice, COMPANIES - 1) : ALONE;
    bool same = true;
    /* Values are numbered within a message: what comes after others is then told otherwise. */
    if (company == AFTER && lane->numbers)
        company = IN_TURN;
    if (company == ALONE) {
        scan_alone(lane, &lane->told, false, kernels[kernel], text, longest);
    } else {
        struct sg_bytes other = end_of(&dice, text);
        scan_alone(lane, &lane->other_right, true, NULL, other, 0);
        same = scan_in_company(lane, company, kernel, text, other, longest);
    }
    lane->cuts++;
    same = same && sg_transcript_same(&lane->right, &lane->told);
    say_outcome(lane, kernel, longest, same);
    if (!same)
        note_difference(lane, n, kernel, longest);
}

static void try_rechecked(struct lane *lane, struct sg_bytes text, size_t kernel, size_t longest,
                          uint64_t n)
{
    bool same = scan_rechecked(lane, kernels[kernel], text, longest);
    same = same && sg_transcript_same(&lane->right, &lane->told);
    say_outcome(lane, kernel, longest, same);
    if (!same)
        note_difference(lane, n, kernel, longest);
}

static void try_message(struct lane *lane, uint64_t n)
{
    struct sg_bytes text = sg_chatter_say(&lane->chatter, lane->stock, asked.seed, n);
    scan_alone(lane, &lane->right, true, NULL, text, 0);
    lane->messages++;
    lane->findings += lane->right.n_told;
    for (size_t i = 0; i < lane->right.n_told; i++)
        lane->by_rule[lane->right.told[i].rule % RULES_MOST]++;
    /* The number alone decides, so that one message made again is tried as it was. */
    struct sg_dice *dice = &lane->chatter.dice;
    size_t turn = (size_t)(n % n_kernels), longest = choose_longest(dice, text.len);
    bool each = sg_dice_below(dice, ALL_KERNELS) == 0 || asked.one_message;
    if (sg_dice_below(dice, RECHECKED) == 0 || asked.one_message)
        try_rechecked(lane, text, turn, longest, n);
    for (size_t i = 0; i < n_kernels && !lane->out_of_order; i++) {
        if (each || i == turn)
            try_whole(lane, text, i, n);
        if (each || i == (turn + 1) % n_kernels)
            try_cut(lane, text, i, longest, n);
    }
}

static void *run_lane(void *ctx)
{
    struct lane *lane = ctx;
    lane->out_of_order = scrubgate_scratch_new(&lane->scratch) < 0;
    for (uint64_t n = lane->first; n < lane->end && !lane->out_of_order && !lane->differs;
         n += LANES)
        try_message(lane, n);
    return NULL;
}

static void lane_free(struct lane *lane)
{
    scrubgate_scratch_free(lane->scratch);
    sg_transcript_fini(&lane->right);
    sg_transcript_fini(&lane->told);
    sg_transcript_fini(&lane->other_right);
    sg_transcript_fini(&lane->other_told);
    free(lane);
}

/* --- a row --------------------------------------------------------------------------------------
 */

/* A row's rules, and what texts for them are made of. */
struct subject {
    struct scrubgate_ruleset *set;
    struct sg_stock stock;
    struct sg_buf rules; /* made by dice */
    struct sg_bytes pieces[PACK_PIECES];
};

static struct subject *subject_new(const struct row *row)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_hard_rules rolled, *hard = NULL;
    struct sg_dice dice = {.state = asked.seed * ROWS_MOST + row->number};
    struct subject *subject = calloc(1, sizeof *subject);
    assert_non_null(subject);
    if (row->by_dice) {
        rolled = sg_hard_rules_roll(&dice, &subject->rules);
        hard = &rolled;
    }
    if (hard == NULL && row->hard != NULL) {
        rolled = *row->hard;
        hard = &rolled;
    }
    if (hard != NULL)
        subject->set = sg_toy_rules(hard->rules);
    /* Without their own tests and the self-test: what those would see is to be seen here. */
    else if (sg_rulefile_load(&subject->set, NULL, 0, 0, &fault) < 0)
        fail_msg("%s:%u:%u: %s", fault.file, fault.line, fault.column, fault.what);
    subject->stock = sg_stock_of(hard, subject->set, subject->pieces, PACK_PIECES);
    return subject;
}

static void subject_free(struct subject *subject)
{
    scrubgate_ruleset_free(subject->set);
    sg_buf_fini(&subject->rules);
    free(subject);
}

static void add_up(const struct lane *lane)
{
    sum.messages += lane->messages;
    sum.cuts += lane->cuts;
    sum.findings += lane->findings;
    for (size_t i = 0; i < n_kernels; i++)
        sum.by_kernel[i] += lane->by_kernel[i];
}

/* A rule that is never found was not tried; what dice make may match nothing. */
static void each_rule_was_found(const struct row *row, const struct scrubgate_ruleset *set,
                                struct lane *const *lanes)
{
    /* Of the packs that ship a few may be missed by so few texts. */
    size_t missed = 0, most = row->hard != NULL ? 0 : set->n_rules / 4;
    if (row->messages < FEW_MESSAGES)
        return;
    for (size_t i = 0; i < set->n_rules && !row->by_dice && asked.share >= 100; i++) {
        uint64_t n = 0;
        for (size_t j = 0; j < LANES; j++)
            n += lanes[j]->by_rule[i % RULES_MOST];
        missed += n == 0 && set->rules[i]->level <= row->level;
        if (missed > most)
            fail_msg("%s was not found once", set->rules[i]->id);
    }
}

static struct lane *lane_new(const struct row *row, const struct subject *subject, uint64_t first,
                             uint64_t end)
{
    struct lane *lane = calloc(1, sizeof *lane);
    assert_non_null(lane);
    lane->row = row;
    lane->set = subject->set;
    lane->stock = &subject->stock;
    for (size_t i = 0; i < subject->set->n_rules; i++) {
        const struct sg_template *with = &subject->set->rules[i]->with;
        for (size_t k = 0; k < with->n; k++)
            lane->numbers = lane->numbers || with->parts[k].kind == SG_PART_N;
    }
    lane->first = first;
    lane->end = end;
    return lane;
}

static void tells_what_the_reference_tells(void **state)
{
    const struct row *row = *state;
    struct subject *subject = subject_new(row);
    struct lane *lanes[LANES];
    pthread_t threads[LANES];
    uint64_t end = row->messages * asked.share / 100 + 1;
    for (size_t i = 0; i < LANES; i++) {
        lanes[i] = lane_new(row, subject, i, end);
        assert_int_equal(pthread_create(&threads[i], NULL, run_lane, lanes[i]), 0);
    }
    for (size_t i = 0; i < LANES; i++)
        (void)pthread_join(threads[i], NULL);
    for (size_t i = 0; i < LANES; i++) {
        const struct lane *lane = lanes[i];
        assert_false(lane->out_of_order);
        if (lane->differs)
            fail_msg("--row %u --seed %llu --message %llu: the %s kernel tells something else, in "
                     "pieces of at most %zu bytes (0: whole)",
                     row->number, (unsigned long long)asked.seed, (unsigned long long)lane->message,
                     kernel_name(lane->kernel), lane->longest);
        add_up(lane);
    }
    each_rule_was_found(row, subject->set, lanes);
    for (size_t i = 0; i < LANES; i++)
        lane_free(lanes[i]);
    subject_free(subject);
}

static void enough_was_tried(void **state)
{
    (void)state;
    print_message("%llu messages, %llu cut ones, %llu findings, share %u %%\n",
                  (unsigned long long)sum.messages, (unsigned long long)sum.cuts,
                  (unsigned long long)sum.findings, asked.share);
    for (size_t i = 0; i < n_kernels; i++) {
        print_message("    %s: %llu whole ones\n", kernel_name(i),
                      (unsigned long long)sum.by_kernel[i]);
        assert_true(sum.by_kernel[i] * n_kernels >= sum.messages);
    }
    assert_true(sum.findings > sum.messages); /* else little was shown */
    assert_true(sum.messages * 100 >= UINT64_C(1000000) * asked.share);
    assert_true(sum.cuts * 100 >= UINT64_C(1000000) * asked.share);
}

/* --- one message again --------------------------------------------------------------------------
 */

static void tell_about_one(const struct row *row)
{
    struct subject *subject = subject_new(row);
    struct lane *lane = lane_new(row, subject, asked.message, asked.message + 1);
    for (size_t i = 0; i < subject->set->n_rules && (row->hard != NULL || row->by_dice); i++) {
        struct sg_bytes pattern = sg_pattern_text(subject->set->rules[i]->pattern);
        print_message("rule %zu: %.*s\n", i, (int)pattern.len, (const char *)pattern.data);
    }
    (void)run_lane(lane);
    struct sg_bytes text = sg_chatter_say(&lane->chatter, lane->stock, asked.seed, asked.message);
    print_message("%s, %zu bytes:\n", row->name, text.len);
    for (size_t i = 0; i < text.len; i++)
        print_message("%02x%s", text.data[i], (i + 1) % 32 == 0 ? "\n" : "");
    show("\nreference", &lane->right);
    bool differs = lane->differs;
    lane_free(lane);
    subject_free(subject);
    exit(differs);
}

static void read_options(int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        unsigned long long value = strtoull(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--seed") == 0)
            asked.seed = value;
        else if (strcmp(argv[i], "--share") == 0)
            asked.share = (unsigned)value;
        else if (strcmp(argv[i], "--row") == 0)
            asked.row = (unsigned)value;
        else if (strcmp(argv[i], "--message") == 0)
            asked.message = value;
        asked.one_message = asked.one_message || strcmp(argv[i], "--message") == 0;
    }
}

int main(int argc, char **argv)
{
    static struct row rows[ROWS_MOST] = {
        {.name = "the packs that ship, every rule", .level = 4, .messages = 12000},
        {.name = "the packs that ship, level 2, with fingerprints",
         .level = 2,
         .keyed = true,
         .messages = 2000},
        {.name = "the packs that ship, in shadow mode",
         .level = 3,
         .shadow = true,
         .messages = 1500},
    };
    size_t n = PACK_ROWS;
    for (size_t i = 0; i < sg_hard_rules_count && n < ROWS_MOST; i++, n++) {
        rows[n] = (struct row){.hard = &sg_hard_rules[i], .level = 1, .messages = 80000};
        (void)snprintf(rows[n].name, sizeof rows[n].name, "%s", sg_hard_rules[i].name);
    }
    for (size_t i = 1; i <= DICE_SETS && n < ROWS_MOST; i++, n++) {
        rows[n] = (struct row){.by_dice = true, .level = 1, .messages = 2000};
        (void)snprintf(rows[n].name, sizeof rows[n].name, "rules made by dice, set %zu", i);
    }
    read_options(argc, argv);
    list_kernels();
    for (size_t i = 0; i < n; i++) {
        rows[i].number = (unsigned)i + 1;
        if (asked.row != 0 && asked.row != rows[i].number)
            continue;
        if (asked.one_message)
            tell_about_one(&rows[i]);
        sg_suite_add(rows[i].name, tells_what_the_reference_tells, &rows[i]);
    }
    if (asked.row == 0)
        sg_suite_add("enough was tried", enough_was_tried, NULL);
    return sg_suite_run("differential");
}
