/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_mould.c - comparing with lines that were read before answers what parsing would.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/mould.h"
#include "base/buf.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

enum { LONGEST = 512 };

/* Kinds that begin alike, and places that may change: %1$d. */
static const char *const kinds[] = {
    "{\"seq\":%1$d,\"time\":%1$d,\"mono_ns\":%1$d,\"boot\":\"b%1$d\",\"id\":\"x\",\"n\":[%1$d,-1]}",
    "{\"seq\":%1$d,\"time\":%1$d,\"mono_ns\":%1$d,\"boot\":\"b%1$d\",\"id\":\"x\",\"n\":[%1$d]}",
    "{\"seq\":%1$d,\"what\":\"seal\",\"epoch\":%1$d,\"size\":%1$d,\"root\":\"r%1$d\",\"mac\":\"%1$"
    "d\"}",
    "{\"seq\":%1$d,\"a\":{\"seq\":%1$d},\"u\":\"\\u00e9\",\"v\":\"\xc3\xa9\",\"t\":true,\"f\":1."
    "5e3}",
};

static void assert_same(struct sg_moulds *moulds, struct sg_bytes text, const char *where, int at,
                        unsigned c)
{
    struct sg_line by_mould, by_parser;
    enum scrubgate_status a = sg_moulds_read(moulds, &by_mould, text);
    enum scrubgate_status b = sg_line_read(&by_parser, text);
    bool same = a == b;
    if (same && a >= 0) {
        unsigned has = by_parser.has;
        same = by_mould.has == has;
        same = same && (!(has & SG_LINE_SEQ) || by_mould.seq == by_parser.seq);
        same = same && (!(has & SG_LINE_TIME) || by_mould.time == by_parser.time);
        same = same && (!(has & SG_LINE_MONO) || by_mould.mono_ns == by_parser.mono_ns);
        same = same && (!(has & SG_LINE_EPOCH) || by_mould.epoch == by_parser.epoch);
        same = same && (!(has & SG_LINE_SIZE) || by_mould.size == by_parser.size);
        same = same && (!(has & SG_LINE_BOOT) || sg_bytes_equal(by_mould.boot, by_parser.boot));
        same = same && (!(has & SG_LINE_WHAT) || sg_bytes_equal(by_mould.what, by_parser.what));
        same = same && (!(has & SG_LINE_ROOT) || sg_bytes_equal(by_mould.root, by_parser.root));
        same = same && (!(has & SG_LINE_MAC) || sg_bytes_equal(by_mould.mac, by_parser.mac));
    }
    if (!same)
        fail_msg("%s, byte %d as %u: %d instead of %d", where, at, c, a, b);
}

static size_t make(size_t kind, int value, char line[LONGEST])
{
/* The formats are ours, above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    return (size_t)snprintf(line, LONGEST, kinds[kind], value);
#pragma GCC diagnostic pop
}

static void warm(struct sg_moulds *moulds)
{
    char line[LONGEST];
    for (int i = 0; i < 40; i++) {
        size_t len = make((size_t)i % 4, i * 7, line);
        assert_same(moulds, (struct sg_bytes){(const uint8_t *)line, len}, "warm", i, 0);
    }
}

static void test_lines_of_all_kinds(void **state)
{
    struct sg_moulds *moulds = NULL;
    (void)state;
    assert_int_equal(sg_moulds_new(&moulds), SCRUBGATE_OK);
    warm(moulds);
    sg_moulds_free(moulds);
}

/* In memory of its own, so that a read beyond the end is seen. */
static void test_any_byte_changed(void **state)
{
    struct sg_moulds *moulds = NULL;
    char line[LONGEST];
    (void)state;
    assert_int_equal(sg_moulds_new(&moulds), SCRUBGATE_OK);
    for (size_t kind = 0; kind < 4; kind++) {
        size_t len = make(kind, 1234, line);
        uint8_t *text = malloc(len);
        assert_non_null(text);
        warm(moulds);
        memcpy(text, line, len);
        for (size_t i = 0; i < len; i++) {
            for (unsigned c = 0; c < 256; c++) {
                text[i] = (uint8_t)c;
                assert_same(moulds, (struct sg_bytes){text, len}, line, (int)i, c);
            }
            text[i] = (uint8_t)line[i];
        }
        free(text);
    }
    sg_moulds_free(moulds);
}

static void test_any_end_cut(void **state)
{
    struct sg_moulds *moulds = NULL;
    char line[LONGEST];
    (void)state;
    assert_int_equal(sg_moulds_new(&moulds), SCRUBGATE_OK);
    warm(moulds);
    for (size_t kind = 0; kind < 4; kind++) {
        size_t len = make(kind, 1234, line);
        for (size_t cut = 0; cut <= len; cut++) {
            uint8_t *text = malloc(cut + 1);
            assert_non_null(text);
            memcpy(text, line, cut);
            assert_same(moulds, (struct sg_bytes){text, cut}, line, (int)cut, 0);
            free(text);
        }
    }
    sg_moulds_free(moulds);
}

struct row {
    const char *name, *text;
};

/* Of the first kind, with something else where a value was. */
static const struct row rows[] = {
    {"a zero before a number",
     "{\"seq\":7,\"time\":07,\"mono_ns\":7,\"boot\":\"b\",\"id\":\"x\",\"n\":[7,-1]}"},
    {"a number over 64 bits",
     "{\"seq\":7,\"time\":99999999999999999999,\"mono_ns\":7,\"boot\":\"b\","
     "\"id\":\"x\",\"n\":[7,-1]}"},
    {"a number with a fraction",
     "{\"seq\":7,\"time\":7.5,\"mono_ns\":7,\"boot\":\"b\",\"id\":\"x\",\"n\":[7,-1]}"},
    {"no number", "{\"seq\":7,\"time\":,\"mono_ns\":7,\"boot\":\"b\",\"id\":\"x\",\"n\":[7,-1]}"},
    {"a string that smuggles a member in", "{\"seq\":7,\"time\":7,\"mono_ns\":7,\"boot\":\"b\","
                                           "\"what\":\"seal\",\"id\":\"x\",\"n\":[7,-1]}"},
    {"a string with an escape",
     "{\"seq\":7,\"time\":7,\"mono_ns\":7,\"boot\":\"b\\n\",\"id\":\"x\",\"n\":[7,-1]}"},
    {"an empty string",
     "{\"seq\":7,\"time\":7,\"mono_ns\":7,\"boot\":\"\",\"id\":\"x\",\"n\":[7,-1]}"},
    {"a string that is not UTF-8",
     "{\"seq\":7,\"time\":7,\"mono_ns\":7,\"boot\":\"\xff\",\"id\":\"x\",\"n\":[7,-1]}"},
    {"something behind the end",
     "{\"seq\":7,\"time\":7,\"mono_ns\":7,\"boot\":\"b\",\"id\":\"x\",\"n\":[7,-1]}}"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_moulds *moulds = NULL;
    assert_int_equal(sg_moulds_new(&moulds), SCRUBGATE_OK);
    warm(moulds);
    assert_same(moulds, sg_bytes_of(row->text), row->name, 0, 0);
    assert_same(moulds, sg_bytes_of(row->text), row->name, 1, 0);
    sg_moulds_free(moulds);
}

/* More kinds than are kept, longer ones, ones of more values. */
static void test_more_than_is_kept(void **state)
{
    struct sg_moulds *moulds = NULL;
    struct sg_buf text = {0};
    (void)state;
    assert_int_equal(sg_moulds_new(&moulds), SCRUBGATE_OK);
    for (int round = 0; round < 3; round++) {
        for (int n = 0; n < 3000; n += n < 40 ? 1 : 700) {
            sg_buf_clear(&text);
            assert_int_equal(sg_buf_addf(&text, "{\"seq\":%d,\"n\":[0", round), SCRUBGATE_OK);
            for (int i = 0; i < n; i++)
                assert_int_equal(sg_buf_addf(&text, ",%d", i + round), SCRUBGATE_OK);
            assert_int_equal(sg_buf_add_text(&text, "]}"), SCRUBGATE_OK);
            assert_same(moulds, sg_buf_bytes(&text), "many values", n, 0);
        }
    }
    sg_buf_fini(&text);
    sg_moulds_free(moulds);
}

static void test_without_memory(void **state)
{
    struct sg_moulds *moulds = NULL;
    (void)state;
    sg_alloc_fail_start(0);
    assert_int_equal(sg_moulds_new(&moulds), SCRUBGATE_ENOMEM);
    assert_true(sg_alloc_fail_stop());
    assert_int_equal(sg_moulds_new(&moulds), SCRUBGATE_OK);
    sg_alloc_fail_start(0);
    assert_same(moulds, SG_BYTES("{\"seq\":1}"), "no memory", 0, 0);
    assert_true(sg_alloc_fail_stop());
    warm(moulds);
    sg_moulds_free(moulds);
}

int main(void)
{
    sg_suite_add("lines of all kinds say what a parser reads", test_lines_of_all_kinds, NULL);
    sg_suite_add("with any byte changed too", test_any_byte_changed, NULL);
    sg_suite_add("and cut anywhere", test_any_end_cut, NULL);
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("more kinds and longer lines than are kept are parsed", test_more_than_is_kept,
                 NULL);
    sg_suite_add("without memory lines are parsed", test_without_memory, NULL);
    return sg_suite_run("audit/test_mould");
}
