/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_market.c - a simulated market through a gateway that runs: tickets of rings are
 * diverted, honest ones are not, and the audit log says why.
 *
 *     scrubgate collusion simulate --through ─> gateway, policy.yaml ─┬─> echo
 *                                                                     └─> echo --name diverted
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/echo.h"

#include "../lib/gateway.h"
#include "../lib/program.h"
#include "../lib/suite.h"

static struct sg_gateway gateway;
static struct sg_echo *echoes[2];
static const char *urls[2];

#define WHO                                                                                        \
    "    identity: {customer: $.customer, agent: $.agent, conversation: $.conversation,\n"         \
    "               brand: $.brand, queue: $.queue, event: $.event}\n"

static const char policy[] = "signals:\n"
                             "  self: {mode: enforce, threshold: 6}\n"
                             "  farm: {mode: enforce, threshold: 6}\n"
                             "  template: {mode: enforce, threshold: 5}\n";

static const char market[] = "days: 2\n"
                             "tickets_a_day: 160\n"
                             "customers: 800\n"
                             "agents: 40\n"
                             "brands: 2\n"
                             "small_agents: 0\n"
                             "surges: 0\n"
                             "rings: 2\n"
                             "ring: {agents: 1, accounts: 8, rate: 2, days: 2}\n";

static void open_stage(void)
{
    static const char *const names[2] = {"agents", "diverted"};
    struct scrubgate_fault fault;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sg_echo_open(&echoes[i], "127.0.0.1:0", &urls[i], &fault), SCRUBGATE_OK);
        assert_int_equal(sg_echo_name(echoes[i], names[i]), SCRUBGATE_OK);
        assert_int_equal(sg_echo_start(echoes[i]), SCRUBGATE_OK);
    }
    sg_gateway_init(&gateway);
    gateway.listen = "[{address: '127.0.0.1:0', proxy: required, proxy_from: [127.0.0.0/8]}]";
    sg_tempdir_write(&gateway.dir, "policy.yaml", policy, sizeof policy - 1);
    sg_tempdir_write(&gateway.dir, "market.yaml", market, sizeof market - 1);
    sg_gateway_config(&gateway,
                      "routes:\n"
                      "  - name: in\n    path: /in/\n    upstream: %s\n    divert: %s\n"
                      "    direction: to-agent\n" WHO
                      "  - name: out\n    path: /out/\n    upstream: %s\n    divert: %s\n"
                      "    direction: to-customer\n" WHO,
                      urls[0], urls[1], urls[0], urls[1]);
    sg_gateway_start(&gateway);
}

static void close_stage(void)
{
    sg_gateway_stop(&gateway);
    sg_gateway_fini(&gateway);
    for (int i = 0; i < 2; i++)
        sg_echo_stop(echoes[i]);
}

/* What the command says: its two lines. */
struct told {
    unsigned messages, answered, diverted, denied, blocked, failed;
    unsigned rings, rings_caught, honest, honest_caught;
};

static int drive(const char *url, struct told *told, struct sg_program_run *run)
{
    const char *const args[] = {"collusion", "simulate",    "--level",   "L0", "--seed",  "3",
                                "--params",  "market.yaml", "--through", url,  "--proxy", NULL};
    sg_program_run(run, gateway.dir.path, args, SG_BYTES(""));
    const int n = sscanf((const char *)run->out.data,
                         "%u messages: %u answered, %u diverted, %u denied, %u blocked, %u failed\n"
                         "%u tickets of rings, of which %u diverted or denied; %u honest ones, of "
                         "which %u\n",
                         &told->messages, &told->answered, &told->diverted, &told->denied,
                         &told->blocked, &told->failed, &told->rings, &told->rings_caught,
                         &told->honest, &told->honest_caught);
    return n == 10 ? run->code : -1;
}

/* Decisions on requests that say so, and why. */
static size_t count_records(const char *log, const char *what, const char *why)
{
    size_t n = 0;
    for (const char *line = log; *line != '\0';) {
        const char *end = strchr(line, '\n');
        const size_t len = end == NULL ? strlen(line) : (size_t)(end - line) + 1;
        char *one = strndup(line, len);
        assert_non_null(one);
        const char *found = strstr(one, what);
        n += found != NULL && strstr(one, why) != NULL;
        free(one);
        line += len;
    }
    return n;
}

static void test_market(void **state)
{
    struct told told = {0};
    struct sg_program_run run;
    char url[64];
    (void)state;
    open_stage();
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", gateway.port);
    const int code = drive(url, &told, &run);
    if (code != 0)
        fail_msg("%d: %s%s", code, (const char *)run.out.data, (const char *)run.err.data);
    sg_program_run_fini(&run);
    assert_int_equal(told.answered + told.diverted, told.messages);
    assert_true(told.rings >= 40 && told.honest >= 250);
    if (told.rings_caught * 4 < told.rings * 3 || told.honest_caught * 100 > told.honest)
        fail_msg("%u of %u of rings, %u of %u honest ones", told.rings_caught, told.rings,
                 told.honest_caught, told.honest);
    char *log = sg_gateway_audit(&gateway);
    assert_int_equal(count_records(log, "\"action\":\"divert\"", "\"reasons\":{"), told.diverted);
    assert_true(count_records(log, "\"action\":\"divert\"", "\"farm\":") > 0);
    assert_true(count_records(log, "\"action\":\"divert\"", "\"self\":") > 0);
    assert_true(count_records(log, "\"action\":\"divert\"", "\"template\":") > 0);
    free(log);
    /* What the gateway has no route for has failed, and so has the command. */
    const char *const lost[] = {"collusion", "simulate",  "--days", "1",       "--most",
                                "2",         "--through", url,      "--proxy", NULL};
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/nowhere/", gateway.port);
    sg_program_run(&run, NULL, lost, SG_BYTES(""));
    assert_int_equal(run.code, 1);
    assert_non_null(strstr((const char *)run.out.data, "8 failed\n"));
    assert_non_null(strstr((const char *)run.out.data, "answered with 404\n"));
    sg_program_run_fini(&run);
    static const char *const planted[] = {"@example.", "4111 1111", "555 01", NULL};
    sg_gateway_keeps_quiet(&gateway, planted);
    close_stage();
}

/* --- whom it drives at all --- */

struct row {
    const char *name, *url;
    int code;
    const char *says;
};
static const struct row rows[] = {
    {"another machine is sent nothing", "http://192.0.2.1/", 2, "is another machine"},
    {"nobody there", "http://127.0.0.1:1/", 1, "no answer: nobody answers there"},
    {"no URL", "here", 2, "http://"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    const char *const args[] = {"collusion", "simulate", "--days", "1",      "--most",
                                "2",         "--quiet",  "-t",     row->url, NULL};
    struct sg_program_run run;
    sg_program_run(&run, NULL, args, SG_BYTES(""));
    assert_int_equal(run.code, row->code);
    assert_non_null(strstr((const char *)run.err.data, row->says));
    sg_program_run_fini(&run);
}

static void test_names(void **state)
{
    struct scrubgate_fault fault;
    struct sg_program_run run;
    struct sg_echo *echo;
    const char *url;
    char path[200];
    (void)state;
    assert_int_equal(sg_echo_open(&echo, "127.0.0.1:0", &url, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_echo_name(echo, "two words"), SCRUBGATE_EINVAL);
    assert_int_equal(sg_echo_name(echo, "diverted"), SCRUBGATE_OK);
    assert_int_equal(sg_echo_start(echo), SCRUBGATE_OK);
    (void)snprintf(path, sizeof path, "%s", url);
    const char *const args[] = {"collusion", "simulate", "--days", "1",  "--most", "3",
                                "--speed",   "1000",     "-t",     path, NULL};
    sg_program_run(&run, NULL, args, SG_BYTES(""));
    assert_int_equal(run.code, 0);
    assert_non_null(strstr((const char *)run.out.data, "12 messages: 0 answered, 12 diverted"));
    assert_non_null(strstr((const char *)run.out.data, "3 honest ones, of which 3"));
    sg_program_run_fini(&run);
    sg_echo_stop(echo);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("who answers is told by what it calls itself", test_names, NULL);
    sg_suite_add("tickets of rings are diverted, honest ones are not", test_market, NULL);
    return sg_suite_run("wire_market");
}
