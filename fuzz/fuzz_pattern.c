/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_pattern.c - a pattern and a text: pattern, 0xFF, text.
 *
 * A pattern we take, PCRE2 compiles, and it means what PCRE2 reads in its source. Every match keeps
 * to the bounds we proved, also when no more of the text is there than they ask for, and what is
 * said about a part of the text holds for the whole.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <assert.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "rule/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LONGEST_TEXT = 96 };

static struct sg_matcher *matcher; /* one for all inputs: making it is slow */

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* A limit says nothing of the pattern: false, and the rest of the input is not looked at. */
static bool search(const struct sg_pattern *pattern, struct sg_bytes text, size_t from, bool last,
                   enum sg_match *match, struct sg_span *span)
{
    *span = (struct sg_span){0, 0};
    enum scrubgate_status rc = sg_pattern_search(pattern, matcher, text, from, last, match, span);
    require(rc == SCRUBGATE_OK || rc == SCRUBGATE_EMATCH);
    if (rc == SCRUBGATE_EMATCH)
        require(strstr(sg_matcher_error(matcher), "internal") == NULL);
    return rc == SCRUBGATE_OK;
}

static void check_bounds(const struct sg_pattern *pattern, struct sg_bytes text,
                         struct sg_span span)
{
    const struct sg_extent *extent = sg_pattern_extent(pattern);
    require(span.end - span.start >= extent->min && span.end - span.start <= extent->max);
    size_t start = span.start > extent->behind + 1 ? span.start - extent->behind - 1 : 0;
    size_t end = span.start + extent->max + extent->ahead;
    if (end > text.len)
        end = text.len;
    struct sg_bytes window = {text.data + start, end - start};
    struct sg_span again;
    enum sg_match match;
    if (end == span.start) /* what is empty and sees nothing is the next window's */
        return;
    if (search(pattern, window, span.start - start, end == text.len, &match, &again))
        require(match == SG_MATCH_FOUND && again.start + start == span.start &&
                again.end + start == span.end);
}

static void check_parts(const struct sg_pattern *pattern, struct sg_bytes text, enum sg_match is,
                        struct sg_span whole)
{
    for (size_t len = 0; len <= text.len; len++) {
        struct sg_bytes part = {text.data, len};
        struct sg_span span;
        enum sg_match said;
        if (!search(pattern, part, 0, false, &said, &span))
            return;
        if (said == SG_MATCH_FOUND)
            require(is == SG_MATCH_FOUND && span.start == whole.start && span.end == whole.end);
        else if (said == SG_MATCH_NONE)
            require(is == SG_MATCH_NONE || whole.start >= len);
        else
            require(span.start < len && (is == SG_MATCH_NONE || whole.start >= span.start));
    }
}

/* Without cleverness: 10.42 wrongly makes some repeats possessive. */
static const uint32_t plain =
    PCRE2_DOLLAR_ENDONLY | PCRE2_NO_AUTO_POSSESS | PCRE2_NO_START_OPTIMIZE;

/* PCRE2 reads the source itself, where it and we mean the same by it. */
static void check_meaning(struct sg_bytes source, struct sg_bytes text, enum sg_match is,
                          struct sg_span whole)
{
    static const char *const other[] = {"\\h", "\\v", "\\R", "\\x{"};
    char copy[1024];
    int error;
    PCRE2_SIZE offset;
    if (source.len >= sizeof copy)
        return;
    for (size_t i = 0; i < source.len; i++) {
        if (source.data[i] >= 0x80 || source.data[i] == 0)
            return;
        copy[i] = (char)source.data[i];
    }
    copy[source.len] = '\0';
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        if (strstr(copy, other[i]) != NULL)
            return;
    }
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)copy, source.len, plain, &error, &offset, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    pcre2_match_data *found = pcre2_match_data_create(1, NULL);
    if (code != NULL && limits != NULL && found != NULL) {
        (void)pcre2_set_match_limit(limits, 100000);
        int rc = pcre2_match(code, text.data, text.len, 0, 0, found, limits);
        if (rc >= 0)
            require(is == SG_MATCH_FOUND && whole.start == pcre2_get_ovector_pointer(found)[0] &&
                    whole.end == pcre2_get_ovector_pointer(found)[1]);
        else if (rc == PCRE2_ERROR_NOMATCH)
            require(is == SG_MATCH_NONE);
    }
    pcre2_match_data_free(found);
    pcre2_match_context_free(limits);
    pcre2_code_free(code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t nothing[1];
    const uint8_t *split = size == 0 ? NULL : memchr(data, 0xFF, size);
    struct sg_bytes source = {data, split == NULL ? size : (size_t)(split - data)};
    struct sg_bytes text = {nothing, 0};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_syntax syntax;
    struct sg_pattern *pattern;
    struct sg_span span;
    enum sg_match match;
    size_t at = 0;
    if (matcher == NULL)
        require(sg_matcher_new(&matcher) == SCRUBGATE_OK);
    if (split != NULL)
        text = (struct sg_bytes){split + 1, size - source.len - 1};
    if (text.len > LONGEST_TEXT)
        text.len = LONGEST_TEXT;
    enum scrubgate_status rc = sg_syntax_parse(&syntax, source, true, &at, &fault);
    if (rc < 0) {
        require(rc == SCRUBGATE_EINVAL && at <= source.len && fault.what[0] != '\0');
        return 0;
    }
    /* What we print, we read as the same, give or take brackets. */
    struct sg_syntax again;
    require(sg_syntax_parse(&again, sg_buf_bytes(&syntax.text), true, &at, &fault) == 0);
    require(memcmp(&syntax.extent, &again.extent, sizeof again.extent) == 0);
    sg_syntax_fini(&again);
    sg_syntax_fini(&syntax);

    require(sg_pattern_new(&pattern, source, true, &at, &fault) == SCRUBGATE_OK);
    if (search(pattern, text, 0, true, &match, &span)) {
        if (match == SG_MATCH_FOUND)
            check_bounds(pattern, text, span);
        check_parts(pattern, text, match, span);
        check_meaning(source, text, match, span);
        check_meaning(sg_pattern_text(pattern), text, match, span); /* JIT against interpreter */
    }
    sg_pattern_free(pattern);
    return 0;
}
