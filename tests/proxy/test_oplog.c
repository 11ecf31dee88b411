/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_oplog.c - the operator's log: one whole JSON line a call, at the level asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "proxy/oplog.h"

#include "../lib/overheard.h"
#include "../lib/suite.h"

static void listen_at(const char *level)
{
    if (level == NULL)
        assert_int_equal(unsetenv("SCRUBGATE_LOG"), 0);
    else
        assert_int_equal(setenv("SCRUBGATE_LOG", level, 1), 0);
    sg_oplog_init();
    sg_overheard_begin();
}

static void test_a_call_is_one_line(void **state)
{
    (void)state;
    char text[8192], value[2000];
    struct sg_json *json;
    struct scrubgate_fault fault;
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    listen_at(NULL);
    sg_oplog(SG_OPLOG_WARN, "config \"x\"\nchanged", "file", "a\\b", "long", value, NULL);
    size_t len = sg_overheard_end(text, sizeof text);
    assert_true(len > 0 && text[len - 1] == '\n');
    assert_null(memchr(text, '\n', len - 1));
    assert_int_equal(sg_json_parse(&json, (struct sg_bytes){(uint8_t *)text, len}, 4, &fault),
                     SCRUBGATE_OK);
    const struct sg_json_node *root = sg_json_root(json);
    assert_string_equal((const char *)sg_json_get(root, "level")->text.data, "warn");
    assert_string_equal((const char *)sg_json_get(root, "what")->text.data,
                        "config \"x\"\nchanged");
    assert_string_equal((const char *)sg_json_get(root, "file")->text.data, "a\\b");
    assert_int_equal(sg_json_get(root, "long")->text.len, 512);
    assert_int_equal(sg_json_get(root, "time")->text.len, 24);
    sg_json_free(json);
}

struct row {
    const char *name, *level; /* NULL: not set */
    unsigned lines;           /* of debug, info, warn, error in turn: how many are written */
};

static const struct row rows[] = {
    {"info is the default", NULL, 3},
    {"debug writes all", "debug", 4},
    {"warn writes warnings and errors", "warn", 2},
    {"error writes errors", "error", 1},
    {"a level not known is the default", "loud", 3},
    {"nothing is the default", "", 3},
};

static void test_level(void **state)
{
    const struct row *row = *state;
    char text[8192];
    unsigned n = 0;
    listen_at(row->level);
    for (int level = SG_OPLOG_DEBUG; level <= SG_OPLOG_ERROR; level++)
        sg_oplog((enum sg_oplog_level)level, "something", NULL);
    (void)sg_overheard_end(text, sizeof text);
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        n++;
    assert_int_equal(n, row->lines);
}

int main(void)
{
    sg_suite_add("a call is one line", test_a_call_is_one_line, NULL);
    SG_SUITE_ROWS(test_level, rows);
    return sg_suite_run("oplog");
}
