/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_word.c - which word was meant by a mistyped one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/word.h"

#include "../lib/suite.h"

static void the_nearest_word_is_found_or_none(void **state)
{
    (void)state;
    static const char *const names[] = {"mask", "block", "tag", "card-issuer"};
    char longest[200];
    memset(longest, 'm', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_string_equal(sg_nearest_word("maks", names, 4), "mask");
    assert_string_equal(sg_nearest_word("blok", names, 4), "block");
    assert_string_equal(sg_nearest_word("tga", names, 4), "tag");
    assert_string_equal(sg_nearest_word("card_isuer", names, 4), "card-issuer");
    assert_null(sg_nearest_word("x", names, 4));
    assert_null(sg_nearest_word("", names, 4));
    assert_null(sg_nearest_word("replace", names, 4));
    assert_null(sg_nearest_word(longest, names, 4));
    assert_null(sg_nearest_word("mask", NULL, 0));
}

int main(void)
{
    sg_suite_add("the nearest word is found, or none", the_nearest_word_is_found_or_none, NULL);
    return sg_suite_run("word");
}
