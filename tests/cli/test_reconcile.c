/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_reconcile.c - what an access log has and the audit log has not, and the other way round.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/reconcile.h"

#include "../lib/made_records.h"
#include "../lib/suite.h"

enum { LINES = 8 };

static struct sg_entry entry;
static struct sg_audit_filter all = {.to_ms = UINT64_MAX, .last = UINT64_MAX};

#define T(n)     "aaaaaaaaaaaaaaaa000000000000000" n
#define AUDIT(n) "audit=\"gateway.example/scrubgate/1/" n "\""

/* What is wrong with each line's name: a letter, '.' where nothing is; and what of the log is
 * missing there. */
struct row {
    const char *name;
    const char *lines[LINES];
    const char *wrong;
    uint64_t expected, missing, unreached;
    const char *pass;
    bool front;
};

static const struct row rows[] = {
    {"all that was let through is there", {T("1"), T("4"), T("5")}, "...", 3, 0, 0, NULL, false},
    {"by audit ids", {AUDIT("1"), AUDIT("7"), AUDIT("15")}, "...", 3, 0, 0, NULL, false},
    {"by ids of exchanges", {"0000000000000001", "0000000000000004"}, "..", 3, 0, 0, NULL, false},
    {"by all of them", {T("1"), AUDIT("7"), "0000000000000005"}, "...", 3, 0, 0, NULL, false},
    {"a trace that no record tells of", {T("9")}, "u", 3, 1, 1, NULL, false},
    {"an audit id of another log", {"audit=\"other.example/1/1\""}, "u", 3, 1, 1, NULL, false},
    {"an audit id of a record that is no decision", {AUDIT("2")}, "u", 3, 1, 1, NULL, false},
    {"an audit id beyond the log", {AUDIT("99")}, "u", 3, 1, 1, NULL, false},
    {"a message that was blocked", {T("2")}, "d", 3, 1, 1, NULL, false},
    {"the same by its audit id", {AUDIT("3")}, "d", 3, 1, 1, NULL, false},
    {"a message that was refused", {T("3")}, "d", 3, 1, 1, NULL, false},
    {"a message twice", {T("1"), T("1")}, "aa", 3, 0, 1, NULL, false},
    {"an outcome without a decision", {T("6")}, "o", 3, 1, 1, NULL, false},
    {"on a route where that is meant", {T("6")}, ".", 3, 1, 1, "chat-pass", false},
    {"on another route", {T("6")}, "o", 3, 1, 1, "chat-in", false},
    {"before the gateway all are expected",
     {T("1"), T("2"), T("3"), T("4"), T("5"), T("6")},
     "......",
     5,
     0,
     0,
     NULL,
     true},
    {"and what is not there is missing", {T("4")}, ".", 5, 3, 0, NULL, true},
    {"a line without a name", {"-"}, "-", 0, 0, 0, NULL, false},
};

static void read_names(struct sg_reconcile *reconcile, const char *const *lines)
{
    static uint8_t room[SG_ACCESS_ROOM];
    for (size_t i = 0; i < LINES && lines[i] != NULL; i++) {
        struct sg_access_name name;
        sg_access_line_read(&name, &(struct sg_access_form){NULL, 0}, sg_bytes_of(lines[i]), room);
        assert_int_equal(sg_reconcile_name(reconcile, &name), SCRUBGATE_OK);
    }
}

static void read_entries(struct sg_reconcile *reconcile)
{
    for (int i = 0; i < SG_MADE_RECORDS; i++) {
        struct sg_buf line = {0};
        bool missing;
        sg_made_record(&line, (enum sg_made_record)i);
        assert_int_equal(sg_entry_read(&entry, sg_buf_bytes(&line)), SCRUBGATE_OK);
        assert_int_equal(sg_reconcile_entry(reconcile, &entry, &missing), SCRUBGATE_OK);
        sg_buf_fini(&line);
    }
}

/* The letter of what is wrong with a line: by its place, or that of its name's first line. */
static char wrong_with(const struct sg_reconcile *reconcile, const char *const *lines, size_t i)
{
    static const char letters[] = {[SG_RECONCILE_UNKNOWN] = 'u',
                                   [SG_RECONCILE_UNDECIDED] = 'o',
                                   [SG_RECONCILE_DENIED] = 'd',
                                   [SG_RECONCILE_AGAIN] = 'a',
                                   [SG_RECONCILE_RIGHT] = '.'};
    while (i > 0 && strcmp(lines[i], lines[i - 1]) == 0)
        i--;
    for (size_t at = 0; at < reconcile->names.cap; at++) {
        const struct sg_keyset_item *item = &reconcile->names.item[at];
        if (item->seen > 0 && item->place == i + 1)
            return letters[sg_reconcile_judge(reconcile, item)];
    }
    return '-';
}

static void test_row(void **state)
{
    const struct row *row = *state;
    const struct sg_texts passed = {{row->pass}, row->pass == NULL ? 0 : 1};
    const struct sg_reconcile_config config = {&all, &passed, row->front};
    struct sg_reconcile reconcile;
    assert_int_equal(sg_reconcile_init(&reconcile, &config), SCRUBGATE_OK);
    read_names(&reconcile, row->lines);
    read_entries(&reconcile);
    for (size_t i = 0; i < LINES && row->lines[i] != NULL; i++)
        assert_int_equal(wrong_with(&reconcile, row->lines, i), row->wrong[i]);
    assert_int_equal(reconcile.expected, row->expected);
    assert_int_equal(reconcile.missing, row->missing);
    assert_int_equal(reconcile.unreached, row->unreached);
    assert_int_equal(reconcile.nameless, row->wrong[0] == '-' ? 1 : 0);
    sg_reconcile_fini(&reconcile);
}

static void test_alone(void **state)
{
    const struct sg_reconcile_config config = {&all, NULL, false};
    struct sg_reconcile reconcile;
    size_t open = 0;
    (void)state;
    assert_int_equal(sg_reconcile_init(&reconcile, &config), SCRUBGATE_OK);
    read_entries(&reconcile);
    assert_int_equal(reconcile.decisions, 5);
    assert_int_equal(reconcile.exchanges, 5);
    assert_int_equal(reconcile.outcomes, 5);
    assert_int_equal(reconcile.undecided, 1);
    assert_int_equal(reconcile.open.n, 1);
    for (size_t at = 0; at < reconcile.open.cap; at++) {
        const struct sg_keyset_item *item = &reconcile.open.item[at];
        if (item->seen == 0)
            continue;
        open++;
        assert_int_equal(item->place, SG_MADE_OPEN);
        assert_true(sg_reconcile_is_last_boot(&reconcile, item));
    }
    assert_int_equal(open, 1);
    sg_reconcile_fini(&reconcile);
}

/* A gateway that was killed, and one that came after it. */
static void test_another_boot(void **state)
{
    static const char *const lines[] = {
        "{\"seq\":0,\"boot\":\"a\",\"class_uid\":2006,\"id\":\"0000000000000001\"}",
        "{\"seq\":1,\"boot\":\"b\",\"class_uid\":2006,\"id\":\"0000000000000002\"}",
        "{\"seq\":2,\"boot\":\"b\",\"class_uid\":2006,\"id\":\"0000000000000003\"}",
        "{\"seq\":3,\"boot\":\"b\",\"class_uid\":6003,\"id\":\"0000000000000003\"}"};
    const struct sg_reconcile_config config = {&all, NULL, false};
    struct sg_reconcile reconcile;
    size_t before = 0, now = 0;
    bool missing;
    (void)state;
    assert_int_equal(sg_reconcile_init(&reconcile, &config), SCRUBGATE_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(sg_entry_read(&entry, sg_bytes_of(lines[i])), SCRUBGATE_OK);
        assert_int_equal(sg_reconcile_entry(&reconcile, &entry, &missing), SCRUBGATE_OK);
    }
    for (size_t at = 0; at < reconcile.open.cap; at++) {
        const struct sg_keyset_item *item = &reconcile.open.item[at];
        if (item->seen > 0)
            ++*(sg_reconcile_is_last_boot(&reconcile, item) ? &now : &before);
    }
    assert_int_equal(before, 1);
    assert_int_equal(now, 1);
    sg_reconcile_fini(&reconcile);
}

/* Two exchanges of one trace, of which one was not decided: what is there once is right, what is
 * there twice was not all decided. */
static void test_a_shared_trace(void **state)
{
    static const char *const entries[] = {
        "{\"seq\":0,\"class_uid\":2006,\"action_id\":1,\"id\":\"0000000000000001\",\"trace_id\":"
        "\"" T("1") "\"}",
        "{\"seq\":1,\"class_uid\":6003,\"id\":\"0000000000000002\",\"trace_id\":\"" T("1") "\"}"};
    static const char *const lines[][LINES] = {{T("1")}, {T("1"), T("1")}};
    const struct sg_reconcile_config config = {&all, NULL, false};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct sg_reconcile reconcile;
        bool missing;
        assert_int_equal(sg_reconcile_init(&reconcile, &config), SCRUBGATE_OK);
        read_names(&reconcile, lines[i]);
        for (size_t j = 0; j < 2; j++) {
            assert_int_equal(sg_entry_read(&entry, sg_bytes_of(entries[j])), SCRUBGATE_OK);
            assert_int_equal(sg_reconcile_entry(&reconcile, &entry, &missing), SCRUBGATE_OK);
        }
        assert_int_equal(wrong_with(&reconcile, lines[i], i), i == 0 ? '.' : 'o');
        sg_reconcile_fini(&reconcile);
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("a trace of two exchanges, of which one was not decided", test_a_shared_trace,
                 NULL);
    sg_suite_add("the log alone tells what was in flight", test_alone, NULL);
    sg_suite_add("and of which gateway", test_another_boot, NULL);
    return sg_suite_run("cli/test_reconcile");
}
