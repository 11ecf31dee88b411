/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_account.c - what a record counts as.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "report/account.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

enum { LINES = 6, LINE = 1024 };
#define START UINT64_C(1795310759122)

struct row {
    const char *name;
    const char *line[LINES]; /* behind seq and time; boot, class … */
    struct {
        uint64_t messages, masked, stopped, recorded, failed_closed, turned_away, lost_ms;
    } want;
};

#define DECISION "\"boot\":\"b\",\"class_uid\":2006,\"id\":\"1\","
#define WHOLE    DECISION "\"part\":\"whole\","
#define MASKED   WHOLE "\"action_id\":4,\"verdict\":\"masked\",\"mode\":\"enforce\","
#define MAIL     "{\"rule\":\"m\",\"entity\":\"EMAIL_ADDRESS\",\"action\":\"mask\",\"count\":2}"
#define CVV      "{\"rule\":\"c\",\"entity\":\"CVV\",\"action\":\"block\",\"count\":1}"
#define TAG      "{\"rule\":\"t\",\"entity\":\"NAME\",\"action\":\"tag\",\"count\":3}"
#define TOKEN    "{\"rule\":\"i\",\"entity\":\"IBAN_CODE\",\"action\":\"token\",\"count\":1}"

static const struct row rows[] = {
    {"a message with nothing in it",
     {WHOLE "\"action_id\":1,\"verdict\":\"clean\",\"found\":[]"},
     {.messages = 1}},
    {"what was masked, made a token, or only tagged",
     {MASKED "\"found\":[" MAIL "," TOKEN "," TAG "]"},
     {.messages = 1, .masked = 3, .recorded = 3}},
    {"a message that was blocked takes all it has with it",
     {WHOLE "\"action_id\":2,\"verdict\":\"blocked\",\"found\":[" MAIL "," CVV "]"},
     {.messages = 1, .stopped = 3}},
    {"in shadow nothing is masked",
     {WHOLE "\"action_id\":1,\"verdict\":\"masked\",\"mode\":\"shadow\",\"found\":[" MAIL "]"},
     {.messages = 1, .recorded = 2}},
    {"what diverts is stopped, the rest is masked",
     {WHOLE "\"action_id\":4,\"verdict\":\"diverted\",\"found\":[" MAIL
            ",{\"rule\":\"d\",\"entity\":"
            "\"URL\",\"action\":\"divert\",\"count\":1}]"},
     {.messages = 1, .masked = 2, .stopped = 1}},
    {"a stream is one message, told by its end",
     {DECISION "\"part\":\"begin\",\"action_id\":4,\"verdict\":\"masked\",\"found\":[" MAIL "]",
      DECISION "\"part\":\"end\",\"action_id\":4,\"verdict\":\"masked\",\"found\":[" MAIL "]"},
     {.messages = 1, .masked = 2}},
    {"refused on doubt",
     {WHOLE "\"action_id\":2,\"verdict\":\"refused\",\"found\":[]"},
     {.messages = 1, .failed_closed = 1}},
    {"refused, and passed by exception",
     {WHOLE "\"action_id\":1,\"verdict\":\"refused\",\"mode\":\"pass-and-record\",\"found\":[]"},
     {.messages = 1}},
    {"turned away at the door",
     {"\"class_uid\":4002,\"reason\":\"limit\",\"count\":70",
      "\"class_uid\":4002,\"reason\":\"limit\",\"count\":2"},
     {.turned_away = 72}},
    {"a gap has its length",
     {"\"class_uid\":6002,\"what\":\"gap\",\"from_ms\":1000,\"to_ms\":4500,\"refused\":7",
      "\"class_uid\":6002,\"what\":\"gap\",\"from_ms\":9,\"to_ms\":2"},
     {.lost_ms = 3500}},
    {"a class that nobody knows is a record, and no more",
     {"\"class_uid\":9999,\"count\":5"},
     {.messages = 0}},
    {"members of other kinds than ours are not there",
     {"\"class_uid\":2006,\"part\":7,\"action_id\":\"4\",\"found\":{}"},
     {.messages = 1}},
};

static enum scrubgate_status take(struct sg_account *account, size_t seq, const char *says)
{
    char line[LINE];
    (void)snprintf(line, sizeof line, "{\"seq\":%zu,\"time\":%llu,%s}", seq,
                   (unsigned long long)(START + seq * 60000), says);
    return sg_account_take(account, sg_bytes_of(line));
}

static void begin(struct sg_account *account, const struct sg_account_range *range)
{
    assert_int_equal(sg_account_init(account, range, START, START + 3600000), SCRUBGATE_OK);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_account account;
    begin(&account, &(struct sg_account_range){.limited = false});
    size_t n = 0;
    for (; n < LINES && row->line[n] != NULL; n++)
        assert_int_equal(take(&account, n, row->line[n]), SCRUBGATE_OK);
    sg_account_end(&account);
    assert_int_equal(account.records, n);
    assert_int_equal(account.messages, row->want.messages);
    assert_int_equal(account.effect[SG_EFFECT_MASKED], row->want.masked);
    assert_int_equal(account.effect[SG_EFFECT_STOPPED], row->want.stopped);
    assert_int_equal(account.effect[SG_EFFECT_RECORDED], row->want.recorded);
    assert_int_equal(account.failed_closed, row->want.failed_closed);
    assert_int_equal(account.turned_away, row->want.turned_away);
    assert_int_equal(account.lost_ms, row->want.lost_ms);
    sg_account_fini(&account);
}

/* Sums by label, and those by time, are the same as those of all. */
static uint64_t sum_of(const struct sg_words *words, bool by_time)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < words->n; i++) {
        for (size_t k = 0; by_time && k < words->n_bins; k++)
            sum += words->word[i]->bin[k];
        sum += by_time ? 0 : sg_word_sum(words->word[i]);
    }
    return sum;
}

static void test_sums_are_the_same_by_label_and_by_time(void **state)
{
    static const enum sg_account_by effects[] = {SG_BY_ENTITY,    SG_BY_RULE,    SG_BY_ROUTE,
                                                 SG_BY_DIRECTION, SG_BY_CHANNEL, SG_BY_BRAND};
    struct sg_account account;
    (void)state;
    begin(&account, &(struct sg_account_range){.limited = false});
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t k = 0; k < LINES && rows[i].line[k] != NULL; k++)
            assert_int_equal(take(&account, i * LINES + k, rows[i].line[k]), SCRUBGATE_OK);
    sg_account_end(&account);
    assert_true(account.n_findings > 10);
    for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++) {
        assert_int_equal(sum_of(&account.by[effects[i]], false), account.n_findings);
        assert_int_equal(sum_of(&account.by[effects[i]], true), account.n_findings);
    }
    assert_int_equal(sum_of(&account.by[SG_BY_VERDICT], true), account.messages);
    assert_int_equal(sum_of(&account.by[SG_BY_FRONT], true), account.turned_away);
    sg_account_fini(&account);
}

static void test_only_what_is_in_range_counts(void **state)
{
    struct sg_account account;
    (void)state;
    begin(&account, &(struct sg_account_range){true, START + 60000, START + 3 * 60000});
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(take(&account, i, MASKED "\"found\":[" MAIL "]"), SCRUBGATE_OK);
    assert_int_equal(account.read, 5);
    assert_int_equal(account.records, 2);
    assert_int_equal(account.first_seq, 1);
    assert_int_equal(account.effect[SG_EFFECT_MASKED], 4);
    sg_account_fini(&account);
}

static void test_a_line_that_is_no_record(void **state)
{
    struct sg_account account;
    (void)state;
    begin(&account, &(struct sg_account_range){.limited = false});
    assert_int_equal(sg_account_take(&account, SG_BYTES("{\"seq\":0,")), SCRUBGATE_OK);
    assert_int_equal(sg_account_take(&account, SG_BYTES("")), SCRUBGATE_OK);
    assert_int_equal(account.odd, 2);
    assert_int_equal(account.records, 0);
    sg_account_fini(&account);
}

static enum scrubgate_status count_some(void *ctx)
{
    struct sg_account account;
    (void)ctx;
    enum scrubgate_status rc = sg_account_init(
        &account, &(struct sg_account_range){.limited = false}, START, START + 3600000);
    for (size_t i = 0; rc >= 0 && i < sizeof rows / sizeof rows[0]; i++)
        rc = take(&account, i, rows[i].line[0]);
    sg_account_fini(&account);
    return rc;
}

static void test_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(count_some, NULL) > 20);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("sums are the same by label and by time",
                 test_sums_are_the_same_by_label_and_by_time, NULL);
    sg_suite_add("only what is in range counts", test_only_what_is_in_range_counts, NULL);
    sg_suite_add("a line that is no record is told as such", test_a_line_that_is_no_record, NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("report/test_account");
}
