/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_policy.c - what an operator may order about collusion, and what is told of the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "collusion/policy.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

static const uint64_t day = 86400000;

/* --- what is refused, and where ------------------------------------------------------------------
 */

static const struct refusal {
    const char *name, *text, *want;
} refusals[] = {
    {"an unknown key is told with what was meant", "conflict: []",
     "p.yaml:1:1: unknown key 'conflict': did you mean 'conflicts'?"},
    {"a list is no policy", "[a]", "p.yaml:1:1: write key: value pairs here"},
    {"conflicts are a list", "conflicts: {name: a}", "p.yaml:1:12: 'conflicts' must be a list"},
    {"a conflict is a mapping", "conflicts:\n  - a\n", "p.yaml:2:5: write key: value pairs here"},
    {"a conflict has a name", "conflicts:\n  - {brands: [a, b], cooloff: 1d}\n",
     "p.yaml:2:5: 'name' is missing"},
    {"a conflict has a cool-off", "conflicts:\n  - {name: x, brands: [a, b]}\n",
     "p.yaml:2:5: 'cooloff' is missing"},
    {"a conflict of one brand is none", "conflicts:\n  - {name: x, brands: [a], cooloff: 1d}\n",
     "p.yaml:2:23: a conflict has two brands or more"},
    {"a brand is in a group once", "conflicts:\n  - {name: x, brands: [a, b, a], cooloff: 1d}\n",
     "p.yaml:2:30: 'a' is in this list twice"},
    {"a cool-off is a time", "conflicts:\n  - {name: x, brands: [a, b], cooloff: 90}\n",
     "p.yaml:2:40: 'cooloff' must be a time such as 250ms, 10s, 5m, 1h or 2d: a whole number and "
     "its unit"},
    {"a cool-off of no time is none", "conflicts:\n  - {name: x, brands: [a, b], cooloff: 0d}\n",
     "p.yaml:2:40: 'cooloff' must be up to 180d: contacts are kept no longer"},
    {"a cool-off ends before contacts are forgotten",
     "conflicts:\n  - {name: x, brands: [a, b], cooloff: 181d}\n",
     "p.yaml:2:40: 'cooloff' must be up to 180d: contacts are kept no longer"},
    {"groups have names of their own",
     "conflicts:\n  - {name: x, brands: [a, b], cooloff: 1d}\n"
     "  - {name: x, brands: [c, d], cooloff: 1d}\n",
     "p.yaml:3:12: line 2 has a group of that name"},
    {"two brands with two cool-offs are the operator's to settle",
     "conflicts:\n  - {name: x, brands: [a, b, c], cooloff: 1d}\n"
     "  - {name: y, brands: [c, d, b], cooloff: 9d}\n",
     "p.yaml:3:23: 'c' and 'b' are in 'x' (line 2) together already: leave one of them out here, "
     "or there"},
    {"an empty name is none", "conflicts:\n  - {name: '', brands: [a, b], cooloff: 1d}\n",
     "p.yaml:2:12: a name has 1 to 128 bytes"},
    {"a clearance needs brands", "clearances:\n  - {name: nda}\n",
     "p.yaml:2:5: 'brands' is missing"},
    {"a clearance of no brand is none", "clearances:\n  - {name: nda, brands: []}\n",
     "p.yaml:2:25: 'brands' has 1 to 256 names"},
    {"clearances have names of their own",
     "clearances:\n  - {name: nda, brands: [a]}\n  - {name: nda, brands: [b]}\n",
     "p.yaml:3:12: there is a clearance of that name: add the brands to it"},
    {"there are three modes", "signals:\n  pair: {mode: on}\n",
     "p.yaml:2:16: 'mode' must be shadow, advise or enforce"},
    {"a signal that is not there", "signals:\n  pairs: {mode: advise}\n",
     "p.yaml:2:3: unknown key 'pairs': did you mean 'pair'?"},
    {"a threshold is a number", "signals:\n  pair: {threshold: 0x10}\n",
     "p.yaml:2:21: 'threshold' must be a number from 0.1 to 1000"},
    {"a threshold that all reach is none", "signals:\n  pair: {threshold: 0}\n",
     "p.yaml:2:21: 'threshold' must be a number from 0.1 to 1000"},
    {"a threshold is not infinite", "signals:\n  pair: {threshold: inf}\n",
     "p.yaml:2:21: 'threshold' must be a number from 0.1 to 1000"},
    {"what is exact has no threshold", "signals:\n  cooloff: {threshold: 3}\n",
     "p.yaml:2:24: 'cooloff' is exact: it has no threshold"},
    {"channels are a list", "representative_channels: works-council\n",
     "p.yaml:1:26: 'representative_channels' must be a list"},
    {"a key stands once", "signals: {}\nsignals: {}\n", NULL},
};

static void test_refusal(void **state)
{
    const struct refusal *row = *state;
    struct sg_collusion_policy *policy;
    struct scrubgate_fault fault;
    char told[1024];
    assert_int_equal(sg_collusion_policy_read(&policy, "p.yaml", sg_bytes_of(row->text), &fault),
                     SCRUBGATE_EINVAL);
    assert_null(policy);
    sg_fault_print(&fault, told, sizeof told);
    if (row->want != NULL)
        assert_string_equal(told, row->want);
}

/* --- what is read -------------------------------------------------------------------------------
 */

static struct sg_collusion_policy *read_text(const char *text)
{
    struct sg_collusion_policy *policy;
    struct scrubgate_fault fault;
    if (sg_collusion_policy_read(&policy, "p.yaml", sg_bytes_of(text), &fault) < 0)
        fail_msg("%u:%u: %s", fault.line, fault.column, fault.what);
    return policy;
}

/* Of a pair of brands; 0: no conflict. */
static uint64_t cooloff_of(const struct sg_collusion_policy *policy, const char *a, const char *b)
{
    const uint32_t one = sg_collusion_policy_brand(policy, sg_bytes_of(a));
    const uint32_t two = sg_collusion_policy_brand(policy, sg_bytes_of(b));
    if (one == SG_BRAND_NONE || two == SG_BRAND_NONE)
        return 0;
    const struct sg_conflict *group = sg_collusion_policy_conflict(policy, one, two);
    const struct sg_conflict *back = sg_collusion_policy_conflict(policy, two, one);
    assert_ptr_equal(group, back);
    return group == NULL ? 0 : group->cooloff_ms;
}

static void test_defaults(void **state)
{
    (void)state;
    struct sg_collusion_policy *policy = read_text("");
    for (int i = 0; i < SG_SIGNALS; i++) {
        const enum sg_signal_mode mode = sg_collusion_policy_signal(policy, (enum sg_signal)i).mode;
        assert_int_equal(mode, i == SG_SIGNAL_COOLOFF ? SG_SIGNAL_ENFORCE : SG_SIGNAL_ADVISE);
    }
    assert_true(sg_collusion_policy_signal(policy, SG_SIGNAL_SELF).threshold == 12);
    assert_false(sg_collusion_policy_is_private(policy, SG_BYTES("chat")));
    assert_int_equal(sg_collusion_policy_brands(policy), 0);
    sg_collusion_policy_free(policy);
}

static void test_overlap(void **state)
{
    (void)state;
    struct sg_collusion_policy *policy =
        read_text("conflicts:\n"
                  "  - {name: ships, brands: [a, b], cooloff: 90d}\n"
                  "  - {name: hotels, brands: [b, c], cooloff: 30d}\n");
    assert_int_equal(cooloff_of(policy, "a", "b"), 90 * day);
    assert_int_equal(cooloff_of(policy, "b", "c"), 30 * day);
    assert_int_equal(cooloff_of(policy, "a", "c"), 0);
    assert_int_equal(cooloff_of(policy, "a", "a"), 0);
    assert_int_equal(cooloff_of(policy, "a", "A"), 0);
    assert_int_equal(sg_collusion_policy_brands(policy), 3);
    sg_collusion_policy_free(policy);
}

static void test_signals(void **state)
{
    (void)state;
    struct sg_collusion_policy *policy = read_text(
        "signals: {pair: {mode: enforce, threshold: 7.5}, farm: {threshold: 8}, flagged: {mode: "
        "shadow}}");
    assert_int_equal(sg_collusion_policy_signal(policy, SG_SIGNAL_PAIR).mode, SG_SIGNAL_ENFORCE);
    assert_true(sg_collusion_policy_signal(policy, SG_SIGNAL_PAIR).threshold == 7.5);
    assert_int_equal(sg_collusion_policy_signal(policy, SG_SIGNAL_FARM).mode, SG_SIGNAL_ADVISE);
    assert_true(sg_collusion_policy_signal(policy, SG_SIGNAL_FARM).threshold == 8);
    assert_int_equal(sg_collusion_policy_signal(policy, SG_SIGNAL_FLAGGED).mode, SG_SIGNAL_SHADOW);
    sg_collusion_policy_free(policy);
}

static const char *first_clearance(const struct sg_collusion_policy *policy, const char *brand,
                                   const char *queue)
{
    size_t at = 0;
    const struct sg_clearance *clearance =
        sg_collusion_policy_clearance(policy, sg_bytes_of(brand), sg_bytes_of(queue), &at);
    return clearance == NULL ? "none" : clearance->name;
}

/* The example says what it is said to say. */
static void test_example(void **state)
{
    (void)state;
    struct sg_buf text = {0};
    struct scrubgate_fault fault;
    assert_int_equal(sg_file_read("docs/policy.yaml", &text, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&text, 0), SCRUBGATE_OK);
    struct sg_collusion_policy *policy = read_text((const char *)text.data);
    struct sg_collusion_policy *bare = read_text("");
    for (int i = 0; i < SG_SIGNALS; i++) {
        const struct sg_signal_policy one = sg_collusion_policy_signal(policy, (enum sg_signal)i);
        const struct sg_signal_policy two = sg_collusion_policy_signal(bare, (enum sg_signal)i);
        assert_int_equal(one.mode, two.mode);
        assert_true(one.threshold == two.threshold);
    }
    assert_int_equal(cooloff_of(policy, "atlantica", "borealis"), 90 * day);
    assert_int_equal(cooloff_of(policy, "dione", "callisto"), 30 * day);
    assert_int_equal(cooloff_of(policy, "dione", "borealis"), 0);
    assert_string_equal(first_clearance(policy, "atlantica", "bookings"), "nda-atlantica");
    assert_string_equal(first_clearance(policy, "atlantica", "lost"), "none");
    assert_string_equal(first_clearance(policy, "borealis", "bookings"), "none");
    assert_true(sg_collusion_policy_is_private(policy, SG_BYTES("works-council")));
    sg_collusion_policy_free(bare);
    sg_collusion_policy_free(policy);
    sg_buf_fini(&text);
}

/* --- limits -------------------------------------------------------------------------------------
 */

static void test_too_many_brands(void **state)
{
    (void)state;
    struct sg_buf text = {0};
    struct sg_collusion_policy *policy;
    struct scrubgate_fault fault;
    assert_int_equal(sg_buf_add_text(&text, "conflicts:\n"), SCRUBGATE_OK);
    for (int i = 0; i < 129; i++)
        assert_int_equal(
            sg_buf_addf(&text, "  - {name: g%d, brands: [a%d, b%d], cooloff: 1d}\n", i, i, i),
            SCRUBGATE_OK);
    assert_int_equal(sg_collusion_policy_read(&policy, "p.yaml", sg_buf_bytes(&text), &fault),
                     SCRUBGATE_EINVAL);
    assert_string_equal(fault.what, "over 256 brands in conflict groups");
    assert_int_equal(fault.line, 130);
    sg_buf_fini(&text);
}

static enum scrubgate_status read_any(void *ctx)
{
    struct sg_collusion_policy *policy;
    const enum scrubgate_status rc =
        sg_collusion_policy_read(&policy, "p.yaml",
                                 SG_BYTES("conflicts: [{name: x, brands: [a, b], cooloff: 1d}]\n"
                                          "clearances: [{name: y, brands: [a], queues: [q]}]\n"
                                          "representative_channels: [c]\n"),
                                 NULL);
    (void)ctx;
    assert_true((rc < 0) == (policy == NULL));
    sg_collusion_policy_free(policy);
    return rc;
}

static void test_no_memory(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(read_any, NULL) > 5);
}

int main(void)
{
    SG_SUITE_ROWS(test_refusal, refusals);
    sg_suite_add("without a policy all that is a guess only counts", test_defaults, NULL);
    sg_suite_add("a brand in two groups has each one's cool-off", test_overlap, NULL);
    sg_suite_add("signals are set one by one", test_signals, NULL);
    sg_suite_add("the example is a policy, and shows the defaults", test_example, NULL);
    sg_suite_add("there are at most so many brands", test_too_many_brands, NULL);
    sg_suite_add("out of memory is an answer", test_no_memory, NULL);
    return sg_suite_run("collusion policy");
}
