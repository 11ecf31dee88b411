/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_metrics.c - counters of workers, added up and printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/metrics.h"
#include "rule/ruleset.h"

#include "../lib/suite.h"

static struct sg_metrics *new_metrics(void)
{
    struct sg_metrics *made = calloc(1, sizeof *made);
    assert_non_null(made);
    return made;
}

static char *print(const struct sg_metrics *a, const struct sg_metrics *b)
{
    static struct sg_rule never = {.id = "toy.never"}, thrice = {.id = "toy.thrice"};
    static struct sg_rule folding = {.id = "toy.folding"};
    static struct sg_rule *rules[] = {&never, &thrice}, *folds[] = {&folding};
    static struct scrubgate_ruleset fold_set = {.rules = folds, .n_rules = 1};
    static struct sg_exclusion exclusions[] = {{.id = "local.idle"}, {.id = "local.used"}};
    static const struct scrubgate_ruleset set = {.rules = rules,
                                                 .n_rules = 2,
                                                 .folds = &fold_set,
                                                 .exclusions = exclusions,
                                                 .n_exclusions = 2};
    static const atomic_uint_fast64_t failures[] = {0, 3, 1}, matches[] = {0, 5};
    const struct sg_metrics *const all[] = {a, b};
    const struct sg_metrics_process process = {.audit_records = 7,
                                               .audit_dropped = 6,
                                               .reloads = 2,
                                               .start_ms = 1500,
                                               .rules_digest = "abc",
                                               .connections = 9,
                                               .remembers = true,
                                               .memory = {11, 12, 13, 14, 15},
                                               .by_reference = true,
                                               .rules = &set,
                                               .rule_failures = failures,
                                               .exclusion_matches = matches};
    struct sg_buf out = {0};
    assert_int_equal(sg_metrics_print(all, 2, &process, &out), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&out, '\0'), SCRUBGATE_OK);
    return (char *)out.data;
}

static void has(const char *page, const char *line)
{
    if (strstr(page, line) == NULL)
        fail_msg("no line \"%s\"", line);
}

static void test_workers_are_added_up(void **state)
{
    struct sg_metrics *a = new_metrics(), *b = new_metrics();
    (void)state;
    sg_metrics_count(&a->verdicts[0][SG_VERDICT_MASKED], 3);
    sg_metrics_count(&b->verdicts[0][SG_VERDICT_MASKED], 4);
    sg_metrics_count(&b->verdicts[1][SG_VERDICT_REFUSED], 1);
    sg_metrics_count(&a->reasons[SG_REASON_AUDIT], 5);
    sg_metrics_count(&a->replies[5], 5);
    sg_metrics_count(&a->rechecks, 8);
    sg_metrics_count(&b->rechecks, 2);
    sg_metrics_count(&b->recheck_differences, 1);
    sg_metrics_count(&a->open_exchanges, 2);
    sg_metrics_count(&a->open_exchanges, UINT64_MAX); /* minus one */
    sg_metrics_count(&a->shed[SG_SHED_DELAY], 4);
    sg_metrics_count(&b->shed[SG_SHED_DELAY], 2);
    atomic_store(&a->delay_ns, 1500000);
    atomic_store(&b->delay_ns, 2500000);
    char *page = print(a, b);
    has(page, "\nscrubgate_messages_total{direction=\"to-agent\",verdict=\"masked\"} 7\n");
    has(page, "\nscrubgate_messages_total{direction=\"to-customer\",verdict=\"refused\"} 1\n");
    has(page, "\nscrubgate_failures_total{reason=\"audit\"} 5\n");
    has(page, "\nscrubgate_replies_total{code=\"5xx\"} 5\n");
    has(page, "\nscrubgate_open_exchanges 1\n");
    has(page, "\nscrubgate_audit_records_total 7\n");
    has(page, "\nscrubgate_audit_dropped_total 6\n");
    has(page, "\nscrubgate_recheck_total 10\n");
    has(page, "\nscrubgate_recheck_differences_total 1\n");
    has(page, "\nscrubgate_engine_reference 1\n");
    has(page, "\nscrubgate_shed_total{short=\"delay\"} 6\n");
    has(page, "\nscrubgate_shed_total{short=\"memory\"} 0\n");
    has(page, "\nscrubgate_delay_seconds 0.002500\n");
    has(page, "\nscrubgate_conversation_memory_senders 11\n");
    has(page, "\nscrubgate_conversation_memory_bytes 12\n");
    has(page, "\nscrubgate_conversation_memory_recalled_total 13\n");
    has(page, "\nscrubgate_conversation_memory_expired_total 14\n");
    has(page, "\nscrubgate_conversation_memory_evicted_total 15\n");
    has(page, "\nscrubgate_reloads_total 2\n");
    has(page, "\nscrubgate_connections 9\n");
    has(page, "\nscrubgate_start_time_seconds 1.500\n");
    has(page, "\nscrubgate_rules_info{digest=\"abc\"} 1\n");
    free(page);
    free(a);
    free(b);
}

static void test_a_rule_is_printed_when_it_has_failed(void **state)
{
    struct sg_metrics *a = new_metrics(), *b = new_metrics();
    (void)state;
    char *page = print(a, b);
    has(page, "\n# TYPE scrubgate_rule_failures counter\n"
              "scrubgate_rule_failures_total{rule=\"toy.thrice\"} 3\n"
              "scrubgate_rule_failures_total{rule=\"toy.folding\"} 1\n");
    assert_null(strstr(page, "toy.never"));
    free(page);
    free(a);
    free(b);
}

static void test_an_exclusion_is_printed_also_when_it_never_matched(void **state)
{
    struct sg_metrics *a = new_metrics(), *b = new_metrics();
    (void)state;
    char *page = print(a, b);
    has(page, "\n# TYPE scrubgate_exclusion_matches counter\n"
              "scrubgate_exclusion_matches_total{exclusion=\"local.idle\"} 0\n"
              "scrubgate_exclusion_matches_total{exclusion=\"local.used\"} 5\n");
    free(page);
    free(a);
    free(b);
}

static void test_the_page_ends_as_openmetrics_says(void **state)
{
    struct sg_metrics *a = new_metrics(), *b = new_metrics();
    (void)state;
    char *page = print(a, b);
    size_t len = strlen(page);
    assert_true(len > 6);
    assert_string_equal(page + len - 6, "# EOF\n");
    free(page);
    free(a);
    free(b);
}

static void test_every_line_belongs_to_the_family_announced_before_it(void **state)
{
    struct sg_metrics *a = new_metrics(), *b = new_metrics();
    char family[128] = "";
    size_t lines = 0;
    (void)state;
    char *page = print(a, b), *rest = page, *line;
    while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
        if (strcmp(line, "# EOF") == 0)
            break;
        if (strncmp(line, "# HELP ", 7) == 0) {
            size_t len = strcspn(line + 7, " ");
            assert_true(len < sizeof family);
            memcpy(family, line + 7, len);
            family[len] = '\0';
        } else if (line[0] != '#') {
            assert_int_equal(strncmp(line, family, strlen(family)), 0);
            lines++;
        }
    }
    assert_true(lines > 40);
    free(page);
    free(a);
    free(b);
}

static void test_buckets_are_cumulative_and_the_last_takes_all(void **state)
{
    struct sg_metrics *a = new_metrics(), *b = new_metrics();
    (void)state;
    sg_metrics_time(&a->scrubbing, 0);
    sg_metrics_time(&a->scrubbing, 1000);
    sg_metrics_time(&a->scrubbing, 1001);
    sg_metrics_time(&b->scrubbing, UINT64_C(3600000000000));
    char *page = print(a, b);
    has(page, "scrubgate_scrub_seconds_bucket{le=\"0.000001\"} 2\n");
    has(page, "scrubgate_scrub_seconds_bucket{le=\"0.000002\"} 3\n");
    has(page, "scrubgate_scrub_seconds_bucket{le=\"+Inf\"} 4\n");
    has(page, "scrubgate_scrub_seconds_sum 3600.000002001\n");
    has(page, "scrubgate_scrub_seconds_count 4\n");
    free(page);
    free(a);
    free(b);
}

static void test_every_reason_has_a_word_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(sg_reason_word(SG_REASON_NONE), "");
    for (int i = 1; i < SG_REASONS; i++) {
        assert_true(strlen(sg_reason_word((enum sg_reason)i)) > 0);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(sg_reason_word((enum sg_reason)i),
                                    sg_reason_word((enum sg_reason)k));
    }
}

int main(void)
{
    sg_suite_add("workers are added up", test_workers_are_added_up, NULL);
    sg_suite_add("a rule is printed when it has failed", test_a_rule_is_printed_when_it_has_failed,
                 NULL);
    sg_suite_add("an exclusion is printed also when it never matched",
                 test_an_exclusion_is_printed_also_when_it_never_matched, NULL);
    sg_suite_add("the page ends as OpenMetrics says", test_the_page_ends_as_openmetrics_says, NULL);
    sg_suite_add("every line belongs to the family announced before it",
                 test_every_line_belongs_to_the_family_announced_before_it, NULL);
    sg_suite_add("buckets are cumulative and the last takes all",
                 test_buckets_are_cumulative_and_the_last_takes_all, NULL);
    sg_suite_add("every reason has a word of its own", test_every_reason_has_a_word_of_its_own,
                 NULL);
    return sg_suite_run("proxy/metrics");
}
