/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_words.c - labels have their counts, and those that come too late are counted together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "report/words.h"

#include "../lib/alloc_fail.h"
#include "../lib/dice.h"
#include "../lib/suite.h"

static struct sg_word *add(struct sg_words *words, const char *text, uint64_t n)
{
    struct sg_word *word = sg_words_find(words, sg_bytes_of(text));
    assert_non_null(word);
    word->count[0] += n;
    return word;
}

static void test_a_label_has_one_place(void **state)
{
    struct sg_words words = {.n_bins = 3};
    (void)state;
    struct sg_word *mail = add(&words, "mail", 2), *none = add(&words, "", 1);
    assert_ptr_equal(add(&words, "mail", 3), mail);
    assert_ptr_equal(add(&words, "", 0), none);
    assert_ptr_not_equal(add(&words, "mai", 1), mail);
    assert_int_equal(mail->count[0], 5);
    assert_int_equal(words.n, 3);
    sg_words_fini(&words);
}

static void test_it_knows_when_it_was_seen(void **state)
{
    struct sg_words words = {.n_bins = 1};
    (void)state;
    struct sg_word *word = add(&words, "sms", 1);
    sg_word_see(word, 7, 1000);
    sg_word_see(word, 9, 1500);
    assert_int_equal(word->first_seq, 7);
    assert_int_equal(word->last_time, 1500);
    sg_words_fini(&words);
}

static void test_the_largest_come_first(void **state)
{
    struct sg_words words = {.n_bins = 1};
    (void)state;
    (void)add(&words, "b", 2);
    (void)add(&words, "c", 9);
    (void)add(&words, "a", 2);
    sg_words_sort(&words);
    assert_string_equal(words.word[0]->text, "c");
    assert_string_equal(words.word[1]->text, "a");
    assert_string_equal(words.word[2]->text, "b");
    assert_int_equal(add(&words, "a", 1)->count[0], 3);
    sg_words_fini(&words);
}

/* No count is lost, whoever floods it with names. */
static void test_who_comes_late_shares_a_place(void **state)
{
    struct sg_words words = {.n_bins = 1};
    struct sg_dice dice = {5};
    uint64_t sum = 0;
    char text[32];
    (void)state;
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(text, sizeof text, "name-%zu", sg_dice_below(&dice, 5000));
        (void)add(&words, text, 1);
    }
    assert_int_equal(words.n, SG_WORDS_MOST);
    for (size_t i = 0; i < words.n; i++)
        sum += words.word[i]->count[0];
    assert_int_equal(sum + words.others->count[0], 20000);
    sg_words_fini(&words);
}

/* Two spellings of one escape must not be cut into half of one. */
static void test_a_long_label_is_cut_before_an_escape(void **state)
{
    struct sg_words words = {.n_bins = 1};
    char text[400] = "";
    (void)state;
    memset(text, 'x', SG_WORD_LONGEST - 3);
    strcat(text, "\\u00e4 and more");
    struct sg_word *word = add(&words, text, 1);
    assert_int_equal(strlen(word->text), SG_WORD_LONGEST - 3);
    assert_ptr_equal(add(&words, text, 1), word);
    sg_words_fini(&words);
}

static enum scrubgate_status find_two(void *ctx)
{
    struct sg_words words = {.n_bins = 2};
    (void)ctx;
    bool good = sg_words_find(&words, SG_BYTES("a")) != NULL &&
                sg_words_find(&words, SG_BYTES("b")) != NULL;
    sg_words_fini(&words);
    return good ? SCRUBGATE_OK : SCRUBGATE_ENOMEM;
}

static void test_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(find_two, NULL) > 2);
}

int main(void)
{
    sg_suite_add("a label has one place", test_a_label_has_one_place, NULL);
    sg_suite_add("it knows when it was seen", test_it_knows_when_it_was_seen, NULL);
    sg_suite_add("the largest come first, then by name", test_the_largest_come_first, NULL);
    sg_suite_add("who comes late shares a place, and no count is lost",
                 test_who_comes_late_shares_a_place, NULL);
    sg_suite_add("a long label is cut before an escape, not in it",
                 test_a_long_label_is_cut_before_an_escape, NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("report/test_words");
}
