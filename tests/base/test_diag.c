/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_diag.c - faults as people read them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/diag.h"

#include "../lib/suite.h"

struct row {
    const char *name, *file;
    unsigned line, column;
    const char *want;
};

static const struct row rows[] = {
    {"file, line and column", "a.yaml", 3, 7, "a.yaml:3:7: broken: mend it"},
    {"no column", "a.yaml", 3, 0, "a.yaml:3: broken: mend it"},
    {"no line", "a.yaml", 0, 7, "a.yaml: broken: mend it"},
    {"no file", NULL, 3, 7, "broken: mend it"},
};

static void prints_place_and_sentence(void **state)
{
    const struct row *row = *state;
    struct scrubgate_fault fault;
    char text[100];
    sg_fault_set(&fault, row->file, row->line, row->column, "%s: mend it", "broken");
    sg_fault_print(&fault, text, sizeof text);
    assert_string_equal(text, row->want);
}

static void long_texts_are_cut_and_ended(void **state)
{
    (void)state;
    struct scrubgate_fault fault;
    char name[1000], text[20];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    sg_fault_set(&fault, name, 1, 1, "%s", name);
    assert_int_equal(strlen(fault.file), sizeof fault.file - 1);
    assert_int_equal(strlen(fault.what), sizeof fault.what - 1);
    sg_fault_print(&fault, text, sizeof text);
    assert_int_equal(strlen(text), sizeof text - 1);
    sg_fault_set(NULL, "f", 1, 1, "nobody asked");
}

static void every_status_has_its_own_word(void **state)
{
    (void)state;
    for (int a = SCRUBGATE_EMATCH; a <= SCRUBGATE_DONE; a++) {
        const char *word = scrubgate_status_word((enum scrubgate_status)a);
        assert_string_not_equal(word, "unknown");
        for (int b = a + 1; b <= SCRUBGATE_DONE; b++)
            assert_string_not_equal(word, scrubgate_status_word((enum scrubgate_status)b));
    }
    assert_string_equal(scrubgate_status_word((enum scrubgate_status)99), "unknown");
}

int main(void)
{
    SG_SUITE_ROWS(prints_place_and_sentence, rows);
    sg_suite_add("long texts are cut and ended", long_texts_are_cut_and_ended, NULL);
    sg_suite_add("every status has its own word", every_status_has_its_own_word, NULL);
    return sg_suite_run("diag");
}
