/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_pattern.c - a pattern compiled from its text, and what to match it with.
 */
#include "toy_pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/diag.h"

struct sg_pattern *sg_toy_pattern(const char *text, bool may_be_empty)
{
    struct sg_pattern *pattern;
    struct scrubgate_fault fault = {.what = ""};
    size_t at = 0;
    if (sg_pattern_new(&pattern, sg_bytes_of(text), may_be_empty, &at, &fault) < 0)
        fail_msg("%s at %zu: %s", text, at, fault.what);
    return pattern;
}

struct sg_matcher *sg_toy_matcher(void)
{
    struct sg_matcher *matcher;
    assert_int_equal(sg_matcher_new(&matcher), SCRUBGATE_OK);
    return matcher;
}
