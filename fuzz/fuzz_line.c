/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_line.c - any bytes as lines of an audit log.
 *
 * Read alone a line is good when a JSON parser says that it is one object, and what is taken out of
 * it stands there. Read by moulds, behind others that it may look like, it is the same line.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/line.h"
#include "audit/mould.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEEPEST = 16, LINES = 64 };

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static bool judged_good(struct sg_bytes text)
{
    struct sg_json_judge *judge = NULL;
    require(sg_json_judge_new(&judge, DEEPEST, false) >= 0, "memory");
    bool good = sg_json_judge_push(judge, text) >= 0 && sg_json_judge_end(judge) >= 0;
    sg_json_judge_free(judge);
    return good;
}

/* A member of ours may be there twice: that is no line, and JSON all the same. */
static bool may_say_twice(struct sg_bytes text)
{
    static const char *const names[] = {"\"seq\"",  "\"time\"", "\"mono_ns\"",
                                        "\"boot\"", "\"what\"", "\"epoch\"",
                                        "\"size\"", "\"root\"", "\"mac\""};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const size_t len = strlen(names[i]);
        unsigned n = 0;
        for (size_t at = 0; at + len <= text.len; at++)
            n += memcmp(text.data + at, names[i], len) == 0;
        if (n > 1)
            return true;
    }
    return false;
}

static void check_within(struct sg_bytes part, struct sg_bytes text)
{
    require(part.data > text.data && part.data + part.len < text.data + text.len &&
                part.data[-1] == '"' && part.data[part.len] == '"',
            "a member is a string of the line");
}

static bool check_alone(struct sg_line *line, struct sg_bytes text)
{
    const bool good = sg_line_read(line, text) >= 0;
    const bool is_object = text.len > 1 && text.data[0] == '{';
    require(!good || (is_object && judged_good(text)), "a line is a JSON object");
    require(good || !is_object || !judged_good(text) || may_say_twice(text),
            "a JSON object is a line");
    if (!good)
        return false;
    const struct sg_bytes parts[] = {line->boot, line->what, line->root, line->mac};
    static const unsigned bits[] = {SG_LINE_BOOT, SG_LINE_WHAT, SG_LINE_ROOT, SG_LINE_MAC};
    for (size_t i = 0; i < 4; i++)
        if ((line->has & bits[i]) != 0)
            check_within(parts[i], text);
    return true;
}

static bool same(struct sg_bytes a, struct sg_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static void check_same(const struct sg_line *a, const struct sg_line *b)
{
    const unsigned has = a->has;
    require(has == b->has && ((has & SG_LINE_SEQ) == 0 || a->seq == b->seq) &&
                ((has & SG_LINE_TIME) == 0 || a->time == b->time) &&
                ((has & SG_LINE_MONO) == 0 || a->mono_ns == b->mono_ns) &&
                ((has & SG_LINE_EPOCH) == 0 || a->epoch == b->epoch) &&
                ((has & SG_LINE_SIZE) == 0 || a->size == b->size) &&
                ((has & SG_LINE_BOOT) == 0 || same(a->boot, b->boot)) &&
                ((has & SG_LINE_WHAT) == 0 || same(a->what, b->what)) &&
                ((has & SG_LINE_ROOT) == 0 || same(a->root, b->root)) &&
                ((has & SG_LINE_MAC) == 0 || same(a->mac, b->mac)),
            "a mould reads what a parser reads");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_bytes rest = {data, size}, text;
    struct sg_moulds *moulds = NULL;
    require(sg_moulds_new(&moulds) >= 0, "memory");
    for (unsigned n = 0; n < LINES && rest.len > 0; n++) {
        struct sg_line alone = {.has = 0}, moulded = {.has = 0};
        if (!sg_bytes_take_line(&rest, &text)) {
            text = rest;
            rest.len = 0;
        }
        const bool good = check_alone(&alone, text);
        require((sg_moulds_read(moulds, &moulded, text) >= 0) == good,
                "a mould takes what a parser takes");
        if (good)
            check_same(&alone, &moulded);
    }
    sg_moulds_free(moulds);
    return 0;
}
