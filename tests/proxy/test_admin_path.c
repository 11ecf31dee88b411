/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_admin_path.c - a target of the admin port is understood whole or not at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/admin_path.h"

#include "../lib/suite.h"

#define NAME_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NAME_K                                                                                     \
    NAME_64 NAME_64 NAME_64 NAME_64 NAME_64 NAME_64 NAME_64 NAME_64 NAME_64 NAME_64 NAME_64        \
        NAME_64 NAME_64 NAME_64 NAME_64 NAME_64

/* want: "thing agent|brand|queue", a sentence, or NULL: none of the guard's. */
static const struct row {
    const char *name, *target, *want;
} rows[] = {
    {"a question of a router", "/v1/agents/agent-7/eligibility?brand=a&queue=q",
     "eligibility agent-7|a|q"},
    {"in another order", "/v1/agents/agent-7/eligibility?queue=q&brand=a",
     "eligibility agent-7|a|q"},
    {"about no queue", "/v1/agents/agent-7/eligibility?brand=a", "eligibility agent-7|a|"},
    {"about a queue that is empty",
     "/v1/agents/agent-7/eligibility?brand=a&queue=", "eligibility agent-7|a|"},
    {"about a digest", "/v1/agents/digest:00ff/eligibility?brand=a", "eligibility digest:00ff|a|"},
    {"an id with a slash", "/v1/agents/a%2Fb/eligibility?brand=a", "eligibility a/b|a|"},
    {"an id with a percent sign", "/v1/agents/%2525/eligibility?brand=a", "eligibility %25|a|"},
    {"an id with a plus sign", "/v1/agents/a+b/eligibility?brand=a", "eligibility a+b|a|"},
    {"an id with a question mark", "/v1/agents/a%3fb/eligibility?brand=a", "eligibility a?b|a|"},
    {"an id of two dots", "/v1/agents/../eligibility?brand=a", "eligibility ..|a|"},
    {"an id that is no UTF-8", "/v1/agents/%ff/eligibility?brand=a", "eligibility \xff|a|"},
    {"an id of a kilobyte", "/v1/agents/" NAME_K "/eligibility?brand=a",
     "eligibility " NAME_K "|a|"},
    {"an id over a kilobyte", "/v1/agents/" NAME_K "b/eligibility?brand=a", "a name is too long"},
    {"a blank in a brand, as forms write it", "/v1/agents/a/eligibility?brand=x+y%20z",
     "eligibility a|x y z|"},
    {"a plus sign in a brand", "/v1/agents/a/eligibility?brand=x%2By", "eligibility a|x+y|"},
    {"an ampersand in a brand", "/v1/agents/a/eligibility?brand=x%26queue%3dy",
     "eligibility a|x&queue=y|"},
    {"letters of the world", "/v1/agents/%C3%A9/eligibility?brand=%c3%bc",
     "eligibility \xc3\xa9|\xc3\xbc|"},

    {"no brand", "/v1/agents/a/eligibility", "brand is missing: whose customer it would be"},
    {"a brand that is empty",
     "/v1/agents/a/eligibility?brand=", "brand is missing: whose customer it would be"},
    {"a query that is empty", "/v1/agents/a/eligibility?",
     "brand is missing: whose customer it would be"},
    {"no agent", "/v1/agents//eligibility?brand=a", "the agent is missing"},
    {"a brand twice", "/v1/agents/a/eligibility?brand=a&brand=a", "a parameter stands twice"},
    {"a queue twice, the first one empty", "/v1/agents/a/eligibility?brand=a&queue=&queue=q",
     "a parameter stands twice"},
    {"a mistyped queue", "/v1/agents/a/eligibility?brand=a&que=q",
     "there is a parameter that is not known here"},
    {"a queue in capitals", "/v1/agents/a/eligibility?brand=a&Queue=q",
     "there is a parameter that is not known here"},
    {"a name that is encoded", "/v1/agents/a/eligibility?br%61nd=a",
     "there is a parameter that is not known here"},
    {"a parameter without a value", "/v1/agents/a/eligibility?brand=a&queue",
     "there is a parameter that is not known here"},
    {"a parameter of nothing", "/v1/agents/a/eligibility?brand=a&",
     "there is a parameter that is not known here"},
    {"half a byte in an id", "/v1/agents/a%2/eligibility?brand=a",
     "the percent-encoding is malformed"},
    {"a byte that is none in an id", "/v1/agents/a%zz/eligibility?brand=a",
     "the percent-encoding is malformed"},
    {"half a byte in a brand", "/v1/agents/a/eligibility?brand=a%",
     "the percent-encoding is malformed"},
    {"half a byte before the next parameter", "/v1/agents/a/eligibility?brand=a%4&queue=1",
     "the percent-encoding is malformed"},
    {"a fragment", "/v1/agents/a/eligibility?brand=a#b", "the percent-encoding is malformed"},
    {"a brand with a NUL", "/v1/agents/a/eligibility?brand=a%00",
     "a brand or queue is no plain text"},
    {"a brand with a line feed", "/v1/agents/a/eligibility?brand=a%0A",
     "a brand or queue is no plain text"},
    {"a queue that is no UTF-8", "/v1/agents/a/eligibility?brand=a&queue=%ff",
     "a brand or queue is no plain text"},
    {"a brand over 128 bytes", "/v1/agents/a/eligibility?brand=" NAME_64 NAME_64 "b",
     "a name is too long"},
    {"a brand of 128 bytes", "/v1/agents/a/eligibility?brand=" NAME_64 NAME_64,
     "eligibility a|" NAME_64 NAME_64 "|"},

    {"all orders", "/v1/guard/orders", "orders ||"},
    {"those of an agent", "/v1/guard/orders?agent=a%2Fb", "orders a/b||"},
    {"those that are over, too", "/v1/guard/orders?all=yes&agent=a", "orders a|| all"},
    {"of no agent", "/v1/guard/orders?agent=", "the agent is empty"},
    {"all but how", "/v1/guard/orders?all=1", "all is yes, or left out"},
    {"orders of a brand", "/v1/guard/orders?brand=a",
     "there is a parameter that is not known here"},
    {"an order", "/v1/guard/orders/12", "order 12 ||"},
    {"an objection to one", "/v1/guard/orders/12/appeal", "appeal 12 ||"},
    {"the greatest number", "/v1/guard/orders/9223372036854775807", "order 9223372036854775807 ||"},
    {"an order and what it asks", "/v1/guard/orders/12?agent=a",
     "there is a parameter that is not known here"},

    {"a number over it", "/v1/guard/orders/9223372036854775808", NULL},
    {"order 0", "/v1/guard/orders/0", NULL},
    {"an order below zero", "/v1/guard/orders/-1", NULL},
    {"an order by name", "/v1/guard/orders/first", NULL},
    {"an order by no name", "/v1/guard/orders/", NULL},
    {"something else of an order", "/v1/guard/orders/12/appeals", NULL},
    {"something else of an agent", "/v1/agents/a/score?brand=a", NULL},
    {"an id with a slash as it is", "/v1/agents/a/b/eligibility?brand=a", NULL},
    {"an agent alone", "/v1/agents/a", NULL},
    {"agents", "/v1/agents", NULL},
    {"agents of another version", "/v2/agents/a/eligibility?brand=a", NULL},
    {"the rest of the port", "/healthz", NULL},
    {"nothing", "", NULL},
};

static void print(const struct sg_admin_path *path, char *text, size_t cap)
{
    static const char *const things[] = {"eligibility", "orders", "order", "appeal"};
    char number[32] = "";
    if (path->order != 0)
        (void)snprintf(number, sizeof number, " %llu", (unsigned long long)path->order);
    (void)snprintf(text, cap, "%s%s %.*s|%.*s|%.*s%s", things[path->thing], number,
                   (int)path->agent.len, (const char *)path->agent.data, (int)path->brand.len,
                   (const char *)path->brand.data, (int)path->queue.len,
                   (const char *)path->queue.data, path->all ? " all" : "");
}

static void test_target(void **state)
{
    const struct row *row = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_admin_path path;
    char text[2048];
    const enum scrubgate_status rc = sg_admin_path_read(&path, sg_bytes_of(row->target), &fault);
    if (row->want == NULL) {
        assert_int_equal(rc, SCRUBGATE_DONE);
        return;
    }
    if (rc == SCRUBGATE_OK)
        print(&path, text, sizeof text);
    assert_string_equal(rc == SCRUBGATE_OK ? text : fault.what, row->want);
}

static void test_an_id_does_not_end_at_a_nul(void **state)
{
    (void)state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_admin_path path;
    assert_int_equal(
        sg_admin_path_read(&path, SG_BYTES("/v1/agents/a%00b/eligibility?brand=a"), &fault),
        SCRUBGATE_OK);
    assert_int_equal(path.agent.len, 3);
    assert_memory_equal(path.agent.data, "a\0b", 3);
}

int main(void)
{
    SG_SUITE_ROWS(test_target, rows);
    sg_suite_add("an id does not end at a NUL", test_an_id_does_not_end_at_a_nul, NULL);
    return sg_suite_run("admin_path");
}
