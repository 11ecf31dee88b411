/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suite.c - one cmocka test for each row of a table.
 */
#include "suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 1024 };

static struct CMUnitTest list[MOST];
static size_t n;

void sg_suite_add(const char *name, void (*run)(void **state), const void *row)
{
    if (n == MOST) {
        (void)fprintf(stderr, "over %d tests: raise MOST in suite.c\n", MOST);
        exit(1);
    }
    /* cmocka's state is not const; rows are only read. */
    list[n++] = (struct CMUnitTest){
        .name = name, .test_func = run, .initial_state = (void *)(uintptr_t)row};
}

int sg_suite_run(const char *name)
{
    return _cmocka_run_group_tests(name, list, n, NULL, NULL);
}
