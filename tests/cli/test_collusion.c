/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_collusion.c - scrubgate collusion: from a simulated market to the rings in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"

#include "../lib/program.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"
#include "../lib/well_formed.h"

static struct sg_tempdir dir;

static int run(const char *const args[], const char *in, const char *says)
{
    struct sg_program_run run;
    sg_program_run(&run, dir.path, args, sg_bytes_of(in));
    const char *out = (const char *)run.out.data, *err = (const char *)run.err.data;
    if (strstr(out, says) == NULL && strstr(err, says) == NULL)
        fail_msg("said \"%s\" and \"%s\"", out, err);
    const int code = run.code;
    sg_program_run_fini(&run);
    return code;
}

#define RUN(in, says, ...) run((const char *const[]){"collusion", __VA_ARGS__, NULL}, in, says)

static const char params[] =
    "tickets_a_day: 800\ncustomers: 6000\nagents: 240\nsmall_customers: 60\n"
    "rings: 2\nring: {agents: 3, accounts: 15, rate: 0.35, days: 20}\n";

/* The page says the same of the same rings, stands alone, and is the same each time. */
static void check_page(void)
{
    size_t len[2];
    struct sg_buf page = {0};
    char *first = sg_tempdir_read(&dir, "r.html", &len[0]);
    assert_int_equal(RUN("", "a person decides", "report", "--out", "again.html", "--window", "30d",
                         "market/events.ndjson"),
                     0);
    char *again = sg_tempdir_read(&dir, "again.html", &len[1]);
    assert_int_equal(len[0], len[1]);
    assert_memory_equal(first, again, len[0]);
    assert_int_equal(sg_buf_add(&page, first, len[0]), SCRUBGATE_OK);
    sg_assert_well_formed(&page);
    assert_non_null(strstr(first, "<strong>2 rings</strong>"));
    assert_non_null(strstr(first, "These 3 agents served "));
    assert_non_null(strstr(first, "brand-"));
    assert_null(strstr(first, "<script"));
    assert_null(strstr(first, "://"));
    assert_false(sg_tempdir_has(&dir, "r.html.new"));
    sg_buf_fini(&page);
    free(first);
    free(again);
}

static void test_found(void **state)
{
    struct sg_json *json;
    size_t members = 0, right = 0;
    (void)state;
    sg_tempdir_write(&dir, "p.yaml", params, sizeof params - 1);
    assert_int_equal(RUN("", "tickets of", "simulate", "--level", "L1", "--seed", "5", "--days",
                         "30", "--params", "p.yaml", "--out", "market"),
                     0);
    assert_int_equal(RUN("", "a person decides", "report", "--out", "r.json", "--window", "30d",
                         "--out", "r.html", "market/events.ndjson"),
                     0);
    check_page();
    char *text = sg_tempdir_read(&dir, "r.json", NULL);
    char *truth = sg_tempdir_read(&dir, "market/truth.ndjson", NULL);
    assert_int_equal(sg_json_parse(&json, sg_bytes_of(text), 16, NULL), SCRUBGATE_OK);
    const struct sg_json_node *rings = sg_json_get(sg_json_root(json), "rings");
    assert_int_equal(rings->count, 2);
    for (const struct sg_json_node *ring = rings->child; ring != NULL; ring = ring->next) {
        const struct sg_json_node *agent = sg_json_get(ring, "agents")->child;
        for (; agent != NULL; agent = agent->next, members++) {
            char line[64] = "{\"agent\":\"";
            strncat(line, (const char *)agent->text.data, 16);
            const char *at = strstr(truth, line);
            assert_non_null(at);
            right += strncmp(at + strlen(line), "\",\"ring\":null", 13) != 0;
        }
    }
    assert_int_equal(members, 6);
    assert_int_equal(right, 6);
    assert_int_equal(sg_json_get(sg_json_root(json), "agents")->count, 240);
    sg_json_free(json);
    free(text);
    free(truth);
}

static void test_events_by_hand(void **state)
{
    (void)state;
    assert_int_equal(RUN("", "0 tickets", "report", "--out", "none.html", "-"), 0);
    assert_int_equal(RUN("", "cannot be written", "report", "--out", "no/folder.html", "-"), 1);
    assert_int_equal(RUN("", "cannot be written", "report", "--out", "no/folder.json", "-"), 1);
    assert_int_equal(RUN("", "0 tickets", "report", "-"), 0);
    assert_int_equal(RUN("", "\"agents\":[]", "report", "--json", "-"), 0);
    assert_int_equal(RUN("{\"t\":1,\"agent\":\"0000000000000001\",\"customer\":"
                         "\"0000000000000002\"}\n\n",
                         "1 tickets", "report", "-"),
                     0);
    assert_int_equal(
        RUN("{\"t\":1}\n{\"t\":true}\n", "stdin:2: this is no event: \"t\" must be", "report", "-"),
        2);
    assert_int_equal(RUN("", "cannot", "report", "nowhere"), 1);
}

/* The tickets of a ring have the highest risks, all of them from 0 to 1. */
static void test_scored(void **state)
{
    size_t made = 0, high = 0, told = 0;
    (void)state;
    sg_tempdir_write(&dir, "p.yaml", params, sizeof params - 1);
    assert_int_equal(RUN("", "tickets of", "simulate", "--level", "L1", "--seed", "6", "--days",
                         "30", "--params", "p.yaml", "--out", "scored"),
                     0);
    char *truth = sg_tempdir_read(&dir, "scored/truth.ndjson", NULL);
    const char *const args[] = {"collusion", "score", "scored/events.ndjson", NULL};
    struct sg_program_run run;
    sg_program_run(&run, dir.path, args, sg_bytes_of(""));
    assert_int_equal(run.code, 0);
    struct sg_bytes rest = sg_buf_bytes(&run.out), line;
    for (; sg_bytes_take_line(&rest, &line); told++) {
        struct sg_json *json;
        assert_int_equal(sg_json_parse(&json, line, 4, NULL), SCRUBGATE_OK);
        const struct sg_json_node *risk = sg_json_get(sg_json_root(json), "risk");
        const double value = strtod((const char *)risk->text.data, NULL);
        assert_true(value >= 0 && value <= 1);
        assert_non_null(sg_json_get(sg_json_root(json), "reasons"));
        if (value > 0.9) {
            const struct sg_json_node *ticket = sg_json_get(sg_json_root(json), "ticket");
            char wanted[64] = "{\"ticket\":\"";
            strncat(wanted, (const char *)ticket->text.data, 16);
            const char *at = strstr(truth, wanted);
            assert_non_null(at);
            made += strncmp(at + strlen(wanted), "\",\"ring\":null", 13) != 0;
            high++;
        }
        sg_json_free(json);
    }
    assert_true(told > 20000);
    assert_true(high > 100 && made * 10 > high * 7);
    sg_program_run_fini(&run);
    free(truth);
}

/* Agents by score, rings' before others; what is flagged says since when. */
static void test_scored_agents(void **state)
{
    struct sg_program_run run;
    size_t told = 0, flagged = 0, right = 0;
    const char *const args[] = {"collusion", "score", "--agents", "scored/events.ndjson", NULL};
    (void)state;
    char *truth = sg_tempdir_read(&dir, "scored/truth.ndjson", NULL);
    sg_program_run(&run, dir.path, args, sg_bytes_of(""));
    assert_int_equal(run.code, 0);
    struct sg_bytes rest = sg_buf_bytes(&run.out), line;
    double last = 1e9;
    for (; sg_bytes_take_line(&rest, &line); told++) {
        struct sg_json *json;
        assert_int_equal(sg_json_parse(&json, line, 4, NULL), SCRUBGATE_OK);
        const struct sg_json_node *root = sg_json_root(json);
        const double score = strtod((const char *)sg_json_get(root, "score")->text.data, NULL);
        assert_true(score <= last);
        last = score;
        if (sg_json_get(root, "since") != NULL) {
            char wanted[64] = "{\"agent\":\"";
            strncat(wanted, (const char *)sg_json_get(root, "agent")->text.data, 16);
            const char *at = strstr(truth, wanted);
            assert_non_null(at);
            right += strncmp(at + strlen(wanted), "\",\"ring\":null", 13) != 0;
            flagged++;
        }
        sg_json_free(json);
    }
    assert_true(told > 10);
    assert_true(flagged >= 2 && right == flagged);
    sg_program_run_fini(&run);
    free(truth);
}

static void test_scored_by_hand(void **state)
{
    (void)state;
    assert_int_equal(RUN("{\"t\":1,\"ticket\":\"0000000000000007\",\"agent\":"
                         "\"0000000000000001\",\"customer\":\"0000000000000002\"}\n",
                         "{\"ticket\":\"0000000000000007\",\"risk\":0.000999", "score", "-"),
                     0);
    assert_int_equal(RUN("{\"t\":1,\"ticket\":\"0000000000000007\",\"agent\":"
                         "\"0000000000000001\",\"customer\":\"0000000000000002\"}\n",
                         "{\"agent\":\"0000000000000001\",\"score\":0.000,\"threshold\":2.500,"
                         "\"flagged\":false}\n",
                         "score", "--agents", "-"),
                     0);
    assert_int_equal(RUN("{\"t\":true}\n", "stdin:1: this is no event", "score", "-"), 2);
    assert_int_equal(RUN("", "cannot", "score", "nowhere"), 1);
}

static const struct bad {
    const char *name, *says;
    const char *args[6];
} bads[] = {
    {"no command", "wants a command", {NULL}},
    {"an unknown command", "there is no command guess", {"guess"}},
    {"a score of nothing", "wants one file or folder", {"score"}},
    {"a report on nothing", "wants one file or folder", {"report"}},
    {"a false-alarm rate of nothing",
     "--false-alarms is a rate",
     {"report", "--false-alarms", "1/0", "-"}},
    {"an output of no known kind",
     "--out is a file whose name ends in .html",
     {"report", "--out", "r.pdf", "-"}},
    {"an output that is a suffix only",
     "--out is a file whose name ends in .html",
     {"report", "--out", ".html", "-"}},
    {"a window that is no time", "--window is a time", {"report", "--window", "long", "-"}},
    {"a level that is not there",
     "--level is one of L0",
     {"simulate", "--level", "L5", "--out", "x"}},
    {"a seed that is no number", "--seed is a number", {"simulate", "--seed", "x", "--out", "x"}},
    {"no day at all", "--days", {"simulate", "--days", "0", "--out", "x"}},
    {"nowhere to write", "wants --out FOLDER", {"simulate"}},
};

static void test_bad(void **state)
{
    const struct bad *bad = *state;
    const char *args[8] = {"collusion"};
    for (size_t i = 0; i < 6 && bad->args[i] != NULL; i++)
        args[i + 1] = bad->args[i];
    assert_int_equal(run(args, "", bad->says), 2);
}

int main(void)
{
    sg_tempdir_make(&dir);
    sg_suite_add("the rings of a simulated market are reported", test_found, NULL);
    sg_suite_add("events from standard input, none, and wrong ones", test_events_by_hand, NULL);
    sg_suite_add("the tickets of a ring have the highest risks", test_scored, NULL);
    sg_suite_add("and its agents are flagged, nobody else", test_scored_agents, NULL);
    sg_suite_add("scores of events by hand, and of wrong ones", test_scored_by_hand, NULL);
    SG_SUITE_ROWS(test_bad, bads);
    int failed = sg_suite_run("collusion");
    sg_tempdir_remove(&dir);
    return failed;
}
