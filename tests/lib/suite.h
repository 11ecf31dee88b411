/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suite.h - one cmocka test for each row of a table, so that each is reported by its sentence.
 */
#ifndef SG_TESTS_SUITE_H
#define SG_TESTS_SUITE_H

#include <stddef.h>

/* Adds a test called name; run gets row (may be NULL) through *state. Both must live on. */
void sg_suite_add(const char *name, void (*run)(void **state), const void *row);
/* Runs what was added; the exit status for main. */
int sg_suite_run(const char *name);

/* A test for each row of an array whose struct begins with `const char *name`. */
#define SG_SUITE_ROWS(run, rows)                                                                   \
    for (size_t row_ = 0; row_ < sizeof(rows) / sizeof(rows)[0]; row_++)                           \
    sg_suite_add((rows)[row_].name, run, &(rows)[row_])

#endif
