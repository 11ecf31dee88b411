/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pattern.c - compile a pattern and search with it: the home of PCRE2.
 *
 * Everything PCRE2 may answer but match, no match and partial is EMATCH: a limit or an error is
 * never "nothing found".
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rule/pattern.h"

#include <assert.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"

enum {
    MATCH_LIMIT = 10000, /* 17-28 us at worst */
    HEAP_LIMIT = 8192,   /* KiB; the interpreter's, which also takes no more depth than units */
    STACK_FIRST = 32 * 1024,
    STACK_MOST = 512 * 1024
};

/*
 * Byte-exact, whatever the text says. The printed pattern writes \z for the end, so DOLLAR_ENDONLY
 * and the NEVERs only guard against a printer gone wrong.
 */
static const uint32_t compile_options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_DOLLAR_ENDONLY |
                                        PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;

struct sg_pattern {
    struct sg_syntax syntax;
    pcre2_code *code;
    bool jit_whole, jit_partial;
};

struct sg_matcher {
    pcre2_match_context *limits;
    pcre2_match_data *found; /* one pair: the span of the match */
    pcre2_jit_stack *stack;  /* NULL without JIT */
    char error[128];
};

/* --- compiling ----------------------------------------------------------------------------------
 */

static enum scrubgate_status compile(struct sg_pattern *pattern, struct scrubgate_fault *fault)
{
    int error = 0;
    PCRE2_SIZE offset = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_bytes text = sg_buf_bytes(&pattern->syntax.text);
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL)
        return SCRUBGATE_ENOMEM;
    (void)pcre2_set_newline(context, PCRE2_NEWLINE_LF); /* for \Z, whatever the library's build */
    uint32_t options = compile_options | (pattern->syntax.hollow ? PCRE2_NO_AUTO_POSSESS : 0);
    pattern->code = pcre2_compile(text.data == NULL ? (PCRE2_SPTR) "" : text.data, text.len,
                                  options, &error, &offset, context);
    pcre2_compile_context_free(context);
    if (pattern->code == NULL && error == PCRE2_ERROR_HEAP_FAILED) {
        rc = SCRUBGATE_ENOMEM;
    } else if (pattern->code == NULL) {
        PCRE2_UCHAR why[128] = "";
        (void)pcre2_get_error_message(error, why, sizeof why);
        sg_fault_set(fault, NULL, 0, 0, "PCRE2 refuses it: %s: write it more simply",
                     (const char *)why);
        rc = SCRUBGATE_EINVAL;
    }
    return rc;
}

enum scrubgate_status sg_pattern_new(struct sg_pattern **pattern, struct sg_bytes text,
                                     bool may_be_empty, size_t *at, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc;
    size_t place = 0;
    *pattern = NULL;
    struct sg_pattern *new = calloc(1, sizeof *new);
    if (new == NULL)
        return SCRUBGATE_ENOMEM;
    rc = sg_syntax_parse(&new->syntax, text, may_be_empty, &place, fault);
    if (rc < 0)
        goto out;
    rc = compile(new, fault);
    if (rc < 0)
        goto out;
    /* Where JIT does not work, or not for this pattern, the interpreter does. */
    new->jit_whole = pcre2_jit_compile(new->code, PCRE2_JIT_COMPLETE) == 0;
    new->jit_partial = pcre2_jit_compile(new->code, PCRE2_JIT_PARTIAL_HARD) == 0;
    *pattern = new;
    new = NULL;
out:
    if (rc == SCRUBGATE_EINVAL && at != NULL)
        *at = place;
    sg_pattern_free(new);
    return rc;
}

void sg_pattern_free(struct sg_pattern *pattern)
{
    if (pattern == NULL)
        return;
    pcre2_code_free(pattern->code);
    sg_syntax_fini(&pattern->syntax);
    free(pattern);
}

const struct sg_extent *sg_pattern_extent(const struct sg_pattern *pattern)
{
    return &pattern->syntax.extent;
}

const struct sg_needs *sg_pattern_needs(const struct sg_pattern *pattern)
{
    return &pattern->syntax.needs;
}

struct sg_bytes sg_pattern_text(const struct sg_pattern *pattern)
{
    return sg_buf_bytes(&pattern->syntax.text);
}

/* --- searching ----------------------------------------------------------------------------------
 */

static enum scrubgate_status give_up(struct sg_matcher *matcher, int error)
{
    PCRE2_UCHAR why[sizeof matcher->error];
    if (pcre2_get_error_message(error, why, sizeof why) < 0)
        (void)snprintf((char *)why, sizeof why, "error %d", error);
    (void)snprintf(matcher->error, sizeof matcher->error, "%s", (const char *)why);
    return SCRUBGATE_EMATCH;
}

/* What PCRE2's answer means. */
static enum scrubgate_status answer(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                                    int rc, enum sg_match *match, struct sg_span *span)
{
    if (rc == PCRE2_ERROR_NOMATCH) {
        *match = SG_MATCH_NONE;
        return SCRUBGATE_OK;
    }
    if (rc < 0 && rc != PCRE2_ERROR_PARTIAL)
        return give_up(matcher, rc);
    const PCRE2_SIZE *pair = pcre2_get_ovector_pointer(matcher->found);
    span->start = pair[0];
    span->end = pair[1];
    *match = rc == PCRE2_ERROR_PARTIAL ? SG_MATCH_PARTIAL : SG_MATCH_FOUND;
    /* Streaming stands on the proven bound: a longer match would be our own mistake. */
    if (rc >= 0 && span->end - span->start > pattern->syntax.extent.max)
        return give_up(matcher, PCRE2_ERROR_INTERNAL);
    return SCRUBGATE_OK;
}

/* As sg_pattern_search, for starts up to `to` only. */
static enum scrubgate_status search(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                                    struct sg_bytes text, size_t from, size_t to, bool last,
                                    enum sg_match *match, struct sg_span *span)
{
    assert(from <= text.len);
    PCRE2_SPTR data = text.data == NULL ? (PCRE2_SPTR) "" : text.data;
    uint32_t options = last ? 0 : PCRE2_PARTIAL_HARD;
    int rc;
    (void)pcre2_set_offset_limit(matcher->limits, to);
    if (last ? pattern->jit_whole : pattern->jit_partial)
        rc = pcre2_jit_match(pattern->code, data, text.len, from, options, matcher->found,
                             matcher->limits);
    else
        rc = pcre2_match(pattern->code, data, text.len, from, options, matcher->found,
                         matcher->limits);
    if (rc == PCRE2_ERROR_NOMATCH) { /* nearly always */
        *match = SG_MATCH_NONE;
        return SCRUBGATE_OK;
    }
    enum scrubgate_status status = answer(pattern, matcher, rc, match, span);
    /* What starts where the window ends is for the next one: nothing of it was seen yet. */
    if (status >= 0 && !last && span->start == text.len)
        *match = SG_MATCH_NONE;
    return status;
}

enum scrubgate_status sg_pattern_search(const struct sg_pattern *pattern,
                                        struct sg_matcher *matcher, struct sg_bytes text,
                                        size_t from, bool last, enum sg_match *match,
                                        struct sg_span *span)
{
    return search(pattern, matcher, text, from, PCRE2_UNSET, last, match, span);
}

enum scrubgate_status sg_pattern_search_within(const struct sg_pattern *pattern,
                                               struct sg_matcher *matcher, struct sg_bytes text,
                                               size_t from, size_t to, enum sg_match *match,
                                               struct sg_span *span)
{
    return search(pattern, matcher, text, from, to, true, match, span);
}

/* --- cost ---------------------------------------------------------------------------------------
 */

enum engine { INTERPRETED, WHOLE, PARTIAL };

/* In partial mode the interpreter tries every start, where it would else know better. */
static enum scrubgate_status run(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                                 struct sg_bytes text, size_t from, enum engine engine,
                                 enum sg_match *match, struct sg_span *span)
{
    if (engine != INTERPRETED)
        return sg_pattern_search(pattern, matcher, text, from, engine == WHOLE, match, span);
    (void)pcre2_set_offset_limit(matcher->limits, PCRE2_UNSET); /* not that of an earlier search */
    int rc = pcre2_match(pattern->code, text.data, text.len, from,
                         PCRE2_NO_JIT | PCRE2_PARTIAL_HARD, matcher->found, matcher->limits);
    return answer(pattern, matcher, rc, match, span);
}

bool sg_pattern_fits(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                     struct sg_bytes text, uint32_t units)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    (void)pcre2_set_match_limit(matcher->limits, units);
    for (enum engine engine = INTERPRETED; engine <= PARTIAL && rc >= 0; engine++) {
        enum sg_match match = SG_MATCH_FOUND;
        size_t from = 0;
        while (rc >= 0 && match != SG_MATCH_NONE && from <= text.len) {
            struct sg_span span = {from, from};
            rc = run(pattern, matcher, text, from, engine, &match, &span);
            from = match == SG_MATCH_FOUND && span.end > from ? span.end : span.start + 1;
        }
    }
    (void)pcre2_set_match_limit(matcher->limits, MATCH_LIMIT);
    return rc >= 0;
}

enum scrubgate_status sg_pattern_cost(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                                      struct sg_bytes text, uint32_t *units)
{
    uint32_t low = 0, high = MATCH_LIMIT;
    if (!sg_pattern_fits(pattern, matcher, text, high))
        return SCRUBGATE_ELIMIT;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (sg_pattern_fits(pattern, matcher, text, middle))
            high = middle;
        else
            low = middle;
    }
    *units = high;
    return SCRUBGATE_OK;
}

/* --- a thread's memory --------------------------------------------------------------------------
 */

enum scrubgate_status sg_matcher_new(struct sg_matcher **matcher)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *matcher = NULL;
    struct sg_matcher *new = calloc(1, sizeof *new);
    if (new == NULL)
        goto out;
    new->limits = pcre2_match_context_create(NULL);
    new->found = pcre2_match_data_create(1, NULL);
    if (new->limits == NULL || new->found == NULL)
        goto out;
    if (sg_pattern_has_jit()) {
        new->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_MOST, NULL);
        if (new->stack == NULL)
            goto out;
        pcre2_jit_stack_assign(new->limits, NULL, new->stack);
    }
    (void)pcre2_set_match_limit(new->limits, MATCH_LIMIT);
    (void)pcre2_set_depth_limit(new->limits, MATCH_LIMIT);
    (void)pcre2_set_heap_limit(new->limits, HEAP_LIMIT);
    *matcher = new;
    new = NULL;
    rc = SCRUBGATE_OK;
out:
    sg_matcher_free(new);
    return rc;
}

void sg_matcher_free(struct sg_matcher *matcher)
{
    if (matcher == NULL)
        return;
    pcre2_match_data_free(matcher->found);
    pcre2_match_context_free(matcher->limits);
    pcre2_jit_stack_free(matcher->stack);
    free(matcher);
}

const char *sg_matcher_error(const struct sg_matcher *matcher)
{
    return matcher->error;
}

/* --- the library --------------------------------------------------------------------------------
 */

#define WORDS(x)                    #x
#define VERSION(major, minor, date) "PCRE2 " WORDS(major) "." WORDS(minor) " " WORDS(date)

const char *sg_pattern_library(void)
{
    return VERSION(PCRE2_MAJOR, PCRE2_MINOR, PCRE2_DATE);
}

bool sg_pattern_has_jit(void)
{
    uint32_t jit = 0;
    return pcre2_config(PCRE2_CONFIG_JIT, &jit) >= 0 && jit == 1;
}
