/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_agent_name.c - an agent is the same one by id, as messages name him, and by digest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/agent_name.h"

#include "../lib/suite.h"

static const uint8_t key[SG_KEY_SIZE] = {7};
static struct sg_facets *facets;

static const struct row {
    const char *name, *text;
    uint64_t digest; /* 0: it is refused */
} rows[] = {
    {"a digest", "digest:0123456789abcdef", 0x0123456789abcdef},
    {"a digest in capitals", "digest:0123456789ABCDEF", 0x0123456789abcdef},
    {"the greatest digest", "digest:ffffffffffffffff", UINT64_MAX},
    {"a digest of too few digits", "digest:0123456789abcde", 0},
    {"a digest of too many digits", "digest:0123456789abcdef0", 0},
    {"a digest of other letters", "digest:0123456789abcdeg", 0},
    {"a digest with a blank", "digest: 123456789abcdef", 0},
    {"the digest of nobody", "digest:0000000000000000", 0},
    {"a digest that is not there", "digest:", 0},
    {"an empty name", "", 0},
};

static void test_name(void **state)
{
    const struct row *row = *state;
    struct scrubgate_fault fault = {.what = ""};
    uint64_t agent = 1;
    const enum scrubgate_status rc =
        sg_agent_name_digest(facets, sg_bytes_of(row->text), &agent, &fault);
    assert_int_equal(rc, row->digest != 0 ? SCRUBGATE_OK : SCRUBGATE_EINVAL);
    assert_true(agent == row->digest);
    assert_int_equal(fault.what[0] != '\0', row->digest == 0);
}

static void test_an_id_is_digested_as_messages_are(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "agent-7", "Digest:0123456789abcdef", "0123456789abcdef", "digest", " ", "\xff"};
    struct scrubgate_fault fault;
    uint64_t agent, want;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        assert_int_equal(sg_facet_agent(facets, sg_bytes_of(ids[i]), &want), SCRUBGATE_OK);
        assert_int_equal(sg_agent_name_digest(facets, sg_bytes_of(ids[i]), &agent, &fault),
                         SCRUBGATE_OK);
        assert_true(agent == want && agent != 0);
    }
}

static void test_an_id_may_be_long_and_not_longer(void **state)
{
    (void)state;
    static uint8_t id[SG_AGENT_NAME_MOST + 1];
    struct scrubgate_fault fault;
    uint64_t agent;
    assert_int_equal(
        sg_agent_name_digest(facets, (struct sg_bytes){id, SG_AGENT_NAME_MOST}, &agent, &fault),
        SCRUBGATE_OK);
    assert_int_equal(
        sg_agent_name_digest(facets, (struct sg_bytes){id, SG_AGENT_NAME_MOST + 1}, &agent, &fault),
        SCRUBGATE_EINVAL);
}

int main(void)
{
    if (sg_facets_of_agents(&facets, key) < 0)
        return 1;
    SG_SUITE_ROWS(test_name, rows);
    sg_suite_add("an id is digested as messages are", test_an_id_is_digested_as_messages_are, NULL);
    sg_suite_add("an id may be long, and not longer", test_an_id_may_be_long_and_not_longer, NULL);
    const int failed = sg_suite_run("agent_name");
    sg_facets_free(facets);
    return failed;
}
