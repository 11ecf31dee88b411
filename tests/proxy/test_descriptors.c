/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_descriptors.c - how many clients there may be with so many open files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <cmocka.h>

#include "proxy/descriptors.h"

#include "../lib/suite.h"

struct row {
    const char *name;
    uint64_t limit, connections;
    unsigned workers;
    uint64_t allowed;
};

static const struct row rows[] = {
    {"enough for all", 65536, 10000, 2, 10000},
    {"just enough", 20320, 10000, 2, 10000},
    {"one file too few is one connection less", 20319, 10000, 2, 9999},
    {"the usual limit of a shell", 1024, 10000, 1, 368},
    {"many workers take their part", 1024, 10000, 2, 352},
    {"some are always let in", 64, 10000, 8, 16},
    {"but never more than asked for", 64, 4, 8, 4},
    {"without a limit", UINT64_MAX, 10000, 256, 10000},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    assert_int_equal(sg_descriptors_allow(row->limit, row->connections, row->workers),
                     row->allowed);
}

static void set_limit(uint64_t soft, const struct rlimit *hard)
{
    const struct rlimit limit = {(rlim_t)soft, hard->rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void test_raised(void **state)
{
    (void)state;
    struct rlimit before, after;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    if (before.rlim_max < 1024)
        skip();
    set_limit(256, &before);
    assert_int_equal(sg_descriptors_provide(100, 1), 100);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &after), 0);
    assert_int_equal(after.rlim_cur, 488);
    /* One that is high enough is left alone. */
    assert_int_equal(sg_descriptors_provide(10, 1), 10);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &after), 0);
    assert_int_equal(after.rlim_cur, 488);
    set_limit(before.rlim_cur, &before);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("the soft limit is raised to what it takes", test_raised, NULL);
    return sg_suite_run("proxy: descriptors");
}
