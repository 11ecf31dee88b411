/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_audit_filter.c - which records fit what was typed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "cli/audit_filter.h"

#include "../lib/made_records.h"
#include "../lib/suite.h"

enum { ARGS = 8 };

static struct sg_entry entry;
static const struct sg_command command = {.name = "audit query", .usage = "", .examples = ""};

/* Numbers of the made records that fit, with blanks between. */
struct row {
    const char *name;
    const char *args[ARGS];
    const char *fit;
};

static const struct row rows[] = {
    {"without a filter all fit", {NULL}, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 "},
    {"since", {"--since", "2026-11-22T01:26:13Z"}, "13 14 15 16 "},
    {"until", {"--until", "2026-11-22T01:26:01Z"}, "0 1 "},
    {"until a moment has it", {"--until", "2026-11-22T01:26:01.000Z"}, "0 1 "},
    {"until just before it", {"--until", "2026-11-22T01:26:00.999Z"}, "0 "},
    {"both", {"--since", "2026-11-22T01:26:03Z", "--until", "2026-11-22T01:26:04Z"}, "3 4 "},
    {"a day", {"--since", "2026-11-22", "--until", "2026-11-22", "--class", "read"}, "13 "},
    {"another day", {"--since", "2026-11-23"}, ""},
    {"so long ago", {"--since", "1m"}, "10 11 12 13 14 15 16 "},
    {"a conversation", {"--conversation", "00000000000000a1"}, "5 7 15 "},
    {"a customer", {"--customer", "00000000000000c1"}, "1 3 5 7 15 "},
    {"an agent", {"--agent", "00000000000000d2"}, ""},
    {"an identity", {"--identity", "00000000000000e1"}, "1 "},
    {"a network, of what was turned away too", {"--network", "0000000000000abc"}, "1 3 5 7 9 15 "},
    {"a rule", {"--rule", "payment.card"}, "1 "},
    {"a rule is not its beginning", {"--rule", "payment"}, ""},
    {"a pack", {"--rule", "contact.*"}, "1 3 "},
    {"an entity", {"--entity", "PHONE_NUMBER"}, "3 "},
    {"an action", {"--action", "mask"}, "1 "},
    {"a rule and an entity are of one finding",
     {"--rule", "payment.card", "--entity", "EMAIL_ADDRESS"},
     ""},
    {"a rule, an entity and an action",
     {"--rule", "*", "--entity", "EMAIL_ADDRESS", "--action", "mask"},
     "1 "},
    {"a verdict", {"--verdict", "blocked"}, "3 "},
    {"verdicts with a comma", {"--verdict", "blocked,refused"}, "3 5 "},
    {"verdicts again", {"--verdict", "blocked", "--verdict", "masked"}, "1 3 "},
    {"a class", {"--class", "outcome"}, "2 4 6 8 14 "},
    {"a class by its number", {"--class", "4002"}, "9 "},
    {"a class that nobody knows", {"--class", "9001"}, "16 "},
    {"other classes", {"--class", "other"}, "16 "},
    {"what", {"--what", "reload,hold"}, "10 12 "},
    {"what nobody knows", {"--what", "moonrise"}, "16 "},
    {"a route", {"--route", "chat-out"}, "3 4 "},
    {"routes", {"--route", "chat-*"}, "1 2 3 4 5 6 7 8 14 15 "},
    {"a direction", {"--direction", "to-customer"}, "3 "},
    {"a brand", {"--brand", "acme"}, "1 3 5 15 "},
    {"a brand that has escapes in the log", {"--brand", "=HYPERLINK(\"http://x\")"}, "7 "},
    {"its beginning", {"--brand", "=HYPERLINK(\"http*"}, "7 "},
    {"a reason", {"--reason", "json:*"}, "5 "},
    {"a status", {"--status", "422"}, "4 "},
    {"statuses", {"--status", "4*"}, "4 6 9 "},
    {"rules by the digest's beginning", {"--rules", "9c5ac0e4*"}, "1 3 5 7 15 "},
    {"an exchange", {"--id", "0000000000000001"}, "1 2 "},
    {"a trace", {"--trace", "aaaaaaaaaaaaaaaa0000000000000002"}, "3 4 "},
    {"a user", {"--actor", "1000"}, "10 12 13 "},
    {"the gateway", {"--actor", "scrubgate"}, "0 11 "},
    {"two that fit nothing together", {"--verdict", "clean", "--route", "chat-out"}, ""},
};

/* False: what was typed is wrong. */
static bool read_filter(struct sg_audit_filter *filter, const char *const args[])
{
    struct sg_option options[SG_FILTER_OPTIONS];
    char *argv[ARGS + 2] = {(char *)"query"};
    int argc = 1, rest;
    *filter = (struct sg_audit_filter){.since = NULL};
    for (; args[argc - 1] != NULL; argc++)
        argv[argc] = (char *)args[argc - 1];
    size_t n = sg_audit_filter_options(filter, options, 0);
    assert_int_equal(n, SG_FILTER_OPTIONS);
    return sg_options_parse(&command, options, n, argc, argv, &rest) == SG_PARSED_OK &&
           sg_audit_filter_read(filter, &command, SG_MADE_START + 70000);
}

static void test_row(void **state)
{
    static struct sg_audit_filter filter;
    const struct row *row = *state;
    struct sg_buf fit = {0};
    assert_true(read_filter(&filter, row->args));
    for (int i = 0; i < SG_MADE_RECORDS; i++) {
        struct sg_buf line = {0};
        sg_made_record(&line, (enum sg_made_record)i);
        assert_int_equal(sg_entry_read(&entry, sg_buf_bytes(&line)), SCRUBGATE_OK);
        if (sg_audit_filter_fits(&filter, &entry))
            assert_true(sg_buf_addf(&fit, "%d ", i) >= 0);
        sg_buf_fini(&line);
    }
    assert_true(sg_buf_add_byte(&fit, '\0') >= 0);
    assert_string_equal((char *)fit.data, row->fit);
    sg_buf_fini(&fit);
}

static const struct row wrong[] = {
    {"a time that is none", {"--since", "lately"}, NULL},
    {"an end before the beginning", {"--since", "1h", "--until", "2h"}, NULL},
    {"a pseudonym that is none", {"--customer", "jo@example.org"}, NULL},
    {"a pseudonym in capitals", {"--customer", "00000000000000C1"}, NULL},
    {"a verdict that is none", {"--verdict", "maskd"}, NULL},
    {"a class that is none", {"--class", "decisions"}, NULL},
    {"an empty value", {"--route", ""}, NULL},
    {"an empty value behind a comma", {"--route", "a,"}, NULL},
    {"a record that is none", {"--seq", "last"}, NULL},
    {"records the wrong way round", {"--seq", "9-3"}, NULL},
    {"no record", {"--seq", "-"}, NULL},
};

static void test_wrong(void **state)
{
    static struct sg_audit_filter filter;
    const struct row *row = *state;
    assert_false(read_filter(&filter, row->args));
}

struct seq_row {
    const char *name, *typed;
    uint64_t first, last;
};

static const struct seq_row seqs[] = {
    {"one record", "7", 7, 7},
    {"some", "7-9", 7, 9},
    {"the rest", "7-", 7, UINT64_MAX},
    {"the first ones", "-9", 0, 9},
};

static void test_seq(void **state)
{
    static struct sg_audit_filter filter;
    const struct seq_row *row = *state;
    const char *args[] = {"--seq", row->typed, NULL};
    assert_true(read_filter(&filter, args));
    assert_int_equal(filter.first, row->first);
    assert_int_equal(filter.last, row->last);
}

/* In doubt a record is shown. */
static void test_doubt(void **state)
{
    static struct sg_audit_filter filter;
    const char *since[] = {"--since", "2026-11-23", NULL}, *rule[] = {"--rule", "x", NULL};
    (void)state;
    assert_int_equal(sg_entry_read(&entry, SG_BYTES("{\"seq\":1,\"time\":\"noon\"}")),
                     SCRUBGATE_OK);
    assert_true(read_filter(&filter, since));
    assert_true(sg_audit_filter_fits(&filter, &entry));
    assert_true(read_filter(&filter, rule));
    assert_false(sg_audit_filter_fits(&filter, &entry));
    entry.cut = true;
    assert_true(sg_audit_filter_fits(&filter, &entry));
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    SG_SUITE_ROWS(test_wrong, wrong);
    SG_SUITE_ROWS(test_seq, seqs);
    sg_suite_add("a record that does not say enough fits", test_doubt, NULL);
    return sg_suite_run("cli/test_audit_filter");
}
