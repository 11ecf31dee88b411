/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_keyset.c - keys are there from when they were added to when they were removed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/keyset.h"

#include "../lib/alloc_fail.h"
#include "../lib/dice.h"
#include "../lib/suite.h"

enum { KEYS = 3000, TURNS = 60000 };

/* Against an array, which cannot be wrong. */
static void test_like_an_array(void **state)
{
    static uint32_t there[KEYS];
    struct sg_keyset set;
    struct sg_dice dice = {.state = 7};
    size_t n = 0;
    (void)state;
    assert_int_equal(sg_keyset_init(&set), SCRUBGATE_OK);
    for (int turn = 0; turn < TURNS; turn++) {
        uint32_t i = (uint32_t)sg_dice_below(&dice, KEYS);
        const uint64_t key[2] = {i % 3, i};
        struct sg_keyset_item *item = sg_keyset_find(&set, key);
        assert_int_equal(item == NULL ? 0 : item->seen, there[i]);
        if (there[i] > 0 && sg_dice_often(&dice, 500)) {
            sg_keyset_remove(&set, item);
            there[i] = 0;
            n--;
            continue;
        }
        n += there[i] == 0 ? 1 : 0;
        item = sg_keyset_add(&set, key);
        assert_non_null(item);
        assert_int_equal(item->seen, there[i]++);
        item->seen++;
        assert_int_equal(set.n, n);
    }
    sg_keyset_fini(&set);
}

static enum scrubgate_status add_some(void *ctx)
{
    struct sg_keyset set;
    enum scrubgate_status rc = sg_keyset_init(&set);
    (void)ctx;
    for (uint64_t i = 0; i < 2000 && rc >= 0; i++) {
        struct sg_keyset_item *item = sg_keyset_add(&set, (uint64_t[]){i, 0});
        if (item == NULL)
            rc = SCRUBGATE_ENOMEM;
        else
            item->seen = 1;
    }
    sg_keyset_fini(&set);
    return rc;
}

static void test_without_memory(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(add_some, NULL) > 1);
}

int main(void)
{
    sg_suite_add("what was added is there, what was removed is not", test_like_an_array, NULL);
    sg_suite_add("without memory nothing is added", test_without_memory, NULL);
    return sg_suite_run("cli/test_keyset");
}
